"""Footnotes of two versions: which is which, whatever letters they have now, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np

from soesift.diff.align import Alignment, Rule, pair_axis
from soesift.diff.likeness import Matrix, bare, normal, text_likeness
from soesift.diff.models import Edit, Place
from soesift.diff.pairing import Pairs, unique_equals
from soesift.diff.sheet import Sheet

# a footnote that is worded anew keeps its place in the list and most of the cells that name it
NOTE_RULE = Rule(sure=0.6, near=0.35, near_marks=0.5, marks=0.99)


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
        edits.append(Edit(kind="footnotes_relettered", old=Place(text=", ".join(before), notes=before),
                          new=Place(text=", ".join(after), notes=after)))  # fmt: skip
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
        text=text, notes=[marker] if marker else [],
    )  # fmt: skip
