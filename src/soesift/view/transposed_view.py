"""The table turned: one line a column, so that a schedule reads visit by visit."""

from __future__ import annotations

from soesift.table.record import TableRecord
from soesift.view.budget import GAP, Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = f"the table alone, turned: one line a column; {GAP} stands for cells left out"


def render(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _draw(record.grid, choice)))


def _draw(grid: list[list[str]], choice: Choice) -> str:
    return "\n".join(_line(grid, choice, column) for column in choice.columns)


def _line(grid: list[list[str]], choice: Choice, column: int) -> str:
    """Runs of left-out cells shrink to one gap sign."""
    cells: list[str] = []
    for row in choice.rows:
        text = choice.cell(grid, row, column)
        if text is not None:
            cells.append(text)
        elif cells[-1:] != [GAP]:
            cells.append(GAP)
    return " | ".join(cells)
