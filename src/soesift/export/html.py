"""The report: one self-contained HTML file that shows what was found, where, and how sure it is."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from soesift.export.html_grid import grid_html
from soesift.export.html_pages import (
    ROLE_NAMES,
    figure,
    image_store,
    pages_to_show,
    rejected_figures,
    table_figures,
)
from soesift.export.markup import chip, element, items, page_head, text
from soesift.export.page_images import PageImage, render_pages
from soesift.export.wording import (
    FLAG_NAMES,
    TITLE_NAMES,
    document_facts,
    heading_of,
    percent,
    type_name,
    verdict,
    where,
)
from soesift.files import write_atomically
from soesift.result.models import Rejected, Result, SoeTable


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
