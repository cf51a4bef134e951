"""A found table: cells on a grid of row and column boundaries, with their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Box
from soesift.document.raised import runs_of, split_raised
from soesift.result.models import State


@dataclass(slots=True)
class GridCell:
    """A cell covering `row_span` x `column_span` positions of the grid.

    text: all that is printed; shown: the same with raised characters between signs, where there are any
    (soesift.document.raised).
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str = ""
    shown: str = ""
    states: tuple[State, ...] = ()

    @property
    def plain(self) -> str:
        """The text without raised footnote markers."""
        return split_raised(runs_of(self.shown))[0] if self.shown else self.text


@dataclass(slots=True)
class FoundTable:
    """A table on one page, in the frame in which its text is upright.

    rows: (r + 1,) and columns: (c + 1,) boundaries in points; rotation: clockwise degrees by which that frame
    is turned on the page; borderless: columns come from white space; ruled: share of the inner cell sides
    that are drawn; arrows: (a, 3) horizontal lines (y, x0, x1) that end inside cells; bbox: on the page as
    displayed; shades: luminance of each row's background, 1 where nothing is filled; moved: (m, 2)
    numbers of words that belong to another column than the one their middle lies in, and that column.
    """

    page: int
    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    cells: list[GridCell]
    rotation: int = 0
    borderless: bool = False
    ruled: float = 0.0
    bbox: Box = (0.0, 0.0, 0.0, 0.0)
    flags: list[str] = field(default_factory=list)
    arrows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    shades: list[float] = field(default_factory=list)
    moved: NDArray[np.intp] = field(default_factory=lambda: np.zeros((0, 2), np.intp))

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows) - 1, len(self.columns) - 1

    @property
    def hull(self) -> Box:
        """Outer box in the table's own frame."""
        return float(self.columns[0]), float(self.rows[0]), float(self.columns[-1]), float(self.rows[-1])

    def texts(self) -> list[list[str]]:
        """The grid as printed, text of a merged cell repeated in each position it covers."""
        height, width = self.shape
        return spread(self.cells, [[""] * width for _ in range(height)])

    def plain_texts(self) -> list[list[str]]:
        """`texts` without raised footnote markers."""
        return without_markers(self.texts(), self.cells)


def spread(cells: Sequence[GridCell], grid: list[list[str]]) -> list[list[str]]:
    """`grid` with the text of each cell in each position it covers."""
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            grid[row][cell.column : cell.column + cell.column_span] = [cell.text] * cell.column_span
    return grid


def without_markers(grid: list[list[str]], cells: Sequence[GridCell]) -> list[list[str]]:
    """A copy of a grid as printed in which the cells that carry raised markers are without them."""
    marked = [(cell, text) for cell in cells if cell.shown and (text := cell.plain) != cell.text]
    grid = [list(row) for row in grid] if marked else grid
    for cell, text in marked:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                if grid[row][column] == cell.text:
                    grid[row][column] = text
    return grid
