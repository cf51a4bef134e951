"""Drawing a grid with its borders, shades, arrows and black boxes."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from soesift.sample.grid import Cell, Grid
from soesift.sample.measure import LEADING, cell_lines, font_of
from soesift.sample.rich_text import draw_line, draw_lines
from soesift.sample.style import Look

Box = tuple[float, float, float, float]  # x0, bottom, x1, top


def draw_table(
    canvas: Any, x: float, y: float, grid: Grid, look: Look, columns: list[float], heights: list[float]
) -> None:
    """Draw the grid with its top left corner at (x, y)."""
    xs = [x + d for d in accumulate(columns, initial=0.0)]
    ys = [y - d for d in accumulate(heights, initial=0.0)]
    boxes = [
        (r, cell, (xs[c], ys[r + cell.rows], xs[c + cell.columns], ys[r]))
        for r, row in enumerate(grid.cells)
        for c, cell in enumerate(row)
        if cell is not None
    ]
    for r, cell, box in boxes:
        fill_cell(canvas, box, shade_of(grid, look, r, cell), look)
    draw_borders(canvas, grid, look, xs, ys, [box for _, _, box in boxes])
    for _, cell, box in boxes:
        draw_cell(canvas, cell, box, look)
    for r in range(grid.shape[0]):
        draw_arrows(canvas, grid.cells[r], xs, (ys[r] + ys[r + 1]) / 2)


def shade_of(grid: Grid, look: Look, row: int, cell: Cell) -> float | None:
    if cell.shade is not None:
        return cell.shade
    if row < grid.header_rows:
        return look.header_shade
    if row in grid.bands:
        return look.band_shade
    return 0.95 if look.zebra and row % 2 else None


def fill_cell(canvas: Any, box: Box, shade: float | None, look: Look) -> None:
    x0, y0, x1, y1 = box
    if shade is None and look.borders != "boxes":
        return
    canvas.setFillGray(1.0 if shade is None else shade)
    canvas.rect(x0, y0, x1 - x0, y1 - y0, stroke=0, fill=1)
    canvas.setFillGray(0)


def draw_borders(canvas: Any, grid: Grid, look: Look, xs: list[float], ys: list[float], boxes: list[Box]) -> None:
    canvas.setStrokeGray(0)
    canvas.setLineWidth(look.line)
    if look.borders == "boxes":
        for x0, y0, x1, y1 in boxes:
            canvas.rect(x0, y0, x1 - x0, y1 - y0, stroke=1, fill=0)
    elif look.borders == "full":
        canvas.lines([side for box in boxes for side in sides(box)])
    elif look.borders == "rects":
        for x0, y0, x1, y1 in boxes:
            thin(canvas, look.line, (x0, y1, x1, y1), (x0, y0, x1, y0), (x0, y0, x0, y1), (x1, y0, x1, y1))
    elif look.borders == "rules":
        bottoms = [(x0, y0, x1, y0) for x0, y0, x1, _ in boxes if y0 <= ys[grid.header_rows] + 0.1]
        canvas.lines([(xs[0], ys[0], xs[-1], ys[0]), *bottoms])  # none passes through a merged cell
    elif look.borders == "header":
        canvas.lines([(xs[0], ys[r], xs[-1], ys[r]) for r in (0, grid.header_rows, -1)])


def sides(box: Box) -> list[tuple[float, float, float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def thin(canvas: Any, line: float, *segments: tuple[float, float, float, float]) -> None:
    """Lines as filled rectangles, which is how word processors write them."""
    for x0, y0, x1, y1 in segments:
        canvas.rect(x0, y0, max(x1 - x0, line), max(y1 - y0, line), stroke=0, fill=1)


def draw_cell(canvas: Any, cell: Cell, box: Box, look: Look) -> None:
    x0, y0, x1, y1 = box
    if cell.redacted:
        canvas.setFillGray(0)
        canvas.rect(x0 + 1, y0 + 1, x1 - x0 - 2, y1 - y0 - 2, stroke=0, fill=1)
        return
    if not cell.text:
        return
    if cell.upright:
        draw_upright(canvas, cell, box, look)
        return
    lines = cell_lines(cell, look, x1 - x0)
    spare = max(y1 - y0 - len(lines) * look.size * LEADING - 2 * look.pad, 0)
    top = y1 - look.pad - (spare / 2 if cell.centred else 0)
    left = (x0 + x1) / 2 if cell.centred else x0 + look.pad
    draw_lines(canvas, left, top, lines, font_of(cell, look), look.size, "centre" if cell.centred else "left")


def draw_upright(canvas: Any, cell: Cell, box: Box, look: Look) -> None:
    x0, y0, x1, _ = box
    canvas.saveState()
    canvas.translate((x0 + x1) / 2 + look.size * 0.35, y0 + look.pad)
    canvas.rotate(90)
    draw_line(canvas, 0, 0, cell.text, font_of(cell, look), look.size)
    canvas.restoreState()


def draw_arrows(canvas: Any, row: list[Cell | None], xs: list[float], y: float) -> None:
    start = None
    for c in range(len(row) + 1):
        cell = row[c] if c < len(row) else None
        on = cell is not None and cell.arrow
        if on and start is None:
            start = c
        elif not on and start is not None:
            arrow(canvas, xs[start] + 2, xs[c] - 2, y)
            start = None


def arrow(canvas: Any, x0: float, x1: float, y: float) -> None:
    """A horizontal arrow with a filled head at x1."""
    canvas.setLineWidth(0.7)
    canvas.line(x0, y, x1 - 3, y)
    head = canvas.beginPath()
    head.moveTo(x1, y)
    head.lineTo(x1 - 5, y + 2.2)
    head.lineTo(x1 - 5, y - 2.2)
    head.close()
    canvas.drawPath(head, stroke=0, fill=1)
