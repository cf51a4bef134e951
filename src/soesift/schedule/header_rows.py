"""Header rows made ready: what each row speaks of, by its label, the rows around it or the form of its cells."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, get_args

from soesift.schedule.anchors import unit_in
from soesift.schedule.contacts import keyed_contacts
from soesift.schedule.cursor import Kind
from soesift.schedule.models import Unit
from soesift.schedule.table_notes import without_windows
from soesift.schedule.timing import read_timing
from soesift.schedule.tokens import LETTERS, UNIT_WORDS, clean, tokens, unit_of

_HOURS_MINUTES = re.compile(r"\bh(?:h|rs?|ours?)?\s?:\s?m(?:in(?:utes?)?|m)?\b")
_KINDS: list[tuple[Kind, str]] = [  # the first that a row's label matches
    (
        "window",
        r"window|zeitfenster|fenêtre|ventana|finestra|tolerance|allowance|±|\+\s?/\s?-|deviation|margin|leeway|flexibility|variation|acceptable\s+range|permitted\s+range|"
        r"allow(?:ed|able)\s+range|plus\s*/\s*minus",
    ),
    ("duration", r"duration|length of|\b(?:visit|stay|cycle|period)\s+length\b"),
    ("hour", _HOURS_MINUTES.pattern),
    ("minute", r"\bmin(?:ute)?s?\b"),
    ("hour", r"\b(?:hours?|hrs?|stunden?)\b|[(\[]\s?h\s?[)\]]"),
    ("day", r"\bdays?\b|\bday\(s\)|\btag(?:en?)?\b|\bjours?\b|\bd[ií]as?\b|\bgiorn[oi]\b|\bdag(?:en)?\b"),
    ("week", r"\b(?:weeks?|wks?)\b|\bweek\(s\)|\bwochen?\b|\bsemaines?\b|\bsemanas?\b|\bsettiman[ae]\b|\bweken\b"),
    ("month", r"\bmonths?\b|\bmonth\(s\)|\bmonate?\b|\bmois\b|\bmes(?:es|e|i)?\b|\bmaand(?:en)?\b"),
    ("year", r"\byears?\b"),
    ("cycle", r"\bcycles?\b|\bzykl(?:us|en)\b|\bciclos?\b|\bcicli\b"),
    ("visit", r"\btime\s?points?\b|\bvisits?\b|\bvisit\(s\)|\bvisit(?:en?|es|as?)\b|\bbezoek(?:en)?\b"),
    ("epoch", r"\b(?:epoch|period|phase|stage|part|segment)s?\b"),
]


class HeaderRow(NamedTuple):
    """A header row: its label ("Week"), what bare numbers in it are, and the texts of the data columns."""

    row: int  # of the grid
    label: str
    kind: Kind | None
    texts: list[str]
    covered: list[bool]  # the cell is the lower part of one merged with the row above
    from_above: bool = False  # the kind is that of most cells above, not of the row's own label
    mixed: bool = False  # the cells above name several units: numbers without one above them have none
    deviation: Unit | None = None  # the unit that the label gives deviations beside its times: "Month (± days)"


def kind_of(label: str) -> Kind | None:
    """What a row's label says its numbers are; None if it says nothing. A deviation of its own ("Week (±3 days)") and
    the letters of a legend ("clinic (C) or home (H)") say nothing of them.
    """
    shown = re.sub(r"\s*[(\[]\s*[)\]]", "", without_windows(label))
    if keyed_contacts(shown):
        return "visit" if re.search(r"\bvisits?\b", shown, re.IGNORECASE) else None
    lowered = (shown if shown.strip(" ,:;()") else clean(label)).lower().strip(" ,")
    if lowered in LETTERS:  # "D", "W", "M" before the numbers
        return LETTERS[lowered]
    return next((kind for kind, pattern in _KINDS if re.search(pattern, lowered)), None)


def unit_alone(text: str) -> Kind | None:
    """The unit that a cell names without a number ("Treatment (weeks)"): it holds for the numbers below."""
    if _HOURS_MINUTES.search(text.lower()):
        return "hour"  # "Day 1 (hour:minute)"
    if any(t.kind == "number" for t in tokens(text)):
        return None
    kind = kind_of(text)
    return kind if kind in get_args(Unit) or kind == "visit" else None


def _kinds_from_above(rows: list[HeaderRow], width: int) -> list[HeaderRow]:
    """Rows without a label get the unit that cells above name for most of their columns ("Study days" | 1 | 2)."""
    units: list[Kind | None] = [None] * width
    done: list[HeaderRow] = []
    for row in rows:
        pairs = list(zip(units, row.texts, strict=True))
        under = Counter(unit for unit, text in pairs if unit and text and unit_alone(clean(text)) is None)
        unit, count = under.most_common(1)[0] if under else (None, 0)
        filled = sum(bool(text) for text in row.texts)
        most = row.kind is None and count * 2 > filled
        points = _numbers_points(row)
        if points and (under or not _counts_visits(row)):
            done.append(row._replace(kind=unit, from_above=True, mixed=True))  # each column has its own unit, or none
        else:
            done.append(row._replace(kind=unit, from_above=True, mixed=len(under) > 1) if most else row)
        units = [unit_alone(clean(text)) or above for above, text in pairs]
    return done


_TIME_POINT = re.compile(r"\btime\s?-?points?\b", re.IGNORECASE)
_VISIT = re.compile(r"visit|bezoek", re.IGNORECASE)


def _numbers_points(row: HeaderRow) -> bool:
    """Whether a row "Time point" holds bare numbers: they are of visits only if nothing says another unit."""
    named = row.kind == "visit" and _TIME_POINT.search(row.label) and not _VISIT.search(row.label)
    return bool(named) and sum(_BARE.fullmatch(clean(text)) is not None for text in row.texts) > 1


def _counts_visits(row: HeaderRow) -> bool:
    """Whether the bare numbers of a row go up by one: "0, 3, 6, 12" are times in a unit that is not printed."""
    found = [int(text) for text in map(clean, row.texts) if text.isascii() and text.isdigit()]
    return all(after - before in (0, 1) for before, after in pairwise(found))


_BARE = re.compile(r"[-\u2013\u2212+]?\s?(\d+)(?:\s?(?:to|-|\u2013)\s?[-\u2013\u2212+]?\s?\d+)?")


@dataclass(frozen=True, slots=True)
class HeaderSettings:
    """agreeing: columns in which a bare number must be the day printed beside it, as two may meet by chance (2 to 5: no
    table of the benchmark's facts has such a row).
    counting, left_out: numbers of visits without a label may leave out this share (0 to .5) if there are so many (4 to
    8): an amendment takes a visit or two away, and days run 1, 2, 3, 8, 15.
    """

    agreeing: int = 3
    counting: int = 6
    left_out: float = 0.3


DEFAULT = HeaderSettings()


def _kinds_from_beside(rows: list[HeaderRow], settings: HeaderSettings = DEFAULT) -> list[HeaderRow]:
    """Rows of bare numbers without a label are days where they say what another row says: "Week 4" | 29."""
    rows = [row._replace(kind="day") if row.kind is None and _says_days(row, rows, settings) else row for row in rows]
    return [
        row._replace(kind="visit") if row.kind is None and _numbers_visits(row, rows, settings) else row for row in rows
    ]


_COUNTABLE = re.compile(  # labels of rows that may number the visits
    r"(?:study\s+)?(?:assessment|contact|measurement|examination|evaluation|appointment|encounter)s?"
    r"(?:\s*(?:no|number|nr)\.?)?",
    re.IGNORECASE,
)


def _numbers_visits(row: HeaderRow, rows: list[HeaderRow], settings: HeaderSettings) -> bool:
    """Whether a row without a label counts 1, 2, 3 along the columns while another row says when they are. A long one
    may leave some out: an amendment took visits away.
    """
    texts = [clean(text) for text in row.texts]
    filled = [text for text in texts if text]
    counted = [int(text) for text in filled if text.isascii() and text.isdigit()]
    named = row.label and not _COUNTABLE.fullmatch(row.label.strip(" :#.*"))
    if named or len(counted) != len(filled) or len(counted) < 3 or len(counted) * 2 < len(texts):
        return False
    timed = any(_tells_times(other) for other in rows if other is not row)
    return timed and counted[0] in (0, 1, 2) and _counts_on(counted, settings)


def _counts_on(counted: list[int], settings: HeaderSettings) -> bool:
    """Whether numbers go up by one, or nearly all do in a row that is long enough to tell."""
    steps = [after - before for before, after in pairwise(counted)]
    left_out = sum(step - 1 for step in steps)
    some = left_out > 0 and len(counted) >= settings.counting and left_out <= settings.left_out * len(counted)
    return min(steps) >= 1 and (left_out == 0 or some)


def _tells_times(row: HeaderRow) -> bool:
    """Whether most cells of a row have a time."""
    filled = [text for text in map(clean, row.texts) if text]
    timed = [text for text in filled if read_timing(text, row.kind).timing.times]
    return len(timed) * 2 > len(filled) and row.kind not in ("window", "duration", "epoch", "visit")


def _says_days(row: HeaderRow, rows: list[HeaderRow], settings: HeaderSettings) -> bool:
    """Whether enough numbers of a row are the days printed beside them in words, and none is another."""
    texts = [clean(text) for text in row.texts]
    bare = [_BARE.fullmatch(text) for text in texts]
    if any(any(map(str.isdigit, text)) and not found for text, found in zip(texts, bare, strict=True)):
        return False
    agree = [
        int(found[1]) in days
        for index, found in enumerate(bare)
        if found and (days := set().union(*(_days_of(other, index) for other in rows if other is not row)))
    ]
    counted = [int(found[1]) for found in bare if found]
    numbered = counted == list(range(counted[0], counted[0] + len(counted))) if counted else True
    return len(agree) >= settings.agreeing and all(agree) and not numbered  # 1, 2, 3, 4 may number the visits


def _days_of(row: HeaderRow, column: int) -> set[int]:
    """The days that a cell's own words may mean: "Week 4" is day 28 or, counted from 1, day 29."""
    text = clean(row.texts[column])
    kind = row.kind if row.kind in ("day", "week") else None
    points = [
        span for span in read_timing(text, kind).timing.times if span.first == span.last and span.first is not None
    ]
    if any(span.unit not in ("day", "week") for span in points):
        return set()
    return {
        int(span.first or 0) * (7 if span.unit == "week" else 1) + more
        for span in points
        for more in ((0, 1) if span.unit == "week" else (0,))
    }


# the number of a cycle is no time: "Cycle 1 -1/+3 d" tells for which cycles the window is
WITH_DEVIATION = re.compile(
    r"(?<!cycle )(?<!cycles )(?<!\d)\d+\s*[(\[]?\s*(?:±|\+\s?/\s?-|\+\s?\d|-\s?\d+\s*(?:/|,|to)\s*\+)", re.IGNORECASE
)
_PAIR = re.compile(r"([^()/]+?)\s*(?:\(\s*([^()]+?)\s*\)|/\s*([^()/]+?))")
_COUNTED = re.compile(r"(dose|injection|infusion|vaccination|session)(?:\s*(?:#|no\.?|number))?$", re.IGNORECASE)
_TWO_KINDS: tuple[Kind, ...] = ("visit", "cycle", "month", "week", "day", "hour", "minute")
_OF_DOSES: tuple[Kind, ...] = ("visit", "cycle", "month", "week", "day")  # hours are mostly how long one takes


def _in_two_rows(row: HeaderRow) -> list[HeaderRow]:
    """A row "Visit (Week)" over "1 (-2)", "2 (0)" as one row of visits and one of weeks."""
    label, cells = _PAIR.fullmatch(clean(row.label)), [_PAIR.fullmatch(clean(text)) for text in row.texts]
    filled = [cell for cell, text in zip(cells, row.texts, strict=True) if text]
    if label is None or len(filled) < 2:
        return [row]
    names = (label[1], label[2] or label[3])
    kinds = [kind_of(name) for name in names]
    if (counted := _COUNTED.match(names[0])) is not None and kinds[1] in _OF_DOSES and sum(map(bool, filled)) > 1:
        named = [f"{counted[1]} {cell[1]}" if cell else text for cell, text in zip(cells, row.texts, strict=True)]
        timed = [(cell[2] or cell[3]) if cell else "" for cell in cells]
        return [
            row._replace(label=names[0], kind=None, texts=named),
            row._replace(label=names[1], kind=kinds[1], texts=timed, covered=[False] * len(timed)),
        ]
    if not all(filled):
        return [row]
    bare = all(re.fullmatch(r"-?\d+", cell[1]) for cell in filled if cell)
    if kinds[0] == kinds[1] or not bare or not all(kind in _TWO_KINDS for kind in kinds):
        return [row]
    first = [cell[1] if cell else "" for cell in cells]
    second = [(cell[2] or cell[3]) if cell else "" for cell in cells]
    return [
        row._replace(label=name, kind=kind, texts=texts, covered=[False] * len(texts))
        for name, kind, texts in zip(names, kinds, (first, second), strict=True)
    ]


def _of_two_units(row: HeaderRow) -> HeaderRow:
    """A row "Week / study day" over "W2 15 ± 4": its cells say the one unit, so that bare numbers are of the other."""
    units = [unit for word in re.findall(r"[a-z]+", row.label.lower()) if (unit := UNIT_WORDS.get(word)) in _BOTH]
    units = list(dict.fromkeys(units))
    texts = [text for text in map(clean, row.texts) if text]
    if len(units) != 2 or len(texts) < 2:
        return row
    for said, other in (units, units[::-1]):
        if sum(_says_and_leaves(text, said) for text in texts) * 2 > len(texts):
            return row._replace(kind=other, label=other)
    return row


_BOTH = ("day", "week", "month")


def _says_and_leaves(text: str, unit: Unit) -> bool:
    """Whether a cell has a number behind the name of the unit, and another without any unit."""
    found = tokens(re.sub(r"(?:±|\+\s?/\s?-|\+|-)\s?\d+", " ", text))
    led = {place for place, token in enumerate(found) if token.kind == "number" and place and unit_of(found[place - 1])}
    named = any(unit_of(found[place - 1]) == unit for place in led)
    followed = {place for place, token in enumerate(found[1:]) if unit_of(token) and token.kind != "letter"}
    bare = [p for p, token in enumerate(found) if token.kind == "number" and p not in led and p not in followed]
    return named and len(bare) == 1


_DEVIATION = re.compile(r"(?:±|\+\s?/\s?-|\+|-)\s?\d+(?:\s?/?\s?\+\s?\d+)?(?:\s?(?:d|days?|h|hours?))?", re.IGNORECASE)


def _unnamed_windows(rows: list[HeaderRow]) -> list[HeaderRow]:
    """Rows "Days" or without a label over "±3", "0", "-" are windows, where another row says when the visits are."""
    return [row._replace(kind="window") if _holds_deviations(row, rows) else row for row in rows]


def _holds_deviations(row: HeaderRow, rows: list[HeaderRow]) -> bool:
    texts = [text for text in map(clean, row.texts) if text not in ("", "-", "n/a", "N/A")]
    both = [text for text in texts if text.startswith(("±", "+"))]
    if row.kind not in (None, "day") or len(both) < 2 or len(both) * 2 <= len(texts):
        return False
    if not all(text == "0" or _DEVIATION.fullmatch(text) for text in texts):
        return False
    others = [other for other in rows if other is not row]
    if any(_tells_times(other) for other in others):
        return True
    columns = [column for column, text in enumerate(row.texts) if clean(text).startswith(("±", "+"))]
    numbered = all(any(map(str.isdigit, "".join(other.texts[column] for other in others))) for column in columns)
    return numbered and any("±" in text for text in texts)  # "+28" below "Visit 3" may be days of its own


_LENGTH_FIRST = re.compile(
    r"([-+]?)\s?(\d+)\s?(?:(d|days?)|(w|weeks?|wks?))\b(?!\s*(?:after|before|post|prior|pre|from|of|since))", re.I
)


def _points_in_units(row: HeaderRow) -> HeaderRow:
    """A row over "-4 w", "0 w", "8 w ± 3 d" counts the study's weeks: lengths have neither a zero nor a sign."""
    if row.kind not in (None, "visit"):
        return row
    found = [_LENGTH_FIRST.match(clean(text)) for text in row.texts]
    if not any(m and (m[1] == "-" or m[2] == "0") for m in found) or sum(map(bool, found)) < 3:
        return row
    texts = [
        f"{'Day' if m[3] else 'Week'} {m[1].strip('+')}{m[2]}{clean(text)[m.end() :]}" if m else text
        for m, text in zip(found, row.texts, strict=True)
    ]
    return row._replace(texts=texts)


def _times_with_windows(row: HeaderRow) -> list[HeaderRow]:
    """A row "Study day (window)" over "8 ± 1" is one of days, not one of windows: its numbers are times. Cells that
    hold a window alone ("+7") are a row of windows of their own."""
    texts = [clean(text) for text in row.texts]
    if row.kind != "window" or not any(WITH_DEVIATION.search(text) or _holds_its_range(text) for text in texts):
        return [row]
    alone = [text[:1] in ("+", "±") for text in texts]
    times = ["" if own else text for own, text in zip(alone, row.texts, strict=True)]
    windows = [text if own else "" for own, text in zip(alone, row.texts, strict=True)]
    told = _UNIT_OF_DEVIATION.search(row.label)
    unit = None if told is None else unit_in(told["unit"])
    label = _NO_WINDOW.sub("", row.label)
    days = row._replace(kind=unit_in(row.label) or "day", label=label, texts=times, deviation=unit)
    return [days, row._replace(texts=windows)] if any(windows) else [days]


_WITH_RANGE = re.compile(r"(?P<n>\d+)\s*[(\[]\s*(?P<low>\d+)\s*(?:-|–|to)\s*(?P<high>\d+)\s*[)\]]")


def _holds_its_range(text: str) -> bool:
    """Whether a text is a number with the range in which it lies: "8 (7-10)"."""
    match = _WITH_RANGE.fullmatch(text)
    return match is not None and int(match["low"]) <= int(match["n"]) <= int(match["high"])


_UNIT_OF_DEVIATION = re.compile(
    r"(?:±|\+\s?/\s?-|\bwindow|\bdeviation|\btolerance)\W*(?:in\s+)?(?P<unit>hours?|days?|weeks?)\b", re.IGNORECASE
)
_NO_WINDOW = re.compile(
    r"\s*[(\[]?\s*(?:±|\+\s?/\s?-|(?:visit\s+|time\s+)?(?:window|deviation|tolerance)).*$", re.IGNORECASE
)


def _letters_of_label(row: HeaderRow) -> HeaderRow:
    """A row "Semaine" over "S0", "S4", or "Giorno" over "G1": the letter is the unit's own."""
    words = [word for word in re.findall(r"[^\W\d_]+", row.label.lower()) if UNIT_WORDS.get(word) == row.kind]
    texts = [clean(text) for text in row.texts]
    filled = [text for text in texts if text]
    if not words or words[0][0] in LETTERS:  # those are read as they are
        return row
    coded = re.compile(rf"(?<![^\W_]){words[0][0]}\s?(?=-?\d)", re.IGNORECASE)
    if sum(coded.match(text) is not None for text in filled) * 2 <= len(filled):
        return row
    return row._replace(texts=[coded.sub("", text) for text in texts])


_S_WEEK = re.compile(r"(?<![^\W_])S\s?(?=-?\d)")
_J_DAY = re.compile(r"(?<![^\W_])J\s?[-+]?\d")


def _letters_beside_days(row: HeaderRow) -> HeaderRow:
    """ "S4" is week 4 in a row that counts its days as "J1", in French."""
    if not any(_J_DAY.search(text) for text in row.texts):
        return row
    return row._replace(texts=[_S_WEEK.sub("Semaine ", text) for text in row.texts])


_EARLIEST = re.compile(r"\bearliest\b", re.IGNORECASE)
_LATEST = re.compile(r"\blatest\b", re.IGNORECASE)


def _earliest_and_latest(rows: list[HeaderRow]) -> list[HeaderRow]:
    """Rows "Earliest day" and "Latest day" as one of windows: "13-17" beside day 15."""
    first, last = ([row for row in rows if words.search(row.label)] for words in (_EARLIEST, _LATEST))
    if len(first) != 1 or len(last) != 1 or first == last:
        return rows
    low, high = first[0], last[0]
    pairs = [(clean(a), clean(b)) for a, b in zip(low.texts, high.texts, strict=True)]
    if not all(a.isdigit() and b.isdigit() for a, b in pairs if a or b):
        return rows
    texts = ["" if a == b else f"{a}-{b}" for a, b in pairs]
    allowed = low._replace(label="Window", kind="window", texts=texts)
    return [allowed if row is low else row for row in rows if row is not high]


_SIDES = [
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in ("before|earlier|early|minus", "after|later|late|plus")
]


_SIDE = re.compile(r"[-+]?\s?(?P<length>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]*)")


def _before_and_after(rows: list[HeaderRow]) -> list[HeaderRow]:
    """Rows "Window before" and "Window after" as one of windows: "-2/+3".

    Dots, which are doubted, stand for a side that is not printed, and ";" between sides of two units.
    """
    named = [[r for r in rows if r.kind == "window" and side.search(r.label)] for side in _SIDES]
    if len(named[0]) != 1 or len(named[1]) != 1 or named[0] == named[1]:
        return rows
    low, high = named[0][0], named[1][0]
    pairs = [(clean(a), clean(b)) for a, b in zip(low.texts, high.texts, strict=True)]
    if any(re.search(r"\d", text) and not _SIDE.fullmatch(text) for pair in pairs for text in pair):
        return rows
    alike = unit_in(low.label) == unit_in(high.label)
    texts = [_of_both(_SIDE.fullmatch(a), _SIDE.fullmatch(b), alike) for a, b in pairs]
    label = re.sub(r"\s+", " ", _SIDES[0].sub("", low.label))
    return [row._replace(label=label, texts=texts) if row is low else row for row in rows if row is not high]


def _of_both(before: re.Match[str] | None, after: re.Match[str] | None, alike: bool) -> str:
    """The two sides of a window as one text; `alike`: whether their rows are in the same unit."""
    if before is None or after is None:
        shown = [side["length"] if side else "…" for side in (before, after)]
        return f"-{shown[0]}/+{shown[1]}" if before or after else ""
    if not alike or before["unit"].lower() != after["unit"].lower():
        return f"{before.group()}; {after.group()}"
    return f"-{before['length']}/+{after['length']} {after['unit']}".strip()


def made_ready(rows: list[HeaderRow], width: int) -> list[HeaderRow]:
    """The rows with what their numbers are, rows that say two things parted; `width`: data columns."""
    rows = [_points_in_units(_letters_beside_days(_letters_of_label(row))) for row in rows]
    rows = _unnamed_windows(_before_and_after(_earliest_and_latest(rows)))
    rows = [told for row in rows for part in _in_two_rows(_of_two_units(row)) for told in _times_with_windows(part)]
    return _kinds_from_beside(_kinds_from_above(rows, width))
