"""How pages and tables look: one choice a document for pages, one a table for tables."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Borders = Literal["full", "rules", "rects", "boxes", "header", "none"]
"""full: stroked lines; rules: horizontal lines only; rects: thin filled rectangles, as Word writes them;
boxes: each cell a filled, stroked rectangle; header: three horizontal lines; none: aligned by whitespace."""

FACES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
    "Times": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "Courier": ("Courier", "Courier-Bold", "Courier-Oblique"),
}


@dataclass(frozen=True, slots=True)
class Look:
    face: str = "Helvetica"
    size: float = 8.0  # points; made smaller where columns would not fit
    borders: Borders = "full"
    header_shade: float | None = 0.88
    band_shade: float | None = 0.93
    zebra: bool = False
    pad: float = 2.5
    line: float = 0.5

    @property
    def plain(self) -> str:
        return FACES[self.face][0]

    @property
    def bold(self) -> str:
        return FACES[self.face][1]


@dataclass(frozen=True, slots=True)
class PageStyle:
    width: float
    height: float
    face: str
    size: float
    header: str  # with {sponsor}, {number}, {drug}
    footer: str  # with {page}, {total}, {label}
    label_offset: int  # printed page number = physical page - offset
    header_line: bool
    numbered: bool  # headings carry section numbers
    capitals: bool  # first-level headings in capitals

    @property
    def plain(self) -> str:
        return FACES[self.face][0]

    @property
    def bold(self) -> str:
        return FACES[self.face][1]


HEADERS = (
    "{sponsor}|Protocol {number}|Version 2.0",
    "Clinical Study Protocol||{number}",
    "{drug}||Protocol {number} Amendment 1",
    "CONFIDENTIAL|{number}|{sponsor}",
    "|{number} - {drug}|",
)
FOOTERS = (
    "Confidential||Page {label} of {total}",
    "|Page {label}|",
    "Property of {sponsor}||{label}",
    "Version 2.0, 14 March 2021|Confidential|Page {label} of {total}",
    "||{label}/{total}",
    "|- {label} -|",
)


def page_style(rng: Random) -> PageStyle:
    """Paper, font and running lines of a document."""
    width, height = rng.choice(((612.0, 792.0), (612.0, 792.0), (595.3, 841.9)))
    return PageStyle(
        width,
        height,
        rng.choice(("Helvetica", "Times", "Times")),
        rng.choice((10.0, 10.5, 11.0)),
        rng.choice(HEADERS),
        rng.choice(FOOTERS),
        rng.choice((0, 0, 0, 1, 2)),
        rng.random() < 0.5,
        rng.random() < 0.85,
        rng.random() < 0.5,
    )


def table_look(rng: Random, face: str, borders: Borders | None = None) -> Look:
    """A look for one table; `face` of the document is kept in most."""
    usual: tuple[Borders, ...] = ("full", "full", "full", "rects", "rects", "boxes", "rules", "header")
    chosen: Borders = rng.choice(usual) if borders is None else borders
    bare = chosen in ("none", "header")
    return Look(
        face=rng.choice((face, face, "Helvetica", "Times")),
        size=rng.choice((6.0, 6.5, 7.0, 7.5, 8.0, 8.0, 9.0, 10.0)),
        borders=chosen,
        header_shade=None if bare else rng.choice((None, 0.75, 0.85, 0.9, 0.93)),
        band_shade=None if bare else rng.choice((None, None, 0.85, 0.92, 0.95)),
        zebra=not bare and rng.random() < 0.12,
        pad=rng.choice((4.0, 5.0)) if bare else rng.choice((1.8, 2.5, 3.0)),  # only space parts columns
        line=rng.choice((0.35, 0.5, 0.75, 1.0)),
    )
