"""The table as plain HTML; a text repeated along a header row (a merged cell) becomes one cell."""

from __future__ import annotations

from html import escape
from itertools import groupby

from soesift.table.record import TableRecord
from soesift.view.budget import GAP, Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = f"the table alone as HTML; {GAP} stands for cells left out"


def render(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _draw(record, choice)))


def _draw(record: TableRecord, choice: Choice) -> str:
    rows = []
    for row in choice.rows:
        shown = choice.columns if row in choice.full else choice.columns[:2]  # one gap sign, not one a column
        cells = [choice.cell(record.grid, row, column) for column in shown]
        rows.append("<tr>" + (_header(cells) if row < record.header_rows else _body(cells)) + "</tr>")
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _header(cells: list[str | None]) -> str:
    parts = []
    for text, group in groupby(cells):
        width = len(list(group))
        if not text or width == 1:
            parts += [f"<th>{_text(text)}</th>"] * width
        else:
            parts.append(f'<th colspan="{width}">{_text(text)}</th>')
    return "".join(parts)


def _body(cells: list[str | None]) -> str:
    return "".join(f"<td>{_text(cell)}</td>" for cell in cells)


def _text(cell: str | None) -> str:
    return GAP if cell is None else escape(cell, quote=False)
