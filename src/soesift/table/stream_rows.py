"""Rows of a table without vertical rules: which printed lines are one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.rulings import Lines


@dataclass(frozen=True, slots=True)
class StreamRowSettings:
    """Which printed lines are one row of a table without rules."""

    close: float = 0.35  # of the line height: lines farther apart are no broken cell text. .2 to .5
    step: float = 0.2  # of the line height: least difference between gaps within rows and between rows. .1 to .3
    fewest: int = 3  # gaps on either side of that difference. 2 to 5
    mark: float = 1.6  # of the line height: widest chunk that may be a mark. 1.2 to 2
    clash: float = 0.15  # of the close pairs may hold marks in one column before closeness says nothing. .05 to .3
    ruled: float = 0.35  # of the gaps between lines hold a rule: then rows are what lies between rules. .2 to .5


SETTINGS = StreamRowSettings()


@dataclass(slots=True)
class Printed:
    """One printed line: its chunks (k, 4) in the upright frame, its extent, its first word, the numbers of its words
    from left to right, and where among them each chunk starts."""

    chunks: NDArray[np.float32]
    top: float
    bottom: float
    lead: str = ""
    words: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    starts: list[int] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


def row_bounds(lines: Sequence[Printed], columns: NDArray[np.floating], rules: Lines) -> NDArray[np.float32]:
    """Boundaries of rows, both ends included: rules where they part most lines, else rules and wider gaps."""
    inner = rules[(rules[:, 1] < columns[-1]) & (rules[:, 2] > columns[0])]
    long = inner[np.minimum(inner[:, 2], columns[-1]) - np.maximum(inner[:, 1], columns[0]) > 0.8 * np.ptp(columns), 0]
    pairs = list(pairwise(lines))
    ruled = [long[(long > a.middle) & (long < b.middle)] for a, b in pairs]
    only_rules = sum(len(r) > 0 for r in ruled) >= max(SETTINGS.fewest, SETTINGS.ruled * len(pairs))
    limit = None if only_rules else gap_limit(pairs, columns)
    bounds = [lines[0].top - 1]
    for (before, line), rule in zip(pairs, ruled, strict=True):
        some = inner[(inner[:, 0] > before.middle) & (inner[:, 0] < line.middle), 0]
        if len(rule):
            bounds.append(float(rule[0]))
        elif only_rules:
            continue
        elif len(some):
            bounds.append(float(some[0]))
        elif not continues(before, line, columns, limit):
            bounds.append((before.bottom + line.top) / 2)
    return np.asarray([*bounds, lines[-1].bottom + 1], np.float32)


def gap_limit(pairs: list[tuple[Printed, Printed]], columns: NDArray[np.floating]) -> float | None:
    """The gap, in line heights, above which a new row begins; None where gaps do not tell."""
    gaps = np.asarray([_gap(a, b) for a, b in pairs])
    order = np.sort(gaps[gaps < 3])
    if len(order) < 2 * SETTINGS.fewest:
        return None
    steps = np.diff(order)[SETTINGS.fewest - 1 : -SETTINGS.fewest]
    if not len(steps) or steps.max() < SETTINGS.step:
        return None
    at = int(steps.argmax()) + SETTINGS.fewest - 1
    limit = float(order[at] + order[at + 1]) / 2
    close = [(a, b) for (a, b), gap in zip(pairs, gaps.tolist(), strict=True) if gap < limit]
    clashes = sum(_clash(a, b, columns) for a, b in close)
    return limit if clashes <= SETTINGS.clash * len(close) else None


def _gap(before: Printed, line: Printed) -> float:
    return (line.top - before.bottom) / max(1.0, min(before.height, line.height))


def continues(before: Printed, line: Printed, columns: NDArray[np.floating], limit: float | None) -> bool:
    """Whether a line is the rest of the row of the line before it."""
    if _clash(before, line, columns) or _begin_alike(before, line, columns) or _named_anew(before, line, columns):
        return False
    if limit is not None:
        return _gap(before, line) < limit
    if _gap(before, line) > SETTINGS.close:
        return False
    used, known = columns_of(line, columns), columns_of(before, columns)
    if known == {0} and 0 in used and (line.lead[:1].islower() or line.lead[:1] == "("):
        return True
    return len(used) < len(columns) - 2 and used < known | {0} and used != {0, 1}


def _begin_alike(before: Printed, line: Printed, columns: NDArray[np.floating]) -> bool:
    """Names that begin with one word, as "Visit A" and "Visit B" do, are those of two rows."""
    both = 0 in columns_of(before, columns) and 0 in columns_of(line, columns)
    return both and len(line.lead) > 1 and line.lead == before.lead and not line.lead.islower()


def _named_anew(before: Printed, line: Printed, columns: NDArray[np.floating]) -> bool:
    """A name after a name, with marks below texts of the line before: no row goes on so, but a body after a header."""
    known = columns_of(before, columns)
    return {0} <= known & columns_of(line, columns) and line.lead[:1].isupper() and bool(_marks(line, columns) & known)


def _clash(before: Printed, line: Printed, columns: NDArray[np.floating]) -> bool:
    """Marks in one column of both: two rows. Without a name in front the line may be the last words of header cells,
    which are as narrow as marks."""
    return bool(_marks(before, columns) & _marks(line, columns)) and 0 in columns_of(line, columns)


def _marks(line: Printed, columns: NDArray[np.floating]) -> set[int]:
    narrow = line.chunks[:, 2] - line.chunks[:, 0] <= SETTINGS.mark * line.height
    return _columns(line.chunks[narrow], columns) - {0}


def columns_of(line: Printed, columns: NDArray[np.floating]) -> set[int]:
    return _columns(line.chunks, columns)


def _columns(chunks: NDArray[np.float32], columns: NDArray[np.floating]) -> set[int]:
    middle = (chunks[:, 0] + chunks[:, 2]) / 2
    return set((np.searchsorted(columns, middle) - 1).tolist())
