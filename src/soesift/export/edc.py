"""What REDCap and ODM share: each schedule as an arm with events, and each group of activities as a form.

Days are counted from the visit on the first study day, and only where the print gives them; what has no day is an event
without an offset, and a note says why.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from soesift.export.hand_off import tree
from soesift.export.visit_words import time_words, window_said
from soesift.export.when import When, clock, visit_columns, window_of
from soesift.export.wording import heading_of
from soesift.result.models import Result, SoeTable
from soesift.schedule import Activity, Schedule, Visit, read_schedule

LONGEST_EVENT = 60  # characters of an event's name that REDCap keeps whole


class Event(NamedTuple):
    """A visit. `day`: whole days after the first study day, None if the print does not say; `before`, `after`: days of
    its window or range, None if there is none; `why`: why it has no day.
    """

    key: str  # unique in the document: letters, digits, underscores
    name: str
    arm: int  # from 1
    day: int | None
    before: float | None
    after: float | None
    repeats: bool
    unscheduled: bool
    said: str  # time and window in words
    why: str
    forms: list[str]  # keys


class Item(NamedTuple):
    key: str
    name: str


class Form(NamedTuple):
    """A group of activities, or one that stands alone."""

    key: str
    name: str
    items: list[Item]


class Arm(NamedTuple):
    number: int
    name: str


class Edc(NamedTuple):
    """Everything that a data capture system is set up with; `notes` say what the print leaves open."""

    arms: list[Arm]
    events: list[Event]
    forms: list[Form]
    notes: list[str]


def edc_of(result: Result) -> Edc:
    """The arms, events and forms of all schedules of a result, main schedules first; forms of one name are one form."""
    planned = [table for table in result.tables if table.table_type != "subsidiary"]  # sampling times are no visits
    tables = sorted(planned, key=lambda table: table.table_type != "main_soa")
    found = Edc([], [], [], [])
    keys: set[str] = set()
    for table in tables:
        schedule = read_schedule(table)
        if schedule.activities and visit_columns(schedule):
            _add(found, table, schedule, keys)
    return found


def slug(text: str, longest: int = 26) -> str:
    """ "Cycle 1, Day 8" as "cycle_1_day_8": starts with a letter, as field and form names must."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    plain = plain if plain[:1].isalpha() else f"v_{plain}".rstrip("_")
    return plain[:longest].strip("_")


def free(key: str, taken: set[str], longest: int = 26) -> str:
    """The key, or with a number behind it where it is taken; added to `taken`."""
    number, shown = 1, key
    while shown in taken:
        number += 1
        shown = f"{key[: longest - len(str(number)) - 1]}_{number}"
    taken.add(shown)
    return shown


def _add(found: Edc, table: SoeTable, schedule: Schedule, keys: set[str]) -> None:
    arm = Arm(len(found.arms) + 1, heading_of(table, len(found.arms) + 1)[:LONGEST_EVENT])
    found.arms.append(arm)
    form_of = _forms(found, schedule, keys)
    visits = visit_columns(schedule)
    anchor, times = clock(visits, schedule.cycle_length)
    marked: dict[int, list[str]] = {}
    for mark in schedule.marks:
        if mark.activity in form_of:
            marked.setdefault(mark.encounter, []).append(form_of[mark.activity])
    taken: set[str] = set()
    for place, (visit, time) in enumerate(zip(visits, times, strict=True), start=1):
        forms = list(dict.fromkeys(marked.get(visit.encounter if visit.encounter is not None else -1, [])))
        event = _event(visit, time, anchor, arm, forms, _named(visit, place, taken))
        found.events.append(event)
        found.notes.extend(f"{arm.name}: {event.name}: {text}" for text in filter(None, [event.why, *visit.doubts]))


def _event(visit: Visit, time: When | str, anchor: int | None, arm: Arm, forms: list[str], name: str) -> Event:
    counted = isinstance(time, When) and time.reference == anchor and visit.hours is None
    window = window_of(visit)
    if visit.kind == "range" and visit.day is not None and visit.last_day is not None:
        window = (0.0, visit.last_day - visit.day)
    why = "" if counted else time if isinstance(time, str) else "it counts from another visit"
    return Event(
        key=redcap_key(name),
        name=name,
        arm=arm.number,
        day=time.days if isinstance(time, When) and counted else None,
        before=None if window is None else window[0],
        after=None if window is None else window[1],
        repeats=visit.kind == "repeat",
        unscheduled=visit.kind == "unscheduled",
        said="; ".join(filter(None, [time_words(visit), window_said(visit)])),
        why="" if visit.kind in ("event", "unscheduled") else why,
        forms=forms,
    )


def event_name(visit: Visit) -> str:
    """What tells the visit: its time in words where that is a point or range, else its header texts below the epoch."""
    timed = visit.day is not None or visit.week is not None or visit.month is not None
    if visit.kind in ("planned", "range") and timed and visit.offset_days is None and visit.hours is None:
        return time_words(visit).replace(",", "").capitalize()
    own = [text for text in visit.printed if text != visit.epoch] or visit.printed
    shown = " ".join(text for text in own if re.search(r"[A-Za-z]{2}", text)) or time_words(visit) or visit.name
    return re.sub(r"[^\w\s-]+", " ", shown)[:LONGEST_EVENT].strip() or "Visit"


def redcap_key(name: str) -> str:
    """The unique name that REDCap makes of an event's name, without its arm: "Run-in 2" is "runin_2"."""
    plain = re.sub(r"[^a-z0-9_]", "", name.lower().replace(" ", "_"))
    return re.sub(r"_+", "_", plain).strip("_")[:18].strip("_")


def _named(visit: Visit, place: int, taken: set[str]) -> str:
    """A name whose REDCap key is free; the number of the column leads where it would not be."""
    name = event_name(visit)
    if not redcap_key(name) or redcap_key(name) in taken:
        name = f"V{place} {name}"[:LONGEST_EVENT].strip()
    taken.add(redcap_key(name))
    return name


def _forms(found: Edc, schedule: Schedule, keys: set[str]) -> dict[int, str]:
    """The key of the form of each activity; forms that are new are added."""
    form_of: dict[int, str] = {}
    for node in tree(schedule):
        members = [(child.place, child.activity) for child in node.children]
        if not node.activity.category:
            members.insert(0, (node.place, node.activity))
        form = _form(found, node.activity.name or "Procedures", keys)
        for place, activity in members:
            _item(form, activity, keys)
            form_of[place] = form.key
    return form_of


def _form(found: Edc, name: str, keys: set[str]) -> Form:
    known = next((form for form in found.forms if form.name.lower() == name.lower()), None)
    if known is None:
        known = Form(free(slug(name), keys), name, [])
        found.forms.append(known)
    return known


def _item(form: Form, activity: Activity, keys: set[str]) -> None:
    name = activity.name or "Procedure without a name"
    if all(item.name != name for item in form.items):
        form.items.append(Item(free(slug(name, 21) + "_done", keys), name))
