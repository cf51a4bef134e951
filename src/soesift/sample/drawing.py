"""Drawing a grid: text with raised parts, widths of columns, heights of rows, borders, shades, arrows, black boxes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import Any

from soesift.sample.grid import RAISED, Cell, Grid
from soesift.sample.style import Look

Run = tuple[str, bool]  # text, raised
Line = list[Run]
RAISED_SIZE, RISE = 0.66, 0.36  # of the font size

SMALLEST = 5.0  # points
LEADING = 1.18

Box = tuple[float, float, float, float]  # x0, bottom, x1, top


@lru_cache(maxsize=65536)
def text_width(text: str, font: str, size: float) -> float:
    """Width in points of text without raised parts."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, font, size))


@lru_cache(maxsize=65536)
def runs(text: str) -> tuple[Run, ...]:
    """ "X^[a]" as (("X", False), ("a", True))."""
    parts = RAISED.split(text)
    return tuple((part, bool(i % 2)) for i, part in enumerate(parts) if part)


@lru_cache(maxsize=65536)
def width(text: str, font: str, size: float) -> float:
    """Width in points of text with raised parts."""
    return sum(text_width(part, font, size * RAISED_SIZE if raised else size) for part, raised in runs(text))


@lru_cache(maxsize=65536)
def wrap(text: str, font: str, size: float, room: float) -> tuple[str, ...]:
    """Lines of at most `room` points; a word that is too long is cut. At least one line."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, font, size) <= room:
            lines[-1] = joined
        else:
            lines += _cut(word, font, size, room)
    return tuple(lines) or ("",)


def _cut(word: str, font: str, size: float, room: float) -> list[str]:
    pieces: list[str] = []
    while width(word, font, size) > room and len(word) > 2 and "^[" not in word:
        end = next((n for n in range(len(word) - 1, 1, -1) if width(word[:n], font, size) <= room), 1)
        hyphen = max(word.rfind("/", 0, end), word.rfind("-", 0, end)) + 1
        end = hyphen or end
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def longest_word(text: str, font: str, size: float) -> float:
    return max((width(word, font, size) for word in text.split()), default=0.0)


def draw_line(canvas: Any, x: float, y: float, text: str, font: str, size: float, align: str = "left") -> None:
    """Draw one line with its baseline at y; x is its left end, middle or right end."""
    whole = width(text, font, size)
    x -= {"left": 0.0, "centre": whole / 2, "right": whole}[align]
    for part, raised in runs(text):
        used = size * RAISED_SIZE if raised else size
        canvas.setFont(font, used)
        canvas.drawString(x, y + (RISE * size if raised else 0), part)
        x += text_width(part, font, used)


def draw_lines(
    canvas: Any,
    x: float,
    y: float,
    lines: tuple[str, ...],
    font: str,
    size: float,
    align: str = "left",
    leading: float = 0,
) -> None:
    """Draw lines downwards; y is the top of the first."""
    step = leading or 1.18 * size
    for i, line in enumerate(lines):
        draw_line(canvas, x, y - 0.95 * size - i * step, line, font, size, align)


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
