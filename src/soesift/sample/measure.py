"""Widths of columns and heights of rows."""

from __future__ import annotations

from dataclasses import replace

from soesift.sample.grid import Cell, Grid
from soesift.sample.rich_text import longest_word, width, wrap
from soesift.sample.style import Look

SMALLEST = 5.0  # points
LEADING = 1.18


def font_of(cell: Cell, look: Look) -> str:
    return look.bold if cell.bold else look.plain


def fit(grid: Grid, look: Look, room: float) -> tuple[Look, list[float]]:
    """The look, made smaller if need be, and column widths in points that add up to at most `room`."""
    while True:
        least, wished = least_and_wished(grid, look)
        if sum(least) <= room or look.size <= SMALLEST:
            return look, share(least, wished, room)
        look = replace(look, size=look.size - 0.5)


def least_and_wished(grid: Grid, look: Look) -> tuple[list[float], list[float]]:
    """Width of each column's longest word, and of its longest text, both with padding."""
    columns = grid.shape[1]
    least, wished = [8.0] * columns, [8.0] * columns
    for row in grid.cells:
        for c, cell in enumerate(row):
            if cell is None or cell.columns > 1:
                continue
            word, whole = widths(cell, look)
            least[c] = max(least[c], word + 2 * look.pad)
            wished[c] = max(wished[c], min(whole, 260) + 2 * look.pad)
    return least, [max(pair) for pair in zip(least, wished, strict=True)]


def widths(cell: Cell, look: Look) -> tuple[float, float]:
    font = font_of(cell, look)
    if cell.upright:
        return look.size * LEADING, look.size * LEADING * 2
    return longest_word(cell.text, font, look.size), width(cell.text, font, look.size)


def share(least: list[float], wished: list[float], room: float) -> list[float]:
    """Room beyond the least goes to columns by what they lack."""
    spare = room - sum(least)
    if spare <= 0:
        return [w * room / sum(least) for w in least]
    lack = [w - m for w, m in zip(wished, least, strict=True)]
    total = sum(lack)
    if total <= spare:  # all wishes met: the rest is spread evenly, so that the table fills its width
        rest = (spare - total) / len(least)
        return [w + rest for w in wished]
    return [m + spare * d / total for m, d in zip(least, lack, strict=True)]


def cell_lines(cell: Cell, look: Look, room: float) -> tuple[str, ...]:
    return wrap(cell.text, font_of(cell, look), look.size, max(room - 2 * look.pad, look.size) + 0.1)


def row_heights(grid: Grid, look: Look, columns: list[float]) -> list[float]:
    """Height of each row in points; what a cell over several rows lacks is given to its last row."""
    heights = [look.size * LEADING + 2 * look.pad] * grid.shape[0]
    merged = []
    for r, row in enumerate(grid.cells):
        for c, cell in enumerate(row):
            if cell is None:
                continue
            need = needed(cell, look, sum(columns[c : c + cell.columns]))
            if cell.rows == 1:
                heights[r] = max(heights[r], need)
            else:
                merged.append((r, cell.rows, need))
    for r, rows, need in merged:
        heights[r + rows - 1] += max(0.0, need - sum(heights[r : r + rows]))
    return heights


def needed(cell: Cell, look: Look, room: float) -> float:
    if cell.upright:
        return width(cell.text, font_of(cell, look), look.size) + 2 * look.pad + 2
    return len(cell_lines(cell, look, room)) * look.size * LEADING + 2 * look.pad
