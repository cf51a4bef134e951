"""Rows that no rule parts: where several cells of one band hold a column of marks, each printed line is a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.document.printed_lines import join_line, text_lines
from soesift.document.rulings import Lines
from soesift.document.words import Words
from soesift.table.band_rows import cuts_between
from soesift.table.fill_text import words_by_cell
from soesift.table.grid import FoundTable, GridCell
from soesift.table.lattice import closed_sides
from soesift.table.signs import is_mark


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """When one band between rules holds several rows."""

    least_rows: int = 2  # lines of marks in one band that make it several rows. 2
    sure_rows: int = 3  # so many need no name beside each of them. 3 to 4
    least_cells: int = 2  # cells of the band that hold such a column of marks. 2 to 3
    same: float = 0.6  # of the character height: marks closer than this stand in one row. .4 to .8
    own: float = 1.6  # of the character height: a name this far from any mark is a row of its own. 1.2 to 2.2
    padded: float = 1.25  # of the character height: rows of marks this far apart have room between them. 1.2 to 1.4
    pitch: float = 0.9  # of the least distance of two such rows: a name so far from any mark is a row. .85 to .95


SETTINGS = SplitSettings()


def split_rows(table: FoundTable, words: Words, vertical: Lines | None = None) -> None:
    """Cut each band that holds columns of marks into the rows of those marks, in place.

    vertical: rules (x, y0, y1); where none parts two columns beside a new row, its cell reaches over both.
    """
    inside, cell_of = words_by_cell(table, words)
    held = np.bincount(cell_of, minlength=len(table.cells))
    # a band is several rows only if its first cell names them: few words there end the question
    named = {
        c.row for i, c in enumerate(table.cells) if c.column == 0 and c.row_span == 1 and held[i] >= SETTINGS.least_rows
    }
    none = np.zeros(0, np.float32)
    cuts = {
        row: band_cuts(table, row, words, inside, cell_of) if row in named else none for row in range(table.shape[0])
    }
    if any(len(cut) for cut in cuts.values()):
        cut_bands(table, cuts, vertical)


def band_cuts(
    table: FoundTable, row: int, words: Words, inside: NDArray[np.intp], cell_of: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Heights at which a band is to be cut; empty for an ordinary row."""
    marks: list[float] = []
    names: list[float] = []
    loose: list[float] = []  # marks, of cells too that hold something else besides
    size, stacked, several = 0.0, 0, 0
    for index, cell in enumerate(table.cells):
        if cell.row != row or cell.row_span != 1:
            continue
        chosen = inside[cell_of == index]
        if not len(chosen) or words.turn[chosen].any():
            continue
        lines = text_lines(words, chosen)
        middles = [float((words.boxes[line, 1] + words.boxes[line, 3]).mean() / 2) for line in lines]
        if cell.column == 0:
            names, size = middles, float(np.median(words.size[chosen]))
        else:
            told = [is_mark(join_line(words, line)) for line in lines]
            loose += [middle for middle, mark in zip(middles, told, strict=True) if mark]
            several += sum(told) >= 2
            if all(told):
                marks += middles
                stacked += len(lines) >= 2
    if several >= SETTINGS.least_cells:
        roomy = cuts_between(names, row_anchors(loose, [], size).tolist(), size)
        if roomy is not None:
            return roomy.astype(np.float32)
    if stacked < SETTINGS.least_cells or len(names) < SETTINGS.least_rows:
        return np.zeros(0, np.float32)
    anchors = row_anchors(marks, names, size)
    beside = [min(abs(n - a) for n in names) <= SETTINGS.same * size for a in anchors]
    if len(anchors) < SETTINGS.least_rows or (len(anchors) < SETTINGS.sure_rows and not all(beside)):
        return np.zeros(0, np.float32)
    return ((anchors[1:] + anchors[:-1]) / 2).astype(np.float32)


def row_anchors(marks: list[float], names: list[float], size: float) -> NDArray[np.float64]:
    """Sorted heights of rows: those of marks, and of names that are far from all marks."""
    anchors: list[float] = []
    for middle in sorted(marks):
        if not anchors or middle - anchors[-1] > SETTINGS.same * size:
            anchors.append(middle)
    far = SETTINGS.own * size
    pitch = min(np.diff(anchors)) if len(anchors) >= SETTINGS.sure_rows else 0.0
    if pitch > SETTINGS.padded * size:  # rows stand wider than lines of one name do
        far = min(far, SETTINGS.pitch * float(pitch))
    alone = [n for n in names if min(abs(n - a) for a in anchors) > far]
    return np.asarray(sorted(anchors + alone))


def cut_bands(table: FoundTable, cuts: dict[int, NDArray[np.float32]], vertical: Lines | None = None) -> None:
    """Insert the new boundaries; cells of a cut band become one a row, others keep their extent."""
    first = np.concatenate([[0], np.cumsum([1 + len(cuts[row]) for row in range(table.shape[0])])])
    bounds = [np.concatenate([[table.rows[row]], cuts[row]]) for row in range(table.shape[0])]
    table.rows = np.concatenate([*bounds, table.rows[-1:]]).astype(np.float32)
    cells = []
    for cell in table.cells:
        top, bottom = int(first[cell.row]), int(first[cell.row + cell.row_span])
        if cell.row_span == 1:
            cells += [GridCell(row, cell.column, 1, cell.column_span) for row in range(top, bottom)]
        else:
            cells.append(GridCell(top, cell.column, bottom - top, cell.column_span))
    new = {int(first[row]) + k for row, cut in cuts.items() if len(cut) for k in range(len(cut) + 1)}
    table.cells = cells if vertical is None else bridged(table, cells, new, vertical)


def bridged(table: FoundTable, cells: list[GridCell], new: set[int], vertical: Lines) -> list[GridCell]:
    """The cells, those of new rows joined where no rule parts them beside their row."""
    parted = closed_sides(vertical, table.columns, table.rows).T  # (r, c + 1)
    kept: dict[tuple[int, int], GridCell] = {}
    for cell in sorted(cells, key=lambda c: (c.row, c.column)):
        before = next((c for c in kept.values() if c.row == cell.row and c.column + c.column_span == cell.column), None)
        if cell.row in new and before is not None and cell.column > 1 and not parted[cell.row, cell.column]:
            before.column_span += cell.column_span
        else:
            kept[cell.row, cell.column] = cell
    return list(kept.values())
