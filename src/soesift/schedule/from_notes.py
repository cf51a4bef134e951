"""What footnotes and table-wide texts add to columns: windows, contact, conditions; and periods told apart."""

from __future__ import annotations

import re
from collections.abc import Callable

from soesift.schedule.models import Condition, Schedule, Visit
from soesift.schedule.table_notes import FoundWindow, contact_in, windows_in
from soesift.schedule.tokens import clean

_PERIOD = re.compile(r"\b(?:period|part|course|session|intervention)\s*(?:\d+|[ivx]+|[a-d])\b", re.IGNORECASE)
_ALL_VISITS = re.compile(
    r"\b(?:all|each|every|study|scheduled|clinic|site)\s+(?:\w+\s+){0,3}(?:visits?|assessments?|procedures?|time\s?points?)\b"
    r"|\bvisit\s+windows?\b|\bvisits?\s+(?:should|may|can|will|must|are|is|have|has)\b|^\W*(?:visit\s+)?windows?\b|\bthe\s+visit\s+window\b"
    r"|\btime\s+windows?\b|\bwindow\s+(?:of|for|period)\b",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\b(?:week|day|cycle|visit|month)s?\s*-?\d|screening|baseline|follow-?\s?up|\beot\b|\beos\b|treatment\s+visit|after\b|"
    r"(?:tumou?r|scan|imaging|ecg|pk|sample|blood|biops|laborator|dose\s+of)",
    re.IGNORECASE,
)


def add_from_notes(schedule: Schedule, table_texts: list[str]) -> None:
    """Windows and contact from footnotes on a column, then windows that texts give for the whole table."""
    by_marker = {c.marker: c for c in schedule.conditions if c.marker and c.text}
    for visit in schedule.visits:
        notes = [by_marker[m] for m in visit.markers if m in by_marker]
        visit.conditions = [note.text for note in notes]
        if visit.is_visit:
            _from_footnotes(visit, notes)
    general = [w for text in table_texts for w in windows_in(text) if w.general and _ALL_VISITS.search(w.text)]
    if general:
        _spread(schedule, general)


def _from_footnotes(visit: Visit, notes: list[Condition]) -> None:
    """The window and contact that a footnote of the column prints; two windows in one note are left open."""
    for note in notes:
        found = windows_in(note.text)
        values = {(w.before, w.after) for w in found}
        if visit.before_days is None and visit.after_days is None:
            if len(values) == 1:
                visit.before_days, visit.after_days = values.pop()
            elif len(values) > 1:
                visit.doubts.append(f"Footnote {note.marker} gives several windows; none is taken.")
        contact = contact_in(note.text)
        if (
            visit.contact is None
            and contact is not None
            and re.search(r"visit|contact|call|assess|perform|conduct", note.text, re.I)
        ):
            optional = re.search(r"\bmay\b|\bcan\b|\bor\b|\bif\b", note.text) is not None
            if contact == "phone" and optional:
                visit.contact = "site or phone"
            elif not optional:
                visit.contact = contact


def _spread(schedule: Schedule, general: list[FoundWindow]) -> None:
    """One window for all visits that have none of their own and a time; the anchor has none."""
    values = {(w.before, w.after) for w in general}
    some = any(_SOME.search(w.text) for w in general)
    open_visits = [v for v in schedule.visits if v.is_visit and v.before_days is None and v.after_days is None]
    anchor = anchor_of(schedule.visits)
    timed = [v for v in open_visits if v is not anchor and v.kind in ("planned", "repeat")]
    timed = [v for v in timed if not (v.day is not None and v.day < 0)]
    if len(values) == 1 and not some:
        for visit in timed:
            visit.before_days, visit.after_days = general[0].before, general[0].after
        return
    for visit in timed[:1]:
        shown = general[0].text if len(general[0].text) < 160 else general[0].text[:157] + "..."
        visit.doubts.append(
            f"A note speaks of windows that hold for some visits only; none was taken from it: “{shown}”"
        )


def anchor_of(visits: list[Visit]) -> Visit | None:
    """The column from which study days count: day 1, else day 0, week 0, baseline or randomisation; None for none."""
    planned = [v for v in visits if v.is_visit and v.kind in ("planned", "event") and v.offset_days is None]
    first_cycle = [v for v in planned if v.cycle in (None, 1) and v.hours is None]
    return next((found for test in _ANCHORS if (found := next(filter(test, first_cycle), None)) is not None), None)


def _is_named(visit: Visit) -> bool:
    bare = visit.day is None and visit.week is None
    return bare and re.search(r"baseline|randomi[sz]", " ".join(visit.printed), re.IGNORECASE) is not None


_ANCHORS: tuple[Callable[[Visit], bool], ...] = (
    lambda v: v.day == 1 and v.relative_to is None,
    lambda v: v.day == 0,
    lambda v: v.week == 0,
    lambda v: v.cycle == 1 and v.day is None,
    lambda v: v.month == 0,
    lambda v: v.week == 1 and v.day is None and v.cycle is None,
    _is_named,
)


def tell_periods_apart(schedule: Schedule) -> None:
    """Days of a second period that are printed as in the first ("Day -1", "Day 1") count from that period.

    A crossover prints each period's days from its own first dose; taken as study days they would fall together.
    """
    of_period: dict[int, str] = {}
    for index, visit in enumerate(schedule.visits):
        texts = [*visit.printed, visit.epoch or ""]
        match = next((m for text in texts if (m := _PERIOD.search(clean(text)))), None)
        if match is not None and visit.day is not None and visit.cycle is None:
            of_period[index] = match.group()
    days: dict[float, set[str]] = {}
    for index, period in of_period.items():
        days.setdefault(schedule.visits[index].day or 0.0, set()).add(period.lower())
    again = {day for day, periods in days.items() if len(periods) > 1}
    if not again:
        return
    first = next(iter(of_period.values())).lower()
    shared = {p for day in again for p in days[day]}
    for index, period in of_period.items():
        visit = schedule.visits[index]
        if period.lower() != first and period.lower() in shared and visit.day is not None:
            visit.relative_to = period
            visit.offset_days = visit.day - 1 if visit.day > 0 else visit.day
            visit.day = visit.last_day = None
