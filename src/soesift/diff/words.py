"""An edit in words, the same on the terminal and on the page."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from soesift.diff.models import Edit, Place, ScheduleDiff, TableDiff

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


# The difference as tables on a terminal.

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
