"""Bodies without row rules: marks part the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, draw_table, full_grid, put_text, read_sheet
from soesift.table.cell_text import cuts_between, row_anchors
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable

COLUMNS = [72.0, 220.0, 300.0, 380.0, 460.0]
ROWS = [100.0 + 20 * k for k in range(7)]
BODY = [
    ["Procedure", "Screening", "Day 1", "Day 8"],
    ["Informed consent", "X", "", ""],
    ["Vital signs", "X", "X", "X"],
    ["Medical history", "", "", ""],
    ["Hematology", "X", "X", ""],
    ["Adverse events", "", "X", "X"],
]


def only_verticals(folder: Path, texts: list[list[str]]) -> FoundTable:
    sheet = Sheet()
    for x in COLUMNS:
        sheet.line(x, ROWS[0], x, ROWS[-1])
    for y in (ROWS[0], ROWS[1], ROWS[-1]):
        sheet.line(COLUMNS[0], y, COLUMNS[-1], y)
    put_text(sheet, COLUMNS, ROWS, full_grid(texts))
    return find_tables(read_sheet(folder, sheet)).tables[0]


def test_marks_part_a_body_without_row_rules(tmp_path: Path) -> None:
    assert only_verticals(tmp_path, BODY).texts() == BODY


def test_cells_and_boundaries_stay_a_grid(tmp_path: Path) -> None:
    table = only_verticals(tmp_path, BODY)
    assert table.shape == (6, 4)
    assert (table.rows[1:] > table.rows[:-1]).all()
    covered = [
        (r, c)
        for cell in table.cells
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.column, cell.column + cell.column_span)
    ]
    assert sorted(covered) == [(r, c) for r in range(6) for c in range(4)]


def test_broken_prose_is_left_in_one_row(tmp_path: Path) -> None:
    prose = [["Class", "Rule", "Action", "Who"], *([f"line {k} of", "one long", "text in", "a cell"] for k in range(5))]
    assert only_verticals(tmp_path, prose).shape[0] == 2


def banded(folder: Path, texts: list[list[str]], missing: int) -> list[list[str]]:
    """Texts in a ruled table of which one rule between rows was lost, as in a scan where text touches it."""
    sheet = Sheet()
    rows = ROWS[: len(texts) + 1]
    for x in COLUMNS:
        sheet.line(x, rows[0], x, rows[-1])
    for k, y in enumerate(rows):
        if k != missing:
            sheet.line(COLUMNS[0], y, COLUMNS[-1], y)
    put_text(sheet, COLUMNS, rows, full_grid(texts))
    return find_tables(read_sheet(folder, sheet)).tables[0].texts()


def test_two_rows_whose_rule_was_lost_are_parted_by_their_marks(tmp_path: Path) -> None:
    body = [*BODY[:4], ["Hematology", "X", "X", ""], ["Adverse events", "X", "X", "X"]]
    assert banded(tmp_path, body, 5) == body


def test_a_row_of_two_lines_with_marks_between_them_is_one(tmp_path: Path) -> None:
    texts = [BODY[0], BODY[1], BODY[2]]
    sheet = Sheet()
    rows = [100.0, 120.0, 160.0]
    for x in COLUMNS:
        sheet.line(x, rows[0], x, rows[-1])
    for y in rows:
        sheet.line(COLUMNS[0], y, COLUMNS[-1], y)
    put_text(sheet, COLUMNS, rows[:2], full_grid(texts[:1]))
    for y, words in ((134, "Samples for"), (150, "biomarkers")):
        sheet.text(75, y, words, 8)
    for x in COLUMNS[1:4]:
        sheet.text(x + 3, 142, "X", 8)
    assert find_tables(read_sheet(tmp_path, sheet)).tables[0].texts()[1:] == [["Samples for biomarkers", "X", "X", "X"]]


def test_a_heading_between_rows_that_stand_wide_is_a_row() -> None:
    names, marks = [0.0, 14.0, 28.0, 42.0], [0.0, 14.0, 42.0]
    assert row_anchors(marks, names, 10.0).tolist() == names
    wrapped = [0.0, 10.5, 24.5, 38.5]  # the second line of a name
    assert row_anchors([0.0, 24.5, 38.5], wrapped, 10.0).tolist() == [0.0, 24.5, 38.5]


def test_room_between_names_parts_rows_whose_names_are_broken() -> None:
    names = [10.0, 19.0, 34.0, 49.0, 58.0, 67.0, 82.0]  # two, one, three lines and one
    assert cuts_between(names, [14.5, 34.0, 58.0, 82.0], 8.0).round().tolist() == [26, 42, 74]  # type: ignore[union-attr]


def test_equal_lines_are_a_row_each_where_marks_stand_beside_them() -> None:
    names = [10.0, 22.0, 34.0, 46.0, 58.0]
    assert len(cuts_between(names, [10.0, 34.0, 46.0], 8.0)) == 4  # type: ignore[arg-type]
    assert cuts_between(names, [16.0, 40.0], 8.0) is None, "marks between lines: the names are broken"


def test_four_lines_of_names_tell_the_room_between_rows_and_three_do_not() -> None:
    found = cuts_between([10.0, 20.0, 40.0, 50.0], [15.0, 45.0], 8.0)
    assert found is not None
    assert found.tolist() == [30]
    assert cuts_between([10.0, 20.0, 40.0], [15.0, 40.0], 8.0) is None
    assert cuts_between([10.0, 20.0, 40.0, 50.0], [], 8.0) is None


def test_texts_in_cells_do_not_hide_the_rows_of_a_band(tmp_path: Path) -> None:
    body = [BODY[0], *([f"Step {k}", "X", "Dispense" if k == 2 else "X", ""] for k in range(5))]
    assert only_verticals(tmp_path, body).texts() == body


def test_columns_that_only_the_header_rules_part_a_body_without_rules(tmp_path: Path) -> None:
    """As Word's shaded styles print: nothing but the frame below the header."""
    sheet = Sheet()
    for x in COLUMNS:
        sheet.line(x, ROWS[0], x, ROWS[-1] if x in (COLUMNS[0], COLUMNS[-1]) else ROWS[1])
    for y in (ROWS[0], ROWS[1], ROWS[-1]):
        sheet.line(COLUMNS[0], y, COLUMNS[-1], y)
    put_text(sheet, COLUMNS, ROWS, full_grid(BODY))
    assert find_tables(read_sheet(tmp_path, sheet)).tables[0].texts() == BODY


@pytest.mark.parametrize(("share", "expected"), [(0.0, [3, 3, 15, 15, 15, 3]), (0.5, [0] * 6), (1.0, [0] * 6)])
def test_names_are_set_in_only_where_they_are_set_by_their_left_sides(
    tmp_path: Path, share: float, expected: list[float]
) -> None:
    names, deep = ["n" * k for k in (8, 20, 4, 12, 16, 9)], [0, 0, 12, 12, 12, 0]
    sheet = draw_table(Sheet(), COLUMNS, ROWS, full_grid([["", "X", "X", "X"] for _ in names]))
    for row, name in enumerate(names):
        room = COLUMNS[1] - COLUMNS[0] - 6 - 8 * 0.556 * len(name)  # Helvetica
        sheet.text(COLUMNS[0] + 3 + share * room + (0 if share else deep[row]), ROWS[row] + 12, name, 8)
    cells = find_tables(read_sheet(tmp_path, sheet)).tables[0].cells
    assert [cell.indent for cell in cells if cell.column == 0] == pytest.approx(expected, abs=1)
