"""Tables without vertical rules: headings over several columns, and texts that cross a column's side."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from soesift.document.pdf import open_pdf, read_page
from soesift.table.find import find_tables

ROWS = ["Consent", "Vital signs", "ECG", "Haematology", "Weight", "Adverse events"]
XS = [60, 200, 270, 340, 410, 480, 560]


def printed(
    tmp_path: Path, texts: list[tuple[float, float, str, str]], rules: list[tuple[float, float, float]]
) -> list[list[str]]:
    """The grid found where each text is drawn at (x, y from the top), left or centred; rules are (y, x0, x1)."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    buffer = io.BytesIO()
    c = canvas.Canvas(buffer, pagesize=(792, 612))
    for x, y, text, how in texts:
        c.setFont("Helvetica" if text.isascii() else "Symbol", 8)
        (c.drawCentredString if how == "c" else c.drawString)(x, 612 - y, text)
    for y, x0, x1 in rules:
        c.line(x0, 612 - y, x1, 612 - y)
    c.save()
    path = tmp_path / "one.pdf"
    path.write_bytes(buffer.getvalue())
    with open_pdf(path) as document:
        page = read_page(document, 0)
    return find_tables(page).tables[0].texts()


def body(how: str = "c") -> list[tuple[float, float, str, str]]:
    marks = [(x, 140 + 14 * r, "X", how) for r in range(len(ROWS)) for k, x in enumerate(XS[1:]) if (r + k) % 3]
    return [*((XS[0], 140.0 + 14 * r, name, "l") for r, name in enumerate(ROWS)), *marks]


VISITS = ["Screening", "Day 1", "Day 8", "Day 15", "Day 22", "Day 50"]


def test_headings_reach_over_the_columns_in_whose_middle_they_stand(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    top = [(200.0, 110.0, "Screening", "c"), (375.0, 110.0, "Treatment", "c"), (560.0, 110.0, "Follow-up", "c")]
    grid = printed(
        tmp_path, [*top, (60, 124, "Visit", "l"), *names, *body()], [(100, 50, 600), (130, 50, 600), (230, 50, 600)]
    )
    assert grid[0] == ["", "Screening", *["Treatment"] * 4, "Follow-up"]
    assert grid[1] == ["Visit", *VISITS]


def test_headings_reach_over_the_columns_under_which_a_rule_is_drawn(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    top = [(305.0, 110.0, "Part A", "c"), (475.0, 110.0, "Part B", "c")]
    rules = [(100, 50, 600), (114.5, 250, 362), (114.5, 390, 510), (130, 50, 600), (230, 50, 600)]
    grid = printed(tmp_path, [*top, (60, 124, "Visit", "l"), *names, *body()], [*rules])
    assert grid[0] == ["", "", "Part A", "Part A", "Part B", "Part B", ""]


def test_a_heading_of_one_line_more_stays_in_its_column(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    grid = printed(
        tmp_path, [(410, 110, "Early", "c"), (60, 124, "Visit", "l"), *names, *body()], [(100, 50, 600), (130, 50, 600)]
    )
    assert all(row.count("Early") <= 1 for row in grid)


def test_a_long_name_stays_in_its_column_and_close_names_are_two(tmp_path: Path) -> None:
    xs = [200, 260, 320, 380, 434, 470]
    visits = ["Screening", "Day 1", "Day 8", "Day 15", "End of Trial", "Safety"]
    names = [(x, 124.0, name, "l") for x, name in zip(xs, visits, strict=True)]
    marks = [(x, 140.0 + 14 * r, "X", "l") for r in range(len(ROWS)) for k, x in enumerate(xs) if (r + k) % 3]
    rows = [(60.0, 140.0 + 14 * r, name, "l") for r, name in enumerate(ROWS)]
    names[4] = (424.0, 124.0, "End of Trial", "l")
    grid = printed(tmp_path, [(60, 124, "Visit", "l"), *names, *rows, *marks], [])
    assert grid[0] == ["Visit", *visits]


def test_the_last_word_of_a_heading_is_no_row_though_it_is_as_narrow_as_a_mark(tmp_path: Path) -> None:
    names = [(x, 116.0, "Day" if x == XS[-1] else f"Day {x}", "c") for x in XS[1:]]
    grid = printed(tmp_path, [(60, 116, "Visit", "l"), *names, (XS[-1], 125.0, "113", "c"), *body()], [(104, 50, 600)])
    assert grid[0][-1] == "Day 113"
    assert grid[1][0] == "Consent"


def test_names_set_so_close_that_no_gap_is_wider_are_parted_where_each_column_has_one(tmp_path: Path) -> None:
    xs = [200.0 + 29 * k for k in range(6)]
    marks = [(x + 8, 140.0 + 14 * r, "X", "l") for r in range(len(ROWS)) for k, x in enumerate(xs) if (r + k) % 3]
    rows = [(60.0, 140.0 + 14 * r, name, "l") for r, name in enumerate(ROWS)]
    names = [(x, 124.0, f"Week {k}", "l") for k, x in enumerate(xs)]
    grid = printed(tmp_path, [(60, 124, "Visit", "l"), *names, *rows, *marks], [(130, 50, 400)])
    assert grid[0] == ["Visit", *(f"Week {k}" for k in range(6))]


FRAME = [(100.0, 50.0, 600.0), (130.0, 50.0, 600.0), (230.0, 50.0, 600.0)]


def test_a_heading_of_two_lines_and_those_beside_it_reach_over_their_columns(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    top = [(235.0, 104.0, "Before the", "c"), (235.0, 114.0, "operation", "c")]
    top += [(375.0, 104.0, "Ward", "c"), (520.0, 104.0, "Home", "c")]
    grid = printed(tmp_path, [*top, (60, 124, "Visit", "l"), *names, *body()], [])
    at = next(row for row, texts in enumerate(grid) if "Ward" in texts)
    assert [text.split()[0] for text in grid[at][1:]] == ["Before", "Before", "Ward", "Ward", "Home", "Home"]


def test_numbers_between_columns_are_for_both_and_numbers_above_columns_for_these(tmp_path: Path) -> None:
    days = [(x, 124.0, name, "c") for x, name in zip(XS[1:], ["-7", "1", "4", "8", "11", "15"], strict=True)]
    days += [(60, 124, "Day", "l"), (60, 110, "Week", "l"), *body()]
    between = [(200.0, 110.0, "-1", "c"), (305.0, 110.0, "1", "c"), (445.0, 110.0, "2", "c"), (560.0, 110.0, "3", "c")]
    assert printed(tmp_path, [*between, *days], FRAME)[0] == ["Week", "-1", "1", "1", "2", "2", "3"]
    above = [(200.0, 110.0, "-1", "c"), (270.0, 110.0, "1", "c"), (410.0, 110.0, "2", "c"), (560.0, 110.0, "3", "c")]
    assert printed(tmp_path, [*above, *days], FRAME)[0] == ["Week", "-1", "1", "", "2", "", "3"]


def test_an_arrow_of_one_sign_between_columns_makes_none(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    arrow = [(60.0, 224.0, "Diary", "l"), (375.0, 224.0, "\N{RIGHTWARDS ARROW}", "c")]
    grid = printed(tmp_path, [(60, 124, "Visit", "l"), *names, *body(), *arrow], [])
    assert grid[0] == ["Visit", *VISITS]
    assert [text for text in grid[-1] if text] == ["Diary", "\N{RIGHTWARDS ARROW}"]


def test_a_corner_in_the_middle_of_its_column_is_no_column(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    grid = printed(tmp_path, [(140, 124, "Task", "c"), *names, *body()], [(115.0, 50.0, 600.0), *FRAME[1:]])
    assert grid[0] == ["Task", *VISITS]


def test_a_visit_without_marks_beside_an_empty_corner_stays_a_column(tmp_path: Path) -> None:
    names = [(x, 124.0, name, "c") for x, name in zip(XS[1:], VISITS, strict=True)]
    later = [text for text in body() if text[0] != XS[1]]
    assert printed(tmp_path, [*names, *later], FRAME)[0] == ["", *VISITS]
