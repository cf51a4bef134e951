"""Tables without vertical rules: columns are the white space that many printed lines share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines
from soesift.document.words import Words, page_lines
from soesift.table.grid import FoundTable, GridCell
from soesift.table.headers import names_axis
from soesift.table.lexicon import ARROWS, has_time, is_point
from soesift.table.unruled_cells import SETTINGS as CELLS
from soesift.table.unruled_cells import Printed, columns_of, lay_texts, pieces_of, row_bounds

# Columns of a table without vertical rules: white gaps, found although headings span several columns.

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StreamColumnSettings:
    """Which white gaps part columns. Lengths in points."""

    valley: float = 4.0  # points: narrowest white gap between columns. 3 to 6
    crossed: float = 0.04  # of the lines may cross a white gap. .02 to .08
    narrow: float = 40.0  # points: a chunk up to this width spans no columns. 30 to 60
    span: float = 3.0  # times the usual width: a wider chunk may span columns. 2 to 4
    flush: float = 1.5  # points between left edges of lines of one cell. 1 to 3
    reach: float = 2.0  # points by which a chunk must enter a column to count as in it. 1 to 4


COLUMNS = StreamColumnSettings()


def column_bounds(lines: list[Floats]) -> Floats:
    """Boundaries of the columns of some lines, each an (k, 4) array of chunk boxes; both ends included.

    Chunks that lie over several columns of narrower chunks (headings of column groups, remarks across a row)
    are left out of account; in each gap the boundary is where the fewest chunks of all cross.
    """
    chunks = np.concatenate(lines)
    left, right = float(chunks[:, 0].min()), float(chunks[:, 2].max())
    later = np.concatenate([line[1:] for line in lines]) if any(len(line) > 1 for line in lines) else chunks
    limit = max(COLUMNS.narrow, COLUMNS.span * float(np.median(later[:, 2] - later[:, 0])))
    narrow = chunks[chunks[:, 2] - chunks[:, 0] <= limit]
    points = np.arange(left, right + 1, 1.0)
    first = _gaps(_cover(narrow, points), len(lines))
    wide = chunks[chunks[:, 2] - chunks[:, 0] > limit]
    bounds = left + first.mean(axis=1)
    one = (_entered(wide, narrow, bounds) <= 1) & ~_wider_than_column(wide, narrow, bounds)
    kept = np.concatenate([narrow, wide[one]])
    gaps = _gaps(_cover(kept, points), len(lines))
    everything = _cover(chunks, points)
    middle = [left + _quietest(everything, int(a), int(b)) for a, b in gaps]
    return np.asarray([left, *middle, right], np.float32)


def _cover(chunks: Floats, points: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many chunks lie over each point."""
    return np.asarray(((points[:, None] >= chunks[None, :, 0]) & (points[:, None] <= chunks[None, :, 2])).sum(axis=1))


def _gaps(cover: NDArray[np.intp], lines: int) -> NDArray[np.intp]:
    """(g, 2) first and last point of the inner runs that at most a few lines cross."""
    white = cover <= COLUMNS.crossed * lines
    change = np.flatnonzero(np.diff(np.concatenate([[0], white.astype(np.int8), [0]])))
    gaps = change.reshape(-1, 2)
    return gaps[(gaps[:, 1] - gaps[:, 0] >= COLUMNS.valley) & (gaps[:, 0] > 0) & (gaps[:, 1] < len(cover))]


def _entered(wide: Floats, narrow: Floats, bounds: NDArray[np.floating]) -> NDArray[np.intp]:
    """In how many columns of narrow chunks each wide chunk lies, its own last words printed below it left out."""
    middle = (narrow[:, 0] + narrow[:, 2]) / 2
    column = np.searchsorted(bounds, middle)
    flush = np.abs(wide[:, None, 0] - narrow[None, :, 0]) <= COLUMNS.flush
    flush &= flush.sum(axis=1, keepdims=True) == 1  # more of them are a column of their own
    below = narrow[None, :, 1] - wide[:, None, 3]
    own = flush & (below > -COLUMNS.flush) & (below < (wide[:, 3] - wide[:, 1])[:, None])
    count = np.zeros(len(wide), np.intp)
    for number in np.unique(column):
        mine, other = narrow[column == number], ~own[:, column == number]
        left = np.where(other, mine[:, 0], np.inf).min(axis=1)
        right = np.where(other, mine[:, 2], -np.inf).max(axis=1)
        count += np.minimum(wide[:, 2], right) - np.maximum(wide[:, 0], left) > COLUMNS.reach
    return count


def _wider_than_column(wide: Floats, narrow: Floats, bounds: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(w,) wide chunks that reach, on both sides, nearer to the middle of the next column than to that of their own:
    headings of several columns, set in the middle of an odd number of them."""
    middle = (narrow[:, 0] + narrow[:, 2]) / 2
    column = np.searchsorted(bounds, middle)
    centres = np.asarray([np.median(middle[column == number]) for number in np.unique(column)])
    if len(centres) < 3 or not len(wide):
        return np.zeros(len(wide), bool)
    nearest = np.abs((wide[:, 0] + wide[:, 2])[:, None] / 2 - centres).argmin(axis=1)
    inner = (nearest > 1) & (nearest < len(centres) - 1)  # names and what stands beside them are wide themselves
    sides = (centres[1:] + centres[:-1]) / 2
    place = np.clip(nearest, 1, len(centres) - 2)
    over = (wide[:, 0] < sides[place - 1] - COLUMNS.reach) & (wide[:, 2] > sides[place] + COLUMNS.reach)
    return np.asarray(inner & over, np.bool_)


def _quietest(cover: NDArray[np.intp], first: int, last: int) -> float:
    """Middle of the widest stretch of a gap that the fewest chunks cross."""
    part = cover[first:last] == cover[first:last].min()
    change = np.flatnonzero(np.diff(np.concatenate([[0], part.astype(np.int8), [0]]))).reshape(-1, 2)
    start, end = max(change.tolist(), key=lambda run: run[1] - run[0])
    return first + (start + end) / 2


# Tables without vertical rules: columns are the white space that many printed lines share.


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What makes a table without vertical rules. Heights are those of characters or lines, lengths points."""

    parted: float = 0.9  # of the character height: a wider gap parts two chunks of a line. .7 to 1.2
    seed: int = 3  # chunks that make a line tabular. 3
    least: int = 3  # tabular lines that make a table. 3 to 4
    # chunks of a line: with one more of `seed` chunks, `least` lines of any kind make a table (a header over few rows)
    wide: int = 6  # 5 to 8
    lone: float = 2.5  # of the line height: a gap that makes a line of two chunks tabular. 2 to 4
    apart: float = 48.0  # points between two tabular lines of one table. 30 to 60
    prose: float = 0.62  # of the text's width: a longer single chunk is prose. .5 to .75
    # lines of prose that may stand between two rows of one table, no farther from them than rows from one another
    remark: int = 2  # 1 to 3
    roomy: float = 1.2  # times the step from row to row. 1.1 to 1.5
    title: float = 5.0  # points. 3 to 8
    through: float = 0.3  # of a row's height from its sides: a line there is no rule of it but an arrow. .2 to .4
    headings: int = 3  # leading lines that may be left out of account when columns are looked for. 2 to 4
    header: float = 90.0  # points above the first tabular line in which a top rule is looked for. 60 to 120


SETTINGS = StreamSettings()
CAPTION_WORDS = frozenset(
    {"table", "tabelle", "tableau", "tabla", "appendix", "annex", "attachment", "exhibit", "figure"}
)


def find_streams(words: Words, rules: Lines, taken: list[FoundTable], page: int) -> list[FoundTable]:
    """Tables from words that lie in none of the `taken` tables; `rules` are horizontal lines (y, x0, x1)."""
    free = free_words(words, taken)
    if len(free) < 2 * SETTINGS.seed * SETTINGS.least:
        return []
    lines = printed_lines(words, free)
    width = float(words.boxes[free, 2].max() - words.boxes[free, 0].min())
    tables = []
    for run in tabular_runs(lines, width):
        table = build_stream(lines, run, rules, page, width, words)
        if table is not None:
            tables.append(table)
    return tables


def free_words(words: Words, taken: list[FoundTable]) -> NDArray[np.intp]:
    """Numbers of the upright words that lie in none of the tables."""
    return np.flatnonzero(~_inside(words, taken) & (words.turn == 0))


def _inside(words: Words, tables: list[FoundTable]) -> NDArray[np.bool_]:
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    inside = np.zeros(len(words), bool)
    for table in tables:
        x0, y0, x1, y1 = table.hull
        inside |= (middle > (x0, y0)).all(axis=1) & (middle < (x1, y1)).all(axis=1)
    return inside


def printed_lines(words: Words, chosen: NDArray[np.intp]) -> list[Printed]:
    """Lines of the page from top to bottom, words joined into chunks where the gap is small.

    All lines at once: a chunk starts where its line does, or behind a gap to everything before it in its line.
    """
    lines = page_lines(words, chosen)
    flat, count = np.concatenate(lines), [len(line) for line in lines]
    line_of, first = np.repeat(np.arange(len(lines)), count), np.cumsum([0, *count[:-1]])
    boxes, size = words.boxes[flat], words.size[flat]
    fresh = boxes[1:, 0] - _reach(boxes[:, 2], line_of)[:-1] > SETTINGS.parted * np.maximum(size[1:], size[:-1])
    starts = np.concatenate([[0], np.flatnonzero(fresh | (line_of[1:] != line_of[:-1])) + 1])
    chunks = np.concatenate([np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)], 1)
    begin = np.searchsorted(starts, first)
    tops, bottoms = np.minimum.reduceat(chunks[:, 1], begin).tolist(), np.maximum.reduceat(chunks[:, 3], begin).tolist()
    ends = [*begin[1:].tolist(), len(chunks)]
    leads = [words.text[index] for index in flat[first].tolist()]
    wide = (boxes[first, 2] - boxes[first, 0]).tolist()
    places = zip(begin.tolist(), ends, tops, bottoms, leads, lines, first.tolist(), wide, strict=True)
    return [
        Printed(chunks[a:b], top, bottom, lead, line, (starts[a:b] - at).tolist(), lead_wide)
        for a, b, top, bottom, lead, line, at, lead_wide in places
    ]


def _reach(right: NDArray[np.float32], line_of: NDArray[np.intp]) -> NDArray[np.float32]:
    """(w,) the rightmost side so far within each line: lines set apart by more than the page is wide, then back."""
    apart = line_of * (float(right.max()) - min(0.0, float(right.min())) + 1.0)
    reach: NDArray[np.float32] = (np.maximum.accumulate(right + apart) - apart).astype(np.float32)
    return reach


def tabular_runs(lines: list[Printed], width: float) -> list[tuple[int, int]]:
    """Stretches (first, last) that hold enough tabular lines close to each other and no prose between."""
    seeds = [i for i, line in enumerate(lines) if is_tabular(line, width)]
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and (follows(lines, runs[-1][-1], seed, width) or goes_round(lines, runs[-1], seed, width)):
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return [(run[0], run[-1]) for run in runs if makes_table([len(lines[i].chunks) for i in run])]


def makes_table(chunks: list[int]) -> bool:
    """Whether tabular lines of so many chunks are enough for a table."""
    rich = sum(count >= SETTINGS.seed for count in chunks)
    return rich >= SETTINGS.least or (
        rich >= SETTINGS.least - 1 and max(chunks) >= SETTINGS.wide and len(chunks) >= SETTINGS.least
    )


def is_tabular(line: Printed, width: float) -> bool:
    """Three chunks, or two with a very wide gap (a row with a single mark)."""
    if len(line.chunks) >= SETTINGS.seed:
        return True
    if len(line.chunks) < 2 or is_prose(line, width):
        return False
    return bool(line.chunks[1, 0] - line.chunks[0, 2] > SETTINGS.lone * (line.bottom - line.top))


def follows(lines: list[Printed], before: int, after: int, width: float) -> bool:
    """Whether two tabular lines belong to one table."""
    between = lines[before + 1 : after]
    if lines[after].top - lines[before].bottom > SETTINGS.apart + 14 * len(between):
        return False
    return len(between) <= 8 and not any(is_prose(line, width) for line in between)


def goes_round(lines: list[Printed], run: list[int], after: int, width: float) -> bool:
    """Whether a tabular line goes on with a table below a remark that is as wide as prose: the remark stands as close
    as rows do, and the line begins at the table's edge and keeps to columns that it has."""
    last, between = run[-1], lines[run[-1] + 1 : after]
    if len(run) < SETTINGS.least or not 0 < len(between) <= SETTINGS.remark or not is_prose(between[0], width):
        return False
    steps = sorted(b.middle - a.middle for a, b in pairwise(lines[run[0] : last + 1]))
    room = SETTINGS.roomy * steps[-2]  # the widest may part two groups of rows
    near = all(b.middle - a.middle <= room for a, b in pairwise(lines[last : after + 1]))
    left = [float(lines[k].chunks[0, 0]) for k in run[-SETTINGS.least :]]
    edge = min(abs(x - float(lines[after].chunks[0, 0])) for x in left) <= COLUMNS.flush
    flush = abs(float(between[0].chunks[0, 0]) - min(left)) <= SETTINGS.title
    known = np.concatenate([lines[k].chunks[1:] for k in run])
    told = lines[after].chunks[1:]
    inside = (np.minimum(known[:, 2], told[:, None, 2]) > np.maximum(known[:, 0], told[:, None, 0])).any(axis=1)
    return near and edge and flush and bool(inside.all())


def is_prose(line: Printed, width: float) -> bool:
    return bool((line.chunks[:, 2] - line.chunks[:, 0]).max() > SETTINGS.prose * width)


def build_stream(
    lines: list[Printed], run: tuple[int, int], rules: Lines, page: int, width: float, words: Words
) -> FoundTable | None:
    """Rows and columns of one run; None if the lines share fewer than two white gaps."""
    run = (below_caption(lines, run, width), run[1])
    first, last = extend(lines, run, rules, width)
    body = [line for line in lines[run[0] : run[1] + 1] if is_tabular(line, width)]
    columns = with_corner(body, words, column_bounds([without_arrow(line, words) for line in without_headings(body)]))
    if len(columns) < 4:
        return None
    while first < run[0] and (is_title(lines[first], columns) or hangs_below_caption(lines, first)):
        first += 1
    left = min(float(line.chunks[0, 0]) for line in lines[first : last + 1])
    right = max(float(line.chunks[-1, 2]) for line in lines[first : last + 1])
    columns = np.concatenate([[min(left, columns[0]) - 1], columns[1:-1], [max(right, columns[-1]) + 1]])
    rows = row_bounds(lines[first : last + 1], columns, rules)
    cells = [GridCell(r, c, 1, 1) for r in range(len(rows) - 1) for c in range(len(columns) - 1)]
    table = FoundTable(page, rows, columns.astype(np.float32), cells, borderless=True)
    table.arrows = through_rows(rows, columns, rules)
    lay_texts(table, lines[first : last + 1], words, rules)
    return table


def with_corner(lines: list[Printed], words: Words, columns: Floats) -> Floats:
    """The columns, that of the names joined with the next where only lines above the first name stand in that one: the
    name of the column of names, set to its middle and right of short names. A visit there is a column without marks."""
    held = [columns_of(line, columns) for line in lines]
    first = next((k for k, own in enumerate(held) if 0 in own), len(held))
    alone = len(columns) > 4 and first > 0 and not any(1 in own for own in held[first:])
    texts = [p.text for line in lines[:first] for p in pieces_of(line, words, columns, CELLS) if p.first == 1]
    visit = any((has_time(text) or is_point(text)) and not names_axis(text) for text in texts)
    return np.delete(columns, 1) if alone and texts and not visit else columns


def without_arrow(line: Printed, words: Words) -> Floats:
    """The chunks of a line without an arrow that is all that stands behind its name: one sign in the middle of what it
    reaches over, which is in no column."""
    lone = len(line.chunks) == 2 and words.text[line.words[line.starts[1]]] in ARROWS
    return line.chunks[:1] if lone and len(line.words) == line.starts[1] + 1 else line.chunks


def through_rows(rows: Floats, columns: NDArray[np.floating], rules: Lines) -> Lines:
    """Lines that begin behind the names, run through the middle of a row and end before the table does: arrows."""
    y, start, end = rules.T
    row = np.clip(np.searchsorted(rows, y) - 1, 0, len(rows) - 2)
    depth = (y - rows[row]) / (rows[row + 1] - rows[row])
    inside = (start > columns[1] - COLUMNS.reach) & (end < columns[-1] + COLUMNS.reach)
    arrows: Lines = rules[inside & (depth > SETTINGS.through) & (depth < 1 - SETTINGS.through)]
    return arrows


def without_headings(lines: list[Printed]) -> list[Printed]:
    """The lines without leading ones that hold fewer texts than the next: headings of several columns, which may stand
    where no column is."""
    kept = list(lines)
    while len(kept) > SETTINGS.least + 1 and len(kept[0].chunks) < len(kept[1].chunks):
        rest = np.concatenate([line.chunks for line in kept[1:]])
        within = (kept[0].chunks[:, 0] >= rest[:, 0].min() - COLUMNS.flush) & (
            kept[0].chunks[:, 2] <= rest[:, 2].max() + SETTINGS.title
        )
        if not within.all() or len(lines) - len(kept) >= SETTINGS.headings:
            break
        kept = kept[1:]
    return kept


def is_title(line: Printed, columns: NDArray[np.floating]) -> bool:
    """Whether a line over the columns is one chunk from the left edge on that leaves the first column."""
    x0, _, x1, _ = line.chunks[0].tolist()
    return len(line.chunks) == 1 and x0 < columns[0] + SETTINGS.title and x1 > columns[1] + SETTINGS.title


def below_caption(lines: list[Printed], run: tuple[int, int], width: float) -> int:
    """The first tabular line of a run that is no caption whose number stands apart."""
    first, last = run
    if not is_caption_line(lines[first]):
        return first
    return next((k for k in range(first + 1, last) if is_tabular(lines[k], width)), first)


def is_caption_line(line: Printed) -> bool:
    """Whether a line is a caption's number and, behind a gap, its text."""
    return len(line.chunks) == 2 and line.lead.casefold().strip(" .:") in CAPTION_WORDS


def hangs_below_caption(lines: list[Printed], place: int) -> bool:
    """Whether a line is a caption, or the rest of one: one chunk, right below, where the caption's text begins behind
    its number ("Table 7   Samples for ..." above "... pharmacokinetics")."""
    left = float(lines[place].chunks[0, 0])
    while place and len(lines[place].chunks) == 1:
        line, above = lines[place], lines[place - 1]
        if line.top - above.bottom > line.bottom - line.top or abs(float(above.chunks[-1, 0]) - left) > COLUMNS.flush:
            return False
        place -= 1
    return is_caption_line(lines[place])


def extend(lines: list[Printed], run: tuple[int, int], rules: Lines, width: float) -> tuple[int, int]:
    """Take in header lines up to the top rule and last lines down to the bottom rule, save past prose."""
    first, last = run
    left, right = lines[first].chunks[0, 0], lines[first].chunks[-1, 2]
    long = rules[:, 2] - rules[:, 1] > 0.4 * (right - left)
    across = rules[(rules[:, 1] < right) & (rules[:, 2] > left) & long]
    y = across[:, 0]
    tops = y[(y < lines[first].middle) & (y > lines[first].top - SETTINGS.header)]
    bottoms = y[(y > lines[last].middle) & (y < lines[last].bottom + SETTINGS.header / 2)]
    while len(tops) and first and lines[first - 1].middle > tops.min() and not is_prose(lines[first - 1], width):
        first -= 1
    while (
        len(bottoms)
        and last + 1 < len(lines)
        and lines[last + 1].middle < bottoms.min()
        and not is_prose(lines[last + 1], width)
    ):
        last += 1
    return first, last
