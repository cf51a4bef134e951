"""Putting words into cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.printed_lines import read_lines
from soesift.document.raised import UP, plain
from soesift.document.words import Words
from soesift.table.grid import FoundTable


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
    height, width = table.shape
    inside = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    return inside, owners(table)[row[inside], column[inside]]


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
