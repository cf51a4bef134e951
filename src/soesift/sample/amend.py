"""An amended version of a made schedule: random edits, each known by its kind and place."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

from soesift.sample.blocks import TrueEdit
from soesift.sample.grid import Cell, Grid, Row, said
from soesift.sample.schedule import MadeSchedule

# A schedule while it is being amended: what an edit may still touch.

Spot = int | Row | Cell | None  # an old position, or what is new there
MARKER = re.compile(r"\^\[([^\]]*)\]| \(([^()\s]{1,2})\)$")


@dataclass(slots=True)
class Draft:
    """The new version in the making. `rows` and `columns` hold for each grid position the one of the old
    version (None: new); what an edit has touched is left alone by structural edits that follow.
    """

    rng: Random
    grid: Grid
    notes: list[tuple[str, str]]
    rows: list[int | None]
    columns: list[int | None]
    last: int  # column behind the last visit
    rows_used: set[int] = field(default_factory=set)  # old positions
    columns_used: set[int] = field(default_factory=set)
    todo: list[tuple[str, Spot, Spot, str, str]] = field(default_factory=list)


def body(draft: Draft) -> list[int]:
    """Positions of rows that edits may touch: plain activities not touched before."""
    return [
        r
        for r in range(draft.grid.header_rows, len(draft.rows))
        if draft.rows[r] is not None and draft.rows[r] not in draft.rows_used and plain(draft.grid.cells[r])
    ]


def plain(row: Row) -> bool:
    return all(cell is not None and cell.rows == cell.columns == 1 and not cell.arrow for cell in row)


def visits(draft: Draft) -> list[int]:
    """Positions of visits not touched before."""
    kept = (c for c in range(1, draft.last) if draft.columns[c] is not None)
    return [c for c in kept if draft.columns[c] not in draft.columns_used]


def marked(draft: Draft, axis: int, at: int) -> bool:
    """Whether a mark of this row (axis 1) or column (axis 2) was edited: it must not go as a whole."""
    old = (draft.rows if axis == 1 else draft.columns)[at]
    return any(item[axis] == old for item in draft.todo if item[0].startswith("mark") and isinstance(item[axis], int))


def cell_at(draft: Draft, r: int, c: int) -> Cell:
    cell = draft.grid.cells[r][c]
    assert cell is not None
    return cell


def take_row(draft: Draft, r: int) -> int:
    old = draft.rows[r]
    assert old is not None
    draft.rows_used.add(old)
    return old


def take_column(draft: Draft, c: int) -> int:
    old = draft.columns[c]
    assert old is not None
    draft.columns_used.add(old)
    return old


def spanned(draft: Draft, r: int, c: int) -> bool:
    row = draft.grid.cells[r]
    return row[c] is None or cell_at(draft, r, c).columns > 1 or (c + 1 < len(row) and row[c + 1] is None)


# Amendments of activities: added, removed, renamed, moved.

NEW_NAMES = (
    "Handgrip dynamometry",
    "Olfactory threshold",
    "Sweat chloride",
    "Nailfold capillaroscopy",
    "Wearable sensor fitted",
    "Breath hydrogen",
    "Caregiver burden interview",
    "Audiometry",
    "Bone densitometry",
    "Fecal calprotectin",
    "Six-minute walk",
    "Genetic counselling",
    "Nutrition advice",
    "Skin prick",
    "Taste panel",
)


def add_activity(draft: Draft) -> bool:
    used = {said(row[0]) for row in draft.grid.cells if row[0] is not None}
    names = [n for n in NEW_NAMES if n not in used]
    places = [r for r in body(draft) if r - 1 not in draft.grid.bands and draft.rows[r - 1] not in draft.rows_used]
    if not names or not places:
        return False
    at = draft.rng.choice(places)
    width = draft.grid.shape[1]
    row: Row = [Cell(draft.rng.choice(names)), *(Cell(centred=True) for _ in range(width - 1))]
    for c in draft.rng.sample(range(1, draft.last), draft.rng.randint(1, max(1, draft.last - 2))):
        row[c] = Cell("X", centred=True)
    take_row(draft, at)  # nothing else may happen here, or the place would be ambiguous
    _insert_row(draft, at, row, None)
    draft.todo.append(("activity_added", row, None, "", said(row[0] or Cell())))
    return True


def _insert_row(draft: Draft, at: int, row: Row, old: int | None) -> None:
    draft.grid.cells.insert(at, row)
    draft.rows.insert(at, old)
    draft.grid.bands = {b + (b >= at) for b in draft.grid.bands}


def _drop_row(draft: Draft, at: int) -> Row:
    row = draft.grid.cells.pop(at)
    draft.rows.pop(at)
    draft.grid.bands = {b - (b > at) for b in draft.grid.bands}
    return row


def _alone(draft: Draft, r: int) -> bool:
    """Whether the row is the only one of its category, or a neighbour was touched."""
    beside = [x for x in (r - 1, r + 1) if draft.grid.header_rows <= x < len(draft.rows)]
    bands = sum(x in draft.grid.bands for x in beside) + (r + 1 >= len(draft.rows))
    return bands > 1 or any(draft.rows[x] is None or draft.rows[x] in draft.rows_used for x in beside)


def remove_activity(draft: Draft) -> bool:
    places = [r for r in body(draft) if not _alone(draft, r) and not marked(draft, 1, r)]
    if len(places) < 4:
        return False
    at = draft.rng.choice(places)
    name = said(cell_at(draft, at, 0))
    for x in (at - 1, at, at + 1):
        if draft.grid.header_rows <= x < len(draft.rows) and draft.rows[x] is not None:
            take_row(draft, x)
    draft.todo.append(("activity_removed", draft.rows[at], None, name, ""))
    _drop_row(draft, at)
    return True


def rename_activity(draft: Draft) -> bool:
    if not (places := body(draft)):
        return False
    at = draft.rng.choice(places)
    cell = cell_at(draft, at, 0)
    before, marker = said(cell), MARKER.search(cell.text)  # the marker stays behind the name
    name = MARKER.sub("", cell.text)
    name = draft.rng.choice(("{} (local)", "Central {}", "{}, repeat", "Brief {}")).format(name)
    cell.text = name + (marker.group() if marker else "")
    draft.todo.append(("activity_renamed", take_row(draft, at), None, before, said(cell)))
    return True


def move_activity(draft: Draft) -> bool:
    places = [r for r in body(draft) if not _alone(draft, r)]
    if len(places) < 6 or any(kind == "activity_moved" for kind, *_ in draft.todo):
        return False  # one move a table: two may make up for each other
    at = draft.rng.choice(places)
    targets = [r for r in places if abs(sum(x not in draft.grid.bands for x in range(min(at, r), max(at, r)))) > 3]
    if not targets:
        return False
    to = draft.rng.choice(targets)
    old = take_row(draft, at)
    name = said(cell_at(draft, at, 0))
    row = _drop_row(draft, at)
    _insert_row(draft, to - (to > at), row, old)
    draft.todo.append(("activity_moved", old, None, name, name))
    return True


# Amendments of visits: added, removed, renamed, with another window.

NEW_VISITS = ("Dose check", "Interim call", "Wound control", "Titration call", "Kit pick-up", "Nurse home stop")


def add_visit(draft: Draft) -> bool:
    top, places = draft.grid.header_rows, _free_columns(draft)
    told = {said(cell) for row in draft.grid.cells[:top] for cell in row if cell is not None}
    names = [n for n in NEW_VISITS if n not in told]
    if not places or not names:
        return False
    at, name = draft.rng.choice(places), draft.rng.choice(names)
    take_column(draft, at)
    level = draft.rng.choice([r for r in range(top) if not spanned(draft, r, at)] or [top - 1])
    key: Cell | None = None
    for r, row in enumerate(draft.grid.cells):
        owner = draft.grid.owners()[r][at]
        if row[at] is None and owner[0] == r:
            cell_at(draft, *owner).columns += 1
            row.insert(at, None)
            continue
        marked = r >= top and draft.rng.random() < 0.4
        cell = Cell(name if r == level else "X" if marked else "", centred=True, bold=r < top)
        if r >= top and r not in draft.grid.bands and row[at] is not None and cell_at(draft, r, at).arrow:
            cell = Cell(said="→", arrow=True, centred=True)
        key = cell if r == level else key
        row.insert(at, cell)
    draft.columns.insert(at, None)
    draft.last += 1
    draft.todo.append(("visit_added", None, key, "", name))
    return True


def _free_columns(draft: Draft) -> list[int]:
    """Visits beside which nothing happened."""
    free = set(visits(draft))
    return [c for c in free if (c - 1 in free or c == 1) and (c + 1 in free or c + 1 == draft.last)]


def remove_visit(draft: Draft) -> bool:
    places = [c for c in _free_columns(draft) if not marked(draft, 2, c)]
    if len(places) < 4:
        return False
    at = draft.rng.choice(places)
    owners = draft.grid.owners()
    for r, row in enumerate(draft.grid.cells):
        owner = owners[r][at]
        if owner[0] == r and cell_at(draft, *owner).columns > 1:
            cell_at(draft, *owner).columns -= 1
            row.pop(at if row[at] is None else at + 1)
        else:
            row.pop(at)
    for x in (at - 1, at, at + 1):
        if 1 <= x < draft.last and draft.columns[x] is not None:
            take_column(draft, x)
    draft.todo.append(("visit_removed", None, draft.columns[at], "", ""))
    draft.columns.pop(at)
    draft.last -= 1
    return True


def rename_visit(draft: Draft) -> bool:
    top, places = draft.grid.header_rows, visits(draft)
    levels = [r for r in range(top) if not any(spanned(draft, r, c) for c in range(1, draft.last))]
    told = [(r, c) for r in levels for c in places if re.search("[A-Za-z]{4}", said(cell_at(draft, r, c)))]
    digits = any(marker.isdigit() for marker, _ in draft.notes)  # "Visit 2": could as well end in a marker
    cells = [(r, c) for r, c in told if not (digits and said(cell_at(draft, r, c))[-1:].isdigit())]
    if not cells:
        return False
    r, c = draft.rng.choice(cells)
    cell = cell_at(draft, r, c)
    before, marker = said(cell), MARKER.search(cell.text)
    name = draft.rng.choice(("Remote {}", "{} (hybrid)", "Short {}")).format(MARKER.sub("", cell.text))
    cell.text = name + (marker.group() if marker else "")
    draft.todo.append(("visit_renamed", None, take_column(draft, c), before, said(cell)))
    return True


def change_window(draft: Draft) -> bool:
    rows = [r for r in range(draft.grid.header_rows) if sum("±" in said(x) for x in draft.grid.cells[r] if x) > 1]
    written = [(r, c) for r in rows for c in visits(draft) if draft.grid.cells[r][c] is not None]
    cells = [(r, c) for r, c in written if re.fullmatch(r"±\d+", said(cell_at(draft, r, c)))]
    if not cells:
        return False
    r, c = draft.rng.choice(cells)
    cell = cell_at(draft, r, c)
    before, cell.text = said(cell), f"±{int(said(cell)[1:]) + draft.rng.randint(2, 5)}"
    draft.todo.append(("window_changed", None, take_column(draft, c), before, cell.text))
    return True


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
