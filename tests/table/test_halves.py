"""Columns of tables without rules of which white space made two; arrows that run like rules."""

from __future__ import annotations

import numpy as np

from soesift.table.grid import FoundTable, GridCell, join_halves
from soesift.table.ruled import part_floating


def found(grid: list[list[str]]) -> FoundTable:
    rows = np.arange(len(grid) + 1, dtype=np.float32) * 10
    columns = np.arange(len(grid[0]) + 1, dtype=np.float32) * 20
    cells = [GridCell(r, c, 1, 1, text) for r, row in enumerate(grid) for c, text in enumerate(row)]
    return FoundTable(1, rows, columns, cells, borderless=True)


def test_marks_beside_their_heading_stand_below_it() -> None:
    table = found([["Visit", "V1", "V2", "Week 2", ""], ["ECG", "X", "", "", "X"], ["Weight", "", "X", "", "X"]])
    join_halves(table)
    assert table.texts() == [["Visit", "V1", "V2", "Week 2"], ["ECG", "X", "", "X"], ["Weight", "", "X", "X"]]
    assert table.shape == (3, 4)


def test_a_visit_without_marks_keeps_its_column() -> None:
    grid = [["Visit", "V1", "V2", "V3"], ["ECG", "X", "", "X"], ["Weight", "X", "", ""]]
    table = found(grid)
    join_halves(table)
    assert table.texts() == grid
    rest = found([["ECG", "X", "", "X"], ["Weight", "", "X", "X"], ["Height", "", "X", ""]])
    join_halves(rest)
    assert rest.shape == (3, 4)


def test_many_arrows_of_one_length_are_no_rules() -> None:
    vertical = np.array([[x, 0, 100] for x in range(0, 121, 20)], np.float32)
    rules = [(y, 0, 120) for y in range(0, 101, 10)]
    arrows = [(y, 27, 113) for y in (35, 45, 55, 65, 75)]
    kept, floating = part_floating(np.array([*rules, *arrows], np.float32), vertical)
    assert len(floating) == 5
    assert len(kept) == len(rules)
