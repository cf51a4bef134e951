"""The workbook as openpyxl reads it again."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.export.sheet_cells import HIGHEST, LINE, sheet_name
from soesift.export.xlsx import TOP, column_widths, wrapped
from soesift.result.models import Doubt, PlacedDoubt, Result

FIRST = "1 Table 1 Schedule of Activitie"


def values(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_table_sheet(toy: Result, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(toy.to_xlsx(tmp_path / "t.xlsx"))
    assert book.sheetnames == ["Index", FIRST, "2 Schedule of one domain (table"]
    sheet = book[FIRST]
    assert sheet["A1"].value == "Table 1: Schedule of Activities"
    assert sheet.freeze_panes == "B5"
    merged = {str(block) for block in sheet.merged_cells.ranges}
    assert merged == {"A3:A4", "C3:D3", "A6:D6", "B8:D8", "E3:E4", "B11:D11", "B12:D12", "B13:D13"}
    assert [cell.value for cell in sheet["E"]][2:8] == ["Page", None, 1, 1, 2, 2]
    assert [cell.value for cell in sheet[7]][:4] == ["ECG b", "Xb", "X", "X"]
    assert values(sheet)[8:] == [
        [None] * 5,
        ["Footnotes", None, None, None, None],
        ["a", "Before any procedure; consent is renewed.", None, None, 2],
        ["b", "In triplicate.", None, None, 2],
        [None, "ECG = electrocardiogram.", None, None, 2],
    ]
    assert sheet["A3"].font.bold
    assert sheet["A7"].alignment.wrap_text
    assert sheet.print_title_rows == "$3:$4"


def test_index_links_and_facts(toy: Result, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(toy.to_xlsx(tmp_path / "t.xlsx"))
    index = book["Index"]
    links = {cell.value: cell.hyperlink.location for row in index for cell in row if cell.hyperlink}
    assert links["Table 1: Schedule of Activities"] == f"'{FIRST}'!A1"
    assert len(links) == 2
    assert all(location.split("'")[1] in book.sheetnames for location in links.values())
    assert book[FIRST]["A2"].hyperlink.location == "'Index'!A1"
    facts = {row[0]: row[1] for row in values(index)}
    assert facts["Document"] == "toy protocol.pdf"
    assert facts["Schedule of Events"] == "yes"
    assert facts["Unsure about page 3"] == "a picture that was not read"
    near = next(row for row in values(index) if row[0] == "Analytes")
    assert near[1:6] == ["Lab analytes", None, "30 %", None, "page 3"]


def test_nothing_is_a_formula(hostile: Result, tmp_path: Path) -> None:
    path = hostile.to_xlsx(tmp_path / "t.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(re.search(rb"<f[ />]", archive.read(name)) for name in sheets)
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    risky = [cell for cell in cells if cell.value.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert len(risky) > 10
    assert all(cell.quotePrefix for cell in risky)
    assert not any(cell.quotePrefix for cell in cells if cell.value in ("long", "Footnotes"))


def test_hostile_text_is_kept_where_it_can_be(hostile: Result, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(hostile.to_xlsx(tmp_path / "t.xlsx"))
    assert len({name.lower() for name in book.sheetnames}) == 3
    assert all(len(name) <= 31 for name in book.sheetnames)
    sheet = book.worksheets[1]
    column = [cell.value for cell in sheet["A"]]
    assert column[3] == hostile.tables[0].grid[1][0]
    assert "ab" in column
    assert "計画表 جدول \u202etxt" in column
    assert "#N/A" in column
    long = next(row for row in sheet.iter_rows() if row[0].value == "long")[1]
    assert len(long.value) == 32_767
    warnings = [row[0] for row in values(book["Index"]) if str(row[0]).startswith("Cut at Excel's limit")]
    assert len(warnings) == 2
    assert warnings[0].endswith(f"{long.coordinate} of sheet {sheet.title!r}")


def test_same_bytes_at_another_time(toy: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = toy.to_xlsx(tmp_path / "a.xlsx").read_bytes()
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    time.sleep(1.1)  # openpyxl writes the time in seconds
    assert toy.to_xlsx(tmp_path / "b.xlsx").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None


def test_no_tables_and_empty_tables(toy: Result, tmp_path: Path) -> None:
    none = toy.model_copy(update={"tables": [], "rejected": []})
    book = openpyxl.load_workbook(none.to_xlsx(tmp_path / "none.xlsx"))
    assert book.sheetnames == ["Index"]
    assert ["No tables"] in [row[:1] for row in values(book["Index"])]
    blank = toy.tables[0].model_copy(update={"grid": [], "cells": []})
    book = openpyxl.load_workbook(toy.model_copy(update={"tables": [blank]}).to_xlsx(tmp_path / "blank.xlsx"))
    assert book.worksheets[1]["A2"].value == "Back to the index"


def test_widths_fit_words_within_bounds(hostile: Result, toy: Result) -> None:
    assert column_widths(toy.tables[0])[0] >= len("Informed consenta")
    assert all(6 <= width <= 250 for width in column_widths(hostile.tables[0]))


@given(st.integers(1, 999), st.text())
def test_sheet_names_are_valid(number: int, title: str) -> None:
    name = sheet_name(number, title)
    assert len(name.encode("utf-16-le")) <= 62
    assert name.startswith(str(number))
    assert not set(name) & set("[]:*?/\\'")
    openpyxl.Workbook().create_sheet(name)


def test_rows_have_room_for_what_wraps(toy: Result, tmp_path: Path) -> None:
    """A row with merged cells does not grow by itself: its height is what its longest cell needs."""
    toy.tables[0].cells[0].text = toy.tables[0].grid[0][0] = "A long heading that needs many lines in its column " * 3
    sheet = openpyxl.load_workbook(toy.to_xlsx(tmp_path / "a.xlsx")).worksheets[1]
    heights = [sheet.row_dimensions[TOP + row].height for row in range(len(toy.tables[0].grid))]
    assert heights[0] >= 2 * LINE
    assert heights[-1] < heights[0]
    assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value} == {"Arial"}


@pytest.mark.parametrize(
    ("text", "room", "lines"), [("", 9, 1), ("Week 2", 9, 1), ("Week 2", 5, 2), ("abcdefghij", 4, 3)]
)
def test_lines_of_wrapped_text(text: str, room: float, lines: int) -> None:
    assert wrapped(text, room) == lines


def test_what_needs_more_than_the_highest_row_gets_wider_columns_or_more_rows(toy: Result, tmp_path: Path) -> None:
    table = toy.tables[0]
    table.grid[4][1] = "A very long remark on what is done at this visit and by whom. " * 60
    table.footnotes[0].text = "A note that goes on and on over more than a page of the protocol. " * 120
    book = openpyxl.load_workbook(toy.to_xlsx(tmp_path / "a.xlsx"))
    sheet = book.worksheets[1]
    assert all((row.height or 0) <= HIGHEST + 1.5 for row in sheet.row_dimensions.values())
    assert sheet.column_dimensions["B"].width > 26
    notes = [row[1].value for row in sheet.iter_rows(min_row=TOP + len(table.grid)) if row[1].value]
    assert len(notes) > len(table.footnotes)
    assert " ".join(notes).startswith(table.footnotes[0].text.strip())
    assert sheet.auto_filter.ref == "A4:E8"


def test_a_doubt_is_the_comment_of_its_cell_in_its_own_words(toy: Result, tmp_path: Path) -> None:
    table = toy.tables[0]
    at = next(cell for cell in table.cells if cell.text == "Continuously")
    at.doubt, table.doubt = (
        [Doubt(kind="ink", why="More is printed here.")],
        [PlacedDoubt(kind="title", why="No title was found.", place="table")],
    )
    table.footnotes[0].doubt = [Doubt(kind="note", why="It is cut."), Doubt(kind="note", why="Another is in it.")]
    sheet = openpyxl.load_workbook(toy.to_xlsx(tmp_path / "t.xlsx"))[FIRST]
    told = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert told == {"B8": "More is printed here.", "A1": "No title was found.", "A11": "It is cut. Another is in it."}
