"""Edits of activities and visits: added, removed, renamed, moved, in another category or epoch, otherwise timed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from soesift.diff.align import Alignment
from soesift.diff.likeness import bare
from soesift.diff.models import Edit, EditKind, Place
from soesift.diff.note_edits import NoteMap
from soesift.diff.pairing import Pairs
from soesift.diff.sheet import Row, Sheet, Visit, marker_between, with_markers

T = TypeVar("T", Row, Visit)


def activity_edits(old: Sheet, new: Sheet, found: Alignment, notes: NoteMap) -> list[Edit]:
    """Everything that happened to rows as such."""
    edits = [Edit(kind="activity_removed", old=_whole_row(old, i)) for i in _left(len(old.rows), found.rows, 0)]
    edits += [Edit(kind="activity_added", new=_whole_row(new, j)) for j in _left(len(new.rows), found.rows, 1)]
    for i, j in found.rows:
        a, b = reconciled(old.rows[i], new.rows[j], notes)
        if bare(a.name) != bare(b.name):
            edits.append(_both("activity_renamed", _row(a, a.name), _row(b, b.name)))
        if notes.differ(a.notes, b.notes):
            edits.append(_both("activity_notes_changed", _row(a, a.name), _row(b, b.name)))
        edits += _details(a, b)
        if (i, j) in found.moved_rows:
            edits.append(_both("activity_moved", _row(a, a.category), _row(b, b.category)))
    return edits + _by_group("category_changed", _regrouped(old, new, found), lambda r: r.category, _rows)


def reconciled(a: Row, b: Row, notes: NoteMap) -> tuple[Row, Row]:
    """Both rows with footnote markers taken off the name where the other version shows that they are markers."""
    one = with_markers(a.name, a.notes, b.name, (*b.notes, *marker_between(b.name, a.name, notes.old)))
    two = with_markers(b.name, b.notes, one[0], (*one[1], *marker_between(one[0], b.name, notes.new)))
    return replace(a, name=one[0], notes=one[1]), replace(b, name=two[0], notes=two[1])


def _regrouped(old: Sheet, new: Sheet, found: Alignment) -> list[tuple[Row, Row]]:
    """Rows that stayed where they are but belong to another category, though both categories stayed as well.

    Where a row or a category moved, came or went, that is the edit.
    """
    partner = dict(found.rows)
    moved_old, moved_new = ({pair[side] for pair in found.moved_rows} for side in (0, 1))
    regrouped = []
    for i, j in found.rows:
        p, q = old.rows[i].parent, new.rows[j].parent
        if p is None or q is None or partner.get(p) is None or partner[p] == q or q not in partner.values():
            continue
        if i in moved_old or p in moved_old or q in moved_new:
            continue
        back = next(x for x, y in found.rows if y == q)
        if old.rows[back].is_category and new.rows[partner[p]].is_category:
            regrouped.append((old.rows[i], new.rows[j]))
    return regrouped


def visit_edits(old: Sheet, new: Sheet, found: Alignment, notes: NoteMap) -> list[Edit]:
    """Everything that happened to columns as such."""
    edits = [Edit(kind="visit_removed", old=_whole_visit(old, i)) for i in _left(len(old.visits), found.columns, 0)]
    edits += [Edit(kind="visit_added", new=_whole_visit(new, j)) for j in _left(len(new.visits), found.columns, 1)]
    pairs = [(old.visits[i], new.visits[j]) for i, j in found.columns]
    counted = [(a, b) for a, b in pairs if _renumbered(a, b)]
    if counted:
        names = [", ".join(v.number for v in side) for side in zip(*counted, strict=True)]
        edits.append(_both("visits_renumbered", _visits((a for a, _ in counted), names[0]),
                           _visits((b for _, b in counted), names[1])))  # fmt: skip
    quiet = _misread_times(pairs)
    for k, ((a, b), pair) in enumerate(zip(pairs, found.columns, strict=True)):
        edits += _one_visit(a, replace(b, time=a.time) if k in quiet else b, notes)
        if pair in found.moved_columns:
            edits.append(_both("visit_moved", _visits([a], a.epoch), _visits([b], b.epoch)))
    steady = [two for two, pair in zip(pairs, found.columns, strict=True) if pair not in found.moved_columns]
    steady = [(a, b) for a, b in steady if _new_epoch(a, b)]
    epochs = [_own_epoch(e, old, new) for e in _by_group("epoch_changed", steady, lambda v: v.epoch, _visits)]
    return edits + [edit for edit in epochs if edit not in edits]  # a cell may be read as epoch and as label


def _own_epoch(edit: Edit, old: Sheet, new: Sheet) -> Edit:
    """An epoch of one visit only is that visit's name: renamed."""
    assert edit.old is not None
    assert edit.new is not None
    one, two = (sum(v.epoch == p.text for v in s.visits) for s, p in ((old, edit.old), (new, edit.new)))
    alone = one == two == len(edit.old.columns) == 1 and edit.old.text and edit.new.text
    return edit.model_copy(update={"kind": "visit_renamed"}) if alone else edit


def _misread_times(pairs: list[tuple[Visit, Visit]]) -> set[int]:
    """Positions in `pairs` of visits whose label is printed alike but whose time was understood otherwise.

    Where most visits are so, the row's own title changed ("Day" to "Week"), which is an edit.
    """
    odd = [bare(a.label) == bare(b.label) and bare(a.time) != bare(b.time) for a, b in pairs]
    return set() if 2 * sum(odd) > len(odd) else {k for k, is_odd in enumerate(odd) if is_odd}


def _one_visit(a: Visit, b: Visit, notes: NoteMap) -> list[Edit]:
    edits = []
    one = with_markers(a.label, a.notes, b.label, b.notes)
    two = with_markers(b.label, b.notes, *one)
    a, b = replace(a, label=one[0], notes=one[1]), replace(b, label=two[0], notes=two[1])
    timed, windowed = bare(a.time) != bare(b.time), bare(a.window) != bare(b.window)
    if _renamed(a, b, timed or windowed):
        edits.append(_both("visit_renamed", _visits([a], a.label), _visits([b], b.label)))
    if timed:
        edits.append(_both("timing_changed", _visits([a], a.time), _visits([b], b.time)))
    if windowed:
        edits.append(_both("window_changed", _visits([a], a.window), _visits([b], b.window)))
    if notes.differ(a.notes, b.notes):
        edits.append(_both("visit_notes_changed", _visits([a], a.shown), _visits([b], b.shown)))
    return edits


def _renamed(a: Visit, b: Visit, understood: bool) -> bool:
    """Whether the label says something else; if a changed time or window explains it, it does not."""
    if bare(a.label) == bare(b.label) or _same_headers(a, b) or _renumbered(a, b):
        return False
    return not (understood and (a.words == b.words or a.all_words == b.all_words))


def _same_headers(a: Visit, b: Visit) -> bool:
    """Whether the same is printed, even if one version's epoch was read as part of the label."""
    return bool(a.headers) and [*map(bare, a.headers)] == [*map(bare, b.headers)]


def _new_epoch(a: Visit, b: Visit) -> bool:
    """Whether the epoch can have changed: both versions have one, or the rest of the label is the same."""
    return bool((a.epoch and b.epoch) or bare(a.label) == bare(b.label)) and not _same_headers(a, b)


def _renumbered(a: Visit, b: Visit) -> bool:
    """Whether the same planned time only got another number ("Visit 5" to "Visit 6", both week 8)."""
    same_time = bool(a.time) and bare(a.time) == bare(b.time)
    return same_time and bool(a.number and b.number) and a.number != b.number and a.words == b.words


def _details(a: Row, b: Row) -> list[Edit]:
    """Comments and other columns about an activity, by title."""
    one, two = dict(a.details), dict(b.details)
    return [
        _both("activity_details_changed", _row(a, one.get(title, "")), _row(b, two.get(title, "")))
        for title in dict.fromkeys([*one, *two])
        if bare(one.get(title, "")) != bare(two.get(title, ""))
    ]


def _by_group(
    kind: EditKind, pairs: Iterable[tuple[T, T]], name: Callable[[T], str], place: Callable[[Iterable[T], str], Place]
) -> list[Edit]:
    """One edit for all members that went from one group to another together, as when a group is renamed."""
    groups: dict[tuple[str, str], list[tuple[T, T]]] = {}
    for a, b in pairs:
        if bare(name(a)) != bare(name(b)):
            groups.setdefault((name(a), name(b)), []).append((a, b))
    return [
        _both(kind, place((a for a, _ in members), one), place((b for _, b in members), two))
        for (one, two), members in groups.items()
    ]


def _both(kind: EditKind, old: Place, new: Place) -> Edit:
    return Edit(kind=kind, old=old, new=new)


def _left(count: int, pairs: Pairs, side: int) -> list[int]:
    taken = {pair[side] for pair in pairs}
    return [i for i in range(count) if i not in taken]


def _row(row: Row, text: str) -> Place:
    return Place(rows=[row.index], activities=[row.name], text=text, notes=list(row.notes))


def _rows(rows: Iterable[Row], text: str) -> Place:
    kept = list(rows)
    return Place(rows=[r.index for r in kept], activities=[r.name for r in kept], text=text)


def _visits(visits: Iterable[Visit], text: str) -> Place:
    kept = list(visits)
    notes = list(kept[0].notes) if len(kept) == 1 else []
    return Place(columns=[v.index for v in kept], visits=[v.shown for v in kept], text=text, notes=notes)


def _whole_row(sheet: Sheet, i: int) -> Place:
    at = [sheet.visits[c].shown for r, c in sorted(sheet.marks) if r == i]
    return _row(sheet.rows[i], sheet.rows[i].name).model_copy(update={"visits": at})


def _whole_visit(sheet: Sheet, j: int) -> Place:
    done = [sheet.rows[r].name for r, c in sorted(sheet.marks) if c == j]
    visit = sheet.visits[j]
    return _visits([visit], visit.shown).model_copy(update={"activities": done})
