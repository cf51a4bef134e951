"""All text of the page: before, inside and after the table (the paper's text view)."""

from __future__ import annotations

from soesift.table.record import TableRecord
from soesift.view.budget import GAP, TokenBudget, cut, spread
from soesift.view.registry import View

NOTE = "all text of the page that the table is on, before, inside and after the table"
HEAD = 12  # lines at the top of a page that are kept first: running head, title, header rows


def render(record: TableRecord, budget: TokenBudget) -> View:
    """A page too long keeps its first lines, its titles, its last line, and a spread of the rest."""
    text = record.page_text or _from_parts(record)
    if budget.holds(text):
        return View(text)
    lines = [line for line in text.splitlines() if line.strip()]
    count = _most(lines, record, budget)
    drawn = _draw(lines, _kept(lines, record, count))
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
        fits = budget.holds(_draw(lines, _kept(lines, record, middle)))
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def _draw(lines: list[str], kept: list[int]) -> str:
    drawn: list[str] = []
    for before, here in zip([-1, *kept], kept, strict=False):
        if here > before + 1:
            drawn.append(GAP)
        drawn.append(lines[here])
    return "\n".join(drawn + ([GAP] if kept and kept[-1] < len(lines) - 1 else []))
