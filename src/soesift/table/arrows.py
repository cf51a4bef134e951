"""Arrows drawn through a row: a mark in every column they pass."""

from __future__ import annotations

import numpy as np

from soesift.table.grid import FoundTable

ARROW = "→"
REACH = 0.2  # of a column's width that an arrow must cover to mark it


def mark_arrows(table: FoundTable) -> None:
    """Write an arrow into each empty cell that a drawn line passes, if the line passes at least two columns.

    A line that stays within one column is an underline and is left alone.
    """
    owner = {(c.row, c.column): c for c in table.cells}
    width = np.diff(table.columns)
    for y, x0, x1 in table.arrows:
        row = int(np.searchsorted(table.rows, y, side="right")) - 1
        if not 0 <= row < len(table.rows) - 1:
            continue
        overlap = np.minimum(x1, table.columns[1:]) - np.maximum(x0, table.columns[:-1])
        passed = np.flatnonzero(overlap >= REACH * width)
        if len(passed) < 2:
            continue
        for column in passed:
            cell = owner.get((row, int(column)))
            if cell is not None and not cell.text:
                cell.text = ARROW
