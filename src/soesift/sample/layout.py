"""From blocks to pages."""

from __future__ import annotations

from typing import Any

from soesift.sample.blocks import (
    Block,
    Bullets,
    Contents,
    Figure,
    Heading,
    Negative,
    NewPage,
    Paragraph,
    Table,
    TitlePage,
)
from soesift.sample.book import Book, Place, add_page
from soesift.sample.layout_table import lay_table, lay_text
from soesift.sample.rich_text import draw_line, draw_lines, text_width, wrap
from soesift.sample.style import PageStyle


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
