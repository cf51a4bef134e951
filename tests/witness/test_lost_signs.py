"""A sign beside a figure that the file draws without saying which it is: "≤2" must not pass for "2"."""

from __future__ import annotations

from pathlib import Path

import pytest

from document_maker import Sheet, draw_table, full_grid, save
from soesift.result.models import Cell, SoeTable
from soesift.witness import examine

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
    cells = [
        Cell(row=r, column=c, text=text, page=1, bbox=(XS[c], YS[r], XS[c + 1], YS[r + 1]))
        for r, row in enumerate(grid)
        for c, text in enumerate(row)
    ]
    one = SoeTable(
        id="t1",
        title="Schedule",
        table_type="main_soa",
        type_probability=1,
        probability=1,
        fragments=[],
        header_rows=1,
        grid=grid,
        cells=cells,
    )
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
