"""What a protocol is made of, in order, with its truth in the format of gold labels.

The writers of PDF and DOCX both lay out this list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from soesift.result.models import Flag, TableType
from soesift.sample.grid import Grid
from soesift.sample.style import Look

NegativeClass = Literal[
    "dosing_schedule",
    "dose_modification",
    "lab_list",
    "visit_windows",
    "objectives_endpoints",
    "statistical_matrix",
    "crf_worksheet",
    "response_criteria",
    "figure",
    "synopsis_mention",
    "amendment_excerpt",
    "toc",
    "abbreviations",
    "volume",
    "sampling_list",
    "eligibility",
    "analysis_windows",
    "project_plan",
    "chart",
    "form",
    "other",
]

Mode = Literal["portrait", "landscape", "rotate", "turned"]
"""rotate: a portrait page displayed by /Rotate 90; turned: a portrait page with text turned by 90 degrees."""

Draw = Callable[[Any, float, float, float], None]
"""draw(canvas, x, y, width): y is the top edge, upwards positive, in points."""


@dataclass(slots=True)
class Heading:
    text: str
    level: int = 1
    over_schedule: bool = False  # the heading of a section that holds only a schedule
    mode: Mode = "portrait"
    listed: bool = True  # in the table of contents
    new_page: bool = False


@dataclass(slots=True)
class Negative:
    """The label of a block that is none, but looks like one."""

    kind: NegativeClass
    title: str


@dataclass(slots=True)
class Paragraph:
    text: str
    bold: bool = False
    label: Negative | None = None


@dataclass(slots=True)
class Bullets:
    items: list[str]
    label: Negative | None = None


@dataclass(slots=True)
class Schedule:
    """The label of a block that is an SoE table."""

    type: TableType
    title: str
    flags: list[Flag] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A table with caption and notes.

    reprint: the header stands on every page. split: number of column blocks set one after the other (tiled).
    picture: the pages show it as a bitmap only. max_rows: body rows a page at most (0: as many as fit).
    """

    grid: Grid
    look: Look
    caption: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    remark: str = ""  # unmarked note, such as abbreviations
    label: Schedule | Negative | None = None
    mode: Mode = "portrait"
    reprint: bool = True
    continued: str = ""  # put after a caption that is printed again on continuation pages; "": not printed again
    caption_below: bool = False
    notes_apart: bool = False  # notes start on a page of their own
    split: int = 1
    picture: bool = False
    max_rows: int = 0


@dataclass(slots=True)
class Figure:
    draw: Draw
    height: float
    caption: str
    label: Negative | None = None
    mode: Mode = "portrait"


@dataclass(slots=True)
class Contents:
    """Table of contents, filled in when all pages are known."""

    title: str = "TABLE OF CONTENTS"


@dataclass(slots=True)
class TitlePage:
    lines: list[tuple[str, float, bool]]  # text, size in points, bold
    facts: list[tuple[str, str]]


@dataclass(slots=True)
class NewPage:
    mode: Mode = "portrait"


Block = Heading | Paragraph | Bullets | Table | Figure | Contents | TitlePage | NewPage


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
