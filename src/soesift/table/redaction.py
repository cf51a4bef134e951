"""What redaction leaves: black boxes hide a table's rules, whose places their edges tell, and cover lines of text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines
from soesift.document.page import Floats, Page
from soesift.document.words import Words
from soesift.table.cell_text import words_by_cell
from soesift.table.context import TextLine
from soesift.table.grid import FoundTable, GridCell

DARK = 0.15  # luminance
LEAST = (60.0, 5.0)  # points: smallest width and height of a box whose edges part rows
TOUCHES = 5.0  # points between a box and the end of a rule that it hides, and between boxes that hide one stretch
SAME_RULE = 1.5  # points by which the two ends of a hidden rule may be apart across
FAR = 60.0  # points above or below, for the line that tells how wide a table is
LEAST_RULES = 3  # rules that go on on the other side; fewer are no columns of a table
LEAST_COVER = (8.0, 5.0)  # points: smallest width and height of a box that covers text
COVERED = 0.5  # of a cell's height: a box that covers more hides the column, not a word in it
TAG_SIZE = 1.15  # of the page's usual print: a tag outside any box is larger
# tags that sponsors print on what they take out: company confidential information, personal data, and the like
_TAGS = frozenset({"CCI", "PPD", "CBI", "CPI", "PII"})
LONGEST_TAG = 5  # characters, with a stop or the like


def redaction_tags(words: Words, page: Page) -> NDArray[np.bool_]:
    """(w,) words that only name the kind of what was taken out: large, or on a box of their own."""
    tags = np.zeros(len(words), bool)
    tags[[place for place, text in enumerate(words.text) if text[:3] in _TAGS and len(text) <= LONGEST_TAG]] = True
    if not tags.any():
        return tags
    large = words.size > TAG_SIZE * float(np.median(words.size))
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    boxes = page.fills[(page.fills[:, 2] - page.fills[:, 0] >= LEAST_COVER[0])] if len(page.fills) else page.fills
    within = np.zeros(len(words), bool)
    for index in np.flatnonzero(tags & ~large).tolist():
        x, y = middle[index]
        on = (boxes[:, 0] < x) & (boxes[:, 2] > x) & (boxes[:, 1] < y) & (boxes[:, 3] > y)
        within[index] = bool(on.any())
    return np.asarray(tags & (large | within), np.bool_)


def covered_outside(page: Page, words: Words, tags: NDArray[np.bool_], tables: list[FoundTable]) -> list[TextLine]:
    """Boxes that hide text outside tables: dark ones, and the places of tags."""
    boxes = [words.boxes[tags]]
    if len(page.fills):
        wide, high = page.fills[:, 2] - page.fills[:, 0], page.fills[:, 3] - page.fills[:, 1]
        large = (wide >= LEAST_COVER[0]) & (high >= LEAST_COVER[1])
        boxes.append(page.fills[large & (page.fill_grey < DARK)])
    found = []
    for x0, y0, x1, y1 in np.concatenate(boxes).tolist():
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        hulls = [table.hull for table in tables]
        if not any(h[0] <= x <= h[2] and h[1] <= y <= h[3] for h in hulls):
            found.append(TextLine("", y0, y1, y1 - y0, left=x0, covered=True))
    return found


def dark_boxes(page: Page) -> Floats:
    """Filled areas that are black or nearly, large enough to hide cells."""
    wide, high = page.fills[:, 2] - page.fills[:, 0], page.fills[:, 3] - page.fills[:, 1]
    return page.fills[(page.fill_grey < DARK) & (wide >= LEAST[0]) & (high >= LEAST[1])]


def add_hidden_columns(vertical: Lines, page: Page) -> Lines:
    """Vertical lines with the stretches that black boxes hide: of rules that end at a box and go on behind it."""
    added: list[tuple[float, float, float]] = []
    for x0, y0, x1, y1 in _stretches(dark_boxes(page)):
        across = vertical[(vertical[:, 0] > x0 - TOUCHES) & (vertical[:, 0] < x1 + TOUCHES)]
        above = across[(across[:, 2] > y0 - TOUCHES) & (across[:, 2] < y1) & (across[:, 1] < y0)]
        below = across[(across[:, 1] < y1 + TOUCHES) & (across[:, 1] > y0) & (across[:, 2] > y1)]
        pairs = [
            (x, end, start)
            for x, _, end in above.tolist()
            for start in below[np.abs(below[:, 0] - x) <= SAME_RULE, 1].tolist()
            if start > end
        ]
        added += pairs if len(pairs) >= LEAST_RULES else []
    return np.concatenate([vertical, np.asarray(added, np.float32).reshape(-1, 3)])


def _stretches(boxes: Floats) -> list[tuple[float, float, float, float]]:
    """Hulls of boxes that follow one another closely from top to bottom, one under the other."""
    found: list[tuple[float, float, float, float]] = []
    for x0, y0, x1, y1 in sorted(boxes.tolist(), key=lambda box: box[1]):
        last = found[-1] if found else None
        narrower = min(x1 - x0, last[2] - last[0]) if last else 0.0
        if last and y0 - last[3] <= TOUCHES and min(x1, last[2]) - max(x0, last[0]) > narrower / 2:
            found[-1] = (min(x0, last[0]), last[1], max(x1, last[2]), max(y1, last[3]))
        else:
            found.append((x0, y0, x1, y1))
    return found


def lost_tags(table: FoundTable, words: Words, tags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Indices of words that cells are not filled with: tags that stand beside text which was not taken out."""
    if not tags.any():
        return np.zeros(0, np.intp)
    inside, cell_of = words_by_cell(table, words)
    spoken = np.bincount(cell_of[~tags[inside]], minlength=len(table.cells)) > 0
    return inside[tags[inside] & spoken[cell_of]]


def add_hidden_rules(horizontal: Lines, vertical: Lines, page: Page, words: Words | None = None) -> Lines:
    """Horizontal lines with the upper and lower edges of black boxes that cross at least three verticals.

    words: of the page. Where none stands in the way, an edge reaches as far as the table's own lines do: tables without
    a frame have a column on each side of the outermost verticals.
    """
    added = []
    for x0, y0, x1, y1 in dark_boxes(page).tolist():
        near = vertical[(vertical[:, 1] < y1 + TOUCHES) & (vertical[:, 2] > y0 - TOUCHES)]
        crossed = near[(near[:, 0] > x0 - 3) & (near[:, 0] < x1 + 3), 0]
        if len(np.unique(crossed.round())) >= LEAST_RULES:
            first, last = float(crossed.min()), float(crossed.max())
            for y in (y0, y1):
                left, right = _reach(horizontal, y, first, last)
                added.append(
                    (
                        y,
                        left if _is_free(words, y, left, first) else first,
                        right if _is_free(words, y, last, right) else last,
                    )
                )
    return np.concatenate([horizontal, np.asarray(added, np.float32).reshape(-1, 3)])


def part_covered(table: FoundTable, page: Page) -> None:
    """Part cells that black boxes cover in some of their columns, in place: a box hides the rules between columns, and
    the text beside it is not that of the columns under it. Cells have no text yet.
    """
    boxes = dark_boxes(page)
    if len(boxes):
        table.cells = [part for cell in table.cells for part in _parted(table, cell, boxes)]


def _parted(table: FoundTable, cell: GridCell, boxes: Floats) -> list[GridCell]:
    """The cell, or its runs of free columns and each of its covered columns for itself."""
    if cell.column_span == 1:
        return [cell]
    top, bottom = float(table.rows[cell.row]), float(table.rows[cell.row + cell.row_span])
    edges = table.columns[cell.column : cell.column + cell.column_span + 1]
    middles = (edges[1:] + edges[:-1]) / 2
    over = np.asarray((boxes[:, 0, None] < middles) & (boxes[:, 2, None] > middles))
    depth = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)
    deep = np.flatnonzero(depth > COVERED * (bottom - top))
    covered = [bool(over[deep, k].any()) for k in range(cell.column_span)]
    if all(covered) or not any(covered):
        return [cell]
    starts = [k for k in range(cell.column_span) if k == 0 or covered[k] or covered[k - 1]]
    ends = [*starts[1:], cell.column_span]
    return [GridCell(cell.row, cell.column + a, cell.row_span, b - a) for a, b in zip(starts, ends, strict=True)]


def _reach(horizontal: Lines, y: float, first: float, last: float) -> tuple[float, float]:
    """How far the nearest line above or below that spans `first` to `last` reaches to the left and to the right."""
    spans = horizontal[(horizontal[:, 1] < first + TOUCHES) & (horizontal[:, 2] > last - TOUCHES)]
    spans = spans[np.abs(spans[:, 0] - y) <= FAR]
    if not len(spans):
        return first, last
    nearest = spans[np.argmin(np.abs(spans[:, 0] - y))]
    return min(first, float(nearest[1])), max(last, float(nearest[2]))


def _is_free(words: Words | None, y: float, left: float, right: float) -> bool:
    """Whether no word between two places stands across a height."""
    if words is None:
        return False
    x0, y0, x1, y1 = words.boxes.T
    return not bool(((x0 < right) & (x1 > left) & (y0 < y - 1) & (y1 > y + 1)).any())


# Joining pieces of one table on one page: a redaction box or a missing rule cut it in two.

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
