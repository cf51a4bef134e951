"""Times within a visit ("P, 2 h" in a cell) as sub-timelines: one a visit, shared by visits that have the same."""

from __future__ import annotations

from itertools import pairwise

from soesift.export.hand_off import Handed
from soesift.export.usdm.activities import Activities
from soesift.export.usdm.parts import Ids, Part, make, make_instance, make_timeline, make_timing
from soesift.schedule import Visit
from soesift.schedule.cell_meaning import is_predose

Step = tuple[float | None, str]  # hours from the dose (None: before it or in words only), and the printed text
Plan = tuple[tuple[Step, tuple[str, ...]], ...]  # steps in order, each with ids of activities
DOSE = "The dose from which the times in the cells count"


def sub_timelines(
    ids: Ids, one: Handed, columns: list[Visit], instances: list[Part], activities: Activities, name: str
) -> list[Part]:
    """A ScheduleTimeline for each set of times within a visit; the instances of those visits refer to theirs."""
    found: dict[Plan, Part] = {}
    for column, instance in zip(columns, instances, strict=True):
        plan = _plan(one, column, activities)
        if not any(_within_a_day(hours, text) for (hours, text), _ in plan):
            continue  # "48 h" on day 3 counts from the dose of an earlier visit, and stays a condition
        if plan not in found:
            found[plan] = _timeline(ids, plan, f"{name}_{len(found) + 1}", column)
        instance["timelineId"] = found[plan]["id"]
    return list(found.values())


def _plan(one: Handed, column: Visit, activities: Activities) -> Plan:
    """The times of a visit's cells, from before the dose on, each with the activities that are due then."""
    order = activities.order()
    due: dict[Step, set[str]] = {}
    for mark in one.schedule.marks:
        for moment in mark.moments if mark.encounter == column.encounter else ():
            step = (moment.hours, "" if moment.hours is not None else _word(moment.text))
            due.setdefault(step, set()).add(activities.id_of(one.table.id, mark.activity))
    steps = sorted(due, key=_place)
    return tuple((step, tuple(sorted(due[step], key=order.__getitem__))) for step in steps)


def _word(text: str) -> str:
    """The words of a time; all of "P", "pre-dose", "before dosing", "predose/0 h" are predose."""
    said = " ".join(text.lower().split())
    return "predose" if is_predose(said) else said


def _within_a_day(hours: float | None, text: str) -> bool:
    """Whether a time shows that the dose is of this visit: before it, or less than a day after it."""
    return _place((hours, text))[0] < 2 or (hours is not None and hours < 24)


def _place(step: Step) -> tuple[int, float]:
    """Where a step stands: lengths before the dose, "predose", lengths after it, other words."""
    hours, text = step
    if hours is not None:
        return (0 if hours < 0 else 2), hours
    return (1 if text.startswith(("p", "before", "trough")) else 3), 0.0


def _timeline(ids: Ids, plan: Plan, name: str, column: Visit) -> Part:
    """Its fixed point is the dose, whether or not anything is done then; a step in words has no timing."""
    early = [pair for pair in plan if _place(pair[0])[0] < 2]
    dose = next((acts for step, acts in plan if step[0] == 0), ())
    late = [pair for pair in plan if _place(pair[0])[0] >= 2 and pair[0][0] != 0]
    steps = [*early, ((0.0, ""), dose), *late]
    instances = [_instance(ids, f"{name}_I{n}", step, acts) for n, (step, acts) in enumerate(steps, 1)]
    anchor = instances[len(early)]
    timings = [
        make_timing(ids, instance["label"], instance["label"], step[0], instance["id"], anchor["id"], None)
        for (step, _), instance in zip(steps, instances, strict=True)
        if step[0] is not None
    ]
    for before, after in pairwise(instances):
        before["defaultConditionId"] = after["id"]
    end = make(ids, "ScheduleTimelineExit")
    instances[-1]["timelineExitId"] = end["id"]
    return make_timeline(
        ids,
        instances,
        timings,
        end,
        name=name,
        label=f"Within the visit {column.name}",
        description="Times printed in the cells of the visit.",
        entryCondition="The visit takes place.",
    )


def _instance(ids: Ids, name: str, step: Step, acts: tuple[str, ...]) -> Part:
    label = _label(step)
    return make_instance(ids, name, label, DOSE if step[0] == 0 else label, activities=acts)


def _label(step: Step) -> str:
    hours, text = step
    if hours is None:
        return text.capitalize()
    return "Dose" if hours == 0 else f"{abs(hours):g} h {'before' if hours < 0 else 'after'} the dose"
