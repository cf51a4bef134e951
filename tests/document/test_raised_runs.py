"""Raised characters: found on the page, carried to the cell, told apart into markers and other things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from document_maker import Sheet, read_sheet
from soesift.document.raised import DOWN, UP, mark_own, markers_of, plain, runs_of, split_raised
from soesift.document.words import find_words, read_lines
from soesift.table.find import find_tables


def shown(tmp_path: Path, sheet: Sheet) -> list[tuple[str, bool]]:
    words = find_words(read_sheet(tmp_path, sheet))
    return runs_of(read_lines(words, np.arange(len(words)), shown=True))


@pytest.mark.parametrize("gap", [0.0, 3.0])
def test_a_raised_figure_is_no_part_of_the_number(tmp_path: Path, gap: float) -> None:
    sheet = Sheet().text(72, 100, "Week 2", 10).text(104.5 + gap, 96.4, "2", 6)
    runs = shown(tmp_path, sheet)
    assert [raised for _, raised in runs] == [False, True]
    assert split_raised(runs) == ("Week 2", ["2"])


def test_lowered_and_level_print_is_not_raised(tmp_path: Path) -> None:
    assert shown(tmp_path, Sheet().text(72, 100, "HbA", 10).text(91, 102, "1c", 6)) == []
    assert shown(tmp_path, Sheet().text(72, 100, "Week 2", 10).text(104.5, 100, "2", 6)) == []


@pytest.mark.parametrize(
    ("before", "run", "after"),
    [
        ("WBC 10", "9", "/L"),
        ("x 10", "9", ""),
        ("kg/m", "2", ""),
        ("1.73 m", "2", ""),
        ("21", "st", " day"),
        ("Ca", "2+", ""),
        ("CD4", "+", " cells"),
        ("HER2", "-", ""),
        ("", "14", "C-urea"),
        ("", "99m", "Tc"),
        ("Prevenar", "®", ""),
        ("Neuro", "TM", ""),
        ("37", "o", "C"),
        ("see", "footnote", ""),
    ],
)
def test_raised_and_no_marker(before: str, run: str, after: str) -> None:
    assert markers_of(run, before, after) == []


@pytest.mark.parametrize(
    ("run", "known", "wanted"),
    [
        ("a,b", "", ["a", "b"]),
        ("1, 12", "", ["1", "12"]),
        ("12", "1 2", ["1", "2"]),
        ("12", "1 2 12", ["12"]),
        ("ab", "", ["a", "b"]),
        ("aa", "", ["aa"]),
        ("*†", "", ["*", "†"]),
        ("**", "", ["**"]),
        ("(c)", "", ["c"]),
        ("iii", "", ["iii"]),
        ("¹²", "1 2", ["1", "2"]),
        ("*1", "", ["*1"]),
        ("*1, *2", "*1 *2", ["*1", "*2"]),
        ("*1", "* 1", ["*", "1"]),
        ("①②", "", ["①", "②"]),
    ],
)
def test_markers_of_a_raised_run(run: str, known: str, wanted: list[str]) -> None:
    assert markers_of(run, "Weight", "", frozenset(known.split())) == wanted


def test_a_figure_behind_a_lone_ten_is_a_marker_where_its_note_stands() -> None:
    ten = [("10", False), ("7", True)]
    assert split_raised(ten, frozenset("67")) == ("10", ["7"])
    assert split_raised(ten, frozenset("6")) == ("10⁷", [])
    assert markers_of("2", "at rest.", "In women") == ["2"]
    assert split_raised([*ten, (" PFU", False)], frozenset("67")) == ("10⁷ PFU", [])


def test_powers_stay_readable() -> None:
    assert split_raised([("Platelets (10", False), ("9", True), ("/L)", False), ("3", True)]) == (
        "Platelets (10⁹/L)",
        ["3"],
    )
    assert split_raised([("BMI, kg/m", False), ("2", True)]) == ("BMI, kg/m²", [])


def test_unicode_superscripts_are_raised() -> None:
    assert split_raised(runs_of(mark_own("Week 2²"))) == ("Week 2", ["2"])
    assert split_raised(runs_of(mark_own("Week 2²,³ or 4"))) == ("Week 2 or 4", ["2", "3"])


@settings(deadline=None)
@given(st.text(st.sampled_from([*"aX1, 9", UP, DOWN, "²"]), max_size=14), st.frozensets(st.sampled_from("a1")))
def test_no_character_is_lost(text: str, known: frozenset[str]) -> None:
    runs = runs_of(text)
    if runs:
        assert "".join(piece for piece, _ in runs).split() == plain(text).split()
        assert any(raised for _, raised in runs)
    base, _ = split_raised(runs, known)
    assert UP not in base
    assert DOWN not in base


def test_cells_carry_what_is_raised(tmp_path: Path) -> None:
    sheet = Sheet()
    for x in (100, 200, 240, 280):
        sheet.line(x, 100, x, 140)
    for y in (100, 120, 140):
        sheet.line(100, y, 280, y)
    sheet.text(105, 114, "Day", 8).text(210, 114, "1", 8).text(214.6, 111, "4", 5.2).text(250, 114, "8", 8)
    sheet.text(105, 134, "Weight", 8).text(210, 134, "X", 8).text(250, 134, "X", 8)
    table = find_tables(read_sheet(tmp_path, sheet)).tables[0]
    assert table.texts()[0] == ["Day", "14", "8"]
    assert table.plain_texts()[0] == ["Day", "1", "8"]


def test_raised_print_of_the_same_size(tmp_path: Path) -> None:
    assert shown(tmp_path, Sheet().text(72, 100, "Follow-Up", 10).text(118, 97.2, "a", 10)) == [
        ("Follow-Up", False),
        ("a", True),
    ]
    # what is set lower does not raise the rest
    assert shown(tmp_path, Sheet().text(72, 100, "H", 10).text(79.3, 102.2, "2", 10).text(84.9, 100, "O", 10)) == []


def test_a_marker_that_was_wrapped_is_raised(tmp_path: Path) -> None:
    sheet = Sheet().text(72, 100, "Fluorescein angiography", 10).text(72, 112, "10", 6)
    assert split_raised(shown(tmp_path, sheet)) == ("Fluorescein angiography", ["10"])
