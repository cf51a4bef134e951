"""Found tables as fragments to be judged and joined: one way for detection, pictures in Word files and review."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soesift.document.page import Box, Floats
from soesift.join.fragment import Fragment
from soesift.table.find import PageTables
from soesift.table.record import TableRecord

EDGE = 4.0  # points by which a line may reach up into a table and still stand below it
BLACK = 0.1  # grey below which a fill hides what is under it


def fragments_of(
    found: PageTables, records: Sequence[TableRecord], fills: Floats, fill_grey: Floats, first: int = 0
) -> list[Fragment]:
    """A fragment for each table of a page, in order, counted from `first`; `fills` and their grey are the page's."""
    return [
        Fragment(
            record,
            table.cells,
            table.rows,
            table.columns,
            order,
            turn=found.turn,
            redacted=is_redacted(fills, fill_grey, table.bbox),
            below=[line for line in found.lines_and_boxes if line.top >= table.hull[3] - EDGE],
            over=[line for line in found.lines if line.bottom <= table.hull[1] + EDGE],
            shades=table.shades,
        )
        for order, (table, record) in enumerate(zip(found.tables, records, strict=True), first)
    ]


def is_redacted(fills: Floats, grey: Floats, box: Box) -> bool:
    """Whether a black box of at least 8 x 5 points lies over the table."""
    if not len(fills):
        return False
    wide, high = fills[:, 2] - fills[:, 0], fills[:, 3] - fills[:, 1]
    over = (np.minimum(fills[:, 2], box[2]) - np.maximum(fills[:, 0], box[0]) > 4) & (
        np.minimum(fills[:, 3], box[3]) - np.maximum(fills[:, 1], box[1]) > 3
    )
    return bool((over & (grey < BLACK) & (wide >= 8) & (high >= 5)).any())
