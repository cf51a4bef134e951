"""Columns and rows that are none: rules a hair apart, drawn where one was meant, with no text of their own between."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from soesift.document.words import Words
from soesift.table.grid import FoundTable, GridCell
from soesift.table.signs import is_mark


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
