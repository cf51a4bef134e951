"""Markers of cells: raised ones as printed, others guessed only where nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy_fragments import fragment

from soesift.detect.assemble import assemble_tables
from soesift.document.raised import DOWN, UP
from soesift.join.fragment import Fragment
from soesift.join.markers import part_signs
from soesift.result.models import SoeTable
from soesift.schedule.read import read_schedule
from soesift.table.context import TextLine


def raised(base: str, marker: str) -> str:
    return f"{base}{UP}{marker}{DOWN}"


def with_raised(one: Fragment, where: dict[tuple[int, int], tuple[str, str]]) -> Fragment:
    cells = [replace(c, shown=raised(*where[c.row, c.column]) if (c.row, c.column) in where else "") for c in one.cells]
    return replace(one, cells=cells)


def table(grid: list[list[str]], where: dict[tuple[int, int], tuple[str, str]], notes: list[str]) -> SoeTable:
    below = [TextLine(text, 400 + 10 * k, 408 + 10 * k, 8) for k, text in enumerate(notes)]
    return assemble_tables([with_raised(fragment(grid, below=below), where)], {})[0]


GRID = [
    ["Procedure", "Screening", "Week 22", "Day 85"],
    ["Informed consenta", "X", "", ""],
    ["Vital signs", "X", "X", "Xa"],
    ["Weight", "X", "X7", "X"],
]


def test_raised_markers_leave_the_grid() -> None:
    found = table(GRID, {(0, 2): ("Week 2", "2"), (3, 2): ("X", "7")}, ["2. Only fasting.", "7. Twice."])
    assert found.grid[0] == ["Procedure", "Screening", "Week 2", "Day 85"]
    assert found.grid[3][2] == "X"
    cell = next(c for c in found.cells if (c.row, c.column) == (0, 2))
    assert cell.markers == ["2"]
    assert [(run.text, run.raised) for run in cell.runs] == [("Week 2", False), ("2", True)]
    assert not cell.marker_guess
    read = read_schedule(found)
    assert [c.used for c in read.conditions if c.marker == "2"] == [[(None, 1)]]


def test_markers_of_one_size_are_guesses_where_a_note_bears_them() -> None:
    grid = [row.copy() for row in GRID] + [["Consent, informed consent", "X", "", ""]]
    found = table(grid, {}, ["a. Only fasting."])
    guessed = [(c.row, c.text, c.markers) for c in found.cells if c.marker_guess]
    assert guessed == [(1, "Informed consent", ["a"]), (2, "X", ["a"])]
    assert found.grid[1][0] == "Informed consent"
    assert found.grid[0][2] == "Week 22"  # figures of a header are never guessed to be markers


def test_markers_in_square_brackets_that_a_note_bears_are_no_guess() -> None:
    grid = [[text.replace("consenta", "consent [a]").replace("Xa", "X[a]") for text in row] for row in GRID]
    found = table(grid, {}, ["[a] Only fasting."])
    bracketed = [(c.row, c.text, c.markers, c.marker_guess) for c in found.cells if c.markers]
    assert bracketed == [(1, "Informed consent", ["a"], False), (2, "X", ["a"], False)]


def test_nothing_is_guessed_of_a_marker_that_is_raised_elsewhere() -> None:
    grid = [row.copy() for row in GRID] + [["Consent, informed consent", "X", "", ""]]
    found = table(grid, {(3, 0): ("Weight", "a")}, ["a. Only fasting."])
    assert found.grid[1][0] == "Informed consenta"
    assert found.grid[2][3] == "X", "behind a mark it can be nothing else"


@pytest.mark.parametrize(
    ("text", "bare", "markers"),
    [
        ("Screening* (days)", "Screening (days)", ["*"]),
        ("End of treatment ‡", "End of treatment", ["‡"]),
        ("- §", "-", ["§"]),
        ("X *,†", "X", ["*", "†"]),
        ("Weight**", "Weight", ["**"]),
        ("Scan §§, ††", "Scan", ["§§", "††"]),
        ("x" + "*" * 5000 + "y", "x" + "*" * 5000 + "y", []),
        ("5 * 3 mg", "5 * 3 mg", []),
        ("sample #6", "sample #6", []),
        ("*", "*", []),
    ],
)
def test_signs_of_notes_in_print_of_the_usual_size(text: str, bare: str, markers: list[str]) -> None:
    assert part_signs(text, frozenset({"*", "**", "†", "‡", "§", "#"})) == (bare, markers)


def test_signs_beside_raised_markers_are_markers_too() -> None:
    grid = [row.copy() for row in GRID]
    grid[0][1] = "Screening*"
    found = table(grid, {(3, 0): ("Weight", "a")}, ["a. Only fasting.", "* Again if needed."])
    assert found.grid[0][1] == "Screening"
    assert next(c.markers for c in found.cells if (c.row, c.column) == (0, 1)) == ["*"]
