"""The table as a Markdown pipe table; the header rows joined into one, as Markdown has only one."""

from __future__ import annotations

from soesift.table.record import TableRecord
from soesift.view.budget import GAP, Choice, TokenBudget, fit
from soesift.view.registry import View

NOTE = f"the table alone as a Markdown table; {GAP} stands for cells left out"


def render(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _draw(record, choice)))


def _draw(record: TableRecord, choice: Choice) -> str:
    head = [row for row in choice.rows if row < max(record.header_rows, 1)]
    body = [row for row in choice.rows if row not in head]
    lines = [_line([_joined(record.grid, choice, head, column) for column in choice.columns])]
    lines.append("|" + "---|" * len(choice.columns))
    for row in body:
        shown = choice.columns if row in choice.full else choice.columns[:2]  # one gap sign, not one a column
        lines.append(_line([_text(choice.cell(record.grid, row, column)) for column in shown]))
    return "\n".join(lines)


def _joined(grid: list[list[str]], choice: Choice, head: list[int], column: int) -> str:
    """Header cells of a column from top to bottom, repeats (merged cells) once."""
    return " / ".join(dict.fromkeys(text for row in head if (text := _text(choice.cell(grid, row, column)))))


def _text(cell: str | None) -> str:
    return GAP if cell is None else cell.replace("|", "\\|")


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
