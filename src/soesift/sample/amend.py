"""An amended version of a made schedule: random edits, each known by its kind and place."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from soesift.sample.amend_draft import Draft, Spot, body, cell_at, plain, visits
from soesift.sample.amend_rows import add_activity, move_activity, remove_activity, rename_activity
from soesift.sample.amend_visits import add_visit, change_window, remove_visit, rename_visit
from soesift.sample.grid import said
from soesift.sample.schedule import MadeSchedule
from soesift.sample.truth import TrueEdit

NEW_NOTES = (
    "Home nursing may replace the site where the sponsor agrees in writing.",
    "Omitted for anyone enrolled before protocol version three took effect.",
    "Shipped frozen on dry ice to the biobank on the same afternoon.",
    "Wait ten minutes between the two readings and keep the higher one.",
)
OTHER_MARKS = ("optional", "daily", "predose", "2 h")


def amend(rng: Random, made: MadeSchedule, count: int) -> MadeSchedule:
    """A copy with up to `count` random edits, no two on the same thing; its `edits` say which.

    Rows that are merged downwards or are bands, and the marks in merged cells, are left as they are.
    """
    grid = deepcopy(made.grid)
    draft = Draft(rng, grid, list(made.notes), [*range(grid.shape[0])], [*range(grid.shape[1])], len(made.columns) + 1)
    done = tries = 0
    while done < count and tries < 20 * count:
        tries += 1
        done += rng.choice(list(EDITS.values()))(draft)
    edits = [_placed(draft, *item) for item in draft.todo]
    return MadeSchedule(draft.grid, draft.notes, made.columns, made.activities, edits)


def _placed(draft: Draft, kind: str, row: Spot, column: Spot, old: str, new: str) -> TrueEdit:
    """`row` and `column`: an old position, or the cells of a new one, whose place is known only now."""
    edit = TrueEdit(kind=kind, old_text=old, new_text=new)
    if isinstance(row, int):
        edit.old_row, edit.new_row = row, _find(draft.rows, row)
    elif row is not None:
        edit.new_row = next(r for r, cells in enumerate(draft.grid.cells) if cells is row)
    if isinstance(column, int):
        edit.old_column, edit.new_column = column, _find(draft.columns, column)
    elif column is not None:
        edit.new_column = next(c for c in range(draft.last) if any(r[c] is column for r in draft.grid.cells))
    return edit


def _find(positions: list[int | None], old: int) -> int | None:
    return positions.index(old) if old in positions else None


def change_mark(draft: Draft) -> bool:
    """A mark added, removed, or replaced by words, where the row keeps a mark."""
    top = draft.grid.header_rows
    rows = [r for r in range(top, len(draft.rows)) if draft.rows[r] is not None and plain(draft.grid.cells[r])]
    done = [(a, b) for kind, a, b, *_ in draft.todo if kind.startswith("mark")]
    cells = [(r, c) for r in rows for c in visits(draft) if (draft.rows[r], draft.columns[c]) not in done]
    if not cells:
        return False
    r, c = draft.rng.choice(cells)
    cell, full = cell_at(draft, r, c), sum(bool(said(cell_at(draft, r, x))) for x in range(1, draft.last))
    before = said(cell)
    if before and full < 3:
        return False
    if not before:
        kind, cell.text = "mark_added", "X"
    elif draft.rng.random() < 0.6:
        kind, cell.text = "mark_removed", ""
    else:
        kind, cell.text = "mark_replaced", draft.rng.choice([m for m in OTHER_MARKS if m != before])
    draft.todo.append((kind, draft.rows[r], draft.columns[c], before, said(cell)))
    return True


def change_note(draft: Draft) -> bool:
    """A footnote reworded, or a new one behind the others, named by one cell."""
    if any(kind.startswith("footnote") for kind, *_ in draft.todo):
        return False
    if draft.notes and draft.rng.random() < 0.5:
        k = draft.rng.randrange(len(draft.notes))
        marker, text = draft.notes[k]
        draft.notes[k] = (marker, text.rstrip(".") + ", unless the investigator decides otherwise.")
        draft.todo.append(("footnote_reworded", None, None, text, draft.notes[k][1]))
        return True
    if len(draft.notes) > 20 or any(len(m) > 1 or not m.isalpha() for m, _ in draft.notes):
        return False
    marker = "abcdefghijklmnopqrstuvwxyz"[len(draft.notes)]
    if not (places := body(draft)):
        return False
    cells = [cell_at(draft, r, c) for r in places for c in visits(draft) if said(cell_at(draft, r, c)) == "X"]
    if not cells:
        return False
    draft.rng.choice(cells).text += f"^[{marker}]"
    draft.notes.append((marker, draft.rng.choice(NEW_NOTES)))
    draft.todo.append(("footnote_added", None, None, "", draft.notes[-1][1]))
    return True


EDITS: dict[str, Callable[[Draft], bool]] = {
    "add_activity": add_activity,
    "remove_activity": remove_activity,
    "rename_activity": rename_activity,
    "move_activity": move_activity,
    "add_visit": add_visit,
    "remove_visit": remove_visit,
    "rename_visit": rename_visit,
    "change_mark": change_mark,
    "more_marks": change_mark,
    "change_window": change_window,
    "change_note": change_note,
}
