"""Tables drawn with rulings: from connected lines to cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines, cluster, connected
from soesift.table.grid import FoundTable, GridCell

# Tables drawn with rulings: from connected lines to cells.


@dataclass(frozen=True, slots=True)
class LatticeSettings:
    """How drawn lines make a grid. Lengths in points."""

    close: float = 3.0  # points: boundaries closer than this are one. 2 to 4
    outer: float = 8.0  # points: lines that reach further than the outermost boundary open one more cell. 5 to 12
    end: float = 4.0  # points: a rule ends this close to a boundary. 2 to 6
    covered: float = 0.5  # of a cell's side must be ruled to close it. .3 to .7
    band: float = 22.0  # points: rules farther apart hold no heading of rows between them, but two tables. 16 to 30
    alike: int = 4  # vertical lines that must go on behind such a heading, its outer sides among them. 3 to 6


SETTINGS = LatticeSettings()


def find_lattices(horizontal: Lines, vertical: Lines, page: int) -> list[FoundTable]:
    """Every group of at least two horizontal and two vertical connected lines, as a table without text."""
    tables, alone = [], []
    vertical = with_open_bands(horizontal, vertical)
    for some_h, some_v in connected(horizontal, vertical):
        if not len(some_v):
            alone.append(horizontal[some_h])
        if len(some_h) >= 2 and len(some_v) >= 2:
            rules, floating = part_floating(horizontal[some_h], vertical[some_v])
            table = build_lattice(rules, vertical[some_v], page) if len(rules) >= 2 else None
            if table is not None:
                table.arrows = floating
                tables.append(table)
    for table in tables if alone else []:
        table.arrows = np.concatenate([table.arrows, within_merged(table, np.concatenate(alone))])
    return tables


def with_open_bands(horizontal: Lines, vertical: Lines, settings: LatticeSettings = SETTINGS) -> Lines:
    """The vertical lines with the outer sides of bands that have none: headings of rows between two full rules, above
    and below which the same columns are parted."""
    if len(horizontal) < 2 or len(vertical) < 2 * settings.alike:
        return vertical
    x, top, bottom = vertical.T
    sides = []
    rules = horizontal[np.argsort(horizontal[:, 0], kind="stable")]
    for y, left, right in rules:
        near, far = np.searchsorted(rules[:, 0], (y + 2 * settings.close, y + settings.band), side="right")
        lower = rules[near:far]
        lower = lower[np.abs(lower[:, 1:] - [left, right]).max(axis=1) <= settings.close]
        if not len(lower):
            continue
        end = lower[0, 0]
        inside = (x >= left - settings.close) & (x <= right + settings.close)
        if (inside & (top < end - settings.close) & (bottom > y + settings.close)).any():
            continue
        above, below = (
            x[inside & (np.abs(bottom - y) <= settings.close)],
            x[inside & (np.abs(top - end) <= settings.close)],
        )
        if _go_on(above, below, (left, right), settings):
            sides += [(left, y, end), (right, y, end)]
    return np.concatenate([vertical, np.array(sides, np.float32)]) if sides else vertical


def _go_on(
    above: NDArray[np.float32], below: NDArray[np.float32], outer: tuple[float, float], settings: LatticeSettings
) -> bool:
    """Whether the lines that part columns above a band are those below it, but for merged cells on one side."""
    few, many = sorted((above, below), key=len)
    if not len(few):
        return False
    met = np.abs(few[:, None] - many).min(axis=1) <= settings.close
    ends = all((np.abs(few - side) <= settings.close).any() for side in outer)
    return bool(ends and len(few) >= settings.alike and met.all())


def within_merged(table: FoundTable, lines: Lines) -> Lines:
    """The horizontal lines, of those that touch no other, that lie inside a cell over several columns."""
    inside = np.zeros(len(lines), bool)
    for cell in table.cells:
        if cell.column_span >= 2:
            x0, x1 = table.columns[cell.column], table.columns[cell.column + cell.column_span]
            y0, y1 = table.rows[cell.row], table.rows[cell.row + cell.row_span]
            y, start, end = lines.T
            inside |= (y > y0 + SETTINGS.close) & (y < y1 - SETTINGS.close) & (start > x0) & (end < x1)
    return lines[inside]


def part_floating(horizontal: Lines, vertical: Lines) -> tuple[Lines, Lines]:
    """Rules that run from boundary to boundary, and lines that end inside a cell (arrows, underlines).

    A rule's end meets a vertical line, or the end of another rule at the table's outer side.
    """
    left, right = horizontal[:, 1].min(), horizontal[:, 2].max()
    stops = np.concatenate([vertical[:, 0], [left, right]])
    distance = np.abs(horizontal[:, 1:, None] - stops).min(axis=2)  # (h, 2)
    full = horizontal[:, 2] - horizontal[:, 1] > 0.9 * (right - left)
    floats = (distance.max(axis=1) > SETTINGS.end) & ~full
    # many like ends mean columns without vertical lines, not arrows
    ends = np.round(horizontal[floats, 1:] / SETTINGS.end)
    if len(ends) and (floats.sum() > 0.5 * len(horizontal) or _most_alike(ends) > 3):
        floats &= crosses(horizontal, vertical)
    return horizontal[~floats], horizontal[floats]


def crosses(horizontal: Lines, vertical: Lines) -> NDArray[np.bool_]:
    """(h,) lines that run across two verticals and more, each of which goes on above and below: no rule does where
    verticals part the columns."""
    y, start, end = (side[:, None] for side in horizontal.T)
    x, top, bottom = vertical.T
    through = (x > start + SETTINGS.end) & (x < end - SETTINGS.end)
    through &= (top < y - SETTINGS.close) & (bottom > y + SETTINGS.close)
    met = np.abs(horizontal[:, 1:, None] - x).min(axis=2) <= SETTINGS.close if len(x) else np.zeros((len(y), 2), bool)
    return np.asarray((through.sum(axis=1) >= 2) & ~met.all(axis=1), np.bool_)


def _most_alike(ends: NDArray[np.float32]) -> int:
    """How many lines share both ends with the most usual one."""
    return int(np.unique(ends, axis=0, return_counts=True)[1].max())


def build_lattice(horizontal: Lines, vertical: Lines, page: int) -> FoundTable | None:
    """Cells of one group of lines; None if there are fewer than two."""
    columns = boundaries(vertical[:, 0], horizontal[:, 1].min(), horizontal[:, 2].max())
    rows = boundaries(horizontal[:, 0], vertical[:, 1].min(), vertical[:, 2].max())
    if len(rows) < 2 or len(columns) < 2 or (len(rows) - 1) * (len(columns) - 1) < 2:
        return None
    below = closed_sides(horizontal, rows, columns)  # (r + 1, c): the side above row r is ruled at column c
    right = closed_sides(vertical, columns, rows).T  # (r, c + 1)
    table = FoundTable(page, rows, columns, merge_cells(below[1:-1], right[:, 1:-1]))
    sides = below[1:-1].size + right[:, 1:-1].size
    table.ruled = float(below[1:-1].sum() + right[:, 1:-1].sum()) / max(1, sides)
    return table


def boundaries(positions: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    """Sorted distinct positions, with `low` and `high` added where lines reach beyond the outermost one."""
    group = cluster(positions, SETTINGS.close)
    found = np.sort(np.bincount(group, positions) / np.bincount(group))
    if found[0] - low > SETTINGS.outer:
        found = np.concatenate([[low], found])
    if high - found[-1] > SETTINGS.outer:
        found = np.concatenate([found, [high]])
    return found.astype(np.float32)


def closed_sides(lines: Lines, across: NDArray[np.float32], along: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(len(across), len(along) - 1): whether boundary i is ruled between along[j] and along[j + 1]."""
    nearest = np.abs(lines[:, 0, None] - across[None]).argmin(axis=1)
    overlap = np.minimum(lines[:, 2, None], along[None, 1:]) - np.maximum(lines[:, 1, None], along[None, :-1])
    ruled = np.zeros((len(across), len(along) - 1), np.float32)
    np.add.at(ruled, nearest, np.maximum(overlap, 0))
    return ruled >= SETTINGS.covered * np.diff(along)[None]


def merge_cells(below: NDArray[np.bool_], right: NDArray[np.bool_]) -> list[GridCell]:
    """Cells from inner sides. below: (r - 1, c), right: (r, c - 1), true where a ruling parts two positions.

    An open region that is no rectangle is cut into its rows.
    """
    height, width = right.shape[0], below.shape[1]
    owner = np.full((height, width), -1)
    cells: list[GridCell] = []
    for row in range(height):
        for column in range(width):
            if owner[row, column] < 0:
                cell = _grow(row, column, below, right, owner)
                owner[row : row + cell.row_span, column : column + cell.column_span] = len(cells)
                cells.append(cell)
    return cells


def _grow(
    row: int, column: int, below: NDArray[np.bool_], right: NDArray[np.bool_], owner: NDArray[np.intp]
) -> GridCell:
    """The largest open rectangle from a top left corner: along the row first, then down while fully open."""
    height, width = owner.shape
    last = column
    while last + 1 < width and not right[row, last] and owner[row, last + 1] < 0:
        last += 1
    bottom = row
    while bottom + 1 < height:
        span = slice(column, last + 1)
        open_below = not below[bottom, span].any()
        open_inside = not right[bottom + 1, column:last].any()
        closed_out = last + 1 >= width or right[bottom + 1, last]
        closed_left = column == 0 or right[bottom + 1, column - 1]
        free = (owner[bottom + 1, span] < 0).all()
        if not (open_below and open_inside and closed_out and closed_left and free):
            break
        bottom += 1
    return GridCell(row, column, bottom - row + 1, last - column + 1)
