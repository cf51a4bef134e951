"""Amendments of activities: added, removed, renamed, moved."""

from __future__ import annotations

from soesift.sample.amend_draft import MARKER, Draft, body, cell_at, marked, take_row
from soesift.sample.grid import Cell, Row, said

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
