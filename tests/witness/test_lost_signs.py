"""A sign beside a figure that the file draws without saying which it is: "≤2" must not pass for "2"."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, draw_table, full_grid, save
from soesift.witness import examine
from toy_table import every_cell, made_table

XS = [72.0 + 60 * k for k in range(7)]
YS = [100.0, 120.0, 140.0]


def doubted(folder: Path, figures: list[str], drawn: dict[int, str]) -> set[int]:
    """Columns whose figure is doubted; drawn: signs that are lines on the page, by column."""
    grid = [["Week", *figures], ["ECG", *["X"] * len(figures)]]
    sheet = draw_table(Sheet(), XS, YS, full_grid(grid))
    for column, sign in drawn.items():
        x, y = XS[column] + 3 + 4.5 * len(figures[column - 1]) + 1.5, YS[0] + 7
        strokes = {"≤": [(x, y, x + 4, y - 2), (x, y, x + 4, y + 2), (x, y + 3, x + 4, y + 3)]}
        strokes["±"] = [(x, y, x + 4, y), (x + 2, y - 2, x + 2, y + 2), (x, y + 3, x + 4, y + 3)]
        for line in strokes[sign]:
            sheet.line(*line)
    one = made_table(grid, every_cell(grid, page=1))
    for cell in one.cells:
        cell.bbox = (XS[cell.column], YS[cell.row], XS[cell.column + 1], YS[cell.row + 1])
    examine([one], save(folder, [sheet]))
    return {cell.column for cell in one.cells if any(doubt.kind == "ink" for doubt in cell.doubt)}


@pytest.mark.parametrize("sign", ["≤", "±"])
@pytest.mark.parametrize("figures", [["2", "1", "4", "6", "8"], ["12", "11", "24", "36", "48"]])
def test_a_figure_with_a_lost_sign_is_doubted(tmp_path: Path, sign: str, figures: list[str]) -> None:
    assert doubted(tmp_path, figures, {1: sign}) == {1}


@pytest.mark.parametrize(
    "figures", [["2", "1", "4", "6", "8"], ["12", "11", "24", "36", "48"], ["1", "1", "1", "2", "2"]]
)
def test_figures_alone_are_not(tmp_path: Path, figures: list[str]) -> None:
    assert doubted(tmp_path, figures, {}) == set()
