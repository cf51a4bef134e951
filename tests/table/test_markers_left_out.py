"""A grid without its raised markers is a copy: what was found stays as it was."""

from __future__ import annotations

from soesift.document.raised import DOWN, UP
from soesift.table.grid import GridCell, without_markers


def test_the_grid_as_found_is_not_changed() -> None:
    grid = [["Procedure", "Day 1a"], ["ECG", "X"]]
    cells = [GridCell(0, 1, 1, 1, "Day 1a", f"Day 1{UP}a{DOWN}"), GridCell(1, 1, 1, 1, "X")]
    assert without_markers(grid, cells) == [["Procedure", "Day 1"], ["ECG", "X"]]
    assert grid == [["Procedure", "Day 1a"], ["ECG", "X"]]
