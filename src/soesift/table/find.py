"""All tables of a page."""

from __future__ import annotations

from soesift.document.page import Page
from soesift.document.words import Words, find_words
from soesift.table.arrows import mark_arrows
from soesift.table.fill_text import fill_cells
from soesift.table.grid import FoundTable
from soesift.table.lattice import find_lattices
from soesift.table.mend import mend_tables
from soesift.table.open_cells import part_open_cells
from soesift.table.orient import main_turn, turn_box, turn_page
from soesift.table.rulings import clean_rulings
from soesift.table.stream import find_streams


def find_tables(page: Page) -> list[FoundTable]:
    """Tables of a page from top to bottom, with text, boxes on the page as displayed."""
    turn = main_turn(page)
    return tables_of(turn_page(page, (360 - turn) % 360), turn)[0]


def tables_of(upright: Page, turn: int) -> tuple[list[FoundTable], Words]:
    """Tables of a page that reads upright, and its words; `turn` is how the displayed page was turned before."""
    words = find_words(upright)
    horizontal, vertical = clean_rulings(upright)
    ruled = mend_tables(find_lattices(horizontal, vertical, upright.number), upright.fills, upright.fill_grey)
    ruled = [t for t in ruled if t.shape[1] > 1 or t.shape[0] > 1]
    tables = [*ruled, *find_streams(words, horizontal, [t for t in ruled if holds_table(t)], upright.number)]
    for table in tables:
        part_open_cells(table, words)
        fill_cells(table, words)
        mark_arrows(table)
        table.rotation = turn
        table.bbox = turn_box(table.hull, upright.width, upright.height, turn)
    tables = [t for t in tables if sum(bool(c.text) for c in t.cells) >= 2]
    return sorted(tables, key=lambda t: (t.hull[1], t.hull[0])), words


def holds_table(table: FoundTable) -> bool:
    """A ruled frame of one column (a box around the page, say) does not keep words from other tables."""
    return table.shape[1] >= 2
