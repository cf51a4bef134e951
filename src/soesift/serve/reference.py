"""The API's own page (`/docs`): made here from what the program knows of its routes; it loads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from soesift.export.html import POLICY, element, page_head, text

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #17232b; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #c9d3dc; padding: .25rem .5rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
th { background: #eef3f6; }
td:first-child { min-width: 4rem; }
"""
HEADERS = {"content-security-policy": f"{POLICY}; frame-ancestors 'none'"}  # the page has a style of its own


class Entry(NamedTuple):
    """One request: its method ("GET"), its path with `{names}`, and what it does."""

    method: str
    path: str
    says: str


def entries_of(openapi: dict[str, Any]) -> list[Entry]:
    """The requests of an OpenAPI document, with the first paragraph of what each says and its parameters."""
    return [
        Entry(method.upper(), path, _said(one))
        for path, ways in openapi["paths"].items()
        for method, one in ways.items()
    ]


def _said(one: dict[str, Any]) -> str:
    first = " ".join(str(one.get("description") or one.get("summary") or "").split("\n\n")[0].split())
    given = [str(parameter["name"]) for parameter in one.get("parameters", []) if parameter.get("in") == "query"]
    return f"{first} Options: {', '.join(given)}." if given else first


def reference_page(title: str, intro: str, entries: Iterable[Entry]) -> str:
    """The page: one row a request."""
    head = element("tr", *(element("th", name, scope="col") for name in ("Method", "Path", "What it does")))
    rows = [
        element(
            "tr",
            element("td", text(one.method)),
            element("td", element("code", text(one.path))),
            element("td", text(one.says)),
        )
        for one in entries
    ]
    table = element("table", element("thead", head), element("tbody", *rows))
    main = element("main", element("h1", text(title)), element("p", text(intro)), table)
    return f"<!doctype html>\n{element('html', page_head(title, STYLE), element('body', main), lang='en')}\n"
