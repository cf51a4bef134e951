"""Two blocks of a table as one grid: side by side, rows matched by name, or one under the other."""

from __future__ import annotations

from difflib import SequenceMatcher

from soesift.join.joined import Joined, moved
from soesift.join.likeness import letters
from soesift.result.models import Cell


def below(joined: Joined, block: Joined) -> Joined:
    """A block with unlike columns and rows under the other, header kept."""
    width = max(joined.width, block.width)
    start = len(joined.grid)
    grid = [row + [""] * (width - len(row)) for row in [*joined.grid, *block.grid]]
    cells = [*joined.cells, *(moved(c, start, 0) for c in block.cells)]
    return Joined(joined.header_rows, grid, [*joined.pages, *block.pages], cells)


def beside(left: Joined, right: Joined) -> Joined:
    """A tile: rows matched by name, the right block's data columns set behind the left's."""
    rows = matched_rows(left, right)
    labels = label_columns(left, right)
    wide, more = left.width, right.width - labels
    header = max(left.header_rows, right.header_rows)
    lift = header - left.header_rows
    grid: list[list[str]] = [[""] * (wide + more) for _ in range(lift)]
    pages: list[int | None] = [left.pages[0]] * lift
    for row, page in zip(left.grid, left.pages, strict=True):
        grid.append(row + [""] * more)
        pages.append(page)
    where: dict[int, int] = {k: header - right.header_rows + k for k in range(right.header_rows)}
    for k in range(right.header_rows, len(right.grid)):
        match = rows.get(k - right.header_rows)
        if match is None:
            where[k] = len(grid)
            grid.append([*right.grid[k][:labels], *[""] * (wide + more - labels)])
            pages.append(right.pages[k])
        else:
            where[k] = match + header
    for k, place in where.items():
        grid[place][wide:] = right.grid[k][labels:]
    cells = [moved(c, lift, 0) for c in left.cells]
    own = set(range(lift + len(left.grid), len(grid)))  # rows that only the tile has, with their names
    for cell in right.cells:
        rows_of = [where[k] for k in range(cell.row, cell.row + cell.row_span)]
        end = cell.column + cell.column_span
        named = [row for row in rows_of if row in own]
        cells += laid_cells(cell, named, cell.column, min(end, labels))
        start = max(cell.column, labels)
        cells += laid_cells(cell, rows_of, start + wide - labels, end + wide - labels)
    return Joined(header, grid, pages, cells)


def laid_cells(cell: Cell, rows: list[int], left: int, right: int) -> list[Cell]:
    """A cell on these rows and the columns from `left` to before `right`: one piece for each run of rows."""
    if left >= right:
        return []
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    return [
        cell.model_copy(update={"row": a, "row_span": b - a + 1, "column": left, "column_span": right - left})
        for a, b in zip(sorted(starts), sorted(ends), strict=True)
    ]


def label_columns(left: Joined, right: Joined) -> int:
    """Leading columns that a tile reprints: the row names, and columns of the same header and texts."""
    count, rows = 1, matched_rows(left, right)
    while count < min(left.width, right.width) - 1:
        heads = [letters("".join(row[count] for row in block.grid[: block.header_rows])) for block in (left, right)]
        same = all(
            right.grid[b + right.header_rows][count] == left.grid[a + left.header_rows][count] for b, a in rows.items()
        )
        if heads[0] != heads[1] or not heads[0] or not same:
            break
        count += 1
    return count


def matched_rows(left: Joined, right: Joined) -> dict[int, int]:
    """Body row of `right` -> body row of `left` with the same name, in order."""
    matcher = SequenceMatcher(None, left.names(), right.names(), autojunk=False)
    return {b.b + k: b.a + k for b in matcher.get_matching_blocks() for k in range(b.size)}
