"""The witness of what no rule has used: a number or a joining word of a header that went into nothing.

Each number that a column's header prints should be found again in what the visit says: in its time, window, interval,
cycle, name or phase. One that is not there may be a second time, a limit or a count that no rule knows, so that the
time beside it may be wrong. The same holds for words that join two times ("Birth to 72 h", "Day 7 or discharge").
"""

from __future__ import annotations

import re
from collections import Counter

from soesift.schedule.models import Encounter, Schedule, Span, Visit
from soesift.schedule.timing import ORDINAL_WORDS, counts_names
from soesift.schedule.tokens import DATE, STRENGTHS, Token, clean, tokens

_PARTS = (1.0, 7.0, 1 / 24, 1 / 1440)  # a window or distance in days may be printed in weeks, hours or minutes
_NAMED = re.compile(
    r"\b(?:part|period|phase|cohort|arm|group|stage|section|table|figure|note|step|segment|type|grade)s?$"
)
_FROM = ("after", "following", "since", "before", "prior to", "post")
CLOSE = 0.02  # of a unit: windows are kept in days to six places, thirds of an hour are not whole


STEADY = 3  # columns in which a number is the day less the same: a row that counts from elsewhere, as by chance two may


_WEEKS_AFTER = re.compile(r"\b(?:weeks?|wks?)\s+(?:after|following|post)\b", re.IGNORECASE)


def unused_numbers(schedule: Schedule) -> dict[int, list[str]]:
    """By column, the numbers of its header that went neither into its time nor into its name, as printed."""
    found = {v.column: _unused(v, v.encounter, schedule) for v in schedule.visits if v.encounter is not None}
    printed = {v.column: v.printed for v in schedule.visits}
    days = {v.column: v.day for v in schedule.visits if v.day is not None}
    on_days = set(days.values())
    steps = Counter(days[c] - value for c, left in found.items() if c in days for value in set(left.values()))
    for column in days.keys() & found.keys():  # "D85 | 56" where a visit is on day 29, or a row that counts from there
        bases = {text: days[column] - value for text, value in found[column].items()}
        weeks = {text: days[column] - 7 * value for text, value in found[column].items()}  # "V3 2 weeks after V2 | 14"
        told = any(map(_WEEKS_AFTER.search, printed[column]))
        found[column] = {
            t: v
            for t, v in found[column].items()
            if not (bases[t] in on_days or steps[bases[t]] >= STEADY or (told and weeks[t] in on_days))
        }
    return {column: list(left) for column, left in found.items()}


def _unused(visit: Visit, place: int, schedule: Schedule) -> dict[str, float]:
    encounter = schedule.encounters[place]
    known = _values(visit, encounter, schedule)
    found: dict[str, float] = {}
    for text in encounter.printed:
        if (visit.epoch and clean(text).startswith(visit.epoch)) or _shared(text, place, schedule):
            continue
        own, behind = _numbers(text, encounter)
        said = (
            {visit.day - value for value in behind.values()} if visit.day is not None else set()
        )  # "D36 7 days after D29"
        if visit.day is None:  # "within 14 d after ABPM at 12 wk": the second time belongs to no name
            own |= behind
        found |= {t: value for t, value in own.items() if not any(abs(value - one) <= CLOSE for one in known | said)}
    return found


def _shared(text: str, place: int, schedule: Schedule) -> bool:
    """Whether the cell is printed over the next column, too: it tells of a phase, the cells below it of the visit."""
    beside = schedule.encounters[max(0, place - 1) : place] + schedule.encounters[place + 1 : place + 2]
    return len(schedule.encounters[place].printed) > 1 and any(text in other.printed for other in beside)


def _numbers(text: str, encounter: Encounter) -> tuple[dict[str, float], dict[str, float]]:
    """The numbers of a header cell that are neither of a name nor of a date or condition, as printed; and those behind
    "after", "since" and the like, from which others count.
    """
    shown = clean(text)
    for limit in encounter.limits:
        shown = shown.replace(limit, " ") if limit != shown else ""
    found = tokens(re.sub(rf"{DATE}|\b\d+:[0-5]\d\b", " ", shown, flags=re.IGNORECASE))
    own: dict[str, float] = {}
    behind: dict[str, float] = {}
    into = own
    for place, token in enumerate(found):
        into = behind if token.kind == "relative" and token.value in _FROM else into
        amount = place + 1 < len(found) and found[place + 1].value in STRENGTHS
        behind_it = found[place + 1] if place + 1 < len(found) else token
        named = (place and _names(found[place - 1], token)) or counts_names(token, behind_it)
        if token.kind == "number" and not amount and not named:
            into[token.text] = float(re.sub(r"[a-z]+$", "", token.value) or 0)
    return own, behind


def _names(before: Token, number: Token) -> bool:
    """Whether a number belongs to the word before it: "Part 2", "CoV-2", "V3"."""
    word = before.text.lower().rstrip(".:#")
    if before.kind in ("visit",) or word in ORDINAL_WORDS or word.rstrip("s") in ORDINAL_WORDS or _NAMED.search(word):
        return True
    return (before.kind == "word" or before.kind.startswith("event")) and (number.glued or before.kind != "word")


def _values(visit: Visit, encounter: Encounter, schedule: Schedule) -> set[float]:
    """All numbers that the visit, its cycle and its name account for."""
    timing = encounter.timing
    points = [visit.day, visit.last_day, visit.week, visit.last_week, visit.month, visit.cycle, visit.last_cycle]
    lengths = [visit.offset_days, visit.before_days, visit.after_days, visit.every_days]
    sides = visit.after_days or 0.0, -(visit.before_days or 0.0)
    ends = [visit.offset_days + side for side in sides] if visit.offset_days is not None else []
    around = [visit.day + side for side in sides] if visit.day is not None else []
    found = {abs(v) for v in (*points, *visit.cycles, *around) if v is not None}
    found |= {abs(visit.month) / 12} if visit.month else set()  # "3 years"
    found |= {7 * abs(v) for v in (visit.week, visit.last_week) if v is not None}  # "Weeks -4 to -1 (28 days)"
    if visit.relative_to and visit.offset_days is not None:
        found.add(visit.offset_days + 1)  # day 1 of a period is its first
    found |= {abs(v) / part for v in (*lengths, *ends) if v is not None for part in _PARTS}
    hours = [] if visit.hours is None else [visit.hours, visit.hours + 24 * (visit.after_days or 0)]
    found |= {abs(v) * part for v in hours for part in (1, 60, 1 / 24)}
    found |= {part for v in hours for part in (abs(v) // 1, round(abs(v) % 1 * 60, 1))}  # "1:30"
    found |= {v / part for v in (visit.every_months,) if v for part in (1, 12)}
    found |= {visit.cycle - 1.0} if visit.cycle and visit.last_cycle is None else set()  # "After Cycle 30"
    spans: list[Span] = [*([timing.duration] if timing.duration else []), *timing.cycles]
    spans += timing.times if visit.kind == "repeat" else []
    found |= {abs(v) for span in spans for v in (span.first, span.last) if v is not None}
    if visit.day is not None and visit.cycle:  # "Cycle 2 | 22": day 1 of it
        found |= {visit.day + n * (visit.cycle - 1) for n in schedule.cycle_length.values()}
    found |= {float(n) for n in schedule.cycle_length.values()} | {n / 7 for n in schedule.cycle_length.values()}
    named = " ".join(filter(None, (timing.visit, visit.relative_to, *visit.conditions)))
    return found | {float(n) for n in re.findall(r"\d+(?:\.\d+)?", named)}
