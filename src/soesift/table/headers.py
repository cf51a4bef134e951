"""Which leading rows of a grid are its header: every row says how much it is one, and the best sum decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from soesift.table.lexicon import has_activity, has_time, is_mark, is_point, is_window

Grid = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class HeaderSettings:
    """Weights in log-odds (rounded by hand; their signs and order matter more than their sizes) and thresholds."""

    most: int = 8  # rows of a header; the longest seen has seven
    looked: int = 40  # rows looked at for what the body is like
    mark: float = -4.0  # of a row with a mark in it; it outweighs all but a reprint
    mark_of_visits: float = 0.5  # of one that says with marks which visits are fasting, or by telephone
    timed: float = 2.2  # times the share of the row's texts that name a time or a window
    untimed: float = -0.4  # of a row whose texts name none, without a name or with that of an axis
    untimed_named: float = -1.2  # of one with any other name
    covered: float = 0.4  # of the columns must hold a text before its times tell in full
    dashed: float = 0.5  # of a row's columns hold a dash, where dashes stand beside marks: it says what is not done ...
    dash_rows: float = 0.15  # ... from this share of the rows that have both on
    timed_body: float = 0.5  # share of body rows that read like times: from here on times tell nothing
    dimension: float = 1.6  # of a row named "Visit", "Study day", "Window"
    activity: float = -1.8  # of a row named like something done
    matter: float = -4.5  # of one named by what is taken or how much, such as "Blood volume (mL)", whatever its numbers
    value: float = -2.4  # of a row named by one visit or time: its table has the visits in its rows
    unnamed: float = 0.5  # of a row with texts and no name
    corner: float = 2.0  # of a row whose name is merged with that of the row above
    bridged: float = 1.0  # of a row into which a text of the row above reaches
    typed: float = 1.0  # of a row of texts over columns of marks
    typed_share: float = 0.5  # of the columns must hold a text for that
    worded: float = 1.0  # of one with words in every column, not all the same, where no row below is filled so
    band: float = -1.2  # of a row with a name alone, or one text over its width
    shaded: float = 1.2  # of a row as shaded as the first; minus for one that is not
    shade_step: float = 0.03  # luminance by which two shades differ
    reprinted: float = 6.0  # of a row that the next pages begin with as well
    not_reprinted: float = -4.0  # of a row that they leave out of the header they repeat
    sure: float = 3.0  # of a row that is header by its name and its texts, whatever other pages say
    one_page: float = 0.6  # of these where one page alone tells, less than a mark's
    page_more: float = 0.2  # what each further page adds to that share
    close: float = 1.0  # log-odds: another end of the header, worse by less, is nearly as likely. .5 to 1.1


SETTINGS = HeaderSettings()
LONGEST = 80  # characters of a text that names a visit; longer ones are sentences

# the name of an axis of time or of the column of activities, without a value
_DIMENSION = re.compile(
    r"\W*(?:(?:study|trial|protocol|visit|treatment|scheduled|scheduling|planned|approximate|relative|target|"
    r"allowed|allowable|permitted|permissible|nominal|clinic|hospital|dosing|assessment|calendar|"
    r"required|general|overall|no\.?\s+of)\s+)*"
    r"(?:visits?|days?|weeks?|months?|years?|hours?|cycles?|windows?|periods?|phases?|epochs?|stages?|parts?|times?|"
    r"time\s*points?|timing|schedule|duration|interval|tolerance|allowance|deviation|procedures?|assessments?|"
    r"activit(?:y|ies)|evaluations?|examinations?|events?|items?|tests?|parameters?|measurements?|investigations?|"
    r"fasting|fasted|location|setting|contact|visit\s+type|type\s+of\s+visit|visit\s+(?:number|name|no\.?|id|code)|"
    r"categor(?:y|ies)|section|reference|number|no\.?|name|title|description|arms?|cohorts?)\b"
    r"(?!\s*\d)",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\W*(?:(?:study\s+)?(?:visit|day|week|month|year|hour|cycle|period)\s*[-–−+]?\s*\d+|[DWVMC]\s?[-–−]?\d+\b|"
    r"(?:screening|baseline|end\s+of\s+(?:study|treatment)|follow[\s-]?up|unscheduled|early\s+\w+|pre-?dose|"
    r"post-?dose|eot|eos|discharge|run-?in|randomi[sz]ation)\b(?!.*\b(?:visit|day|week)s?\W*$)|"
    r"[-–−+]?\d+(?:[.,]\d+)?\s*(?:h|hr|hrs|hours?|min|minutes|[a-z])?\W*$)",
    re.IGNORECASE,
)
_OF_VISITS = re.compile(
    r"\W*(?:fast(?:ing|ed)(?:\s+(?:visits?|status|state|required))?|"
    r"(?:location|type|place)\s+of\s+(?:the\s+)?visits?|visit\s+(?:location|type|place)|(?:tele)?phone\s+visits?|(?:clinic|site|on-?site|home|remote|virtual|in-?person|office)\s+visits?|"
    r"(?:clinic|site|on-?site|in-?person|office|hospital)\b.{0,12}\b(?:phone|tele\w*|remote|virtual|video|home)\b.{0,8})"
    r"\W*\w?",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\W*(?:clinic|(?:on\s*-?\s*)?site|home|(?:tele)?phone(?:\s+call)?|remote|virtual|in\s*-?\s*person|office|hospital|tele\w*)"
    r"(?:\s*(?:/|or)\s*(?:clinic|site|home|(?:tele)?phone|remote|virtual))*\W*",
    re.IGNORECASE,
)
# what is taken or given, or its amount: numbers beside it are no times, unless it says so
_MATTER = re.compile(
    r"(?!.*\b(?:time|times|time\s?points?|timing|visits?|minutes|days?|weeks?|months?|cycles?|windows?|intervals?|"
    r"hours? (?:after|post|since|relative))\b).*"
    r"\b(?:blood|urine|plasma|serum|saliva|stool|csf|sputum|tissue|volumes?|ml|µl|tubes?|aliquots?|vials?)\b.*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# the name of the column of activities: no activity is called so
_COLUMN = re.compile(
    r"(?:(?:study|trial|protocol)\s+)?(?:procedures?|assessments?|activit(?:y|ies)|evaluations?|events?)"
    r"(?:\s*(?:/|and|or|&)\s*(?:procedures?|assessments?|activit(?:y|ies)|evaluations?|events?))?\W*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3}")
_DASH = re.compile(r"[-–—−]+")
_BLANK = re.compile(r"[-–—\s.]*|n\.?/?a\.?", re.IGNORECASE)


def count_header_rows(
    grid: Grid, shades: Sequence[float] = (), reprints: Sequence[float] = (), settings: HeaderSettings = SETTINGS
) -> int:
    """Number of leading rows that name visits and times; at least 1 for a grid of two rows or more, else 0.

    shades: luminance of each row's background; reprints: for each row from -1 (left out) to 1 (reprinted) what the
    table's other pages say of it.
    """
    if len(grid) < 2:
        return 0
    weights = header_evidence(grid, shades, reprints, settings)
    return best_cut(weights, settings.most)


def best_cut(weights: Sequence[float], most: int) -> int:
    """The number of leading rows, at least 1, whose weights have the largest sum; of equal ones the smallest."""
    total = best = weights[0]
    count = 1
    for row, weight in enumerate(weights[1:most], 2):
        total += weight
        if total > best + 1e-6 and row < len(weights):
            best, count = total, row
    return count


def rows_at_cut(grid: Grid, heads: int, settings: HeaderSettings = SETTINGS) -> range:
    """The rows that are header by one cut and body by one that is nearly as likely; none where the texts alone would
    cut elsewhere than behind `heads` rows, as then shades, other pages or a person have told."""
    weights = header_evidence(grid, settings=settings) if heads and len(grid) > 1 else []
    if not weights or best_cut(weights, settings.most) != heads:
        return range(0)
    sums = list(accumulate(weights[: min(settings.most, len(grid) - 1)]))
    close = [rows for rows, total in enumerate(sums, 1) if rows != heads and sums[heads - 1] - total < settings.close]
    other = min(close, key=lambda rows: abs(rows - heads), default=heads)
    return range(min(heads, other), max(heads, other))


def header_evidence(
    grid: Grid, shades: Sequence[float] = (), reprints: Sequence[float] = (), settings: HeaderSettings = SETTINGS
) -> list[float]:
    """Log-odds for each leading row that it is header rather than body."""
    s = settings
    rows = min(s.most + 1, len(grid))
    loud = timed_body(grid, s) < s.timed_body
    marked = mark_columns(grid[: s.looked])
    dashes = dashes_are_values(grid[: s.looked], s)
    worded = marked >= s.typed_share and words_lead(grid[: s.looked])
    weights = []
    for row in range(rows):
        own = weight = own_evidence(grid[row], row, loud, marked, s, cornered=row > 0 and has_corner(grid, row))
        if dashes and row and dash_share(grid[row]) >= s.dashed:
            own = weight = s.mark
        if row and worded and is_worded(grid[row]):
            own = weight = weight + s.worded
        if row:
            weight += merged_evidence(grid, row, s) + shade_evidence(shades, row, s)
        told = reprints[row] if row < len(reprints) else 0.0
        if told < 0 and own >= s.sure and _DIMENSION.match(grid[row][0]):
            told = 0.0  # a window row may stand on the first page alone, and is none of the body
        if told > 0 and row and is_group(grid[row]):
            told = 0.0  # it goes on over the page
        weights.append(weight + (s.reprinted * told if told > 0 else -s.not_reprinted * told))
    return weights


def own_evidence(
    texts: Sequence[str], row: int, timed_tells: bool, marked: float, s: HeaderSettings, *, cornered: bool = False
) -> float:
    """What a row says by itself. marked: share of the columns that hold marks anywhere; cornered: its name is the
    table's corner, which reaches down to it, so that its marks tell of visits."""
    name, data = texts[0], [text for text in texts[1:] if not is_blank(text)]
    distinct = set(data)
    if not distinct - {name}:
        return s.band if row else 0.2
    if any(map(is_mark, distinct)):
        return (
            s.mark_of_visits if row and (cornered or _OF_VISITS.fullmatch(name) or _COLUMN.fullmatch(name)) else s.mark
        )
    timed = sum(map(is_timed, distinct)) / len(distinct)
    if row and len(data) > 2 and len(distinct) == 1 and _NUMBER.fullmatch(data[0]):
        timed = 0.0  # amounts: visits differ
    if row:  # one time in a wide row says little
        timed *= min(1.0, len(data) / (s.covered * max(1, len(texts) - 1)))
    if all(_PLACE.fullmatch(text) for text in distinct) and len(data) >= s.typed_share * (len(texts) - 1):
        timed = 1.0  # where each visit takes place
    amount = row > 0 and not cornered and _MATTER.fullmatch(name) is not None
    weight = s.matter if amount else name_evidence(name, timed, row, s)
    untimed = s.untimed if weight > 0 else s.untimed_named
    weight += (s.timed * timed if timed >= 0.2 else untimed) if timed_tells else 0.0
    if marked >= 0.5 and len(data) >= s.typed_share * (len(texts) - 1):
        weight += s.typed
    return weight


def tells_visits(name: str) -> bool:
    """Whether a row of this name may say with marks which visits are fasting, or by telephone."""
    return bool(_OF_VISITS.fullmatch(name) or _COLUMN.fullmatch(name))


def name_evidence(name: str, timed: float, row: int, s: HeaderSettings) -> float:
    """What the name in front of a row says; timed: share of the row's texts that name times."""
    if not name:
        return s.unnamed
    if _OF_VISITS.fullmatch(name):
        return s.dimension
    if names_axis(name):
        return s.dimension
    if _VALUE.match(name):
        return s.value if row else 0.0
    return s.activity if has_activity(name) and not (has_time(name) or timed >= 0.8) else 0.0


def names_axis(name: str) -> bool:
    """Whether a name is that of an axis of time or visits, without a value."""
    return _DIMENSION.match(name) is not None and not _VALUE.match(name)


def merged_evidence(grid: Grid, row: int, s: HeaderSettings) -> float:
    """Whether the corner of the table, or another text, reaches down from the row above."""
    above, here = grid[row - 1], grid[row]
    if has_corner(grid, row):
        return s.corner
    same = any(a == b and len(a) > 3 and not is_mark(a) for a, b in zip(above[1:], here[1:], strict=True))
    return s.bridged if same and len(set(here[1:])) > 1 else 0.0


def has_corner(grid: Grid, row: int) -> bool:
    """Whether the corner of the table reaches down to a row and the row above it."""
    here = grid[row]
    return bool(here[0]) and here[0] == grid[row - 1][0] == grid[0][0] and len(set(here)) > 1


def shade_evidence(shades: Sequence[float], row: int, s: HeaderSettings) -> float:
    """Whether a row is shaded as the first is, where the body is not."""
    if len(shades) <= row or min(abs(shades[0] - shade) for shade in shades[-3:]) <= s.shade_step:
        return 0.0
    return s.shaded if abs(shades[row] - shades[0]) <= s.shade_step else -s.shaded


def is_timed(text: str) -> bool:
    """Whether a text of a header's length names a time or a window."""
    return len(text) <= LONGEST and (has_time(text) or is_point(text) or is_window(text))


def timed_body(grid: Grid, s: HeaderSettings) -> float:
    """Share of the rows below the first two that consist of times or numbers, as in tables of measured values."""
    body = [[t for t in row[1:] if not is_blank(t)] for row in grid[2 : s.looked]]
    told = [sum(has_time(t) or is_point(t) for t in data) >= 0.5 * len(data) for data in body if data]
    return sum(told) / len(told) if len(told) > 4 else 0.0


def mark_columns(grid: Grid) -> float:
    """Share of the columns behind the first in which a mark stands."""
    columns = list(zip(*grid, strict=True))[1:]
    return sum(any(is_mark(text) for text in column) for column in columns) / max(1, len(columns))


def is_worded(texts: Sequence[str]) -> bool:
    """Whether a row holds a word in every column behind the first, not everywhere the same, and no mark: of whom, where
    or how, such as "Nurse" or "Ward"."""
    data = texts[1:]
    return len(set(data)) > 1 and all(_WORD.search(text) and not is_mark(text) for text in data)


def words_lead(grid: Grid) -> bool:
    """Whether rows with a word in every column stand above all rows with marks, and nowhere else."""
    first = next((row for row, texts in enumerate(grid) if row and any(map(is_mark, texts[1:]))), len(grid))
    return not any(map(is_worded, grid[first:]))


def dash_share(texts: Sequence[str]) -> float:
    """Share of the columns behind the first that hold a dash."""
    return sum(_DASH.fullmatch(text) is not None for text in texts[1:]) / max(1, len(texts) - 1)


def dashes_are_values(grid: Grid, s: HeaderSettings) -> bool:
    """Whether dashes stand beside marks in many rows: there they say that nothing is done."""
    both = sum(dash_share(row) > 0 and any(map(is_mark, row[1:])) for row in grid)
    return both >= s.dash_rows * len(grid) and both > 1


def is_group(texts: Sequence[str]) -> bool:
    """Whether a row names a group of rows: one text alone, which is no name of an axis or column."""
    name = texts[0]
    alone = not {text for text in texts[1:] if not is_blank(text)} - {name}
    return alone and bool(name) and not (_DIMENSION.match(name) or _OF_VISITS.fullmatch(name))


def is_blank(text: str) -> bool:
    """Nothing, dashes, or "N/A": no text of a header and no mark."""
    return _BLANK.fullmatch(text) is not None
