"""Bodies without row rules: marks part the rows."""

from __future__ import annotations

from pathlib import Path

from document_maker import Sheet, full_grid, put_text, read_sheet
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
