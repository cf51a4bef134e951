"""The counts as rows of text: what the terminal, the CSV and the page all show."""

from __future__ import annotations

import csv
import io

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from soesift.burden.models import Burden, Counts, TableBurden
from soesift.export.csv import harmless
from soesift.export.wording import plain

CONTACT_WORDS = {"site": "on site", "phone": "phone", "site_or_phone": "on site or phone", "unscheduled": "unscheduled"}


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
