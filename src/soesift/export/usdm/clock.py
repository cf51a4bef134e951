"""When each visit of a timeline takes place, counted from another visit, only where the print says so.

A visit has no timing rather than a guessed one: the unknown length of a cycle, the day of a month, an event without a
column of its own are told as reasons instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

WEEK = 7  # days


class Visit(NamedTuple):
    """What is read of a column for its time; None where the print does not say.

    names: its printed header levels; `day` is the study day or, with `cycle`, the day of the cycle; `offset_days` and
    `hours` count from the event `relative_to`.
    """

    names: tuple[str, ...]
    kind: str = "planned"
    cycle: int | None = None
    day: int | None = None
    week: float | None = None
    hours: float | None = None
    offset_days: float | None = None
    relative_to: str | None = None


class When(NamedTuple):
    """`days` and `hours` after the visit at `reference`, before it if negative; the anchor's reference is itself."""

    reference: int
    days: int
    hours: float = 0.0


def clock(visits: Sequence[Visit], cycle_days: Mapping[str, int] | None) -> tuple[int | None, list[When | str]]:
    """The place of the anchor (None: no visit has a day) and, for each visit, its time or why it has none.

    cycle_days: length by cycle number, "*" for the others.
    """
    ordinals = [_ordinal(visit, cycle_days or {}, _week_zero(visits), _has_day_zero(visits)) for visit in visits]
    anchor = _anchor(visits, ordinals)
    return anchor, [_when(place, visits, ordinals, anchor) for place in range(len(visits))]


def _has_day_zero(visits: Sequence[Visit]) -> bool:
    return any(visit.day == 0 and visit.cycle is None for visit in visits)


def _week_zero(visits: Sequence[Visit]) -> float:
    """The week in which Day 1 lies: 0 unless a column has both, and its week is 1."""
    return next((v.week for v in visits if v.day == 1 and v.cycle is None and v.week is not None), 0.0)


def _ordinal(visit: Visit, cycle_days: Mapping[str, int], first_week: float, day_zero: bool) -> int | None:
    """Days since the first study day; Day -1 is the day before Day 1 unless the schedule has a Day 0."""
    if visit.relative_to and visit.offset_days is not None and visit.day is None:
        return None
    if visit.cycle is not None:
        return _in_cycle(visit, cycle_days)
    if visit.day is not None:
        return visit.day if day_zero or visit.day < 0 else visit.day - 1
    days = None if visit.week is None else (visit.week - first_week) * WEEK
    return None if days is None or days != int(days) else int(days)


def _in_cycle(visit: Visit, cycle_days: Mapping[str, int]) -> int | None:
    lengths = [cycle_days.get(str(c), cycle_days.get("*")) for c in range(1, visit.cycle or 1)]
    known = [length for length in lengths if length is not None]
    return None if visit.day is None or len(known) < len(lengths) else sum(known) + visit.day - 1


def _anchor(visits: Sequence[Visit], ordinals: Sequence[int | None]) -> int | None:
    """The visit on the first study day; else the earliest after it, else the last before it."""
    placed = [(n, i) for i, n in enumerate(ordinals) if n is not None and visits[i].kind != "unscheduled"]
    later = [pair for pair in placed if pair[0] >= 0]
    if later:
        return min(later)[1]
    return max(placed)[1] if placed else None


def _when(place: int, visits: Sequence[Visit], ordinals: Sequence[int | None], anchor: int | None) -> When | str:
    visit, ordinal = visits[place], ordinals[place]
    hours = visit.hours or 0.0
    if ordinal is not None and anchor is not None:
        start = ordinals[anchor] or 0
        return When(anchor, ordinal - start, hours)
    if visit.cycle is not None and visit.day is not None and visit.day > 1:
        first = _first_of_cycle(visits, visit.cycle)
        if first is not None:
            return When(first, visit.day - 1, hours)
    if visit.relative_to and (visit.offset_days is not None or visit.hours is not None):
        return _after_event(place, visits, anchor)
    if visit.cycle is not None:
        return (
            "the length of a cycle is not printed" if visit.day is not None else "its day of the cycle is not printed"
        )
    return "the print gives no time that can be counted"


def _first_of_cycle(visits: Sequence[Visit], cycle: int) -> int | None:
    return next((i for i, v in enumerate(visits) if v.cycle == cycle and v.day == 1), None)


def _after_event(place: int, visits: Sequence[Visit], anchor: int | None) -> When | str:
    """A time counted from an event, if one column alone is that event."""
    visit = visits[place]
    wanted = _words(visit.relative_to or "")
    named = [i for i, other in enumerate(visits) if i != place and wanted and wanted <= _words(" ".join(other.names))]
    if not named and anchor is not None and anchor != place and wanted and wanted <= _STARTS:
        named = [anchor]
    if len(named) != 1:
        return f"it counts from {visit.relative_to}, which no column stands for"
    return When(named[0], int(visit.offset_days or 0), visit.hours or 0.0)


_SAME = {
    "randomisation": "randomization",
    "discontinuation": "end",
    "treatment": "dose",
    "final": "last",
    "eot": "end dose",
}
_STARTS = {"first", "dose", "randomization", "baseline", "day", "1", "start"}
_EMPTY = {"of", "the", "study", "visit", "drug", "product", "a", "an", "to", "in", "at", "administration", "treatment"}


def _words(text: str) -> set[str]:
    """The telling words of an event's name."""
    words = re.findall(r"[a-z]+|\d+", text.lower())
    return {w for word in words if word not in _EMPTY for w in _SAME.get(word, word).split()}
