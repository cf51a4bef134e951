"""Activities first: where a column of categories or references is printed before them, it is set behind them.

A reader of the grid (a person, an export, a scorer) takes the first column for the names of the rows. Only a header
that says so moves a column; merged cells that would be torn are parted, each part with the text.
"""

from __future__ import annotations

import re

from soesift.join.joined import Joined
from soesift.result.models import Cell

BELOW = 2  # rows under the header in which the label columns may have their names
MOST = 3  # label columns looked at
_ACTIVITY = re.compile(
    r"(?:(?:study|trial|protocol|required) )?(?:procedures?|activit(?:y|ies)|assessments?|evaluations?|events?|tests?|"
    r"examinations?|investigations?|measurements?)(?: (?:name|description))?[\W\d]*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r".*\b(?:categor(?:y|ies)|group|class|domain|reference|(?:protocol|study) section|section)\b.*|"
    r"(?:item|row|line)?\s*(?:no\.?|number|#)|section|ref\.?",
    re.IGNORECASE,
)


def activities_first(joined: Joined) -> int:
    """Set the column of activities first, in grid and cells; returns how many columns were printed before it."""
    at = activity_column(joined)
    if at:
        order = [at, *range(at), *range(at + 1, joined.width)]
        joined.grid = [[row[column] for column in order] for row in joined.grid]
        place = {column: new for new, column in enumerate(order)}
        joined.cells = [part for cell in joined.cells for part in _moved(cell, place)]
    return at


def activity_column(joined: Joined) -> int:
    """The column under "Procedure" or the like, if all before it stand under "Category" or the like; else 0."""
    for row in joined.grid[: joined.header_rows + BELOW]:
        for at in range(1, min(MOST, joined.width - 1)):
            named = _ACTIVITY.fullmatch(row[at].strip()) is not None
            if named and all(_BEFORE.fullmatch(" ".join(text.split())) for text in row[:at]):
                return at
    return 0


def _moved(cell: Cell, place: dict[int, int]) -> list[Cell]:
    """A cell on the new columns, in parts where it covers some of the moved ones and not all."""
    columns = [place[c] for c in range(cell.column, cell.column + cell.column_span)]
    whole = max(columns) - min(columns) + 1 == len(columns)
    runs = [(min(columns), len(columns))] if whole else [(column, 1) for column in sorted(columns)]
    return [cell.model_copy(update={"column": column, "column_span": span}) for column, span in runs]
