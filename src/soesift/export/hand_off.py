"""What the hand-off formats share: tables in order, rows as activities with children, and what is left out."""

from __future__ import annotations

from typing import NamedTuple

from soesift.export.wording import unsigned_words
from soesift.result.models import Result, SoeTable
from soesift.schedule import Activity, Mark, Schedule, read_schedule
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
    """The tables that have activities and encounters, main schedules first, else in the result's order."""
    found: list[Handed] = []
    for table in sorted(result.tables, key=lambda table: table.table_type != "main_soa"):
        schedule = read_schedule(table)
        if schedule.activities and schedule.encounters:
            clock = placed(schedule)
            said = [unsigned_words(result)] if not found else []
            found.append(Handed(table, schedule, clock, [*filter(None, said), *notes_of(schedule)]))
    return found


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
