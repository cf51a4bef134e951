"""Rows that stand alone at the top of the next page, and small tables that only set footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines
from soesift.document.raised import UP
from soesift.document.title_page import is_head_of_notes
from soesift.document.words import Words
from soesift.table.cell_text import fill_cells, words_by_cell
from soesift.table.context import TextLine
from soesift.table.grid import FoundTable, GridCell
from soesift.table.lexicon import is_mark
from soesift.table.states import mark_arrows
from soesift.table.unruled import SETTINGS as STREAM
from soesift.table.unruled import free_words, printed_lines
from soesift.table.unruled_cells import Printed, columns_of, row_bounds

# The last rows of a table without rules, alone at the top of the next page: too few to show their columns, they
# stand in those of the table before.


@dataclass(frozen=True, slots=True)
class RestSettings:
    """When the top of a page is the rest of a table without rules. Lengths in points."""

    least_columns: int = 4  # 3 to 5
    least_marks: int = 4  # of the table before. 3 to 8
    over: int = 3  # lines over the rows: a caption that is printed again, a heading of the rows. 2 to 4
    stray: float = 3.0  # points by which a cell's text may leave its column. 1 to 5
    # of the page's height: what is printed there may be a running line that was not learnt
    margin: float = 0.08  # .05 to .12
    edge: float = 12.0  # points between the left edges of the table before and of the rows. 6 to 18


SETTINGS = RestSettings()


def left_open(tables: Sequence[FoundTable], lines: Sequence[TextLine], turn: int, height: float) -> FoundTable | None:
    """The last table of a page, if it has marks and nothing is printed below it, so that it may go on."""
    last = max(tables, key=lambda t: t.hull[3], default=None)
    if last is None or last.rotation != turn or last.shape[1] < SETTINGS.least_columns:
        return None
    below = [line for line in lines if last.hull[3] - SETTINGS.stray <= line.top < (1 - SETTINGS.margin) * height]
    return last if not below and marks(last) >= SETTINGS.least_marks else None


def marks(table: FoundTable) -> int:
    return sum(is_mark(text) for row in table.texts() for text in row[1:])


def with_rest(
    before: FoundTable, words: Words, rules: Lines, found: list[FoundTable], height: float
) -> list[FoundTable]:
    """The tables `found` on a page, and over them the rest of the table `before`, if it opens the page and has marks.

    A first table of fewer columns, all of whose rows stand in those of `before`, is its rest too: columns that are
    empty on this page cannot be seen in it.
    """
    first = min(found, key=lambda t: t.hull[1], default=None)
    rest, others = None, found
    if first is not None and first.borderless and before.borderless and first.shape[1] < before.shape[1]:
        others = [table for table in found if table is not first]
        rest = find_rest(words, rules, others, before, height, first)
    if rest is None:
        rest, others = find_rest(words, rules, found, before, height), found
    if rest is None:
        return found
    fill_cells(rest, words)
    mark_arrows(rest)
    return [rest, *others] if marks(rest) else found


def find_rest(
    words: Words,
    rules: Lines,
    taken: list[FoundTable],
    before: FoundTable,
    height: float,
    seen: FoundTable | None = None,
) -> FoundTable | None:
    """The rows that open a page over all its tables `taken`, in the columns of `before`, without text as yet; all rows
    of the table `seen`, or none."""
    free = free_words(words, taken)
    if not len(free):
        return None
    first_table = min((table.hull[1] for table in taken), default=float("inf"))
    lines = [line for line in printed_lines(words, free) if line.bottom < first_table]
    lines = [line for line in lines if line.middle > SETTINGS.margin * height or is_row(line, before.columns)]
    begin = next((i for i, line in enumerate(lines[: SETTINGS.over + 1]) if is_row(line, before.columns)), None)
    if begin is None or any(len(line.chunks) > 1 for line in lines[:begin]):
        return None
    end = begin + _last(lines[begin:], before.columns)
    if seen is not None:
        within = [i for i, line in enumerate(lines) if seen.hull[1] < line.middle < seen.hull[3]]
        begin = min(begin, *within)
        if end < max(within) or not all(fits(lines[i], before.columns) for i in within):
            return None
    bounds = row_bounds(lines[begin : end + 1], before.columns, rules)
    cells = [GridCell(r, c, 1, 1) for r in range(len(bounds) - 1) for c in range(before.shape[1])]
    return FoundTable(before.page + 1, bounds, before.columns.copy(), cells, borderless=True)


def is_row(line: Printed, columns: NDArray[np.floating]) -> bool:
    """Text at the table's left edge, or in its second column, and something in a later column."""
    used = columns_of(line, columns)
    edges = columns[: 2 if min(used) else 1] if fits(line, columns) else columns[:0]
    return len(used) > 1 and bool(np.any(np.abs(line.chunks[0, 0] - edges) <= SETTINGS.edge))


def fits(line: Printed, columns: NDArray[np.floating]) -> bool:
    """Whether each chunk lies in one column."""
    middle = (line.chunks[:, 0] + line.chunks[:, 2]) / 2
    at = np.searchsorted(columns, middle)
    if at.min() < 1 or at.max() >= len(columns):
        return False
    inside = (line.chunks[:, 0] >= columns[at - 1] - SETTINGS.stray) & (
        line.chunks[:, 2] <= columns[at] + SETTINGS.stray
    )
    return bool(inside.all())


def _last(lines: Sequence[Printed], columns: NDArray[np.floating]) -> int:
    """Place of the last line of several chunks that is reached over lines that fit."""
    last = 0
    for place, line in enumerate(lines[1:], 1):
        if not fits(line, columns) or line.top - lines[place - 1].bottom > STREAM.apart:
            break
        if len(line.chunks) > 1:
            last = place
    return last


# Tables of two columns that only set footnotes, a marker beside each text: lines of text, a row each.

NOTE_SHARE = 0.2  # of the table's width that a column of markers takes at most
NOTE_LENGTH = 20  # characters of a note, on average
_MARKER = re.compile(r"[\[(]?(?:[a-z]{1,2}|[A-Z]|[ivx]{1,5}|\d{1,2}|[*†‡§¶#]{1,4})[\])]?\s?[.:=–-]?")


def notes_apart(table: FoundTable) -> list[FoundTable]:
    """The table, and behind it the table of notes that is drawn right below with columns of its own, if there is one:
    last rows of a marker and a text each, parted where no row above has a side."""
    first, last = table.shape[0], table.shape[0]
    edge = 0
    while first > 1:
        told = [cell for cell in sorted(table.cells, key=lambda c: c.column) if cell.row == first - 1 and cell.text]
        pair = len(told) == 2 and told[0].column == 0 and told[1].column == told[0].column_span
        if not pair or _MARKER.fullmatch(told[0].text) is None or edge not in (0, told[1].column):
            break
        edge, first = told[1].column, first - 1
    above = [cell for cell in table.cells if cell.row < first]
    whole = all(cell.row + cell.row_span <= first for cell in above)
    if first == last or not whole or any(cell.column == edge for cell in above):
        return [table]
    sides = sorted({cell.column for cell in above})
    place = {side: k for k, side in enumerate([*sides, table.shape[1]])}
    ends = [*sides, table.shape[1]]

    def moved(cell: GridCell) -> GridCell:
        end = next(e for e in ends if e >= cell.column + cell.column_span)
        return replace(cell, column=place[cell.column], column_span=place[end] - place[cell.column])

    below = [cell for cell in table.cells if cell.row >= first and cell.text]
    right = max(cell.column + cell.column_span for cell in below)
    cells = [replace(c, row=c.row - first, column=int(c.column > 0), column_span=1) for c in below]
    notes = replace(table, rows=table.rows[first:], columns=table.columns[[0, edge, right]], cells=cells)
    if not holds_notes(notes):
        return [table]
    own = [moved(cell) for cell in above]
    return [replace(table, rows=table.rows[: first + 1], columns=table.columns[ends], cells=own), notes]


def holds_notes(table: FoundTable) -> bool:
    """Whether a table of two columns only sets footnotes: a marker in each row, a text beside it, and no header but one
    that names them ("Note", "Description")."""
    if table.shape[1] != 2 or table.columns[1] - table.columns[0] > NOTE_SHARE * (table.columns[2] - table.columns[0]):
        return False
    return bool(rows_of_notes(table.texts()))


def rows_of_notes(texts: Sequence[Sequence[str]]) -> list[int]:
    """The rows of a table of two columns that set notes; empty where one does not, but for a head over them."""
    if any(len(row) != 2 for row in texts):
        return []
    rows = list(range(len(texts)))
    if len(texts) > 2 and is_head_of_notes(" ".join(texts[0])):
        del rows[0]
    markers = [texts[row][0] for row in rows]
    long = sum(len(texts[row][1]) for row in rows) >= NOTE_LENGTH * len(rows)
    single = len(set(markers)) == len(rows) and all(_MARKER.fullmatch(marker) for marker in markers)
    return rows if long and single else []


def note_lines(table: FoundTable, words: Words) -> list[TextLine]:
    """A line for each row, its marker first, wherever that stands beside the lines of the text."""
    inside, _ = words_by_cell(table, words)
    size = float(np.median(words.size[inside])) if len(inside) else 0.0
    lines = []
    for row in range(table.shape[0]):
        pair = sorted((c for c in table.cells if c.row == row), key=lambda c: c.column)
        text, shown = (" ".join(filter(None, parts)) for parts in zip(*map(_printed, pair), strict=True))
        top, bottom = float(table.rows[row]), float(table.rows[row + 1])
        left, indent = float(table.columns[0]), float(table.columns[1])
        lines.append(TextLine(text, top, bottom, size, shown if UP in shown else "", left, indent))
    return lines


def _printed(cell: GridCell) -> tuple[str, str]:
    return cell.text, cell.shown or cell.text
