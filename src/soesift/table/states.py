"""States of cells beside their text: grey ground, struck through, hidden by a box, an arrow drawn through."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Floats, Page
from soesift.document.words import Words
from soesift.result.models import State
from soesift.table.cell_text import words_by_cell
from soesift.table.grid import FoundTable, GridCell

# States of cells: on grey ground, struck through, under a box that hides them: they speak where text is silent.


@dataclass(frozen=True, slots=True)
class StateSettings:
    """Thresholds of cell states. Grey is luminance, 0 black to 1 white; areas are shares of a cell's."""

    dark: float = 0.15  # darker grounds hide what is under them. .05 to .3
    light: float = 0.97  # lighter grounds are paper. .93 to .99
    ground: float = 0.6  # of a cell must be grey. .5 to .9
    hidden: tuple[float, float] = (8.0, 5.0)  # points: smallest width and height of a box that hides a mark
    middle: tuple[float, float] = (0.3, 0.75)  # of a word's height from its top: there a line strikes it through
    struck: float = 0.8  # of a word's width is struck. .6 to .95
    reach: float = 4.0  # points by which a striking line may stand out of its words. 2 to 10


DEFAULT = StateSettings()


def mark_states(
    table: FoundTable, words: Words, page: Page, tags: NDArray[np.bool_], settings: StateSettings = DEFAULT
) -> None:
    """Give each cell of a filled table its states. `words` and `page` are upright; words are all of the page.

    tags: (w,) words that only say that something was taken out (`redaction_tags`).
    """
    fills, grey = _inside(page, table)
    lines = _striking(page.horizontal, table)
    if not len(fills) and not len(lines) and not tags.any():
        return
    inside, cell_of = words_by_cell(table, words)
    boxes = _cell_boxes(table)
    shaded = _share(boxes, fills[(grey >= settings.dark) & (grey < settings.light)]) >= settings.ground
    read = words.take(np.flatnonzero(~tags))  # a tag on a box says that it hides something
    dark = fills[grey < settings.dark]
    redacted = _hidden(boxes, _bare(dark, read, settings), settings)
    spoken = np.bincount(cell_of[~tags[inside]], minlength=len(boxes)) > 0
    redacted &= ~(spoken & (_share(boxes, dark) >= settings.ground))  # its ground is dark, and its text can be read
    redacted[cell_of[tags[inside]]] = True
    struck = _all_of(cell_of, _struck(words.lines[inside], lines, settings), len(table.cells))
    for index in np.flatnonzero(shaded | redacted | struck).tolist():
        flags: list[tuple[State, bool]] = [
            ("shaded", bool(shaded[index])),
            ("struck", bool(struck[index])),
            ("redacted", bool(redacted[index])),
        ]
        table.cells[index].states = tuple(name for name, holds in flags if holds)


def _cell_boxes(table: FoundTable) -> Floats:
    at = np.array([(c.column, c.row, c.column + c.column_span, c.row + c.row_span) for c in table.cells], np.intp)
    columns, rows = table.columns, table.rows
    return np.stack([columns[at[:, 0]], rows[at[:, 1]], columns[at[:, 2]], rows[at[:, 3]]], axis=1)


def _inside(page: Page, table: FoundTable) -> tuple[Floats, NDArray[np.float32]]:
    """The page's fills, and their luminance, that reach into a table."""
    x0, y0, x1, y1 = table.hull
    f = page.fills
    near = (f[:, 0] < x1) & (f[:, 2] > x0) & (f[:, 1] < y1) & (f[:, 3] > y0)
    return f[near], page.fill_grey[near]


def _share(boxes: Floats, fills: Floats) -> NDArray[np.float32]:
    """(c,) share of each cell that fills cover; overlapping fills count once each, up to the whole."""
    wide = np.minimum(boxes[:, None, 2], fills[:, 2]) - np.maximum(boxes[:, None, 0], fills[:, 0])
    high = np.minimum(boxes[:, None, 3], fills[:, 3]) - np.maximum(boxes[:, None, 1], fills[:, 1])
    area = (np.maximum(wide, 0) * np.maximum(high, 0)).sum(axis=1)
    own = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(np.minimum(1, area / np.maximum(own, 1e-6)), np.float32)


def _bare(dark: Floats, words: Words, settings: StateSettings) -> Floats:
    """Dark boxes, large enough, on which no word can be read: a head in white on black hides nothing."""
    wide, high = dark[:, 2] - dark[:, 0], dark[:, 3] - dark[:, 1]
    dark = dark[(wide >= settings.hidden[0]) & (high >= settings.hidden[1])]
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    over = (dark[:, None, :2] < middle).all(axis=2) & (dark[:, None, 2:] > middle).all(axis=2)
    free: Floats = dark[~np.asarray(over).any(axis=1)]
    return free


def _hidden(boxes: Floats, dark: Floats, settings: StateSettings) -> NDArray[np.bool_]:
    """(c,) cells into which a hiding box reaches by half of the least size on each side."""
    wide = np.minimum(boxes[:, None, 2], dark[:, 2]) - np.maximum(boxes[:, None, 0], dark[:, 0])
    high = np.minimum(boxes[:, None, 3], dark[:, 3]) - np.maximum(boxes[:, None, 1], dark[:, 1])
    return np.asarray(((wide > settings.hidden[0] / 2) & (high > settings.hidden[1] / 2)).any(axis=1), np.bool_)


def _striking(horizontal: Floats, table: FoundTable) -> Floats:
    """Horizontal lines inside a table that are none of its row boundaries, as boxes."""
    y = (horizontal[:, 1] + horizontal[:, 3]) / 2
    x0, y0, x1, y1 = table.hull
    within = (y > y0) & (y < y1) & (horizontal[:, 0] < x1) & (horizontal[:, 2] > x0)
    lines, y = horizontal[within], y[within]
    apart: Floats = lines[np.abs(y[:, None] - table.rows).min(axis=1) > 1.5]
    return apart


def _struck(words: Floats, lines: Floats, settings: StateSettings) -> NDArray[np.bool_]:
    """(w,) words through whose middle a line runs that is about as long as what it strikes."""
    height = words[:, 3] - words[:, 1]
    y = (lines[:, 1] + lines[:, 3]) / 2
    depth = (y - words[:, 1, None]) / np.maximum(height, 1e-6)[:, None]
    through = (depth > settings.middle[0]) & (depth < settings.middle[1])
    over = np.minimum(words[:, 2, None], lines[:, 2]) - np.maximum(words[:, 0, None], lines[:, 0])
    through &= over >= settings.struck * (words[:, 2] - words[:, 0])[:, None]
    first = np.where(through, words[:, 0, None], np.inf).min(axis=0, initial=np.inf)
    last = np.where(through, words[:, 2, None], -np.inf).max(axis=0, initial=-np.inf)
    fits = (lines[:, 0] > first - settings.reach) & (lines[:, 2] < last + settings.reach)
    return np.asarray((through & fits).any(axis=1), np.bool_)


def _all_of(cell_of: NDArray[np.intp], struck: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """(count,) cells that have words, all of them struck."""
    words = np.bincount(cell_of, minlength=count)
    return np.asarray((words > 0) & (np.bincount(cell_of, struck, minlength=count) == words), np.bool_)


# Arrows drawn through a row: a mark in every column they pass.

ARROW = "→"
LOW = 0.8  # of the usual height of a row: a line in a row's middle leaves less on either side
REACH = 0.2  # of a column's width that an arrow must cover to mark it


def free_arrows(table: FoundTable, words: Words) -> None:
    """Take lines for arrows that were taken for rules, in place: each cuts no text off, neither above nor below, while
    the name of its row stands on both sides of it. A rule between two rows has something to part.

    Cells have no text yet.
    """
    boundary = 1
    while boundary < table.shape[0]:
        if (span := idle_span(table, boundary, words)) is not None:
            first, last = span
            line = (table.rows[boundary], table.columns[first], table.columns[last + 1])
            table.arrows = np.concatenate([table.arrows, np.asarray([line], np.float32)])
            table.cells = without_boundary(table.cells, boundary)
            table.rows = np.delete(table.rows, boundary)
        else:
            boundary += 1


def idle_span(table: FoundTable, boundary: int, words: Words) -> tuple[int, int] | None:
    """First and last column of the cells that end at a boundary of rows, if they and those below them are two columns
    and more, empty, and not all columns; None otherwise."""
    above = [c for c in table.cells if c.row + c.row_span == boundary]
    below = [c for c in table.cells if c.row == boundary]
    first, last = (f([c.column for c in above], default=0) for f in (min, max))
    through = any(c.column == 0 and c.row < boundary < c.row + c.row_span for c in table.cells)
    if not through or first == 0 or last == first or any(c.row_span > 1 for c in (*above, *below)):
        return None
    if {c.column for c in above} != {c.column for c in below}:
        return None
    y0, y1 = table.rows[boundary - 1], table.rows[boundary + 1]
    if max(np.diff(table.rows[boundary - 1 : boundary + 2])) > LOW * np.median(np.diff(table.rows)):
        return None
    last = max(c.column + c.column_span - 1 for c in above)
    x, y = ((words.boxes[:, k] + words.boxes[:, k + 2]) / 2 for k in (0, 1))
    inside = (y > y0) & (y < y1)
    held = {c.column for c in above if (inside & _within(x, table, c.column, c.column_span)).any()}
    named = (inside & _within(x, table, 0, 1)).any()
    return (first, last) if named and not held else None


def _within(x: NDArray[np.floating], table: FoundTable, column: int, span: int) -> NDArray[np.bool_]:
    return np.asarray((x > table.columns[column]) & (x < table.columns[column + span]))


def without_boundary(cells: list[GridCell], boundary: int) -> list[GridCell]:
    """The cells without an inner boundary of rows: those that ended there reach down over those below them."""
    kept = []
    for cell in cells:
        if cell.row == boundary:
            continue
        over = cell.row < boundary < cell.row + cell.row_span
        ends = cell.row + cell.row_span == boundary
        high = cell.row_span - over if not ends else cell.row_span
        kept.append(replace(cell, row=cell.row - (cell.row > boundary), row_span=high))
    return kept


def mark_arrows(table: FoundTable) -> None:
    """Write an arrow into each empty cell that a drawn line passes, if it passes at least two columns of a named row.

    A line that stays within one column is an underline and is left alone; one beside no name is a curve, or its key.
    """
    owner = {(c.row, column): c for c in table.cells for column in range(c.column, c.column + c.column_span)}
    first = [c for c in table.cells if c.column == 0 and c.text]
    named = {row for c in first for row in range(c.row, c.row + c.row_span)}
    width = np.diff(table.columns)
    for y, x0, x1 in table.arrows:
        row = int(np.searchsorted(table.rows, y, side="right")) - 1
        if row not in named:
            continue
        overlap = np.minimum(x1, table.columns[1:]) - np.maximum(x0, table.columns[:-1])
        passed = np.flatnonzero(overlap >= REACH * width)
        if len(passed) < 2:
            continue
        for column in passed:
            cell = owner.get((row, int(column)))
            if cell is not None and not cell.text:
                cell.text = ARROW


# How dark each row's background is.

PLACES = 9  # across the table at which a row's background is looked at; the median of them counts
INK = 0.15  # luminance: darker areas hide something and are no background


def row_shades(table: FoundTable, page: Page) -> list[float]:
    """Luminance of each row's background, 1 where nothing is filled; empty for a page without filled areas."""
    fills, grey = page.fills, page.fill_grey
    x0, y0, x1, y1 = table.hull
    near = (grey > INK) & (fills[:, 0] < x1) & (fills[:, 2] > x0) & (fills[:, 1] < y1) & (fills[:, 3] > y0)
    fills, grey = fills[near], grey[near]
    if not len(fills):
        return []
    xs = x0 + (x1 - x0) * (np.arange(PLACES) + 0.5) / PLACES
    ys = (table.rows[1:] + table.rows[:-1]) / 2
    across = (fills[:, None, 0] <= xs) & (fills[:, None, 2] >= xs)  # (f, places)
    down = (fills[:, None, 1] <= ys) & (fills[:, None, 3] >= ys)  # (f, rows)
    over = down[:, :, None] & across[:, None, :]
    last = len(fills) - 1 - over[::-1].argmax(axis=0)  # what is painted later lies above
    shade = np.where(over.any(axis=0), grey[last], 1.0)
    return [round(float(v), 3) for v in np.median(shade, axis=1)]
