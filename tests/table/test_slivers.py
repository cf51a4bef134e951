"""Rules a hair apart: no column, no row, and no wrong span."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, draw_table, full_grid, read_sheet
from soesift.table.find import find_tables

XS = [72.0, 200.0, 260.0, 320.0, 380.0, 440.0]
YS = [100.0, 120.0, 140.0, 160.0, 180.0, 200.0]
SCHEDULE = [
    ["Procedure", "Screening", "Day 1", "Day 8", "Day 15"],
    ["Informed consent", "X", "", "", ""],
    ["Vital signs", "X", "X", "X", "X"],
    ["12-lead ECG", "X", "", "X", ""],
    ["Adverse events", "", "X", "X", "X"],
]


@pytest.mark.parametrize("apart", [3.5, 4.8])
def test_a_second_rule_beside_a_column_makes_none(tmp_path: Path, apart: float) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(SCHEDULE), "stroke")
    sheet.line(260 + apart, 100, 260 + apart, 200)
    sheet.line(320 - apart, 140, 320 - apart, 180)  # over some rows only
    table = find_tables(read_sheet(tmp_path, sheet)).tables[0]
    assert table.texts() == SCHEDULE
    assert all(cell.column_span == 1 for cell in table.cells)


def test_a_double_rule_below_the_header_makes_no_row(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(SCHEDULE), "stroke")
    sheet.line(72, 123.8, 440, 123.8)
    assert find_tables(read_sheet(tmp_path, sheet)).tables[0].texts() == SCHEDULE


def test_a_narrow_column_with_a_text_of_its_own_stays(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(SCHEDULE), "stroke")
    sheet.line(268, 100, 268, 200)
    sheet.text(261.5, 133, "X", 7)
    texts = find_tables(read_sheet(tmp_path, sheet)).tables[0].texts()
    assert len(texts[0]) == 6
    assert texts[1][2] == "X"
