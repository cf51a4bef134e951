"""Two versions compared: which tables belong together, then the edits of each pair; results read from files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from soesift.detect.detector import Detector
from soesift.diff.edits import activity_edits, map_notes, mark_edits, note_edits, visit_edits
from soesift.diff.from_schedule import sheet_of
from soesift.diff.models import Edit, Place, ScheduleDiff, TableDiff, Version
from soesift.diff.pairing import (
    OTHER_NUMBER_COLUMN,
    OTHER_NUMBER_ROW,
    Alignment,
    Matrix,
    Pairs,
    align,
    assign,
    bare,
    normal,
    text_likeness,
)
from soesift.diff.sheet import Sheet
from soesift.document.kind import ENDINGS
from soesift.errors import UsageError
from soesift.result.models import Result

# Which table of one version is which of the other: by type, title, activities and visits, not by order.

LEAST = 0.45  # likeness from which two tables are versions of one
RANK = {"main_soa": 0, "track": 1, "domain": 2, "subsidiary": 3}


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
    from soesift.review.apply import corrected_result

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


def _cautions(which: str, result: Result) -> list[str]:
    """Why a difference may be one of reading."""
    document = result.document
    said = [f"{which}: not read: {document.error}"] if document.error else []
    if document.has_soe == "unsure" and not document.error:
        said.append(f"{which}: detection is unsure whether all schedules were found")
    if not result.tables and not document.error:
        said.append(f"{which}: no schedule was found")
    for table in result.tables:
        shaky = [flag for flag in table.flags if flag in ("image_only", "redacted", "borderless")]
        if shaky:
            said.append(f"{which}: table {table.id} is {', '.join(shaky)}; check its differences on the page")
    return said
