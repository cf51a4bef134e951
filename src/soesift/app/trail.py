"""What people did to a document, in words: each entry of its corrections with what stood there before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from soesift.export.wording import plain, type_name
from soesift.result.models import Result, SoeTable
from soesift.review.apply import Memo, apply_corrections
from soesift.review.corrections import Correction

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
