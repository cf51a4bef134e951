"""Tables without vertical rules, and text that only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, read_sheet
from soesift.table.find import find_tables
from soesift.table.grid import FoundTable

XS = [72.0, 220.0, 300.0, 380.0, 460.0]
ROWS = [
    ["Procedure", "Screening", "Day 1", "Day 8", "Day 15"],
    ["Informed consent", "X", "", "", ""],
    ["Vital signs", "X", "X", "X", "X"],
    ["12-lead ECG", "X", "", "X", ""],
    ["Haematology", "X", "X", "", "X"],
    ["Adverse events", "", "X", "X", "X"],
]
PROSE = "Participants who stop treatment early remain in the study and are followed until the last visit"


def put_rows(sheet: Sheet, rows: list[list[str]], top: float, step: float = 18) -> Sheet:
    for number, row in enumerate(rows):
        for x, text in zip(XS, row, strict=True):
            if text:
                sheet.text(x, top + step * number, text, 9)
    return sheet


def found(folder: Path, sheet: Sheet) -> list[FoundTable]:
    return find_tables(read_sheet(folder, sheet)).tables


def test_borderless(tmp_path: Path) -> None:
    [table] = found(tmp_path, put_rows(Sheet(), ROWS, 120))
    assert table.texts() == ROWS
    assert table.borderless
    assert table.ruled == 0
    x0, y0, x1, y1 = table.bbox
    assert (x0, x1) == pytest.approx((71, 460 + 29), abs=3)
    assert (y0, y1) == pytest.approx((111, 213), abs=4)


def test_booktabs_with_header_of_two_lines(tmp_path: Path) -> None:
    """Three horizontal rules; the header line above is taken in though it has only two chunks."""
    sheet = Sheet().line(72, 86, 500, 86).line(72, 126, 500, 126).line(72, 222, 500, 222)
    sheet.text(220, 100, "Baseline", 9).text(300, 100, "Treatment", 9)
    put_rows(sheet, ROWS, 120)
    sheet.text(72, 60, PROSE, 9).text(72, 250, PROSE, 9)
    [table] = found(tmp_path, sheet)
    assert table.texts() == [["", "Baseline", "Treatment", "", ""], *ROWS]


def test_a_wide_header_over_two_rows_of_one_mark_is_a_table(tmp_path: Path) -> None:
    """The last page of a long table; half as wide a header proves nothing."""
    xs = [72.0, 180.0, 240.0, 300.0, 360.0, 420.0, 480.0]
    times = ["-28", "1", "8", "15", "29", "57"]
    for columns, expected in ((7, 1), (4, 0)):
        sheet = Sheet()
        for x, name, time in zip(xs[1:columns], ["Screening", *"123456"], times, strict=False):
            sheet.text(x, 120, name, 9).text(x, 138, time, 9)
        sheet.text(72, 120, "Visit", 9).text(72, 138, "Day", 9).text(72, 156, "Phone call", 9).text(240, 156, "X", 9)
        sheet.text(72, 174, "Serum", 9).text(300 if columns > 4 else 240, 174, "X", 9)
        if columns == 4:
            sheet = Sheet().text(72, 120, "Visit", 9).text(180, 120, "1", 9).text(240, 120, "2", 9)
            sheet.text(72, 138, "Phone call", 9).text(180, 138, "X", 9).text(72, 156, "Serum", 9).text(240, 156, "X", 9)
        tables = found(tmp_path, sheet)
        assert len(tables) == expected
        if tables:
            assert tables[0].shape == (4, 7)


def test_headings_above_a_borderless_table_are_no_rows_of_it(tmp_path: Path) -> None:
    """The top rule is that of the page's head; a line in the first column, as "Procedure" alone, stays."""
    sheet = Sheet().line(72, 70, 500, 70)
    sheet.text(72, 86, "2. Schedule of Procedures of the whole study", 9).text(72, 102, "Procedure and", 9)
    put_rows(sheet, ROWS, 120)
    [table] = found(tmp_path, sheet)
    assert table.texts()[0][0].startswith("Procedure and")
    assert not any("Schedule of" in text for row in table.texts() for text in row)


def test_rules_between_all_rows(tmp_path: Path) -> None:
    sheet = put_rows(Sheet(), ROWS, 120)
    for number in range(len(ROWS) + 1):
        sheet.line(72, 108 + 18 * number, 500, 108 + 18 * number)
    [table] = found(tmp_path, sheet)
    assert table.texts() == ROWS


def test_broken_cell_text_is_one_row(tmp_path: Path) -> None:
    sheet = put_rows(Sheet(), ROWS, 120, step=24)
    sheet.text(72, 178, "(seated, after rest)", 9)  # under "Vital signs", 10 points below
    [table] = found(tmp_path, sheet)
    assert [row[0] for row in table.texts()][2] == "Vital signs (seated, after rest)"
    assert len(table.texts()) == len(ROWS)


def test_turned_borderless_table(tmp_path: Path) -> None:
    inner = put_rows(Sheet(width=792, height=612), ROWS, 120)
    page = Sheet()
    page.parts.append("q 0 -1 1 0 0 792 cm\n" + "\n".join(inner.parts) + "\nQ")
    [table] = found(tmp_path, page)
    assert table.texts() == ROWS
    assert table.rotation == 90


def test_prose_and_lists_are_no_tables(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(12):
        sheet.text(72, 100 + 14 * number, PROSE, 9)
        sheet.text(72, 400 + 14 * number, f"{number + 1}.", 9)
        sheet.text(95, 400 + 14 * number, "A criterion of entry", 9)
    assert found(tmp_path, sheet) == []


def test_two_columns_of_prose_are_no_table(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(15):
        sheet.text(72, 100 + 14 * number, PROSE[:45], 9).text(320, 100 + 14 * number, PROSE[30:75], 9)
    assert found(tmp_path, sheet) == []


def test_prose_parts_two_tables(tmp_path: Path) -> None:
    sheet = put_rows(Sheet(), ROWS, 100)
    for number in range(3):
        sheet.text(72, 230 + 14 * number, PROSE, 9)
    put_rows(sheet, ROWS[::-1], 300)
    assert [t.texts() for t in found(tmp_path, sheet)] == [ROWS, ROWS[::-1]]


def test_group_headings_over_several_columns(tmp_path: Path) -> None:
    """A heading that spans columns, and remarks across a row, hide no column."""
    sheet = Sheet().text(290, 102, "Treatment period of the study", 9)
    put_rows(sheet, ROWS, 120)
    sheet.text(230, 228, "as clinically indicated at any of the visits", 9).text(72, 228, "Urinalysis", 9)
    put_rows(sheet, ROWS[1:], 246)
    [table] = found(tmp_path, sheet)
    texts = table.texts()
    assert ROWS[2] in texts
    assert texts.count(ROWS[3]) == 2
    assert len(texts[0]) == 5


@pytest.mark.parametrize("label", ["Study periods", "Assessment"])
@pytest.mark.parametrize("title", ["Screening", "Screening visit", "Run-in period"])
def test_a_centred_heading_that_reaches_over_the_first_column(tmp_path: Path, label: str, title: str) -> None:
    """It belongs to the column in whose middle it stands: the first column has a text of its own there."""
    sheet = Sheet().line(72, 112, 500, 112)
    sheet.text(100, 106, label, 9).text(222 - 2.3 * len(title), 106, title, 9).text(320, 106, "Treatment", 9)
    for number, row in enumerate(
        [["Visit", "1", "2", "3", "4"], *ROWS[1:], ["Blood sampling for PK", "", "X", "", "X"]]
    ):
        put_rows(sheet, [[row[0], *row[1:]]], 126 + 14 * number)
    [table] = found(tmp_path, sheet)
    assert table.texts()[0][:2] == [label, title]


def test_names_of_two_lines_by_their_smaller_gap(tmp_path: Path) -> None:
    """The mark stands beside the second line of a name: the gap to the next row is wider."""
    sheet = put_rows(Sheet(), ROWS[:1], 100)
    for number, row in enumerate(ROWS[1:]):
        top = 130 + 34 * number
        sheet.text(72, top, row[0], 9)
        put_rows(sheet, [["of the participant", *row[1:]]], top + 10.5)
    [table] = found(tmp_path, sheet)
    assert table.texts() == [ROWS[0], *([f"{row[0]} of the participant", *row[1:]] for row in ROWS[1:])]


def test_rules_between_rows_hold_broken_names_together(tmp_path: Path) -> None:
    sheet = Sheet().line(72, 108, 500, 108)
    for number, row in enumerate(ROWS):
        top = 120 + 24 * number
        put_rows(sheet, [row], top)
        if number:
            sheet.text(72, top + 9, "Second line", 9)
        sheet.line(72, top + 12, 500, top + 12)
    [table] = found(tmp_path, sheet)
    assert table.texts() == [ROWS[0], *([f"{row[0]} Second line", *row[1:]] for row in ROWS[1:])]


def test_the_second_line_of_a_flush_heading_over_centred_marks_is_no_column(tmp_path: Path) -> None:
    """Visits in rows: headings of two lines begin left of the marks below them."""
    sheet = Sheet().text(72, 120, "Visit", 9)
    heads = [("Obtain informed", "consent"), ("Review of entry", "criteria"), ("Medical history", "of note")]
    for x, (upper, lower) in zip((150, 260, 370), heads, strict=True):
        sheet.text(x, 116, upper, 9).text(x, 126, lower, 9)
        for row in range(6):
            sheet.text(x + 45, 150 + 18 * row, "X", 9)
    for row in range(6):
        sheet.text(72, 150 + 18 * row, f"Visit {row}", 9)
    [table] = found(tmp_path, sheet)
    assert table.shape[1] == 4
    assert [row[1:] for row in table.texts()[-6:]] == [["X", "X", "X"]] * 6


@pytest.mark.parametrize("name", ["Table 7", "Appendix C"])
@pytest.mark.parametrize("more", [["of cohort two"], ["of cohort two, in blood, in urine and in plasma", "of all"]])
def test_a_caption_that_hangs_is_no_row_of_the_table(tmp_path: Path, name: str, more: list[str]) -> None:
    """Its number stands apart, its other lines begin where its text does, and a rule is drawn above it."""
    sheet = Sheet().line(72, 84, 500, 84)
    sheet.text(72, 96, name, 10).text(150, 96, "Samples for pharmacokinetics and for immunogenicity", 10)
    for number, line in enumerate(more):
        sheet.text(150, 108 + 12 * number, line, 10)
    [table] = found(tmp_path, put_rows(sheet, ROWS, 150))
    assert table.texts() == ROWS
