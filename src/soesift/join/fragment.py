"""A table on one page, judged: the piece that logical tables are joined from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from soesift.table.context import TextLine
from soesift.table.grid import GridCell
from soesift.table.record import TableRecord

NAME = 80  # characters: a merged row with a longer text is a note


@dataclass(slots=True)
class Fragment:
    """One fragment. columns, rows: boundaries in points in the upright frame, or counted ones for DOCX;
    order: place in the document; soe and sampling: probabilities; track: share of soe that is a track's, where a model
    tells it; below, over: lines under and above it on its page;
    between: of a table of Word, the paragraphs since the table before, without its notes;
    shades: luminance of each row's background.
    """

    record: TableRecord
    cells: list[GridCell]
    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    order: int
    soe: float = 0.0
    sampling: float = 0.0
    track: float | None = None
    turn: int = 0
    redacted: bool = False
    below: list[TextLine] = field(default_factory=list)
    over: list[TextLine] = field(default_factory=list)
    between: list[str] | None = None
    shades: list[float] = field(default_factory=list)

    @property
    def probability(self) -> float:
        """That the table is a schedule of either kind."""
        return min(1.0, self.soe + self.sampling)

    @property
    def shows_rows(self) -> bool:
        """Whether it has body rows; a reprinted header over notes has none."""
        body = self.record.grid[self.record.header_rows :]
        return any(len({text for text in row if text}) >= 2 or 0 < len(row[0]) <= NAME for row in body)

    @property
    def page(self) -> int:
        return self.record.page or 0

    @property
    def header(self) -> list[list[str]]:
        return self.record.grid[: self.record.header_rows]

    @property
    def width(self) -> int:
        return len(self.record.grid[0])


# How alike two fragments are: column positions, header texts, row names, captions.

READ = 0.8  # likeness of two readings of one header text
SLIP = 3  # letters in a row that OCR may read as others
ALIGNED = 0.02  # of the table's width
_CONTINUED = re.compile(
    r"\(?\b(?:cont(?:inued|['’]?d|\.)?|concluded|suite|fortsetzung|continua\w+)\b\.?\)?", re.IGNORECASE
)


def same_columns(a: Fragment, b: Fragment) -> bool:
    """Equal numbers of columns at nearly equal places."""
    if len(a.columns) != len(b.columns):
        return False
    extent = max(1.0, float(a.columns[-1] - a.columns[0]))
    moved = np.abs((a.columns - a.columns[0]) - (b.columns - b.columns[0])).max()
    return bool(moved <= ALIGNED * extent)


def shared_boundaries(a: Fragment, b: Fragment) -> float:
    """Share of the boundaries of the fragment with fewer columns that the other has too."""
    few, many = (a.columns, b.columns) if len(a.columns) <= len(b.columns) else (b.columns, a.columns)
    extent = max(1.0, float(many[-1] - many[0]))
    return float((np.abs(few[:, None] - many[None]).min(axis=1) <= ALIGNED * extent).mean())


@lru_cache(maxsize=2048)  # headers are compared with those of all pages before
def letters(text: str) -> str:
    return re.sub(r"[^0-9a-zà-ÿ]+", "", text.lower())


@lru_cache(maxsize=4096)
def alike(a: str, b: str) -> float:
    """Likeness of two texts, 0 to 1, on letters and digits."""
    a, b = letters(a), letters(b)
    if a == b:
        return 1.0
    matcher = SequenceMatcher(None, a[:400], b[:400], autojunk=False)
    return 0.0 if matcher.real_quick_ratio() < 0.3 else matcher.ratio()


def header_likeness(a: Fragment, b: Fragment) -> float:
    """Share of header columns whose text is the same, by place if the widths agree, else by sequence.

    Where one header was read as having fewer rows, its rows are compared as well with as many of the other's.
    """
    rows = min(a.record.header_rows, b.record.header_rows)
    whole = columns_likeness(header_columns(a), header_columns(b))
    if a.record.header_rows == b.record.header_rows or not rows or whole == 1.0:
        return whole
    return max(whole, columns_likeness(header_columns(a, rows), header_columns(b, rows)))


def columns_likeness(one: list[str], two: list[str]) -> float:
    """`header_likeness` of the texts of columns."""
    if not any(one) or not any(two):
        return 0.0
    if len(one) == len(two):
        # a first column that repeats "Procedure" says little
        pairs = [(x, y) for x, y in zip(one[1:], two[1:], strict=True) if x or y]
        return sum(same_reading(x, y) for x, y in pairs) / max(1, len(pairs))
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def header_columns(fragment: Fragment, rows: int | None = None) -> list[str]:
    """For each column, the letters of its header texts (of the first `rows` rows)."""
    header = [row for row in fragment.header[:rows] if len(row) < 3 or len(set(row)) > 1]  # a title names no column
    return [letters("".join(dict.fromkeys(texts))) for texts in zip(*header, strict=True)] if header else []


def same_reading(one: str, two: str) -> bool:
    """Whether the letters of two headers are one text, OCR's slips apart; numbers, which tell visits, must be equal."""
    if one == two:
        return True
    numbers = [re.findall(r"\d+", text) for text in (one, two)]
    same = min(len(one), len(two)) > 4 and numbers[0] == numbers[1] and alike(one, two) >= READ
    return same and slips_only(one, two)


def slips_only(one: str, two: str) -> bool:
    """Whether the letters differ here and there only, not in a word: arms are named by one word ("Paclitaxel")."""
    steps = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
    return all(max(i2 - i1, j2 - j1) <= SLIP for kind, i1, i2, j1, j2 in steps if kind != "equal")


def row_names(fragment: Fragment) -> list[str]:
    return [letters(row[0])[:60] for row in fragment.record.grid[fragment.record.header_rows :]]


def names_likeness(a: list[str], b: list[str]) -> float:
    """Share of the shorter list of row names that comes, in order, in the longer one."""
    a, b = [n for n in a if n], [n for n in b if n]
    if min(len(a), len(b)) < 2:
        return 0.0
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / min(len(a), len(b))


def plain_caption(text: str) -> str:
    """A caption without "continued" and the like."""
    return letters(_CONTINUED.sub("", text))


def is_continued(text: str) -> bool:
    return _CONTINUED.search(text) is not None
