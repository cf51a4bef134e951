"""A whole USDM study: every reference leads somewhere, names are unique, and nothing is made up in silence."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from soesift import Detector
from soesift.cli.main import soesift
from soesift.errors import UsageError
from soesift.export.usdm import StudyFacts, usdm_study
from soesift.export.usdm.activities import domain_of
from soesift.export.usdm.facts import Arm, Population
from soesift.export.usdm.parts import STAND_IN, duration
from soesift.result.models import Result, TitleFact
from soesift.result.store import write_result
from soesift.sample import make_protocol


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """All USDM objects, however deep."""
    if isinstance(part, dict):
        if "instanceType" in part:
            yield part
        for value in part.values():
            yield from objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value)


def design_of(study: dict[str, Any]) -> dict[str, Any]:
    return study["study"]["versions"][0]["studyDesigns"][0]  # type: ignore[no-any-return]


def check_whole(study: dict[str, Any]) -> None:
    """References resolve, ids and names are unique within their class, groups come before their members."""
    found = list(objects(study))
    ids = Counter(part["id"] for part in found)
    assert [name for name, n in ids.items() if n > 1] == []
    for part in found:
        for key, value in part.items():
            if key.endswith(("Id", "Ids")) and key != "id" and value:
                wanted = value if isinstance(value, list) else [value]
                assert set(wanted) <= set(ids), (part["id"], key)
    for kind in ("Encounter", "Activity", "ScheduledActivityInstance", "StudyEpoch", "Timing", "Condition"):
        names = [part["name"] for part in found if part["instanceType"] == kind]
        assert len(names) == len(set(names)), kind
    activities = [part["id"] for part in design_of(study)["activities"]]
    for part in design_of(study)["activities"]:
        assert all(activities.index(child) > activities.index(part["id"]) for child in part["childIds"])


def test_the_toy_result_is_a_whole_study(toy: Result) -> None:
    study = usdm_study(toy)
    check_whole(study)
    timelines = design_of(study)["scheduleTimelines"]
    assert [t["mainTimeline"] for t in timelines] == [True] + [False] * (len(timelines) - 1)
    main = timelines[0]
    values = [(t["type"]["decode"], t["value"]) for t in main["timings"]]
    assert values == [("Before", "P28D"), ("Fixed Reference", "P0D"), ("After", "P14D")]
    assert sum("timelineExitId" in i and bool(i["timelineExitId"]) for i in main["instances"]) == 1


def test_activities_of_a_visit_are_those_of_its_column(toy: Result) -> None:
    design = design_of(usdm_study(toy))
    names = {a["id"]: a["label"] for a in design["activities"]}
    first = design["scheduleTimelines"][0]["instances"][0]
    assert [names[a] for a in first["activityIds"]] == ["Informed consent", "ECG", "Adverse events"]


def test_what_the_schedule_does_not_say_is_marked(toy: Result) -> None:
    """Without facts each field that the schedule cannot know holds the words of a stand-in."""
    study = usdm_study(toy)
    design, version = design_of(study), study["study"]["versions"][0]
    assert STAND_IN in version["titles"][0]["text"]
    assert STAND_IN in design["rationale"]
    assert design["arms"][0]["description"] == STAND_IN
    assert design["population"]["description"] == STAND_IN
    assert sum(STAND_IN in note["text"] for note in design["population"]["notes"]) == 2
    assert design["studyPhase"] is None


def test_facts_take_the_place_of_stand_ins(toy: Result) -> None:
    facts = StudyFacts(
        title="A trial",
        identifier="AB-1",
        sponsor="Sponsor Ltd",
        phase="3",
        model="crossover",
        nct="NCT00000000",
        date=datetime.date(2026, 1, 31),
        arms=[Arm(name="Drug", type="experimental"), Arm(name="Placebo", type="placebo")],
        population=Population(description="Adults", sex="female", min_age=18, max_age=75, enrolment=20),
    )
    study = usdm_study(toy, facts)
    check_whole(study)
    design, version = design_of(study), study["study"]["versions"][0]
    assert [t["text"] for t in version["titles"]] == ["A trial"]
    dates = study["study"]["versions"][0]["dateValues"]
    assert [(d["dateValue"], d["type"]["code"]) for d in dates] == [("2026-01-31", "C132352")]
    assert [i["text"] for i in version["studyIdentifiers"]] == ["AB-1", "NCT00000000"]
    assert design["studyPhase"]["standardCode"]["code"] == "C15602"
    assert len(design["studyCells"]) == 2 * len(design["epochs"])
    assert [s["code"] for s in design["population"]["plannedSex"]] == ["C16576"]
    assert design["population"]["plannedAge"]["maxValue"]["value"] == 75
    assert design["population"]["notes"] == []


def test_footnotes_of_cells_and_words_are_conditions_in_xhtml(toy: Result) -> None:
    study = usdm_study(toy)
    texts = [c["text"] for c in study["study"]["versions"][0]["conditions"]]
    assert "<p>Continuously</p>" in texts
    assert all(
        text.startswith("<p>") and "&" not in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        for text in texts
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_made_up_protocols_give_whole_studies(seed: int, tmp_path: Path) -> None:
    make_protocol(seed, tmp_path, kind="small")
    result = Detector.load("rule").detect(next(tmp_path.glob("*.pdf")))
    study = usdm_study(result)
    check_whole(study)
    marks = sum(len(i.get("activityIds", [])) for t in design_of(study)["scheduleTimelines"] for i in t["instances"])
    assert marks > 20
    assert usdm_study(result) == study


def test_the_verb_writes_the_study_with_facts_from_a_file(toy: Result, tmp_path: Path) -> None:
    path = write_result(toy, tmp_path / "toy.json")
    facts = tmp_path / "study.toml"
    facts.write_text('title = "A trial"\nphase = "2"\n[[arms]]\nname = "Drug"\n')
    ran = CliRunner().invoke(soesift, ["export", str(path), "--to", "usdm", "--study", str(facts)])
    assert ran.exit_code == 0, ran.output
    study = json.loads((tmp_path / "toy_usdm.json").read_text())
    assert study["usdmVersion"] == "4.0.0"
    assert design_of(study)["arms"][0]["name"] == "Drug"


def test_an_unknown_fact_names_its_neighbour(tmp_path: Path) -> None:
    from soesift.config import load_toml

    facts = tmp_path / "study.toml"
    facts.write_text('titel = "A trial"\n')
    with pytest.raises(UsageError, match="did you mean title"):
        load_toml(facts, StudyFacts)


def counted_on(parts: list[dict[str, Any]]) -> list[str]:
    """The ids in CORE's order (000961, 001048): from each part whose `previousId` is null, on by `nextId`."""
    by_id = {part["id"]: part for part in parts}
    found: list[str] = []
    for part in parts:
        at = part["id"] if part.get("previousId", "") is None else None
        while at is not None:
            found.append(at)
            at = by_id[at]["nextId"]
    return found


def test_a_track_is_an_order_of_its_own_beside_the_main_timeline(toy: Result) -> None:
    track = toy.tables[0].model_copy(deep=True)
    track.id = "t2"
    for column in range(1, len(track.grid[0])):
        track.grid[0][column] = f"Extension {column}"
    toy = toy.model_copy(update={"tables": [toy.tables[0], track]})
    design = design_of(usdm_study(toy))
    main, other = design["scheduleTimelines"][:2]
    assert main["mainTimeline"]
    assert not other["mainTimeline"]
    for kind, key in (("encounters", "encounterId"), ("epochs", "epochId")):
        ids = [step[key] for step in main["instances"] if step.get(key)]
        assert counted_on(design[kind]) == list(dict.fromkeys(ids))
        behind = [part for part in design[kind] if part["id"] not in ids]
        assert kind == "epochs" or behind
        assert all(a["nextId"] == b["id"] and b["previousId"] == a["id"] for a, b in pairwise(behind))


def test_durations_are_iso_8601() -> None:
    assert [duration(14), duration(hours=2), duration(1, 1.5), duration(hours=48)] == ["P14D", "PT2H", "PT1530M", "P2D"]


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("Vital signs", "VS"),
        ("12-lead ECG", "EG"),
        ("Haematology", "LB"),
        ("Concomitant medication", "CM"),
        ("Adverse events", "AE"),
        ("Something else", ""),
    ],
)
def test_domains(name: str, domain: str) -> None:
    assert domain_of(name) == domain


def test_the_title_page_stands_in_for_what_is_not_given(toy: Result) -> None:
    printed = {"title": "A printed title", "identifier": "XY-9", "phase": "IIb"}
    facts = {name: TitleFact(text=text, page=1) for name, text in printed.items()}
    result = toy.model_copy(deep=True)
    result.document.title_page = facts  # type: ignore[assignment]
    version = usdm_study(result)["study"]["versions"][0]
    assert version["titles"][0]["text"] == "A printed title"
    assert version["studyIdentifiers"][0]["text"] == "XY-9"
    assert version["studyDesigns"][0]["studyPhase"]["standardCode"]["code"] == "C15601"
    given = usdm_study(result, StudyFacts(title="Given"))["study"]["versions"][0]
    assert given["titles"][0]["text"] == "Given"


def test_times_within_a_visit_are_a_sub_timeline(toy: Result) -> None:
    """One for each set of times; a length of days counts from an earlier dose, and stays a condition."""
    table = toy.tables[0].model_copy(
        update={
            "header_rows": 1,
            "grid": [
                ["Procedure", "Day 1", "Day 3", "Day 8"],
                ["PK sample", "P, 1, 2h", "48 h", "P, 1, 2h"],
                ["ECG", "predose, 2 h", "", "predose, 2 h"],
                ["Vital signs", "X", "X", "X"],
            ],
            "cells": [],
            "footnotes": [],
            "row_pages": [],
        }
    )
    study = usdm_study(toy.model_copy(update={"tables": [table]}))
    check_whole(study)
    design = design_of(study)
    main, within = design["scheduleTimelines"]
    assert [i["timelineId"] for i in main["instances"]] == [within["id"], None, within["id"]]
    names = {part["id"]: part["label"] for part in design["activities"]}
    steps = [(i["label"], [names[a] for a in i["activityIds"]]) for i in within["instances"]]
    assert steps == [
        ("Predose", ["PK sample", "ECG"]),
        ("Dose", []),
        ("1 h after the dose", ["PK sample"]),
        ("2 h after the dose", ["PK sample", "ECG"]),
    ]
    assert [(t["value"], t["type"]["decode"]) for t in within["timings"]] == [
        ("P0D", "Fixed Reference"),
        ("PT1H", "After"),
        ("PT2H", "After"),
    ]
    assert [c["label"] for c in study["study"]["versions"][0]["conditions"]] == ["48 h"]


def test_each_day_of_a_stay_is_an_encounter_with_all_that_the_column_marks(toy: Result) -> None:
    table = toy.tables[0].model_copy(
        update={
            "header_rows": 2,
            "grid": [
                ["Procedure", "Screening", "Inpatient", "Inpatient", "Outpatient"],
                ["Day", "-28 to -2", "1", "2-4", "5-9"],
                ["Vital signs", "X", "X", "X", "X"],
                ["ECG", "", "X", "X", ""],
            ],
            "cells": [],
            "footnotes": [],
            "row_pages": [],
        }
    )
    study = usdm_study(toy.model_copy(update={"tables": [table]}))
    check_whole(study)
    (main,) = design_of(study)["scheduleTimelines"]
    assert [len(i["activityIds"]) for i in main["instances"]] == [1, 2, 2, 2, 2, 1]
    assert [(t["value"], t["windowUpper"]) for t in main["timings"][1:]] == [
        ("P0D", None),
        ("P1D", None),
        ("P2D", None),
        ("P3D", None),
        ("P4D", "P4D"),
    ]
    notes = [note["text"] for note in design_of(study)["encounters"][3]["notes"]]
    assert any("who stays in the unit is seen each day" in text for text in notes)


def test_the_parts_of_an_address_are_texts(toy: Result) -> None:
    """usdm4-excel joins them."""
    addresses = [part for part in objects(usdm_study(toy)) if part["instanceType"] == "Address"]
    assert addresses
    for address in addresses:
        assert all(isinstance(address[name], str) for name in ("text", "city", "district", "state", "postalCode"))
