"""A schedule while it is being amended: what an edit may still touch."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from soesift.sample.grid import Cell, Grid, Row

Spot = int | Row | Cell | None  # an old position, or what is new there
MARKER = re.compile(r"\^\[([^\]]*)\]| \(([^()\s]{1,2})\)$")


@dataclass(slots=True)
class Draft:
    """The new version in the making. `rows` and `columns` hold for each grid position the one of the old
    version (None: new); what an edit has touched is left alone by structural edits that follow.
    """

    rng: Random
    grid: Grid
    notes: list[tuple[str, str]]
    rows: list[int | None]
    columns: list[int | None]
    last: int  # column behind the last visit
    rows_used: set[int] = field(default_factory=set)  # old positions
    columns_used: set[int] = field(default_factory=set)
    todo: list[tuple[str, Spot, Spot, str, str]] = field(default_factory=list)


def body(draft: Draft) -> list[int]:
    """Positions of rows that edits may touch: plain activities not touched before."""
    return [
        r
        for r in range(draft.grid.header_rows, len(draft.rows))
        if draft.rows[r] is not None and draft.rows[r] not in draft.rows_used and plain(draft.grid.cells[r])
    ]


def plain(row: Row) -> bool:
    return all(cell is not None and cell.rows == cell.columns == 1 and not cell.arrow for cell in row)


def visits(draft: Draft) -> list[int]:
    """Positions of visits not touched before."""
    kept = (c for c in range(1, draft.last) if draft.columns[c] is not None)
    return [c for c in kept if draft.columns[c] not in draft.columns_used]


def marked(draft: Draft, axis: int, at: int) -> bool:
    """Whether a mark of this row (axis 1) or column (axis 2) was edited: it must not go as a whole."""
    old = (draft.rows if axis == 1 else draft.columns)[at]
    return any(item[axis] == old for item in draft.todo if item[0].startswith("mark") and isinstance(item[axis], int))


def cell_at(draft: Draft, r: int, c: int) -> Cell:
    cell = draft.grid.cells[r][c]
    assert cell is not None
    return cell


def take_row(draft: Draft, r: int) -> int:
    old = draft.rows[r]
    assert old is not None
    draft.rows_used.add(old)
    return old


def take_column(draft: Draft, c: int) -> int:
    old = draft.columns[c]
    assert old is not None
    draft.columns_used.add(old)
    return old


def spanned(draft: Draft, r: int, c: int) -> bool:
    row = draft.grid.cells[r]
    return row[c] is None or cell_at(draft, r, c).columns > 1 or (c + 1 < len(row) and row[c + 1] is None)
