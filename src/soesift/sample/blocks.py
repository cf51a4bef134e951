"""What a protocol is made of, in order; the PDF and the DOCX writers both lay out this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from soesift.result.models import Flag, TableType
from soesift.sample.grid import Grid
from soesift.sample.style import Look
from soesift.sample.truth import NegativeClass

Mode = Literal["portrait", "landscape", "rotate", "turned"]
"""rotate: a portrait page displayed by /Rotate 90; turned: a portrait page with text turned by 90 degrees."""


@dataclass(slots=True)
class Schedule:
    """The label of a block that is an SoE table."""

    type: TableType
    title: str
    flags: list[Flag] = field(default_factory=list)


@dataclass(slots=True)
class Negative:
    """The label of a block that is none, but looks like one."""

    kind: NegativeClass
    title: str


@dataclass(slots=True)
class Heading:
    text: str
    level: int = 1
    over_schedule: bool = False  # the heading of a section that holds only a schedule
    mode: Mode = "portrait"
    listed: bool = True  # in the table of contents
    new_page: bool = False


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


Draw = Callable[[Any, float, float, float], None]
"""draw(canvas, x, y, width): y is the top edge, upwards positive, in points."""


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
