"""A table with one thing mended by a person: a cell, the title, a note, a row or column, the header's length.

Each function takes a table and gives a new one; places are those of the table as it is then. What a person has set
carries no doubt any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from soesift.join.fragment import letters, names_likeness
from soesift.join.stack import Joined, below, beside, keep_rows, label_columns
from soesift.result.models import Cell, Doubt, Footnote, Fragment, SoeTable, VisitSaid
from soesift.review.corrections import (
    AddNote,
    Check,
    EditCell,
    EditNote,
    EditTitle,
    EditVisit,
    HeaderRows,
    Mend,
    Merge,
    Redraw,
    Redrawn,
    RemoveNote,
    Reshape,
    Step,
)
from soesift.schedule import read_schedule


def mended(table: SoeTable, action: Mend) -> SoeTable:
    """The table with `action` carried out, its cells in reading order. Raises ValueError where its place is not in the
    table, or the table has other rows and columns than when it was said."""
    _same_shape(table, action.shape)
    done = _carried_out(_copied(table), action)
    done.cells.sort(key=lambda cell: (cell.row, cell.column))
    return done


def _carried_out(table: SoeTable, action: Mend) -> SoeTable:
    if isinstance(action, EditCell):
        return _edit_cell(table, action)
    if isinstance(action, EditTitle):
        doubts = [doubt for doubt in table.doubt if doubt.kind != "title"]
        return table.model_copy(update={"title": action.title, "title_source": "caption", "doubt": doubts})
    if isinstance(action, (EditNote, AddNote, RemoveNote)):
        return _edit_notes(table, action)
    if isinstance(action, Merge):
        return _merge(table, action)
    if isinstance(action, HeaderRows):
        if not action.rows < len(table.grid):
            raise ValueError(f"the table has {len(table.grid)} rows: the header must leave one")
        for cell in [cell for cell in table.cells if cell.doubt]:
            own(table, cell).doubt = _without(cell.doubt, "header")
        return table.model_copy(update={"header_rows": action.rows})
    if isinstance(action, Redraw):
        return _redraw(table, action.content)
    if isinstance(action, EditVisit):
        return _say_visit(table, action.column, action.said.given())
    if isinstance(action, Check):
        return _say_visit(table, action.visit, {}) if action.visit is not None else _check(table, action)
    return _reshape(table, action)


def shape_of(table: SoeTable) -> tuple[int, int]:
    """Rows and columns of the grid."""
    return len(table.grid), max(map(len, table.grid), default=0)


def _same_shape(table: SoeTable, shape: tuple[int, int] | None) -> None:
    now = shape_of(table)
    if shape is not None and shape != now:
        raise ValueError(
            f"said of a table of {shape[0]} rows and {shape[1]} columns; it has {now[0]} and {now[1]} now; look again"
        )


def _copied(table: SoeTable) -> SoeTable:
    """A table whose lists may be changed; its cells and notes are those of the other until `own` copies one, for a
    table of thousands of cells is mended hundreds of times."""
    lists = {"cells": [*table.cells], "footnotes": [*table.footnotes], "doubt": [*table.doubt]}
    return table.model_copy(update={"grid": [[*row] for row in table.grid], **lists})


def own(table: SoeTable, cell: Cell) -> Cell:
    """A copy of a cell in its place, which may be changed."""
    place = next(place for place, one in enumerate(table.cells) if one is cell)
    table.cells[place] = cell.model_copy()
    return table.cells[place]


def cell_at(table: SoeTable, row: int, column: int) -> Cell:
    """The cell that covers a position; one is made where none does. Raises ValueError outside the grid."""
    if row >= len(table.grid) or column >= len(table.grid[row]):
        raise ValueError(f"there is no row {row + 1} with a column {column + 1}")
    for cell in table.cells:
        if cell.row <= row < cell.row + cell.row_span and cell.column <= column < cell.column + cell.column_span:
            return cell
    cell = Cell(row=row, column=column, text=table.grid[row][column])
    table.cells.append(cell)
    return cell


def _edit_cell(table: SoeTable, action: EditCell) -> SoeTable:
    cell = own(table, cell_at(table, action.row, action.column))
    cell.text, cell.runs, cell.marker_guess, cell.doubt = action.text, [], False, []
    if action.markers is not None:
        cell.markers = action.markers
    if action.states is not None:
        cell.states = action.states
    _write(table, cell)
    return table


def _write(table: SoeTable, cell: Cell) -> None:
    """The cell's text into each position of the grid that it covers."""
    for row, column in cell.places:
        table.grid[row][column] = cell.text


def _edit_notes(table: SoeTable, action: EditNote | AddNote | RemoveNote) -> SoeTable:
    notes = table.footnotes
    if isinstance(action, AddNote):
        place = len(notes) if action.note is None else action.note
        notes.insert(place, Footnote(marker=action.marker, text=action.text))
        table.doubt = [doubt for doubt in table.doubt if doubt.marker != action.marker]
        return table
    if action.note >= len(notes):
        raise ValueError(f"the table has {len(notes)} footnotes")
    if isinstance(action, RemoveNote):
        del notes[action.note]
    else:
        notes[action.note] = Footnote(marker=action.marker, text=action.text, page=notes[action.note].page)
    return table


def _merge(table: SoeTable, action: Merge) -> SoeTable:
    last_row, last_column = action.row + action.row_span - 1, action.column + action.column_span - 1
    first = cell_at(table, action.row, action.column)
    cell_at(table, last_row, last_column)
    if (first.row, first.column) != (action.row, action.column):
        raise ValueError("the block cuts a merged cell in two; part that one first")
    block = {(r, c) for r in range(action.row, last_row + 1) for c in range(action.column, last_column + 1)}
    block |= set(first.places)
    texts = {place: table.grid[place[0]][place[1]] for place in block}
    touched = [cell for cell in table.cells if block.intersection(cell.places)]
    if any(not block.issuperset(cell.places) for cell in touched):
        raise ValueError("the block cuts a merged cell in two; part that one first")
    gone = {id(cell) for cell in touched}
    table.cells = [cell for cell in table.cells if id(cell) not in gone]
    spans = {"row_span": action.row_span, "column_span": action.column_span, "doubt": [], "bbox": None}
    one = first.model_copy(update={"row": action.row, "column": action.column, **spans})
    table.cells.append(one)
    _write(table, one)
    for row, column in sorted(block - set(one.places)):
        table.cells.append(Cell(row=row, column=column, text=texts[row, column], page=first.page))
    return table


def _check(table: SoeTable, action: Check) -> SoeTable:
    if action.note is not None:
        if action.note >= len(table.footnotes):
            raise ValueError(f"the table has {len(table.footnotes)} footnotes")
        table.footnotes[action.note] = table.footnotes[action.note].model_copy(update={"doubt": []})
    elif action.row is not None and action.column is not None:
        own(table, cell_at(table, action.row, action.column)).doubt = []
    else:
        table.doubt = []
    return table


def _say_visit(table: SoeTable, column: int, said: dict[str, Any]) -> SoeTable:
    """A person's word on a column as a visit. Raises ValueError where there is no such column, or it holds notes."""
    schedule = read_schedule(table)
    found = next((visit for visit in schedule.visits if visit.column == column), None)
    if found is None and column >= 0:
        raise ValueError(f"column {column + 1} is no column of visits")
    if found is not None and found.encounter is None and said.get("is_visit"):
        raise ValueError(f"column {column + 1} holds notes, not marks; mend its heading first")
    return table.model_copy(update={"visits_said": [*table.visits_said, VisitSaid(column=column, said=said)]})


def _shift_said(table: SoeTable, at: int, rows: bool, put: bool) -> list[VisitSaid]:
    """What was said of visits, at the places that the columns now have; what stood on a removed one goes with it."""
    if rows != ("transposed" in table.flags):
        return table.visits_said
    kept = [one for one in table.visits_said if put or one.column != at]
    step = 1 if put else -1
    return [one if one.column < at else one.model_copy(update={"column": one.column + step}) for one in kept]


def _without(doubts: list[Doubt], kind: str) -> list[Doubt]:
    return [doubt for doubt in doubts if doubt.kind != kind]


def _reshape(table: SoeTable, action: Reshape) -> SoeTable:
    """Rows and columns put in or taken out; merged cells grow and shrink with them."""
    rows, put = action.action.endswith("row"), action.action.startswith("insert")
    size = len(table.grid) if rows else max(map(len, table.grid), default=0)
    if action.at >= size + put:
        raise ValueError(f"the table has {size} {'rows' if rows else 'columns'}")
    if not put and size == 1:
        raise ValueError("the last one stays; reject the table instead")
    table.cells = [cell.model_copy() for cell in table.cells]
    kept = [cell for cell in table.cells if _shifted(cell, action.at, rows, put)]
    _reshape_grid(table, action.at, rows, put)
    table.visits_said = _shift_said(table, action.at, rows, put)
    if rows:
        inside = action.at < table.header_rows
        table.header_rows = max(0, table.header_rows + (1 if put and inside else -1 if not put and inside else 0))
    table.cells = kept
    if put:
        for cell in kept:
            _write(table, cell)
    return table


def _shifted(cell: Cell, at: int, rows: bool, put: bool) -> bool:
    """Move or stretch a cell for a row or column at `at`; False if nothing of it is left."""
    start, span = (cell.row, cell.row_span) if rows else (cell.column, cell.column_span)
    if put:
        start, span = (start + 1, span) if at <= start else (start, span + 1) if at < start + span else (start, span)
    elif at < start:
        start -= 1
    elif at < start + span:
        span -= 1
    if rows:
        cell.row, cell.row_span = start, max(span, 1)
    else:
        cell.column, cell.column_span = start, max(span, 1)
    return span > 0


def _reshape_grid(table: SoeTable, at: int, rows: bool, put: bool) -> None:
    width = max(map(len, table.grid), default=0)
    if not rows:
        for row in table.grid:
            if put:
                row.insert(at, "")
            elif at < len(row):
                del row[at]
        return
    pages = [*table.row_pages, *[None] * len(table.grid)][: len(table.grid)]
    if put:
        table.grid.insert(at, [""] * width)
        pages.insert(at, pages[min(at, len(pages) - 1)])
    else:
        del table.grid[at], pages[at]
    table.row_pages = pages if any(page is not None for page in pages) else []


def restepped(table: SoeTable, steps: Sequence[Step]) -> SoeTable:
    """The table with rows and columns put in and taken out; one without any begins with an empty cell."""
    table = _copied(table)
    if not table.grid:
        table.grid, table.cells = [[""]], [Cell(row=0, column=0, text="")]
        first = next((one for one in table.fragments if one.page is not None), None)
        if first is not None:
            table.cells[0].page, table.cells[0].bbox, table.row_pages = first.page, first.bbox, [first.page]
    for step in steps:
        _give_text(table, step)
        kind = f"{'insert' if step.put else 'remove'}_{'row' if step.rows else 'column'}"
        grown = _ending_at(table, step) if step.grows else []
        table = _reshape(table, Reshape.model_validate({"action": kind, "table": table.id, "at": step.at}))
        _grow(table, step, grown)
    return table


def _give_text(table: SoeTable, step: Step) -> None:
    """The texts of a row or column that goes, to the one that takes its place on the page."""
    if step.into is None:
        return
    for cell in [cell for cell in table.cells if cell.text and _only_at(cell, step)]:
        row, column = (step.into, cell.column) if step.rows else (cell.row, step.into)
        to = cell_at(table, row, column)
        if to.text != cell.text:
            to = own(table, to)
            to.text, to.runs = f"{to.text} {cell.text}".strip(), []
            to.markers = [*to.markers, *(one for one in cell.markers if one not in to.markers)]
            _write(table, to)


def _only_at(cell: Cell, step: Step) -> bool:
    start, span = (cell.row, cell.row_span) if step.rows else (cell.column, cell.column_span)
    return start == step.at and span == 1


def _ending_at(table: SoeTable, step: Step) -> list[tuple[int, int]]:
    """Merged cells whose last row or column lies right before a place."""
    ends = [
        (c, c.row + c.row_span, c.row_span) if step.rows else (c, c.column + c.column_span, c.column_span)
        for c in table.cells
    ]
    return [(c.row, c.column) for c, end, span in ends if end == step.at and span > 1]


def _grow(table: SoeTable, step: Step, grown: list[tuple[int, int]]) -> None:
    for cell in table.cells:
        if (cell.row, cell.column) in grown:
            if step.rows:
                cell.row_span += 1
            else:
                cell.column_span += 1
            _write(table, cell)


def _redraw(table: SoeTable, content: Redrawn | None) -> SoeTable:
    """Rows, columns and cells as read between the lines that a person moved."""
    if content is None:
        raise ValueError("nothing was read between these lines; move them in the app")
    _same_shape(table, content.shape)
    table = restepped(table, content.steps)
    positions = {place: number for number, cell in enumerate(content.cells) for place in cell.places}
    kept = []
    for cell in table.cells:
        numbers = {positions.get(place) for place in cell.places}
        if len(numbers) > 1:
            raise ValueError("merged cells are others now than when the lines were moved; move them again")
        if numbers == {None}:
            kept.append(cell)
    table.cells = [*kept, *content.cells]
    for cell in content.cells:
        if cell.row + cell.row_span > len(table.grid) or cell.column + cell.column_span > len(table.grid[cell.row]):
            raise ValueError("a cell that was read lies outside the table")
        _write(table, cell)
    boxes = dict(content.boxes)
    table.fragments = [
        one.model_copy(update={"bbox": boxes[n]}) if n in boxes else one for n, one in enumerate(table.fragments)
    ]
    table.doubt = [*table.doubt, *content.doubt]
    return table


# Tables joined and split on their grids alone, without the document.

ALIKE = 0.5  # share of row names that two tiles of one table have in common, as in joining


def join_tables(tables: Sequence[SoeTable]) -> SoeTable:
    """One table under the id and type of the first: tiles of the same rows side by side, else below each other.

    A header that is printed again is kept once; footnotes once each.
    """
    first = tables[0]
    joined, said = _as_joined(first), list(first.visits_said)
    for table in tables[1:]:
        block = _as_joined(table)
        said += _said(table, joined, block)
        joined = _with(joined, block)
    notes: dict[tuple[str, str], Footnote] = {}
    for table in tables:
        for note in table.footnotes:
            notes.setdefault((note.marker, note.text), note)
    rowed = {page for table in tables for page in table.pages}
    return _laid(first, joined).model_copy(
        update={
            "title": next((t.title for t in tables if t.title), ""),
            "probability": max(t.probability for t in tables),
            "pages": sorted(rowed),
            "footnote_pages": sorted({page for t in tables for page in t.footnote_pages} - rowed),
            "fragments": [f for t in tables for f in t.fragments],
            "footnotes": list(notes.values()),
            "visits_said": said,
            "flags": list(dict.fromkeys(flag for t in tables for flag in t.flags)),
            "evidence": list(dict.fromkeys(line for t in tables for line in t.evidence)),
        }
    )


def split_table(table: SoeTable, row: int, second_id: str) -> tuple[SoeTable, SoeTable]:
    """Rows before `row`, and header plus rows from `row` on; both keep all footnotes.

    Raises ValueError unless a body row is left on both sides.
    """
    head = table.header_rows
    if not head < row < len(table.grid):
        raise ValueError(f"row {row} leaves no row on one side: choose from {head + 1} to {len(table.grid) - 1}")
    upper, lower = _as_joined(table), _as_joined(table)
    keep_rows(upper, list(range(row)))
    keep_rows(lower, [*range(head), *range(row, len(table.grid))])
    body = lower.pages[head:]
    lower.pages = [body[0]] * head + body
    parts = []
    for joined, name in ((upper, table.id), (lower, second_id)):
        pages = {page for page in joined.pages[head:] if page is not None}
        update = {
            "id": name,
            "pages": sorted(pages) or table.pages,
            "fragments": _fragments(table.fragments, pages),
            "footnote_pages": [page for page in table.footnote_pages if page not in pages],
        }
        parts.append(_laid(table, joined).model_copy(update=update))
    return parts[0], parts[1]


def _as_joined(table: SoeTable) -> Joined:
    width = max(map(len, table.grid), default=0)
    grid = [[*row, *[""] * (width - len(row))] for row in table.grid]
    pages = [*table.row_pages, *[None] * len(grid)][: len(grid)]
    cells = [cell.model_copy() for cell in table.cells if cell.row < len(grid)]
    return Joined(min(table.header_rows, len(grid)), grid, pages, cells)


def _beside(joined: Joined, block: Joined) -> bool:
    return names_likeness(joined.names(), block.names()) >= ALIKE


def _said(table: SoeTable, joined: Joined, block: Joined) -> list[VisitSaid]:
    """What people said of the columns of a table that goes beside or below, at the places that these then have."""
    if not joined.grid or not block.grid or not _beside(joined, block):
        return table.visits_said
    step = joined.width - label_columns(joined, block)
    return [
        one.model_copy(update={"column": one.column + step}) if one.column >= 0 else one for one in table.visits_said
    ]


def _with(joined: Joined, block: Joined) -> Joined:
    if not block.grid or not joined.grid:
        return block if not joined.grid else joined
    if _beside(joined, block):
        return beside(joined, block)
    head = {tuple(map(letters, row)) for row in joined.grid[: joined.header_rows]}
    kept = [r for r, row in enumerate(block.grid) if r >= block.header_rows or tuple(map(letters, row)) not in head]
    keep_rows(block, kept)
    return below(joined, block)


def _laid(table: SoeTable, joined: Joined) -> SoeTable:
    update = {"header_rows": joined.header_rows, "grid": joined.grid, "row_pages": joined.pages, "cells": joined.cells}
    return table.model_copy(update=update)


def _fragments(fragments: list[Fragment], pages: set[int]) -> list[Fragment]:
    """Those on the pages; all where none is (a document without pages)."""
    return [f for f in fragments if f.page in pages] or fragments
