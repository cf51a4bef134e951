"""Text with raised parts: measuring, wrapping and drawing with reportlab's standard fonts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from soesift.sample.grid import RAISED

Run = tuple[str, bool]  # text, raised
Line = list[Run]
RAISED_SIZE, RISE = 0.66, 0.36  # of the font size


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
