"""The paper's view of a table: JSON, column number -> {row number: cell}. Content of the table only."""

from __future__ import annotations

import json

from soesift.table.record import TableRecord
from soesift.view.budget import Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = "the table alone as JSON, column number -> {row number: cell}"


def render(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _draw(record.grid, choice)))


def _draw(grid: list[list[str]], choice: Choice) -> str:
    shown = {
        str(column): {str(row): text for row in choice.rows if (text := choice.cell(grid, row, column)) is not None}
        for column in choice.columns
    }
    return json.dumps(shown, ensure_ascii=False)
