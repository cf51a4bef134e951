"""All tables of a page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines, clean_rulings
from soesift.document.ocr import main_turn, turn_box, turn_page
from soesift.document.page import Page
from soesift.document.running_lines import Furniture, is_running, is_set_apart
from soesift.document.words import Words, find_words
from soesift.table.cell_text import fill_cells, mend_figures, part_open_cells, split_rows
from soesift.table.context import TextLine, lines_outside
from soesift.table.continuation_rows import holds_notes, left_open, note_lines, notes_apart, with_rest
from soesift.table.grid import FoundTable, close_slivers, join_halves
from soesift.table.lexicon import is_mark
from soesift.table.redaction import (
    add_hidden_columns,
    add_hidden_rules,
    covered_outside,
    dark_boxes,
    lost_tags,
    mend_tables,
    part_covered,
    redaction_tags,
)
from soesift.table.ruled import find_lattices
from soesift.table.states import free_arrows, mark_arrows, mark_states, row_shades
from soesift.table.unruled import find_streams

SIZES = 5.0, 14.0  # points: usual heights of characters between which a picture's sheet is taken to be of usual size
USUAL = 9.0  # points: the height to which others are brought, since white space and rules are measured in points
MANY_SIGNS = 100  # characters that tell the size of print
FARTHEST = 20_000.0  # points; the largest page that PDF allows has 14,400


@dataclass(slots=True)
class PageTables:
    """The tables of one page and the printed lines outside them; width and height of the upright page; covered: boxes
    outside tables that hide text.
    """

    number: int
    label: str | None
    width: float
    height: float
    turn: int
    source: str
    problem: str
    tables: list[FoundTable] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    covered: list[TextLine] = field(default_factory=list)

    @property
    def lines_and_boxes(self) -> list[TextLine]:
        """The lines, and boxes that cover text among them, top to bottom."""
        return sorted([*self.lines, *self.covered], key=lambda line: line.top) if self.covered else self.lines


def find_tables(page: Page, furniture: Furniture = frozenset(), before: PageTables | None = None) -> PageTables:
    """Tables of a page from top to bottom, with text; running headers and footers are left out of account.

    `before`: the page before, of whose last table this one may begin with the last rows.
    """
    page = _finite(page)
    size = print_size(page)
    if not SIZES[0] <= size <= SIZES[1]:
        scale = size / USUAL
        smaller = None if before is None else scaled_tables(before, 1 / scale)
        return scaled_tables(_find(scaled(page, 1 / scale), furniture, smaller), scale)
    return _find(page, furniture, before)


def print_size(page: Page) -> float:
    """Usual height in points of the characters of a page read from a picture, whose sheet may have any size; of other
    pages, the usual one."""
    if page.source != "ocr":
        return USUAL
    sides = page.boxes[:, 2:] - page.boxes[:, :2]
    heights = np.where(page.upright % 180 == 0, sides[:, 1], sides[:, 0])[(page.codes > 32) & (sides > 0).all(axis=1)]
    return float(np.median(heights)) if len(heights) >= MANY_SIGNS else USUAL


def scaled(page: Page, by: float) -> Page:
    """The page `by` times as large."""
    names = ("boxes", "horizontal", "vertical", "fills", "images", "pieces")
    arrays = {name: getattr(page, name) * np.float32(by) for name in names}
    return replace(page, width=page.width * by, height=page.height * by, **arrays)


def scaled_tables(found: PageTables, by: float) -> PageTables:
    """The tables and lines of a page `by` times as large."""
    many = np.float32(by)
    tables = [
        replace(
            table,
            rows=table.rows * many,
            columns=table.columns * many,
            bbox=(table.bbox[0] * by, table.bbox[1] * by, table.bbox[2] * by, table.bbox[3] * by),
            arrows=table.arrows * many,
        )
        for table in found.tables
    ]
    lines, covered = ([_scaled_line(line, by) for line in some] for some in (found.lines, found.covered))
    return replace(found, width=found.width * by, height=found.height * by, tables=tables, lines=lines, covered=covered)


def _scaled_line(line: TextLine, by: float) -> TextLine:
    places = {name: getattr(line, name) * by for name in ("top", "bottom", "size", "left", "indent")}
    return replace(line, **places)


def _find(page: Page, furniture: Furniture, before: PageTables | None) -> PageTables:
    turn = main_turn(page)
    upright = turn_page(page, (360 - turn) % 360)
    words = find_words(upright)
    # on a turned page the running lines are turned the other way, and no table takes them in
    if furniture and not turn:
        words = words.take(np.flatnonzero(~is_running(words, page.height, furniture)))
    if page.source == "ocr":
        words = words.take(np.flatnonzero(~is_set_apart(words, upright)))
    horizontal, vertical = clean_rulings(upright)
    vertical = add_hidden_columns(vertical, upright)
    horizontal = add_hidden_rules(horizontal, vertical, upright, words)
    found = PageTables(page.number, page.label, upright.width, upright.height, turn, page.source, page.problem)
    tags = redaction_tags(words, upright)
    drawn = tables_of(upright, words, horizontal, vertical, tags)
    hides = bool(tags.any()) or bool(len(dark_boxes(upright))) or page.source == "ocr"
    real = [table for table in drawn if is_table(table) and (hides or not is_diagram(table))]
    real = [part for table in real for part in notes_apart(table)]
    of_notes = [table for table in real if holds_notes(table)]
    found.tables = [table for table in real if not any(table is one for one in of_notes)]
    if before is not None and (table := left_open(before.tables, before.lines, turn, before.height)) is not None:
        found.tables = with_rest(table, words, horizontal, found.tables, upright.height)
    for table in found.tables:
        table.shades = row_shades(table, upright)
        table.rotation = turn
        table.bbox = turn_box(table.hull, upright.width, upright.height, turn)
    for table in found.tables:
        mark_states(table, words, upright, tags)
    shown = words.take(np.flatnonzero(~tags)) if tags.any() else words
    found.lines = lines_outside(shown, [*found.tables, *of_notes])
    if of_notes:
        set_apart = [line for table in of_notes for line in note_lines(table, words)]
        found.lines = sorted([*found.lines, *set_apart], key=lambda line: line.top)
    found.covered = covered_outside(upright, words, tags, found.tables)
    return found


def _finite(page: Page) -> Page:
    """The page with all coordinates numbers within FARTHEST; files hold others."""
    names = ("boxes", "horizontal", "vertical", "fills", "images")
    arrays = {name: getattr(page, name) for name in names}
    odd = {name: a for name, a in arrays.items() if a.size and not (np.abs(a) <= FARTHEST).all()}
    if not odd:
        return page
    clean = {name: np.clip(np.nan_to_num(a, nan=0.0), -FARTHEST, FARTHEST) for name, a in odd.items()}
    return replace(page, **clean)


def tables_of(
    page: Page, words: Words, horizontal: Lines, vertical: Lines, tags: NDArray[np.bool_]
) -> list[FoundTable]:
    """Ruled tables, then tables of white space in what they leave; top to bottom. tags: of `redaction_tags`."""
    ruled = mend_tables(find_lattices(horizontal, vertical, page.number), page.fills, page.fill_grey)
    # a box around the page, say, does not keep words from other tables
    taken = [t for t in ruled if t.shape[1] >= 2]
    tables = [*taken, *find_streams(words, horizontal, taken, page.number)]
    for table in tables:
        if not table.borderless:
            close_slivers(table, words)
            free_arrows(table, words)
            part_covered(table, page)
        part_open_cells(table, words)
        if not table.borderless:
            split_rows(table, words, vertical)
        fill_cells(table, words, lost_tags(table, words, tags))
        if page.source == "ocr":
            mend_figures(table)
        if table.borderless:
            join_halves(table)
        mark_arrows(table)
    return sorted(tables, key=lambda t: (t.hull[1], t.hull[0]))


MANY = 6  # columns
DIAGRAM = 3  # rows of a diagram, at least


def is_table(table: FoundTable) -> bool:
    """Two cells with text in two rows and columns, or three in a single ruled row (the rest of a table), where one
    may be empty if there are many columns."""
    height, width = table.shape
    filled = sum(bool(c.text) for c in table.cells)
    if height == 1:
        return width >= 3 and filled >= (2 if width >= MANY else 3)
    return width >= 2 and filled >= 2


def is_diagram(table: FoundTable) -> bool:
    """Boxes with white space or arrows between them, whose sides seem to make a grid: fewer texts than rows, none of
    them a mark, and a column between others that holds no text at all."""
    height, _ = table.shape
    told = [cell for cell in table.cells if cell.text]
    if height < DIAGRAM or len(told) >= height or any(is_mark(cell.text) for cell in told):
        return False
    held = {column for cell in told for column in range(cell.column, cell.column + cell.column_span)}
    return any(column not in held for column in range(min(held, default=0), max(held, default=0)))
