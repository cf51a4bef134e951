"""HTML put together so that nothing goes in unescaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from soesift.export.wording import plain

VOID = frozenset({"meta", "input"})
# what keeps a file self-contained even if a text slipped through as markup: no scripts, no requests
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def text(value: object) -> str:
    """`value` as HTML text: escaped, without characters that HTML forbids."""
    return escape(plain(str(value)), quote=True)


def element(tag: str, *children: str, **attributes: object) -> str:
    """An element with ready HTML as children and plain values as attributes.

    `cls` and `for_` stand for class and for, underscores for hyphens; None, False and "" leave it
    out, True writes its name alone.
    """
    parts = [tag]
    for key, value in attributes.items():
        name = {"cls": "class", "for_": "for"}.get(key, key.replace("_", "-"))
        if value is True:
            parts.append(name)
        elif value is not None and value is not False and value != "":
            parts.append(f'{name}="{text(value)}"')
    head = f"<{' '.join(parts)}>"
    return head if tag in VOID else f"{head}{''.join(children)}</{tag}>"


def items(lines: Iterable[str], **attributes: object) -> str:
    """A bulleted list of plain lines; nothing for none."""
    entries = [element("li", text(line)) for line in lines]
    return element("ul", *entries, **attributes) if entries else ""


def chip(label: str, kind: str = "", title: str = "") -> str:
    """A short fact in a rounded frame."""
    return element("span", text(label), cls=f"chip {kind}".strip(), title=title or None)


def page_head(title: str, style: str) -> str:
    """The head of a page that stands alone: `style` is CSS; no script, nothing is fetched."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", text(title)),
        f"<style>\n{style}</style>",
    )
