"""A grid in the making, with the page and the cells of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from soesift.join.likeness import letters
from soesift.result.models import Cell

_FIELDS = set(Cell.model_fields)


@dataclass(slots=True)
class Joined:
    """A grid in the making: rows of texts, the page of each row, and its cells."""

    header_rows: int
    grid: list[list[str]]
    pages: list[int | None]
    cells: list[Cell] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.grid[0])

    def names(self) -> list[str]:
        return [letters(row[0])[:60] for row in self.grid[self.header_rows :]]


def keep_rows(joined: Joined, kept: list[int]) -> None:
    """Drop all other rows, in grid, pages and cells."""
    place = {row: new for new, row in enumerate(kept)}
    joined.grid = [joined.grid[row] for row in kept]
    joined.pages = [joined.pages[row] for row in kept]
    cells = []
    for cell in joined.cells:
        rows = [place[r] for r in range(cell.row, cell.row + cell.row_span) if r in place]
        if rows:
            cell.row, cell.row_span = rows[0], len(rows)
            cells.append(cell)
    joined.cells = cells


def packed(cells: list[Cell]) -> list[Cell]:
    """The same cells in half of their memory: which fields were given is one set for all, and equal texts and edges of
    boxes are one object each. A long document keeps hundreds of thousands of cells to its end."""
    known: dict[Any, Any] = {}
    one = known.setdefault
    for cell in cells:
        object.__setattr__(cell, "__pydantic_fields_set__", _FIELDS)
        values = cell.__dict__
        values["text"] = one(cell.text, cell.text)
        if cell.bbox is not None:
            values["bbox"] = tuple([one(edge, edge) for edge in cell.bbox])
    return cells


def moved(cell: Cell, rows: int, columns: int) -> Cell:
    return cell.model_copy(update={"row": cell.row + rows, "column": cell.column + columns})
