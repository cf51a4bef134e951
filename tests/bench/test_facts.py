"""Facts of schedules read by hand, and the two scorers that use them, on toy tables."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from programs import ROOT, program

GRID = [
    ["Procedure", "Screening", "Treatment", "Treatment", "Comments"],
    ["Procedure", "Day -7 to -1", "Day 1", "Week 2", "Comments"],
    ["Safety", "Safety", "Safety", "Safety", "Safety"],
    ["Vital signs", "X", "", "X", ""],
    ["Haemoglobin A1c", "", "X", "→", "Fasting, taken before the first dose of the day, if dosed"],
]
NOTES = [
    {"marker": "a", "text": "Within seven days of the first dose, by telephone where the site allows it."},
    {"marker": "b", "text": "At least two hours after the last meal."},
]
SCREENING = {"column": 1, "is_visit": True, "kind": "range", "day": -7, "last_day": -1, "epoch": "Screening"}
VISITS: list[dict[str, Any]] = [
    SCREENING,
    {"column": 2, "is_visit": True, "kind": "planned", "day": 1, "epoch": "Treatment"},
    {"column": 3, "is_visit": True, "kind": "planned", "week": 2, "window_before_days": 0, "window_after_days": 3},
    {"column": 4, "is_visit": False, "kind": "annotation"},
]
PLAIN: dict[str, Any] = {
    "id": "toy",
    "sponsor": "none",
    "half": "dev",
    "tables": [
        {
            "pages": [3, 4],
            "title": "Table 2. Schedule of Toys",
            "type": "main_soa",
            "header_rows": 2,
            "label_columns": 1,
            "grid": GRID,
            "cell_markers": [[1, 3, ["a"]], [3, 0, ["b"]]],
            "notes": NOTES,
            "columns": VISITS,
            "cycle_length_days": None,
            "groups": [[2, None], [3, "Safety"], [4, "Safety"]],
        }
    ],
}


@pytest.fixture(scope="module", autouse=True)
def modules() -> dict[str, ModuleType]:
    sys.path.insert(0, str(ROOT / "benchmarks" / "soe_bench"))
    return {
        name: program(f"benchmarks/soe_bench/{name}.py")
        for name in ("facts", "score_facts", "score_visits", "score_meaning")
    }


@pytest.fixture
def table() -> dict[str, Any]:
    """A found table without a slip, markers glued."""
    grid = copy.deepcopy(GRID)
    grid[1][3], grid[3][0] = "Week 2a", "Vital signsb"
    return {
        "pages": [3],
        "title": "Schedule of toys",
        "table_type": "main_soa",
        "header_rows": 2,
        "grid": grid,
        "footnotes": copy.deepcopy(NOTES),
        "cells": [],
    }


def raised(table: dict[str, Any], doubts: tuple[tuple[int, int], ...] = ()) -> dict[str, Any]:
    """The table as a result that knows raised markers."""
    table["grid"][1][3], table["grid"][3][0] = "Week 2", "Vital signs"
    markers = {(1, 3): ["a"], (3, 0): ["b"]}
    table["cells"] = [
        {
            "row": r,
            "column": c,
            "text": text,
            "markers": markers.get((r, c), []),
            "doubt": "ink" if (r, c) in doubts else "",
        }
        for r, row in enumerate(table["grid"])
        for c, text in enumerate(row)
    ]
    return table


def counts(modules: dict[str, ModuleType], table: dict[str, Any]) -> dict[str, int]:
    facts = modules["facts"].document_facts(PLAIN)["tables"][0]
    found: dict[str, int] = modules["score_facts"].score_best(facts, [table]).counts
    return found


def test_facts_hold_no_text(modules: dict[str, ModuleType]) -> None:
    text = modules["facts"].dumped(modules["facts"].document_facts(PLAIN))
    assert json.loads(text) == modules["facts"].document_facts(PLAIN)
    for word in ("Vital", "Screening", "Fasting", "telephone", "Toys"):
        assert word.lower() not in text.lower()


def test_a_table_without_slip_is_perfect_with_glued_and_with_raised_markers(
    modules: dict[str, ModuleType], table: dict[str, Any]
) -> None:
    for shown in (table, raised(copy.deepcopy(table))):
        found = counts(modules, shown)
        assert found["perfect"] == 1
        assert found["titles_ok"] == found["header_rows_ok"] == found["types_ok"] == 1
        assert (found["header_ok"], found["rows_ok"], found["marks_ok"], found["notes_ok"]) == (5, 3, 5, 2)
    assert (found["raised_ok"], found["raised"], found["raised_extra"]) == (2, 2, 0)


def test_glued_markers_are_slips_of_a_result_that_knows_raised_ones(
    modules: dict[str, ModuleType], table: dict[str, Any]
) -> None:
    raised(table)
    table["grid"][1][3] = "Week 2a"
    found = counts(modules, table)
    assert found["header_ok"] == 4
    assert found["perfect"] == 0


def test_each_slip_counts_where_it_is(modules: dict[str, ModuleType], table: dict[str, Any]) -> None:
    table["grid"][3][1] = ""
    table["grid"][3][2] = "X"
    table["grid"][4][2] = "Y"
    table["grid"][4][0] = "Haemoglobin"
    table["footnotes"][1]["text"] = "Another text altogether, not this one."
    table["footnotes"].append({"marker": "7", "text": "Seventh chapter"})
    found = counts(modules, table)
    assert (found["marks"], found["marks_ok"], found["marks_wrong"], found["marks_extra"]) == (5, 3, 1, 1)
    assert found["rows_ok"] == 2
    assert (found["notes_ok"], found["notes_extra"]) == (1, 1)
    assert found["slips"] == 6


def test_sentences_may_have_a_wrong_letter_marks_and_names_none(
    modules: dict[str, ModuleType], table: dict[str, Any]
) -> None:
    table["footnotes"][0]["text"] = table["footnotes"][0]["text"].replace("telephone", "telefone")
    table["grid"][4][4] = "Fasting, taken before the flrst dose of the day, if dosed"
    assert counts(modules, table)["perfect"] == 1
    table["footnotes"][0]["text"] = table["footnotes"][0]["text"][:40]
    assert counts(modules, table)["notes_ok"] == 1


def test_lost_spaces_are_counted_apart(modules: dict[str, ModuleType], table: dict[str, Any]) -> None:
    table["footnotes"][0]["text"] = table["footnotes"][0]["text"].replace("of the", "ofthe")
    found = counts(modules, table)
    assert (found["perfect"], found["sentences"], found["sentences_ok"]) == (1, 3, 2)


def test_a_sliver_column_does_not_spoil_those_behind_it(modules: dict[str, ModuleType], table: dict[str, Any]) -> None:
    for row in table["grid"]:
        row.insert(2, "")
    found = counts(modules, table)
    assert (found["header_ok"], found["marks_ok"], found["marks_extra"]) == (5, 5, 0)


def test_two_label_columns_may_be_read_as_one(modules: dict[str, ModuleType], table: dict[str, Any]) -> None:
    plain = copy.deepcopy(PLAIN)
    first = plain["tables"][0]
    first |= {"label_columns": 2, "name_column": 1, "cell_markers": [], "columns": []}
    first["grid"] = [[row[0] if r < 3 else "Lab", *row] for r, row in enumerate(GRID)]
    facts = modules["facts"].document_facts(plain)["tables"][0]
    table["grid"] = [[" ".join(dict.fromkeys(row[:2])), *row[2:]] for row in first["grid"]]
    for cells in ([], [{"row": 0, "column": 0, "text": "Procedure", "markers": []}]):
        found = modules["score_facts"].score_best(facts, [table | {"cells": cells}]).counts
        assert (found["header_ok"], found["header"], found["rows_ok"], found["marks_ok"]) == (6, 6, 3, 5)


def test_a_header_row_missed_or_too_many(modules: dict[str, ModuleType], table: dict[str, Any]) -> None:
    table["header_rows"] = 1
    found = counts(modules, table)
    assert (found["header_rows_ok"], found["header_ok"], found["rows_extra"]) == (0, 2, 1)
    table["header_rows"] = 4
    found = counts(modules, table)
    assert (found["header_ok"], found["rows_ok"]) == (5, 1)


def test_doubts_are_counted_on_what_is_wrong_and_what_is_right(
    modules: dict[str, ModuleType], table: dict[str, Any]
) -> None:
    table["grid"][4][2] = "Y"
    found = counts(modules, raised(table, ((4, 2), (3, 1))))
    assert (found["slips"], found["slips_doubted"], found["right_doubted"]) == (1, 1, 1)
    assert (found["perfect"], found["perfect_once_mended"]) == (0, 1)


def test_a_table_on_another_page_is_none(modules: dict[str, ModuleType], table: dict[str, Any]) -> None:
    table["pages"] = [9]
    found = counts(modules, table)
    assert (found["header"], found.get("header_ok", 0), found["marks"]) == (5, 0, 5)


def test_slips_of_the_plain_file_are_named(modules: dict[str, ModuleType]) -> None:
    bad = copy.deepcopy(PLAIN["tables"][0])
    assert modules["facts"].slips(bad) == []
    bad["grid"][3].pop()
    bad["cell_markers"][0][2] = ["c"]
    bad["columns"].pop()
    assert len(modules["facts"].slips(bad)) == 4


def visit_counts(modules: dict[str, ModuleType], columns: list[dict[str, Any]]) -> dict[str, int]:
    facts = modules["facts"].document_facts(PLAIN)["tables"][0]
    table = {"pages": [4], "cycle_length_days": None, "columns": columns}
    found: dict[str, int] = modules["score_visits"].score_best(facts, [table]).counts
    return found


def printed(visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**visit, "printed": [row[visit["column"]] for row in GRID[:2]]} for visit in visits]


def test_visits_right(modules: dict[str, ModuleType]) -> None:
    found = visit_counts(modules, printed(VISITS))
    assert (found["timed"], found["silent"], found["windows_ok"], found["windows"]) == (4, 0, 1, 1)
    assert (found["epoch_ok"], found["epoch"]) == (2, 2)


def test_a_reckoned_day_is_wrong_and_a_doubt_leaves_it_open(modules: dict[str, ModuleType]) -> None:
    columns = printed(VISITS)
    columns[2] |= {"day": 15, "window_before_days": 3}
    found = visit_counts(modules, columns)
    assert (found["timed"], found["silent"], found["wrong_day"], found["windows_ok"]) == (3, 1, 1, 0)
    columns[2]["doubt"] = "week and day"
    found = visit_counts(modules, columns)
    assert (found["timed"], found["silent"], found["open"]) == (3, 0, 1)


def test_a_span_may_be_given_as_a_window_around_an_offset(modules: dict[str, ModuleType]) -> None:
    columns = printed(VISITS)
    columns[0] = {"printed": columns[0]["printed"], "kind": "event", "offset_days": -7, "window_after_days": 6}
    found = visit_counts(modules, columns)
    assert (found["timed"], found["windows_extra"]) == (4, 0)
    columns[0]["window_after_days"] = 8
    found = visit_counts(modules, columns)
    assert (found["timed"], found["windows_extra"]) == (3, 1)


def test_a_missed_column_is_wrong_in_silence(modules: dict[str, ModuleType]) -> None:
    found = visit_counts(modules, printed(VISITS)[:2])
    assert (found["timed"], found["silent"], found["missed"], found["windows_ok"]) == (2, 2, 2, 0)


@pytest.mark.parametrize(
    ("first", "second"), [("3+", "3 and beyond"), ("≥3", "Cycle 3+"), (2, "2"), ("1-3", "1 to 3"), ("1-2", "1,2")]
)
def test_spellings_of_cycles(modules: dict[str, ModuleType], first: Any, second: str) -> None:
    assert modules["score_visits"].same(first, second)
    assert not modules["score_visits"].same(first, "5")


def meant(modules: dict[str, ModuleType], table: dict[str, Any], folder: Path) -> dict[str, int]:
    """Counts of `score_meaning` for a result with one table, detected on paper."""
    plain = copy.deepcopy(PLAIN)
    plain["tables"][0]["unscheduled"] = [[4, 2, "no"]]
    plain["tables"][0]["grid"][4][2] = "N/A"
    known = {"id": "t1", "type_probability": 1, "probability": 1, "fragments": []}
    document = {"name": "toy", "sha256": "0", "has_soe": "yes"}
    model = {"name": "none", "version": "0", "sha256": "0", "threshold": 0.5, "unsure_threshold": 0.3}
    for name in ("facts", "results"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "facts" / "toy.json").write_text(json.dumps(modules["facts"].document_facts(plain)))
    result = {"format": "soe-result/2", "document": document, "tables": [known | table], "model": model}
    (folder / "results" / "toy.json").write_text(json.dumps(result))
    scores = modules["score_meaning"].score_folder(folder / "facts", folder / "results", "dev")
    found: dict[str, int] = modules["score_meaning"].total(scores.values())
    return found


def test_what_is_not_done_is_not_scheduled_and_notes_hang_where_their_markers_stand(
    modules: dict[str, ModuleType], table: dict[str, Any], tmp_path: Path
) -> None:
    raised(table)
    for cell in table["cells"]:
        cell["doubt"] = []
    table["grid"][4][2] = next(c for c in table["cells"] if (c["row"], c["column"]) == (4, 2))["text"] = "N/A"
    found = meant(modules, table, tmp_path)
    assert (found["nothing"], found["nothing_scheduled"], found["done"], found["done_ok"]) == (2, 0, 3, 3)
    assert (found["notes"], found["notes_ok"], found["places_extra"]) == (2, 2, 0)
    assert (found["groups"], found["groups_ok"]) == (2, 2)


def test_a_note_that_hangs_on_another_cell_is_wrong(
    modules: dict[str, ModuleType], table: dict[str, Any], tmp_path: Path
) -> None:
    raised(table)
    for cell in table["cells"]:
        cell["doubt"] = []
        if (cell["row"], cell["column"]) == (3, 0):
            cell["markers"] = []
        if (cell["row"], cell["column"]) == (3, 1):
            cell["markers"] = ["b"]
    found = meant(modules, table, tmp_path)
    assert (found["notes_ok"], found["places_ok"], found["places_extra"]) == (1, 1, 1)


def test_commands(
    modules: dict[str, ModuleType], table: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("plain", "results", "visits"):
        (tmp_path / folder).mkdir()
    (tmp_path / "plain" / "toy.json").write_text(json.dumps(PLAIN))
    (tmp_path / "results" / "toy.json").write_text(json.dumps({"tables": [table]}))
    visits = {"id": "toy", "tables": [{"pages": [3], "columns": printed(VISITS)}]}
    (tmp_path / "visits" / "toy.json").write_text(json.dumps(visits))
    facts = str(tmp_path / "facts")
    modules["facts"].main([str(tmp_path / "plain"), facts])
    modules["score_facts"].main([facts, str(tmp_path / "results"), "--half", "dev", "--errors"])
    modules["score_visits"].main([facts, str(tmp_path / "visits"), "--errors"])
    told = capsys.readouterr().out
    assert "perfect 1/1" in told
    assert "columns timed right 4/4 (100.0%)" in told


@pytest.mark.parametrize("scorer", ["score_facts", "score_visits", "score_meaning"])
def test_every_half_of_the_tables_can_be_asked_for(
    scorer: str, modules: dict[str, ModuleType], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = ROOT / "benchmarks" / "soe_bench" / "tables"
    halves = {json.loads(path.read_text("utf-8"))["half"] for path in tables.glob("*.json")}
    assert halves == set(modules["facts"].HALVES)
    assert all(modules[scorer].main([str(tmp_path), str(tmp_path), "--half", half]) == 0 for half in halves)
    with pytest.raises(SystemExit):
        modules[scorer].main([str(tmp_path), str(tmp_path), "--half", "nobody"])
    assert "invalid choice" in capsys.readouterr().err
