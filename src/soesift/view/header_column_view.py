"""Header rows and first column only: what a table is about, without its body."""

from __future__ import annotations

from soesift.table.record import TableRecord
from soesift.view.budget import Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = "only the header rows and the first column of the table, without its body"


def render(record: TableRecord, budget: TokenBudget) -> View:
    """The body is absent by design, so only header or first-column text lost to the budget is flagged."""
    head = record.grid[: max(record.header_rows, 1)]
    bare = [[*row[:1], *([""] * (len(row) - 1))] for row in record.grid[len(head) :]]
    thin = record.model_copy(update={"grid": head + bare, "header_rows": len(head)})
    text, left_out = fit(thin, budget, lambda choice: _draw(thin, choice))
    return View(text, [item for item in left_out if not item.startswith("rows:")])


def _draw(record: TableRecord, choice: Choice) -> str:
    lines = ["header:"]
    for row in choice.rows:
        if row == record.header_rows:
            lines.append("first column:")
        columns = choice.columns if row < record.header_rows else choice.columns[:1]
        lines.append(" | ".join(choice.cell(record.grid, row, column) or "" for column in columns))
    return "\n".join(lines)
