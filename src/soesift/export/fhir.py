"""FHIR R4 after HL7's Schedule of Activities guide (Vulcan, hl7.org/fhir/uv/vulcan-schedule).

A Bundle with a `ResearchStudy`; a `PlanDefinition` of profile `StudyProtocolSoa` for each schedule, whose actions are
the visits; one of profile `PlannedStudyVisitSoa` for each visit, whose actions are what is done at it; an
`ActivityDefinition` of profile `StudyActivitySoa` for each activity; and an `OperationOutcome` with what is not mapped.
Times are offsets to the anchor visit and only stand where the print gives one; windows use the guide's extension.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from soesift.export.hand_off import Handed, When, clock_of, epoch_name, handed, has_day_zero, visit_columns, window_of
from soesift.export.wording import plain
from soesift.files import write_atomically
from soesift.result.models import Result
from soesift.schedule import Mark, Visit

GUIDE = "http://hl7.org/fhir/uv/vulcan-schedule/StructureDefinition/"
_NOTHING = "Everything that was read is mapped."
_PLAN_TYPE = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type", "code": "clinical-protocol"}]
}

Resource = dict[str, Any]


class Plan(NamedTuple):
    """A table's protocol, its visits, its activities (by place in the schedule), and what could not be carried."""

    protocol: Resource
    visits: list[Resource]
    activities: dict[int, Resource]
    notes: list[str]


def write_fhir(result: Result, path: Path | str) -> Path:
    """Write the Bundle as JSON. Raises WriteError."""
    return write_atomically(path, plain(json.dumps(fhir_bundle(result), ensure_ascii=False, indent=2)) + "\n")


def fhir_bundle(result: Result) -> Resource:
    """A Bundle of type collection: the study, the plans (main schedule first), visits, activities, notes."""
    plans = [plan(one, number) for number, one in enumerate(handed(result), start=1)]
    study: Resource = {
        "resourceType": "ResearchStudy",
        "id": "study",
        "meta": {"profile": [f"{GUIDE}ResearchStudySoa"]},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:sha256:{result.document.sha256}"}],
        "title": _title(result.document.name),
        "status": "active",
        "protocol": [{"reference": f"PlanDefinition/{one.protocol['id']}"} for one in plans],
    }
    resources = [_filled(study), *(one.protocol for one in plans)]
    resources += [visit for one in plans for visit in one.visits]
    resources += [activity for one in plans for activity in one.activities.values()]
    resources.append(_outcome([note for one in plans for note in one.notes]))
    entries = [{"fullUrl": f"urn:soesift:{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def plan(one: Handed, number: int) -> Plan:
    """One schedule; ids begin with its number, which counts from 1."""
    columns = visit_columns(one.schedule)
    anchor, times = clock_of(one.schedule, columns)
    stem = f"schedule-{number}"
    activities = {
        index: _activity(one, index, f"{stem}-activity-{index + 1}")
        for index, activity in enumerate(one.schedule.activities)
        if not activity.category
    }
    marks: dict[int, list[Mark]] = {}
    for mark in one.schedule.marks:
        marks.setdefault(mark.encounter, []).append(mark)
    visits = [
        _visit(one, column, f"{stem}-visit-{n}", marks.get(column.encounter or 0, []), activities)
        for n, column in enumerate(columns, 1)
    ]
    actions = [
        _visit_action(
            column,
            when,
            f"{stem}-visit-{n}",
            f"{stem}-visit-{when.reference + 1}" if isinstance(when, When) else "",
            n - 1 == anchor,
            has_day_zero(columns),
        )
        for n, (column, when) in enumerate(zip(columns, times, strict=True), 1)
    ]
    title = _title(one.schedule.title or f"Schedule {number}")
    protocol = _plan(stem, "StudyProtocolSoa", title) | {"action": actions}
    loose = [f"{c.marker} {c.text}".strip() for c in one.schedule.conditions if c.text and not c.used]
    protocol |= {"purpose": "\n\n".join(loose)} if loose else {}
    return Plan(_filled(protocol), visits, activities, [*one.notes, *_untimed(columns, times)])


def _untimed(columns: list[Visit], times: list[When | str]) -> list[str]:
    return [
        f"column {column.column + 1} ({column.name}): {when}"
        for column, when in zip(columns, times, strict=True)
        if isinstance(when, str)
    ]


def _plan(name: str, profile: str, title: str) -> Resource:
    return {
        "resourceType": "PlanDefinition",
        "id": name,
        "meta": {"profile": [f"{GUIDE}{profile}"]},
        "url": f"urn:soesift:PlanDefinition/{name}",
        "name": re.sub(r"\W", "_", name).capitalize(),
        "title": title,
        "type": _PLAN_TYPE,
        "status": "draft",
    }


def _visit_action(column: Visit, when: When | str, name: str, reference: str, anchor: bool, zero: bool) -> Resource:
    """The action of a protocol that stands for a visit; without a printed time it has no relation."""
    action: Resource = {
        "id": name,
        "title": _title(column.name),
        "code": [{"text": _title(epoch_name(column))}],
        "definitionUri": f"PlanDefinition/{name}",
        "description": " / ".join(column.printed),
    }
    if isinstance(when, When) and not anchor:
        action["relatedAction"] = [_relation(column, when, reference, zero)]
    if column.kind == "repeat":
        action["cardinalityBehavior"] = "multiple"
    return _filled(action)


def _relation(column: Visit, when: When, reference: str, zero: bool) -> Resource:
    """The offset in days, or hours where it is no whole day; the window as the range of accepted offsets."""
    hours = when.days * 24 + when.hours
    whole = hours % 24 == 0
    value, unit, size = (hours / 24, "d", 1.0) if whole else (hours, "h", 24.0)
    relation: Resource = {
        "actionId": reference,
        "relationship": "before-start" if value < 0 else "after-start",
        "offsetDuration": _duration(abs(value), unit),
    }
    window = window_of(column, zero)
    if window is not None:
        early, late = value - window[0] * size, value + window[1] * size
        low, high = (-late, -early) if value < 0 else (early, late)
        ends = {"low": _duration(low, unit), "high": _duration(high, unit)}
        relation["extension"] = [{"url": f"{GUIDE}AcceptableOffsetRangeSoa", "valueRange": ends}]
    return relation


def _duration(value: float, unit: str) -> Resource:
    number = int(value) if value == int(value) else round(value, 4)
    return {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _visit(one: Handed, column: Visit, name: str, marks: list[Mark], activities: dict[int, Resource]) -> Resource:
    """A planned visit with what is done at it; words of cells and their footnotes are said, not interpreted."""
    actions = [
        _done(one, mark, f"{name}-action-{n}", activities[mark.activity])
        for n, mark in enumerate((m for m in marks if m.activity in activities), 1)
    ]
    visit = _plan(name, "PlannedStudyVisitSoa", _title(column.name))
    said = [*column.printed, *(f"To be checked: {doubt}" for doubt in column.doubts)]
    visit |= {"description": " / ".join(said), "action": actions}
    visit["relatedArtifact"] = _documentation(column.conditions)
    return _filled(visit)


def _done(one: Handed, mark: Mark, name: str, activity: Resource) -> Resource:
    texts = [*filter(None, [mark.condition, mark.text if mark.kind == "text" else ""])]
    action: Resource = {
        "id": name,
        "title": activity["title"],
        "definitionUri": f"ActivityDefinition/{activity['id']}",
        "description": "; ".join(texts),
        "documentation": _documentation(_notes(one, mark.footnotes)),
    }
    return _filled(action)


def _activity(one: Handed, index: int, name: str) -> Resource:
    activity = one.schedule.activities[index]
    group = one.schedule.activities[activity.parent].name if activity.parent is not None else ""
    resource: Resource = {
        "resourceType": "ActivityDefinition",
        "id": name,
        "meta": {"profile": [f"{GUIDE}StudyActivitySoa"]},
        "url": f"urn:soesift:ActivityDefinition/{name}",
        "name": re.sub(r"\W", "_", name).capitalize(),
        "title": _title(activity.name or f"Row {activity.row + 1}, without a name"),
        "status": "draft",
        "topic": [{"text": group}] if group else [],
        "description": "; ".join(f"{title}: {text}" for title, text in activity.details.items()),
        "relatedArtifact": _documentation(_notes(one, activity.footnotes)),
    }
    return _filled(resource)


def _notes(one: Handed, markers: list[str]) -> list[str]:
    known = {c.marker: c.text for c in one.schedule.conditions if c.marker and c.text}
    return [known[marker] for marker in markers if marker in known]


def _documentation(texts: list[str]) -> list[Resource]:
    return [{"type": "documentation", "display": text} for text in texts if text.strip()]


def _outcome(notes: list[str]) -> Resource:
    issues = [{"severity": "information", "code": "incomplete", "diagnostics": note} for note in notes]
    return {
        "resourceType": "OperationOutcome",
        "id": "notes",
        "issue": issues or [{"severity": "information", "code": "informational", "diagnostics": _NOTHING}],
    }


def _title(text: str) -> str:
    """The text, which FHIR wants not to be empty."""
    return text.strip() or "Untitled"


def _filled(resource: Resource) -> Resource:
    """Without empty texts and lists: FHIR allows neither."""
    return {key: value for key, value in resource.items() if value not in ("", [], None)}
