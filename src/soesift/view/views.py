"""The views: one table rendered as the text that a model reads, by name.

A further view is a function `(record, budget) -> View` here, and its line in `RENDERERS`. One that was used is never
changed: answers to it would be misattributed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape
from itertools import groupby
from typing import NamedTuple

from soesift.errors import UsageError
from soesift.table.record import TableRecord
from soesift.view import picture
from soesift.view.budget import GAP, Choice, TokenBudget, cut, fit, spread

HEAD = 12  # lines at the top of a page that are kept first: running head, title, header rows


@dataclass(frozen=True)
class View:
    """`text` as a model reads it; `left_out` names what the budget kept back (empty: nothing)."""

    text: str
    left_out: list[str] = field(default_factory=list)


class Renderer(NamedTuple):
    """How a view is drawn, and the note that tells its reader how it is laid out."""

    draw: Callable[[TableRecord, TokenBudget], View]
    note: str


def view_named(name: str) -> Renderer:
    """The renderer of a view. Raises UsageError."""
    if name == picture.NAME:
        return Renderer(_no_text, picture.NOTE)
    if name not in RENDERERS:
        known = (*VIEWS, picture.NAME)
        near = get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
        raise UsageError(f"no view {name!r}; {advice}")
    return RENDERERS[name]


def _no_text(record: TableRecord, budget: TokenBudget) -> View:
    raise UsageError("the view picture is no text: only a teacher that sees can be asked with it (label run)")


def render(name: str, record: TableRecord, budget: TokenBudget | None = None) -> View:
    """Render one table in the view `name` within `budget` (default: no limit)."""
    return view_named(name).draw(record, budget or TokenBudget())


# json: the paper's view of a table: JSON, column number -> {row number: cell}. Content of the table only.


def _json(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _json_draw(record.grid, choice)))


def _json_draw(grid: list[list[str]], choice: Choice) -> str:
    shown = {
        str(column): {str(row): text for row in choice.rows if (text := choice.cell(grid, row, column)) is not None}
        for column in choice.columns
    }
    return json.dumps(shown, ensure_ascii=False)


# page: all text of the page: before, inside and after the table (the paper's text view).


def _page(record: TableRecord, budget: TokenBudget) -> View:
    """A page too long keeps its first lines, its titles, its last line, and a spread of the rest."""
    text = record.page_text or _from_parts(record)
    if budget.holds(text):
        return View(text)
    lines = [line for line in text.splitlines() if line.strip()]
    count = _most(lines, record, budget)
    drawn = _page_draw(lines, _kept(lines, record, count))
    left_out = [f"lines: {len(_kept(lines, record, count))} of {len(lines)} shown"]
    return View(drawn, left_out) if budget.holds(drawn) else View(cut(drawn, budget), [*left_out, "text cut"])


def _from_parts(record: TableRecord) -> str:
    """Page text where there is none (DOCX): surroundings and the cells line by line, merged cells once."""
    rows = [" ".join(dict.fromkeys(cell for cell in row if cell)) for row in record.grid]
    parts = [record.heading, record.above, record.caption, *rows, record.below]
    return "\n".join(part for part in parts if part)


def _kept(lines: list[str], record: TableRecord, count: int) -> list[int]:
    names = [name for name in (record.caption, record.heading) if name]
    titles = [i for i, line in enumerate(lines) if any(_same(name, line) for name in names)][:4]
    first = [*range(min(HEAD, len(lines))), *titles, len(lines) - 1]
    rest = [i for i in range(len(lines)) if i not in first]
    return sorted({*first[:count], *(rest[i] for i in spread(count - len(first), len(rest)))})


def _same(name: str, line: str) -> bool:
    """Whether a line is (part of) a title; short lines lie in too many."""
    return name in line or (len(line) > 8 and line in name)


def _most(lines: list[str], record: TableRecord, budget: TokenBudget) -> int:
    low, high = 1, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        fits = budget.holds(_page_draw(lines, _kept(lines, record, middle)))
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def _page_draw(lines: list[str], kept: list[int]) -> str:
    drawn: list[str] = []
    for before, here in zip([-1, *kept], kept, strict=False):
        if here > before + 1:
            drawn.append(GAP)
        drawn.append(lines[here])
    return "\n".join(drawn + ([GAP] if kept and kept[-1] < len(lines) - 1 else []))


# markdown: the table as a Markdown pipe table; the header rows joined into one, as Markdown has only one.


def _markdown(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _markdown_draw(record, choice)))


def _markdown_draw(record: TableRecord, choice: Choice) -> str:
    head = [row for row in choice.rows if row < max(record.header_rows, 1)]
    body = [row for row in choice.rows if row not in head]
    lines = [_markdown_line([_joined(record.grid, choice, head, column) for column in choice.columns])]
    lines.append("|" + "---|" * len(choice.columns))
    for row in body:
        shown = choice.columns if row in choice.full else choice.columns[:2]  # one gap sign, not one a column
        lines.append(_markdown_line([_markdown_text(choice.cell(record.grid, row, column)) for column in shown]))
    return "\n".join(lines)


def _joined(grid: list[list[str]], choice: Choice, head: list[int], column: int) -> str:
    """Header cells of a column from top to bottom, repeats (merged cells) once."""
    return " / ".join(dict.fromkeys(text for row in head if (text := _markdown_text(choice.cell(grid, row, column)))))


def _markdown_text(cell: str | None) -> str:
    return GAP if cell is None else cell.replace("|", "\\|")


def _markdown_line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


# html: the table as plain HTML; a text repeated along a header row (a merged cell) becomes one cell.


def _html(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _html_draw(record, choice)))


def _html_draw(record: TableRecord, choice: Choice) -> str:
    rows = []
    for row in choice.rows:
        shown = choice.columns if row in choice.full else choice.columns[:2]  # one gap sign, not one a column
        cells = [choice.cell(record.grid, row, column) for column in shown]
        rows.append("<tr>" + (_html_header(cells) if row < record.header_rows else _html_body(cells)) + "</tr>")
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _html_header(cells: list[str | None]) -> str:
    parts = []
    for text, group in groupby(cells):
        width = len(list(group))
        if not text or width == 1:
            parts += [f"<th>{_html_text(text)}</th>"] * width
        else:
            parts.append(f'<th colspan="{width}">{_html_text(text)}</th>')
    return "".join(parts)


def _html_body(cells: list[str | None]) -> str:
    return "".join(f"<td>{_html_text(cell)}</td>" for cell in cells)


def _html_text(cell: str | None) -> str:
    return GAP if cell is None else escape(cell, quote=False)


# header_column: header rows and first column only: what a table is about, without its body.


def _header_column(record: TableRecord, budget: TokenBudget) -> View:
    """The body is absent by design, so only header or first-column text lost to the budget is flagged."""
    head = record.grid[: max(record.header_rows, 1)]
    bare = [[*row[:1], *([""] * (len(row) - 1))] for row in record.grid[len(head) :]]
    thin = record.model_copy(update={"grid": head + bare, "header_rows": len(head)})
    text, left_out = fit(thin, budget, lambda choice: _header_column_draw(thin, choice))
    return View(text, [item for item in left_out if not item.startswith("rows:")])


def _header_column_draw(record: TableRecord, choice: Choice) -> str:
    lines = ["header:"]
    for row in choice.rows:
        if row == record.header_rows:
            lines.append("first column:")
        columns = choice.columns if row < record.header_rows else choice.columns[:1]
        lines.append(" | ".join(choice.cell(record.grid, row, column) or "" for column in columns))
    return "\n".join(lines)


# transposed: the table turned: one line a column, so that a schedule reads visit by visit.


def _transposed(record: TableRecord, budget: TokenBudget) -> View:
    return View(*fit(record, budget, lambda choice: _transposed_draw(record.grid, choice)))


def _transposed_draw(grid: list[list[str]], choice: Choice) -> str:
    return "\n".join(_transposed_line(grid, choice, column) for column in choice.columns)


def _transposed_line(grid: list[list[str]], choice: Choice, column: int) -> str:
    """Runs of left-out cells shrink to one gap sign."""
    cells: list[str] = []
    for row in choice.rows:
        text = choice.cell(grid, row, column)
        if text is not None:
            cells.append(text)
        elif cells[-1:] != [GAP]:
            cells.append(GAP)
    return " | ".join(cells)


# header: header rows alone. Shares no cell with the first column's view: what one cell says, one of them cannot show.


def _header(record: TableRecord, budget: TokenBudget) -> View:
    head = record.grid[: max(record.header_rows, 1)]
    thin = record.model_copy(update={"grid": head, "header_rows": len(head)})
    return View(*fit(thin, budget, lambda choice: _header_draw(head, choice)))


def _header_draw(head: list[list[str]], choice: Choice) -> str:
    return "\n".join(
        " | ".join(choice.cell(head, row, column) or "" for column in choice.columns) for row in choice.rows
    )


# first_column: the first column alone, below the header rows. Shares no cell with the header's view.


def _first_column(record: TableRecord, budget: TokenBudget) -> View:
    column = [row[:1] or [""] for row in record.grid[max(record.header_rows, 1) :]]
    thin = record.model_copy(update={"grid": column, "header_rows": 0})
    text, left_out = fit(thin, budget, lambda choice: _first_column_draw(column, choice))
    return View(text, [item for item in left_out if not item.startswith("rows:")])


def _first_column_draw(column: list[list[str]], choice: Choice) -> str:
    return "\n".join(choice.cell(column, row, 0) or "" for row in choice.rows)


RENDERERS: dict[str, Renderer] = {
    "json": Renderer(_json, "the table alone as JSON, column number -> {row number: cell}"),
    "page": Renderer(_page, "all text of the page that the table is on, before, inside and after the table"),
    "markdown": Renderer(_markdown, f"the table alone as a Markdown table; {GAP} stands for cells left out"),
    "html": Renderer(_html, f"the table alone as HTML; {GAP} stands for cells left out"),
    "header_column": Renderer(
        _header_column, "only the header rows and the first column of the table, without its body"
    ),
    "transposed": Renderer(_transposed, f"the table alone, turned: one line a column; {GAP} stands for cells left out"),
    "header": Renderer(_header, "only the header rows of the table"),
    "first_column": Renderer(_first_column, "only the first column of the table, without its header rows"),
}
VIEWS = tuple(RENDERERS)
