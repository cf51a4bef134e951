"""Words that a narrow cell cuts without a hyphen are whole again; whole words that fill their line stay apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, draw_table, full_grid, read_sheet
from soesift.document.raised import DOWN, UP
from soesift.table.cell_text import is_cut
from soesift.table.find import find_tables

WIDE = {"Biomarke": 45.0, "Pregnan": 42.0, "Procedures": 53.0, "Vigilan": 40.0, "Assess": 37.0}  # points of a column
WITHOUT = [["Name", "Day 1", "Day 8"], ["", "X", ""], ["ECG", "X", "X"]]


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Biomarke\nrs plasma", "Biomarkers plasma"),
        ("Pregnan\ncy test", "Pregnancy test"),
        ("Assess\nments", "Assessments"),
        ("Vigilan\ncezorg", "Vigilan cezorg"),  # no list has it, and its rest is long
        ("Procedures\nperformed", "Procedures performed"),
        ("Procedures\nin part 2", "Procedures in part 2"),
        ("Procedures\nRs", "Procedures Rs"),
    ],
)
def test_words_in_a_narrow_column(tmp_path: Path, printed: str, read: str) -> None:
    xs = [72.0, 72.0 + WIDE[printed.split("\n")[0]], 200.0, 260.0]
    grid = [["Name", "Day 1", "Day 8"], [printed, "X", ""], ["ECG", "X", "X"]]
    sheet = draw_table(Sheet(), xs, [100.0, 120.0, 145.0, 165.0], full_grid(grid), size=8)
    assert find_tables(read_sheet(tmp_path, sheet)).tables[0].texts()[1][0] == read


def test_a_line_that_leaves_room_ends_with_a_whole_word(tmp_path: Path) -> None:
    grid = [["Name", "Day 1", "Day 8"], ["Biomarke\nrs plasma", "X", ""], ["ECG", "X", "X"]]
    sheet = draw_table(Sheet(), [72.0, 160.0, 220.0, 280.0], [100.0, 120.0, 145.0, 165.0], full_grid(grid), size=8)
    assert find_tables(read_sheet(tmp_path, sheet)).tables[0].texts()[1][0] == "Biomarke rs plasma"


def test_what_is_no_word_by_itself() -> None:
    assert is_cut("Post-Treatme", "nt")
    assert not is_cut("Pembrolizumab", "infusion")
    assert is_cut("Dihydropyri", "di")
    assert not is_cut("Pembrolizumab", "iv")
    assert not is_cut("ECG", "rs")
    assert not is_cut("visit", "at")


def test_a_word_that_the_page_has_whole_and_one_cut_within_its_ending() -> None:
    assert not is_cut("Laborato", "riumonderzoek")
    assert is_cut("Laborato", "riumonderzoek", frozenset({"laboratoriumonderzoek"}))
    assert not is_cut("Laborato", "riumonderzoek", frozenset({"laboratoriumonderzoek", "laborato", "riumonderzoek"}))
    assert is_cut("Anticoagulati", "on")  # a word by itself
    assert not is_cut("Anticoagulati", "on", frozenset({"anticoagulati"}))
    assert is_cut("Échocardiogr", "aphie1")  # with its marker
    assert is_cut("Électrocardio", "gramme")
    assert not is_cut("Pembrolizumab", "therapy")
    assert not is_cut("Anticoagulati", "on-site")


def test_a_rest_with_a_marker_below_a_tall_letter_is_joined_and_not_raised(tmp_path: Path) -> None:
    sheet = draw_table(Sheet(), [72.0, 120.0, 200.0, 260.0], [100.0, 120.0, 145.0, 165.0], full_grid(WITHOUT), size=8)
    sheet.text(75, 130, "Inhalati", 9.4).text(75, 139, "on", 8).text(84, 136, "1", 5)
    (table,) = find_tables(read_sheet(tmp_path, sheet)).tables
    cell = next(cell for cell in table.cells if (cell.row, cell.column) == (1, 0))
    assert (cell.text, cell.shown) == ("Inhalation1", f"Inhalation{UP}1{DOWN}")
