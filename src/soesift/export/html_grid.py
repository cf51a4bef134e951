"""The joined grid and its footnotes as HTML."""

from __future__ import annotations

import re

from soesift.export.markup import element, items, text
from soesift.export.raised import pieces
from soesift.export.spans import grid_size, header_count, placed_cells, split_below
from soesift.export.wording import heading_of
from soesift.result.models import Cell, Footnote, SoeTable
from soesift.schedule.markers import has_markers, split_markers, words_of

MARK_LENGTH = 3  # characters up to which a cell is centred like a mark


class Links:
    """Footnote links of one table: where each marker leads, and which cell used it first."""

    def __init__(self, table: SoeTable, number: int) -> None:
        self.prefix = f"t{number}"
        self.words = words_of(table)
        self.were_read = has_markers(table)
        self.n_header = header_count(table)
        self.target: dict[str, int] = {}
        for index, note in enumerate(table.footnotes):
            if note.marker:
                self.target.setdefault(note.marker, index)
        self.known = frozenset(self.target)
        self.uses: set[int] = set()  # footnotes that a cell has linked to

    def linked(self, cell: Cell) -> str:
        """The cell's text as HTML: raised characters raised, markers as links to the footnotes."""
        if not cell.markers and not cell.runs:
            return self._guessed(cell)
        return "".join(
            element("sup", self._linked_run(piece, cell.markers)) if raised else text(piece)
            for piece, raised in pieces(cell)
        )

    def _linked_run(self, run: str, markers: list[str]) -> str:
        """A raised run; what is a marker with a note in it becomes a link."""
        found = [marker for marker in markers if marker in self.target and marker in run]
        if not found:
            return text(run)
        parts = re.split(f"({'|'.join(map(re.escape, sorted(found, key=len, reverse=True)))})", run)
        return "".join(self._link(part) if part in found else text(part) for part in parts)

    def _guessed(self, cell: Cell) -> str:
        """The text of a cell whose markers were not read (soe-result/1), its trailing markers as links."""
        if self.were_read:
            return text(cell.text)
        known = self.known
        if cell.row < self.n_header:  # numbers there count visits
            known = frozenset(m for m in known if not m.isdigit())
        base, markers = split_markers(cell.text, known, self.words)
        if not markers:
            return text(cell.text)
        return text(base) + element("sup", ",".join(self._link(marker) for marker in markers))

    def _link(self, marker: str) -> str:
        index = self.target[marker]
        place = None if index in self.uses else f"{self.prefix}-mark{index}"
        self.uses.add(index)
        return element("a", text(marker), href=f"#{self.prefix}-note{index}", id=place)


def grid_html(table: SoeTable, number: int, pictured: frozenset[int] = frozenset()) -> str:
    """The grid in a frame that scrolls, then the footnotes; rows link to pages that are `pictured`."""
    if not table.grid:
        return element("p", "No cells were read from this table.", cls="quiet")
    links = Links(table, number)
    n_header = header_count(table)
    rows: list[list[str]] = [[] for _ in table.grid]
    for cell in split_below(placed_cells(table), n_header):
        rows[cell.row].append(_cell(cell, table, links))
    _add_pages(rows, table, number, pictured)
    lines = [
        element("tr", *row, cls="new-page" if _turns(table, r) and r > n_header else None) for r, row in enumerate(rows)
    ]
    head = element("thead", *lines[:n_header]) if n_header else ""
    name = heading_of(table, number)
    grid = element("table", element("caption", text(name)), head, element("tbody", *lines[n_header:]), cls="grid")
    frame = element("div", grid, cls="frame", tabindex="0", role="region", aria_label=f"Joined table: {name}")
    return doubts_html(table) + frame + footnotes_html(table, links)


def doubts_html(table: SoeTable) -> str:
    """What is to be checked: how many places are marked, and what concerns the table as a whole."""
    marked = sum(bool(part.doubt) for part in table.parts)
    lines = [doubt.why for doubt in table.doubt]
    if marked:
        lines.insert(0, f"{marked} place{'' if marked == 1 else 's'} marked below: point at one to see why.")
    return element("div", element("h4", "To be checked"), items(lines), cls="doubts") if lines else ""


def why_doubted(part: Cell | Footnote) -> str:
    """The reasons of a part's doubts as one text; "" for none."""
    return " ".join(doubt.why for doubt in part.doubt)


def footnotes_html(table: SoeTable, links: Links) -> str:
    """The footnotes, each with a link back to the first cell that carries its marker."""
    if not table.footnotes:
        return ""
    entries: list[str] = []
    for index, note in enumerate(table.footnotes):
        back = ""
        if index in links.uses:
            label = f"Back to the first cell with {note.marker}"
            back = " " + element("a", "↑", href=f"#{links.prefix}-mark{index}", aria_label=label, cls="back")
        page = "" if note.page is None else " " + element("span", f"p. {note.page}", cls="quiet")
        entries.append(
            element("dt", text(note.marker or "–"))
            + element(
                "dd",
                text(note.text),
                page,
                back,
                id=f"{links.prefix}-note{index}",
                dir="auto",
                cls="doubtful" if note.doubt else "",
                title=why_doubted(note),
            )
        )
    return element("h3", "Footnotes") + element("dl", *entries, cls="footnotes")


def _cell(cell: Cell, table: SoeTable, links: Links) -> str:
    n_columns = grid_size(table)[1]
    head = cell.row < links.n_header
    band = not head and cell.column_span == n_columns and n_columns > 1
    side = not head and cell.column == 0
    classes = ["first"] if cell.column == 0 and cell.column_span == 1 else []
    centred = not side and (len(cell.text) <= MARK_LENGTH or cell.column_span > 1)
    classes += ["band"] if band else ["mark"] if centred else []
    scope = None
    if head:
        scope = "colgroup" if cell.column_span > 1 else "col"
    elif side:
        scope = "rowgroup" if band or cell.row_span > 1 else "row"
    return element(
        "th" if scope else "td",
        element("span", links.linked(cell)) if band else links.linked(cell),
        scope=scope,
        rowspan=cell.row_span if cell.row_span > 1 else None,
        colspan=cell.column_span if cell.column_span > 1 else None,
        cls=" ".join([*classes, *(["doubtful"] if cell.doubt else []), *(() if head or side else cell.states)]),
        title=why_doubted(cell),
        dir="auto" if not cell.text.isascii() else None,
    )


def _add_pages(rows: list[list[str]], table: SoeTable, number: int, pictured: frozenset[int]) -> None:
    """A last column with the page of each row, linked to its picture if there is one."""
    n_header = header_count(table)
    if not any(page is not None for page in table.row_pages):
        return
    for r, row in enumerate(rows):
        page = table.row_pages[r] if r < len(table.row_pages) else None
        if r >= n_header:
            shown = "" if page is None else str(page)
            link = element("a", shown, href=f"#t{number}-page{page}") if page in pictured else shown
            row.append(element("td", link, cls="page-of-row"))
        elif r == 0:
            row.append(element("th", "Page", scope="col", rowspan=n_header, cls="page-of-row"))


def _turns(table: SoeTable, row: int) -> bool:
    pages = table.row_pages
    return 0 < row < len(pages) and pages[row] != pages[row - 1]
