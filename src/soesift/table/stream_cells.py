"""Cells of a table without vertical rules: texts that cross the white gaps, and headings over several columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.rulings import Lines
from soesift.document.words import Words
from soesift.table.grid import FoundTable, GridCell
from soesift.table.signs import has_time, is_mark, is_point, is_window
from soesift.table.stream_rows import Printed


@dataclass(frozen=True, slots=True)
class StreamCellSettings:
    """Thresholds of texts over several columns; gaps in character heights, lengths in points."""

    apart: float = 0.5  # a gap this wide may part two texts of one line ...
    wider: float = 1.8  # ... if it is so many times the usual one between the line's words,
    wider_at: float = 1.2  # or so many times where a column's side lies in it
    usual: float = 0.28  # a gap between two words that stand alone
    series: int = 3  # so many times set close, one above each column, are no heading of several. 3 to 5
    reach: float = 2.0  # points by which a text must enter a column to lie over it
    header: int = 4  # leading rows in which headings of several columns are looked for
    off: float = 0.15  # of a column's width: a heading's middle usually misses that of its columns by so much
    uncovered: float = 1.5  # cost of a column without a heading, in halves of such squared distances
    cover: float = 0.6  # of the columns, side by side, lie under headings of several
    part: float = 0.9  # of the table's width: a shorter rule under a heading shows its columns


SETTINGS = StreamCellSettings()


@dataclass(slots=True)
class Piece:
    """Words of one printed line that belong together: their numbers, sides, and first and last column."""

    words: NDArray[np.intp]
    left: float
    right: float
    first: int
    last: int
    text: str

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def lay_texts(
    table: FoundTable, lines: Sequence[Printed], words: Words, rules: Lines, s: StreamCellSettings = SETTINGS
) -> None:
    """Give the table cells over several columns where headings and texts lie over them; keep words with their text."""
    row_of = np.searchsorted(table.rows, [line.middle for line in lines]) - 1
    rows: list[list[Piece]] = [[] for _ in range(table.shape[0])]
    for row, line in zip(row_of.tolist(), lines, strict=True):
        if 0 <= row < len(rows):
            rows[row] += pieces_of(line, words, table.columns, s)
    extents = column_extents(rows, table.columns)
    for pieces in rows:
        settle_crossing(pieces, extents, s)
    for row in range(min(s.header, len(rows) - 1)):
        if not heads_columns(rows[row]):
            break
        spread_headings(rows, row, table, extents, rules, s)
    table.cells = [cell for row, pieces in enumerate(rows) for cell in row_cells(row, pieces, table.shape[1])]
    moved = [(int(word), piece.first) for pieces in rows for piece in pieces for word in piece.words]
    table.moved = np.asarray(moved, np.intp).reshape(-1, 2)


def pieces_of(line: Printed, words: Words, columns: NDArray[np.floating], s: StreamCellSettings) -> list[Piece]:
    """The texts of a line: its chunks, parted at clearly wider gaps where they cross a column's side."""
    found = []
    ends = [*line.starts[1:], len(line.words)]
    for start, end in zip(line.starts, ends, strict=True):
        chosen = line.words[start:end]
        for part in _parted(chosen, words, columns, s):
            found.append(_piece(part, words, columns))
    return found


def _parted(
    chosen: NDArray[np.intp], words: Words, columns: NDArray[np.floating], s: StreamCellSettings
) -> list[NDArray[np.intp]]:
    boxes = words.boxes[chosen]
    first, last = _columns(float(boxes[:, 0].min()), float(boxes[:, 2].max()), columns)
    if first == last or len(chosen) < 2:
        return [chosen]
    gaps, size = boxes[1:, 0] - boxes[:-1, 2], words.size[chosen[:-1]]
    usual = max(float(np.median(gaps)), 0.1) if len(gaps) > 1 else s.usual * float(size[0])
    sides = columns[first + 1 : last + 1]
    parts = ((boxes[:-1, 2, None] <= sides + s.reach) & (boxes[1:, 0, None] >= sides - s.reach)).any(axis=1)
    wide = (gaps >= s.apart * size) & (gaps >= np.where(parts, s.wider_at, s.wider) * usual)
    if not wide.any() and len(sides) >= s.series - 1 and parts.sum() == len(sides):
        found = np.split(chosen, np.flatnonzero(parts) + 1)
        if all(map(_is_timed, (" ".join(words.text[i] for i in part.tolist()) for part in found))):
            return found  # "Week 0  Week 2  Week 4", set close, one in each column
    return np.split(chosen, np.flatnonzero(wide) + 1)


def _is_timed(text: str) -> bool:
    return is_point(text) or is_window(text) or has_time(text)


def _piece(chosen: NDArray[np.intp], words: Words, columns: NDArray[np.floating]) -> Piece:
    left, right = float(words.boxes[chosen, 0].min()), float(words.boxes[chosen, 2].max())
    text = " ".join(words.text[index] for index in chosen.tolist())
    return Piece(chosen, left, right, *_columns(left, right, columns), text)


def _columns(left: float, right: float, columns: NDArray[np.floating]) -> tuple[int, int]:
    ends = np.clip(np.searchsorted(columns, [left + 0.5, right - 0.5]) - 1, 0, len(columns) - 2)
    return int(ends[0]), int(ends[1])


def column_extents(rows: Sequence[Sequence[Piece]], columns: NDArray[np.floating]) -> NDArray[np.float64]:
    """(c, 2) left and right side of the texts that stand in one column alone; the column's own where there are none."""
    extents = np.stack((columns[:-1], columns[1:]), axis=1).astype(np.float64)
    for number in range(len(extents)):
        own = [p for pieces in rows for p in pieces if p.first == p.last == number]
        if own:
            extents[number] = min(p.left for p in own), max(p.right for p in own)
    return extents


def settle_crossing(pieces: list[Piece], extents: NDArray[np.float64], s: StreamCellSettings) -> None:
    """Texts over a column's side: a name stays in the first column, others keep those that they truly lie over."""
    for piece in pieces:
        if piece.first == piece.last:
            continue
        taken = {c for p in pieces if p is not piece for c in range(p.first, p.last + 1) if p.first == p.last}
        over = [
            c
            for c in range(piece.first, piece.last + 1)
            if c not in taken and min(piece.right, extents[c, 1]) - max(piece.left, extents[c, 0]) > s.reach
        ]
        named = any(p.first == p.last == 0 and p.right < piece.left for p in pieces)  # what follows is no name
        if (piece.first == 0 and not named) or not over:
            piece.last = piece.first = 0 if piece.first == 0 and not named else _nearest(piece, extents, taken)
            continue
        run = [c for c in over if c - over[0] == over.index(c)]  # up to a column that another text holds
        piece.first, piece.last = run[0], run[-1]


def _nearest(piece: Piece, extents: NDArray[np.float64], taken: set[int]) -> int:
    free = [c for c in range(piece.first, piece.last + 1) if c not in taken] or [piece.first]
    return min(free, key=lambda c: abs(float(extents[c].mean()) - piece.middle))


def heads_columns(pieces: Sequence[Piece]) -> bool:
    """Whether the texts of a row may be headings: words, none of them a mark."""
    texts = [p.text for p in pieces if p.first]
    named = sum(any(ch.isalpha() for ch in text) for text in texts)
    return bool(texts) and named >= 0.5 * len(texts) and not any(is_mark(text) for text in texts)


def spread_headings(
    rows: Sequence[Sequence[Piece]],
    row: int,
    table: FoundTable,
    extents: NDArray[np.float64],
    rules: Lines,
    s: StreamCellSettings,
) -> None:
    """Let the headings of a row reach over the columns in whose middle they stand, or over which a rule is drawn."""
    pieces = sorted((p for p in rows[row] if p.first), key=lambda p: p.left)
    below = {c for p in rows[row + 1] for c in range(p.first, p.last + 1)}
    if not pieces or len(below - {0}) <= len(pieces):
        return
    drawn = ruled_spans(pieces, table, row, rules, s)
    ruled = any(span != (p.first, p.last) for span, p in zip(drawn, pieces, strict=True))
    spans = drawn if ruled else centred_spans(pieces, table.shape[1], extents, s)
    for piece, (first, last) in zip(pieces, spans, strict=True):
        piece.first, piece.last = first, last


def centred_spans(
    pieces: Sequence[Piece], width: int, extents: NDArray[np.float64], s: StreamCellSettings
) -> list[tuple[int, int]]:
    """Columns of the headings of a row by their middles: those in order that fit best all together, where a column that
    none of them covers costs something. A heading keeps the columns that its text lies over; where these leave gaps
    between them, or leave too many columns out, they are names of a line more, and stay in their own columns."""
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {1: (0.0, [])}  # by the first column that is free
    for piece in pieces:
        after: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        for free, (cost, spans) in best.items():
            for first in range(free, piece.first + 1):
                for last in range(piece.last, width):
                    whole = cost + s.uncovered * (first - free) + misfit(piece, first, last, extents, s)
                    if last + 1 not in after or whole < after[last + 1][0]:
                        after[last + 1] = (whole, [*spans, (first, last)])
        best = after
    ended = [(cost + s.uncovered * (width - free), spans) for free, (cost, spans) in best.items()]
    spans = min(ended, key=lambda e: e[0])[1] if ended else []
    gaps = any(after[0] > before[1] + 1 for before, after in pairwise(spans))
    covered = sum(last - first + 1 for first, last in spans)
    whole_row = covered == width - 1 or (len(spans) > 1 and not gaps and covered >= s.cover * (width - 1))
    return spans if whole_row else [(piece.first, piece.last) for piece in pieces]


def misfit(piece: Piece, first: int, last: int, extents: NDArray[np.float64], s: StreamCellSettings) -> float:
    """How badly a text stands in the middle of some columns, as half of a squared distance."""
    middle = (extents[first, 0] + extents[last, 1]) / 2
    pitch = (extents[last, 1] - extents[first, 0]) / (last - first + 1)
    return float((middle - piece.middle) / max(s.off * pitch, 1.0)) ** 2 / 2


def ruled_spans(
    pieces: Sequence[Piece], table: FoundTable, row: int, rules: Lines, s: StreamCellSettings
) -> list[tuple[int, int]]:
    """For each heading the columns over which a rule of its own is drawn below it; its own columns without one."""
    top, bottom = float(table.rows[row : row + 2].mean()), float(table.rows[row + 1 : row + 3].mean())
    near = rules[(rules[:, 0] > top) & (rules[:, 0] < bottom)]
    near = near[near[:, 2] - near[:, 1] < s.part * float(np.ptp(table.columns))]
    centres = (table.columns[1:] + table.columns[:-1]) / 2
    spans = []
    for piece in pieces:
        under = near[(near[:, 1] <= piece.middle) & (near[:, 2] >= piece.middle)]
        inside = [np.flatnonzero((centres > a) & (centres < b)) for _, a, b in under]
        found = [c for c in inside if len(c) and c[0] <= piece.first and c[-1] >= piece.last and c[0] > 0]
        others = [p for p in pieces if p is not piece]
        found = [c for c in found if not any(c[0] <= p.first <= c[-1] for p in others)]
        spans.append((int(found[0][0]), int(found[0][-1])) if found else (piece.first, piece.last))
    return spans


def row_cells(row: int, pieces: Sequence[Piece], width: int) -> list[GridCell]:
    """Cells of a row: one a column, save where texts lie over several."""
    spans = {p.first: p.last for p in pieces if p.last > p.first}
    for piece in pieces:
        for first, last in list(spans.items()):
            other = piece.first != first and first <= piece.first <= last
            if other:  # two lines of one row disagree
                del spans[first]
    cells, column = [], 0
    while column < width:
        last = spans.get(column, column)
        cells.append(GridCell(row, column, 1, last - column + 1))
        column = last + 1
    return cells
