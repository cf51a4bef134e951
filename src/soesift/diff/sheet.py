"""A schedule as it is compared: names, labels, marks and notes, each with its place in the table's grid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from soesift.diff.models import TableName
from soesift.diff.pairing import Side, bare, normal

Notes = tuple[str, ...]
ENDINGS = "sdyrn"  # drug, drugs; dispense, dispensed
_SIGNS = {sign: name for name, signs in {"x": "x×✕✗✘", "✓": "✓✔√☑"}.items() for sign in signs}
_WINDOW = re.compile(r"(?:±|\+/?[-−])\s*\d+(?:\s*(?:days?|d|hours?|h|weeks?|wks?))?|[-−]\d+\s*/\s*\+\d+")
_TIMES = re.compile(
    r"\d+(?:[.,]\d+)?|[^\w\s]+|\b(?:minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?|cycles?|[hdwmyc])\b"
    r"|(?<=\d)[hdwmyc]\b|\b[hdwmyc](?=-?\d)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """An activity or a category; `index` is its row in the grid (its column, if the table is transposed).

    `parent`: position of its category in the sheet's rows. `details`: other columns about it, such as
    comments, as (title, text).
    """

    name: str
    category: str = ""
    notes: Notes = ()
    details: tuple[tuple[str, str], ...] = ()
    index: int = 0
    parent: int | None = None
    is_category: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A column. `label`: its header but for the epoch; `headers`: all of it; `number`: the visit's; `time` and
    `window`: what is understood of the label, in one way of writing for all.
    """

    label: str
    epoch: str = ""
    number: str = ""
    time: str = ""
    window: str = ""
    notes: Notes = ()
    index: int = 0
    headers: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.label or self.time or self.epoch or f"column {self.index + 1}"

    @property
    def words(self) -> str:
        """The label without numbers, units and signs: what is left when a time only moved."""
        return _words(self.label)

    @property
    def all_words(self) -> str:
        return _words(" ".join(self.headers))

    @property
    def key(self) -> str:
        """The header without its window, for recognising the visit however its parts were understood."""
        text = " / ".join(self.headers) or self.label
        return " ".join(_WINDOW.sub(" ", text).split()) or text


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell that is not empty; cells of one merged cell share `merged` (-1: not merged)."""

    text: str
    notes: Notes = ()
    merged: int = -1

    @property
    def sign(self) -> str:
        """The text for comparing: ways to write X, and ways to write a check mark, are one each."""
        text = bare(self.text)
        return _SIGNS.get(text, text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `marks` by (position in `rows`, position in `visits`); `footnotes`: marker and text."""

    name: TableName
    rows: tuple[Row, ...]
    visits: tuple[Visit, ...]
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict)
    footnotes: tuple[tuple[str, str], ...] = ()

    def side(self) -> Side:
        """The sheet as arrays and texts, for aligning."""
        marks = np.zeros((len(self.rows), len(self.visits)), bool)
        for place in self.marks:
            marks[place] = True
        return Side(
            [r.name for r in self.rows],
            [r.category for r in self.rows],
            [(v.key, v.time, v.epoch) for v in self.visits],
            marks,
        )


def same_print(a: str, a_notes: Notes, b: str, b_notes: Notes) -> bool:
    """Whether two texts with their markers are printed alike, so that only the reading of markers differs."""
    return sorted(_letters(a, a_notes)) == sorted(_letters(b, b_notes)) and _letters(a, ())[:3] == _letters(b, ())[:3]


def with_markers(name: str, notes: Notes, other: str, other_notes: Notes) -> tuple[str, Notes]:
    """`name` and `notes` with the markers taken off the name that the other version shows to be markers:
    "Urinalysisb" beside "Urinalysis" with note b.
    """
    for marker in notes:  # or the other way round: "for" with note m beside "form (local)"
        if marker not in other_notes and not other.endswith(marker) and normal(name + marker) in normal(other):
            name, notes = name + marker, tuple(m for m in notes if m != marker)
    for marker in other_notes:
        apart = not other.endswith(marker) or normal(name) == normal(other + marker)
        if marker not in notes and name.endswith(marker) and apart:
            name, notes = name.removesuffix(marker).rstrip(), (*notes, marker)
    return name, notes


def marker_between(short: str, long: str, known: Iterable[str]) -> Notes:
    """The footnote marker that is all by which `long` differs: "b" for "Hematology" and "Hematologyb".

    Not "s" and other letters that words end with.
    """
    return tuple(m for m in known if normal(short + m) == normal(long) and m not in ENDINGS)


def _words(text: str) -> str:
    return " ".join(_TIMES.sub(" ", normal(text)).split())


def _letters(text: str, notes: Notes) -> str:
    return "".join((text + "".join(notes)).split()).casefold()
