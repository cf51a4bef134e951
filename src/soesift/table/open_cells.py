"""Cells left open by missing vertical rules, parted again where the words keep to the table's columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.printed_lines import text_lines
from soesift.document.words import Words
from soesift.table.fill_text import words_by_cell
from soesift.table.grid import FoundTable, GridCell

CROSS = 2.0  # points by which a word may pass a boundary
WIDE = 0.9  # of the character height: a gap that parts columns rather than words


def part_open_cells(table: FoundTable, words: Words) -> None:
    """Cut each wide cell at the column boundaries if its words respect them all: a rule was lost."""
    wide = [i for i, c in enumerate(table.cells) if c.column_span >= 2]
    if not wide:
        return
    inside, cell_of = words_by_cell(table, words)
    parted: dict[int, list[GridCell]] = {}
    for index in wide:
        chosen = inside[cell_of == index]
        if len(chosen) >= 2 and keeps_to_columns(table, table.cells[index], words, chosen):
            parted[index] = cut_columns(table.cells[index])
    if parted:
        table.cells = [c for i, cell in enumerate(table.cells) for c in parted.get(i, [cell])]


def keeps_to_columns(table: FoundTable, cell: GridCell, words: Words, chosen: NDArray[np.intp]) -> bool:
    """No word crosses an inner boundary, and wherever a printed line changes column there is a wide gap; one does."""
    inner = table.columns[cell.column + 1 : cell.column + cell.column_span]
    boxes = words.boxes[chosen]
    if ((boxes[:, 0, None] < inner - CROSS) & (boxes[:, 2, None] > inner + CROSS)).any():
        return False
    column = np.searchsorted(inner, (boxes[:, 0] + boxes[:, 2]) / 2)
    if len(np.unique(column)) < 2:
        return False
    shared = False
    place = dict(zip(chosen.tolist(), column.tolist(), strict=True))
    for line in text_lines(words, chosen):
        for before, after in zip(line.tolist(), line[1:].tolist(), strict=False):
            gap = words.boxes[after, 0] - words.boxes[before, 2]
            if place[before] != place[after] and gap < WIDE * words.size[before]:
                return False
            shared |= place[before] != place[after]
    return shared


def cut_columns(cell: GridCell) -> list[GridCell]:
    return [GridCell(cell.row, cell.column + k, cell.row_span, 1) for k in range(cell.column_span)]
