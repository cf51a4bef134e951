"""Fragments of logical tables from grids, with every number chosen by the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soesift.join.fragment import Fragment
from soesift.table.context import TextLine
from soesift.table.grid import GridCell
from soesift.table.record import TableRecord

Grid = list[list[str]]
Span = tuple[int, int, int, int]  # row, column, row_span, column_span

HEADER = [["Procedure", "Screening", "Day 1", "Day 8", "Day 15"]]
BODY = [
    ["Informed consent", "X", "", "", ""],
    ["Physical examination", "X", "X", "", "X"],
    ["Vital signs", "X", "X", "X", "X"],
    ["ECG", "", "X", "", "X"],
    ["Hematology", "X", "", "X", ""],
    ["Adverse events", "", "X", "X", "X"],
]


def grid_cells(grid: Grid, spans: Sequence[Span] = ()) -> list[GridCell]:
    """One cell a position, or one for each span."""
    covered = {(r + i, c + k) for r, c, high, wide in spans for i in range(high) for k in range(wide)}
    merged = [GridCell(r, c, high, wide, grid[r][c]) for r, c, high, wide in spans]
    single = [
        GridCell(r, c, 1, 1, text) for r, row in enumerate(grid) for c, text in enumerate(row) if (r, c) not in covered
    ]
    return sorted([*merged, *single], key=lambda cell: (cell.row, cell.column))


def fragment(
    grid: Grid,
    page: int | None = 1,
    *,
    header_rows: int = 1,
    columns: Sequence[float] | None = None,
    spans: Sequence[Span] = (),
    caption: str = "",
    heading: str = "",
    above: str = "text above " * 12,
    flags: Sequence[str] = (),
    soe: float = 0.95,
    sampling: float = 0.0,
    order: int | None = None,
    below: Sequence[TextLine] = (),
    redacted: bool = False,
) -> Fragment:
    """A fragment whose columns are 60 points wide and rows 20 high, 40 points from the page's corner."""
    places = np.asarray(columns or [40 + 60 * k for k in range(len(grid[0]) + 1)], np.float32)
    rows = np.asarray([40 + 20 * k for k in range(len(grid) + 1)], np.float32)
    record = TableRecord(
        table_id=f"{page}-{order}",
        document="toy",
        page=page,
        n_pages=None if page is None else 20,
        bbox=None if page is None else (float(places[0]), 40.0, float(places[-1]), float(rows[-1])),
        page_size=None if page is None else (792.0, 612.0),
        header_rows=header_rows,
        grid=grid,
        caption=caption,
        heading=heading,
        above=above,
        flags=list(flags),
    )
    return Fragment(
        record,
        grid_cells(grid, spans),
        rows,
        places,
        order if order is not None else (page or 0) * 10,
        soe=soe,
        sampling=sampling,
        below=list(below),
        redacted=redacted,
    )


def lines(*texts: str, top: float = 300.0, gaps: dict[int, float] | None = None) -> list[TextLine]:
    """Printed lines of 8 points under each other; `gaps` are extra points before a line."""
    found, y = [], top
    for number, text in enumerate(texts):
        y += (gaps or {}).get(number, 2.0)
        found.append(TextLine(text, y, y + 8, 8.0))
        y += 8
    return found
