"""Which table of one version is which of the other: by type, title, activities and visits, not by order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soesift.diff.align import OTHER_NUMBER_COLUMN, OTHER_NUMBER_ROW
from soesift.diff.likeness import Matrix, normal, text_likeness
from soesift.diff.pairing import Pairs, assign
from soesift.diff.sheet import Sheet

LEAST = 0.45  # likeness from which two tables are versions of one
RANK = {"main_soa": 0, "track": 1, "domain": 2, "subsidiary": 3}


def in_order(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets in an order that depends on what they say, not on where they stood."""
    return sorted(sheets, key=lambda s: (RANK[s.name.table_type], normal(s.name.title), _content(s), s.name.id))


def pair_tables(old: Sequence[Sheet], new: Sequence[Sheet]) -> tuple[Pairs, Matrix]:
    """Pairs of positions, and the (n, m) likeness that they were chosen by.

    Raises MissingExtra without rapidfuzz or scipy.
    """
    alike = np.array([[tables_likeness(a, b) for b in new] for a in old]).reshape(len(old), len(new))
    return assign(alike, alike >= LEAST), alike


def tables_likeness(a: Sheet, b: Sheet) -> float:
    """0 to 1, the same for (b, a): activities count half, visits a quarter, title and type the rest."""
    names = _overlap([r.name for r in a.rows], [r.name for r in b.rows], OTHER_NUMBER_ROW)
    visits = _overlap([v.shown for v in a.visits], [v.shown for v in b.visits], OTHER_NUMBER_COLUMN)
    title = float(text_likeness([a.name.title], [b.name.title], 0.8)[0, 0])
    return 0.5 * names + 0.25 * visits + 0.15 * title + 0.1 * (a.name.table_type == b.name.table_type)


def _overlap(a: list[str], b: list[str], other_number: float) -> float:
    """Mean of each text's best counterpart, both ways."""
    if not a or not b:
        return float(not a and not b)
    alike = text_likeness(a, b, other_number)
    return float((alike.max(1).mean() + alike.max(0).mean()) / 2)


def _content(sheet: Sheet) -> str:
    return repr((sheet.rows, sheet.visits, sorted(sheet.marks)))
