"""Truth of a generated protocol, in the format of gold labels, with the cells of every schedule."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from soesift.result.models import Flag, TableType

NegativeClass = Literal[
    "dosing_schedule", "dose_modification", "lab_list", "visit_windows", "objectives_endpoints",
    "statistical_matrix",
    "crf_worksheet", "response_criteria", "figure", "synopsis_mention", "amendment_excerpt", "toc",
    "abbreviations",
    "volume", "sampling_list", "eligibility", "analysis_windows", "project_plan", "chart", "form", "other",
]  # fmt: skip


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TrueNote(_Record):
    marker: str
    text: str


class TrueTable(_Record):
    """One logical schedule. `grid`: pages joined, headers once, merged text repeated, raised text inline."""

    title: str
    type: TableType
    grid_pages: list[int] = []
    footnote_pages: list[int] = []
    flags: list[Flag] = []
    table_numbers: list[int] = []  # DOCX only: 1-based, in document order
    header_rows: int
    grid: list[list[str]]
    footnotes: list[TrueNote] = []


class HardNegative(_Record):
    """Something that a careless reader takes for a schedule. In JSON the class is named `class`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)
    pages: list[int] = []
    kind: NegativeClass = Field(alias="class")
    title: str
    table_numbers: list[int] = []
    grid: list[list[str]] = []  # written for documents of kind `doses` only


class UncertainPage(_Record):
    page: int
    why: str


class TrueEdit(_Record):
    """One edit of an amended version: kind as in `soe-diff/1`, 0-based places in the two grids of the main schedule."""

    kind: str
    old_row: int | None = None
    old_column: int | None = None
    new_row: int | None = None
    new_column: int | None = None
    old_text: str = ""
    new_text: str = ""


class Truth(_Record):
    """What a perfect detector says about the document; pages are physical and 1-based."""

    id: str
    n_pages: int | None
    seed: int
    kind: str
    has_soe: bool
    soe_tables: list[TrueTable] = []
    heading_only_pages: list[int] = []
    hard_negatives: list[HardNegative] = []
    uncertain_pages: list[UncertainPage] = []
    edits: list[TrueEdit] = []  # of an amended version, against the version of the same seed that is not
