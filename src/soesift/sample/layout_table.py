"""A table over as many pages as it needs, with its caption and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from soesift.sample.blocks import Schedule, Table
from soesift.sample.book import Book, Place, add_page
from soesift.sample.draw_table import draw_table
from soesift.sample.grid import Grid
from soesift.sample.measure import fit, row_heights
from soesift.sample.rich_text import draw_line, draw_lines, wrap
from soesift.sample.style import Look


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
