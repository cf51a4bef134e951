"""No export schedules what the print says is not done, whatever sign it uses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from soesift.burden.count import count_result, load_vocabulary
from soesift.export.wording import COLUMNS, visit_rows
from soesift.export.write import write
from soesift.result.models import Cell, Result, State
from soesift.schedule import read_schedule
from toy_table import made_result, made_table

NAME = "Electrocardiogram"

SIGNS = "- – — -- No NO no N N/A n/a NA n.a. ND NR None ☐ □ ▢ ❏ ◯ () [] [-] (no) _ ... / Ø ∅ ⊘ nil Omitted Skip"
STRUCK = ("X\u0336", "●\u0338")
WORDS = (
    "Not applicable",
    "Not done",
    "not required",
    "Not performed.",
    "No sample",
    "Do not perform",
    "Not Applicable (N/A)",
)


def made(cell: str, struck: bool = False, mark: str = "X") -> Result:
    grid = [
        ["Procedure", "Screening", "Week 0", "Week 4", "Week 8"],
        ["Body weight", *[mark] * 4],
        ["Electrocardiogram", *[cell] * 4],
        ["Informed consent", mark, "", "", ""],
    ]
    states: list[State] = ["struck"] if struck else []
    cells = [Cell(row=2, column=c, text=cell, states=states) for c in range(1, 5)]
    return made_result(made_table(grid, cells if struck else [], pages=[1]))


def load(result: Result, kind: str, folder: Path, ending: str) -> str:
    path = next(p for p in write(result, kind, folder, "x") if p.name.endswith(ending))
    return path.read_text("utf-8")


def usdm(result: Result, folder: Path) -> bool:
    study = json.loads(load(result, "usdm", folder, ".json"))
    design = study["study"]["versions"][0]["studyDesigns"][0]
    (ecg,) = [a["id"] for a in design["activities"] if a["label"] == NAME or a["name"].startswith(NAME)]
    return any(
        ecg in instance.get("activityIds", []) for t in design["scheduleTimelines"] for instance in t["instances"]
    )


def usdm4_input(result: Result, folder: Path) -> bool:
    items = json.loads(load(result, "usdm4-input", folder, ".json"))["soa"][0]["activities"]["items"]
    every = [*items, *(child for item in items for child in item.get("children", []))]
    return any(item.get("visits") for item in every if item["name"] == NAME)


def soa2usdm(result: Result, folder: Path) -> bool:
    found = json.loads(load(result, "soa2usdm", folder, ".json"))
    (row,) = [a["row_position"] for a in found["activities"] if a["activity_name"] == NAME]
    return any(entry["row_position"] == row for entry in found["activity_schedule"])


def usdm4_excel(result: Result, folder: Path) -> bool:
    book = load_workbook(write(result, "usdm4-excel", folder, "x")[0])
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True) if NAME in row]
    return any(str(value).strip().upper() == "X" for row in rows for value in row)


def fhir(result: Result, folder: Path) -> bool:
    resources = [e["resource"] for e in json.loads(load(result, "fhir", folder, ".json"))["entry"]]
    actions = [a for r in resources if r["resourceType"] == "PlanDefinition" for a in r.get("action", [])]
    return any(action.get("title") == NAME for action in actions)


def redcap(result: Result, folder: Path) -> bool:
    rows = csv.DictReader(io.StringIO(load(result, "redcap", folder, "mapping.csv")))
    return any(row["form"].startswith("electrocardiogram") for row in rows)


def odm(result: Result, folder: Path) -> bool:
    events = re.findall(r"<StudyEventDef .*?</StudyEventDef>", load(result, "odm", folder, ".xml"), re.DOTALL)
    return any("electrocardiogram" in event.lower() for event in events)


def visits(result: Result, folder: Path) -> bool:
    (table,) = result.tables
    return [row[COLUMNS.index("Procedures")] for row in visit_rows(table, read_schedule(table))] != ["2", "1", "1", "1"]


def burden(result: Result, folder: Path) -> bool:
    (table,) = count_result(result, load_vocabulary()).tables
    return bool(table.total.by_class.get("ecg"))


LOOKS = (usdm, usdm4_input, soa2usdm, usdm4_excel, fhir, redcap, odm, visits, burden)


@pytest.mark.parametrize("look", LOOKS, ids=lambda f: f.__name__)
def test_what_is_not_done_is_in_no_export(look: Callable[[Result, Path], bool], tmp_path: Path) -> None:
    assert look(made("X"), tmp_path / "done"), "the look itself"
    for number, sign in enumerate([*SIGNS.split(), *WORDS, *STRUCK]):
        assert not look(made(sign), tmp_path / str(number)), sign
    assert not look(made("X", struck=True), tmp_path / "struck")
    assert not look(made("✗", mark="✓"), tmp_path / "crossed")


@pytest.mark.parametrize("mark", ["X", "✓", "●", "☒", "✗"])
def test_a_cross_beside_crosses_is_a_mark(mark: str, tmp_path: Path) -> None:
    assert usdm(made(mark, mark=mark), tmp_path)
