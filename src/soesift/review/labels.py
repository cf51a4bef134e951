"""Decisions on detections as human labels for training: pot `repair`, since they were not drawn at random."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from soesift.label.humans import HumanLabel
from soesift.result.models import Box, Fragment, SoeTable
from soesift.review.corrections import Correction, effective
from soesift.review.documents import Look
from soesift.table.record import TableRecord

SOURCE = "reviewer"
OVERLAP = 0.5  # share of the smaller box


def reviewer_labels(looks: Iterable[Look], records: Sequence[TableRecord]) -> list[HumanLabel]:
    """Labels of the `records` (of `soesift tables`) that a reviewer decided about, found again by document and place.

    Accepted is "yes" (a subsidiary table "no": finer timing alone is no schedule), rejected "no".
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
        (
            f"r{number}",
            [
                Fragment(
                    page=next(iter(item.pages), None),
                    bbox=item.bbox,
                    location=item.location,
                    probability=item.probability,
                )
            ],
            None,
        )
        for number, item in enumerate(look.result.rejected, 1)
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
    return "yes" if said == "accept" and table is not None and table.table_type != "subsidiary" else "no"


def _same_place(fragment: Fragment, record: TableRecord) -> bool:
    if fragment.location is not None:
        return record.location is not None and fragment.location.table_number == record.location.table_number
    if fragment.page != record.page or fragment.bbox is None or record.bbox is None:
        return False
    return shared(fragment.bbox, record.bbox) >= OVERLAP


def shared(a: Box, b: Box) -> float:
    """Area in both boxes over the area of the smaller, 0 to 1."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(0.0, wide) * max(0.0, high) / smaller if smaller > 0 else 0.0


def _when(corrections: Sequence[Correction]) -> float:
    """Unix time of the last word on the document."""
    try:
        return datetime.fromisoformat(str(effective(corrections)[-1]["when"])).timestamp()
    except (KeyError, ValueError, IndexError):
        return 0.0
