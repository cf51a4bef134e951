"""Putting words into cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.printed_lines import read_lines
from soesift.document.raised import UP, plain
from soesift.document.words import Words
from soesift.table.grid import FoundTable

TIE = 0.2  # of its height: a word whose middle lies so little below a rule may be of the row above. .1 to .3
ALIKE = 0.1  # of the height: words of one print differ by less. .05 to .2
THROUGH = (0.2, 0.7)  # of the height: so far below a clipped line begins one of the next row. Lines of one cell: .8 on
LEADING = 1.6  # of the height: so far above it begins the line before, at most. 1.3 to 2


def owners(table: FoundTable) -> NDArray[np.intp]:
    """(r, c): index of the cell that covers each position."""
    owner = np.zeros(table.shape, np.intp)
    for index, cell in enumerate(table.cells):
        owner[cell.row : cell.row + cell.row_span, cell.column : cell.column + cell.column_span] = index
    return owner


def words_by_cell(table: FoundTable, words: Words) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the words inside the table, and the cell that holds the middle of each."""
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    column = np.searchsorted(table.columns, middle[:, 0], side="right") - 1
    row = np.searchsorted(table.rows, middle[:, 1], side="right") - 1
    if len(table.moved):
        column[table.moved[:, 0]] = table.moved[:, 1]
    row = row - _is_clipped(table, words, row, column)
    height, width = table.shape
    inside = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    return inside, owners(table)[row[inside], column[inside]]


def _is_clipped(table: FoundTable, words: Words, row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(w,) words of a last line that hangs out of its row, over the rule: print of the next row lies through them."""
    clipped = np.zeros(len(words), bool)
    top, bottom = words.boxes[:, 1], words.boxes[:, 3]
    high = np.maximum(bottom - top, 1.0)
    place = np.clip(row, 1, len(table.rows) - 1)
    sunk = (top + bottom) / 2 - table.rows[place]
    for index in np.flatnonzero((row == place) & (sunk >= 0) & (sunk < TIE * high)).tolist():
        same = (column == column[index]) & (np.abs(high - high[index]) < ALIKE * high[index])
        step = (top - top[index]) / high[index]
        through = same & (row == row[index]) & (step > THROUGH[0]) & (step < THROUGH[1])
        above = same & (row == row[index] - 1) & (step < -THROUGH[1]) & (step > -LEADING)
        clipped[index] = bool(through.any() and above.any())
    return clipped


def fill_cells(table: FoundTable, words: Words, lost: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    """Write each cell's text, with what is raised in it; returns the indices of the words used.

    lost: indices of words that are left out; they keep their numbers, by which a table may have moved words.
    """
    inside, cell_of = words_by_cell(table, words)
    if lost is not None and len(lost):
        kept = ~np.isin(inside, lost)
        inside, cell_of = inside[kept], cell_of[kept]
    order = np.argsort(cell_of, kind="stable")
    inside, cell_of = inside[order], cell_of[order]
    starts = np.flatnonzero(np.diff(cell_of, prepend=-1))
    for start, chosen in zip(starts, np.split(inside, starts[1:]), strict=False):
        shown = read_lines(words, chosen, shown=True)
        cell = table.cells[cell_of[start]]
        cell.text, cell.shown = (plain(shown), shown) if UP in shown else (shown, "")
    return inside
