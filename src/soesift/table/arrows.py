"""Arrows drawn through a row: a mark in every column they pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from soesift.document.words import Words
from soesift.table.grid import FoundTable, GridCell

ARROW = "→"
LOW = 0.8  # of the usual height of a row: a line in a row's middle leaves less on either side
REACH = 0.2  # of a column's width that an arrow must cover to mark it


def free_arrows(table: FoundTable, words: Words) -> None:
    """Take lines for arrows that were taken for rules, in place: each cuts no text off, neither above nor below, while
    the name of its row stands on both sides of it. A rule between two rows has something to part.

    Cells have no text yet.
    """
    boundary = 1
    while boundary < table.shape[0]:
        if (span := idle_span(table, boundary, words)) is not None:
            first, last = span
            line = (table.rows[boundary], table.columns[first], table.columns[last + 1])
            table.arrows = np.concatenate([table.arrows, np.asarray([line], np.float32)])
            table.cells = without_boundary(table.cells, boundary)
            table.rows = np.delete(table.rows, boundary)
        else:
            boundary += 1


def idle_span(table: FoundTable, boundary: int, words: Words) -> tuple[int, int] | None:
    """First and last column of the cells that end at a boundary of rows, if they and those below them are two columns
    and more, empty, and not all columns; None otherwise."""
    above = [c for c in table.cells if c.row + c.row_span == boundary]
    below = [c for c in table.cells if c.row == boundary]
    first, last = (f([c.column for c in above], default=0) for f in (min, max))
    through = any(c.column == 0 and c.row < boundary < c.row + c.row_span for c in table.cells)
    if not through or first == 0 or last == first or any(c.row_span > 1 for c in (*above, *below)):
        return None
    if {c.column for c in above} != {c.column for c in below}:
        return None
    y0, y1 = table.rows[boundary - 1], table.rows[boundary + 1]
    if max(np.diff(table.rows[boundary - 1 : boundary + 2])) > LOW * np.median(np.diff(table.rows)):
        return None
    last = max(c.column + c.column_span - 1 for c in above)
    x, y = ((words.boxes[:, k] + words.boxes[:, k + 2]) / 2 for k in (0, 1))
    inside = (y > y0) & (y < y1)
    held = {c.column for c in above if (inside & _within(x, table, c.column, c.column_span)).any()}
    named = (inside & _within(x, table, 0, 1)).any()
    return (first, last) if named and not held else None


def _within(x: NDArray[np.floating], table: FoundTable, column: int, span: int) -> NDArray[np.bool_]:
    return np.asarray((x > table.columns[column]) & (x < table.columns[column + span]))


def without_boundary(cells: list[GridCell], boundary: int) -> list[GridCell]:
    """The cells without an inner boundary of rows: those that ended there reach down over those below them."""
    kept = []
    for cell in cells:
        if cell.row == boundary:
            continue
        over = cell.row < boundary < cell.row + cell.row_span
        ends = cell.row + cell.row_span == boundary
        high = cell.row_span - over if not ends else cell.row_span
        kept.append(replace(cell, row=cell.row - (cell.row > boundary), row_span=high))
    return kept


def mark_arrows(table: FoundTable) -> None:
    """Write an arrow into each empty cell that a drawn line passes, if it passes at least two columns of a named row.

    A line that stays within one column is an underline and is left alone; one beside no name is a curve, or its key.
    """
    owner = {(c.row, column): c for c in table.cells for column in range(c.column, c.column + c.column_span)}
    first = [c for c in table.cells if c.column == 0 and c.text]
    named = {row for c in first for row in range(c.row, c.row + c.row_span)}
    width = np.diff(table.columns)
    for y, x0, x1 in table.arrows:
        row = int(np.searchsorted(table.rows, y, side="right")) - 1
        if row not in named:
            continue
        overlap = np.minimum(x1, table.columns[1:]) - np.maximum(x0, table.columns[:-1])
        passed = np.flatnonzero(overlap >= REACH * width)
        if len(passed) < 2:
            continue
        for column in passed:
            cell = owner.get((row, int(column)))
            if cell is not None and not cell.text:
                cell.text = ARROW
