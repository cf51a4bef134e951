"""Signatures under a document, and the audit report: who saw, changed, and signed what, when, with which program."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from soesift.app.part11 import POINTS, summary
from soesift.app.trail import trail
from soesift.export.html import element, text
from soesift.export.wording import document_facts, heading_of, type_name, where
from soesift.review.corrections import Correction
from soesift.review.documents import Document, Look
from soesift.review.worklist import doubtful_places


def state_of(look: Look, readers: int = 1) -> str:
    """`signed` by so many different people, `signed once` by fewer, `checked` (nothing waits for a person), or
    `to check`."""
    who = {str(one["who"]).strip().casefold() for one in look.standing.signed}
    if who:
        return "signed" if len(who) >= readers else "signed once"
    return "to check" if look.standing.waits else "checked"


def audit_report(document: Document, readers: int = 1) -> str:
    """One HTML page for inspection, to be printed."""
    look = document.look()
    result = look.applied.result
    tables = [
        (heading_of(table, number), type_name(table.table_type), where(table), str(doubtful_places(table)))
        for number, table in enumerate(result.tables, 1)
    ]
    signed = [(one["who"], _when(one), str(one["what"].get("meaning", ""))) for one in look.standing.signed]
    words = dict(zip((one.get("id") for one in look.corrections), trail(look.result, look.corrections), strict=True))
    log = [(_when(one), one["who"], words[one.get("id")], one.get("why", "")) for one in look.corrections]
    left = [(_when(one), one["who"], words[one.get("id")], why) for one, why in look.applied.left_out]
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
        _rows(("When (UTC)", "Who", "What", "Why"), log, "when") if log else element("p", "Nothing."),
        element("h2", "Corrections that no longer fit") + _rows(("When (UTC)", "Who", "What", "Why not"), left, "when")
        if left
        else "",
        element("h2", "21 CFR Part 11"),
        element("p", text(summary())),
        _rows(("Section", "Asks for", "Met", "What this program does"), POINTS, "points"),
    ]
    link = element("link", rel="stylesheet", href="/static/audit.css")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", text(f"Audit {result.document.name}")),
        link,
    )
    return f"<!doctype html>{element('html', head, element('body', element('main', *body)), lang='en')}"


def _when(one: Correction) -> str:
    """Its moment without fractions: all are UTC."""
    return str(one.get("when", ""))[:19].replace("T", " ")


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]], look: str | None = None) -> str:
    names = element("tr", *(element("th", text(name), scope="col") for name in head)) if any(head) else ""
    lines = [element("tr", *(element("td", text(str(cell))) for cell in row)) for row in rows]
    return element("table", element("thead", names) if names else "", element("tbody", *lines), cls=look)
