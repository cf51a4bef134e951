"""Encounters on one clock: whole numbers of a unit, as the hand-off formats want them, with what could not be."""

from __future__ import annotations

from typing import NamedTuple

from soesift.schedule.models import Encounter, Schedule, Span, Timing, Unit, Visit

_PER: dict[Unit, int] = {"hour": 60, "week": 7}
_SMALLER: dict[Unit, Unit] = {"hour": "minute", "week": "day"}
_ORDER: tuple[Unit, ...] = ("day", "week", "hour", "month", "minute", "year")


class Placed(NamedTuple):
    """`value` in `unit` on the study's own count ("Day -7" is -7), None if the header gives none that fits.

    `before` and `after` are the allowed deviation in `window_unit`; a range "Day -28 to -1" is its point nearest
    to the start with the rest as deviation. `note` says what was left out.
    """

    value: int | None
    unit: Unit
    before: int
    after: int
    window_unit: Unit
    note: str


def placed(schedule: Schedule) -> list[Placed]:
    """One `Placed` for each encounter; a deviation that only a note or a person gives is its visit's, in days."""
    unit = main_unit(schedule)
    length = cycle_length(schedule)
    visits = {visit.column: visit for visit in schedule.visits}
    return [
        _with_visit(_place(encounter, unit, length), encounter.timing, visits.get(encounter.column))
        for encounter in schedule.encounters
    ]


def _with_visit(one: Placed, timing: Timing, visit: Visit | None) -> Placed:
    if visit is None or timing.window is not None or one.before or one.after:
        return one
    before, after = visit.before_days or 0.0, visit.after_days or 0.0
    return _deviating(one, before, after, "day") if before or after else one


def main_unit(schedule: Schedule) -> Unit:
    """The unit that most encounters have; days on a tie."""
    counts = dict.fromkeys(_ORDER, 0)
    for encounter in schedule.encounters:
        for unit in {span.unit for span in _spans(encounter.timing)} & set(_ORDER):
            counts[unit] += 1
    return max(_ORDER, key=lambda unit: counts[unit])


def cycle_length(schedule: Schedule) -> int | None:
    """Days of a cycle, if the headers of the cycles say one length."""
    found = {
        int(span.first * _PER.get(span.unit, 1))
        for encounter in schedule.encounters
        if encounter.timing.cycles and (span := encounter.timing.duration) is not None
        if span.first is not None and span.unit in ("day", "week") and span.first == span.last
    }
    return found.pop() if len(found) == 1 else None


def _spans(timing: Timing) -> list[Span]:
    """Times, and lengths after or before a dose, with the sign of their side."""
    found = list(timing.times)
    for offset in timing.offsets:
        dosed = offset.anchor is None or "dos" in offset.anchor
        if offset.length is not None and offset.length.unit in ("hour", "minute") and dosed:
            sign = -1 if offset.relation == "before" else 1
            low, high = (None if v is None else sign * v for v in (offset.length.first, offset.length.last))
            found.append(Span(first=low if sign > 0 else high, last=high if sign > 0 else low, unit=offset.length.unit))
    return found


def _place(encounter: Encounter, unit: Unit, length: int | None) -> Placed:
    timing = encounter.timing
    spans = sorted(_spans(timing), key=lambda span: span.unit != unit)
    if timing.cycles:
        return _in_cycle(timing, spans, length)
    if not spans:
        outside = timing.offsets or timing.every or timing.events
        return _windowed(None, "day", timing, "its time is words only" if outside else "it has no time")
    kept = [span for span in spans if span.unit == spans[0].unit]
    note = "only the first of its times is placed" if len(kept) > 1 else ""
    return _ranged(kept[0], timing, note)


def _ranged(span: Span, timing: Timing, note: str) -> Placed:
    """A point, or a range as the point nearest to the start of the study with the rest as deviation."""
    low, high = span.first, span.last
    point = low if low is not None and (low >= 0 or high is None) else high
    if point is None:
        return _windowed(None, span.unit, timing, "its time is open")
    unit, factor = _whole_unit(span)
    if unit is None:
        return _windowed(None, span.unit, timing, f"{point:g} {span.unit}s is no whole number")
    value = round(point * factor)
    if low is None or high is None or low == high:
        extra = "its range is open" if low != high else ""
        return _windowed(value, unit, timing, "; ".join(filter(None, (note, extra))))
    before, after = round((point - low) * factor), round((high - point) * factor)
    return Placed(value, unit, before, after, unit, note)


def _whole_unit(span: Span) -> tuple[Unit | None, int]:
    """The unit in which the bounds are whole, and how many of it make one of the span's."""
    bounds = [v for v in (span.first, span.last) if v is not None]
    if all(v == int(v) for v in bounds):
        return span.unit, 1
    factor = _PER.get(span.unit)
    exact = factor is not None and all(abs(v * factor - round(v * factor)) < 1e-6 for v in bounds)
    return (_SMALLER[span.unit], factor) if factor is not None and exact else (None, 1)


def _in_cycle(timing: Timing, spans: list[Span], length: int | None) -> Placed:
    """Day 8 of cycle 2 is day 29 + 7 of the study if a cycle's length is printed."""
    cycle = timing.cycles[0].first
    days = [span for span in spans if span.unit == "day" and span.first is not None]
    day = days[0].first if days else 1.0
    if cycle is None or day is None:
        return _windowed(None, "day", timing, "its cycle has no number")
    if cycle != 1 and length is None:
        return _windowed(None, "day", timing, "the length of a cycle is not printed")
    more = len(timing.cycles) > 1 or timing.cycles[0].first != timing.cycles[0].last
    note = "only the first of its cycles is placed" if more else ""
    return _windowed(round((cycle - 1) * (length or 0) + day), "day", timing, note)


def _windowed(value: int | None, unit: Unit, timing: Timing, note: str) -> Placed:
    one, window = Placed(value, unit, 0, 0, unit, note), timing.window
    if window is None:
        return one
    of_window: Unit = "day" if window.unit in (None, "cycle") else window.unit  # "Week 4 (±3)": as its visit says
    return _deviating(one, window.before, window.after, of_window)


def _deviating(one: Placed, before: float, after: float, unit: Unit) -> Placed:
    """With a deviation, or a note that it is no whole number."""
    if before != int(before) or after != int(after):
        return one._replace(note="; ".join(filter(None, (one.note, "its window is no whole number"))))
    return one._replace(before=int(before), after=int(after), window_unit=unit)
