"""Grey, struck and covered cells say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, Spanned, draw_table, full_grid, put_text, read_sheet
from soesift.table.find import find_tables

XS, YS = [72.0, 200.0, 260.0, 320.0], [100.0, 120.0, 140.0, 160.0]
GRID = [["Procedure", "Day 1", "Day 8"], ["Weight", "X", ""], ["ECG", "X", "X"]]


def states(tmp_path: Path, sheet: Sheet) -> dict[tuple[int, int], tuple[str, ...]]:
    table = find_tables(read_sheet(tmp_path, sheet)).tables[0]
    return {(c.row, c.column): c.states for c in table.cells if c.states}


def test_a_plain_table_has_none(tmp_path: Path) -> None:
    assert states(tmp_path, draw_table(Sheet(), XS, YS, full_grid(GRID))) == {}


def test_a_grey_cell_is_shaded_and_white_is_none(tmp_path: Path) -> None:
    sheet = Sheet().box(260.5, 120.5, 319.5, 139.5, "f", 0.8).box(200.5, 120.5, 259.5, 139.5, "f", 1.0)
    assert states(tmp_path, draw_table(sheet, XS, YS, full_grid(GRID))) == {(1, 2): ("shaded",)}


def test_a_black_box_hides_and_a_head_in_white_on_black_does_not(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(GRID))
    assert states(tmp_path, sheet.box(265, 123, 310, 137, "f", 0.0)) == {(1, 2): ("redacted",)}
    head = Sheet().box(72, 100, 320, 120, "f", 0.0)
    assert states(tmp_path, draw_table(head, XS, YS, full_grid(GRID))) == {}


def test_a_line_through_all_words_strikes_a_cell(tmp_path: Path) -> None:
    struck = draw_table(Sheet(), XS, YS, full_grid([*GRID[:2], ["", "X", "X"]]))
    struck.text(75, 153, "ECG", 10).line(74.5, 150, 96.5, 150)
    assert states(tmp_path, struck) == {(2, 0): ("struck",)}
    arrow = draw_table(Sheet(), XS, YS, full_grid(GRID)).line(74.5, 128, 190, 128)
    assert states(tmp_path, arrow) == {}


def test_rows_taken_out_with_their_rules_stay_rows_of_redacted_cells(tmp_path: Path) -> None:
    """Redaction takes the rules that its boxes touch out of the file; a tag may stand on a box, outside the label."""
    xs = [72.0, 200.0, 260.0, 320.0, 380.0]
    ys = [100.0 + 20 * k for k in range(8)]
    rows = ["Procedure", "Weight", "ECG", "", "", "Vital signs", "Blood"]
    sheet = Sheet()
    for k, label in enumerate(rows):
        for x, text in zip(xs, [label, *(["Day 1", "Day 8", "Day 15"] if not k else ["X", "X", ""])], strict=False):
            taken = k in (3, 4) or (k == 2 and x > xs[0])
            if not taken:
                sheet.text(x + 5, ys[k] + 14, text, 8)
    for y in ys:
        if y not in (ys[3], ys[4], ys[5], ys[2]):
            sheet.line(xs[0], y, xs[-1], y)
    for x in xs[1:-1]:  # no frame at the sides
        for top, end in ((ys[0], ys[2]), (ys[5], ys[7])):
            sheet.line(x, top, x, end)
    sheet.box(xs[1] - 2, ys[2] + 0.5, xs[-1] + 8, ys[3] - 0.5, "f", 0.0).text(xs[1], ys[2] + 12, "CCI", 7)
    sheet.box(xs[0] - 5, ys[3] + 0.5, xs[-1] + 8, ys[4] - 0.5, "f", 0.0).text(xs[0], ys[3] + 12, "CCI", 7)
    sheet.box(xs[0] - 5, ys[4] + 0.5, xs[-1] + 8, ys[5] - 0.5, "f", 0.0).text(xs[0], ys[4] + 12, "CCI", 7)
    page = read_sheet(tmp_path, sheet)
    table = find_tables(page).tables[0]
    assert table.shape == (7, 4)
    assert [row[0] for row in table.texts()] == [*rows[:3], "CCI", "CCI", *rows[5:]]
    hidden = {(c.row, c.column) for c in table.cells if c.states == ("redacted",)}
    assert hidden == {(2, 1), (2, 2), (2, 3), *((row, column) for row in (3, 4) for column in range(4))}


@pytest.mark.parametrize("right", [380.0, 388.0])
def test_a_mark_beside_a_black_box_is_none_of_the_columns_under_it(tmp_path: Path, right: float) -> None:
    """The rules that the boxes touch are gone from the file, and nothing below the last one tells of them."""
    xs, ys = [72.0, 200.0, 260.0, 320.0, 380.0], [100.0 + 20 * k for k in range(6)]
    rows = [
        ["Procedure", "Screening", "Day 1", "Day 8"],
        ["ECG", "X", "X", ""],
        ["Weight"],
        ["Pulse", "X"],
        ["Blood", "X"],
    ]
    sheet = put_text(Sheet(), xs, ys, [Spanned(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)])
    for k, y in enumerate(ys):
        sheet.line(xs[0], y, xs[-1] if k < 3 else xs[2] if k < 5 else xs[-1], y)
    for k, x in enumerate(xs):
        sheet.line(x, ys[0], x, ys[2] if k > 1 else ys[5])
    sheet.box(xs[1] + 2, ys[2] + 1, right, ys[3] - 1, "f").box(xs[2], ys[3] + 1, right, ys[5] - 1, "f")
    table = find_tables(read_sheet(tmp_path, sheet)).tables[0]
    assert table.texts()[2:] == [["Weight", "", "", ""], ["Pulse", "X", "", ""], ["Blood", "X", "", ""]]
    hidden = {
        (c.row + r, c.column + k)
        for c in table.cells
        if c.states
        for r in range(c.row_span)
        for k in range(c.column_span)
    }
    assert hidden == {(2, 1), *((row, column) for row in (2, 3, 4) for column in (2, 3))}
