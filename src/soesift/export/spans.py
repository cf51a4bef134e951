"""The cells to draw for a table: every position of the grid covered once, whatever `cells` says."""

from __future__ import annotations

import re

from soesift.result.models import Cell, SoeTable


def grid_size(table: SoeTable) -> tuple[int, int]:
    """Rows and columns of the grid; short rows count as padded."""
    return len(table.grid), max(map(len, table.grid), default=0)


def header_count(table: SoeTable) -> int:
    """Header rows, limited to the rows that exist."""
    return max(0, min(table.header_rows, len(table.grid)))


def placed_cells(table: SoeTable) -> list[Cell]:
    """Cells in reading order that tile the grid exactly.

    Spans are clipped to the grid; a cell that would overlap an earlier one is left out, and positions without
    a cell get one of their own with the grid's text.
    """
    n_rows, n_columns = grid_size(table)
    taken = [[False] * n_columns for _ in range(n_rows)]
    placed: list[Cell] = []
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        clipped = _clipped(cell, n_rows, n_columns)
        if clipped is not None and _claim(taken, clipped):
            placed.append(clipped)
    placed += [
        Cell(row=r, column=c, text=row[c] if c < len(row) else "")
        for r, row in enumerate(table.grid)
        for c in range(n_columns)
        if not taken[r][c]
    ]
    return sorted(placed, key=lambda c: (c.row, c.column))


def split_below(cells: list[Cell], row: int) -> list[Cell]:
    """Cells that reach over the upper edge of `row` cut in two there, the text in both parts."""
    parts: list[Cell] = []
    for cell in cells:
        above = row - cell.row
        if 0 < above < cell.row_span:
            parts.append(cell.model_copy(update={"row_span": above}))
            parts.append(cell.model_copy(update={"row": row, "row_span": cell.row_span - above}))
        else:
            parts.append(cell)
    return sorted(parts, key=lambda c: (c.row, c.column))


def _clipped(cell: Cell, n_rows: int, n_columns: int) -> Cell | None:
    if not (0 <= cell.row < n_rows and 0 <= cell.column < n_columns):
        return None
    row_span = max(1, min(cell.row_span, n_rows - cell.row))
    column_span = max(1, min(cell.column_span, n_columns - cell.column))
    if (row_span, column_span) == (cell.row_span, cell.column_span):
        return cell
    return cell.model_copy(update={"row_span": row_span, "column_span": column_span})


def _claim(taken: list[list[bool]], cell: Cell) -> bool:
    """Mark the positions of the cell; False (and nothing marked) if one is taken."""
    rows = range(cell.row, cell.row + cell.row_span)
    columns = slice(cell.column, cell.column + cell.column_span)
    if any(any(taken[r][columns]) for r in rows):
        return False
    for r in rows:
        taken[r][columns] = [True] * cell.column_span
    return True


# A cell as it is printed: pieces of text, each raised or not; and the same in plain text.

_UP = dict(zip("0123456789abcdefghijklmnoprstuvwxyz+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁺⁻⁽⁾", strict=True))

_WORD = re.compile(r"[^\W\d_]{6}")  # letters that no marker, exponent or ordinal has


def pieces(cell: Cell) -> list[tuple[str, bool]]:
    """(text, raised) in printed order; markers that were guessed from the text are shown raised, too. A raised word is
    one of a line above that hangs into the row: at the size of a marker nobody could read it."""
    if cell.runs:
        return [(run.text, run.raised and not _WORD.search(run.text)) for run in cell.runs]
    markers = [(",".join(cell.markers), True)] if cell.markers else []
    return ([(cell.text, False)] if cell.text else []) + markers


def superscript(markers: list[str]) -> str:
    """ "a,b" as raised characters; signs as they are; in [] if a letter has no raised form."""
    if all(c in _UP or not c.isalnum() for marker in markers for c in marker):
        return ",".join("".join(_UP.get(c, c) for c in marker) for marker in markers)
    return f" [{','.join(markers)}]"


def raised_grid(table: SoeTable) -> list[list[str]]:
    """The grid with the markers of each cell behind its text."""
    grid = [list(row) for row in table.grid]
    for cell in table.cells:
        for row in grid[cell.row : cell.row + cell.row_span] if cell.markers else ():
            for column in range(cell.column, min(cell.column + cell.column_span, len(row))):
                row[column] += superscript(cell.markers)
    return grid
