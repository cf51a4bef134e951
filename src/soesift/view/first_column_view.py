"""The first column alone, below the header rows. Shares no cell with the header's view."""

from __future__ import annotations

from soesift.table.record import TableRecord
from soesift.view.budget import Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = "only the first column of the table, without its header rows"


def render(record: TableRecord, budget: TokenBudget) -> View:
    column = [row[:1] or [""] for row in record.grid[max(record.header_rows, 1) :]]
    thin = record.model_copy(update={"grid": column, "header_rows": 0})
    text, left_out = fit(thin, budget, lambda choice: _draw(column, choice))
    return View(text, [item for item in left_out if not item.startswith("rows:")])


def _draw(column: list[list[str]], choice: Choice) -> str:
    return "\n".join(choice.cell(column, row, 0) or "" for row in choice.rows)
