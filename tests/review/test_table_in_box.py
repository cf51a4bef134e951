"""A box drawn by hand: what lies in it is read, and nothing that its drawer left outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import soesift.detect.reading as reading_module
from document_maker import Sheet, draw_table, full_grid, save
from soesift.detect.options import ReadOptions
from soesift.detect.reading import Scan
from soesift.document.page import Page
from soesift.document.pdf import open_pdf, read_page
from soesift.review.lines import table_in_box

GRID = [
    ["Activity", "Screening", "Day 1", "Day 8"],
    ["Vital signs", "X", "X", "X"],
    ["Blood draw", "X", "", "X"],
    ["Physical exam", "", "X", "X"],
]
XS, YS = [50.0, 200.0, 280.0, 360.0, 440.0], [100.0, 120.0, 140.0, 160.0, 180.0]


def made(folder: Path, above: list[str] | None = None) -> Path:
    """The table alone, or with a row above it in the same columns and rules, as a head that stands on each page."""
    rows, ys = ([above, *GRID], [60.0, *YS]) if above else (GRID, YS)
    sheet = Sheet()
    draw_table(sheet, XS, ys, full_grid(rows))
    return save(folder, [sheet])


def read(path: Path, x0: float, top: float, x1: float, bottom: float) -> list[list[str]]:
    found = table_in_box(path, 1, (x0, top, x1, bottom))
    assert found is not None
    return found.grid


def test_a_box_around_the_table_reads_the_table(tmp_path: Path) -> None:
    assert read(made(tmp_path), 48, 98, 442, 182) == GRID


def test_a_box_that_cuts_the_edge_by_a_hair_still_reads_the_table(tmp_path: Path) -> None:
    assert read(made(tmp_path), 58, 106, 432, 174) == GRID


def test_what_stands_above_the_box_is_not_read_with_it(tmp_path: Path) -> None:
    head = ["Acme Research", "", "Protocol A-1", "Version 2"]
    path = made(tmp_path, head)
    assert read(path, 48, 58, 442, 182)[0] == head  # a box around all of it
    assert read(path, 48, 96, 442, 182) == GRID


def test_a_picture_that_a_glance_left_unread_is_read_where_a_person_drew_a_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path)
    with open_pdf(path) as document:
        printed = read_page(document, 0)
    asked: list[str] = []

    def scan(document: Any, index: int, page: Page, options: ReadOptions, looks: Any) -> Scan:
        asked.append(options.ocr)
        return Scan(printed) if options.ocr == "always" else Scan(None, likely=0.01)

    monkeypatch.setattr(reading_module, "read_page", lambda *_: Page(1, 612, 792, problem="image"))
    monkeypatch.setattr(reading_module, "scan_page", scan)
    assert read(path, 48, 98, 442, 182) == GRID
    assert asked == ["auto", "always"]


def test_a_page_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert table_in_box(made(tmp_path), 2, (0, 0, 10, 10)) is None


def test_a_box_without_a_table_is_an_empty_one(tmp_path: Path) -> None:
    found = table_in_box(made(tmp_path), 1, (50, 400, 400, 500))
    assert found is not None
    assert found.grid == []
