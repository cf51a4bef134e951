"""From blocks to pages: drawing operations in order, the place on the page, where each block ended up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from soesift.sample.blocks import (
    Block,
    Bullets,
    Contents,
    Figure,
    Heading,
    Mode,
    Negative,
    NewPage,
    Paragraph,
    Schedule,
    Table,
    TitlePage,
)
from soesift.sample.drawing import draw_line, draw_lines, draw_table, fit, row_heights, text_width, wrap
from soesift.sample.grid import Grid
from soesift.sample.style import Look, PageStyle

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


# A table over as many pages as it needs, with its caption and notes.
@dataclass(slots=True)
class Part:
    """Rows and columns of a table that stand together."""

    grid: Grid
    look: Look
    widths: list[float]
    heights: list[float]


def lay_table(book: Book, table: Table, place: Place) -> None:
    schedule = isinstance(table.label, Schedule)
    sheet = book.sheets[-1]
    fresh = book.y <= book.frame()[1] + 1
    shared = schedule and sheet.false
    if shared or sheet.mode != table.mode or sheet.picture != table.picture or (table.picture and not fresh):
        if fresh and sheet.mode != table.mode and not sheet.ops:
            book.sheets.pop()
        book.new_sheet(table.mode, table.picture)
    if table.caption and not table.caption_below:
        lay_caption(book, table, table.caption)
        book.contents.append((table.caption, 2, book.page))
    for n, block in enumerate(column_blocks(table)):
        if n:
            book.new_sheet(table.mode, table.picture)
            caption_again(book, table)
        lay_rows(book, table, block, place)
    if table.caption and table.caption_below:
        lay_text(book, table.caption, table.look.bold, table.look.size + 1.5, place.note_pages)
        book.contents.append((table.caption, 2, book.page))
    lay_notes(book, table, place)
    if schedule:  # what follows a schedule never shares its page: the truth of a page stays plain
        book.y = book.frame()[3]
    else:
        book.y += 10


def lay_caption(book: Book, table: Table, text: str) -> None:
    size = max(table.look.size, 8.0) + 1
    body = table.grid.header_rows + 2
    book.need(size * 3 + body * (table.look.size * 2.2 + 2 * table.look.pad))
    lay_text(book, text, table.look.bold, size, [])
    book.y += 2


def caption_again(book: Book, table: Table) -> None:
    if table.caption and table.continued and not table.caption_below:
        lay_text(book, table.caption + table.continued, table.look.bold, max(table.look.size, 8.0) + 1, [])


def column_blocks(table: Table) -> Iterator[Grid]:
    """The whole grid, or blocks of columns that each repeat the first."""
    height, width = table.grid.shape
    if table.split < 2:
        yield table.grid
        return
    size = -(-(width - 1) // table.split)
    for first in range(1, width, size):
        yield table.grid.window(range(height), [0, *range(first, min(first + size, width))])


def lay_rows(book: Book, table: Table, grid: Grid, place: Place) -> None:
    whole = measured(grid, table.look, book.frame()[2])
    first = grid.header_rows
    while first < grid.shape[0]:
        start = first == grid.header_rows
        last = rows_that_fit(book, table, whole, first, start)
        if last == first:  # nothing fits here, not even one row
            book.new_sheet(table.mode, table.picture)
            last = max(rows_that_fit(book, table, whole, first, start), first + 1)
        head = range(grid.header_rows) if start or table.reprint else range(0)
        rows = [*head, *range(first, last)]
        place_part(
            book,
            Part(
                grid.window(rows, range(grid.shape[1])),
                whole.look,
                whole.widths,
                [whole.heights[r] for r in rows],
            ),
        )
        add_page(place.pages, book.page)
        first = last
        if first < grid.shape[0]:
            book.new_sheet(table.mode, table.picture)
            caption_again(book, table)


def measured(grid: Grid, look: Look, room: float) -> Part:
    look, widths = fit(grid, look, room)
    return Part(grid, look, widths, row_heights(grid, look, widths))


def rows_that_fit(book: Book, table: Table, whole: Part, first: int, start: bool) -> int:
    """First row that does not fit any more; a category is not left alone at the end of a page."""
    head = sum(whole.heights[: whole.grid.header_rows]) if start or table.reprint else 0.0
    room, last = book.room() - head - 4, first
    while (
        last < len(whole.heights)
        and whole.heights[last] <= room
        and (not table.max_rows or last - first < table.max_rows)
    ):
        room -= whole.heights[last]
        last += 1
    while last < len(whole.heights) and last > first + 1 and last - 1 in whole.grid.bands:
        last -= 1
    return last


def place_part(book: Book, part: Part) -> None:
    book.put(
        sum(part.heights) + 3,
        lambda c, x, y, w: draw_table(c, x, y, part.grid, part.look, part.widths, part.heights),
    )


def lay_notes(book: Book, table: Table, place: Place) -> None:
    if not table.notes and not table.remark:
        return
    if table.notes_apart:
        book.new_sheet(table.mode, table.picture)
    size = max(min(table.look.size, 9.0), 6.0)
    if table.remark:
        lay_text(book, table.remark, table.look.plain, size, place.note_pages)
    for marker, text in table.notes:
        lay_text(book, text, table.look.plain, size, place.note_pages, marker)


def lay_text(book: Book, text: str, font: str, size: float, pages: list[int], marker: str = "") -> None:
    """Lines of text over pages, behind a marker if there is one; `pages` gets the pages used."""
    indent = 14.0 if marker else 0.0
    for i, line in enumerate(wrap(text, font, size, book.frame()[2] - indent)):
        book.need(size * 1.25)
        if marker and i == 0:
            book.put(0, lambda c, x, y, w: draw_line(c, x, y - 0.95 * size, marker, font, size))
        book.put(size * 1.22, lambda c, x, y, w, t=line: draw_lines(c, x + indent, y, (t,), font, size))  # type: ignore[misc]
        add_page(pages, book.page)
    book.y += 0.25 * size


def lay_out(blocks: list[Block], style: PageStyle) -> Book:
    """All pages of the document; `places` says on which page each block stands."""
    book = Book(style)
    entries = sum((isinstance(b, Heading) and b.listed) or (isinstance(b, Table) and bool(b.caption)) for b in blocks)
    numbers = [0, 0, 0]
    book.new_sheet("portrait")
    for i, block in enumerate(blocks):
        place = book.places[i] = Place()
        lay_block(book, block, place, numbers, entries, next_mode(blocks, i))
    return book


def next_mode(blocks: list[Block], i: int) -> str:
    following = blocks[i + 1] if i + 1 < len(blocks) else None
    return following.mode if isinstance(following, Table | Figure) else "portrait"


def lay_block(book: Book, block: Block, place: Place, numbers: list[int], entries: int, following: str) -> None:
    match block:
        case Table():
            lay_table(book, block, place)
        case Heading():
            lay_heading(book, block, place, numbers, following)
        case Paragraph() | Bullets():
            lay_prose(book, block, place)
        case Figure():
            lay_figure(book, block, place)
        case Contents():
            lay_contents(book, block, place, entries)
        case TitlePage():
            lay_title(book, block, place)
        case NewPage():
            book.new_sheet(block.mode)
    if isinstance(getattr(block, "label", None), Negative):
        book.sheets[-1].false = True


def upright(book: Book) -> None:
    """Prose stands on portrait pages."""
    if book.sheets[-1].mode != "portrait" or book.sheets[-1].picture:
        book.new_sheet("portrait")


def lay_heading(book: Book, block: Heading, place: Place, numbers: list[int], following: str) -> None:
    style = book.style
    if block.new_page or book.sheets[-1].mode != block.mode or book.sheets[-1].picture:
        book.new_sheet(block.mode)
    numbers[block.level - 1] += 1
    numbers[block.level :] = [0] * (len(numbers) - block.level)
    number = ".".join(map(str, numbers[: block.level])) + ("." if block.level == 1 else "")
    text = block.text.upper() if style.capitals and block.level == 1 else block.text
    text = f"{number}  {text}" if style.numbered and block.listed else text
    size = style.size + (3, 1.5, 0.5)[block.level - 1]
    lines = wrap(text, style.bold, size, book.frame()[2])
    book.need(len(lines) * size * 1.3 + (14 if following != "portrait" else 60))
    book.put(4, lambda *_: None)
    book.put(len(lines) * size * 1.2 + 8, lambda c, x, y, w: draw_lines(c, x, y, lines, style.bold, size))
    add_page(place.pages, book.page)
    if block.listed:
        book.contents.append((text, block.level, book.page))


def lay_prose(book: Book, block: Paragraph | Bullets, place: Place) -> None:
    upright(book)
    style = book.style
    items = (
        [(block.text, "", style.bold if block.bold else style.plain)]
        if isinstance(block, Paragraph)
        else [(t, "•", style.plain) for t in block.items]
    )
    for text, marker, font in items:
        lay_text(book, text, font, style.size, place.pages, marker)
    book.y += 5


def lay_figure(book: Book, block: Figure, place: Place) -> None:
    if book.sheets[-1].mode != block.mode or book.sheets[-1].picture:
        book.new_sheet(block.mode)
    book.need(block.height + 30)
    if block.caption:
        lay_text(book, block.caption, book.style.bold, book.style.size, [])
    book.put(block.height + 8, block.draw)
    add_page(place.pages, book.page)


def lay_contents(book: Book, block: Contents, place: Place, entries: int) -> None:
    """Lines are reserved now and filled when the file is written, when all pages are known."""
    upright(book)
    size = book.style.size
    lay_text(book, block.title, book.style.bold, size + 2, place.pages)
    for i in range(entries):
        book.need(size * 1.5)
        book.put(size * 1.5, lambda c, x, y, w, i=i: draw_entry(c, x, y, w, book, i))  # type: ignore[misc]
        add_page(place.pages, book.page)
    book.new_sheet("portrait")


def draw_entry(canvas: Any, x: float, y: float, width: float, book: Book, i: int) -> None:
    if i >= len(book.contents):
        return
    text, level, page = book.contents[i]
    font, size = (book.style.bold if level == 1 else book.style.plain), book.style.size - 0.5
    x += 12 * (level - 1)
    width -= 12 * (level - 1)
    label = str(page - book.style.label_offset)
    text = wrap(text, font, size, width - 60)[0]
    dots = int((width - text_width(text, font, size) - 30) / text_width(".", book.style.plain, size))
    draw_line(canvas, x, y - size, f"{text} {'.' * max(dots, 3)}", font, size)
    draw_line(canvas, x + width, y - size, label, book.style.plain, size, "right")


def lay_title(book: Book, block: TitlePage, place: Place) -> None:
    add_page(place.pages, book.page)
    book.sheets[-1].bare = True
    book.y += 70
    for text, size, bold in block.lines:
        font = book.style.bold if bold else book.style.plain
        lines = wrap(text, font, size, book.frame()[2])
        book.put(
            len(lines) * size * 1.25 + 22,
            lambda c, x, y, w, t=lines, f=font, s=size: draw_lines(  # type: ignore[misc]
                c, x + w / 2, y, t, f, s, "centre"
            ),
        )
    for name, fact in block.facts:
        book.put(20, lambda c, x, y, w, n=name, f=fact: draw_fact(c, x, y, n, f, book))  # type: ignore[misc]
    book.new_sheet("portrait")


def draw_fact(canvas: Any, x: float, y: float, name: str, fact: str, book: Book) -> None:
    draw_line(canvas, x + 20, y, name, book.style.bold, book.style.size)
    draw_line(canvas, x + 170, y, fact, book.style.plain, book.style.size)
