"""A table on one page, judged: the piece that logical tables are joined from."""

from __future__ import annotations

from dataclasses import dataclass, field

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
