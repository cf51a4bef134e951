"""One schedule as a ScheduleTimeline: instances in the order of the columns, their times, windows and conditions."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from soesift.export.hand_off import Handed, When, clock_of, each_day, epoch_name, has_day_zero, visit_columns, window_of
from soesift.export.usdm.activities import Activities
from soesift.export.usdm.moments import sub_timelines
from soesift.export.usdm.parts import (
    IN_PERSON,
    TELEPHONE,
    VISIT,
    Ids,
    Part,
    code,
    comment,
    make,
    make_instance,
    make_timeline,
    make_timing,
    xhtml,
)
from soesift.schedule import Mark, Visit


def repeated(column: Visit) -> str:
    """The printed words of a column that stands for more than one visit, else ""."""
    return " / ".join(column.printed) if column.kind == "repeat" else ""


CONTACTS = {"site": IN_PERSON, "phone": TELEPHONE, "video": None, "home": None}


class Timeline(NamedTuple):
    """A ScheduleTimeline with the objects of the design that it refers to, and what could not be carried."""

    timeline: Part
    within: list[Part]  # sub-timelines of its visits
    encounters: list[Part]
    conditions: list[Part]
    notes: list[str]


def timeline_of(ids: Ids, one: Handed, number: int, epochs: dict[str, Part], activities: Activities) -> Timeline:
    """Timeline `number` (from 1) of a table; `epochs` by lower-case name, `activities` of all tables."""
    columns = each_day(visit_columns(one.schedule))
    encounters = [_encounter(ids, one, column, f"T{number}_V{n}") for n, column in enumerate(columns, 1)]
    instances = [
        _instance(ids, column, encounter, epochs) for column, encounter in zip(columns, encounters, strict=True)
    ]
    anchor, times = clock_of(one.schedule, columns)
    timings, notes = _timings(ids, columns, times, instances, encounters, anchor)
    within = sub_timelines(ids, one, columns, instances, activities, f"WITHIN_{number}")
    conditions = _fill(ids, one, columns, instances, activities)
    end = make(ids, "ScheduleTimelineExit")
    steps = _steps(ids, columns, instances, end["id"])
    title = one.schedule.title or f"Schedule {number}"
    timeline = make_timeline(
        ids,
        steps,
        timings,
        end,
        name=f"TIMELINE_{number}",
        label=title,
        description=_described(one),
        entryCondition="The participant enters the schedule.",
    )
    return Timeline(timeline, within, encounters, conditions, notes)


def _described(one: Handed) -> str:
    pages = ", ".join(map(str, one.table.pages))
    return f"Table {one.table.id}" + (f", printed on page {pages}" if pages else "")


def _encounter(ids: Ids, one: Handed, column: Visit, name: str) -> Part:
    contact = CONTACTS.get(column.contact or "")
    notes = [comment(ids, f"To be checked: {text}") for text in column.doubts]
    notes += [comment(ids, f"Contact: {column.contact}")] if column.contact and contact is None else []
    notes += [comment(ids, f"Repeated as printed: {repeated(column)}")] if repeated(column) else []
    notes += [comment(ids, text) for text in column.conditions]
    return make(
        ids,
        "Encounter",
        name=name,
        label=column.name,
        description=" / ".join(column.printed),
        type=code(ids, VISIT),
        previousId=None,
        nextId=None,
        scheduledAtId=None,
        environmentalSettings=[],
        contactModes=[code(ids, contact)] if contact else [],
        transitionStartRule=None,
        transitionEndRule=None,
        notes=[*notes, comment(ids, f"Read from column {column.column + 1} of table {one.table.id}.")],
    )


def _instance(ids: Ids, column: Visit, encounter: Part, epochs: dict[str, Part]) -> Part:
    return make_instance(
        ids,
        encounter["name"].replace("_V", "_I"),
        column.name,
        encounter["description"],
        epochId=epochs[epoch_name(column).lower()]["id"],
        encounterId=encounter["id"],
    )


def _timings(
    ids: Ids,
    columns: list[Visit],
    times: list[When | str],
    instances: list[Part],
    encounters: list[Part],
    anchor: int | None,
) -> tuple[list[Part], list[str]]:
    """A Timing for each column with a time, and a line for each without. A timeline must have a fixed point: where no
    column has a day, the first is it, at no time of its own.
    """
    timings, notes, zero = [], [], has_day_zero(columns)
    if anchor is None:
        timings.append(_timing(ids, columns[0], When(0, 0), instances[0]["id"], instances[0]["id"], zero))
    for place, (column, when) in enumerate(zip(columns, times, strict=True)):
        instance, encounter = instances[place], encounters[place]
        if isinstance(when, str):
            notes.append(f"column {column.column + 1} ({column.name}): {when}")
            encounter["notes"].append(comment(ids, f"Without a timing: {when}."))
            continue
        if when.why:
            encounter["notes"].append(comment(ids, f"To be checked: {when.why}."))
        timing = _timing(ids, column, when, instance["id"], instances[when.reference]["id"], zero)
        encounter["scheduledAtId"] = timing["id"]
        timings.append(timing)
    return timings, notes


def _timing(ids: Ids, column: Visit, when: When, start: str, reference: str, zero: bool) -> Part:
    """A Timing; the anchor has no window."""
    window = None if start == reference else window_of(column, zero)
    return make_timing(
        ids, column.name, " / ".join(column.printed), when.days * 24 + when.hours, start, reference, window
    )


def _fill(ids: Ids, one: Handed, columns: list[Visit], instances: list[Part], activities: Activities) -> list[Part]:
    """Put the activities into the instances; words of a cell and footnotes of cells become conditions."""
    conditions: dict[str, Part] = {}
    pairs = [
        (mark, i)
        for mark in one.schedule.marks
        for c, i in zip(columns, instances, strict=True)
        if c.encounter == mark.encounter
    ]
    for mark, instance in pairs:
        activity = activities.id_of(one.table.id, mark.activity)
        if activity not in instance["activityIds"]:
            instance["activityIds"].append(activity)
        activities.say(ids, activity, _comments(one, mark))
        for text in _condition_texts(one, mark, told=bool(mark.moments and instance["timelineId"])):
            condition = conditions.get(text) or conditions.setdefault(text, _condition(ids, text))
            _add(condition["contextIds"], instance["id"])
            _add(condition["appliesToIds"], activity)
    order = activities.order()
    for instance in instances:
        instance["activityIds"].sort(key=order.__getitem__)
    return list(conditions.values())


def _condition_texts(one: Handed, mark: Mark, told: bool) -> list[str]:
    """What limits the activity at this visit: words of the cell, unless a sub-timeline has `told` them, and footnotes
    that are no mere comment.
    """
    notes = {c.marker: c.text for c in one.schedule.conditions if c.marker and c.text and c.note_class != "comment"}
    texts = [notes[ref] for ref in mark.footnotes if ref in notes]
    return texts + list(filter(None, [mark.condition, mark.text if mark.kind == "text" and not told else ""]))


def _comments(one: Handed, mark: Mark) -> list[str]:
    notes = {c.marker: c.text for c in one.schedule.conditions if c.marker and c.text and c.note_class == "comment"}
    return [f"{ref}: {notes[ref]}" for ref in mark.footnotes if ref in notes]


def _condition(ids: Ids, text: str) -> Part:
    number = ids["Condition"] + 1
    return make(
        ids,
        "Condition",
        name=f"CONDITION_{number}",
        label=text[:60],
        description="",
        text=xhtml(text),
        dictionaryId=None,
        notes=[],
        contextIds=[],
        appliesToIds=[],
    )


def _add(found: list[str], item: str) -> None:
    if item not in found:
        found.append(item)


def _steps(ids: Ids, columns: list[Visit], instances: list[Part], exit_id: str) -> list[Part]:
    """The instances in order, with a decision behind each that is repeated; the last leads to the exit, and therefore
    to no decision (its repetition stays a note of its encounter).
    """
    steps: list[Part] = []
    for column, instance in zip(columns, instances, strict=True):
        steps.append(instance)
        if repeated(column) and instance is not instances[-1]:
            steps.append(_decision(ids, column, instance))
    for before, after in pairwise(steps):
        before["defaultConditionId"] = after["id"]
    instances[-1]["timelineExitId"] = exit_id
    return steps


def _decision(ids: Ids, column: Visit, instance: Part) -> Part:
    """Whether the visit is done once more: back to it while the words of its column hold."""
    again = make(
        ids,
        "ConditionAssignment",
        condition=f"Repeated as printed: {repeated(column)}",
        conditionTargetId=instance["id"],
    )
    return make(
        ids,
        "ScheduledDecisionInstance",
        name=f"{instance['name']}_AGAIN",
        label=f"{column.name}: again?",
        description=repeated(column),
        defaultConditionId=None,
        epochId=instance["epochId"],
        conditionAssignments=[again],
    )
