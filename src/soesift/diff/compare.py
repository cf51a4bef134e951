"""Two versions compared: which tables belong together, then what was edited in each pair.

Edits are of rows and columns, marks and notes; results are read from files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from soesift.detect.detector import Detector
from soesift.diff.models import Edit, EditKind, Place, ScheduleDiff, TableDiff, Version
from soesift.diff.pairing import (
    OTHER_NUMBER_COLUMN,
    OTHER_NUMBER_ROW,
    Alignment,
    Matrix,
    Pairs,
    Rule,
    align,
    assign,
    bare,
    normal,
    pair_axis,
    text_likeness,
    unique_equals,
)
from soesift.diff.sheet import Mark, Row, Sheet, Visit, marker_between, same_print, sheet_of, with_markers
from soesift.document.kind import ENDINGS
from soesift.errors import UsageError
from soesift.export.wording import unsigned_words
from soesift.result.models import Result

# Footnotes of two versions: which is which, whatever letters they have now, and what changed.

# a footnote that is worded anew keeps its place in the list and most of the cells that name it
NOTE_RULE = Rule(sure=0.6, near=0.35, near_marks=0.5, marks=0.99)

# Edits of activities and visits: added, removed, renamed, moved, in another category or epoch, otherwise timed.
T = TypeVar("T", Row, Visit)

# Edits of marks, in rows and columns that both versions have.
Key = tuple[int, int, int, str, str, str, tuple[str, ...], tuple[str, ...]]

# Which table of one version is which of the other: by type, title, activities and visits, not by order.
LEAST = 0.45  # likeness from which two tables are versions of one
RANK = {"main_soa": 0, "track": 1, "domain": 2, "subsidiary": 3}


@dataclass(frozen=True, slots=True)
class NoteMap:
    """Markers of both versions resolved to footnotes, so that a letter that only shifted is no change."""

    pairs: Pairs
    old: dict[str, int]  # marker to the first footnote that bears it
    new: dict[str, int]

    def differ(self, old: tuple[str, ...], new: tuple[str, ...]) -> bool:
        """Whether a cell names other footnotes. Those added or removed as a whole are left aside: that is
        one edit, of the footnote.
        """
        partner = {i: (i, j) for i, j in self.pairs}
        back = {j: (i, j) for i, j in self.pairs}
        one, alone = _resolved(old, self.old, partner)
        two, come = _resolved(new, self.new, back)
        # a marker whose footnote was not read in one version may be the added or removed one of the other
        return one - come != two - alone

    def shifted(self, old: tuple[str, ...], new: tuple[str, ...]) -> bool:
        """Whether any of these markers stands for another footnote in the other version."""
        to_new = dict(self.pairs)
        return any(to_new.get(self.old[m]) != self.new[m] for m in {*old, *new} if m in self.old and m in self.new)


def _resolved(
    markers: tuple[str, ...], first: dict[str, int], partner: dict[int, tuple[int, int]]
) -> tuple[set[object], set[object]]:
    """What markers mean: paired footnotes, or markers without a footnote; and those of unpaired footnotes."""
    alone: set[object] = {m for m in markers if m in first and first[m] not in partner}
    return {partner[first[m]] if m in first else m for m in markers if m not in alone}, alone


def map_notes(old: Sheet, new: Sheet, found: Alignment) -> NoteMap:
    """Pair footnotes by wording, order, and the aligned cells that name them."""
    a, b = [text for _, text in old.footnotes], [text for _, text in new.footnotes]
    if not a or not b:
        return NoteMap([], _first(old), _first(new))
    used = _uses(old, new, found)
    marker = np.array([[m == n for n, _ in new.footnotes] for m, _ in old.footnotes], float)
    known = unique_equals([*map(normal, a)], [*map(normal, b)])
    pairs = pair_axis(text_likeness(a, b, 0.95), marker, used, known, NOTE_RULE)
    return NoteMap(pairs, _first(old), _first(new))


def note_edits(old: Sheet, new: Sheet, notes: NoteMap) -> list[Edit]:
    """Footnotes added, removed, reworded; one edit for all whose marker changed."""
    gone = set(range(len(old.footnotes))) - {i for i, _ in notes.pairs}
    come = set(range(len(new.footnotes))) - {j for _, j in notes.pairs}
    edits = [Edit(kind="footnote_removed", old=_place(old, i, notes.old)) for i in sorted(gone)]
    edits += [Edit(kind="footnote_added", new=_place(new, j, notes.new)) for j in sorted(come)]
    edits += [
        Edit(kind="footnote_reworded", old=_place(old, i, notes.old), new=_place(new, j, notes.new))
        for i, j in notes.pairs
        if bare(old.footnotes[i][1]) != bare(new.footnotes[j][1])
    ]
    letters = [(old.footnotes[i][0], new.footnotes[j][0]) for i, j in notes.pairs]
    shifted = [(m, n) for m, n in letters if m != n]
    if shifted:
        before, after = (list(side) for side in zip(*shifted, strict=True))
        edits.append(
            Edit(
                kind="footnotes_relettered",
                old=Place(text=", ".join(before), notes=before),
                new=Place(text=", ".join(after), notes=after),
            )
        )
    return edits


def _first(sheet: Sheet) -> dict[str, int]:
    first: dict[str, int] = {}
    for index, (marker, _) in enumerate(sheet.footnotes):
        if marker:
            first.setdefault(marker, index)
    return first


def _uses(old: Sheet, new: Sheet, found: Alignment) -> Matrix:
    """(n, m) Jaccard index of the aligned cells, rows and columns that name two footnotes; 0.5 if none does."""
    rows, columns = ({j: i for i, j in pairs} for pairs in (found.rows, found.columns))
    one, two = _places(old), _places(new)
    rows[-1] = columns[-1] = -1  # of a name, of a label
    back = [{(rows.get(r, -9), columns.get(c, -9)) for r, c in cells} for cells in two]
    return np.array([[len(x & y) / len(x | y) if x | y else 0.5 for y in back] for x in one])


def _places(sheet: Sheet) -> list[set[tuple[int, int]]]:
    """For each footnote the cells that name it: (row, column), (row, -1) for a name, (-1, column) for a label."""
    first = _first(sheet)
    places: list[set[tuple[int, int]]] = [set() for _ in sheet.footnotes]
    named = chain(
        ((place, mark.notes) for place, mark in sheet.marks.items()),
        (((r, -1), row.notes) for r, row in enumerate(sheet.rows)),
        (((-1, c), visit.notes) for c, visit in enumerate(sheet.visits)),
    )
    for place, notes in named:
        for marker in notes:
            if marker in first:
                places[first[marker]].add(place)
    return places


def _place(sheet: Sheet, index: int, first: dict[str, int]) -> Place:
    marker, text = sheet.footnotes[index]
    cells = sorted(_places(sheet)[index]) if first.get(marker) == index else []
    return Place(
        rows=[sheet.rows[r].index for r, _ in cells if r >= 0],
        columns=[sheet.visits[c].index for _, c in cells if c >= 0],
        activities=list(dict.fromkeys(sheet.rows[r].name for r, _ in cells if r >= 0)),
        visits=list(dict.fromkeys(sheet.visits[c].shown for _, c in cells if c >= 0)),
        text=text,
        notes=[marker] if marker else [],
    )


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
        edits.append(
            _both(
                "visits_renumbered",
                _visits((a for a, _ in counted), names[0]),
                _visits((b for _, b in counted), names[1]),
            )
        )
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
    before = _mark_place(old, i, [x for _, x, _, _ in cells], old.marks.get((i, c)))
    after = _mark_place(new, j, [y for _, _, _, y in cells], new.marks.get((j, d)))
    return Edit(kind=kind, old=before, new=after)


def _mark_place(sheet: Sheet, row: int, columns: list[int], mark: Mark | None) -> Place:
    return Place(
        rows=[sheet.rows[row].index],
        columns=[sheet.visits[c].index for c in columns],
        activities=[sheet.rows[row].name],
        visits=[sheet.visits[c].shown for c in columns],
        text=mark.text if mark else "",
        notes=list(mark.notes) if mark else [],
    )


def in_order(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets in an order that depends on what they say, not on where they stood."""
    return sorted(sheets, key=lambda s: (RANK[s.name.table_type], normal(s.name.title), _content(s), s.name.id))


def pair_tables(old: Sequence[Sheet], new: Sequence[Sheet]) -> tuple[Pairs, Matrix]:
    """Pairs of positions, and the (n, m) likeness that they were chosen by.

    Raises MissingExtra without rapidfuzz or scipy.
    """
    alike = np.array([[tables_likeness(a, b) for b in new] for a in old]).reshape(len(old), len(new))
    return assign(alike, alike >= LEAST), alike


def tables_likeness(a: Sheet, b: Sheet) -> float:
    """0 to 1, the same for (b, a): activities count half, visits a quarter, title and type the rest."""
    names = _overlap([r.name for r in a.rows], [r.name for r in b.rows], OTHER_NUMBER_ROW)
    visits = _overlap([v.shown for v in a.visits], [v.shown for v in b.visits], OTHER_NUMBER_COLUMN)
    title = float(text_likeness([a.name.title], [b.name.title], 0.8)[0, 0])
    return 0.5 * names + 0.25 * visits + 0.15 * title + 0.1 * (a.name.table_type == b.name.table_type)


def _overlap(a: list[str], b: list[str], other_number: float) -> float:
    """Mean of each text's best counterpart, both ways."""
    if not a or not b:
        return float(not a and not b)
    alike = text_likeness(a, b, other_number)
    return float((alike.max(1).mean() + alike.max(0).mean()) / 2)


def _content(sheet: Sheet) -> str:
    return repr((sheet.rows, sheet.visits, sorted(sheet.marks)))


# The difference of two schedules, and of two documents' schedules.
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


# Versions from files: results of `soesift detect`, or protocols, which are then detected.
def read_version(path: Path, model: str = "default") -> Result:
    """The result at `path` with the corrections that people made of it, or that of detecting the document there.

    Raises UsageError for another kind of file, DocumentError and ModelError as `Detector` does.
    """
    if path.suffix.lower() in ENDINGS:
        return Detector.load(model).detect(path)
    if path.suffix.lower() != ".json":
        raise UsageError(f"{path}: neither a result nor a protocol; give ID.json of soesift detect, or a PDF or DOCX")
    from soesift.review.documents import corrected_result

    return corrected_result(path)[0]


def diff_results(old: Result, new: Result) -> ScheduleDiff:
    """The difference of two results. Raises MissingExtra without rapidfuzz or scipy."""
    found = compare_documents(
        [sheet_of(t) for t in old.tables], [sheet_of(t) for t in new.tables], (_version(old), _version(new))
    )
    found.cautions = [*_cautions("old", old), *_cautions("new", new)]
    return found


def _version(result: Result) -> Version:
    return Version(name=result.document.name, sha256=result.document.sha256)


SHAKY = {"image_only": "is a picture", "redacted": "is redacted", "borderless": "has no rules"}


def _cautions(which: str, result: Result) -> list[str]:
    """Why a difference may be one of reading."""
    document = result.document
    said = [f"{which}: not read: {document.error}"] if document.error else []
    if document.has_soe == "unsure" and not document.error:
        said.append(f"{which}: detection is unsure whether all schedules were found")
    if unsigned := unsigned_words(result):
        said.append(f"{which}: {unsigned}")
    if not result.tables and not document.error:
        said.append(f"{which}: no schedule was found")
    for table in result.tables:
        shaky = [flag for flag in table.flags if flag in SHAKY]
        if shaky:
            named = ", ".join(SHAKY[flag] for flag in shaky)
            said.append(f"{which}: table {table.id} {named}; check its differences on the page")
    return said
