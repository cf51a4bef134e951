"""The difference of two versions' schedules, format `soe-diff/1`.

Exchanging the versions exchanges `old` and `new` everywhere and turns added into removed; nothing else changes.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict

from soesift.result.models import TableType

FORMAT = "soe-diff/1"

EditKind = Literal[
    "table_retitled",
    "table_retyped",
    "activity_added",
    "activity_removed",
    "activity_renamed",
    "activity_moved",
    "activity_notes_changed",
    "activity_details_changed",
    "category_changed",
    "visit_added",
    "visit_removed",
    "visit_renamed",
    "visit_moved",
    "visit_notes_changed",
    "visits_renumbered",
    "epoch_changed",
    "timing_changed",
    "window_changed",
    "mark_added",
    "mark_removed",
    "mark_replaced",
    "mark_notes_changed",
    "footnote_added",
    "footnote_removed",
    "footnote_reworded",
    "footnotes_relettered",
]


class Part(BaseModel):
    """Common base: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Place(Part):
    """What one version says, and where: 0-based rows and columns of the table's grid, with their names.

    `text`: the name, label, mark or footnote itself; `notes`: the footnote markers printed there. An added or
    removed activity lists the visits it is marked at, a visit its activities, a footnote the cells that
    name it.
    """

    rows: list[int] = []
    columns: list[int] = []
    activities: list[str] = []
    visits: list[str] = []
    text: str = ""
    notes: list[str] = []


class Edit(Part):
    """One change. `old` is empty for what is added, `new` for what is removed."""

    kind: EditKind
    old: Place | None = None
    new: Place | None = None


class TableName(Part):
    """A table of one version."""

    id: str
    title: str
    table_type: TableType
    pages: list[int] = []


class TableDiff(Part):
    """A pair of tables, or a table that only one version has (`old` or `new` is empty).

    `rows` and `columns` pair positions of the two grids in the order to show them side by side; None where
    a version has no such row or column. Header rows and header columns are not in them.
    """

    old: TableName | None = None
    new: TableName | None = None
    likeness: float = 0.0
    edits: list[Edit] = []
    rows: list[tuple[int | None, int | None]] = []
    columns: list[tuple[int | None, int | None]] = []


class Version(Part):
    """One of the two documents."""

    name: str
    sha256: str = ""


class ScheduleDiff(Part):
    """Everything that differs between the schedules of two documents; the tables in an order of their own
    (type, title, page), not that of the documents.
    """

    format: Literal["soe-diff/1"] = "soe-diff/1"
    old: Version
    new: Version
    tables: list[TableDiff] = []
    cautions: list[str] = []  # what may make a difference one of reading, not of the protocol

    def counts(self) -> dict[str, int]:
        """How many edits of each kind, tables added and removed first; kinds without any are left out."""
        count: Counter[str] = Counter()
        count["table_added"] = sum(t.old is None for t in self.tables)
        count["table_removed"] = sum(t.new is None for t in self.tables)
        count.update(edit.kind for table in self.tables for edit in table.edits)
        return {kind: n for kind, n in count.items() if n}
