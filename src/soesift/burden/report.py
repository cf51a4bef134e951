"""The counts shown: rows of text, a heat map of each schedule (matplotlib, imported when drawn), one page."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from importlib.resources import files
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from soesift.burden.count import Burden, Counts, TableBurden
from soesift.errors import MissingExtra
from soesift.export.csv import harmless
from soesift.export.hand_off import unique
from soesift.export.html import element, items, page_head, text
from soesift.export.wording import plain

CONTACT_WORDS = {
    "site": "on site",
    "phone": "phone",
    "site_or_phone": "on site or phone",
    "unscheduled": "unscheduled",
    "none": "no visit",
}

LONGEST = 44  # characters of a visit's name; longer ones keep their two ends, which tell them apart
ROW, COLUMN = 0.24, 0.62  # inches of one visit and of one class
LABELS = 3.4  # inches for the names of the visits


def shown_classes(table: TableBurden, burden: Burden) -> list[str]:
    """Keys of the classes that occur in the table, in the order of the vocabulary."""
    present = {key for visit in table.visits for key in visit.counts.by_class}
    return [key for key in burden.class_names if key in present]


def visit_rows(table: TableBurden, burden: Burden) -> tuple[list[str], list[list[str]]]:
    """Header and one row a visit, then one an epoch, the total and the unscheduled ones."""
    classes = shown_classes(table, burden)
    head = ["epoch", "visit", "how", "times", "procedures", "conditional", *(burden.class_names[k] for k in classes)]
    rows = []
    for visit in table.visits:
        times = str(visit.repeats) + ("*" if visit.repeated else "")
        rows.append([visit.epoch, visit.visit, CONTACT_WORDS[visit.contact], times, *_numbers(visit.counts, classes)])
    for epoch, counts in table.by_epoch.items():
        rows.append([epoch, "all visits", _contacts(counts), str(counts.visits), *_numbers(counts, classes)])
    total = table.total
    rows.append(["total", "as planned", _contacts(total), str(total.visits), *_numbers(total, classes)])
    if table.unscheduled.visits:
        counts = table.unscheduled
        rows.append(["beside the total", "unscheduled", "", str(counts.visits), *_numbers(counts, classes)])
    return head, rows


def class_rows(table: TableBurden, burden: Burden) -> list[list[str]]:
    """Class, marks and visits with at least one, of the total."""
    counts = table.total
    return [
        [burden.class_names[k], str(counts.by_class.get(k, 0)), str(counts.visits_by_class.get(k, 0))]
        for k in shown_classes(table, burden)
    ]


def burden_csv(burden: Burden) -> str:
    """One row a visit of every table, numbers as numbers; texts that a spreadsheet could run are defused."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    keys = list(burden.class_names)
    writer.writerow(
        [
            "table",
            "title",
            "epoch",
            "visit",
            "contact",
            "repeats",
            "may_repeat",
            "procedures",
            "staff",
            "conditional",
            *keys,
        ]
    )
    for table in burden.tables:
        for visit in table.visits:
            counts = visit.counts
            texts = [table.table_id, table.title, visit.epoch, visit.visit, visit.contact]
            numbers = [visit.repeats, visit.repeated, counts.procedures, counts.staff, counts.conditional]
            by_class = [counts.by_class.get(k, 0) for k in keys]
            writer.writerow([*(harmless(plain(t)) for t in texts), *numbers, *by_class])
    return out.getvalue()


def _numbers(counts: Counts, classes: list[str]) -> list[str]:
    return [str(n) for n in (counts.procedures, counts.conditional, *(counts.by_class.get(k, 0) for k in classes))]


def _contacts(counts: Counts) -> str:
    parts = [(counts.site, "on site"), (counts.phone, "phone"), (counts.site_or_phone, "on site or phone")]
    return ", ".join(f"{n} {word}" for n, word in parts if n)


# The counts as tables on a terminal.
def print_burden(burden: Burden) -> None:
    """Each schedule: visits, totals by class, what is not classed, and the assumptions."""
    console = Console(soft_wrap=False)
    for table in burden.tables:
        console.print(f"[bold]{escape(table.title or table.table_id)}[/bold] ({table.table_id})", highlight=False)
        _print_visits(console, table, burden)
        shown = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("per participant, as planned", "marks", "visits with it"):
            shown.add_column(name, overflow="fold", justify="left" if name.startswith("per") else "right")
        for row in class_rows(table, burden):
            shown.add_row(*map(escape, row))
        console.print(shown)
        if table.other:
            console.print(f"counted as other: {escape(', '.join(table.other))}", highlight=False)
        for line in table.assumptions:
            console.print(f"- {escape(line)}", highlight=False)
        console.print()
    if len(burden.tables) > 1:
        console.print("Each schedule is counted by itself: their visits can overlap, so do not add them up.")


def _print_visits(console: Console, table: TableBurden, burden: Burden) -> None:
    """The first columns only; the classes of each visit are in the CSV and on the page."""
    head, rows = visit_rows(table, burden)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in head[:6]:
        shown.add_column(name, overflow="fold", justify="right" if name in head[3:6] else "left")
    for row in rows:
        shown.add_row(*map(escape, row[:6]), style="bold" if row[0] == "total" else "")
    console.print(shown)


def burden_png(table: TableBurden, burden: Burden) -> bytes:
    """A PNG picture: a row a visit, a column a class, the number of marks in each field. Raises MissingExtra without
    matplotlib.
    """
    out = io.BytesIO()
    burden_figure(table, burden).savefig(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()


def burden_figure(table: TableBurden, burden: Burden) -> Any:
    """The figure itself, as large as its visits and classes need."""
    classes = shown_classes(table, burden)
    counts = [[visit.counts.by_class.get(key, 0) for key in classes] for visit in table.visits]
    high, wide = ROW * max(1, len(counts)), COLUMN * max(1, len(classes))
    figure = _figure()(figsize=(LABELS + wide + 0.4, high + 1.9), layout="constrained")
    axes = figure.add_subplot()
    if counts and classes:
        axes.imshow(counts, cmap="Blues", aspect="auto", vmin=0, vmax=max(1, max(map(max, counts))) * 1.25)
    _write(axes, counts)
    axes.set_xticks(
        range(len(classes)),
        [_literal(burden.class_names[key]) for key in classes],
        rotation=40,
        ha="left",
        rotation_mode="anchor",
        fontsize=8,
    )
    axes.set_yticks(range(len(counts)), visit_names(table), fontsize=8)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.set_xlabel("marks at one visit", fontsize=8)
    axes.set_xticks([k - 0.5 for k in range(1, len(classes))], minor=True)
    axes.set_yticks([k - 0.5 for k in range(1, len(counts))], minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    return figure


def visit_names(table: TableBurden) -> list[str]:
    """The visits' names, each once, shortened in the middle, with how often a visit takes place."""
    times = [f" ×{visit.repeats}" if visit.repeats != 1 else "" for visit in table.visits]
    names = [_shortened(visit.visit) + often for visit, often in zip(table.visits, times, strict=True)]
    return [_literal(name) for name in unique(names)]


def _write(axes: Any, counts: list[list[int]]) -> None:
    most = max((max(row, default=0) for row in counts), default=0)
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            if count:
                axes.text(
                    x,
                    y,
                    str(count),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if count > 0.75 * most else "black",
                )


def _shortened(name: str) -> str:
    name = " ".join(name.split()) or "(no name)"
    half = (LONGEST - 3) // 2
    return name if len(name) <= LONGEST else f"{name[:half].rstrip()} … {name[-half:].lstrip()}"


def _literal(text: str) -> str:
    """Text that matplotlib shows as it is: a dollar sign would start a formula."""
    return plain(text).replace("$", r"\$")


def _figure() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "app") from error
    return Figure


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
