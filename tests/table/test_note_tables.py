"""Tables of two columns that only set footnotes are lines of text."""

from __future__ import annotations

from pathlib import Path

from document_maker import Sheet, read_sheet
from soesift.table.find import find_tables

NOTES = (("a", "Samples are taken before the dose of study drug."), ("b", "Women of childbearing potential only."))


def drawn(tmp_path: Path, rows: tuple[tuple[str, str], ...]) -> list[str]:
    sheet = Sheet()
    for n, (marker, text) in enumerate(rows):
        top = 300 + 20 * n
        sheet.box(60, top, 90, top + 20).box(90, top, 500, top + 20)
        sheet.text(64, top + 14, marker).text(94, top + 14, text)
    found = find_tables(read_sheet(tmp_path, sheet))
    return [line.text for line in found.lines] if not found.tables else ["table"]


def test_markers_beside_texts_are_notes(tmp_path: Path) -> None:
    assert drawn(tmp_path, NOTES) == [f"{marker} {text}" for marker, text in NOTES]


def test_a_table_with_a_header_is_one(tmp_path: Path) -> None:
    assert drawn(tmp_path, (("No.", "What is done before the dose of study drug"), *NOTES)) == ["table"]


def test_a_header_that_names_notes_is_no_row(tmp_path: Path) -> None:
    wanted = ["Note Description", *(f"{marker} {text}" for marker, text in NOTES)]
    assert drawn(tmp_path, (("Note", "Description"), *NOTES)) == wanted


def test_a_marker_beside_the_last_line_of_its_text_comes_first(tmp_path: Path) -> None:
    sheet = Sheet().box(60, 300, 90, 340).box(90, 300, 500, 340).box(60, 340, 90, 360).box(90, 340, 500, 360)
    sheet.text(94, 312, "Samples are taken before the dose").text(94, 334, "of study drug.").text(64, 334, "a")
    sheet.text(64, 354, "b").text(94, 354, NOTES[1][1])
    found = find_tables(read_sheet(tmp_path, sheet))
    assert [line.text for line in found.lines] == [
        "a Samples are taken before the dose of study drug.",
        f"b {NOTES[1][1]}",
    ]


def below(tmp_path: Path, edge: float) -> tuple[list[list[str]], list[str]]:
    """A schedule with three columns, and its notes right below it in columns that are parted at `edge`."""
    grid = [["Procedure", "Day 1", "Day 8"], ["Weight", "X", ""], ["Samples", "X", "X"]]
    sheet = Sheet()
    for n, row in enumerate(grid):
        for x0, x1, text in zip((60, 200, 300), (200, 300, 400), row, strict=True):
            sheet.box(x0, 240 + 20 * n, x1, 260 + 20 * n).text(x0 + 4, 254 + 20 * n, text)
    for n, (marker, text) in enumerate(NOTES):
        top = 300 + 20 * n
        sheet.box(60, top, edge, top + 20).box(edge, top, 500, top + 20).text(64, top + 14, marker)
        sheet.text(edge + 4, top + 14, text)
    found = find_tables(read_sheet(tmp_path, sheet))
    return found.tables[0].texts(), [line.text for line in found.lines]


def test_a_table_of_notes_drawn_onto_the_schedule_is_none_of_its_rows(tmp_path: Path) -> None:
    grid, lines = below(tmp_path, 90)
    assert [row[:3] for row in grid] == [["Procedure", "Day 1", "Day 8"], ["Weight", "X", ""], ["Samples", "X", "X"]]
    assert lines == [f"{marker} {text}" for marker, text in NOTES]


def test_rows_that_keep_to_the_columns_of_the_schedule_are_rows(tmp_path: Path) -> None:
    grid, lines = below(tmp_path, 200)
    assert len(grid) == 5
    assert lines == []
