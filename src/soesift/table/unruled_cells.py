"""Cells of a table without vertical rules: which lines are one row, texts that cross gaps, headings over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines
from soesift.document.words import Words
from soesift.table.grid import FoundTable, GridCell
from soesift.table.headers import names_axis
from soesift.table.lexicon import has_time, is_mark, is_point, is_window

# Rows of a table without vertical rules: which printed lines are one row.


@dataclass(frozen=True, slots=True)
class StreamRowSettings:
    """Which printed lines are one row of a table without rules."""

    close: float = 0.35  # of the line height: lines farther apart are no broken cell text. .2 to .5
    rest: float = 0.7  # of the line height: the same for words in small letters below a name. .5 to .9
    step: float = 0.2  # of the line height: least difference between gaps within rows and between rows. .1 to .3
    fewest: int = 3  # gaps on either side of that difference. 2 to 5
    mark: float = 1.6  # of the line height: widest chunk that may be a mark. 1.2 to 2
    clash: float = 0.15  # of the close pairs may hold marks in one column before closeness says nothing. .05 to .3
    over: float = 10.0  # points by which a text reaches into the second column that is no name. 5 to 20
    step_of_rows: float = 0.95  # of the least step between rows that are surely two: lines so far apart may be. .9 to 1
    headings: int = 2  # names alone, all with a capital, that are headings and no rests of names. 2 to 4
    capitals: int = 4  # letters of a first word in capitals that is no short name of a test ("ECG"). 4 to 6
    room: float = 3.0  # points that a first word may lack and yet have had room on the line above. 1 to 6
    blank: float = 0.3  # of the line height: a space between words. .2 to .4
    ruled: float = 0.35  # of the gaps between lines hold a rule: then rows are what lies between rules. .2 to .5


ROWS = StreamRowSettings()


@dataclass(slots=True)
class Printed:
    """One printed line: its chunks (k, 4) in the upright frame, its extent, its first word, the numbers of its words
    from left to right, where among them each chunk starts, and how wide its first word is."""

    chunks: NDArray[np.float32]
    top: float
    bottom: float
    lead: str = ""
    words: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    starts: list[int] = field(default_factory=list)
    lead_wide: float = 0.0

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


def row_bounds(lines: Sequence[Printed], columns: NDArray[np.floating], rules: Lines) -> NDArray[np.float32]:
    """Boundaries of rows, both ends included: rules where they part most lines, else rules and wider gaps."""
    inner = rules[(rules[:, 1] < columns[-1]) & (rules[:, 2] > columns[0])]
    long = inner[np.minimum(inner[:, 2], columns[-1]) - np.maximum(inner[:, 1], columns[0]) > 0.8 * np.ptp(columns), 0]
    pairs = list(pairwise(lines))
    ruled = [long[(long > a.middle) & (long < b.middle)] for a, b in pairs]
    only_rules = sum(len(r) > 0 for r in ruled) >= max(ROWS.fewest, ROWS.ruled * len(pairs))
    limit = None if only_rules else gap_limit(pairs, columns)
    begun = set[int]() if only_rules else below_headings(pairs, columns, limit) if limit else begun_anew(pairs, columns)
    begun |= headings_in_capitals(pairs, columns)
    bounds = [lines[0].top - 1]
    for place, ((before, line), rule) in enumerate(zip(pairs, ruled, strict=True)):
        some = inner[(inner[:, 0] > before.middle) & (inner[:, 0] < line.middle)]
        if len(rule):
            bounds.append(float(rule[0]))
        elif only_rules:
            over = some[_columns_under(some, columns) > 1]  # below a heading over several columns
            bounds += [float(over[0, 0])] if len(over) else []
        elif len(some):
            bounds.append(float(some[0, 0]))
        elif place in begun or not continues(before, line, columns, limit):
            bounds.append((before.bottom + line.top) / 2)
    return np.asarray([*bounds, lines[-1].bottom + 1], np.float32)


def begun_anew(pairs: list[tuple[Printed, Printed]], columns: NDArray[np.floating]) -> set[int]:
    """Pairs, where gaps do not tell, whose second line is a name alone that begins with a capital, as far below a row
    as rows are. It is no rest of that row's name if there was room for its first word there, or if no name alone of the
    table begins otherwise: of the rests of names few begin with a capital."""
    both = [0 in columns_of(a, columns) and 0 in columns_of(b, columns) for a, b in pairs]
    steps = [b.middle - a.middle for (a, b), two in zip(pairs, both, strict=True) if two and _clash(a, b, columns)]
    alone = [line for _, line in pairs if columns_of(line, columns) == {0}]
    if len(steps) < ROWS.fewest or not alone:
        return set()
    headings = len(alone) >= ROWS.headings and all(line.lead[:1].isupper() for line in alone)
    rights = [float(line.chunks[0, 2]) for pair in pairs for line in pair]
    edge = max((right for right in rights if right < columns[1]), default=0.0) - ROWS.room
    return {
        place
        for place, (before, line) in enumerate(pairs)
        if both[place]
        and columns_of(line, columns) == {0}
        and len(columns_of(before, columns)) > 1
        and line.lead[:1].isupper()
        and line.middle - before.middle >= ROWS.step_of_rows * min(steps)
        and (headings or before.chunks[0, 2] + ROWS.blank * line.height + line.lead_wide < edge)
    }


def _columns_under(rules: Lines, columns: NDArray[np.floating]) -> NDArray[np.intp]:
    """How many columns but that of names have their middle on each rule."""
    middles = ((columns[1:] + columns[:-1]) / 2)[1:]
    under = (rules[:, 1, None] < middles) & (rules[:, 2, None] > middles)
    return np.asarray(under.sum(axis=1), np.intp)


def headings_in_capitals(pairs: list[tuple[Printed, Printed]], columns: NDArray[np.floating]) -> set[int]:
    """Pairs whose second line is a name alone in capitals below another line, where most of the names alone are in
    capitals: no rest of a name."""
    alone = [(place, line.lead) for place, (_, line) in enumerate(pairs) if columns_of(line, columns) == {0}]
    loud = {place for place, lead in alone if lead.isupper() and lead[:1].isalpha() and len(lead) >= ROWS.capitals}
    if len(loud) < ROWS.headings or len(loud) * 2 < len(alone):
        return set()
    return {place for place in loud if place - 1 not in loud}


def below_headings(pairs: list[tuple[Printed, Printed]], columns: NDArray[np.floating], limit: float) -> set[int]:
    """Pairs, nearer than the gap that tells rows, of a name alone and a name with something beside it, where these all
    begin with a capital: the first are headings in lower rows, as the second lines of names seldom begin so."""
    found = {
        place
        for place, (before, line) in enumerate(pairs)
        if _gap(before, line) < limit
        and columns_of(before, columns) == {0}
        and 0 in (held := columns_of(line, columns))
        and len(held) > 1
    }
    headings = len(found) >= ROWS.headings and all(pairs[place][1].lead[:1].isupper() for place in found)
    return found if headings else set()


def gap_limit(pairs: list[tuple[Printed, Printed]], columns: NDArray[np.floating]) -> float | None:
    """The gap, in line heights, above which a new row begins; None where gaps do not tell."""
    gaps = np.asarray([_gap(a, b) for a, b in pairs])
    order = np.sort(gaps[gaps < 3])
    if len(order) < 2 * ROWS.fewest:
        return None
    steps = np.diff(order)[ROWS.fewest - 1 : -ROWS.fewest]
    if not len(steps) or steps.max() < ROWS.step:
        return None
    at = int(steps.argmax()) + ROWS.fewest - 1
    limit = float(order[at] + order[at + 1]) / 2
    close = gaps < limit
    return limit if _clashes(pairs, close.tolist(), columns) <= ROWS.clash * close.sum() else None


def _clashes(pairs: list[tuple[Printed, Printed]], close: list[bool], columns: NDArray[np.floating]) -> int:
    """How many lines with a name bear a mark where the row that they would be part of has one."""
    count, held = 0, set[int]()
    for (before, line), near in zip(pairs, close, strict=True):
        held |= _marks(before, columns)
        clash = near and bool(held & _marks(line, columns)) and 0 in columns_of(line, columns)
        count += clash
        if clash or not near:
            held = set()
    return count


def _gap(before: Printed, line: Printed) -> float:
    return (line.top - before.bottom) / max(1.0, min(before.height, line.height))


def continues(before: Printed, line: Printed, columns: NDArray[np.floating], limit: float | None) -> bool:
    """Whether a line is the rest of the row of the line before it."""
    if _clash(before, line, columns) or _begin_alike(before, line, columns) or _named_anew(before, line, columns):
        return False
    if _reaches_over(line, columns) and len(before.chunks) > 1:
        return False
    if _reaches_over(before, columns) and len(line.chunks) > 1 and 0 in columns_of(line, columns):
        return False
    if limit is not None:
        return _gap(before, line) < limit
    used, known = columns_of(line, columns), columns_of(before, columns)
    if _gap(before, line) > (ROWS.rest if 0 in known and _is_rest(line, columns) else ROWS.close):
        return False
    if known == {0} and 0 in used and (line.lead[:1].islower() or line.lead[:1] == "("):
        return True
    return len(used) < len(columns) - 2 and used < known | {0} and used != {0, 1}


def _is_rest(line: Printed, columns: NDArray[np.floating]) -> bool:
    """Whether a line is in small letters or a bracket in the first column alone: what begins so is seldom a name."""
    begins = line.lead[:1] == "(" or (line.lead[:2].isalpha() and line.lead[:2].islower())
    return begins and columns_of(line, columns) == {0}


def _reaches_over(line: Printed, columns: NDArray[np.floating]) -> bool:
    """Whether a line is one text from the first column into a later one: a band, as no name is so wide."""
    return len(line.chunks) == 1 and line.chunks[0, 0] < columns[1] and bool(line.chunks[0, 2] > columns[1] + ROWS.over)


def _begin_alike(before: Printed, line: Printed, columns: NDArray[np.floating]) -> bool:
    """Names that begin with one word, as "Visit A" and "Visit B" do, are those of two rows."""
    both = 0 in columns_of(before, columns) and 0 in columns_of(line, columns)
    return both and len(line.lead) > 1 and line.lead == before.lead and not line.lead.islower()


def _named_anew(before: Printed, line: Printed, columns: NDArray[np.floating]) -> bool:
    """A name after a name, with marks below texts of the line before: no row goes on so, but a body after a header."""
    known = columns_of(before, columns)
    return {0} <= known & columns_of(line, columns) and line.lead[:1].isupper() and bool(_marks(line, columns) & known)


def _clash(before: Printed, line: Printed, columns: NDArray[np.floating]) -> bool:
    """Marks in one column of both: two rows. Without a name in front the line may be the last words of header cells,
    which are as narrow as marks."""
    return bool(_marks(before, columns) & _marks(line, columns)) and 0 in columns_of(line, columns)


def _marks(line: Printed, columns: NDArray[np.floating]) -> set[int]:
    narrow = line.chunks[:, 2] - line.chunks[:, 0] <= ROWS.mark * line.height
    return _row_columns(line.chunks[narrow], columns) - {0}


def columns_of(line: Printed, columns: NDArray[np.floating]) -> set[int]:
    return _row_columns(line.chunks, columns)


def _row_columns(chunks: NDArray[np.float32], columns: NDArray[np.floating]) -> set[int]:
    middle = (chunks[:, 0] + chunks[:, 2]) / 2
    return set((np.searchsorted(columns, middle) - 1).tolist())


# Cells of a table without vertical rules: texts that cross the white gaps, and headings over several columns.


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
    off_middle: float = 0.03  # of the table's width: names of groups stand so near to the middle of its texts, ...
    centred: float = 1.5  # points: ... have one middle, and are so far from that of any column. 1 to 3
    bands: int = 2  # rows with nothing but such a name show that groups are named so. 2 or 3


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
    bands = centred_bands(rows, table.columns, s)
    plain = [pieces for row, pieces in enumerate(rows) if row not in bands]
    extents = column_extents(plain, table.columns)
    for pieces in plain:
        settle_crossing(pieces, extents, s)
    for piece in (piece for row in bands for piece in rows[row]):
        piece.first, piece.last = 0, table.shape[1] - 1
    for row in range(min(s.header, len(rows) - 1)):
        if row in bands or not heads_columns(rows[row]):
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


def centred_bands(rows: Sequence[Sequence[Piece]], columns: NDArray[np.floating], s: StreamCellSettings) -> set[int]:
    """Rows below the first that hold nothing but a name, all set to one middle: about that of the table, and that of no
    column."""
    width = float(columns[-1] - columns[0])
    middles = {
        row: pieces[0].middle
        for row, pieces in enumerate(rows[1:], 1)
        if len(pieces) == 1 and pieces[0].first and any(ch.isalpha() for ch in pieces[0].text)
        if not is_mark(pieces[0].text)
        if abs(pieces[0].middle - float(columns[0] + columns[-1]) / 2) <= s.off_middle * width
    }
    usual = float(np.median(list(middles.values()))) if middles else 0.0
    found = {row for row, middle in middles.items() if abs(middle - usual) <= s.centred}
    extents = column_extents([pieces for row, pieces in enumerate(rows) if row not in found], columns)
    own = (np.abs(extents.mean(axis=1) - usual) <= s.centred).any()
    return found if len(found) >= s.bands and not own else set()


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
    """Whether the texts of a row may be headings: words, or numbers behind the name of an axis; none of them a mark."""
    texts = [p.text for p in pieces if p.first]
    named = sum(any(ch.isalpha() for ch in text) for text in texts)
    told = named >= 0.5 * len(texts) or names_axis(_name(pieces))
    return bool(texts) and told and not any(is_mark(text) for text in texts)


def _name(pieces: Sequence[Piece]) -> str:
    return " ".join(p.text for p in pieces if not p.first)


def spread_headings(
    rows: Sequence[Sequence[Piece]],
    row: int,
    table: FoundTable,
    extents: NDArray[np.float64],
    rules: Lines,
    s: StreamCellSettings,
) -> None:
    """Let the headings of a row reach over the columns in whose middle they stand, or over which a rule is drawn."""
    stacks = _stacks([p for p in rows[row] if p.first], s)
    pieces = [_as_one(stack) for stack in stacks]
    lines = 1 + goes_on(pieces, rows[row + 1 :], s)
    if row + lines >= len(rows):
        return
    below = _columns_held(rows[row + lines])
    if not pieces or len(below) <= len(pieces):
        return
    drawn = ruled_spans(pieces, table, row, rules, s)
    if any(span != (p.first, p.last) for span, p in zip(drawn, pieces, strict=True)):
        spans = drawn
    elif row + lines + 1 < len(rows) and not below & (_columns_held(pieces) | _columns_held(rows[row + lines + 1])):
        spans = [
            span for run in _runs_without(below, table.shape[1]) for span in _spans_inside(pieces, run, extents, s)
        ]
    else:
        spans = centred_spans(pieces, range(1, table.shape[1]), extents, s)
    if lines == 1 and not any(ch.isalpha() for p in pieces for ch in p.text) and not _between(pieces, spans):
        return
    for stack, one, span in zip(stacks, pieces, spans, strict=True):
        rest = [p for line in rows[row + 1 : row + lines] for p in line if abs(p.middle - one.middle) <= s.centred]
        for piece in [*stack, *rest]:
            if span != (one.first, one.last) or abs(piece.middle - one.middle) <= s.centred:
                piece.first, piece.last = span


def goes_on(pieces: Sequence[Piece], after: Sequence[Sequence[Piece]], s: StreamCellSettings) -> int:
    """How many of the rows after some headings hold nothing but their next lines: fewer texts, without a name, each
    set to the middle of one that is above it."""
    count = 0
    for row in after[: s.header]:
        near = [any(abs(p.middle - one.middle) <= s.centred for one in pieces) for p in row]
        if not row or len(row) >= len(pieces) or not all(near) or any(p.first == 0 for p in row):
            break
        count += 1
    return count


def _between(pieces: Sequence[Piece], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a heading goes to an even number of columns: its middle lies between two, as no number of one does."""
    return any((b - a) % 2 and (a, b) != (p.first, p.last) for p, (a, b) in zip(pieces, spans, strict=True))


def _stacks(pieces: Sequence[Piece], s: StreamCellSettings) -> list[list[Piece]]:
    """The headings of a row from left to right, each with its lines in the same columns or of its middle."""
    stacks: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.first, p.left)):
        over = bool(stacks) and piece.first <= max(p.last for p in stacks[-1])
        if over or (stacks and abs(stacks[-1][-1].middle - piece.middle) <= s.centred):
            stacks[-1].append(piece)
        else:
            stacks.append([piece])
    return stacks


def _as_one(stack: Sequence[Piece]) -> Piece:
    return Piece(
        np.concatenate([p.words for p in stack]),
        min(p.left for p in stack),
        max(p.right for p in stack),
        min(p.first for p in stack),
        max(p.last for p in stack),
        " ".join(p.text for p in stack),
    )


def _columns_held(pieces: Sequence[Piece]) -> set[int]:
    return {c for p in pieces for c in range(p.first, p.last + 1)} - {0}


def _runs_without(taken: set[int], width: int) -> list[range]:
    """The columns side by side between those of cells that are as high as the headings and what stands below them."""
    sides = [0, *sorted(taken), width]
    return [range(a + 1, b) for a, b in pairwise(sides) if b > a + 1]


def _spans_inside(
    pieces: Sequence[Piece], run: range, extents: NDArray[np.float64], s: StreamCellSettings
) -> list[tuple[int, int]]:
    inside = [p for p in pieces if p.first in run]
    return centred_spans(inside, run, extents, s) if inside else []


def centred_spans(
    pieces: Sequence[Piece], columns: range, extents: NDArray[np.float64], s: StreamCellSettings
) -> list[tuple[int, int]]:
    """Which of the `columns` the headings of a row are for, by their middles: those in order that fit best all
    together, where a column that none of them covers costs something. A heading keeps the columns that its text lies
    over; where these leave gaps between them, or leave too many columns out, they are names of a line more, and stay in
    their own."""
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {columns.start: (0.0, [])}  # by the first free column
    for piece in pieces:
        after: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        for free, (cost, spans) in best.items():
            for first in range(free, piece.first + 1):
                for last in range(piece.last, columns.stop):
                    whole = cost + s.uncovered * (first - free) + misfit(piece, first, last, extents, s)
                    if last + 1 not in after or whole < after[last + 1][0]:
                        after[last + 1] = (whole, [*spans, (first, last)])
        best = after
    ended = [(cost + s.uncovered * (columns.stop - free), spans) for free, (cost, spans) in best.items()]
    spans = min(ended, key=lambda e: e[0])[1] if ended else []
    gaps = any(after[0] > before[1] + 1 for before, after in pairwise(spans))
    covered = sum(last - first + 1 for first, last in spans)
    whole_row = covered == len(columns) or (len(spans) > 1 and not gaps and covered >= s.cover * len(columns))
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
