"""From the fragments of one logical table to one grid: headers once, columns matched, tiles side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.ocr import turn_box
from soesift.document.page import Box
from soesift.document.raised import runs_of, split_raised
from soesift.join.fragment import Fragment, alike, header_likeness, letters, names_likeness, plain_caption, same_columns
from soesift.join.group import has_own_header, is_tile
from soesift.result.models import Cell, Run
from soesift.table.context import is_caption
from soesift.table.grid import without_markers
from soesift.table.headers import SETTINGS, HeaderSettings, count_header_rows, tells_visits
from soesift.table.lexicon import is_mark
from soesift.table.records import title_row

# A grid in the making, with the page and the cells of each row.

_FIELDS = set(Cell.model_fields)


@dataclass(slots=True)
class Joined:
    """A grid in the making: rows of texts, the page of each row, cells, and pages that begin with the rest of a row."""

    header_rows: int
    grid: list[list[str]]
    pages: list[int | None]
    cells: list[Cell] = field(default_factory=list)
    rests: set[int | None] = field(default_factory=set)

    @property
    def width(self) -> int:
        return len(self.grid[0])

    def names(self) -> list[str]:
        return [letters(row[0])[:60] for row in self.grid[self.header_rows :]]


def keep_rows(joined: Joined, kept: list[int]) -> None:
    """Drop all other rows, in grid, pages and cells."""
    place = {row: new for new, row in enumerate(kept)}
    joined.grid = [joined.grid[row] for row in kept]
    joined.pages = [joined.pages[row] for row in kept]
    cells = []
    for cell in joined.cells:
        rows = [place[r] for r in range(cell.row, cell.row + cell.row_span) if r in place]
        if rows:
            cell.row, cell.row_span = rows[0], len(rows)
            cells.append(cell)
    joined.cells = cells


def packed(cells: list[Cell]) -> list[Cell]:
    """The same cells in half of their memory: which fields were given is one set for all, and equal texts and edges of
    boxes are one object each. A long document keeps hundreds of thousands of cells to its end."""
    one = dict[Any, Any]().setdefault
    made = []
    for cell in cells:
        box = None if cell.bbox is None else tuple([one(edge, edge) for edge in cell.bbox])
        given = vars(cell) | {"text": one(cell.text, cell.text), "bbox": box}
        made.append(Cell.model_construct(_fields_set=_FIELDS, **given))
    return made


def moved(cell: Cell, rows: int, columns: int) -> Cell:
    return cell.model_copy(update={"row": cell.row + rows, "column": cell.column + columns})


# How many header rows a table of several pages has: all its pages are asked at once.

SAME = 0.85  # likeness of two readings of one header text (OCR errs)
MOST_SAME = 0.7  # share of a row's texts that must be known for the row to be a reprint


def settle_header_rows(fragments: Sequence[Fragment], settings: HeaderSettings = SETTINGS) -> None:
    """Set the number of header rows of the first of some fragments that share their columns, in place."""
    first = fragments[0]
    votes = reprint_votes(fragments, settings)
    grid = without_markers(first.record.grid, first.cells)
    first.record.header_rows = count_header_rows(grid, first.shades, votes, settings)


def reprint_votes(fragments: Sequence[Fragment], settings: HeaderSettings = SETTINGS) -> list[float]:
    """For each leading row of the first fragment: from 1 (all pages that repeat a header repeat it) to -1 (none).

    Few pages tell less.
    """
    most, width = settings.most + 1, fragments[0].width
    first = fragments[0].record.grid[:most]
    found = [repeated_rows(first, f.record.grid[:most]) for f in fragments[1:] if f.width == width]
    voters = [rows for rows in found if rows]
    if not voters:
        return []
    trust = min(1.0, settings.one_page + settings.page_more * (len(voters) - 1))
    return [trust * (2 * sum(row in rows for rows in voters) / len(voters) - 1) for row in range(len(first))]


def repeated_rows(first: Sequence[Sequence[str]], later: Sequence[Sequence[str]]) -> set[int]:
    """Leading rows of `first` that `later` begins with as well; empty if it begins with something else."""
    rows: set[int] = set()
    at = missed = 0
    for texts in later:
        match = next((r for r in range(at, len(first)) if same_row(first[r], texts)), None)
        missed += match is None
        if missed > 1:  # one row may be misread
            break
        if match is not None:
            rows.add(match)
            at = match + 1
    told = [row for row in rows if len({letters(t) for t in first[row]} - {""}) >= 2]
    return rows if told else set()


def same_row(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two rows read the same, OCR's slips apart. Marks in both say nothing: many rows have them in places."""
    if list(map(letters, one)) == list(map(letters, two)):
        return any(map(letters, one))
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if letters(a) or letters(b)]
    told = [(a, b) for a, b in pairs if not (is_mark(a) and is_mark(b))]
    same = sum(like(a, b) for a, b in told)
    return len(pairs) >= 2 and same >= max(1, MOST_SAME * len(told))


def like(one: str, two: str) -> bool:
    """Whether two texts are one text read twice; short ones must be equal."""
    a, b = letters(one), letters(two)
    return a == b or (min(len(a), len(b)) > 4 and alike(one, two) >= SAME)


# Two blocks of a table as one grid: side by side, rows matched by name, or one under the other.


def below(joined: Joined, block: Joined) -> Joined:
    """A block with unlike columns and rows under the other, header kept."""
    width = max(joined.width, block.width)
    start = len(joined.grid)
    grid = [row + [""] * (width - len(row)) for row in [*joined.grid, *block.grid]]
    cells = [*joined.cells, *(moved(c, start, 0) for c in block.cells)]
    return Joined(joined.header_rows, grid, [*joined.pages, *block.pages], cells, joined.rests | block.rests)


def beside(left: Joined, right: Joined) -> Joined:
    """A tile: rows matched by name, the right block's data columns set behind the left's."""
    rows = matched_rows(left, right)
    labels = label_columns(left, right)
    wide, more = left.width, right.width - labels
    header = max(left.header_rows, right.header_rows)
    lift = header - left.header_rows
    grid: list[list[str]] = [[""] * (wide + more) for _ in range(lift)]
    pages: list[int | None] = [left.pages[0]] * lift
    for row, page in zip(left.grid, left.pages, strict=True):
        grid.append(row + [""] * more)
        pages.append(page)
    where: dict[int, int] = {k: header - right.header_rows + k for k in range(right.header_rows)}
    for k in range(right.header_rows, len(right.grid)):
        match = rows.get(k - right.header_rows)
        if match is None:
            where[k] = len(grid)
            grid.append([*right.grid[k][:labels], *[""] * (wide + more - labels)])
            pages.append(right.pages[k])
        else:
            where[k] = match + header
    for k, place in where.items():
        grid[place][wide:] = right.grid[k][labels:]
    cells = [moved(c, lift, 0) for c in left.cells]
    own = set(range(lift + len(left.grid), len(grid)))  # rows that only the tile has, with their names
    for cell in right.cells:
        rows_of = [where[k] for k in range(cell.row, cell.row + cell.row_span)]
        end = cell.column + cell.column_span
        named = [row for row in rows_of if row in own]
        cells += laid_cells(cell, named, cell.column, min(end, labels))
        start = max(cell.column, labels)
        cells += laid_cells(cell, rows_of, start + wide - labels, end + wide - labels)
    return Joined(header, grid, pages, cells, left.rests | right.rests)


def laid_cells(cell: Cell, rows: list[int], left: int, right: int) -> list[Cell]:
    """A cell on these rows and the columns from `left` to before `right`: one piece for each run of rows."""
    if left >= right:
        return []
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    return [
        cell.model_copy(update={"row": a, "row_span": b - a + 1, "column": left, "column_span": right - left})
        for a, b in zip(sorted(starts), sorted(ends), strict=True)
    ]


def label_columns(left: Joined, right: Joined) -> int:
    """Leading columns that a tile reprints: the row names, and columns of the same header and texts."""
    count, rows = 1, matched_rows(left, right)
    while count < min(left.width, right.width) - 1:
        heads = [letters("".join(row[count] for row in block.grid[: block.header_rows])) for block in (left, right)]
        same = all(
            right.grid[b + right.header_rows][count] == left.grid[a + left.header_rows][count] for b, a in rows.items()
        )
        if heads[0] != heads[1] or not heads[0] or not same:
            break
        count += 1
    return count


def matched_rows(left: Joined, right: Joined) -> dict[int, int]:
    """Body row of `right` -> body row of `left` with the same name, in order."""
    matcher = SequenceMatcher(None, left.names(), right.names(), autojunk=False)
    return {b.b + k: b.a + k for b in matcher.get_matching_blocks() for k in range(b.size)}


LEAST_TITLE = 12  # letters of a text over the width that names the table


def join_fragments(fragments: list[Fragment]) -> Joined:
    """Stack fragments with like columns, then set blocks of other columns (tiles) side by side."""
    fragments = [without_title(fragment) for fragment in fragments]
    blocks = [stack_block(block) for block in column_blocks(fragments)]
    joined = blocks[0]
    for block in blocks[1:]:
        put = beside if names_likeness(joined.names(), block.names()) >= 0.5 else below
        joined = put(joined, block)
    return joined


def without_title(fragment: Fragment) -> Fragment:
    """The fragment without leading rows in its frame that are its caption: one text over all columns."""
    grid, count = fragment.record.grid, 0
    while count < len(grid) - 1 and (text := title_row(grid[count:])) and names_table(text, fragment.record.caption):
        count += 1
    if not count or any(c.row < count < c.row + c.row_span for c in fragment.cells):
        return fragment
    heads = max(fragment.record.header_rows - count, 0)
    return replace(
        fragment,
        record=fragment.record.model_copy(update={"grid": grid[count:], "header_rows": heads}),
        cells=[replace(c, row=c.row - count) for c in fragment.cells if c.row >= count],
        rows=fragment.rows[count:],
        shades=fragment.shades[count:],
    )


def names_table(text: str, caption: str) -> bool:
    """Whether a text over the width is a caption, as "Table 3: ..." or the schedule's own name."""
    return is_caption(text) or (len(letters(text)) > LEAST_TITLE and letters(text) == letters(caption))


def column_blocks(fragments: list[Fragment]) -> list[list[Fragment]]:
    """Runs of fragments that share their columns; only a repeat of the same rows opens a new block."""
    blocks: list[list[Fragment]] = [[fragments[0]]]
    for fragment in fragments[1:]:
        home = next(
            (b for b in reversed(blocks) if same_columns(b[-1], fragment) and _header_fits(b[0], fragment)),
            None,
        )
        if home is not None:
            home.append(fragment)
        elif is_tile(blocks[-1], fragment):
            blocks.append([fragment])
        else:
            blocks[-1].append(fragment)
    return blocks


def _header_fits(first: Fragment, fragment: Fragment) -> bool:
    return not has_own_header(fragment) or header_likeness(first, fragment) >= 0.4


def stack_block(fragments: list[Fragment]) -> Joined:
    """Fragments below each other on the columns of the first; reprinted header rows are dropped."""
    fragments = [widened(fragment, fragments) for fragment in fragments]
    first = fragments[0]
    settle_header_rows(fragments)
    joined = Joined(
        first.record.header_rows,
        [list(r) for r in first.record.grid],
        [first.record.page] * len(first.record.grid),
    )
    joined.cells = fragment_cells(first, 0, 0, np.arange(first.width))
    for fragment in fragments[1:]:
        skip = repeated_header(joined, fragment)
        place = match_columns(first, fragment)
        cut, torn = cut_row(joined, fragment, skip), torn_row(joined, fragment, skip, place)
        append_strays(joined, fragment, skip, place)
        append(joined, fragment, skip, place)
        if cut or torn:
            joined.rests.add(fragment.record.page)
        if cut:
            close_row(joined, cut)
        elif torn:
            close_cells(joined, torn)
    return joined


LEAST_STRAY = 4  # letters of an activity that stands among rows of a reprinted header
LONG_TEXT = 15  # characters of a text that a page break may cut
SAME_SIDE = 0.006  # of the table's width: two sides of columns this close are one
CUT = 2  # rows more that a page may make of a header printed again
MISREAD = 1  # rows of a reprinted header that OCR may have made another
_OPEN = re.compile(r".*(?:[,/(&–-]|\b(?:and|or|of|for|with|including|the|to|by|in|on|at))", re.IGNORECASE)


def cut_row(joined: Joined, fragment: Fragment, skip: int) -> int:
    """The row of `joined` that the page break cut, if the next page begins with the rest of its name; else 0."""
    last, rows = len(joined.grid) - 1, fragment.record.grid
    if last < joined.header_rows or skip >= len(rows):
        return 0
    rest, name = rows[skip], joined.grid[last][0]
    bare = rest[0] and not any(rest[1:]) and not (rest[0] == name or rest[0].isdigit())
    goes_on = rest[0][:1].islower() or rest[0][:1] in "(&/+" or _OPEN.fullmatch(name) is not None
    held = any(joined.grid[last][1:]) and joined.grid[last][1] != name
    held = held and not any(c.column == 0 and c.row < last <= c.row + c.row_span - 1 for c in joined.cells)
    return last if bare and name and held and goes_on else 0


def torn_row(joined: Joined, fragment: Fragment, skip: int, place: NDArray[np.intp]) -> int:
    """The row of `joined` that the page break cut within its long texts (remarks, instructions), if the next page
    begins with a row without name or mark that only goes on with these; else 0."""
    last, rows = len(joined.grid) - 1, fragment.record.grid
    if last < joined.header_rows or skip >= len(rows):
        return 0
    rest, above = lay_row(rows[skip], place, joined.width), joined.grid[last]
    held = {column for column, text in enumerate(rest) if text}
    long = {column for column, text in enumerate(above) if column and len(text) >= LONG_TEXT and text != above[0]}
    spread = any(c.row < last < c.row + c.row_span for c in joined.cells)
    return last if held and held <= long and above[0] and not spread and not any(map(is_mark, rest)) else 0


def close_cells(joined: Joined, row: int) -> None:
    """Put the rest of texts, which stands in the row below, back to theirs."""
    rest = {c: text for c, text in enumerate(joined.grid[row + 1]) if text}
    cells = {c.column: c for c in joined.cells if c.row == row}
    more = {c.column: c for c in joined.cells if c.row == row + 1}
    for column, text in rest.items():
        joined.grid[row][column] = f"{joined.grid[row][column]} {text}"
        cell, other = cells.get(column), more.get(column)
        if cell is not None and other is not None:
            if cell.runs or other.runs:
                own, new = (c.runs or [Run(text=c.text, raised=False)] for c in (cell, other))
                cell.runs = [*own, Run(text=" ", raised=False), *new]
            cell.text = joined.grid[row][column]
            cell.markers = [*cell.markers, *(m for m in other.markers if m not in cell.markers)]
    keep_rows(joined, [r for r in range(len(joined.grid)) if r != row + 1])


def widened(fragment: Fragment, block: list[Fragment]) -> Fragment:
    """The fragment on all columns of the table, where its page shows fewer because no row there parts them: each of its
    sides is one of a page with more columns, both brought to one width."""
    most = max(f.width for f in block)
    if fragment.width == most:
        return fragment
    for other in block:
        if other.width == most and (sides := sides_in(fragment, other)) is not None:
            cells = [
                replace(
                    c, column=int(sides[c.column]), column_span=int(sides[c.column + c.column_span] - sides[c.column])
                )
                for c in fragment.cells
            ]
            grid = [
                [row[column] for column in np.repeat(np.arange(fragment.width), np.diff(sides))]
                for row in fragment.record.grid
            ]
            extent = np.ptp(fragment.columns) / np.ptp(other.columns)
            columns = fragment.columns[0] + (other.columns - other.columns[0]) * extent
            record = fragment.record.model_copy(update={"grid": grid})
            return replace(fragment, record=record, cells=cells, columns=columns.astype(fragment.columns.dtype))
    return fragment


def sides_in(fragment: Fragment, other: Fragment) -> NDArray[np.intp] | None:
    """For each side of the fragment's columns the side of the other's at its place; None if one has none."""
    one, two = ((f.columns - f.columns[0]) / max(1.0, float(np.ptp(f.columns))) for f in (fragment, other))
    distance = np.abs(one[:, None] - two[None, :])
    sides = distance.argmin(axis=1)
    fits = distance.min(axis=1).max() <= SAME_SIDE and (np.diff(sides) > 0).all()
    return np.asarray(sides, np.intp) if fits else None


def close_row(joined: Joined, row: int) -> None:
    """Put the rest of a name, which stands in the row below, back to it."""
    whole = f"{joined.grid[row][0]} {joined.grid[row + 1][0]}"
    joined.grid[row][0] = whole
    del joined.grid[row + 1], joined.pages[row + 1]
    kept: list[Cell] = []
    rest: Cell | None = None
    for cell in joined.cells:
        if cell.row == row + 1 and cell.row_span == 1:
            if cell.column == 0:
                rest = cell
            continue
        if cell.row > row:
            cell.row -= 1
        kept.append(cell)
    joined.cells = kept
    if rest is not None and (name := next((c for c in kept if c.column == 0 and c.row == row), None)) is not None:
        gap = [Run(text=" ", raised=False)] if name.runs or rest.runs else []
        own, more = (c.runs or [Run(text=c.text, raised=False)] for c in (name, rest))
        name.runs = [*own, *gap, *more] if gap else []
        name.text = f"{name.text} {rest.text}"
        name.markers = [*name.markers, *(m for m in rest.markers if m not in name.markers)]


def repeated_header(joined: Joined, fragment: Fragment) -> int:
    """How many leading rows of a fragment repeat the header; all header rows, or none."""
    header = joined.grid[: joined.header_rows]
    known = {plain_caption(" ".join(row)) for row in header} - {""}
    words = {letters(t) for row in header for t in row if not is_mark(t)} - {""}  # signs and marks name no column
    skip = missed = 0
    for place, row in enumerate(fragment.record.grid[: max(fragment.record.header_rows, joined.header_rows)], 1):
        texts = [letters(t) for t in row if t and not is_mark(t)]
        seen = sum(t in words for t in texts) / max(1, len(texts))
        again = bool(header) and len(row) == len(header[0]) and any(same_row(row, one) for one in header)
        again = again or (skip > 0 and any(like(row[0], one[0]) and letters(row[0]) for one in header))
        if (
            again
            or plain_caption(" ".join(row)) in known
            or (texts and seen >= 0.7)
            or (not any(row) and skip == place - 1 > 0)
        ):
            skip = place
        else:
            missed += 1
        if missed > MISREAD:
            break
    skip = same_rows_below(joined, fragment, skip)
    return skip + column_names_below(joined, fragment, skip)


def same_rows_below(joined: Joined, fragment: Fragment, skip: int) -> int:
    """`skip`, moved behind header rows that stand again, word for word, a few rows further down: a cell of the header
    that another page cuts in two makes rows between that none of them equals."""
    header = [list(map(letters, row)) for row in joined.grid[: joined.header_rows]]
    rows = fragment.record.grid
    for place in range(skip, min(joined.header_rows + CUT + 1, len(rows) - 1)):
        texts = list(map(letters, rows[place]))
        if texts in header and len(set(texts) - {""}) >= 2:
            skip = place + 1
    return skip


def column_names_below(joined: Joined, fragment: Fragment, skip: int) -> int:
    """1 where the row below a header reprinted in full is that of the first page again and holds no mark, as names of
    the label columns printed under the visits do; else 0."""
    rows = fragment.record.grid
    if not 0 < joined.header_rows <= skip < min(len(rows) - 1, len(joined.grid)):
        return 0
    row = rows[skip]
    texts = set(map(letters, row)) - {""}
    same = list(map(letters, row)) == list(map(letters, joined.grid[joined.header_rows]))
    return int(same and len(texts) >= 2 and not any(map(is_mark, row)))


def match_columns(first: Fragment, fragment: Fragment) -> NDArray[np.intp]:
    """For each column of `fragment`, the column of `first` that it lies under (by place)."""
    if fragment.width == first.width:
        return np.arange(fragment.width)
    shift = first.columns[0] - fragment.columns[0]
    left, right = fragment.columns[:-1] + shift, fragment.columns[1:] + shift
    overlap = np.minimum(right[:, None], first.columns[None, 1:]) - np.maximum(left[:, None], first.columns[None, :-1])
    return np.asarray(overlap.argmax(axis=1), np.intp)


def append_strays(joined: Joined, fragment: Fragment, skip: int, place: NDArray[np.intp]) -> None:
    """Keep rows of marks that a page prints between the rows of its reprinted header: an activity was moved there."""
    header = joined.grid[: joined.header_rows]
    known = {letters(text) for row in header for text in row}
    for number, row in enumerate(fragment.record.grid[:skip]):
        name, texts = row[0], [text for text in row[1:] if text]
        merged = any(c.row <= number < c.row + c.row_span and c.row_span > 1 for c in fragment.cells)
        named = len(letters(name)) >= LEAST_STRAY and letters(name) not in known and not tells_visits(name)
        marked = bool(texts) and all(is_mark(text) and letters(text) and not text.isdigit() for text in texts)
        if named and marked and not merged and not any(like(name, one[0]) for one in header):
            only = replace(fragment, cells=[c for c in fragment.cells if c.row == number])
            joined.cells += fragment_cells(only, number, len(joined.grid), place)
            joined.grid.append(lay_row(row, place, joined.width))
            joined.pages.append(fragment.record.page)


def append(joined: Joined, fragment: Fragment, skip: int, place: NDArray[np.intp]) -> None:
    start = len(joined.grid)
    for row in fragment.record.grid[skip:]:
        joined.grid.append(lay_row(row, place, joined.width))
        joined.pages.append(fragment.record.page)
    joined.cells += fragment_cells(fragment, skip, start, place)


def lay_row(row: list[str], place: NDArray[np.intp], width: int) -> list[str]:
    """A row on other columns; texts that meet in one column are joined, a repeated one is kept once."""
    out: list[list[str]] = [[] for _ in range(width)]
    for text, column in zip(row, place.tolist(), strict=True):
        if text and text not in out[column]:
            out[column].append(text)
    return [" ".join(texts) for texts in out]


def fragment_cells(fragment: Fragment, skip: int, start: int, place: NDArray[np.intp]) -> list[Cell]:
    """Cells of a fragment's rows from `skip` on, moved to joined row `start` and the joined columns."""
    cells = []
    for cell in fragment.cells:
        top = max(cell.row, skip)
        if top >= cell.row + cell.row_span:
            continue
        pieces = runs_of(cell.shown)
        text, markers = split_raised(pieces) if pieces else (cell.text, [])
        runs = [Run(text=piece, raised=raised) for piece, raised in pieces]
        left, right = int(place[cell.column]), int(place[cell.column + cell.column_span - 1])
        cells.append(
            Cell(
                row=top - skip + start,
                column=left,
                row_span=cell.row + cell.row_span - top,
                column_span=right - left + 1,
                text=text,
                markers=markers,
                runs=runs,
                states=list(cell.states),
                indent=round(cell.indent, 1),
                page=fragment.record.page,
                bbox=cell_box(fragment, cell.row, cell.column, cell.row_span, cell.column_span),
            )
        )
    return cells


def cell_box(fragment: Fragment, row: int, column: int, row_span: int, column_span: int) -> Box | None:
    """Box of a cell on the page as displayed."""
    if fragment.record.page is None or fragment.record.page_size is None:
        return None
    box = (
        float(fragment.columns[column]),
        float(fragment.rows[row]),
        float(fragment.columns[column + column_span]),
        float(fragment.rows[row + row_span]),
    )
    width, height = fragment.record.page_size
    x0, y0, x1, y1 = turn_box(box, width, height, fragment.turn)
    return round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)


# Activities first: where a column of categories or references is printed before them, it is set behind them.
#
# A reader of the grid (a person, an export, a scorer) takes the first column for the names of the rows. Only a header
# that says so moves a column; merged cells that would be torn are parted, each part with the text.

BELOW = 2  # rows under the header in which the label columns may have their names
MOST = 3  # label columns looked at
REPEATED = 0.4  # of the rows repeat the text above them in a column of categories
_ACTIVITY = re.compile(
    r"(?:(?:study|trial|protocol|required) )?(?:procedures?|activit(?:y|ies)|assessments?|evaluations?|events?|tests?|"
    r"examinations?|investigations?|measurements?)(?: (?:name|description))?[\W\d]*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r".*\b(?:categor(?:y|ies)|group|class|domain|reference|(?:protocol|study) section|section)\b.*|"
    r"(?:item|row|line)?\s*(?:no\.?|number|#)|section|ref\.?",
    re.IGNORECASE,
)


def activities_first(joined: Joined) -> int:
    """Set the column of activities first, in grid and cells; returns how many columns were printed before it."""
    at = activity_column(joined)
    if at:
        order = [at, *range(at), *range(at + 1, joined.width)]
        joined.grid = [[row[column] for column in order] for row in joined.grid]
        place = {column: new for new, column in enumerate(order)}
        joined.cells = [part for cell in joined.cells for part in _moved(cell, place)]
    return at


def activity_column(joined: Joined) -> int:
    """The column under "Procedure" or the like, if all before it stand under "Category" or the like, or hold texts
    that reach over several rows with names of their own; else 0."""
    for row in joined.grid[: joined.header_rows + BELOW]:
        for at in range(1, min(MOST, joined.width - 1)):
            named = _ACTIVITY.fullmatch(row[at].strip()) is not None
            if named and all(
                _BEFORE.fullmatch(" ".join(t.split())) or _groups(joined, k, at) for k, t in enumerate(row[:at])
            ):
                return at
    return 0


def _groups(joined: Joined, column: int, names: int) -> bool:
    """Whether the texts of a column are repeated from row to row, as merged cells are, but those of `names` differ."""
    body = [row for row in joined.grid[joined.header_rows :] if row[names] != row[column]]
    same = sum(a[column] == b[column] != "" and a[names] != b[names] for a, b in pairwise(body))
    return same >= max(REPEATED * len(body), 2)


def _moved(cell: Cell, place: dict[int, int]) -> list[Cell]:
    """A cell on the new columns, in parts where it covers some of the moved ones and not all."""
    columns = [place[c] for c in range(cell.column, cell.column + cell.column_span)]
    whole = max(columns) - min(columns) + 1 == len(columns)
    runs = [(min(columns), len(columns))] if whole else [(column, 1) for column in sorted(columns)]
    return [cell.model_copy(update={"column": column, "column_span": span}) for column, span in runs]
