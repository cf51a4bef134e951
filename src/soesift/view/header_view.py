"""Header rows alone. Shares no cell with the first column's view: what one cell says, one of the two cannot show."""

from __future__ import annotations

from soesift.table.record import TableRecord
from soesift.view.budget import Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = "only the header rows of the table"


def render(record: TableRecord, budget: TokenBudget) -> View:
    head = record.grid[: max(record.header_rows, 1)]
    thin = record.model_copy(update={"grid": head, "header_rows": len(head)})
    return View(*fit(thin, budget, lambda choice: _draw(head, choice)))


def _draw(head: list[list[str]], choice: Choice) -> str:
    return "\n".join(
        " | ".join(choice.cell(head, row, column) or "" for column in choice.columns) for row in choice.rows
    )
