"""What the hand-off formats share: tables in order, rows as activities with children, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from soesift.export.wording import heading_of, unsigned_words
from soesift.result.models import Result, SoeTable
from soesift.schedule import Activity, Mark, Schedule, Visit, read_schedule
from soesift.schedule.clock import Placed, placed


class Handed(NamedTuple):
    """A table, its schedule and clock; `notes` say what a format cannot carry."""

    table: SoeTable
    schedule: Schedule
    clock: list[Placed]
    notes: list[str]


class Node(NamedTuple):
    """An activity as an item of a list: its place in the schedule, and the activities of its group."""

    place: int  # in the schedule's activities
    activity: Activity
    children: list[Node]


def handed(result: Result) -> list[Handed]:
    """The tables that have activities and encounters, main schedules first, else in the result's order; the first one's
    notes name those that have not.
    """
    found: list[Handed] = []
    without: list[str] = []
    numbered = enumerate(result.tables, 1)
    for number, table in sorted(numbered, key=lambda one: one[1].table_type != "main_soa"):
        schedule = read_schedule(table)
        if schedule.activities and schedule.encounters:
            clock = placed(schedule)
            said = [unsigned_words(result)] if not found else []
            found.append(Handed(table, schedule, clock, [*filter(None, said), *notes_of(schedule)]))
        else:
            lacks = "row of it is an activity" if schedule.encounters else "column of it is a visit"
            without.append(f"{heading_of(table, number)}: no {lacks}; nothing of it is handed on")
    for one in found[:1]:
        one.notes.extend(without)
    return found


def open_notes(result: Result) -> list[str]:
    """The notes of all tables that are handed on."""
    return [note for one in handed(result) for note in one.notes]


def notes_of(schedule: Schedule) -> list[str]:
    """What is open or belongs nowhere, in words, with the table's title: each a thing to look at."""
    name = schedule.title or schedule.table_id
    found = [f"{name}: {text}" for text in schedule.doubts]
    found += [
        f"{name}: column {visit.column + 1} ({visit.name}): {doubt}"
        for visit in schedule.visits
        for doubt in visit.doubts
    ]
    lost = [c.marker for c in schedule.conditions if not c.text]
    if lost:
        found.append(f"{name}: no footnote was found for the markers {', '.join(lost)}")
    loose = [c for c in schedule.conditions if c.text and (not c.used or not c.marker)]
    return found + [
        f"{name}: footnote {c.marker} belongs to no cell: {c.text}"
        if c.marker
        else f"{name}: note on the whole table, without marker: {c.text}"
        for c in loose
    ]


def tree(schedule: Schedule) -> list[Node]:
    """Activities with their groups; one that has its group's own name takes the group's place."""
    nodes = [Node(index, activity, []) for index, activity in enumerate(schedule.activities)]
    top: list[Node] = []
    for node in nodes:
        parent = node.activity.parent
        (top if parent is None else nodes[parent].children).append(node)
    return [_merged(node) for node in top]


def _merged(node: Node) -> Node:
    same = next((c for c in node.children if c.activity.name.lower() == node.activity.name.lower()), None)
    if same is None:
        return node
    return Node(same.place, same.activity, [child for child in node.children if child is not same])


def marks_by_activity(schedule: Schedule) -> dict[int, list[Mark]]:
    """The marks of each activity, by encounter."""
    found: dict[int, list[Mark]] = {}
    for mark in schedule.marks:
        found.setdefault(mark.activity, []).append(mark)
    return found


def unique(names: list[str]) -> list[str]:
    """The names with " (2)", " (3)" behind those that occurred before."""
    seen: dict[str, int] = {}
    done: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        done.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return done


# When each visit of a timeline takes place, counted from another visit, only where the print says so.
#
# A visit has no timing rather than a guessed one: the unknown length of a cycle, the day of a month, an event without a
# column of its own are told as reasons instead.

WEEK = 7  # days
LONGEST_STAY = 60  # days of one column that are taken as visits each; more is a phase


class When(NamedTuple):
    """`days` and `hours` after the visit at `reference`, before it if negative; the anchor's reference is itself.

    why: a sentence where the reference was inferred from something else than the header.
    """

    reference: int
    days: int
    hours: float = 0.0
    why: str = ""


def visit_columns(schedule: Schedule) -> list[Visit]:
    """The columns that are visits, in order; columns of notes are none."""
    return [visit for visit in schedule.visits if visit.is_visit and visit.encounter is not None]


_STAY = re.compile(
    r"\bin[\s-]?(?:patients?|house)\b|\bconfine|\bresiden|\bdomicil|\bhospitali[sz]|\bstation[aä]r|\bhospitalizaci"
    r"|\b(?:unit|clinic|cru|cpu|hospital)\s+(?:stay|residence)\b",
    re.IGNORECASE,
)


def each_day(columns: Sequence[Visit]) -> list[Visit]:
    """The columns, one that spans days of a stay ("Day 4-7" under "Inpatient Period") as a visit for each of its days:
    who stays in the unit is seen each day. Other spans stay one column, as a visit may be anywhere in them.
    """
    found: list[Visit] = []
    for column in columns:
        days = _days_of_stay(column)
        found += [_on(column, day) for day in days] or [column]
    return found


def _days_of_stay(column: Visit) -> list[int]:
    first, last = column.day, column.last_day
    own = column.kind == "range" and column.cycle is None and not column.in_cycle and column.relative_to is None
    if not own or first is None or last is None or not 0 < last - first <= LONGEST_STAY:
        return []
    stays = any(_STAY.search(text) for text in (column.epoch or "", *column.printed))
    days = [day for day in range(int(first), int(last) + 1) if day or first == 0 or last == 0]
    return days if stays and first == int(first) and last == int(last) else []


def _on(column: Visit, day: int) -> Visit:
    """The column as the visit of one of its days."""
    why = f"Printed in one column with the other days of “{column.name}”; who stays in the unit is seen each day."
    changed = {"day": float(day), "last_day": None, "kind": "planned", "name": f"Day {day}"}
    return column.model_copy(update=changed | {"conditions": [*column.conditions, why]})


def epoch_name(visit: Visit) -> str:
    """The epoch as printed; a column outside of any has one of that name."""
    return visit.epoch or "Not named"


def window_of(visit: Visit, day_zero: bool = False) -> tuple[float, float] | None:
    """Allowed days before and after; a side that is not printed is 0 where the other is, and None if neither is.

    A range ("Day -28 to -2") is its first day and the days up to the last, with what is allowed around both.
    `day_zero`: whether the schedule has a day 0, see `has_day_zero`.
    """
    length = _length_of_range(visit, day_zero)
    if visit.before_days is None and visit.after_days is None:
        return (0.0, length) if length > 0 else None
    return visit.before_days or 0.0, (visit.after_days or 0.0) + length


def _length_of_range(visit: Visit, day_zero: bool) -> float:
    """Days from the first day or week of a range to its last; 0 for what is none."""
    if visit.kind != "range":
        return 0.0
    if visit.day is not None:
        days = 0.0 if visit.last_day is None else visit.last_day - visit.day
        return days - 1 if visit.day < 0 < (visit.last_day or 0) and not day_zero else days
    return 0.0 if visit.week is None or visit.last_week is None else (visit.last_week - visit.week) * WEEK


def clock_of(schedule: Schedule, visits: Sequence[Visit]) -> tuple[int | None, list[When | str]]:
    """The clock of a schedule's visits; the rows tell which of them has the last dose."""
    return clock(visits, schedule.cycle_length, last_dose(schedule, visits))


def clock(
    visits: Sequence[Visit], cycle_days: Mapping[str, int], dosed: tuple[int, str] | None = None
) -> tuple[int | None, list[When | str]]:
    """The place of the anchor (None: no visit has a day) and, for each visit, its time or why it has none.

    cycle_days: length by cycle number, "*" for the others; dosed: place of the last dose, and the row that says so.
    """
    ordinals = [_ordinal(visit, cycle_days, _week_zero(visits), has_day_zero(visits)) for visit in visits]
    anchor = _anchor(visits, ordinals)
    return anchor, [_when(place, visits, ordinals, anchor, dosed) for place in range(len(visits))]


_GIVES_DOSE = re.compile(
    r"\b(?:study|trial|investigational)\s+(?:drug|treatment|product|intervention|medication|vaccine|agent)\w*\s+"
    r"(?:administration|dosing|infusion|injection)"
    r"|\badminist\w+\s+(?:of\s+)?(?:the\s+)?(?:study|trial|investigational)\s+(?:drug|treatment|product|intervention|medication|vaccine|agent)"
    r"|\bIM?P\s+(?:administration|dosing)\b",
    re.IGNORECASE,
)


def last_dose(schedule: Schedule, visits: Sequence[Visit]) -> tuple[int, str] | None:
    """The last column marked in a row that gives the study's treatment, and the row's name; None where no row does,
    rows disagree, or that column is more than one visit.
    """
    rows = {n: a.name for n, a in enumerate(schedule.activities) if not a.category and _GIVES_DOSE.search(a.name)}
    places = {visit.encounter: place for place, visit in enumerate(visits)}
    last: dict[int, int] = {}
    for mark in schedule.marks:
        if mark.activity in rows and mark.encounter in places:
            last[mark.activity] = max(last.get(mark.activity, -1), places[mark.encounter])
    if len(set(last.values())) != 1:
        return None
    row, place = next(iter(last.items()))
    return (place, rows[row]) if visits[place].kind == "planned" else None


def has_day_zero(visits: Sequence[Visit]) -> bool:
    """Whether a visit is on day 0; without one, Day 1 follows Day -1."""
    return any(visit.day == 0 and visit.cycle is None for visit in visits)


def _week_zero(visits: Sequence[Visit]) -> float:
    """The week in which Day 1 lies: 0 unless a column has both, and its week is 1."""
    return next((v.week for v in visits if v.day == 1 and v.cycle is None and v.week is not None), 0.0)


def _ordinal(visit: Visit, cycle_days: Mapping[str, int], first_week: float, day_zero: bool) -> int | None:
    """Days since the first study day; Day -1 is the day before Day 1 unless the schedule has a Day 0."""
    if visit.relative_to and visit.offset_days is not None and visit.day is None:
        return None
    if visit.relative_to and visit.offset_days is None and visit.hours is None and not _is_start(visit.relative_to):
        return None  # "Day 100" of a transplant is no day of the study
    if visit.cycle is not None:
        return _in_cycle(visit, cycle_days)
    if visit.in_cycle:
        return None  # a day of cycles without a number
    days = None
    if visit.day is not None:
        days = visit.day if day_zero or visit.day < 0 else visit.day - 1
    elif visit.week is not None:
        days = (visit.week - first_week) * WEEK
        days = days if visit.week == int(visit.week) else round(days)  # "Week -.3": two days before
    return int(days) if days is not None and days == int(days) else None


def _is_start(event: str) -> bool:
    """Whether days that count from an event are the study's own: the first dose, randomisation, baseline."""
    return bool(_words(event)) and _words(event) <= _STARTS


def _in_cycle(visit: Visit, cycle_days: Mapping[str, int]) -> int | None:
    lengths = [cycle_days.get(str(c), cycle_days.get("*")) for c in range(1, visit.cycle or 1)]
    known = [length for length in lengths if length is not None]
    if visit.day is None or visit.day != int(visit.day) or len(known) < len(lengths):
        return None
    return sum(known) + int(visit.day) - 1


def _anchor(visits: Sequence[Visit], ordinals: Sequence[int | None]) -> int | None:
    """The visit on the first study day; else the earliest after it, else the last before it."""
    placed = [(n, i) for i, n in enumerate(ordinals) if n is not None and visits[i].kind != "unscheduled"]
    later = [pair for pair in placed if pair[0] >= 0]
    if later:
        return min(later)[1]
    return max(placed)[1] if placed else None


_WASH_OUT = re.compile(r"\bwash[\s-]?out\b", re.IGNORECASE)
_LAST_DOSE = re.compile(
    r"\b(?:last|final)\s(?:\w+\s){0,3}(?:dos(?:e|ing)|treatment|administration|infusion|injection|vaccination)\b"
)


def _when(
    place: int,
    visits: Sequence[Visit],
    ordinals: Sequence[int | None],
    anchor: int | None,
    dosed: tuple[int, str] | None,
) -> When | str:
    visit, ordinal = visits[place], ordinals[place]
    hours = visit.hours or 0.0
    if ordinal is not None and anchor is not None:
        start = ordinals[anchor] or 0
        return When(anchor, ordinal - start, hours)
    if visit.cycle is not None and visit.day is not None and visit.day > 1:
        first = _first_of_cycle(visits, visit.cycle)
        if first is not None:
            return When(first, int(visit.day) - 1, hours)
    if visit.relative_to and (visit.offset_days is not None or visit.hours is not None):
        return _after_event(place, visits, anchor, dosed)
    if visit.offset_days is not None and place and any(map(_WASH_OUT.search, visit.printed)):
        return When(place - 1, int(visit.offset_days), 0.0, "a wash-out is counted from the visit before it")
    if visit.cycle is not None:
        return (
            "the length of a cycle is not printed" if visit.day is not None else "its day of the cycle is not printed"
        )
    return "the print gives no time that can be counted"


def _first_of_cycle(visits: Sequence[Visit], cycle: int) -> int | None:
    return next((i for i, v in enumerate(visits) if v.cycle == cycle and v.day == 1), None)


def _after_event(place: int, visits: Sequence[Visit], anchor: int | None, dosed: tuple[int, str] | None) -> When | str:
    """A time counted from an event, if one column alone is that event."""
    visit = visits[place]
    own = [i for i, other in enumerate(visits) if other.relative_to == visit.relative_to and other.offset_days == 0]
    if own and re.search(r"\b(?:period|part|session|course)\b", visit.relative_to or "", re.IGNORECASE):
        if place in own[:1]:
            return f"how long after the visits before it {visit.relative_to} begins is not printed"
        return When(own[0], int(visit.offset_days or 0), visit.hours or 0.0)
    wanted = _words(visit.relative_to or "")
    named = [i for i, other in enumerate(visits) if i != place and wanted and wanted <= _words(" ".join(other.printed))]
    if not named and anchor is not None and anchor != place and wanted and wanted <= _STARTS:
        named = [anchor]
    if not named and dosed is not None and dosed[0] < place and _LAST_DOSE.search((visit.relative_to or "").lower()):
        why = f"counted from “{visits[dosed[0]].name}”, the last column that is marked at “{dosed[1]}”"
        return When(dosed[0], int(visit.offset_days or 0), visit.hours or 0.0, why)
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
