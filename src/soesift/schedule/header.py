"""Header rows understood: columns as encounters with their timing, and the epochs above them."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple, get_args

from soesift.schedule.anchors import (
    Anchored,
    anchored,
    counted_from,
    from_anchor,
    numbered_event,
    says_from_what,
    unit_in,
)
from soesift.schedule.contacts import contact_of_header
from soesift.schedule.cursor import Kind
from soesift.schedule.header_rows import WITH_DEVIATION, HeaderRow, kind_of, made_ready, unit_alone
from soesift.schedule.leftover import label_words, limits_of, not_understood, unbounded, unknown_length
from soesift.schedule.models import Encounter, Epoch, Event, Span, Timing, Unit, Window
from soesift.schedule.table_notes import WORKING_DAYS, cycle_lengths, windows_in
from soesift.schedule.timing import Read, read_timing
from soesift.schedule.tokens import clean, tokens

_EPOCH = re.compile(
    r"screen|baseline|treatment|follow|\bf/?u\b|period|phase|run-?in|wash|induction|maintenance|extension|dosing|"
    r"titration|part\b|stage|blind|open-label|enrol|in-?patient|out-?patient|residen|ambulatory|taper|termination|"
    r"discontinuation|on-?study|safety|randomi|unsched|vaccination|lead-?in|consolidation|surviv|intervention|observation|"
    r"(?:pre|post|core|main)[\s-]?study|off-?study|transition|withdrawal|recovery|confinement|loading|escalation",
    re.IGNORECASE,
)
_PHASE = re.compile(r"\b(?:period|phase|epoch)s?\b", re.IGNORECASE)
_PHASES: set[Event] = {"screening", "baseline", "follow_up"}
_BEFORE: set[Event] = {"screening", "baseline"}
_LATE: set[Event] = {"follow_up", "end_of_study", "retrieval"}


class Column(NamedTuple):
    timing: Timing
    parts: list[str]  # texts from the top, repeats once
    unread: list[str]
    printed: list[str]  # the same without the labels of rows
    leftover: list[str]
    limits: list[str]
    contact: str | None


_CLOCK = re.compile(r"(?P<sign>-?)(?P<h>\d{1,3}):(?P<min>[0-5]\d)")
_APART = re.compile(r"^-\s+(?=\d)|(?<=\bto\s)-\s+(?=\d)")  # "− 6" in a row of weeks: a minus with a space behind it
_IN_BRACKETS = re.compile(r"\((-\d+)\)\s?(?:to|-)\s?\((-\d+)\)")  # "(-10) to (-3)"
_CODE = re.compile(r"(?P<letter>[A-Za-z]{1,2})\s?-\s?(?P<number>\d+)")
_ANY_CYCLE = re.compile(r"[A-Z]\s?-\s?[A-Z]|n(?:\s?\+\s?1)?|x|all|each|subsequent", re.IGNORECASE)


def uncoded(text: str, kind: Kind | None) -> str:
    """ "M-4" in a row of weeks is 4 with the letter of its part; "W-4" may be week -4 and stays; "1:30" is 1.5 h, "− 6"
    is -6.
    """
    if kind in get_args(Unit) and kind != "cycle":
        text = _IN_BRACKETS.sub(r"\1 to \2", _APART.sub("-", text))
    clock = _CLOCK.fullmatch(text)
    if clock is not None and kind == "hour":  # "-1:30" in a row of h:min
        return f"{clock['sign']}{int(clock['h']) + int(clock['min']) / 60:g}"
    match = _CODE.fullmatch(text)
    if match is None or kind not in ("day", "week", "month") or kind[0] == match["letter"].lower()[0]:
        return text
    return match["number"]


def read_column(rows: list[HeaderRow], column: int, phases: int | None = None) -> Column:
    """All header cells of one data column as one timing; `phases` is the place of the row that names phases: what it
    says of times counts where the rows below say none.
    """
    own, shared = Timing(), Timing()
    parts: list[str] = []
    unread: list[str] = []
    printed: list[str] = []
    leftover: list[str] = []
    limits: list[str] = []
    contact: str | None = None
    above: Kind | None = None
    counted: Anchored | None = None
    worded: list[tuple[Kind | None, str]] = []
    held: tuple[Window, Timing] | None = None
    of_phase = Timing()
    told = False  # whether a cell of this column alone was read
    last = ""
    for place, row in enumerate(rows):
        text = clean(row.texts[column])
        if text and text == last and (row.covered[column] or not any(map(str.isdigit, text))):
            continue
        last = text or last
        contact = contact or (contact_of_header(row.label, text) if text and row.label else None)
        if not text:
            continue
        kind = above if row.from_above and (above is not None or row.mixed) else row.kind
        parts += [shown] if (shown := labelled(text, row._replace(kind=kind))) not in parts else []
        printed.append(text)
        kind = kind or above
        coded = row.kind in (None, "visit") and _numbers_ways(row)
        read = Read(Timing(text=text, visit=text), [], [], []) if coded else read_timing(uncoded(text, kind), kind)
        above = unit_alone(text) or above
        of_row = anchored(row.label) if row.kind in (None, "visit", *get_args(Unit)) else None
        if (from_what := counted or of_row) is not None:
            from_what = numbered_event(from_what, printed)
            read = read._replace(timing=from_anchor(read.timing, from_what))
        counted = anchored(text) or counted_from(text) or counted
        if row.kind != "epoch":  # numbers there count phases
            unread += [f"{row.label}: {part}" if row.label else part for part in read.unread]
        if row.kind == "cycle" and _ANY_CYCLE.fullmatch(text):
            read.timing.cycles.append(Span(first=None, last=None, unit="cycle"))
        if row.kind in get_args(Unit) and _lettered(text, read.words):
            unread.append(f"{row.label}: {text}")  # "-6 M to R" in a row of days
        worded += [(row.kind, f"{row.label}: {text}")] if row.label and _says_nothing(read, text, row.kind) else []
        timing = _placed(read, row)
        if row.kind == "window" and _LIMIT_OF_WINDOW.search(text) and not read.timing.events:
            timing.times, unread = [], [*unread, f"{row.label}: {text}"]  # "≥ 28" below "ET": days from what?
        if row.kind == "window" and timing.window is None and (said := windows_in(text)):  # "3 days before or after"
            timing = timing.model_copy(
                update={"window": Window(before=said[0].before, after=said[0].after, unit="day"), "offsets": []}
            )
        if row.kind == "window" and timing.window is not None and timing.cycles:
            timing.cycles, limits = [], [*limits, text]  # "Cycles 2 and later ±3 days": which visits it is for
        if row.kind == "window" and timing.window is not None and timing.times and not timing.events:
            unread.append(f"{row.label}: {text}")  # "8 (7-10)": a day or a deviation
        if timing.window is not None and WORKING_DAYS.search(f"{row.label} {text}"):
            unread.append(f"{row.label}: {text}")
        if row.kind == "window" and text.isdigit() and _holds_ranges(row):
            continue  # "1" beside "26-32": the day itself
        if row.kind == "window" and (allowed := _around_week(own, timing)) is not None:
            merge(own, Timing(window=allowed))
            continue
        if row.kind == "window" and (around := _around_zero(timing, unit_in(row.label))) is not None:
            held = held or around
            continue
        if place == phases and not _spans(row.texts, column):
            merge(own, timing.model_copy(update={"times": [], "cycles": [], "offsets": [], "every": None}))
            of_phase = timing
        else:
            ranged = any(span.first != span.last for span in timing.times)
            below = told and ranged and row.kind in ("day", "week")  # a range of days printed once below two visits
            merge(shared if _spans(row.texts, column) and not below else own, timing)
        told = told or not _spans(row.texts, column)
        if _STEP_OR_WINDOW.search(text) and read.timing.events and any(map(WITH_DEVIATION.search, row.texts)):
            leftover.append(text)  # "ET+7" beside "15±4": 7 days later, or up to 7
        if (far := unbounded(text, read.timing)) and not _spans(row.texts, column):
            leftover.append(far)
        if says_from_what(text):
            leftover.append(text)
        if length := unknown_length(text, read.words):
            leftover.append(length)
        if row.kind in get_args(Unit) and from_what is None and (strange := label_words(row.label)):
            leftover.append(f"{strange} ({row.label})")
        if _timed(read.timing):
            wide = _spans(row.texts, column)
            leftover += [left] if (left := not_understood(text, read.words)) and not wide else []
            leftover += read.loose if not (wide or read.unread) else []
            limits += [limit] if (limit := limits_of(text)) and not wide else []
    if held is not None:
        timed = own.times or own.cycles or own.offsets
        merge(own, Timing(window=held[0]) if timed else held[1])
    if not (own.times or own.cycles or own.offsets or own.every):
        merge(own, of_phase)
    merge(own, _narrowed(shared, own))
    bare = not (own.times or own.offsets or own.every or own.events)  # "Cycle 1" over "Off week" in a row of weeks
    unread += [text for kind, text in worded if bare or kind == "cycle"]
    if "early_termination" in own.events and (own.times or own.cycles or own.offsets):
        limits.append(ALSO_EARLY)
    own.text = " | ".join(parts)
    return Column(own, parts, unread, printed, leftover, limits, contact)


ALSO_EARLY = "also at early termination"  # a condition of "Week 24/ET": a planned visit that serves for both
_STEP_OR_WINDOW = re.compile(r"[A-Za-z)]\s?\+\s?\d+\s*$")
_LIMIT_OF_WINDOW = re.compile(r"≥|>|\bat\s+least\b|\bminimum\b", re.IGNORECASE)
_WAY_CODE = re.compile(r"(?P<letter>[A-Z]{1,3})\s?-?\s?(?P<n>\d+)[a-z]?")


def _numbers_ways(row: HeaderRow) -> bool:
    """Whether a row counts its visits with letters for ways of contact before the numbers, V1, V2, H3, V4, or with
    letters for parts, A1, A2, B1, C1.
    """
    codes = [code for text in row.texts if text and (code := _WAY_CODE.fullmatch(clean(text)))]
    if len(codes) < 3 or len(codes) < sum(map(bool, row.texts)):
        return False
    numbers = [int(code["n"]) for code in codes]
    letters = [code["letter"] for code in codes]
    if len(set(letters)) > 1 and {b - a for a, b in pairwise(numbers)} == {1}:
        return True
    parts = [[n for n, letter in zip(numbers, letters, strict=True) if letter == one] for one in dict.fromkeys(letters)]
    return row.kind == "visit" and len(parts) > 1 and all(part == list(range(1, len(part) + 1)) for part in parts)


_RANGE = re.compile(r"\D*[1-9]\d*\s*(?:[-–]|to)\s*\D*[1-9]\d*\D*", re.IGNORECASE)


def _holds_ranges(row: HeaderRow) -> bool:
    """Whether most cells of a row of windows are the days that are allowed: "26-32"."""
    filled = [clean(text) for text in row.texts if text]
    return sum(_RANGE.fullmatch(text) is not None for text in filled) * 2 > len(filled)


def _around_zero(timing: Timing, unit: Unit | None) -> tuple[Window, Timing] | None:
    """A cell "-2 to 0" of a row of windows as a deviation, and as days where the column has no other time."""
    if timing.window is not None or len(timing.times) != 1 or timing.cycles or timing.offsets:
        return None
    low, high = timing.times[0].first, timing.times[0].last
    if low is None or high is None or not low <= 0 <= high or low == high:
        return None
    return Window(before=abs(low), after=high, unit=unit if unit not in (None, "cycle") else "day"), timing


def _around_week(own: Timing, timing: Timing) -> Window | None:
    """A cell "21-35" of a row of windows below "Week 4": the days that are allowed around day 28; around day 29 where
    that is their middle ("26-32"), as weeks count from day 0 or day 1.
    """
    if timing.window is not None or len(timing.times) != 1 or timing.cycles or timing.offsets or len(own.times) != 1:
        return None
    week, days = own.times[0], timing.times[0]
    if week.unit != "week" or days.unit != "day" or week.first != week.last or own.window is not None:
        return None
    if not week.first or days.first is None or days.last is None or not 0 < days.first < days.last:
        return None
    point = 7 * week.first
    point += days.first + days.last == 2 * (point + 1)
    return (
        Window(before=point - days.first, after=days.last - point, unit="day")
        if days.first <= point <= days.last
        else None
    )


def _timed(timing: Timing) -> bool:
    """Whether a cell says when: words beside it may change that."""
    return bool(timing.times or timing.cycles or timing.every or any(o.length for o in timing.offsets))


def _lettered(text: str, words: list[str]) -> bool:
    """Whether single capitals stand beside numbers: "-6 M to R" in a row of days."""
    return any(map(str.isdigit, text)) and any(len(word) == 1 and word.isupper() for word in words)


def _says_nothing(read: Read, text: str, kind: Kind | None) -> bool:
    """Whether a cell of a row of times holds words in place of one: "X-Y" in the row of cycles."""
    blank = re.fullmatch(r"\W*|n\.?/?a\.?|none|tbd", text, re.IGNORECASE) is not None
    timed = kind in ("day", "week", "cycle", "month", "hour", "minute") and _EPOCH.search(text) is None
    return timed and not blank and not read.timing.known() and not read.unread and len(text) <= 40


def _spans(texts: list[str], column: int) -> bool:
    """Whether the cell is printed over several columns."""
    return texts[column] in [*texts[max(0, column - 1) : column], *texts[column + 1 : column + 2]]


def _narrowed(shared: Timing, own: Timing) -> Timing:
    """What cells over several columns say of each of them: "Weeks 16 to 32" is no time of "Week 20" below it."""
    if not (own.times or own.cycles or own.offsets or own.every or own.events):
        return shared
    units = {span.unit for span in own.times}
    points = [s for s in shared.times if s.first == s.last and s.unit not in units]
    return shared.model_copy(
        update={
            "times": points if len(shared.times) == 1 else [],
            "cycles": [] if own.cycles or own.events else shared.cycles,
            "events": [event for event in shared.events if event in _PHASES],
            "offsets": [offset for offset in shared.offsets if offset.length is None and offset.relation != "within"],
            "every": None,
        }
    )


def labelled(text: str, row: HeaderRow) -> str:
    """A bare number with its row's label before it: "Week 4", "Visit 801"."""
    named = any((t.kind == "word" and len(t.text) > 3) or t.kind.startswith("event") for t in tokens(text))
    if not row.kind or row.kind in ("epoch", "window", "duration") or named or kind_of(text) == row.kind:
        return text
    if tokens(text) and tokens(text)[0].kind in ("letter", "visit", "unit"):
        return text
    return f"{row.kind.capitalize()} {text}"


def _placed(read: Read, row: HeaderRow) -> Timing:
    """The reading with what the row's label adds: the unit of a window or duration."""
    timing, unit = read.timing, unit_in(row.label)
    if row.kind == unit and unit in ("week", "month"):  # "Study week (± window)" over "8 ± 3": days where they are many
        unit = "day" if re.search(r"\bdays?\b", row.label, re.IGNORECASE) else None
    unit = row.deviation or unit
    if row.kind == "duration" and timing.duration is None and len(timing.offsets) == 1:
        timing.duration, timing.offsets = timing.offsets[0].length, []
    if timing.duration is not None and unit and unit != "cycle":
        timing.duration = Span(first=timing.duration.first, last=timing.duration.last, unit=unit)
    if timing.window is not None and timing.window.unit is None:
        timing.window.unit = unit if unit != "cycle" else None
    return timing


def merge(into: Timing, other: Timing) -> None:
    """Add the parts of another reading; what was said first stays."""
    into.times += [span for span in other.times if span not in into.times]
    into.cycles += [span for span in other.cycles if span not in into.cycles]
    into.events += [event for event in other.events if event not in into.events]
    into.offsets += [offset for offset in other.offsets if offset not in into.offsets]
    into.visit = into.visit or other.visit
    into.every = into.every or other.every
    into.duration = into.duration or other.duration
    into.window = into.window or other.window
    if into.window is not None and into.window.unit is None:
        lengths = [offset.length for offset in into.offsets if offset.length is not None]
        units = [span.unit for span in [*reversed(into.times), *lengths]]
        into.window.unit = "day" if "day" in units else units[0] if units and units[0] in ("hour", "minute") else None


def epoch_row(rows: list[HeaderRow]) -> int | None:
    """The header row whose cells name phases rather than times; None if no row does. It is the first such row that has
    names for most of the columns, else the first at all.
    """
    if len(rows) < 2:
        alone = [text for text in rows[0].texts if text] if rows else []
        return 0 if alone and all(_PHASE.search(text) for text in alone) else None
    found = [index for index in range(len(rows) - 1) if _names_phases(rows, index)]
    whole = [index for index in found if sum(map(bool, rows[index].texts)) * 2 > len(rows[index].texts)]
    return next(iter(whole or found), None)


def _names_phases(rows: list[HeaderRow], index: int) -> bool:
    """Whether the cells of a header row name phases; its label may be that of visits."""
    row = rows[index]
    texts = list(dict.fromkeys(text for text in row.texts if text))
    below = any(_tells_below(rows, later, index) for later in range(index, len(rows) - 1))
    if texts and _wide_names(row) and sum(map(_is_phase, texts)) * 2 > len(texts) and below:
        return True  # "Study visit (week/day)" beside "Open-label extension phase"
    if row.kind not in (None, "epoch"):
        return False
    wide = any(_is_phase(t) and _spans(row.texts, c) for c, t in enumerate(row.texts) if t)
    wide = wide or (any(map(_is_phase, texts)) and _wide_names(row))
    if wide and len(texts) > 1 and _tells_below(rows, index):
        return True
    named = sum(_EPOCH.search(text) is not None and _WAYS.search(text) is None for text in texts)
    timed = sum(map(_only_a_time, texts))
    return bool(texts) and (row.kind == "epoch" or named * 2 >= len(texts) > timed * 2)


def _only_a_time(text: str) -> bool:
    """Whether a header cell says when and names no phase: "Day 8"."""
    return _EPOCH.search(text) is None and _PHASE.search(text) is None and bool(read_timing(text).timing.times)


def _is_phase(text: str) -> bool:
    """Whether a header cell names a phase, and neither a visit nor a way of contact ("Clinic visits")."""
    name = epoch_name(text)
    return (_PHASE.search(name) or _EPOCH.search(name)) is not None and _ONE_VISIT.search(name) is None


_ONE_VISIT = re.compile(
    r"\bvisit\s?#?\d|\b(?:clinic|site|home|phone|telephone|remote|video)\s+(?:visit|call|contact)s?\b", re.I
)
_WAYS = re.compile(
    r"^(?:clinic|site|on-?site|home|phone|telephone|remote|video)\s+(?:visit|call|contact)s$", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"\b(?:period|part|phase|stage|cohort|arm|group|step|sequence|segment|study|treatment|course)s?\s*-?\s*\d{1,2}\b(?!\s*[-\u2013]\s*\d)",
    re.IGNORECASE,
)


def _wide_names(row: HeaderRow) -> bool:
    """Whether the row's cells are names without times, one of them over several columns; numbers of parts and lengths
    behind the names are no times.
    """
    texts = [_NUMBERED.sub(" ", _LENGTH.sub(" ", epoch_name(t))) for t in row.texts if t]
    wide = any(_spans(row.texts, c) for c in range(len(row.texts)) if row.texts[c])
    return wide and not any(any(map(str.isdigit, t)) for t in texts)


def epoch_name(text: str) -> str:
    """The name of a phase without what is its visits': "Screening (-28 to -1)", "Treatment (1 cycle = 28 days)",
    "Treatment (study days)"; nor a sentence behind it. How far a phase goes ("(Weeks 16 to 32)") is part of its name.
    """
    name = _EXTENT.sub("", clean(text))
    name = re.sub(r"[\s,:]*\b(?:days?|weeks?|wks?|d)\s*-\d.*$", "", name, flags=re.IGNORECASE)
    if len(name) > LONGEST_NAME:
        name = re.split(r"(?<=[a-z)])(?:\.\s|\s(?=(?:For|See|Note|If|All|The|Refer)\s))", name)[0]
    return name.strip(" :;,-") or clean(text)


_EXTENT = re.compile(
    r"\s*[(\[](?:[^()\[\]]*(?:\bcycles?\b|(?<![\w-])-\s?\d|\bD-?\d)[^()\[\]]*|(?:study\s+)?(?:days?|weeks?|months?|cycles?|visits?)"
    r"|\d+\s?h\b[^()\[\]]*)[)\]]",
    re.IGNORECASE,
)
_LENGTH = re.compile(  # "Treatment, 52 weeks", "Active treatment - One Cycle = 28 days", "Follow-up (30 days)"
    r"\(?\b(?:\d+|one)\s*-?\s*(?:days?|weeks?|months?|years?|cycles?)\b(?:\s*=\s*\d+\s*\w+)*[^,;]*$", re.IGNORECASE
)
LONGEST_NAME = 60  # letters; a longer cell holds a sentence behind the name


def _lower_name(rows: list[HeaderRow], place: int, index: int) -> str:
    """The name that the row below adds to that of a wide cell: "Single-Blind" over "Placebo Run-in Period"."""
    if place + 2 > len(rows) - 1:
        return ""
    above, below = clean(rows[place].texts[index]), clean(rows[place + 1].texts[index])
    named = _PHASE.search(below) and not _PHASE.search(above) and not any(map(str.isdigit, below))
    return below if named and above != below and _spans(rows[place].texts, index) else ""


def _tells_below(rows: list[HeaderRow], index: int, upper: int | None = None) -> bool:
    """Whether the row below tells columns apart that this row, or an `upper` one, has under one cell."""
    above, below = rows[index if upper is None else upper].texts, rows[index + 1].texts
    return any(above[c] == above[c - 1] != "" and below[c] != below[c - 1] for c in range(1, len(above)))


def epochs_of(rows: list[HeaderRow], columns: list[Column]) -> tuple[list[Epoch], list[int]]:
    """The epochs in order, and the epoch of each column; inferred from the timing where no cell says it."""
    place = epoch_row(rows)
    epochs: list[Epoch] = []
    of_column: list[int] = []
    for index, column in enumerate(columns):
        cell = rows[place].texts[index] if place is not None else ""
        printed = epoch_name(cell) if cell and not _only_a_time(cell) else ""
        printed = " ".join(filter(None, (printed, _lower_name(rows, place or 0, index)))) if printed else ""
        epoch = Epoch(name=printed) if printed else Epoch(name=_phase(column.timing), inferred=True)
        known = next((i for i, e in enumerate(epochs) if e.name.lower() == epoch.name.lower()), None)
        if known is None:
            epochs.append(epoch)
        of_column.append(len(epochs) - 1 if known is None else known)
    return epochs, of_column


def _phase(timing: Timing) -> str:
    early = [s for s in timing.times if s.last is not None and s.last < 0]
    if _BEFORE & set(timing.events) or (early and len(early) == len(timing.times)):
        return "Screening"
    return "Follow-up" if _LATE & set(timing.events) else "Treatment"


_EACH_CYCLE = re.compile(
    r"\b(?:each|every)\b[^)]{0,20}\bcycle|\b\d+[\s-]*(?:days?|weeks?|wks?)[\s-]*(?:treatment\s+)?cycles?\b|\bcycles?\s*(?:=|:|of|\(|length)|"
    r"\b(?:all\s+)?(?:subsequent|further|later|remaining|following)\s+cycles\b",
    re.IGNORECASE,
)
_LATER_CYCLES = re.compile(
    r"\b(?:beyond|subsequent|further|later|remaining|following|thereafter|all\s+other)\b", re.IGNORECASE
)


def _days_of_cycles(rows: list[HeaderRow], columns: list[Column]) -> None:
    """Days below a wide cell that speaks of cycles without a number are days of each cycle: "Treatment (21-day cycles)"
    over "Day 1", "Day 8". Behind a cell "Cycle 1 only", one that says "beyond" or "subsequent" begins with the next.
    """
    for row in rows:
        before: float | None = None  # the last cycle of the wide cell to the left
        for text, pairs in groupby(enumerate(map(clean, row.texts)), itemgetter(1)):
            members = [index for index, _ in pairs]
            numbered = [s.last for index in members for s in columns[index].timing.cycles]
            if not text or not _EACH_CYCLE.search(text) or len(members) < 2 or numbered:
                before = max((n for n in numbered if n is not None), default=None)
                continue
            if _within_a_cycle(text, [columns[index].timing for index in members]):
                first = before + 1 if before is not None and _LATER_CYCLES.search(text) else None
                for index in members:
                    columns[index].timing.cycles.append(Span(first=first, last=None, unit="cycle"))


def _within_a_cycle(text: str, timings: list[Timing]) -> bool:
    """Whether all that the columns say are days, and none lies beyond the length that the wide cell gives."""
    days = [[s for s in timing.times if s.unit == "day" and (s.first or 0) > 0] for timing in timings]
    bare = all(found and len(found) == len(t.times) and not t.offsets for found, t in zip(days, timings, strict=True))
    length = cycle_lengths([text]).get("*")
    last = max((s.last or s.first or 0 for found in days for s in found), default=0)
    return bare and last <= (length or LONGEST_CYCLE)


LONGEST_CYCLE = 42  # days; above it, days under a heading of cycles without a length are days of the study


def encounters_of(rows: list[HeaderRow], first: list[int]) -> tuple[list[Epoch], list[Encounter]]:
    """Epochs and encounters; `first[i]` is the grid column of data column i."""
    rows = made_ready(rows, len(first))
    phases = epoch_row(rows)
    columns = [read_column(rows, index, phases) for index in range(len(first))]
    _days_of_cycles(rows, columns)
    epochs, of_column = epochs_of(rows, columns)
    encounters = [
        Encounter(
            column=grid_column,
            name=_name(column, epochs[epoch], index),
            headers=column.parts,
            printed=column.printed,
            epoch=epoch,
            timing=column.timing,
            unread=column.unread,
            leftover=column.leftover,
            limits=column.limits,
            contact=column.contact,
        )
        for index, (grid_column, column, epoch) in enumerate(zip(first, columns, of_column, strict=True))
    ]
    return epochs, encounters


def _name(column: Column, epoch: Epoch, index: int) -> str:
    """The header texts below the epoch; the epoch itself if there is nothing else."""
    below = [part for part in column.parts if epoch.inferred or part != epoch.name]
    return ", ".join(below or column.parts) or f"Column {index + 1}"
