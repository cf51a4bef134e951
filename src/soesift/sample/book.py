"""Pages in the making: drawing operations in order, the place on the page, where each block ended up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from soesift.sample.blocks import Mode
from soesift.sample.style import PageStyle

Op = Callable[[Any], None]  # draws on a canvas, upright, y upwards from the bottom of the page as read


@dataclass(slots=True)
class Sheet:
    """`picture`: what is drawn here reaches the file as a bitmap."""

    mode: Mode
    ops: list[Op] = field(default_factory=list)
    picture: bool = False
    false: bool = False  # holds a hard negative
    bare: bool = False  # no running header and footer


@dataclass(slots=True)
class Place:
    """Pages of a block: those that show it (rows, for a table), and those with notes."""

    pages: list[int] = field(default_factory=list)
    note_pages: list[int] = field(default_factory=list)


def add_page(pages: list[int], page: int) -> None:
    if page not in pages:
        pages.append(page)


@dataclass(slots=True)
class Book:
    """Blocks are laid one below the other; `y` is measured downwards from the top of the page as read."""

    style: PageStyle
    sheets: list[Sheet] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)  # by number of the block
    contents: list[tuple[str, int, int]] = field(default_factory=list)  # text, level, page
    y: float = 0.0

    @property
    def page(self) -> int:
        return len(self.sheets)

    def size(self, mode: Mode) -> tuple[float, float]:
        """Width and height of the page as the text is read."""
        wide = mode != "portrait"
        return (self.style.height, self.style.width) if wide else (self.style.width, self.style.height)

    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, width, bottom of the text area of the current page, y downwards."""
        mode = self.sheets[-1].mode
        width, height = self.size(mode)
        if mode == "portrait":
            return 62.0, 72.0, width - 124.0, height - 66.0
        if mode == "turned":  # running lines stand at the left and right of the text as read
            return 70.0, 46.0, width - 140.0, height - 46.0
        return 46.0, 62.0, width - 92.0, height - 54.0

    def room(self) -> float:
        return self.frame()[3] - self.y

    def new_sheet(self, mode: Mode, picture: bool = False) -> None:
        self.sheets.append(Sheet(mode, picture=picture))
        self.y = self.frame()[1]

    def need(self, height: float) -> None:
        """Start a new page like the current one if `height` points are not left."""
        if self.room() < height and self.y > self.frame()[1] + 1:
            sheet = self.sheets[-1]
            self.new_sheet(sheet.mode, sheet.picture)

    def put(self, height: float, draw: Callable[[Any, float, float, float], None]) -> None:
        """Draw at the current place (x, y upwards, width) and go down by `height`."""
        left, _, width, _ = self.frame()
        top = self.size(self.sheets[-1].mode)[1] - self.y
        self.sheets[-1].ops.append(lambda canvas: draw(canvas, left, top, width))
        self.y += height
