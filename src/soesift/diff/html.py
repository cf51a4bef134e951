"""The difference as one self-contained page: the list of edits, then both grids side by side."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from soesift.diff.models import Edit, ScheduleDiff, TableDiff
from soesift.diff.words import KIND_WORDS, change, letter, where
from soesift.export.html import element, items, page_head, text
from soesift.export.wording import page_ranges
from soesift.result.models import Result, SoeTable

# Two grids side by side, rows and columns at the same height, what changed with its letter.

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
    drawn = element(
        "table",
        element("caption", text(name), dir="auto"),
        element("thead", *head),
        element("tbody", *lines),
        cls="grid",
    )
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


LEGEND = (("A", "added"), ("R", "removed"), ("C", "changed"), ("M", "moved"))


def diff_html(found: ScheduleDiff, old: Result, new: Result) -> str:
    """The page as text. Every text of the documents is escaped; no script, nothing is fetched."""
    style = files("soesift.diff").joinpath("diff.css").read_text(encoding="utf-8")
    head = page_head(f"Schedule changes: {found.old.name} to {found.new.name}", style)
    before, after = ({t.id: t for t in result.tables} for result in (old, new))
    main = element("main", *(_table(t, n, before, after) for n, t in enumerate(found.tables, 1)))
    return f"<!DOCTYPE html>\n{element('html', head, element('body', _header(found), main), lang='en')}\n"


def badge(kind: str) -> str:
    """The letter of a change, so that no reader depends on the colour."""
    return element("b", kind, cls=f"k {kind}", title=dict(LEGEND)[kind])


def _header(found: ScheduleDiff) -> str:
    counts = found.counts()
    said = [f"{KIND_WORDS.get(kind, kind.replace('_', ' '))} {n}" for kind, n in counts.items()]
    legend = element(
        "p", *(badge(k) + text(word + "; ") for k, word in LEGEND), "hatched: not in this version", cls="quiet"
    )
    return element(
        "header",
        element("h1", text(f"{found.old.name} → {found.new.name}"), dir="auto"),
        element("p", text(f"{sum(counts.values())} differences" + (": " + ", ".join(said) if said else "."))),
        items(found.cautions, cls="caution"),
        legend,
    )


def _table(diff: TableDiff, number: int, old: dict[str, SoeTable], new: dict[str, SoeTable]) -> str:
    name = diff.new or diff.old
    title = f"{number}. {(name.title or name.id) if name else ''}"
    heading = element("h2", text(title), dir="auto")
    if diff.old is None or diff.new is None:
        kind = "A" if diff.old is None else "R"
        state = "added: no table of the old version is like it" if diff.old is None else "removed"
        return element("section", heading, element("p", badge(kind), text(f"Table {state}.")))
    places = [page_ranges(name.pages) for name in (diff.old, diff.new)]
    pages = element("p", text(f"Pages {places[0]} → {places[1]}"), cls="quiet") if all(places) else ""
    grids = grids_html(diff, old[diff.old.id], new[diff.new.id])
    return element("section", heading, pages, _edits(diff), grids)


def _edits(diff: TableDiff) -> str:
    if not diff.edits:
        return element("p", "No differences.")
    head = element("tr", *(element("th", name, scope="col") for name in ("", "What", "Where", "Change")))
    rows = [
        element(
            "tr",
            element("td", badge(letter(e))),
            element("td", text(KIND_WORDS[e.kind])),
            element("td", text(where(e)), dir="auto"),
            element("td", text(change(e)), dir="auto"),
        )
        for e in diff.edits
    ]
    table = element(
        "table", element("caption", "Differences"), element("thead", head), element("tbody", *rows), cls="edits"
    )
    return element("div", table, cls="frame", tabindex="0", role="region", aria_label="List of differences")
