"""The visit table as JSON, HTML and Excel."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from soesift.export import visits
from soesift.export.visits import visits_json, write_visits
from soesift.result.models import Result
from toy_table import made_result, made_table

KEYS = {
    "column",
    "printed",
    "raised_markers",
    "epoch",
    "is_visit",
    "kind",
    "cycle",
    "day",
    "last_day",
    "week",
    "hours_from_reference",
    "offset_days",
    "every_days",
    "every_months",
    "last_week",
    "month",
    "relative_to",
    "window_before_days",
    "window_after_days",
    "contact",
    "doubt",
}
GRID = [
    ["Procedure", "Day -28 to -1", "Day 1", "Cycles 2-6 Day 1 ± 3 days", "Cycle 7+", "=cmd()<b>", "Notes"],
    ["ECG", "X", "X", "X", "X", "X", "In triplicate, after rest in supine position"],
]


@pytest.fixture
def result() -> Result:
    return made_result(made_table(GRID, notes=[("", "21-day cycles.")], title="Schedule <1>", pages=[3, 4]))


def test_the_json_has_one_entry_a_printed_column(result: Result) -> None:
    found = visits_json(result)
    assert (found["format"], found["id"]) == ("soe-visits/1", "toy")
    table = found["tables"][0]
    assert (table["pages"], table["cycle_length_days"]) == ([3, 4], {"*": 21})
    assert all(set(column) == KEYS for column in table["columns"])
    said = [(c["kind"], c["cycle"], c["day"], c["every_days"], c["window_after_days"]) for c in table["columns"]]
    assert said == [
        ("range", None, -28, None, None),
        ("planned", None, 1, None, None),
        ("repeat", "2-6", 1, 21, 3),
        ("repeat", "7+", None, 21, None),
        ("planned", None, None, None, None),
        ("annotation", None, None, None, None),
    ]
    assert table["columns"][4]["doubt"]
    assert not table["columns"][5]["is_visit"]


def test_a_table_is_understood_once_for_all_files(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = visits.read_schedule
    monkeypatch.setattr(visits, "read_schedule", lambda table: asked.append(table.id) or real(table))
    write_visits(result, tmp_path / "toy_visits")
    assert asked == [table.id for table in result.tables]


def test_the_page_has_a_timeline_and_no_markup_of_the_document(result: Result, tmp_path: Path) -> None:
    json_path, html_path, xlsx_path = write_visits(result, tmp_path / "toy_visits")
    assert json.loads(json_path.read_text("utf-8")) == visits_json(result)
    page = html_path.read_text("utf-8")
    assert page.count("<circle") == 5
    assert "<b>" not in page
    assert "<script" not in page
    assert "5 visits" in page
    assert "1 to check" in page
    assert re.search(r"cycle 2 to 6, day 1", page)
    from openpyxl import load_workbook

    sheet = load_workbook(xlsx_path).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 2 + len(GRID[0]) - 1
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_without_a_schedule_the_files_say_so(result: Result, tmp_path: Path) -> None:
    empty = result.model_copy(update={"tables": []})
    paths = write_visits(empty, tmp_path / "none.json")
    assert [path.name for path in paths] == ["none.json", "none.html", "none.xlsx"]
    assert "No schedule was found" in paths[1].read_text("utf-8")
