"""The difference of two schedules, and of two documents' schedules."""

from __future__ import annotations

from collections.abc import Sequence

from soesift.diff.align import Alignment, align
from soesift.diff.axis_edits import activity_edits, visit_edits
from soesift.diff.likeness import bare
from soesift.diff.mark_edits import mark_edits
from soesift.diff.match_tables import in_order, pair_tables
from soesift.diff.models import Edit, Place, ScheduleDiff, TableDiff, Version
from soesift.diff.note_edits import map_notes, note_edits
from soesift.diff.pairing import Pairs
from soesift.diff.sheet import Sheet


def compare_sheets(old: Sheet, new: Sheet, likeness: float = 1.0) -> TableDiff:
    """All edits that lead from `old` to `new`; none for equal sheets. Raises MissingExtra."""
    found = align(old.side(), new.side())
    notes = map_notes(old, new, found)
    edits = [
        *table_edits(old, new),
        *activity_edits(old, new, found, notes),
        *visit_edits(old, new, found, notes),
        *mark_edits(old, new, found, notes),
        *note_edits(old, new, notes),
    ]
    rows, columns = shown_side_by_side(old, new, found)
    return TableDiff(old=old.name, new=new.name, likeness=round(likeness, 3), edits=edits, rows=rows, columns=columns)


def compare_documents(old: Sequence[Sheet], new: Sequence[Sheet], versions: tuple[Version, Version]) -> ScheduleDiff:
    """The difference of two documents, tables paired first; the order of tables does not matter."""
    before, after = in_order(old), in_order(new)
    pairs, alike = pair_tables(before, after)
    tables = [compare_sheets(before[i], after[j], float(alike[i, j])) for i, j in pairs]
    tables += [TableDiff(old=s.name) for i, s in enumerate(before) if i not in {i for i, _ in pairs}]
    tables += [TableDiff(new=s.name) for j, s in enumerate(after) if j not in {j for _, j in pairs}]
    return ScheduleDiff(old=versions[0], new=versions[1], tables=tables)


def table_edits(old: Sheet, new: Sheet) -> list[Edit]:
    a, b = old.name, new.name
    edits = []
    if bare(a.title) != bare(b.title):
        edits.append(Edit(kind="table_retitled", old=Place(text=a.title), new=Place(text=b.title)))
    if a.table_type != b.table_type:
        edits.append(Edit(kind="table_retyped", old=Place(text=a.table_type), new=Place(text=b.table_type)))
    return edits


def shown_side_by_side(
    old: Sheet, new: Sheet, found: Alignment
) -> tuple[list[tuple[int | None, int | None]], list[tuple[int | None, int | None]]]:
    """Grid positions paired, in the order of the new version; what was removed stands behind what it followed."""
    rows = _merged(len(old.rows), len(new.rows), found.rows)
    columns = _merged(len(old.visits), len(new.visits), found.columns)
    return (
        [(None if i is None else old.rows[i].index, None if j is None else new.rows[j].index) for i, j in rows],
        [(None if i is None else old.visits[i].index, None if j is None else new.visits[j].index) for i, j in columns],
    )


def _merged(n: int, m: int, pairs: Pairs) -> list[tuple[int | None, int | None]]:
    partner = dict(pairs)
    back = {j: i for i, j in pairs}
    after: dict[int, list[int]] = {}  # new position that removed ones follow
    place = -1
    for i in range(n):
        if i in partner:
            place = partner[i]
        else:
            after.setdefault(place, []).append(i)
    merged: list[tuple[int | None, int | None]] = [(i, None) for i in after.get(-1, [])]
    for j in range(m):
        merged.append((back.get(j), j))
        merged += [(i, None) for i in after.get(j, [])]
    return merged
