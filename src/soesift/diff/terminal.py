"""The difference as tables on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from soesift.diff.models import ScheduleDiff, TableDiff
from soesift.diff.words import KIND_WORDS, change, letter, where

COLOURS = {"A": "green", "R": "red", "M": "blue", "C": "yellow"}


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
