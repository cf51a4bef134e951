"""The counts as one self-contained page with a plot of each schedule."""

from __future__ import annotations

from base64 import b64encode
from importlib.resources import files

from soesift.burden.models import Burden, TableBurden
from soesift.burden.plot import burden_png
from soesift.burden.rows import class_rows, visit_rows
from soesift.export.html import element, items, page_head, text


def burden_html(burden: Burden) -> str:
    """The page as text; every text of the document is escaped, nothing is fetched. Raises MissingExtra."""
    style = files("soesift.burden").joinpath("burden.css").read_text(encoding="utf-8")
    head = page_head(f"Participant burden: {burden.document}", style)
    intro = "Counts of one participant, from the printed schedule. Each schedule by itself: visits can overlap."
    top = element("header", element("h1", text(burden.document), dir="auto"), element("p", intro, cls="quiet"))
    sections = [_section(table, number, burden) for number, table in enumerate(burden.tables, 1)]
    nothing = "" if sections else element("p", "No schedule was found in this document.")
    body = element("body", top, element("main", *sections, nothing))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _section(table: TableBurden, number: int, burden: Burden) -> str:
    title = f"{number}. {table.title or table.table_id}"
    picture = "data:image/png;base64," + b64encode(burden_png(table, burden)).decode("ascii")
    alt = (
        f"Marks at each visit by class; the numbers are in the table of visits below. {table.total.visits} visits, "
        f"{table.total.procedures} procedures as planned."
    )
    other = element("h3", "Counted as other") + items(table.other) if table.other else ""
    return element(
        "section",
        element("h2", text(title), dir="auto"),
        f'<img src="{picture}" alt="{text(alt)}">',
        _grid("Per participant, as planned", ["class", "marks", "visits with it"], class_rows(table, burden)),
        _grid("Visits (*: may stand for several, counted once)", *visit_rows(table, burden)),
        other,
        element("h3", "What the counts assume"),
        items(table.assumptions),
    )


def _grid(caption: str, head: list[str], rows: list[list[str]]) -> str:
    lines = []
    for row in rows:
        cells = [element("td", text(t), cls="n" if t.rstrip("*").isdigit() else None, dir="auto") for t in row]
        lines.append(element("tr", *cells, cls="sum" if row[0] == "total" else None))
    titles = element("tr", *(element("th", text(t), scope="col") for t in head))
    table = element("table", element("caption", text(caption)), element("thead", titles), element("tbody", *lines))
    return element("div", table, cls="frame", tabindex="0", role="region", aria_label=caption)
