"""Joining pieces of one table on one page: a redaction box or a missing rule cut it in two."""

from __future__ import annotations

import numpy as np

from soesift.document.page import Floats
from soesift.table.grid import FoundTable, GridCell

ALIGNED = 4.0


def mend_tables(tables: list[FoundTable], fills: Floats, grey: Floats) -> list[FoundTable]:
    """Stack tables whose columns agree and that follow each other closely or past a black box."""
    ordered = sorted(tables, key=lambda t: (t.hull[1], t.hull[0]))
    mended: list[FoundTable] = []
    for table in ordered:
        place = next((i for i in reversed(range(len(mended))) if belongs(mended[i], table, fills, grey)), None)
        if place is None:
            mended.append(table)
        else:
            mended[place] = stack(mended[place], table)
    return mended


def belongs(above: FoundTable, below: FoundTable, fills: Floats, grey: Floats) -> bool:
    """Whether `below` continues `above`: same columns, and but a black box or a hair's breadth between."""
    gap = float(below.rows[0] - above.rows[-1])
    if gap < -ALIGNED or len(above.columns) < 4:
        return False
    if len(above.columns) != len(below.columns) or np.abs(above.columns - below.columns).max() > ALIGNED:
        return False
    if gap <= ALIGNED:
        return True
    dark = fills[grey < 0.15] if len(fills) else fills
    return bool(len(dark)) and bool(
        (
            (dark[:, 1] <= above.rows[-1] + ALIGNED)
            & (dark[:, 3] >= below.rows[0] - ALIGNED)
            & (dark[:, 2] - dark[:, 0] > 0.5 * (above.columns[-1] - above.columns[0]))
        ).any()
    )


def stack(above: FoundTable, below: FoundTable) -> FoundTable:
    """One table from two with the same columns; a gap between them becomes an empty row."""
    gap = below.rows[0] - above.rows[-1] > ALIGNED
    height, width = above.shape
    shift = height + int(gap)
    rows = np.concatenate([above.rows, below.rows if gap else below.rows[1:]])
    cells = list(above.cells)
    if gap:
        cells.append(GridCell(height, 0, 1, width))
    cells += [GridCell(c.row + shift, c.column, c.row_span, c.column_span, c.text) for c in below.cells]
    joined = FoundTable(above.page, rows, above.columns, cells, above.rotation, above.borderless)
    joined.ruled = max(above.ruled, below.ruled)
    joined.arrows = np.concatenate([above.arrows, below.arrows])
    joined.flags = [*above.flags, *(f for f in below.flags if f not in above.flags)]
    return joined
