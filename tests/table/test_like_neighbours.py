"""Figures read as letters are put right by their row, words are not."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.table.cell_text import as_pattern, mend_figures
from soesift.table.grid import FoundTable, GridCell


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        (["Week", "wo", "W2", "W4", "W6"], ["Week", "W0", "W2", "W4", "W6"]),
        (["Visit", "Day l", "Day 8", "Day 15", "Day 22"], ["Visit", "Day 1", "Day 8", "Day 15", "Day 22"]),
        (["Cycle", "CIDl", "C1D8", "C2D1", "C3D1"], ["Cycle", "C1D1", "C1D8", "C2D1", "C3D1"]),
        (["Visit", "EOS", "V2", "V3", "V4"], ["Visit", "EOS", "V2", "V3", "V4"]),
        (["Visit", "wo", "W2", "W4", "FU"], ["Visit", "wo", "W2", "W4", "FU"]),  # two are no pattern
        (["Visit", "Clinic", "Clinic", "Clinie", "Clinic"], ["Visit", "Clinic", "Clinic", "Clinic", "Clinic"]),
        (["Visit", "Clinic", "Clinic", "Clinics", "Clinic"], ["Visit", "Clinic", "Clinic", "Clinics", "Clinic"]),
        (["Solo", "X", "l", "X", "X"], ["Solo", "X", "l", "X", "X"]),
    ],
)
def test_rows(row: list[str], mended: list[str]) -> None:
    cells = [GridCell(0, column, 1, 1, text) for column, text in enumerate(row)]
    table = FoundTable(1, np.arange(2, dtype=np.float32), np.arange(len(row) + 1, dtype=np.float32), cells)
    mend_figures(table)
    assert table.texts() == [mended]


def test_a_pattern_wants_its_letters() -> None:
    assert as_pattern("w8", "W#") == "W8"
    assert not as_pattern("ww", "W#")
    assert not as_pattern("Wk", "W#")
