"""Which rows are header rows and which columns are labels, and the markers that texts end with."""

from __future__ import annotations

import re
from typing import NamedTuple

from soesift.result.models import SoeTable
from soesift.schedule.cell_meaning import ACTIVITY_WORDS, has_markers, is_no, markers_at, split_markers, words_of
from soesift.schedule.contacts import contact_in, says_contacts
from soesift.schedule.header_rows import HeaderRow, kind_of
from soesift.schedule.timing import read_timing
from soesift.schedule.tokens import clean
from soesift.table.lexicon import has_time, is_mark, is_point

MOST_LABELS = 4  # leading columns that can be labels
_COMMENTS = re.compile(
    r"comments?|notes?|remarks?|instructions?|references?|details?|(?:protocol )?sections?|crf|specimen|"
    r"additional information|procedure category|category|protocol reference|guidance",
    re.IGNORECASE,
)
_ANNOTATES = re.compile(  # in the title of a column without a time: its cells speak to the reader
    r"\b(?:comments?|(?:foot)?notes?|remarks?|instructions?|references?|ref\.?|details?|sections?|clarifications?|guidance|"
    r"e?crf|form|location|applicab\w+|specimens?|bemerkung(?:en)?|anmerkung(?:en)?|hinweise?|explanat\w+|additional\s+information)\b",
    re.IGNORECASE,
)
_PHASE_WORD = re.compile(r"screen|baseline|treatment|follow|period|phase|visit|dose|randomi|surg|op\b", re.IGNORECASE)
_SECTION_NUMBER = re.compile(
    r"(?:(?:see\s+)?(?:section|appendix|table)s?\s*)?\d{1,2}(?:\.\d{1,2})+(?:\s*[,;&]\s*\d{1,2}(?:\.\d{1,2})*)*", re.I
)
_REMARKS = re.compile(r"(?:comments?|notes?|remarks?)(?:\s*/\s*(?:comments?|notes?|remarks?))?", re.IGNORECASE)
_TITLE = re.compile(r"(?:table|appendix|figure)\b\s*[\d.A-Z]|schedule of\b", re.IGNORECASE)
_ONE = r"(?:[a-z]|\d{1,2}|[*†‡§¶#]{1,3})"  # a marker behind a mark
_MARK_TAIL = re.compile(
    rf"([Xx✓✔√●•■◆○▪☑☒✗])(?:\s?[\[(]?({_ONE}(?:\s*,\s*{_ONE}|\s{_ONE})*)[\])]?|([a-z]{{2,3}}))"
)  # "Xa,b", "X (1)", "Xab"; not "X (if necessary)"
_SIGN_TAIL = re.compile(r"(?P<name>.*[\w)\]])\s?(?P<sign>[*†‡§¶#+]{1,3})\s?,")
_HEADER_WORD = re.compile(  # "Every 6 monthsf,g", "SCRa", "Follow-Upa": no such words exist
    r"(.*(?:weeks?|days?|months?|years?|visits?|cycles?|scr|screening|baseline|follow[- ]?up|therapy|phase|period|"
    r"eo[sti]|treatment|termination|discontinuation|withdrawal|study|\bET))([a-z](?:,\s?[a-z])*)",
    re.IGNORECASE,
)
_POINT_TAIL = re.compile(r"(.*\d)([a-ce-gi-ln-vxz](?:,[a-z])*)")  # not d, h, m, w, y: those are units


Place = tuple[int, int]


class Marked(NamedTuple):
    text: str
    markers: list[str]


class Layout(NamedTuple):
    """`labels`: leading label columns; `data`: columns of encounters; `comments`: trailing columns of text."""

    header_rows: int
    labels: list[int]
    data: list[int]
    comments: list[int]
    late: tuple[int, ...] = ()  # rows of the body that belong to the header: times and windows, and no marks


def padded(table: SoeTable) -> list[list[str]]:
    """The grid with equal rows and single spaces."""
    width = max(map(len, table.grid), default=0)
    return [[" ".join(text.split()) for text in row] + [""] * (width - len(row)) for row in table.grid]


class Markers:
    """The footnote markers of cells as they were read; where none were, split from texts (soe-result/1).

    A place (row, column) tells the cell. Guessing knows the markers of the table's footnotes and its words.
    """

    def __init__(self, table: SoeTable) -> None:
        self.known = frozenset(note.marker for note in table.footnotes if note.marker)
        self.words = words_of(table)
        self.at = markers_at(table)
        self.were_read = has_markers(table)

    def split(self, text: str, place: tuple[int, int]) -> Marked:
        """Text and markers; in a guess, a mark's or bare number's tail counts even where no footnote defines it."""
        if self.were_read:
            return self._with_sign(text, list(self.at.get(place, ())))
        tail = _MARK_TAIL.fullmatch(text)
        if tail is not None:
            found = re.findall(r"\d+|[a-z]|[^\s,\w]+", tail[2] or tail[3])
            told = (
                split_markers(text, self.known, self.words) if self.known and not {*found} <= self.known else ("", [])
            )
            return Marked(tail[1], told[1] or found)
        base, markers = split_markers(text, self.known, self.words) if self.known else (text, [])
        return Marked(base, markers)

    def _with_sign(self, text: str, found: list[str]) -> Marked:
        """The text without a sign that stands before the markers that were read: "Labs*," with a raised "**"."""
        tail = _SIGN_TAIL.fullmatch(text) if found else None
        if tail is None or tail["sign"] not in self.known:
            return Marked(text, found)
        return Marked(tail["name"], list(dict.fromkeys([tail["sign"], *found])))

    def split_header(self, text: str, label: str, place: tuple[int, int]) -> Marked:
        """As `split`; in a row of days or weeks, "1p" is 1 with a marker, and so is "monthsf" in any."""
        done = self.split(text, place)
        if not done.text or done.markers or self.were_read:
            return done
        word = _HEADER_WORD.fullmatch(done.text)
        if word is not None and word[2][:1].islower() and word[2] != "s":
            return Marked(word[1], re.findall(r"[a-z]", word[2]))
        timed = kind_of(label) not in (None, "visit", "epoch") or kind_of(done.text) not in (None, "visit", "epoch")
        tail = _POINT_TAIL.fullmatch(done.text) if timed else None
        if tail is not None and len(done.text) <= 24 and done.text.count(tail[2]) == 1:
            return Marked(tail[1], re.findall(r"[a-z]", tail[2]))
        return done


def layout(table: SoeTable, grid: list[list[str]]) -> Layout:
    """Header rows (those that the joined table names, and timing rows right below) and the columns' roles."""
    width = len(grid[0]) if grid else 0
    head = min(max(table.header_rows, 0), len(grid)) or _guessed_head(grid)
    while head > 1 and _is_body(grid[head - 1]):
        head -= 1
    body = grid[head:]
    labels = _labels(grid[:head], body, width)
    comments = [c for c in range(width) if c not in labels and _is_comment(grid[:head], body, c)]
    data = [c for c in range(width) if c not in labels and c not in comments]
    while head < len(grid) and _goes_on(grid[head], labels, data):
        head += 1
    late = tuple(r for r in range(head, len(grid)) if _is_late(grid, r, head, labels, data))
    return Layout(head, labels, data, comments, late)


_TIMING_LABEL = re.compile(
    r"(?:(?:study|visit|clinic|trial|planned|allowed|allowable|acceptable|permitted|nominal|scheduling|target|time|timing|of|"
    r"number|no\.?|relative|cycle|treatment|day|week|month|hour|window|windows|allowance|deviation|tolerance|interval)s?"
    r"|days?|weeks?|months?|hours?|\(s\)|[()\[\]/:*#±,+-]|\s)+",
    re.IGNORECASE,
)
NEAR_HEADER = 6  # rows of the body among which a row of times may have been left behind


def _is_late(grid: list[list[str]], r: int, head: int, labels: list[int], data: list[int]) -> bool:
    """Whether a row of the body is one of the header that was left behind: a timing label over nothing but times.

    Windows may stand in any row; bare times only near the header, where no row of the header has their unit.
    """
    row = grid[r]
    label = clean(" ".join(dict.fromkeys(row[c] for c in labels if row[c])))
    filled = [row[c] for c in data if row[c]]
    if filled and r - head < NEAR_HEADER and says_contacts(label, [row[c] for c in data]):
        return True
    if not _TIMING_LABEL.fullmatch(label) or len(filled) < 2 or not _goes_on(row, labels, data):
        return False
    kind = kind_of(label)
    if kind == "window":
        return all(read_timing(t, "window").timing.window or not re.search(r"\d", t) for t in filled)
    above = {kind_of(grid[h][c]) for h in range(head) for c in labels}
    told = any(read_timing(grid[h][c]).timing.times for h in range(head) for c in data)
    return kind not in above and r - head < NEAR_HEADER and len(filled) * 2 > len(data) and not told


def _is_body(row: list[str]) -> bool:
    """Whether a row that was taken as header is one of procedures: marks or "not done" in most of its cells."""
    filled = [text for text in row[1:] if text and text != row[0]]
    if len(filled) < 3 or not row[0] or kind_of(row[0]) is not None or says_contacts(row[0], filled):
        return False
    figures = [text for text in filled if any(map(str.isdigit, text))]
    cells = [text for text in filled if (is_mark(text) or is_no(clean(text), ticked=False)) and text not in figures]
    return len(cells) * 3 > len(filled) * 2


def _guessed_head(grid: list[list[str]]) -> int:
    """Rows at the top that speak of times and hold no mark, for a table without known header rows."""
    head = 0
    while head < min(6, len(grid)) and any(map(has_time, grid[head][1:])) and not any(map(is_mark, grid[head][1:])):
        head += 1
    return head


def _labels(header: list[list[str]], body: list[list[str]], width: int) -> list[int]:
    labels = [0] if width else []
    for c in range(1, min(MOST_LABELS, width - 1)):
        if any(is_mark(row[c]) and row[c] != row[0] for row in body):
            break
        texts = {row[c] for row in header if row[c]}
        copies = sum(row[c] == row[c - 1] != "" for row in body)
        beside = copies * 2 > len(body) or all(_bare_label(text) for text in texts)
        if not beside or (not texts and not any(row[c] for row in body)):
            break
        labels.append(c)
    return labels


def _bare_label(text: str) -> bool:
    """Whether a header cell names its row or column and holds no time: "Week", "Protocol Reference"."""
    if any(map(str.isdigit, text)):
        return False
    named = kind_of(text) is not None and not read_timing(text).timing.events
    return _COMMENTS.fullmatch(clean(text)) is not None or named or not has_time(text)


def _is_comment(header: list[list[str]], body: list[list[str]], column: int) -> bool:
    """A column of text for readers: named so, or long texts under a header without a time."""
    texts = [row[column] for row in header if row[column]]
    if texts and _COMMENTS.match(texts[-1]) and not read_timing(texts[-1]).timing.known():
        return True
    if texts and _REMARKS.fullmatch(clean(texts[0])):  # "Comments" above "Clinic visits: 1-9, 12"
        return not any(is_mark(row[column]) for row in body)
    filled = [row[column] for row in body if row[column]]
    timed = any(read_timing(t).timing.known() for t in texts)
    if filled and not any(map(is_mark, filled)):
        if any(_SPEAKS.search(clean(t)) for t in texts[-1:]):
            return True  # "Notes (all windows ±3 days)", "Screening notes"
        if not timed and not any(_speaks_of_visits(t) for t in texts) and _others_are_marked(body, column):
            return True  # "Assessor", "Volume (mL)": words beside columns of marks
    if filled and not timed and not any(map(is_mark, filled)):
        if any(_ANNOTATES.search(clean(t)) for t in texts):
            return True
        named = any(kind_of(t) or _PHASE_WORD.search(t) for t in texts)
        if not named and sum(_SECTION_NUMBER.fullmatch(t) is not None for t in filled) * 2 > len(filled):
            return True
    own = [t for row in body if (t := row[column]) and t != row[column - 1]]
    prose = sum(len(t) > 40 for t in own) * 2 > len(filled) if filled else False
    return prose and not any(map(is_mark, filled)) and not any(has_time(t) or is_point(t) for t in texts)


_SPEAKS = re.compile(r"^(?:notes?|comments?|remarks?)\b|\b(?:notes?|comments?|remarks?)\s*:?$", re.IGNORECASE)


def _speaks_of_visits(text: str) -> bool:
    """Whether a header cell may be one of a visit: a time, a phase, an event, a way of contact, a number."""
    return (
        has_time(text)
        or is_point(text)
        or any(map(str.isdigit, text))
        or contact_in(text) is not None
        or kind_of(text) in ("visit", "day", "week", "month", "cycle", "epoch")
        or _PHASE_WORD.search(text) is not None
    )


def _others_are_marked(body: list[list[str]], column: int) -> bool:
    """Whether most other columns right of the names have marks."""
    others = [c for c in range(1, len(body[0])) if c != column]
    marked = [c for c in others if any(is_mark(row[c]) for row in body)]
    return len(marked) > 1 and len(marked) * 2 > len(others)


def _goes_on(row: list[str], labels: list[int], data: list[int]) -> bool:
    """Whether a row right below the header belongs to it: a timing label and nothing but times."""
    label = " ".join(dict.fromkeys(row[c] for c in labels if row[c]))
    filled = [row[c] for c in data if row[c]]
    if not filled:
        return bool(label) and all(_COMMENTS.fullmatch(row[c]) or row[c].lower() in _TITLES for c in labels if row[c])
    kind = kind_of(label)
    if kind is None or len(label) > 60 or any(_is_mark_of_body(t) for t in filled):
        return False
    filled = [text for text in filled if not re.fullmatch(r"\W+|n/?a", text, re.IGNORECASE)]
    if not filled:
        return False
    reads = [read_timing(text, kind) for text in filled]
    return sum(r.timing.known() and not r.unread for r in reads) * 4 >= 3 * len(reads)


def _is_mark_of_body(text: str) -> bool:
    """Whether a cell is a mark with letters and no time or deviation: "X", not "-" or "(+ 4 wks)"."""
    mark = is_mark(text) and not is_point(text) and re.search(r"\w", text) is not None
    return mark and read_timing(text, "window").timing.window is None


_TITLES = ACTIVITY_WORDS | {
    "study procedure",
    "study procedures",
    "event",
    "events",
    "study activity",
    "study activities",
    "study assessment",
    "study assessments",
    "trial procedure",
    "trial procedures",
    "assessment/procedure",
}


def header_rows(
    table: SoeTable, grid: list[list[str]], plan: Layout, markers: Markers
) -> tuple[list[HeaderRow], dict[int, list[str]], list[str]]:
    """The header rows, footnote markers by data column, and the column titles of the label columns."""
    rows: list[HeaderRow] = []
    under = {
        (r, c)
        for cell in table.cells
        for r in range(cell.row + 1, min(cell.row + cell.row_span, plan.header_rows))
        for c in range(cell.column, cell.column + cell.column_span)
    }
    found: dict[int, list[str]] = {c: [] for c in plan.data}
    for r in [*range(plan.header_rows), *plan.late]:
        label = _row_label(grid, plan, r)
        texts = []
        for c in plan.data:
            text, refs = markers.split_header(grid[r][c], label, (r, c))
            texts.append(text)
            found[c] += [ref for ref in refs if ref not in found[c]]
        again = r in plan.late and any(row.texts == texts for row in rows)  # reprinted on another page
        if any(texts) and not _is_title(texts) and not again:
            rows.append(
                HeaderRow(
                    r,
                    markers.split(label, (r, plan.labels[0])).text,
                    kind_of(label),
                    texts,
                    [(r, c) in under for c in plan.data],
                )
            )
    return rows, found, _column_titles(grid, plan)


def _is_title(texts: list[str]) -> bool:
    """Whether the row repeats the table's title over all columns: no time of any of them."""
    return len(set(texts)) == 1 and len(texts) > 1 and _TITLE.match(texts[0]) is not None


def _row_label(grid: list[list[str]], plan: Layout, r: int) -> str:
    """The last label text of the row; one merged over several rows speaks for the last of them only."""
    shown = [grid[r][c] for c in plan.labels if grid[r][c]]
    if not shown:
        return ""
    goes_on = r + 1 < plan.header_rows and grid[r + 1][plan.labels[-1]] == shown[-1]
    return "" if goes_on else shown[-1]


def _column_titles(grid: list[list[str]], plan: Layout) -> list[str]:
    """The lowest header text of each label column that names no timing row."""
    titles = []
    for c in plan.labels:
        texts = [grid[r][c] for r in range(plan.header_rows) if grid[r][c]]
        named = [t for t in texts if kind_of(t) is None]
        titles.append((named or [""])[-1])
    return titles
