"""Edits of marks, in rows and columns that both versions have."""

from __future__ import annotations

from soesift.diff.align import Alignment
from soesift.diff.models import Edit, EditKind, Place
from soesift.diff.note_edits import NoteMap
from soesift.diff.sheet import Mark, Sheet, same_print

Key = tuple[int, int, int, str, str, str, tuple[str, ...], tuple[str, ...]]


def mark_edits(old: Sheet, new: Sheet, found: Alignment, notes: NoteMap) -> list[Edit]:
    """One edit a cell; one for all cells of a merged cell that changed alike."""
    changed: dict[Key | tuple[int, int], tuple[EditKind, list[tuple[int, int, int, int]]]] = {}
    for i, j in found.rows:
        for c, d in found.columns:
            a, b = old.marks.get((i, c)), new.marks.get((j, d))
            kind = _kind(a, b, notes)
            if kind is not None:
                changed.setdefault(_key(i, c, a, b, kind), (kind, []))[1].append((i, c, j, d))
    return [_edit(old, new, kind, cells) for kind, cells in changed.values()]


def _kind(a: Mark | None, b: Mark | None, notes: NoteMap) -> EditKind | None:
    if a is None or b is None:
        return None if a is b else "mark_added" if a is None else "mark_removed"
    if same_print(a.text, a.notes, b.text, b.notes) and not notes.shifted(a.notes, b.notes):
        return None
    if a.sign != b.sign:
        return "mark_replaced"
    return "mark_notes_changed" if notes.differ(a.notes, b.notes) else None


def _key(i: int, c: int, a: Mark | None, b: Mark | None, kind: EditKind) -> Key | tuple[int, int]:
    one, two = a or Mark(""), b or Mark("")
    if one.merged < 0 and two.merged < 0:
        return (i, c)
    return (i, one.merged, two.merged, kind, one.text, two.text, one.notes, two.notes)


def _edit(old: Sheet, new: Sheet, kind: EditKind, cells: list[tuple[int, int, int, int]]) -> Edit:
    i, c, j, d = cells[0]
    before = _place(old, i, [x for _, x, _, _ in cells], old.marks.get((i, c)))
    after = _place(new, j, [y for _, _, _, y in cells], new.marks.get((j, d)))
    return Edit(kind=kind, old=before, new=after)


def _place(sheet: Sheet, row: int, columns: list[int], mark: Mark | None) -> Place:
    return Place(
        rows=[sheet.rows[row].index],
        columns=[sheet.visits[c].index for c in columns],
        activities=[sheet.rows[row].name],
        visits=[sheet.visits[c].shown for c in columns],
        text=mark.text if mark else "",
        notes=list(mark.notes) if mark else [],
    )
