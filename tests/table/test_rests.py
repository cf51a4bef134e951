"""The last rows of a table without rules, alone at the top of the next page."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_stream_tables import PROSE, ROWS, put_rows

from document_maker import Sheet, read_sheet
from soesift.document.page import Page
from soesift.table.find import PageTables, find_tables
from soesift.table.grid import FoundTable

NOTE = "AE = adverse event; ECG = electrocardiogram; a visit window of three days is allowed"


def page_of(folder: Path, sheet: Sheet, name: str) -> Page:
    (folder / name).mkdir()
    return read_sheet(folder / name, sheet)


def after(folder: Path, sheet: Sheet, first: Sheet | None = None) -> list[FoundTable]:
    """Tables of a page that follows one with a schedule (`first`, or ROWS)."""
    before = find_tables(page_of(folder, first or put_rows(Sheet(), ROWS, 120), "first"))
    return find_tables(page_of(folder, sheet, "second"), before=before).tables


def test_a_single_row_stands_in_the_columns_of_the_page_before(tmp_path: Path) -> None:
    rest = put_rows(Sheet(), [["Phone call", "", "X", "", ""]], 60).text(72, 90, NOTE, 9)
    [table] = after(tmp_path, rest)
    assert table.texts() == [["Phone call", "", "X", "", ""]]
    alone = find_tables(page_of(tmp_path, rest, "alone")).tables
    assert alone == []  # by itself it shows no columns


def test_a_caption_printed_again_and_rows_without_marks_are_passed(tmp_path: Path) -> None:
    rows = [["Phone call", "", "X", "", ""], ["Safety", "", "", "", ""], ["Weight", "", "", "", "X"]]
    sheet = put_rows(Sheet().text(72, 50, "Table 1 (continued)", 9), rows, 70).text(72, 140, NOTE, 9)
    [table] = after(tmp_path, sheet)
    assert table.texts() == rows


def test_columns_that_are_empty_on_this_page_are_columns_still(tmp_path: Path) -> None:
    """Five rows make a table by themselves, of the columns that hold something."""
    rows = [[name, "X", "", "", "X"] for name in ("Phone call", "Weight", "Serum sample", "Urine sample", "Diary")]
    sheet = put_rows(Sheet(), rows, 60)
    assert [t.shape for t in find_tables(page_of(tmp_path, sheet, "alone")).tables] == [(5, 3)]
    [table] = after(tmp_path, sheet)
    assert table.texts() == rows


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet().text(72, 60, PROSE, 9).text(72, 72, PROSE, 9),
        put_rows(Sheet(), [["Phone call", "", "at home", "", ""]], 60),  # no mark
        Sheet().text(120, 60, "Phone call", 9).text(300, 60, "X", 9),  # not at the edge
        Sheet().text(72, 60, "Phone call", 9).text(340, 60, "X  X  X  X  X  X  X  X", 9),  # over two columns
        Sheet().text(72, 60, "1.", 9).text(92, 60, PROSE, 9),
        put_rows(
            Sheet().text(72, 40, PROSE, 9).text(72, 52, "and a half", 9).text(300, 52, "2 of 3", 9), ROWS[1:2], 300
        ),
    ],
)
def test_what_does_not_stand_in_the_columns_is_no_rest(tmp_path: Path, sheet: Sheet) -> None:
    assert after(tmp_path, sheet) == []


def test_a_table_that_is_followed_by_text_is_at_its_end(tmp_path: Path) -> None:
    first = put_rows(Sheet(), ROWS, 120).text(72, 260, NOTE, 9)
    assert after(tmp_path, put_rows(Sheet(), [["Phone call", "", "X", "", ""]], 60), first) == []


def test_running_lines_that_were_not_learnt_are_passed(tmp_path: Path) -> None:
    """As on scans: a footer below the table, a head of two parts above its rest."""
    first = put_rows(Sheet(), ROWS, 120).text(72, 770, "Confidential", 9).text(450, 770, "Page 3 of 9", 9)
    sheet = (
        put_rows(Sheet(), [["Phone call", "", "X", "", ""]], 90).text(72, 40, "Acme", 9).text(400, 40, "Protocol 7", 9)
    )
    [table] = after(tmp_path, sheet, first)
    assert table.texts() == [["Phone call", "", "X", "", ""]]


def test_a_table_without_marks_does_not_go_on(tmp_path: Path) -> None:
    doses = [["Dose", "1", "2", "3", "4"]] + [[f"Level {i}", "5 mg", "10 mg", "20 mg", "40 mg"] for i in range(5)]
    assert after(tmp_path, put_rows(Sheet(), [["Level 9", "", "X", "", ""]], 60), put_rows(Sheet(), doses, 120)) == []


def test_a_table_with_its_own_columns_stays_as_it_is(tmp_path: Path) -> None:
    other = Sheet()
    for number, row in enumerate(ROWS):
        for x, text in zip([72, 180, 250, 330, 420], row, strict=True):
            if text:
                other.text(x, 60 + 18 * number, text, 9)
    [alone] = find_tables(page_of(tmp_path, other, "alone")).tables
    [table] = after(tmp_path, other)
    assert table.texts() == alone.texts() == ROWS
    assert table.columns == pytest.approx(alone.columns)


def test_pages_without_tables_before_change_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path, put_rows(Sheet(), ROWS, 120), "one")
    empty = PageTables(0, None, 612.0, 792.0, 0, "text", "")
    assert [t.texts() for t in find_tables(page, before=empty).tables] == [ROWS]
