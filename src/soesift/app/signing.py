"""Signatures under a document, and the audit report: who saw, changed, and signed what, when, with which program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

from soesift.export.html import element, text
from soesift.export.wording import document_facts, heading_of, plain, type_name, where
from soesift.result.models import Result, SoeTable
from soesift.review.apply import Memo, apply_corrections
from soesift.review.corrections import Correction
from soesift.review.documents import Document, Look
from soesift.review.worklist import doubtful_places

# Points of 21 CFR Part 11 that concern records and signatures, and what this program does about each.

Met = Literal["met", "in part", "not met"]


class Point(NamedTuple):
    """asks: the section's demand in short; why: what the program does, and what it leaves to where it runs."""

    section: str
    asks: str
    met: Met
    why: str


POINTS = (
    Point("11.10(a)", "Validation of systems", "not met", "Whoever uses it validates it; tests and benchmarks help."),
    Point(
        "11.10(b)",
        "Copies for inspection, readable and electronic",
        "met",
        "This report, to be printed; results as JSON, corrections as JSON Lines.",
    ),
    Point(
        "11.10(c)",
        "Protection of records through their retention",
        "not met",
        "Files in a folder: backup and retention are the place's.",
    ),
    Point(
        "11.10(d)",
        "Access for authorised people only",
        "in part",
        "With --add-user each person needs a token of their own; without users whoever reaches loopback, or has the "
        "one token.",
    ),
    Point(
        "11.10(e)",
        "Audit trail: secure, by computer, time-stamped; earlier entries stay readable",
        "in part",
        "Each entry has a name, the server's time (UTC) and what was done, with what stood there before; the program "
        "only adds. Nothing keeps a person with access to the file from changing it, and the clock is the machine's.",
    ),
    Point(
        "11.10(f)",
        "Steps in their permitted order",
        "met",
        "A signature is refused while anything waits, people differ or a correction no longer fits; a change ends it.",
    ),
    Point("11.10(g)", "Authority checks", "not met", "Anybody who reaches it may decide and sign."),
    Point("11.10(h)", "Device checks", "not met", "None."),
    Point("11.10(i)-(k)", "Training, policies, control of documents", "not met", "The place's; no program can."),
    Point("11.30", "Open systems: encryption and the like", "not met", "No TLS of its own: a proxy in front has to."),
    Point(
        "11.50(a)",
        "Name, time and meaning of a signature",
        "met",
        "All three are in the entry and in this report; the name is that of the token with --add-user, else the one "
        "typed.",
    ),
    Point(
        "11.50(b)",
        "The same three in each readable form of the record",
        "in part",
        "In this report, Excel, HTML, Word, USDM, Docling and visit files, and beside CSV and REDCap; FHIR and ODM say "
        "only that nobody signed.",
    ),
    Point(
        "11.70",
        "Signatures linked to their records",
        "in part",
        "An entry holds a hash of the tables that were signed, and holds for no others; it could be copied by a person "
        "with access to the file.",
    ),
    Point(
        "11.100",
        "Signatures unique to one person, identity verified",
        "in part",
        "With --add-user a name is written only by whose token stands for it; nobody's identity is verified.",
    ),
    Point("11.200", "Two components, such as name and password, at each signing", "not met", "A name alone signs."),
    Point(
        "11.300",
        "Control of codes and passwords",
        "in part",
        "With --add-user tokens are made at random, kept as hashes, and taken back by --drop-user; none runs out.",
    ),
)


def summary() -> str:
    """How many points are met, in part, and not."""
    count = {kind: sum(point.met == kind for point in POINTS) for kind in ("met", "in part", "not met")}
    return (
        f"Of {len(POINTS)} points of 21 CFR Part 11, {count['met']} are met, {count['in part']} in part, "
        f"{count['not met']} not. By itself this program makes no record or signature that satisfies Part 11."
    )


# What people did to a document, in words: each entry of its corrections with what stood there before.

_SHAPES = {
    "insert_row": "put in a row before row {}",
    "remove_row": "took out row {}",
    "insert_column": "put in a column before column {}",
    "remove_column": "took out column {}",
}


def trail(result: Result, corrections: Sequence[Correction]) -> list[str]:
    """One line of words for each correction, in their order, also for those that were taken back or do not fit."""
    memo = Memo()
    apply_corrections(result, corrections, memo)
    led = {str(one.get("id")): state.tables for one, state, _ in memo.steps}
    before: Mapping[str, SoeTable] = {table.id: table for table in result.tables}
    said: dict[str, str] = {}
    for one in corrections:
        name = str(one.get("id"))
        said[name] = plain(_words(one.get("what") or {}, before, said))
        before = led.get(name, before)
    return [said[str(one.get("id"))] for one in corrections]


def _words(what: dict[str, Any], before: Mapping[str, SoeTable], said: Mapping[str, str]) -> str:
    action = str(what.get("action"))
    table = before.get(str(what.get("table")))
    of = f" of {_named(what, table)}"
    if action in ("accept", "reject", "retype"):
        kind = f" as {type_name(what['table_type']).lower()}" if what.get("table_type") else ""
        return f"{'accepted' if action != 'reject' else 'rejected'} {_named(what, table)}{kind}"
    if action == "edit_cell":
        return f"row {_one(what.get('row'))}, column {_one(what.get('column'))}{of}: {_cell_change(what, table)}"
    if action == "edit_title":
        return f"title{of}: {_change(table.title if table else '', what.get('title'))}"
    if action in ("edit_note", "remove_note", "add_note"):
        return f"{_note_words(action, what, table)}{of}"
    if action in _SHAPES:
        return _SHAPES[action].format(_one(what.get("at"))) + of
    if action == "undo":
        return f"took back: {said.get(str(what.get('correction')), 'an entry that is not here')}"
    if action == "sign":
        return f"signed: {what.get('meaning', 'checked')}"
    return _rest(action, what) + (of if what.get("table") else "")


def _rest(action: str, what: dict[str, Any]) -> str:
    """The actions without a text of before."""
    if action == "merge_cells":
        spans = f"{what.get('row_span', 1)} rows by {what.get('column_span', 1)} columns"
        return f"made one cell of {spans} at row {_one(what.get('row'))}, column {_one(what.get('column'))}"
    if action == "check":
        places = {"row": "row", "column": "column", "note": "footnote", "visit": "the visit of column"}
        named = [f"{word} {_one(what[key])}" for key, word in places.items() if what.get(key) not in (None, -1)]
        return f"said that {', '.join(named) or 'the whole'} is right as it was read:"
    if action == "edit_visit":
        given = ", ".join(f"{key} {'none' if value is None else value}" for key, value in what.get("said", {}).items())
        return f"the visit of column {_one(what.get('column'))} is: {given};"
    if action == "add":
        return f"added a table on page {what.get('page')}"
    if action == "join":
        return f"joined tables {', '.join(map(str, what.get('tables', [])))}"
    if action == "split":
        return f"split before row {_one(what.get('row'))} the rows"
    if action == "header_rows":
        return f"set the header to {what.get('rows')} rows"
    return "had it read between moved lines" if action == "redraw" else action.replace("_", " ")


def _named(what: dict[str, Any], table: SoeTable | None) -> str:
    if what.get("near_miss") is not None:
        return f"near miss {what['near_miss']}"
    if what.get("page") is not None and what.get("table") is None:
        return f"page {what['page']}" if what["page"] else "the document"
    return f"table {what.get('table')}" + (f" ({table.title})" if table is not None and table.title else "")


def _cell_change(what: dict[str, Any], table: SoeTable | None) -> str:
    place = (what.get("row"), what.get("column"))
    cell = next((one for one in table.cells if (one.row, one.column) == place), None) if table else None
    parts = [_change(cell.text if cell else "", what.get("text"))]
    for name, was in (("markers", cell.markers if cell else []), ("states", cell.states if cell else [])):
        now = what.get(name)
        if now is not None and list(now) != list(was):
            parts.append(f"{name} {_change(', '.join(was), ', '.join(now))}")
    return "; ".join(parts)


def _note_words(action: str, what: dict[str, Any], table: SoeTable | None) -> str:
    number = what.get("note")
    there = table is not None and isinstance(number, int) and number < len(table.footnotes)
    was = table.footnotes[number] if there and table is not None and isinstance(number, int) else None
    now = f"{what.get('marker', '')} {what.get('text', '')}".strip()
    before = f"{was.marker} {was.text}".strip() if was is not None else ""
    if action == "add_note":
        return f"added the footnote “{now}”"
    if action == "remove_note":
        return f"took out footnote {_one(number)} “{before}”"
    return f"footnote {_one(number)}: {_change(before, now)}"


def _change(was: object, now: object) -> str:
    return f"“{was}” → “{now}”"


def _one(place: object) -> object:
    """A place as people count."""
    return place + 1 if isinstance(place, int) else place


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
