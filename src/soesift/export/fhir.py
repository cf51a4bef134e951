"""FHIR R4: a Bundle with a PlanDefinition for each schedule, and an OperationOutcome that says what is not mapped.

After the shape of HL7's Schedule of Activities guide (hl7.org/fhir/uv/vulcan-schedule, STU1, R4): a visit is an
action, what is done at it are its actions, and planned times are offsets to the anchor visit; windows use that
guide's extension `AcceptableOffsetRangeSoa`. No profile is claimed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from soesift.export.hand_off import Handed, handed
from soesift.export.wording import plain
from soesift.files import write_atomically
from soesift.result.models import Result
from soesift.schedule import Mark
from soesift.schedule.clock import Placed

_RANGE = "http://hl7.org/fhir/uv/vulcan-schedule/StructureDefinition/AcceptableOffsetRangeSoa"
_UCUM = {"minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}
_NOTHING = "Everything that was read is mapped."


def write_fhir(result: Result, path: Path | str) -> Path:
    """Write the Bundle as JSON. Raises WriteError."""
    return write_atomically(path, plain(json.dumps(fhir_bundle(result), ensure_ascii=False, indent=2)) + "\n")


def fhir_bundle(result: Result) -> dict[str, Any]:
    """A Bundle of type collection: the plans, main schedule first, then the notes."""
    tables = handed(result)
    notes = [note for one in tables for note in one.notes]
    issues = [{"severity": "information", "code": "incomplete", "diagnostics": note} for note in notes]
    outcome = {
        "resourceType": "OperationOutcome",
        "id": "notes",
        "issue": issues or [{"severity": "information", "code": "informational", "diagnostics": _NOTHING}],
    }
    plans = [plan(one, number) for number, one in enumerate(tables, start=1)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:soesift:{r['id']}", "resource": r} for r in [*plans, outcome]],
    }


def plan(one: Handed, number: int) -> dict[str, Any]:
    """One schedule as a PlanDefinition; its id and the ids of its actions count from 1."""
    schedule = one.schedule
    marks: dict[int, list[Mark]] = {}
    for mark in schedule.marks:
        marks.setdefault(mark.encounter, []).append(mark)
    anchor = next((i for i, p in enumerate(one.clock) if p.value is not None and p.value >= 0), None)
    found: dict[str, Any] = {
        "resourceType": "PlanDefinition",
        "id": f"schedule-{number}",
        "title": schedule.title or f"Schedule {number}",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type",
                             "code": "clinical-protocol"}]},
        "status": "draft",
        "action": [_visit(one, index, anchor, marks.get(index, [])) for index in range(len(schedule.encounters))],
    }  # fmt: skip
    loose = [c.text for c in schedule.conditions if c.text and not c.used]
    return found | ({"purpose": "\n\n".join(loose)} if loose else {})


def _visit(one: Handed, index: int, anchor: int | None, marks: list[Mark]) -> dict[str, Any]:
    encounter = one.schedule.encounters[index]
    action: dict[str, Any] = {
        "id": f"visit-{index + 1}",
        "title": encounter.name,
        "code": [{"text": one.schedule.epochs[encounter.epoch].name}],
    }
    if encounter.timing.text:
        action["description"] = encounter.timing.text
    notes = _texts(one, encounter.footnotes)
    if notes:
        action["documentation"] = notes
    related = _related(one.clock, index, anchor)
    if related:
        action["relatedAction"] = [related]
    if marks:
        action["action"] = [_activity(one, index, mark) for mark in marks]
    return action


def _activity(one: Handed, index: int, mark: Mark) -> dict[str, Any]:
    activity = one.schedule.activities[mark.activity]
    action: dict[str, Any] = {"id": f"visit-{index + 1}-activity-{mark.activity + 1}", "title": activity.name}
    if mark.kind == "text":
        action["description"] = mark.text
    if activity.parent is not None:
        action["code"] = [{"text": one.schedule.activities[activity.parent].name}]
    notes = _texts(one, [*activity.footnotes, *mark.footnotes])
    return action | ({"documentation": notes} if notes else {})


def _texts(one: Handed, markers: list[str]) -> list[dict[str, str]]:
    """The footnotes of the markers as related artifacts."""
    found = {c.marker: c.text for c in one.schedule.conditions if c.text}
    return [
        {"type": "documentation", "label": marker, "display": found[marker]}
        for marker in dict.fromkeys(markers)
        if marker in found
    ]


def _related(clock: list[Placed], index: int, anchor: int | None) -> dict[str, Any] | None:
    """The offset of a visit to the anchor visit, given in one unit; days skip 0 where no column has it."""
    place = clock[index]
    if anchor is None or index == anchor or place.value is None or place.unit != clock[anchor].unit:
        return None
    start = clock[anchor].value or 0
    zero = place.unit != "day" or any(p.value == 0 for p in clock)
    offset = place.value - start + (0 if zero or not place.value < 0 < start else 1)
    before = offset < 0
    related: dict[str, Any] = {
        "actionId": f"visit-{anchor + 1}",
        "relationship": "before-start" if before else "after-start",
        "offsetDuration": _quantity(abs(offset), place.unit),
    }
    if (place.before or place.after) and place.window_unit == place.unit:
        low, high = abs(offset) - place.before, abs(offset) + place.after
        if before:
            low, high = abs(offset) - place.after, abs(offset) + place.before
        value = {"low": _quantity(low, place.unit), "high": _quantity(high, place.unit)}
        related["extension"] = [{"url": _RANGE, "valueRange": value}]
    return related


def _quantity(value: int, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": _UCUM[unit]}
