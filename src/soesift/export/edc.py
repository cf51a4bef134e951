"""Skeletons for EDC systems: a REDCap project and CDISC ODM 1.3.2.

Each schedule is an arm with events, each group of activities a form.

Days are counted from the visit on the first study day, and only where the print gives them; what has no day is an event
without an offset, and a note says why.
"""

from __future__ import annotations

import csv
import io
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

from soesift.export.csv import harmless
from soesift.export.hand_off import When, clock_of, has_day_zero, tree, visit_columns, window_of
from soesift.export.wording import heading_of, plain, time_words, unsigned_words, window_said
from soesift.files import safe_stem, write_atomically
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
    tables = sorted(enumerate(result.tables, 1), key=lambda one: one[1].table_type != "main_soa")
    found = Edc([], [], [], [])
    keys: set[str] = set()
    for number, table in tables:
        if table.table_type == "subsidiary":
            found.notes.append(f"{heading_of(table, number)}: times of samples, no visits; left out")
            continue
        schedule = read_schedule(table)
        if schedule.activities and visit_columns(schedule):
            _add(found, table, schedule, keys)
        else:
            found.notes.append(f"{heading_of(table, number)}: no visits with activities; left out")
    return found


def open_notes(result: Result) -> list[str]:
    """What the print leaves open, and the tables that are left out."""
    return edc_of(result).notes


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
    anchor, times = clock_of(schedule, visits)
    marked: dict[int, list[str]] = {}
    for mark in schedule.marks:
        if mark.activity in form_of:
            marked.setdefault(mark.encounter, []).append(form_of[mark.activity])
    taken: set[str] = set()
    zero = has_day_zero(visits)
    for place, (visit, time) in enumerate(zip(visits, times, strict=True), start=1):
        forms = list(dict.fromkeys(marked.get(visit.encounter if visit.encounter is not None else -1, [])))
        event = _event(visit, time, anchor, zero, arm, forms, _named(visit, place, taken))
        found.events.append(event)
        found.notes.extend(f"{arm.name}: {event.name}: {text}" for text in filter(None, [event.why, *visit.doubts]))


def _event(
    visit: Visit, time: When | str, anchor: int | None, zero: bool, arm: Arm, forms: list[str], name: str
) -> Event:
    counted = isinstance(time, When) and time.reference == anchor and visit.hours is None
    window = window_of(visit, zero)
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
        form = _form_of(found, node.activity.name or "Procedures", keys)
        for place, activity in members:
            _item(form, activity, keys)
            form_of[place] = form.key
    return form_of


def _form_of(found: Edc, name: str, keys: set[str]) -> Form:
    known = next((form for form in found.forms if form.name.lower() == name.lower()), None)
    if known is None:
        known = Form(free(slug(name), keys), name, [])
        found.forms.append(known)
    return known


def _item(form: Form, activity: Activity, keys: set[str]) -> None:
    name = activity.name or "Procedure without a name"
    if all(item.name != name for item in form.items):
        form.items.append(Item(free(slug(name, 21) + "_done", keys), name))


# REDCap: the CSV files of a longitudinal project (arms, events, instruments, their mapping, repeating events).
#
# In the order in which REDCap takes them: data dictionary, arms, events, mapping, repeating events. An event's unique
# name is the one that REDCap makes from its name: at most 18 letters, digits and underscores, and its arm's number.

DICTIONARY = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
EVENTS = ("event_name", "arm_num", "day_offset", "offset_min", "offset_max", "unique_event_name", "custom_event_label")
FIRST_FORM = "enrolment"


def write_redcap(result: Result, folder: Path | str, stem: str) -> list[Path]:
    """Write `STEM_redcap_1_dictionary.csv` ... `_5_repeating.csv` into `folder`; the paths. Raises WriteError."""
    base = Path(folder) / f"{safe_stem(stem)}_redcap"
    return [
        write_atomically(base.with_name(f"{base.name}_{number}_{name}.csv"), text.encode("utf-8"))
        for number, (name, text) in enumerate(redcap_files(result).items(), start=1)
    ]


def redcap_files(result: Result) -> dict[str, str]:
    """The texts of the files by name, in the order of their upload."""
    edc = edc_of(result)
    return {
        "dictionary": _csv(DICTIONARY, _dictionary(edc)),
        "arms": _csv(("arm_num", "name"), [[str(arm.number), arm.name] for arm in edc.arms]),
        "events": _csv(EVENTS, [_redcap_event(event) for event in edc.events]),
        "mapping": _csv(("arm_num", "unique_event_name", "form"), _mapping(edc)),
        "repeating": _csv(
            ("event_name", "form_name", "custom_form_label"),
            [[unique_name(event), "", ""] for event in edc.events if event.repeats],
        ),
    }


def unique_name(event: Event) -> str:
    return f"{event.key}_arm_{event.arm}"


def _redcap_event(event: Event) -> list[str]:
    """Offsets are whole days; a window of hours is rounded down, as a visit may not fall out of it."""
    sides = ["" if side is None else str(math.floor(side)) for side in (event.before, event.after)]
    day = "" if event.day is None else str(event.day)
    return [event.name, str(event.arm), day, *sides, unique_name(event), event.said]


def _mapping(edc: Edc) -> list[list[str]]:
    first = {arm.number: next((e for e in edc.events if e.arm == arm.number), None) for arm in edc.arms}
    rows = [[str(n), unique_name(event), FIRST_FORM] for n, event in first.items() if event is not None]
    return rows + [[str(event.arm), unique_name(event), form] for event in edc.events for form in event.forms]


def _dictionary(edc: Edc) -> list[list[str]]:
    """A record id, and for each activity a question whether it was done: a skeleton to build the forms on."""
    rows = [_field("record_id", FIRST_FORM, "text", "Record ID")]
    rows += [_field(item.key, form.key, "yesno", f"{item.name}: done?") for form in edc.forms for item in form.items]
    return rows


def _field(name: str, form: str, kind: str, label: str) -> list[str]:
    return [name, form, "", kind, label, *[""] * (len(DICTIONARY) - 5)]


def _csv(head: tuple[str, ...], rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([[harmless(plain(text)) for text in row] for row in rows])
    return out.getvalue()


# CDISC ODM 1.3.2: visits as StudyEventDefs, groups of activities as FormDefs, a skeleton of item groups and items.
#
# Time and window stand in the description of each event and, for programs, in its aliases ("soesift:day", ...). The
# file has no clock time of its own, so that the same result gives the same bytes.

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
WRITTEN = "1980-01-01T00:00:00+00:00"  # as in our Office files


def write_odm(result: Result, path: Path | str) -> Path:
    """Write the ODM file. Raises WriteError."""
    return write_atomically(path, odm_text(result))


def odm_text(result: Result) -> str:
    """The file's text: Study, GlobalVariables, one MetaDataVersion."""
    edc = edc_of(result)
    name = plain(Path(result.document.name).stem) or "study"
    root = ET.Element(
        "ODM",
        {
            "xmlns": NAMESPACE,
            "FileOID": f"soesift.{result.document.sha256[:16]}",
            "FileType": "Snapshot",
            "Granularity": "Metadata",
            "CreationDateTime": WRITTEN,
            "ODMVersion": "1.3.2",
            "SourceSystem": "soesift",
        },
    )
    study = ET.SubElement(root, "Study", OID="S.1")
    variables = ET.SubElement(study, "GlobalVariables")
    said = ". ".join(filter(None, [name, unsigned_words(result)]))
    for tag in ("StudyName", "StudyDescription", "ProtocolName"):
        ET.SubElement(variables, tag).text = said if tag == "StudyDescription" else name
    version = ET.SubElement(study, "MetaDataVersion", OID="MDV.1", Name="Schedule of activities as read")
    protocol = ET.SubElement(version, "Protocol")
    for number, event in enumerate(edc.events, start=1):
        ET.SubElement(
            protocol,
            "StudyEventRef",
            StudyEventOID=_oid(event),
            OrderNumber=str(number),
            Mandatory="No" if event.unscheduled else "Yes",
        )
    for event in edc.events:
        _study_event(version, event, edc)
    for form in edc.forms:
        _odm_form(version, form)
    for form in edc.forms:
        _groups(version, form)
    for form in edc.forms:
        _items(version, form)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _oid(event: Event) -> str:
    return f"SE.{event.arm}.{event.key}"


def _study_event(version: ET.Element, event: Event, edc: Edc) -> None:
    kind = "Unscheduled" if event.unscheduled else "Scheduled"
    name = f"{event.name} ({edc.arms[event.arm - 1].name})" if len(edc.arms) > 1 else event.name
    node = ET.SubElement(
        version,
        "StudyEventDef",
        OID=_oid(event),
        Name=plain(name),
        Repeating="Yes" if event.repeats or event.unscheduled else "No",
        Type=kind,
    )
    _description(node, "; ".join(filter(None, [event.said, event.why])))
    for number, form in enumerate(event.forms, start=1):
        ET.SubElement(node, "FormRef", FormOID=f"F.{form}", OrderNumber=str(number), Mandatory="Yes")
    for context, value in (("day", event.day), ("window-before", event.before), ("window-after", event.after)):
        if value is not None:
            ET.SubElement(node, "Alias", Context=f"soesift:{context}", Name=f"{value:g}")


def _odm_form(version: ET.Element, form: Form) -> None:
    node = ET.SubElement(version, "FormDef", OID=f"F.{form.key}", Name=plain(form.name), Repeating="No")
    for number, item in enumerate(form.items, start=1):
        ET.SubElement(node, "ItemGroupRef", ItemGroupOID=f"IG.{item.key}", OrderNumber=str(number), Mandatory="No")


def _groups(version: ET.Element, form: Form) -> None:
    for item in form.items:
        node = ET.SubElement(version, "ItemGroupDef", OID=f"IG.{item.key}", Name=plain(item.name), Repeating="No")
        ET.SubElement(node, "ItemRef", ItemOID=f"I.{item.key}", OrderNumber="1", Mandatory="No")


def _items(version: ET.Element, form: Form) -> None:
    for item in form.items:
        node = ET.SubElement(version, "ItemDef", OID=f"I.{item.key}", Name=plain(item.name), DataType="boolean")
        question = ET.SubElement(node, "Question")
        _text(question, f"{item.name}: done?")


def _description(node: ET.Element, text: str) -> None:
    if text:
        _text(ET.SubElement(node, "Description"), text)


def _text(node: ET.Element, text: str) -> None:
    ET.SubElement(node, "TranslatedText", {"xml:lang": "en"}).text = plain(text)
