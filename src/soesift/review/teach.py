"""Corrections as labels: what people decided about tables, and cells that they mended.

`reviewer_labels` gives the last word on each table, for the pot `repair`, since these were not drawn at random;
`taught_by` gives every word for a ledger, cells included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from soesift.label.humans import HumanLabel
from soesift.label.recorded import overlap
from soesift.result.models import Fragment, Rejected, Result, SoeTable
from soesift.result.store import read_result, sidecar_of
from soesift.review.apply import apply_corrections
from soesift.review.corrections import Correction, EditCell, effective, read_action, read_corrections
from soesift.review.documents import Look
from soesift.table.record import TableRecord

SOURCE = "reviewer"
OVERLAP = 0.5  # share of the smaller box that lies in the other, from which on two boxes are one table


@dataclass(slots=True)
class Taught:
    """labels: of tables, for the ledger. cells: what was read and what is right. unmatched: fragments that people
    judged and no table of the given ones has the place of."""

    labels: list[HumanLabel] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    unmatched: int = 0


def taught_by(results: Sequence[Path], records: Sequence[TableRecord]) -> Taught:
    """What the corrections beside results say of `records`; the last word on a table counts. Raises UsageError."""
    found, by_hash = Taught(), dict[str, list[TableRecord]]()
    for record in records:
        by_hash.setdefault(record.sha256, []).append(record)
    for path in results:
        corrections = read_corrections(sidecar_of(path))
        if not corrections:
            continue
        result = read_result(path)
        near = by_hash.get(result.document.sha256, [])
        for fragment, label, who in _judged(result, corrections):
            there = next((one for one in near if _same_place(fragment, one)), None)
            if there is None:
                found.unmatched += 1
            else:
                found.labels.append(
                    HumanLabel(table_id=there.table_id, label=label, annotator=who, pot="other", source=SOURCE)
                )
        found.cells += list(_cells(result, corrections))
    return found


def _judged(result: Result, corrections: Sequence[Correction]) -> Iterator[tuple[Fragment, Literal["yes", "no"], str]]:
    """The parts of tables and near misses that somebody decided on, with the word on them."""
    applied = apply_corrections(result, corrections)
    tables = {table.id: table for table in [*result.tables, *applied.result.tables]}
    for item, (said, who) in applied.decided.items():
        label = _word(said, tables.get(item))
        if item in tables:
            yield from ((f, label, who) for f in tables[item].fragments if f.role == "grid")
        elif item.startswith("r") and item[1:].isdigit():
            yield _place_of(result.rejected[int(item[1:]) - 1]), label, who


def _place_of(near: Rejected) -> Fragment:
    """Where a near miss stands."""
    page = near.pages[0] if near.pages else None
    return Fragment(page=page, bbox=near.bbox, location=near.location, probability=near.probability)


def _cells(result: Result, corrections: Sequence[Correction]) -> Iterator[dict[str, Any]]:
    """Each standing word on a cell, with what was read there before it and where on the page it is."""
    standing = effective(corrections)
    for place, one in enumerate(standing):
        try:
            action = read_action(one["what"])
        except ValueError:
            continue
        if not isinstance(action, EditCell):
            continue
        tables = {table.id: table for table in apply_corrections(result, standing[:place]).result.tables}
        cells = tables[action.table].cells if action.table in tables else []
        cell = next((c for c in cells if (c.row, c.column) == (action.row, action.column)), None)
        yield {
            "sha256": result.document.sha256,
            "table": action.table,
            "row": action.row,
            "column": action.column,
            "page": cell and cell.page,
            "bbox": cell and cell.bbox,
            "read": cell.text if cell else "",
            "read_markers": cell.markers if cell else [],
            "text": action.text,
            "markers": action.markers,
            "states": action.states,
            "who": one.get("who"),
            "when": one.get("when"),
            "source": SOURCE,
        }


# The last word on each table, for the pot `repair`


def reviewer_labels(looks: Iterable[Look], records: Sequence[TableRecord]) -> list[HumanLabel]:
    """Labels of the `records` (of `soesift tables`) that a reviewer decided about, found again by document and place.

    Accepted is "yes" (a subsidiary table "no"), rejected "no".
    """
    by_document: dict[str, list[TableRecord]] = {}
    for record in records:
        by_document.setdefault(record.sha256, []).append(record)
    found: dict[str, HumanLabel] = {}
    for look in looks:
        for record in by_document.get(look.result.document.sha256, []):
            label = _label(look, record)
            if label is not None:
                found[label.table_id] = label
    return list(found.values())


def _label(look: Look, record: TableRecord) -> HumanLabel | None:
    tables = {table.id: table for table in (*look.result.tables, *look.applied.result.tables)}
    places: list[tuple[str, list[Fragment], SoeTable | None]] = []
    places += [(name, table.fragments, table) for name, table in tables.items()]
    places += [
        (f"r{number}", [_place_of(near)], None)
        for number, near in enumerate(look.result.rejected, 1)
        if f"r{number}" not in tables
    ]
    for name, fragments, table in places:
        if name in look.applied.decided and any(_same_place(f, record) for f in fragments):
            said, who = look.applied.decided[name]
            return HumanLabel(
                table_id=record.table_id,
                label=_word(said, table),
                annotator=who or "reviewer",
                pot="repair",
                source=SOURCE,
                created=_when(look.corrections),
            )
    return None


def _word(said: str, table: SoeTable | None) -> Literal["yes", "no"]:
    """The label of a table by what was decided about it: finer timing alone ("subsidiary") is no schedule."""
    return "yes" if said == "accept" and table is not None and table.table_type != "subsidiary" else "no"


def _same_place(fragment: Fragment, record: TableRecord) -> bool:
    if fragment.location is not None:
        return record.location is not None and fragment.location.table_number == record.location.table_number
    if fragment.page != record.page or fragment.bbox is None or record.bbox is None:
        return False
    return overlap(fragment.bbox, record.bbox)[1] >= OVERLAP


def _when(corrections: Sequence[Correction]) -> float:
    """Unix time of the last word on the document."""
    try:
        return datetime.fromisoformat(str(effective(corrections)[-1]["when"])).timestamp()
    except (KeyError, ValueError, IndexError):
        return 0.0
