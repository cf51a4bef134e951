"""Surroundings, headers and records of tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from document_maker import Sheet, Spanned, draw_table, full_grid, opened, read_sheet
from soesift.document.pdf import read_page
from soesift.table.context import TextLine, find_caption, is_heading
from soesift.table.find import find_tables
from soesift.table.headers import count_header_rows
from soesift.table.record import TableRecord, table_id
from soesift.table.records import caption_row, last_heading, page_records, title_row

XS = [72.0, 200.0, 260.0, 320.0]
YS = [200.0, 220.0, 240.0, 260.0]
GRID = [["Procedure", "Screening", "Day 1"], ["Consent", "X", ""], ["Weight", "X", "X"]]


def record_of(folder: Path, sheet: Sheet, before: str = "") -> TableRecord:
    return page_records(find_tables(read_sheet(folder, sheet)), "toy", "ab" * 32, 9, before)[0]


def around(sheet: Sheet) -> Sheet:
    sheet.text(72, 100, "5.2 Study procedures", 12)
    sheet.text(72, 130, "Each visit has the procedures below.")
    sheet.text(72, 185, "Table 3. Schedule of activities")
    return sheet.text(72, 280, "a Only for women of childbearing potential.", 8).text(72, 300, "More text.")


def test_record_with_its_surroundings(tmp_path: Path) -> None:
    record = record_of(tmp_path, draw_table(around(Sheet()), XS, YS, full_grid(GRID)))
    assert record.grid == GRID
    assert record.caption == "Table 3. Schedule of activities"
    assert record.heading == "5.2 Study procedures"
    assert record.above.endswith("procedures below. Table 3. Schedule of activities")
    assert record.below == "a Only for women of childbearing potential. More text."
    assert record.page_text.splitlines()[0] == "5.2 Study procedures"
    assert "Consent" not in record.page_text
    assert (record.header_rows, record.page, record.n_pages, record.flags) == (1, 1, 9, [])
    assert (record.page_size, record.rotation, record.ruled) == ((612, 792), 0, 1)
    assert record.bbox == pytest.approx((72, 200, 320, 260), abs=1)
    assert record.table_id == table_id("toy", 1, record.bbox, 0)


@pytest.mark.parametrize("marks", ["1234", ("a)", "b)", "c)", "d)")])
def test_notes_in_two_columns_follow_one_another(tmp_path: Path, marks: tuple[str, ...]) -> None:
    one, two, three, four = marks
    sheet = draw_table(Sheet(), XS, YS, full_grid(GRID))
    for row, (left, right) in enumerate([(f"{one} At rest", f"{three} In some"), ("after ten minutes.", "centres.")]):
        sheet.text(72, 270 + 10 * row, left, 8).text(200, 270 + 10 * row, right, 8)
    sheet.text(72, 290, f"{two} Before noon.", 8).text(200, 290, f"{four} By telephone.", 8)
    sheet.text(72, 320, "The next paragraph.", 8)
    lines = find_tables(read_sheet(tmp_path, sheet)).lines
    texts = [f"{one} At rest", "after ten minutes.", f"{two} Before noon."]
    texts += [f"{three} In some", "centres.", f"{four} By telephone.", "The next paragraph."]
    assert [line.text for line in lines] == texts
    assert [line.top for line in lines] == sorted(line.top for line in lines)


def test_a_marker_and_its_note_are_no_two_columns(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(GRID))
    for row, (left, right) in enumerate([("a", "At rest after ten minutes."), ("b", "A nurse may ask.")]):
        sheet.text(72, 270 + 10 * row, left, 8).text(100, 270 + 10 * row, right, 8)
    lines = find_tables(read_sheet(tmp_path, sheet)).lines
    assert [line.text for line in lines] == ["a At rest after ten minutes.", "b A nurse may ask."]


def test_heading_comes_from_earlier_pages(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(GRID))
    record = record_of(tmp_path, sheet, before="7 Assessments")
    assert (record.heading, record.caption, record.above, record.below) == ("7 Assessments", "", "", "")
    sheets = [around(Sheet()), Sheet().text(72, 72, "No heading here")]
    with opened(tmp_path, sheets) as document:
        heading = ""
        for index in range(2):
            heading = last_heading(find_tables(read_page(document, index)), heading)
    assert heading == "5.2 Study procedures"


@pytest.mark.parametrize(
    ("line", "heading"),
    [("2. SCHEDULE OF ASSESSMENTS", "2. SCHEDULE OF ASSESSMENTS"), ("2. At the visit", "1. SYNOPSIS")],
)
def test_a_numbered_line_below_a_table_is_a_note_unless_it_names_a_schedule(
    tmp_path: Path, line: str, heading: str
) -> None:
    sheet = draw_table(Sheet().text(72, 72, "1. SYNOPSIS"), XS, YS, full_grid(GRID)).text(72, YS[-1] + 14, line)
    with opened(tmp_path, [sheet]) as document:
        assert last_heading(find_tables(read_page(document, 0)), "") == heading


def test_title_inside_the_frame_is_the_caption(tmp_path: Path) -> None:
    title = Spanned(0, 0, "Schedule of assessments", column_span=3)
    body = [Spanned(c.row + 1, c.column, c.text) for c in full_grid(GRID)]
    record = record_of(tmp_path, draw_table(Sheet(), XS, [180.0, *YS], [title, *body]))
    assert record.caption == "Schedule of assessments"
    assert record.header_rows == 2


def test_flags(tmp_path: Path) -> None:
    sheet = Sheet()
    for r in range(6):
        for c, x in enumerate((72, 200, 300)):
            sheet.text(x, 100 + 18 * r, GRID[r % 3][c] or "-", 9)
    assert record_of(tmp_path, sheet).flags == ["borderless"]
    page = read_sheet(tmp_path, draw_table(Sheet(), XS, YS, full_grid(GRID)))
    page.source = "ocr"
    assert page_records(find_tables(page), "d", "", 1, "")[0].flags == ["image_only"]


def test_turned_record_keeps_two_frames(tmp_path: Path) -> None:
    """bbox is on the page as displayed; page_size is of the page turned so that the table reads upright."""
    inner = draw_table(Sheet(width=792, height=612), XS, YS, full_grid(GRID))
    page = Sheet()
    page.parts.append("q 0 -1 1 0 0 792 cm\n" + "\n".join(inner.parts) + "\nQ")
    record = record_of(tmp_path, page)
    assert (record.flags, record.rotation, record.page_size) == (["rotated"], 90, (792, 612))
    assert record.bbox == pytest.approx((352, 72, 412, 320), abs=1)
    assert record.grid == GRID


def test_records_are_stable_and_distinct(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), XS, YS, full_grid(GRID))
    draw_table(sheet, XS, [y + 200 for y in YS], full_grid(GRID))
    first, again = (page_records(find_tables(read_sheet(tmp_path, sheet)), "d", "", 1, "") for _ in range(2))
    assert first == again
    assert len({r.table_id for r in first}) == 2
    assert TableRecord.model_validate_json(first[0].model_dump_json()) == first[0]


def line(text: str, top: float, size: float = 10) -> TextLine:
    return TextLine(text, top, top + size, size)


def test_caption_takes_in_its_broken_second_line() -> None:
    long = "Table 12: Schedule of activities for the double-blind treatment period and"
    over = [line("Some text.", 100), line(long, 150), line("the follow-up", 162)]
    assert find_caption(over, 180) == long + " the follow-up"
    # a note in another size, or after a gap, is no part of it
    assert find_caption([line(long, 150), line("see notes", 162, 7)], 180) == long
    assert find_caption([line(long, 130), line("see notes", 162)], 180) == long


@pytest.mark.parametrize("text", ["Tab. 5: Übersicht der Erhebungen", "Abb. 2: Ablauf der Studie"])
def test_captions_in_short(text: str) -> None:
    assert find_caption([TextLine(text, 100, 110, 9)], 120) == text


@pytest.mark.parametrize("text", ["Tab. Paracetamol 500 mg is allowed", "Abb.: ECG = electrocardiogram"])
def test_tablets_and_abbreviations_are_no_captions(text: str) -> None:
    assert find_caption([TextLine(text, 100, 110, 9)], 120) == ""


def test_caption_is_near_and_reads_like_one() -> None:
    assert find_caption([line("Table 1. Visits", 100)], 300) == ""
    assert find_caption([line("The procedures are these.", 160)], 180) == ""
    assert find_caption([line("Study Flow Chart", 160)], 180) == "Study Flow Chart"
    assert find_caption([line("Tabelle 2 Studienablauf", 160)], 180) == "Tabelle 2 Studienablauf"
    assert find_caption([], 180) == ""


HEADINGS = ["5.2 Study procedures", "10. Appendices", "Appendix B: Schedule", "6.1.2.3 Visits"]
OTHERS = ["The 5.2 procedures", "2 tablets are taken daily.", "12", "X" * 20, "3 " + "a" * 130]


@pytest.mark.parametrize("text", HEADINGS)
def test_headings(text: str) -> None:
    assert is_heading(line(text, 0))


@pytest.mark.parametrize("text", OTHERS)
def test_no_headings(text: str) -> None:
    assert not is_heading(line(text, 0))


def test_title_row() -> None:
    assert title_row([["A title of the table"] * 3, ["", "x", "y"]]) == "A title of the table"
    assert title_row([["Safety"] * 3]) == ""  # too short to be a title
    assert title_row([["A title of the table"] * 2]) == ""
    assert title_row([["A title of the table", "", ""]]) == ""


@pytest.mark.parametrize(
    ("head", "count"),
    [
        ([["Procedure", "Screening", "Day 1", "Day 8"]], 1),
        ([["", "Treatment", "Treatment", "End"], ["Visit", "1", "2", "3"], ["Day", "-7", "1", "28±3"]], 3),
        ([["Schedule of activities"] * 4, ["Procedure", "Screening", "Day 1", "Day 8"]], 2),
        ([["Activity", "Arm A", "Arm B", "Arm C"], ["", "Week 1", "Week 2", "Week 3"]], 2),
    ],
)
def test_header_rows(head: list[list[str]], count: int) -> None:
    body = [["Informed consent", "X", "", ""], ["Safety"] * 4, ["ECG", "X", "X", "X"]]
    assert count_header_rows([*head, *body]) == count


def test_header_rows_of_short_grids() -> None:
    assert count_header_rows([]) == 0
    assert count_header_rows([["Day 1", "Day 2"]]) == 0
    assert count_header_rows([["ECG", "X"], ["Weight", "X"]]) == 1


CELL = st.sampled_from(["", "X", "Day 1", "ECG", "Weight", "3", "Visit"])


@given(st.lists(st.lists(CELL, min_size=3, max_size=3)))
def test_header_leaves_a_body(grid: list[list[str]]) -> None:
    count = count_header_rows(grid)
    assert 0 <= count <= max(0, len(grid) - 1)
    assert (count >= 1) == (len(grid) >= 2)
    assert count <= 8


def test_prose_that_names_a_schedule_is_no_caption() -> None:
    over = [
        line("SCHEDULE OF ACTIVITIES", 20),
        line("The investigator may schedule visits in addition to those in the SoA table, in order to", 160),
    ]
    assert find_caption(over, 180) == "SCHEDULE OF ACTIVITIES"
    assert find_caption([line("schedule of activities, in order to protect the subject", 165)], 180) == ""
    assert find_caption([line("2 FLOW CHART AND VISIT SCHEDULE", 20)], 180) == ""


def test_the_last_line_of_a_note_names_no_table() -> None:
    note = line("Only for participants who are seen at the visits that are named in", 140, 8)
    assert find_caption([note, line("Table 4 or in the next section", 149, 8)], 180) == ""
    assert find_caption([line("Some text.", 120), line("(cont.)", 160)], 180) == "(cont.)"


def test_a_band_over_rows_is_no_caption() -> None:
    band = [["Safety assessments"] * 4, ["ECG", "X", "", "X"], ["Weight", "", "X", "X"]]
    assert caption_row(band) == ""
    title = [["Overview of the trial"] * 4, ["Visit", "Day 1", "Day 8", "Day 15"], ["ECG", "X", "", "X"]]
    assert caption_row(title) == "Overview of the trial"
    assert caption_row([["Table 3: Schedule of activities"] * 4, *band[1:]]) == "Table 3: Schedule of activities"
