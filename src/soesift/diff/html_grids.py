"""Two grids side by side, rows and columns at the same height, what changed with its letter."""

from __future__ import annotations

from typing import Literal

from soesift.diff.models import Edit, TableDiff
from soesift.diff.words import letter
from soesift.export.markup import element, text
from soesift.result.models import SoeTable

Which = Literal["old", "new"]
Spot = tuple[int | None, int | None]  # row and column of the grid; None: the whole column or row


def grids_html(diff: TableDiff, old: SoeTable, new: SoeTable) -> str:
    """Both grids. Of a transposed table, rows and columns are shown exchanged."""
    halves = [_half(diff, table, which) for table, which in ((old, "old"), (new, "new"))]  # type: ignore[arg-type]
    return element("h3", "Side by side") + element("div", *halves, cls="pair")


def _half(diff: TableDiff, table: SoeTable, which: Which) -> str:
    grid = turned(table)
    side = 0 if which == "old" else 1
    rows = [pair[side] for pair in diff.rows]
    columns = [pair[side] for pair in diff.columns]
    letters = touched(diff.edits, which)
    body = {pair[side] for pair in diff.rows if pair[side] is not None}
    top = min((r for r in body if r is not None), default=len(grid))
    first = min((c for c in columns if c is not None), default=1)
    head = [_row(grid, r, first, columns, letters, "th") for r in range(top)]
    lines = [_row(grid, r, first, columns, letters, "td") for r in rows]
    name = f"{'Old' if which == 'old' else 'New'}: {table.title or table.id}"
    drawn = element("table", element("caption", text(name), dir="auto"), element("thead", *head),
                    element("tbody", *lines), cls="grid")  # fmt: skip
    return element("div", drawn, cls="frame", tabindex="0", role="region", aria_label=name)


def turned(table: SoeTable) -> list[list[str]]:
    """The grid as the difference counts it: transposed tables exchanged, short rows padded."""
    width = max(map(len, table.grid), default=0)
    grid = [row + [""] * (width - len(row)) for row in table.grid]
    return [list(column) for column in zip(*grid, strict=True)] if "transposed" in table.flags else grid


def touched(edits: list[Edit], which: Which) -> dict[Spot, str]:
    """The letter of each cell, row or column that an edit names in this version."""
    letters: dict[Spot, str] = {}
    for edit in edits:
        place = edit.old if which == "old" else edit.new
        if place is None or edit.kind.startswith(("footnote", "table", "category")):
            continue
        if place.rows and place.columns:
            spots: list[Spot] = [(r, c) for r in place.rows for c in place.columns]
        else:
            spots = [(r, None) for r in place.rows] or [(None, c) for c in place.columns]
        for spot in spots:
            letters.setdefault(spot, letter(edit))
    return letters


def _row(
    grid: list[list[str]], r: int | None, first: int, columns: list[int | None], letters: dict[Spot, str], tag: str
) -> str:
    if r is None:
        gaps = [element("td", cls="gap") for _ in range(len(columns) + 1)]
        return element("tr", *gaps)
    own = letters.get((r, None)) if tag == "td" else None
    label = " · ".join(dict.fromkeys(t for t in grid[r][:first] if t))
    cells = [element("th", _marked(label, own), cls=own, scope="row" if tag == "td" else "col", dir="auto")]
    for c in columns:
        if c is None or c >= len(grid[r]):
            cells.append(element(tag, cls="gap"))
            continue
        whole = letters.get((None, c)) or (own if own in ("A", "R") else None)
        kind = letters.get((r, c)) or (whole if tag == "th" or whole in ("A", "R") else None)
        shown = kind if (r, c) in letters or tag == "th" else None
        scope = "col" if tag == "th" else None
        cells.append(element(tag, _marked(grid[r][c], shown), cls=kind, scope=scope, dir="auto"))
    return element("tr", *cells)


def _marked(content: str, kind: str | None) -> str:
    return (element("b", kind, cls="k") if kind else "") + text(content)
