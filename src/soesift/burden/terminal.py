"""The counts as tables on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from soesift.burden.models import Burden, TableBurden
from soesift.burden.rows import class_rows, visit_rows


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
