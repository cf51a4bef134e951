"""What people said of visits, put into a schedule that was read: it goes before what the print was taken to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from soesift.result.models import VisitSaid
from soesift.schedule.models import (
    Condition,
    Contact,
    Encounter,
    Epoch,
    Offset,
    Part,
    Schedule,
    Span,
    Timing,
    Unit,
    Visit,
    VisitKind,
    Window,
)

MOST_DAYS = 40_000  # a day, week or window beyond a hundred years is a slip of the keyboard
_TIMES: tuple[tuple[Unit, str, str], ...] = (
    ("day", "day", "last_day"),
    ("week", "week", "last_week"),
    ("month", "month", ""),
)
_OF_TIME = {
    "cycle",
    "last_cycle",
    "day",
    "last_day",
    "week",
    "last_week",
    "month",
    "hours",
    "offset_days",
    "every_days",
    "relative_to",
    "before_days",
    "after_days",
}


class SaidValues(Part):
    """What a person may say of a visit: fields of `Visit`; one that is not given stays as read, None is "there is
    none"."""

    name: str | None = Field(None, max_length=200)
    epoch: str | None = Field(None, max_length=200)
    is_visit: bool | None = None
    kind: VisitKind | None = None
    cycle: int | None = Field(None, ge=0, le=MOST_DAYS)
    last_cycle: int | None = Field(None, ge=0, le=MOST_DAYS)
    day: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    last_day: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    week: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    last_week: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    month: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    hours: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    offset_days: float | None = Field(None, ge=-MOST_DAYS, le=MOST_DAYS)
    every_days: float | None = Field(None, gt=0, le=MOST_DAYS)
    relative_to: str | None = Field(None, max_length=200)
    before_days: float | None = Field(None, ge=0, le=MOST_DAYS)
    after_days: float | None = Field(None, ge=0, le=MOST_DAYS)
    contact: Contact | None = Field(None, max_length=40)
    conditions: list[str] | None = Field(None, max_length=50)

    def given(self) -> dict[str, Any]:
        """The fields that were given, by name."""
        return self.model_dump(exclude_unset=True)


def put_said(schedule: Schedule, said: Sequence[VisitSaid]) -> None:
    """Put people's words into the schedule's visits and into the columns behind them; the last word on a field counts.

    A word on a column that is no longer there has no effect.
    """
    by_column = {visit.column: visit for visit in schedule.visits}
    for one in said:
        visit = by_column.get(one.column)
        if visit is None:
            continue
        values = SaidValues.model_validate(one.said).given()
        _put(visit, values)
        if visit.encounter is not None:
            _follow(schedule, visit, schedule.encounters[visit.encounter], values)


def clear_doubts(schedule: Schedule, said: Sequence[VisitSaid]) -> None:
    """Take the doubts from what a person has said or looked at; those on the whole table where column is -1."""
    looked = {one.column for one in said}
    for visit in schedule.visits:
        if visit.column in looked:
            visit.doubts = []
    if -1 in looked:
        schedule.doubts = []


def _put(visit: Visit, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name in ("kind", "is_visit", "name") and value is None:
            continue
        setattr(visit, name, list(value or ()) if name == "conditions" else value)
    if values.get("is_visit") is False:
        visit.kind = "annotation"
    elif values.get("is_visit") and visit.kind == "annotation":
        visit.kind = "planned"
    if "cycle" in values or "last_cycle" in values:
        visit.cycles = []
        visit.in_cycle = visit.cycle is not None
        if visit.cycle is not None and visit.last_cycle is None and visit.kind != "repeat":
            visit.last_cycle = visit.cycle


def _follow(schedule: Schedule, visit: Visit, encounter: Encounter, values: dict[str, Any]) -> None:
    """The column behind a visit says the same: some formats read the one, some the other."""
    if values.get("name"):
        encounter.name = values["name"]
    if _OF_TIME & values.keys():
        encounter.timing = _timing(visit, encounter.timing)
    if "kind" in values:
        events = [event for event in encounter.timing.events if event != "unscheduled"]
        update = {"events": [*events, "unscheduled"] if visit.kind == "unscheduled" else events}
        encounter.timing = encounter.timing.model_copy(update=update)
    if values.get("epoch"):
        _move_to_epoch(schedule, encounter, values["epoch"])
    if "conditions" in values:
        _set_conditions(schedule, visit)


def _timing(visit: Visit, before: Timing) -> Timing:
    """The times of a visit as those of a column; its text, name and events stay as printed."""
    times = [
        Span(first=first, last=first if last is None else last, unit=unit)
        for unit, name, end in _TIMES
        if (first := getattr(visit, name)) is not None
        for last in [getattr(visit, end) if end else None]
    ]
    lasts = [(unit, getattr(visit, end)) for unit, name, end in _TIMES if end and getattr(visit, name) is None]
    times += [Span(first=None, last=last, unit=unit) for unit, last in lasts if last is not None]
    lengths: list[tuple[float | None, Unit]] = [(visit.offset_days, "day"), (visit.hours, "hour")]
    offsets = [_offset(value, unit, visit.relative_to) for value, unit in lengths if value is not None]
    ended = visit.last_cycle if visit.kind == "repeat" else visit.last_cycle or visit.cycle
    window = None
    if visit.before_days is not None or visit.after_days is not None:
        window = Window(before=visit.before_days or 0.0, after=visit.after_days or 0.0, unit="day")
    return before.model_copy(
        update={
            "times": times,
            "cycles": [] if visit.cycle is None else [Span(first=visit.cycle, last=ended, unit="cycle")],
            "offsets": offsets,
            "every": None if visit.every_days is None else _point(visit.every_days, "day"),
            "window": window,
        }
    )


def _point(value: float, unit: Unit) -> Span:
    return Span(first=value, last=value, unit=unit)


def _offset(value: float, unit: Unit, anchor: str | None) -> Offset:
    return Offset(length=_point(abs(value), unit), relation="before" if value < 0 else "after", anchor=anchor)


def _move_to_epoch(schedule: Schedule, encounter: Encounter, name: str) -> None:
    """The epoch of that name, else a new one behind that of the column before."""
    known = [place for place, epoch in enumerate(schedule.epochs) if epoch.name.lower() == name.lower()]
    if not known:
        place = min(encounter.epoch + 1, len(schedule.epochs))
        schedule.epochs.insert(place, Epoch(name=name))
        for other in schedule.encounters:
            other.epoch += other.epoch >= place
        known = [place]
    encounter.epoch = known[0]


def _set_conditions(schedule: Schedule, visit: Visit) -> None:
    """Notes that no longer hold for the column leave it; a text without a note becomes one without a marker."""
    place = (None, visit.encounter)
    wanted = list(visit.conditions)
    for condition in schedule.conditions:
        if condition.text in wanted:
            wanted.remove(condition.text)
            condition.used = condition.used if place in condition.used else [*condition.used, place]
        else:
            condition.used = [used for used in condition.used if used != place]
    schedule.conditions += [
        Condition(marker="", text=text, used=[place], note_class="condition") for text in wanted if text
    ]
