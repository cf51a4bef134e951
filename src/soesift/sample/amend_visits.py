"""Amendments of visits: added, removed, renamed, with another window."""

from __future__ import annotations

import re

from soesift.sample.amend_draft import MARKER, Draft, cell_at, marked, spanned, take_column, visits
from soesift.sample.grid import Cell, said

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
