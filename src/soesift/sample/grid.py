"""A table's cells with merges, before it is drawn; and what it says, as a plain grid of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

RAISED = re.compile(r"\^\[([^\]]*)\]")  # "X^[a]": an X with a raised a


@dataclass(slots=True)
class Cell:
    """`text` may hold raised parts. `said` is what the cell says where that differs from its drawn text.

    arrow: a horizontal arrow is drawn through the cell (neighbours join to one arrow).
    redacted: a black box covers it.
    """

    text: str = ""
    rows: int = 1
    columns: int = 1
    bold: bool = False
    centred: bool = False
    shade: float | None = None  # luminance of the background
    upright: bool = False  # text runs upwards, for narrow header cells
    arrow: bool = False
    redacted: bool = False
    said: str | None = None


Row = list[Cell | None]  # None: covered by a merged cell


@dataclass(slots=True)
class Grid:
    cells: list[Row]
    header_rows: int = 1
    bands: set[int] = field(default_factory=set)  # rows that hold one category name over the full width

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.cells), len(self.cells[0])

    def texts(self) -> list[list[str]]:
        """(rows, columns) texts: merged text repeated, raised markers inline, nothing under a black box."""
        owners = self.owners()
        return [[said(self._at(owner)) for owner in row] for row in owners]

    def owners(self) -> list[list[tuple[int, int]]]:
        """(rows, columns) position of the cell that covers each position."""
        height, width = self.shape
        owners = [[(r, c) for c in range(width)] for r in range(height)]
        for r, row in enumerate(self.cells):
            for c, cell in enumerate(row):
                if cell is not None and (cell.rows > 1 or cell.columns > 1):
                    for i in range(r, r + cell.rows):
                        owners[i][c : c + cell.columns] = [(r, c)] * cell.columns
        return owners

    def _at(self, place: tuple[int, int]) -> Cell:
        cell = self.cells[place[0]][place[1]]
        assert cell is not None
        return cell

    def window(self, rows: Sequence[int], columns: Sequence[int]) -> Grid:
        """The grid of these rows and columns only; merged cells are cut, and say their text in each part."""
        owners = self.owners()
        kept = [[owners[r][c] for c in columns] for r in rows]
        new: list[Row] = [[None] * len(columns) for _ in rows]
        done: set[tuple[int, int]] = set()
        for i, line in enumerate(kept):
            for j, owner in enumerate(line):
                if owner in done:
                    continue
                done.add(owner)
                down, across = _run([x[j] for x in kept[i:]], owner), _run(line[j:], owner)
                new[i][j] = replace(self._at(owner), rows=down, columns=across)
        bands = {i for i, r in enumerate(rows) if r in self.bands}
        return Grid(new, sum(r < self.header_rows for r in rows), bands)


def _run(line: Sequence[tuple[int, int]], owner: tuple[int, int]) -> int:
    length = 0
    while length < len(line) and line[length] == owner:
        length += 1
    return length


def said(cell: Cell) -> str:
    """What a reader reads in the cell: single spaces, raised parts inline."""
    if cell.redacted:
        return ""
    text = cell.text if cell.said is None else cell.said
    return " ".join(RAISED.sub(r"\1", text).split())


def plain_grid(texts: Sequence[Sequence[str]], header_rows: int = 1, shade: float | None = None) -> Grid:
    """A grid without merges; the header is bold."""
    rows: list[Row] = [
        [Cell(t, bold=r < header_rows, shade=shade if r < header_rows else None) for t in row]
        for r, row in enumerate(texts)
    ]
    return Grid(rows, header_rows)


def transposed(grid: Grid) -> Grid:
    """Rows and columns exchanged; the first column becomes the header row. Category bands are left out."""
    rows = [r for r in range(grid.shape[0]) if r not in grid.bands]
    whole = grid.window(rows, range(grid.shape[1]))
    height, width = whole.shape
    new: list[Row] = [[None] * height for _ in range(width)]
    for r, row in enumerate(whole.cells):
        for c, cell in enumerate(row):
            if cell is not None:
                new[c][r] = replace(cell, rows=cell.columns, columns=cell.rows)
    return Grid(new, 1)
