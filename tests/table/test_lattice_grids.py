"""Ruled tables on real pages: exact grids, spans, boxes, turning, arrows, black boxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import STYLES, Sheet, Spanned, draw_table, full_grid, put_text, read_sheet
from soesift.table.find import PageTables, find_tables
from soesift.table.grid import FoundTable
from soesift.table.records import page_records

XS = [72.0, 200.0, 260.0, 320.0, 380.0, 440.0]
YS = [100.0, 120.0, 140.0, 160.0, 180.0, 200.0]
SCHEDULE = [
    ["Procedure", "Screening", "Day 1", "Day 8", "Day 15"],
    ["Informed consent", "X", "", "", ""],
    ["Vital signs", "X", "X", "X", "X"],
    ["12-lead ECG", "X", "", "X", ""],
    ["Adverse events", "", "X", "X", "X"],
]
# two header rows with merged cells, a category row over the whole width
SPANNED = [
    Spanned(0, 0, "Procedure", row_span=2),
    Spanned(0, 1, "Treatment period", column_span=3),
    Spanned(0, 4, "Follow-up", row_span=2),
    Spanned(1, 1, "Day 1"),
    Spanned(1, 2, "Day 8"),
    Spanned(1, 3, "Day 15"),
    Spanned(2, 0, "Safety assessments", column_span=5),
    *[Spanned(3, c, text) for c, text in enumerate(["ECG", "X", "", "X", ""])],
    *[Spanned(4, c, text) for c, text in enumerate(["Weight", "X", "X", "", "X"])],
]


def tables_of(folder: Path, sheet: Sheet) -> PageTables:
    return find_tables(read_sheet(folder, sheet))


def only(folder: Path, sheet: Sheet) -> FoundTable:
    tables = tables_of(folder, sheet).tables
    assert len(tables) == 1
    return tables[0]


def spans(table: FoundTable) -> set[tuple[int, int, int, int, str]]:
    return {(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells}


@pytest.mark.parametrize("style", STYLES)
def test_grid_and_box_in_every_style(tmp_path: Path, style: str) -> None:
    table = only(tmp_path, draw_table(Sheet(), XS, YS, full_grid(SCHEDULE), style))
    assert table.texts() == SCHEDULE
    assert table.bbox == pytest.approx((72, 100, 440, 200), abs=1)
    assert (table.ruled, table.borderless, table.rotation, table.flags) == (1, False, 0, [])


@pytest.mark.parametrize("style", STYLES)
def test_merged_cells_in_every_style(tmp_path: Path, style: str) -> None:
    table = only(tmp_path, draw_table(Sheet(), XS, YS, SPANNED, style))
    assert spans(table) == {(c.row, c.column, c.row_span, c.column_span, c.text) for c in SPANNED}
    assert table.texts()[0] == ["Procedure", *["Treatment period"] * 3, "Follow-up"]
    assert table.texts()[2] == ["Safety assessments"] * 5
    assert 0 < table.ruled < 1


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("style", ["stroke", "fill", "outline"])
def test_page_rotation_does_not_show(tmp_path: Path, rotate: int, style: str) -> None:
    sheet = Sheet(rotate=rotate, width=792, height=612, origin=(10, 20))
    table = only(tmp_path, draw_table(sheet, XS, YS, SPANNED, style))
    assert spans(table) == {(c.row, c.column, c.row_span, c.column_span, c.text) for c in SPANNED}
    assert table.bbox == pytest.approx((72, 100, 440, 200), abs=1)
    assert table.rotation == 0


@pytest.mark.parametrize(
    ("matrix", "rotation", "box"),
    [  # PDF matrices that turn the drawn sheet (y upwards) and put it on a 612 x 792 page
        ("0 -1 1 0 0 792", 90, (412, 72, 512, 440)),
        ("0 1 -1 0 612 0", 270, (100, 352, 200, 720)),
        ("-1 0 0 -1 612 792", 180, None),
    ],
)
def test_turned_table_on_a_portrait_page(
    tmp_path: Path, matrix: str, rotation: int, box: tuple[float, ...] | None
) -> None:
    landscape = Sheet(width=792, height=612) if rotation != 180 else Sheet()
    inner = draw_table(landscape, XS, YS, SPANNED)
    page = Sheet()
    page.parts.append(f"q {matrix} cm\n" + "\n".join(inner.parts) + "\nQ")
    page.text(72, 30, "Running header")
    found = tables_of(tmp_path, page)
    assert found.turn == rotation
    [table] = found.tables
    assert spans(table) == {(c.row, c.column, c.row_span, c.column_span, c.text) for c in SPANNED}
    assert table.rotation == rotation
    assert table.bbox == pytest.approx(box or (172, 592, 540, 692), abs=1)
    record = page_records(found, "d", "", 1, "")[0]
    assert "rotated" in record.flags


def test_turned_column_heads_leave_the_page_upright(tmp_path: Path) -> None:
    heads = ["Screening", "Day 1", "Day 8", "Day 15"]
    cells = [c for c in full_grid(SCHEDULE) if c.row or not c.column]
    ys = [100.0, 160.0, 180.0, 200.0, 220.0, 240.0]
    sheet = draw_table(Sheet(), XS, ys, [*cells, *(Spanned(0, c) for c in range(1, 5))])
    for number, head in enumerate(heads, 1):
        sheet.text(XS[number] + 30, 155, head, 8, 270)
    table = only(tmp_path, sheet)
    assert table.rotation == 0
    assert table.texts() == SCHEDULE


def test_form_holds_the_table(tmp_path: Path) -> None:
    inner = draw_table(Sheet(), XS, YS, SPANNED)
    table = only(tmp_path, Sheet().form(inner, "1 0 0 1 30 -50"))
    assert spans(table) == {(c.row, c.column, c.row_span, c.column_span, c.text) for c in SPANNED}
    assert table.bbox == pytest.approx((102, 150, 470, 250), abs=1)


def test_broken_lines_and_markers_in_cells(tmp_path: Path) -> None:
    rows = [["Visit\nwindow", "Day 1\n+/- 3", "", "", ""]] * 2
    sheet = draw_table(Sheet(), XS, [100, 140, 180], full_grid(rows))
    sheet.text(XS[2] + 3, 120, "ECG", 8).text(XS[2] + 20.4, 116, "a", 5)
    table = only(tmp_path, sheet)
    assert table.texts()[0] == ["Visit window", "Day 1 +/- 3", "ECGa", "", ""]


def test_arrows_mark_the_columns_they_pass(tmp_path: Path) -> None:
    cells = [c for c in full_grid(SCHEDULE) if c.row != 4] + [Spanned(4, c) for c in range(1, 5)]
    sheet = draw_table(Sheet(), XS, YS, [*cells, Spanned(4, 0, "Adverse events")])
    sheet.line(XS[2] + 10, 190, XS[5] - 8, 190)
    table = only(tmp_path, sheet)
    assert table.texts()[4] == ["Adverse events", "", "→", "→", "→"]
    assert table.texts()[:4] == SCHEDULE[:4]


def test_arrow_inside_a_merged_cell(tmp_path: Path) -> None:
    cells = [c for c in full_grid(SCHEDULE) if c.row != 4]
    sheet = draw_table(Sheet(), XS, YS, [*cells, Spanned(4, 0, "Diary"), Spanned(4, 1, column_span=4)])
    sheet.line(XS[1] + 5, 190, XS[5] - 10, 190)
    assert only(tmp_path, sheet).texts() == [*SCHEDULE[:4], ["Diary", "→", "→", "→", "→"]]


def test_line_under_a_merged_head_is_no_arrow(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, SPANNED)
    sheet.line(XS[1] + 5, 113, XS[4] - 10, 113)
    table = only(tmp_path, sheet)
    assert spans(table) == {(c.row, c.column, c.row_span, c.column_span, c.text) for c in SPANNED}


def test_cells_drawn_apart_are_one_table(tmp_path: Path) -> None:
    """Cell spacing of 2 points: each cell has an outline of its own."""
    sheet = Sheet()
    for cell in full_grid(SCHEDULE):
        xs = [XS[cell.column] + 1, XS[cell.column + 1] - 1]
        draw_table(sheet, xs, [YS[cell.row] + 1, YS[cell.row + 1] - 1], [Spanned(0, 0, cell.text)])
    assert only(tmp_path, sheet).texts() == SCHEDULE


def test_an_underline_is_no_arrow(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(SCHEDULE))
    sheet.line(XS[1] + 4, 131, XS[1] + 16, 131)
    assert only(tmp_path, sheet).texts() == SCHEDULE


def test_black_box_over_rows_keeps_the_table_whole(tmp_path: Path) -> None:
    """The box hides rows 2 and 3 with the rules beneath: one blank row stands for it."""
    sheet = Sheet()
    draw_table(sheet, XS, YS[:3], full_grid(SCHEDULE[:2]))
    draw_table(sheet, XS, YS[4:], full_grid(SCHEDULE[4:]))
    sheet.box(XS[0], YS[2], XS[-1], YS[4], "f", 0.0)
    table = only(tmp_path, sheet)
    assert table.texts() == [*SCHEDULE[:2], [""] * 5, SCHEDULE[4]]
    assert table.bbox == pytest.approx((72, 100, 440, 200), abs=1)


def test_black_box_with_verticals_left(tmp_path: Path) -> None:
    """Only the horizontal rules under the box are gone: its edges stand in for them."""
    sheet = Sheet()
    for x in XS:
        sheet.line(x, YS[0], x, YS[-1])
    for y in (YS[0], YS[1], YS[4], YS[5]):
        sheet.line(XS[0], y, XS[-1], y)
    sheet.box(XS[0], YS[2], XS[-1], YS[3], "f", 0.0)
    put_text(sheet, XS, YS, [c for c in full_grid(SCHEDULE) if c.row != 2])
    assert only(tmp_path, sheet).texts() == [*SCHEDULE[:2], [""] * 5, *SCHEDULE[3:]]


def test_missing_vertical_rules_are_made_good_by_the_words(tmp_path: Path) -> None:
    sheet = Sheet()
    for x in XS:
        sheet.line(x, YS[0], x, YS[2] if x not in (XS[0], XS[-1]) else YS[-1])
    for y in YS:
        sheet.line(XS[0], y, XS[-1], y)
    put_text(sheet, XS, YS, full_grid(SCHEDULE))
    assert only(tmp_path, sheet).texts() == SCHEDULE


def test_two_tables_and_a_box_around_the_page(tmp_path: Path) -> None:
    sheet = Sheet().box(20, 20, 590, 770)
    draw_table(sheet, XS, YS, full_grid(SCHEDULE))
    lower = [y + 300 for y in YS[:3]]
    draw_table(sheet, XS[:4], lower, full_grid([["Dose", "Low", "High"], ["mg", "5", "10"]]))
    tables = tables_of(tmp_path, sheet).tables
    assert [t.texts() for t in tables] == [SCHEDULE, [["Dose", "Low", "High"], ["mg", "5", "10"]]]
    assert tables[0].hull[3] < tables[1].hull[1]


def test_shaded_rows_and_text_outside(tmp_path: Path) -> None:
    sheet = Sheet().box(72, 100, 440, 120, "f", 0.8).box(72, 140, 440, 160, "f", 0.9)
    draw_table(sheet, XS, YS, full_grid(SCHEDULE))
    sheet.text(72, 80, "Before the table").text(72, 230, "After the table")
    found = tables_of(tmp_path, sheet)
    assert [t.texts() for t in found.tables] == [SCHEDULE]
    assert [line.text for line in found.lines] == ["Before the table", "After the table"]


def test_boxes_that_are_no_tables(tmp_path: Path) -> None:
    note = Sheet().box(100, 100, 500, 300).text(120, 150, "A note in a frame.")
    assert tables_of(tmp_path, note).tables == []
    assert tables_of(tmp_path, Sheet().line(50, 50, 560, 50).line(50, 740, 560, 740)).tables == []
    empty = draw_table(Sheet(), XS, YS, full_grid([[""] * 5] * 5))
    assert tables_of(tmp_path, empty).tables == []


def test_flow_figure_has_few_drawn_sides(tmp_path: Path) -> None:
    """Boxes joined by arrows: at most a sparse grid, told from a table by its share of drawn sides."""
    sheet = Sheet()
    for row, y in enumerate((100, 200, 300)):
        for column, x in enumerate((100, 250, 400)):
            if (row + column) % 2 == 0:
                sheet.box(x, y, x + 90, y + 40).text(x + 8, y + 20, f"Part {row}{column}", 9)
    for x0, y0, x1, y1 in [(190, 120, 400, 120), (145, 140, 145, 300), (445, 140, 445, 300)]:
        sheet.line(x0, y0, x1, y1)
    table = only(tmp_path, sheet)
    assert 0.4 < table.ruled < 0.75
    assert page_records(tables_of(tmp_path, sheet), "d", "", 1, "")[0].ruled == round(table.ruled, 3)


def test_single_ruled_row_is_the_rest_of_a_table(tmp_path: Path) -> None:
    row = [["Adverse events", "X", "X", "X", ""]]
    assert only(tmp_path, draw_table(Sheet(), XS, YS[:2], full_grid(row))).texts() == row


def arrowed(folder: Path, start: float, end: float, texts: list[list[str]]) -> FoundTable:
    """A ruled table with a line in the middle of its third row."""
    sheet = Sheet()
    for x in XS:
        sheet.line(x, YS[0], x, YS[-1])
    for y in YS:
        sheet.line(XS[0], y, XS[-1], y)
    sheet.line(start, 150, end, 150)
    put_text(sheet, XS, YS, full_grid(texts))
    return tables_of(folder, sheet).tables[0]


def test_an_arrow_that_reaches_from_side_to_side_parts_no_row(tmp_path: Path) -> None:
    texts = [row.copy() for row in SCHEDULE]
    texts[2] = ["Vital signs", "", "", "", "X"]
    table = arrowed(tmp_path, XS[1] + 1, XS[4] - 1, texts)
    texts[2][1:4] = ["→", "→", "→"]
    assert table.texts() == texts


def test_a_rule_under_texts_still_parts_rows(tmp_path: Path) -> None:
    rows = [100.0, 120.0, 140.0, 150.0, 160.0, 180.0, 200.0]
    sheet = Sheet()
    for x in XS:
        sheet.line(x, rows[0], x, rows[-1])
    for y in rows:
        sheet.line(XS[1] if y == 150 else XS[0], y, XS[-1], y)
    cells = [Spanned(2, 0, "Vital signs", row_span=2)]
    cells += [Spanned(r, c, "X") for r in (2, 3) for c in range(1, 5)]
    cells += [Spanned(r, c, "a") for r in (0, 1, 4, 5) for c in range(5)]
    put_text(sheet, XS, rows, cells)
    assert tables_of(tmp_path, sheet).tables[0].shape == (6, 5)


@pytest.mark.parametrize("sunk", [0.0, 0.4, 0.8, 1.2])
@pytest.mark.parametrize("names", [("Scan, food", "and tobacco", "form"), ("Concomitant", "medicines or", "drugs")])
def test_a_last_line_that_hangs_over_the_rule_stays_with_its_row(
    tmp_path: Path, sunk: float, names: tuple[str, ...]
) -> None:
    """As in rows of a height that is set by hand; the next row's name is printed through its foot."""
    ys = [100.0, 120.0, 146.0, 166.0]
    sheet = draw_table(Sheet(), XS[:4], ys, full_grid([["Procedure", "V1", "V2"], ["", "X", ""], ["", "X", "X"]]))
    for number, name in enumerate(names):
        sheet.text(75, 148.6 + sunk - 11 * (len(names) - 1 - number), name, 10)
    sheet.text(75, 154.6 + sunk, "Weight", 10)
    assert only(tmp_path, sheet).texts()[1:] == [[" ".join(names), "X", ""], ["Weight", "X", "X"]]


def test_a_line_below_the_rule_alone_is_of_the_row_below(tmp_path: Path) -> None:
    ys = [100.0, 120.0, 146.0, 166.0]
    sheet = draw_table(Sheet(), XS[:4], ys, full_grid([["Procedure", "V1", "V2"], ["", "X", ""], ["", "X", "X"]]))
    sheet.text(75, 139, "Height", 10).text(75, 151, "Weight", 10).text(75, 161, "and pulse", 10)
    assert only(tmp_path, sheet).texts()[1:] == [["Height", "X", ""], ["Weight and pulse", "X", "X"]]


def boxes(arrows: bool) -> Sheet:
    """The arms of a study as a chart of boxes: consent, two arms, follow-up."""
    sheet = Sheet()
    placed = [
        (60, 200, 140, 260, "Consent and screening"),
        (190, 160, 290, 210, "Drug A once daily"),
        (190, 250, 290, 300, "Placebo once daily"),
        (340, 170, 430, 290, "Progression or death"),
        (480, 180, 560, 280, "Follow-up every 12 weeks"),
    ]
    for x0, y0, x1, y1, text in placed:
        sheet.box(x0, y0, x1, y1)
        for number, word in enumerate(text.split()):
            sheet.text(x0 + 6, y0 + 12 + 10 * number, word, 8)
    for (_, y0, x1, y1, _), (x0, *_) in zip(placed, placed[2:], strict=False):
        if arrows:
            sheet.line(x1, (y0 + y1) / 2, x0, (y0 + y1) / 2)
    return sheet


@pytest.mark.parametrize("arrows", [False, True])
def test_boxes_of_a_study_design_are_no_table(tmp_path: Path, arrows: bool) -> None:
    assert find_tables(read_sheet(tmp_path, boxes(arrows))).tables == []


def test_few_texts_with_marks_or_side_by_side_are_a_table(tmp_path: Path) -> None:
    xs, ys = [72.0, 200.0, 260.0, 320.0], [100.0, 120.0, 140.0, 160.0]
    marked = [["ECG", "", ""], ["", "", "X"], ["", "", ""]]
    assert len(find_tables(read_sheet(tmp_path, draw_table(Sheet(), xs, ys, full_grid(marked)))).tables) == 1
    beside = [["ECG", "Day 1", ""], ["", "", ""], ["", "", ""]]
    assert len(find_tables(read_sheet(tmp_path, draw_table(Sheet(), xs, ys, full_grid(beside)))).tables) == 1
