"""Signatures under a document, and the audit report: who saw, changed, and signed what, when, with which program."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from soesift.app.part11 import POINTS, summary
from soesift.export.html import element, text
from soesift.export.wording import document_facts, heading_of, type_name, where
from soesift.review.corrections import Correction, effective
from soesift.review.documents import Document, Look
from soesift.review.worklist import doubtful_places


def signatures(corrections: Sequence[Correction]) -> list[Correction]:
    """The signatures that hold: nothing was changed after them."""
    standing = effective(corrections)
    changed = [place for place, one in enumerate(standing) if one["what"].get("action") != "sign"]
    last = max(changed, default=-1)
    return [one for place, one in enumerate(standing) if place > last and one["what"].get("action") == "sign"]


def state_of(look: Look, readers: int = 1) -> str:
    """`signed` by so many different people, `signed once` by fewer, `checked` (nothing is left to decide), or
    `to check`."""
    who = {str(one["who"]).strip().casefold() for one in signatures(look.corrections)}
    if who:
        return "signed" if len(who) >= readers else "signed once"
    return "to check" if any(item.open for item in look.items) else "checked"


def audit_report(document: Document, readers: int = 1) -> str:
    """One HTML page for inspection, to be printed."""
    look = document.look()
    result = look.applied.result
    tables = [
        (heading_of(table, number), type_name(table.table_type), where(table), str(doubtful_places(table)))
        for number, table in enumerate(result.tables, 1)
    ]
    signed = [(one["who"], one["when"], str(one["what"].get("meaning", ""))) for one in signatures(look.corrections)]
    log = [(one["when"], one["who"], _what(one), one.get("why", "")) for one in look.corrections]
    left = [(one["when"], one["who"], _what(one), why) for one, why in look.applied.left_out]
    program = f"soesift {version('soesift')}"
    body = [
        element("h1", text(f"Audit report: {result.document.name}")),
        _rows(
            ("", ""),
            [
                *document_facts(result),
                ("State", state_of(look, readers)),
                ("Readers wanted", str(readers)),
                ("Program", program),
            ],
        ),
        element("h2", "Schedules"),
        _rows(("Title", "Type", "Where", "Doubts open"), tables),
        element("h2", "Signatures"),
        _rows(("Who", "When (UTC)", "Meaning"), signed) if signed else element("p", "None that holds."),
        element("h2", "What people did"),
        _rows(("When (UTC)", "Who", "What", "Why"), log) if log else element("p", "Nothing."),
        element("h2", "Corrections that no longer fit") + _rows(("When", "Who", "What", "Why not"), left)
        if left
        else "",
        element("h2", "21 CFR Part 11"),
        element("p", text(summary())),
        _rows(("Section", "Asks for", "Met", "What this program does"), POINTS),
    ]
    link = element("link", rel="stylesheet", href="/static/audit.css")
    head = element(
        "head", element("meta", charset="utf-8"), element("title", text(f"Audit {result.document.name}")), link
    )
    return f"<!doctype html>{element('html', head, element('body', element('main', *body)), lang='en')}"


def _what(one: Correction) -> str:
    """A correction in words: its action and what it names, without whole tables."""
    what: dict[str, Any] = one.get("what") or {}
    named = [f"{key} {value}" for key, value in what.items() if key not in ("action", "content", "result", "seen")]
    return f"{what.get('action')}: {', '.join(named)}" if named else str(what.get("action"))


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    names = element("tr", *(element("th", text(name)) for name in head)) if any(head) else ""
    lines = [element("tr", *(element("td", text(str(cell))) for cell in row)) for row in rows]
    return element("table", names, *lines)
