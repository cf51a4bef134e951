"""The difference for people: an edit in words, the same on the terminal and on the page, and the page itself.

The page is one self-contained file: the list of edits, then both grids side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from soesift.diff.models import Edit, Place, ScheduleDiff, TableDiff
from soesift.export.html import PageImage, element, items, page_head, render_pages, text
from soesift.export.wording import page_ranges
from soesift.result.models import Box, Cell, Result, SoeTable

LETTERS = {"added": "A", "removed": "R", "moved": "M"}  # every other change is C
KIND_WORDS = {
    "table_retitled": "table has another title",
    "table_retyped": "table is of another type",
    "activity_added": "activity added",
    "activity_removed": "activity removed",
    "activity_renamed": "activity renamed",
    "activity_moved": "activity moved",
    "activity_notes_changed": "activity names other footnotes",
    "activity_details_changed": "comment changed",
    "category_changed": "in another category",
    "visit_added": "visit added",
    "visit_removed": "visit removed",
    "visit_renamed": "visit renamed",
    "visit_moved": "visit moved",
    "visit_notes_changed": "visit names other footnotes",
    "visits_renumbered": "visits renumbered",
    "epoch_changed": "epoch changed",
    "timing_changed": "time changed",
    "window_changed": "window changed",
    "mark_added": "mark added",
    "mark_removed": "mark removed",
    "mark_replaced": "mark replaced",
    "mark_notes_changed": "mark names other footnotes",
    "footnote_added": "footnote added",
    "footnote_removed": "footnote removed",
    "footnote_reworded": "footnote reworded",
    "footnotes_relettered": "footnotes relettered",
}

# The difference as tables on a terminal.
COLOURS = {"A": "green", "R": "red", "M": "blue", "C": "yellow"}

# Two grids side by side, rows and columns at the same height, what changed with its letter.
Which = Literal["old", "new"]
WHICH: tuple[Which, Which] = ("old", "new")
Spot = tuple[int | None, int | None]  # row and column of the grid; None: the whole column or row

LEGEND = (("A", "added"), ("R", "removed"), ("C", "changed"), ("M", "moved"))

Pdfs = tuple[Path | None, Path | None]  # both documents themselves, to show their pages

AROUND = 24.0  # points of the page that are shown around a change
HIGHEST = 320.0  # points of the page that are shown at most
LEAST_WIDE = 160.0  # points: less of a page is no help to the eye


def letter(edit: Edit) -> str:
    """A added, R removed, M moved, C changed otherwise."""
    return LETTERS.get(edit.kind.rsplit("_", 1)[1], "C")


def where(edit: Edit) -> str:
    """The activity and visit concerned, as the new version names them; several are counted."""
    place = edit.new or edit.old or Place()
    names = [_some(place.activities), _some(place.visits)]
    if edit.kind in ("activity_added", "activity_removed"):
        names = [_some(place.activities)]
    if edit.kind in ("visit_added", "visit_removed"):
        names = [_some(place.visits)]
    if edit.kind.startswith("footnote") and place.notes:
        return f"footnote {', '.join(place.notes)}"
    return " at ".join(name for name in names if name)


def change(edit: Edit) -> str:
    """What was, and what is."""
    old, new = edit.old, edit.new
    if edit.kind == "activity_added" and new:
        return f"marked at {_count(new.visits, 'visit')}" if new.visits else "without marks"
    if edit.kind == "activity_removed" and old:
        return f"was marked at {_count(old.visits, 'visit')}" if old.visits else "had no marks"
    if edit.kind in ("visit_added", "visit_removed"):
        place = new or old or Place()
        return f"{_count(place.activities, 'activity')} marked"
    if edit.kind in ("activity_moved", "visit_moved") and old and new:
        return f"from place {_position(old)} to place {_position(new)} of the grid"
    if edit.kind.endswith("notes_changed"):
        return f"{_notes(old) or 'none'} → {_notes(new) or 'none'}"
    if old is None or new is None:
        return _told(old or new)
    return f"{_told(old)} → {_told(new)}"


def _told(place: Place | None) -> str:
    if place is None:
        return ""
    return place.text + (f" [{_notes(place)}]" if place.notes and len(place.text) < 40 else "") or "nothing"


def _notes(place: Place | None) -> str:
    return ",".join(place.notes) if place else ""


def _position(place: Place) -> int:
    return (place.rows or place.columns or [0])[0] + 1


def _count(names: list[str], word: str) -> str:
    many = word[:-1] + "ies" if word.endswith("y") else word + "s"
    return f"1 {word}" if len(names) == 1 else f"{len(names)} {many}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def print_diff(found: ScheduleDiff, brief: bool = False) -> None:
    """One line an edit, letters as well as colours; `brief`: the counts only."""
    console = Console(soft_wrap=False)
    console.print(f"{escape(found.old.name)} → {escape(found.new.name)}", highlight=False)
    for caution in found.cautions:
        console.print(f"[yellow]caution[/yellow] {escape(caution)}", highlight=False)
    for table in () if brief else found.tables:
        _print_table(console, table)
    counts = found.counts()
    said = ", ".join(f"{KIND_WORDS.get(kind, kind.replace('_', ' '))} {n}" for kind, n in counts.items())
    console.print(f"{sum(counts.values())} differences" + (f": {said}" if said else ""), highlight=False)


def _print_table(console: Console, table: TableDiff) -> None:
    name = table.new or table.old
    title = escape(name.title or name.id) if name else ""
    if table.old is None or table.new is None:
        state = "added" if table.old is None else "removed"
        colour = COLOURS["A" if table.old is None else "R"]
        console.print(f"[{colour}]{state[0].upper()} table {state}[/{colour}]: {title}", highlight=False)
        return
    console.print(f"[bold]{title}[/bold] ({table.old.id} → {table.new.id}): {len(table.edits)} differences")
    if not table.edits:
        return
    lines = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "what", "where", "change"):
        lines.add_column(column, overflow="fold")
    for edit in table.edits:
        mark = letter(edit)
        lines.add_row(f"[{COLOURS[mark]}]{mark}[/]", KIND_WORDS[edit.kind], escape(where(edit)), escape(change(edit)))
    console.print(lines)


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
    scope = "row" if tag == "td" else "col"
    first_tag = "th" if label else "td"  # a heading that says nothing is none
    named = scope if label else None
    cells = [element(first_tag, _marked(label, own), cls=own, scope=named, dir="auto")]
    for c in columns:
        if c is None or c >= len(grid[r]):
            cells.append(element("td", cls="gap"))
            continue
        whole = letters.get((None, c)) or (own if own in ("A", "R") else None)
        kind = letters.get((r, c)) or (whole if tag == "th" or whole in ("A", "R") else None)
        shown = kind if (r, c) in letters or tag == "th" else None
        heads = tag == "th" and bool(grid[r][c])
        content = _marked(grid[r][c], shown)
        cells.append(element("th" if heads else "td", content, cls=kind, scope="col" if heads else None, dir="auto"))
    return element("tr", *cells)


def _marked(content: str, kind: str | None) -> str:
    return (element("b", kind, cls="k") if kind else "") + text(content)


def diff_html(found: ScheduleDiff, old: Result, new: Result, pdfs: Pdfs = (None, None)) -> str:
    """The page as text. Every text of the documents is escaped; nothing is fetched, and the one script, which the
    policy names by hash, scrolls both grids together. With `pdfs`, what is printed stands beside each change."""
    style, script = (files("soesift.diff").joinpath(f"diff.{kind}").read_text("utf-8") for kind in ("css", "js"))
    head = page_head(f"Schedule changes: {found.old.name} to {found.new.name}", style, script)
    sides = [_Side.of(which, result, found, pdf) for which, result, pdf in zip(WHICH, (old, new), pdfs, strict=True)]
    main = element("main", *(_table(t, n, sides) for n, t in enumerate(found.tables, 1)))
    body = element("body", *(side.store() for side in sides), _header(found), main, f"<script>{script}</script>")
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


@dataclass(frozen=True, slots=True)
class _Side:
    """One version: its tables by id, and pictures of the pages on which something changed."""

    which: Which
    tables: dict[str, SoeTable]
    images: dict[int, PageImage]

    @classmethod
    def of(cls, which: Which, result: Result, found: ScheduleDiff, pdf: Path | None) -> _Side:
        tables = {table.id: table for table in result.tables}
        named = [(tables.get(name.id), t.edits) for t in found.tables if (name := getattr(t, which)) is not None]
        pages = [page for table, edits in named if table for edit in edits for page, _ in spots(table, edit, which)]
        return cls(which, tables, render_pages(pdf, pages))

    def store(self) -> str:
        """Each picture once; what shows a piece of it refers to it."""
        held = [
            element("image", id=f"{self.which}{i.number}", width=i.width, height=i.height, href=i.url)
            for i in self.images.values()
        ]
        return element("svg", element("defs", *held), cls="store", aria_hidden="true", width="0", height="0")

    def piece(self, table: SoeTable, edit: Edit) -> str:
        """The part of a page on which a change is printed, its cells framed; nothing without a picture."""
        found = [(page, boxes) for page, boxes in spots(table, edit, self.which) if page in self.images]
        if not found:
            return ""
        page, boxes = found[0]
        image, box = self.images[page], hull(boxes)
        x0, y0 = max(0.0, box[0] - AROUND), max(0.0, box[1] - AROUND)
        wide, high = min(image.width, box[2] + AROUND) - x0, min(image.height, box[3] + AROUND, y0 + HIGHEST) - y0
        frames = [
            element("rect", x=f"{b[0]:.1f}", y=f"{b[1]:.1f}", width=f"{b[2] - b[0]:.1f}", height=f"{b[3] - b[1]:.1f}")
            for b in boxes
        ]
        name = f"{'Old' if self.which == 'old' else 'New'}, page {page}"
        drawn = element(
            "svg",
            element("use", href=f"#{self.which}{page}"),
            *frames,
            role="img",
            aria_label=name,
            viewBox=f"{x0:.1f} {y0:.1f} {max(wide, LEAST_WIDE):.1f} {max(high, 1.0):.1f}",
            width=f"{max(wide, LEAST_WIDE):.0f}",
            height=f"{max(high, 1.0):.0f}",
        )
        return element("figure", drawn, element("figcaption", text(name)), cls="piece", tabindex="0")


def spots(table: SoeTable, edit: Edit, which: Which) -> list[tuple[int, list[Box]]]:
    """Where a change is printed: the boxes of its cells, by page, in order; none where that is not known."""
    place = edit.old if which == "old" else edit.new
    if place is None or not (place.rows or place.columns) or edit.kind.startswith("footnote"):
        return []
    turned_ = "transposed" in table.flags
    rows, columns = (place.columns, place.rows) if turned_ else (place.rows, place.columns)
    marks = rows and columns
    found: dict[int, list[Box]] = {}
    for cell in table.cells:
        down = {*range(cell.row, cell.row + cell.row_span)} & {*rows}
        across = {*range(cell.column, cell.column + cell.column_span)} & {*columns}
        named = bool(down and across) if marks else _names_it(cell, table, bool(down), bool(across))
        if named and cell.page is not None and cell.bbox is not None:
            found.setdefault(cell.page, []).append(cell.bbox)
    return sorted(found.items())


def _names_it(cell: Cell, table: SoeTable, down: bool, across: bool) -> bool:
    """Whether a cell names a row or column that changed as a whole: an activity by its row, a visit by its header."""
    return down or (across and cell.row < table.header_rows)


def hull(boxes: list[Box]) -> Box:
    """The smallest box around all."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


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


def _table(diff: TableDiff, number: int, sides: list[_Side]) -> str:
    name = diff.new or diff.old
    title = f"{number}. {(name.title or name.id) if name else ''}"
    heading = element("h2", text(title), dir="auto")
    if diff.old is None or diff.new is None:
        kind = "A" if diff.old is None else "R"
        state = "added: no table of the old version is like it" if diff.old is None else "removed"
        return element("section", heading, element("p", badge(kind), text(f"Table {state}.")))
    places = [page_ranges(name.pages) for name in (diff.old, diff.new)]
    pages = element("p", text(f"Pages {places[0]} → {places[1]}"), cls="quiet") if all(places) else ""
    old, new = sides[0].tables[diff.old.id], sides[1].tables[diff.new.id]
    return element("section", heading, pages, _edits(diff, number, (old, new), sides), grids_html(diff, old, new))


def _edits(diff: TableDiff, number: int, tables: tuple[SoeTable, SoeTable], sides: list[_Side]) -> str:
    if not diff.edits:
        return element("p", "No differences.")
    pictured = any(side.images for side in sides)
    columns = ("Kind", "What", "Where", "Change", *(("Old page", "New page") if pictured else ()))
    head = element("tr", *(element("th", name, scope="col") for name in columns))
    rows = [
        element(
            "tr",
            element("td", badge(letter(e))),
            element("td", text(KIND_WORDS[e.kind])),
            element("td", text(where(e)), dir="auto"),
            element("td", text(change(e)), dir="auto"),
            *(element("td", side.piece(table, e)) for side, table in zip(sides, tables, strict=True) if pictured),
        )
        for e in diff.edits
    ]
    table = element(
        "table", element("caption", "Differences"), element("thead", head), element("tbody", *rows), cls="edits"
    )
    return element("div", table, cls="frame", tabindex="0", role="region", aria_label=f"Differences of table {number}")
