"""The report: one self-contained HTML file that shows what was found, where, and how sure it is."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from soesift.document.kind import has_pages
from soesift.document.pdf import draw_page, open_pdf
from soesift.errors import DocumentError
from soesift.export.spans import grid_size, header_count, pieces, placed_cells, split_below
from soesift.export.wording import (
    FLAG_NAMES,
    TITLE_NAMES,
    counted,
    document_facts,
    heading_of,
    percent,
    plain,
    review_words,
    type_name,
    verdict,
    where,
)
from soesift.files import write_atomically
from soesift.result.models import Box, Cell, Footnote, Rejected, Result, SoeTable
from soesift.schedule.cell_meaning import has_markers, split_markers, words_of

# Pictures of the pages a reader wants to see, as data URLs.

DPI = 100  # legible when enlarged; about 60-120 kB a page
QUALITY = 60
MOST_PAGES = 60
LONGEST_SIDE = 2400  # pixels, for pages of unusual size


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as displayed; width and height in points, so that boxes can be drawn in their own units."""

    number: int
    width: float
    height: float
    url: str  # data:image/jpeg;base64,...


def render_pages(pdf: Path | None, numbers: Iterable[int], most: int = MOST_PAGES) -> dict[int, PageImage]:
    """The first `most` of the 1-based pages `numbers`, by number; pages that cannot be drawn are left out.

    Without a PDF, or with one that cannot be opened (it may have moved since), the answer is empty.
    """
    wanted = list(dict.fromkeys(numbers))[:most]
    if pdf is None or not wanted or not has_pages(pdf):
        return {}
    try:
        with open_pdf(pdf) as document:
            drawn = (_render(document, number) for number in wanted if 1 <= number <= len(document))
            return {image.number: image for image in drawn if image is not None}
    except DocumentError:
        return {}


def _render(document: Any, number: int) -> PageImage | None:
    import pypdfium2
    from PIL import Image  # costs its start where no page is drawn

    try:
        drawn = draw_page(document, number - 1, DPI / 72, LONGEST_SIDE)
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None
    out, pixels = io.BytesIO(), drawn.pixels
    # most pages have no colour: half the work, fewer bytes
    grey = all(np.array_equal(pixels[:, :, 0], pixels[:, :, other]) for other in (1, 2))
    Image.fromarray(np.ascontiguousarray(pixels[:, :, 0]) if grey else pixels).save(out, "JPEG", quality=QUALITY)
    url = "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
    return PageImage(number, drawn.width, drawn.height, url)


# HTML put together so that nothing goes in unescaped.

VOID = frozenset({"meta", "input"})
# what keeps a file self-contained even if a text slipped through as markup: no scripts, no requests
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def text(value: object) -> str:
    """`value` as HTML text: escaped, without characters that HTML forbids."""
    return escape(plain(str(value)), quote=True)


def element(tag: str, *children: str, **attributes: object) -> str:
    """An element with ready HTML as children and plain values as attributes.

    `cls` and `for_` stand for class and for, underscores for hyphens; None, False and "" leave it
    out, True writes its name alone.
    """
    parts = [tag]
    for key, value in attributes.items():
        name = {"cls": "class", "for_": "for"}.get(key, key.replace("_", "-"))
        if value is True:
            parts.append(name)
        elif value is not None and value is not False and value != "":
            parts.append(f'{name}="{text(value)}"')
    head = f"<{' '.join(parts)}>"
    return head if tag in VOID else f"{head}{''.join(children)}</{tag}>"


def items(lines: Iterable[str], **attributes: object) -> str:
    """A bulleted list of plain lines; nothing for none."""
    entries = [element("li", text(line)) for line in lines]
    return element("ul", *entries, **attributes) if entries else ""


def chip(label: str, kind: str = "", title: str = "") -> str:
    """A short fact in a rounded frame."""
    return element("span", text(label), cls=f"chip {kind}".strip(), title=title or None)


def page_head(title: str, style: str, script: str = "") -> str:
    """The head of a page that stands alone: `style` is CSS; nothing is fetched, and no script runs but `script`, which
    the page's body has to hold as its only one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"{POLICY}; script-src 'sha256-{digest}'" if script else POLICY
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", text(title)),
        f"<style>\n{style}</style>",
    )


# The joined grid and its footnotes as HTML.

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
        lines.insert(0, f"{counted(marked, 'place')} marked below: point at one to see why.")
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


# Page pictures with boxes over the tables, as inline SVG in page coordinates.

Marked = tuple[str, Box, str]  # kind (a CSS class), box, tooltip
ROLE_NAMES = {"grid": "Table", "footnotes": "Footnotes", "heading": "Heading"}


def pages_to_show(result: Result) -> list[int]:
    """Pages of tables, then those the model is unsure about, then near misses; each once."""
    pages = [page for table in result.tables for page in _table_pages(table)]
    pages += [unsure.page for unsure in result.document.unsure_pages if unsure.page is not None]
    pages += [page for item in result.rejected for page in item.pages]
    return list(dict.fromkeys(pages))


def image_store(images: Iterable[PageImage]) -> str:
    """Each picture once; the figures refer to it, so a page with two tables is not stored twice."""
    stored = [
        element("image", id=f"page{i.number}", width=_number(i.width), height=_number(i.height), href=i.url)
        for i in images
    ]
    return element("svg", element("defs", *stored), cls="store", aria_hidden="true", width="0", height="0")


def table_figures(table: SoeTable, number: int, images: dict[int, PageImage]) -> str:
    """The pages of a table, its fragments boxed."""
    figures = []
    for page in _table_pages(table):
        marked: list[Marked] = [
            (f.role, f.bbox, f"{ROLE_NAMES[f.role]}, probability {percent(f.probability)}")
            for f in table.fragments
            if f.page == page and f.bbox is not None
        ]
        label = next((f.page_label for f in table.fragments if f.page == page and f.page_label), None)
        caption = f"Page {page}" + (f" (printed “{label}”)" if label and label != str(page) else "")
        figures.append(figure(f"t{number}-page{page}", page, caption, marked, images))
    return element("div", *figures, cls="pages") if any(figures) else ""


def rejected_figures(item: Rejected, number: int, images: dict[int, PageImage]) -> str:
    """The pages of a near miss; its box belongs to the first of them."""
    figures = []
    for order, page in enumerate(item.pages):
        tip = f"Near miss, probability {percent(item.probability)}"
        marked: list[Marked] = [("rejected", item.bbox, tip)] if item.bbox is not None and order == 0 else []
        figures.append(figure(f"r{number}-page{page}", page, f"Page {page}", marked, images))
    return element("div", *figures, cls="pages") if any(figures) else ""


def figure(place: str, page: int, caption: str, marked: list[Marked], images: dict[int, PageImage]) -> str:
    """One page with its boxes; a click lays it over the report, where it can be brought nearer. Nothing if there is no
    picture of the page."""
    image = images.get(page)
    if image is None:
        return ""
    what = "; ".join(tip for _, _, tip in marked) or "no box"
    drawing = element(
        "svg",
        element("use", href=f"#page{page}"),
        *(_box(kind, box, tip) for kind, box, tip in marked),
        viewBox=f"0 0 {_number(image.width)} {_number(image.height)}",
        role="img",
        aria_label=f"{caption}: {what}",
    )
    zoom = element("input", type="checkbox", id=f"{place}-zoom", aria_label=f"Enlarge {caption}")
    label = element("label", drawing, for_=f"{place}-zoom")
    more = element("input", type="checkbox", id=f"{place}-more", cls="more")
    nearer = element("label", "Nearer", for_=f"{place}-more", cls="nearer")
    return element("figure", zoom, more, nearer, label, element("figcaption", text(caption)), id=place)


def _box(kind: str, box: Box, tip: str) -> str:
    x0, top, x1, bottom = box
    size = {"width": _number(max(0.0, x1 - x0)), "height": _number(max(0.0, bottom - top))}
    return element("rect", element("title", text(tip)), x=_number(x0), y=_number(top), rx="3", cls=kind, **size)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _table_pages(table: SoeTable) -> list[int]:
    pages = {*table.pages, *table.footnote_pages, *(f.page for f in table.fragments if f.page is not None)}
    return sorted(pages)


def write_html(result: Result, path: Path | str, pdf: Path | str | None = None) -> Path:
    """Write the report and return the path. Raises WriteError.

    With `pdf`, the document itself, it shows the pages of tables and near misses with boxes; a file that is
    no PDF or cannot be opened only means a report without pictures.
    """
    images = render_pages(None if pdf is None else Path(pdf), pages_to_show(result))
    return write_atomically(Path(path), report_html(result, images))


def report_html(result: Result, images: dict[int, PageImage] | None = None) -> str:
    """The text of the report; `images` by 1-based page number."""
    images = images or {}
    style = files("soesift.export").joinpath("report.css").read_text(encoding="utf-8")
    head = page_head(f"Schedule of Events: {result.document.name}", style)
    body = [image_store(images.values()), _header(result)]
    tables = [_table(table, n, images) for n, table in enumerate(result.tables, start=1)]
    main = element("main", _overview(result), *tables, _unsure(result, images), _rejected(result, images))
    page = element("html", head, "\n", element("body", *body, "\n", main, _footer(result)), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _header(result: Result) -> str:
    state = "error" if result.document.error else result.document.has_soe
    facts = [(name, value) for name, value in document_facts(result)[3:] if value]
    listed = [element("div", element("dt", text(k)), element("dd", text(v), dir="auto")) for k, v in facts]
    return element(
        "header",
        element("p", "Schedule of Events report", cls="kicker"),
        element("h1", text(result.document.name), dir="auto"),
        _printed(result),
        element("p", text(verdict(result)), cls=f"verdict {state}"),
        element("p", text(said), cls="quiet", dir="auto") if (said := review_words(result)) else "",
        element("p", text(result.document.error), cls="reason", dir="auto") if result.document.error else "",
        element("details", element("summary", "About this run"), element("dl", *listed, cls="facts")),
    )


def _printed(result: Result) -> str:
    """What the title page prints of the study: number, sponsor, version with its date, title."""
    facts = result.document.title_page
    line = " · ".join(
        f"{TITLE_NAMES[name]}: {facts[name].text}" for name in ("identifier", "sponsor", "version") if name in facts
    )
    title = element("p", text(facts["title"].text), cls="quiet", dir="auto") if "title" in facts else ""
    return (element("p", text(line), cls="printed", dir="auto") if line else "") + title


def _overview(result: Result) -> str:
    """The tables in a list with links."""
    if not result.tables:
        return ""
    names = ("Table", "Type", "Where", "Probability", "Flags")
    head = element("tr", *(element("th", name, scope="col") for name in names))
    rows = []
    for n, table in enumerate(result.tables, start=1):
        link = element("a", text(f"{n}. {heading_of(table, n)}"), href=f"#t{n}", dir="auto")
        kind = type_name(table.table_type) + (f", {table.population_track}" if table.population_track else "")
        cells = [text(kind), text(where(table)), _bar(table.probability), _flags(table)]
        rows.append(element("tr", element("th", link, scope="row"), *(element("td", c) for c in cells)))
    caption = element("caption", "Tables found")
    table_html = element("table", caption, element("thead", head), element("tbody", *rows), cls="overview")
    return element("nav", element("div", table_html, cls="wide"), aria_label="Tables found")


def _table(table: SoeTable, number: int, images: dict[int, PageImage]) -> str:
    title = f"{number}. {heading_of(table, number)}"
    chips = [
        chip(f"{type_name(table.table_type)} ({percent(table.type_probability)})", "kind"),
        chip(f"Probability {percent(table.probability)}"),
        chip(where(table)) if where(table) else "",
        chip(f"Population: {table.population_track}") if table.population_track else "",
        _flags(table),
    ]
    why = element("div", element("h3", "Why"), items(table.evidence), cls="why") if table.evidence else ""
    figures = table_figures(table, number, images)
    pages = element("h3", "Pages") + _legend(table) + figures if figures else ""
    joined = element("h3", "Joined table") + grid_html(table, number, frozenset(images))
    heading = element("h2", text(title), dir="auto")
    both = element("div", element("div", pages, cls="left"), element("div", joined, cls="right"), cls="beside")
    parts = both if pages else joined
    return element("section", heading, element("p", *chips, cls="chips"), why, parts, id=f"t{number}")


def _flags(table: SoeTable) -> str:
    return "".join(chip(FLAG_NAMES[flag][0], "flag", FLAG_NAMES[flag][1]) for flag in table.flags)


def _bar(probability: float) -> str:
    fill = element("i", style=f"width:{probability * 100:.0f}%")
    return element("span", fill, cls="bar", aria_hidden="true") + text(percent(probability))


def _legend(table: SoeTable) -> str:
    present = {f.role for f in table.fragments if f.bbox is not None}
    kinds = [kind for kind in ROLE_NAMES if kind in present]
    keys = [element("span", element("i", cls=kind), ROLE_NAMES[kind].lower()) for kind in kinds]
    return element("p", *keys, element("span", "Click a page to enlarge it.", cls="hint"), cls="legend quiet")


def _unsure(result: Result, images: dict[int, PageImage]) -> str:
    """Pages that the run could not decide on, with the reason."""
    unsure = result.document.unsure_pages
    if not unsure:
        return ""
    lines = [("Document" if u.page is None else f"Page {u.page}") + f": {u.why}" for u in unsure]
    pages = dict.fromkeys(u.page for u in unsure if u.page is not None)
    figures = [figure(f"u-page{page}", page, f"Page {page}", [], images) for page in pages]
    heading = element("h2", "Please look at these pages")
    shown = element("div", *figures, cls="pages") if any(figures) else ""
    return element("section", heading, items(lines), shown, id="unsure")


def _rejected(result: Result, images: dict[int, PageImage]) -> str:
    if not result.rejected:
        return ""
    hint = "Tables judged not to be a Schedule of Events, the likeliest first. Look here if one is missing."
    cards = [_card(item, n, images) for n, item in enumerate(result.rejected, start=1)]
    heading = element("h2", "Near misses")
    return element("section", heading, element("p", hint, cls="quiet"), *cards, id="near-misses")


def _card(item: Rejected, number: int, images: dict[int, PageImage]) -> str:
    chips = [
        chip(f"Likely: {type_name(item.likely_class)}", "kind"),
        chip(f"Probability {percent(item.probability)}"),
        chip(where(item)) if where(item) else "",
    ]
    heading = element("h3", text(item.title.strip() or "(untitled)"), dir="auto")
    facts = element("div", heading, element("p", *chips, cls="chips"), items(item.evidence))
    return element("article", facts, rejected_figures(item, number, images), cls="card")


def _footer(result: Result) -> str:
    model = result.model
    line = f"Made by SoESift, model {model.name} {model.version}. Its probabilities can be wrong: check."
    return element("footer", element("p", text(line)))
