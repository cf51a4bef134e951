"""The FHIR bundle: valid by `fhir.resources`, its references lead somewhere, times only where they are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from soesift import Detector
from soesift.export.fhir import fhir_bundle, write_fhir
from soesift.result.models import Result
from soesift.sample import make_protocol


def of_kind(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def plans(bundle: dict[str, Any], profile: str) -> list[dict[str, Any]]:
    return [p for p in of_kind(bundle, "PlanDefinition") if p["meta"]["profile"][0].endswith(profile)]


def check_references(bundle: dict[str, Any]) -> None:
    """Ids are unique; every visit, activity and related action that is named is there."""
    there = [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]]
    assert len(there) == len(set(there))
    for protocol in plans(bundle, "StudyProtocolSoa"):
        names = {action["id"] for action in protocol["action"]}
        assert {action["definitionUri"] for action in protocol["action"]} <= set(there)
        assert {r["actionId"] for a in protocol["action"] for r in a.get("relatedAction", [])} <= names
    done = {a["definitionUri"] for v in plans(bundle, "PlannedStudyVisitSoa") for a in v.get("action", [])}
    assert done <= set(there)


def check_valid(bundle: dict[str, Any]) -> None:
    pytest.importorskip("fhir.resources", reason="fhir.resources is not installed")
    from fhir.resources.R4B.bundle import Bundle

    Bundle.model_validate_json(json.dumps(bundle))


def test_offsets_count_from_the_anchor_and_days_skip_zero(toy: Result) -> None:
    protocol = plans(fhir_bundle(toy), "StudyProtocolSoa")[0]
    offsets = [a.get("relatedAction", [{}])[0] for a in protocol["action"]]
    assert [(o.get("relationship"), o.get("offsetDuration", {}).get("value")) for o in offsets] == [
        ("before-start", 28),
        (None, None),
        ("after-start", 14),
    ]


def test_a_visit_lists_what_is_done_at_it(toy: Result) -> None:
    visit = plans(fhir_bundle(toy), "PlannedStudyVisitSoa")[0]
    assert [a["title"] for a in visit["action"]] == ["Informed consent", "ECG", "Adverse events"]


def test_the_bundle_is_valid_and_whole(toy: Result, tmp_path: Path) -> None:
    bundle = fhir_bundle(toy)
    check_references(bundle)
    check_valid(bundle)
    assert json.loads(write_fhir(toy, tmp_path / "toy.json").read_text()) == bundle
    assert [s["protocol"] for s in of_kind(bundle, "ResearchStudy")] == [
        [{"reference": f"PlanDefinition/{p['id']}"} for p in plans(bundle, "StudyProtocolSoa")]
    ]


def test_a_table_without_names_has_no_empty_titles(toy: Result) -> None:
    table = toy.tables[0].model_copy(update={"title": ""})
    bundle = fhir_bundle(toy.model_copy(update={"tables": [table]}))
    titles = [r["title"] for e in bundle["entry"] if "title" in (r := e["resource"])]
    assert all(title.strip() for title in titles)
    check_valid(bundle)


def test_untimed_visits_have_no_relation_but_a_note(toy: Result) -> None:
    bundle = fhir_bundle(toy)
    related = sum("relatedAction" in a for p in plans(bundle, "StudyProtocolSoa") for a in p["action"])
    visits = len(plans(bundle, "PlannedStudyVisitSoa"))
    notes = [i["diagnostics"] for i in of_kind(bundle, "OperationOutcome")[0]["issue"]]
    untimed = sum("no time that can be counted" in note for note in notes)
    anchors = sum(any("relatedAction" in a for a in p["action"]) for p in plans(bundle, "StudyProtocolSoa"))
    assert related + untimed + anchors == visits


@pytest.mark.parametrize("seed", [4, 5])
def test_made_up_protocols_give_valid_bundles(seed: int, tmp_path: Path) -> None:
    make_protocol(seed, tmp_path, kind="small")
    bundle = fhir_bundle(Detector.load("rule").detect(next(tmp_path.glob("*.pdf"))))
    check_references(bundle)
    check_valid(bundle)
    assert len(plans(bundle, "PlannedStudyVisitSoa")) >= 4
