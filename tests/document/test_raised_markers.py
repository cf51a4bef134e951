"""Footnote markers: raised small print that touches its word is part of it."""

from __future__ import annotations

from pathlib import Path

from document_maker import Sheet, read_sheet
from soesift.document.words import find_words
from soesift.table.find import find_tables


def test_a_marker_raised_far_stays_with_its_mark(tmp_path: Path) -> None:
    sheet = Sheet().text(100, 200, "X", 8).text(105.4, 195, "c", 6)
    assert find_words(read_sheet(tmp_path, sheet)).text == ["Xc"]


def test_the_next_line_is_another_word(tmp_path: Path) -> None:
    sheet = Sheet().text(100, 200, "X", 8).text(105.4, 210, "c", 6)
    assert find_words(read_sheet(tmp_path, sheet)).text == ["X", "c"]


def test_a_merged_mark_is_not_parted_from_its_marker(tmp_path: Path) -> None:
    sheet = Sheet()
    for x in (100, 200, 240, 280):
        sheet.line(x, 100, x, 120)
    for x in (100, 200, 280):
        sheet.line(x, 120, x, 140)
    for y in (100, 120, 140):
        sheet.line(100, y, 280, y)
    sheet.text(105, 112, "Visit", 8).text(210, 112, "1", 8).text(250, 112, "2", 8)
    sheet.text(105, 134, "Scan", 8).text(234.4, 134, "X", 8).text(240.5, 128, "c", 7.6)
    grid = find_tables(read_sheet(tmp_path, sheet)).tables[0].texts()
    assert grid[0] == ["Visit", "1", "2"]
    assert grid[1][1] == grid[1][2]
    assert "X" in grid[1][1]
