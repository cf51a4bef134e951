"""A found table: cells on a grid of row and column boundaries, with their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Box
from soesift.document.raised import runs_of, split_raised
from soesift.document.words import Words
from soesift.result.models import State
from soesift.table.lexicon import is_mark


@dataclass(slots=True)
class GridCell:
    """A cell covering `row_span` x `column_span` positions of the grid.

    text: all that is printed; shown: the same with raised characters between signs, where there are any
    (soesift.document.raised); indent: points from the left edge of the first column to where a text in it begins.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str = ""
    shown: str = ""
    states: tuple[State, ...] = ()
    indent: float = 0.0

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


# Columns and rows that are none: rules a hair apart, drawn where one was meant, with no text of their own between.


@dataclass(frozen=True, slots=True)
class SliverSettings:
    """How narrow, in points, a column or row is that may be no more than two rules."""

    column: float = 9.0  # the widest seen has 5; a column with an X in it has at least 8, and a text
    row: float = 4.5  # lower than any line of text
    head: int = 8  # rows of a header, at most
    share: float = 0.5  # of the usual width or height: a table may have nothing but narrow columns


SETTINGS = SliverSettings()


def close_slivers(table: FoundTable, words: Words, settings: SliverSettings = SETTINGS) -> None:
    """Make one boundary of each two that close in no text, in place; cells reach up to it from both sides."""
    wide, high = np.diff(table.columns), np.diff(table.rows)
    columns = (wide < settings.column) & (wide < settings.share * np.median(wide))
    rows = (high < settings.row) & (high < settings.share * np.median(high))
    if not columns.any() and not rows.any():
        return
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    if columns.any() and (columns := alone(table, columns, middle)).any():
        table.columns, place = closed(table.columns, columns)
        table.cells = [c for cell in table.cells if (c := laid(cell, place, down=False)).column_span]
    x0, _, x1, _ = table.hull
    within = middle[(middle[:, 0] > x0) & (middle[:, 0] < x1), 1]
    rows &= np.histogram(within, table.rows)[0] == 0
    if rows.any():
        table.rows, place = closed(table.rows, rows)
        table.cells = [c for cell in table.cells if (c := laid(cell, place, down=True)).row_span]


def join_halves(table: FoundTable, settings: SliverSettings = SETTINGS) -> None:
    """Make one column of two in a table without rules, of which one holds the heading and the other the marks: print
    set left below a heading that is centred leaves white between them. In place; cells have their text."""
    column = 1
    while column + 1 < table.shape[1]:
        own = [_own_texts(table, c) for c in (column, column + 1)]
        if _heads(own[0], own[1], settings) or _heads(own[1], own[0], settings):
            table.cells = _without_side(table.cells, column + 1)
            table.columns = np.delete(table.columns, column + 1)
        else:
            column += 1


def _without_side(cells: list[GridCell], side: int) -> list[GridCell]:
    """The cells without one inner boundary; of two that then stand in one place, the one with a text."""
    kept: dict[tuple[int, int], GridCell] = {}
    for cell in cells:
        over = cell.column < side < cell.column + cell.column_span
        left = cell.column - (cell.column >= side)
        new = replace(cell, column=left, column_span=cell.column_span - over)
        if new.text or (new.row, left) not in kept:
            kept[new.row, left] = new
    return list(kept.values())


def _own_texts(table: FoundTable, column: int) -> dict[int, str]:
    """By row, the texts of a column that stand in no other."""
    return {c.row: c.text for c in table.cells if c.column == column and c.column_span == 1 and c.text}


def _heads(head: dict[int, str], body: dict[int, str], settings: SliverSettings) -> bool:
    """Whether one column holds nothing but texts above the marks that the other holds."""
    if not head or not body or max(head) >= min(min(body), settings.head):
        return False
    return not any(map(is_mark, head.values())) and sum(map(is_mark, body.values())) >= 0.5 * len(body)


def alone(table: FoundTable, narrow: NDArray[np.bool_], middles: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Of the narrow columns those in no cell of which, of one column, a word stands."""
    kept = narrow.copy()
    for cell in table.cells:
        if cell.column_span == 1 and kept[cell.column]:
            left, right = table.columns[cell.column], table.columns[cell.column + 1]
            top, bottom = table.rows[cell.row], table.rows[cell.row + cell.row_span]
            x, y = middles[:, 0], middles[:, 1]
            if ((x > left) & (x < right) & (y > top) & (y < bottom)).any():
                kept[cell.column] = False
    return kept


def closed(bounds: NDArray[np.float32], slivers: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Boundaries without the slivers, each pair as its middle, the outer ones kept; and where each old one went."""
    place = np.concatenate([[0], np.cumsum(~slivers)]).astype(np.intp)
    merged = np.bincount(place, bounds) / np.bincount(place)
    merged[0], merged[-1] = bounds[0], bounds[-1]
    return merged.astype(np.float32), place


def laid(cell: GridCell, place: NDArray[np.intp], *, down: bool) -> GridCell:
    """A cell on the boundaries that are left; its span is 0 if it lay in a sliver."""
    if down:
        top, bottom = int(place[cell.row]), int(place[cell.row + cell.row_span])
        return GridCell(top, cell.column, bottom - top, cell.column_span)
    left, right = int(place[cell.column]), int(place[cell.column + cell.column_span])
    return GridCell(cell.row, left, cell.row_span, right - left)
