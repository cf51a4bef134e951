"""A found table as a sheet to compare, by way of the understood schedule."""

from __future__ import annotations

from soesift.diff.likeness import bare
from soesift.diff.models import TableName
from soesift.diff.reprinted import reprinted_headers
from soesift.diff.sheet import Mark, Row, Sheet, Visit
from soesift.diff.timing_text import time_text, window_text
from soesift.result.models import SoeTable
from soesift.schedule import read_schedule
from soesift.schedule.models import Activity, Encounter, Schedule


def sheet_of(table: SoeTable) -> Sheet:
    """The sheet of one table."""
    schedule = read_schedule(table)
    merged, again = _merged(schedule), reprinted_headers(schedule)
    kept = [k for k in range(len(schedule.activities)) if k not in again]
    place = {k: position for position, k in enumerate(kept)}
    marks = {
        (place[m.activity], m.encounter): Mark(m.text, tuple(m.footnotes), merged.get(k, -1))
        for k, m in enumerate(schedule.marks)
        if m.activity in place
        and bare(m.text) != bare(schedule.activities[m.activity].name)  # a category over the whole width
    }
    return Sheet(
        TableName(id=table.id, title=table.title, table_type=table.table_type, pages=table.pages),
        tuple(_row(schedule.activities[k], schedule, place) for k in kept),
        tuple(_visit(e, schedule) for e in schedule.encounters),
        marks,
        tuple(dict.fromkeys((n.marker, n.text) for n in table.footnotes)),
    )


def _row(activity: Activity, schedule: Schedule, place: dict[int, int]) -> Row:
    names: list[str] = []
    parent = activity.parent
    while parent is not None and len(names) < len(schedule.activities):
        names.insert(0, schedule.activities[parent].name)
        parent = schedule.activities[parent].parent
    details = tuple((title, text) for title, text in activity.details.items() if text)
    return Row(
        activity.name, " › ".join(names), tuple(activity.footnotes), details, activity.row,
        None if activity.parent is None else place.get(activity.parent), activity.category,
    )  # fmt: skip


def _visit(encounter: Encounter, schedule: Schedule) -> Visit:
    epoch = schedule.epochs[encounter.epoch] if encounter.epoch < len(schedule.epochs) else None
    phase = "" if epoch is None or epoch.inferred else epoch.name
    label = [h for h in encounter.headers if bare(h) != bare(phase)] or [encounter.name]
    timing = encounter.timing
    return Visit(
        " / ".join(label), phase, timing.visit or "", time_text(timing), window_text(timing.window),
        tuple(encounter.footnotes), encounter.column, tuple(encounter.headers),
    )  # fmt: skip


def _merged(schedule: Schedule) -> dict[int, int]:
    """Position of a mark to the number of the merged cell that it is part of."""
    number: dict[int, int] = {}
    current = -1
    order = sorted(range(len(schedule.marks)), key=lambda k: (schedule.marks[k].activity, schedule.marks[k].encounter))
    for k in order:
        span = schedule.marks[k].span
        current = k if span > 1 else current if span == 0 else -1
        if current >= 0:
            number[k] = current
    return number
