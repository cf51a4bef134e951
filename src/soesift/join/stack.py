"""From the fragments of one logical table to one grid: headers once, columns matched, tiles side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from soesift.join.fragment import Fragment
from soesift.join.likeness import header_likeness, letters, names_likeness, plain_caption, same_columns
from soesift.join.pairs import has_own_header, is_tile
from soesift.result.models import Footnote
from soesift.table.grid import Box
from soesift.table.orient import turn_box

NOTE = 140  # characters from which a row of one merged text is a note


@dataclass(slots=True)
class JoinedCell:
    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    page: int | None
    bbox: Box | None


@dataclass(slots=True)
class Joined:
    """A grid in the making: rows of texts, the page of each row, and its cells."""

    header_rows: int
    grid: list[list[str]]
    pages: list[int | None]
    cells: list[JoinedCell] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.grid[0])

    def names(self) -> list[str]:
        return [letters(row[0])[:60] for row in self.grid[self.header_rows :]]


def join_fragments(fragments: list[Fragment]) -> Joined:
    """Stack fragments with like columns, then set blocks of other columns (tiles) side by side."""
    blocks = [stack_block(block) for block in column_blocks(fragments)]
    joined = blocks[0]
    for block in blocks[1:]:
        if names_likeness(joined.names(), block.names()) >= 0.5:
            joined = beside(joined, block)
        else:
            joined = below(joined, block, list(range(min(joined.width, block.width))))
    return joined


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
    first = fragments[0]
    joined = Joined(
        first.record.header_rows,
        [list(r) for r in first.record.grid],
        [first.record.page] * len(first.record.grid),
    )
    joined.cells = fragment_cells(first, 0, 0, np.arange(first.width))
    for fragment in fragments[1:]:
        skip = repeated_header(joined, fragment)
        place = match_columns(first, fragment)
        append(joined, fragment, skip, place)
    return joined


def repeated_header(joined: Joined, fragment: Fragment) -> int:
    """How many leading rows of a fragment repeat the header; all header rows, or none."""
    header = joined.grid[: joined.header_rows]
    known = {plain_caption(" ".join(row)) for row in header} - {""}
    words = {letters(t) for row in header for t in row} - {""}  # signs alone name no column
    skip = 0
    for row in fragment.record.grid[: max(fragment.record.header_rows, joined.header_rows)]:
        texts = [letters(t) for t in row if t]
        seen = sum(t in words for t in texts) / max(1, len(texts))
        if plain_caption(" ".join(row)) in known or (texts and seen >= 0.7) or (not texts and skip):
            skip += 1
        else:
            break
    return skip


def match_columns(first: Fragment, fragment: Fragment) -> NDArray[np.intp]:
    """For each column of `fragment`, the column of `first` that it lies under (by place)."""
    if fragment.width == first.width:
        return np.arange(fragment.width)
    shift = first.columns[0] - fragment.columns[0]
    left, right = fragment.columns[:-1] + shift, fragment.columns[1:] + shift
    overlap = np.minimum(right[:, None], first.columns[None, 1:]) - np.maximum(left[:, None], first.columns[None, :-1])
    return np.asarray(overlap.argmax(axis=1), np.intp)


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


def fragment_cells(fragment: Fragment, skip: int, start: int, place: NDArray[np.intp]) -> list[JoinedCell]:
    """Cells of a fragment's rows from `skip` on, moved to joined row `start` and the joined columns."""
    cells = []
    for cell in fragment.cells:
        top = max(cell.row, skip)
        if top >= cell.row + cell.row_span:
            continue
        left, right = int(place[cell.column]), int(place[cell.column + cell.column_span - 1])
        cells.append(
            JoinedCell(
                top - skip + start,
                left,
                cell.row + cell.row_span - top,
                right - left + 1,
                cell.text,
                fragment.record.page,
                cell_box(fragment, cell.row, cell.column, cell.row_span, cell.column_span),
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


def take_note_rows(joined: Joined) -> list[Footnote]:
    """Remove long texts that span the whole width, as notes inside the frame do, and return them as notes."""
    notes, kept = [], []
    for row, texts in enumerate(joined.grid):
        long = row >= joined.header_rows and len(texts) > 2 and len(set(texts)) == 1 and len(texts[0]) > NOTE
        if long:
            notes.append(Footnote(marker="", text=texts[0], page=joined.pages[row]))
        else:
            kept.append(row)
    if notes and len(kept) > joined.header_rows:
        keep_rows(joined, kept)
        return notes
    return []


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


def below(joined: Joined, block: Joined, place: list[int]) -> Joined:
    """A block with unlike columns and rows under the other, header kept."""
    width = max(joined.width, block.width)
    start = len(joined.grid)
    grid = [row + [""] * (width - len(row)) for row in [*joined.grid, *block.grid]]
    cells = [*joined.cells, *(_moved(c, start, 0) for c in block.cells)]
    return Joined(joined.header_rows, grid, [*joined.pages, *block.pages], cells)


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
    cells = [_moved(c, lift, 0) for c in left.cells]
    own = set(range(lift + len(left.grid), len(grid)))  # rows that only the tile has, with their names
    for cell in right.cells:
        rows_of = [where[k] for k in range(cell.row, cell.row + cell.row_span)]
        end = cell.column + cell.column_span
        named = [row for row in rows_of if row in own]
        cells += laid_cells(cell, named, cell.column, min(end, labels))
        start = max(cell.column, labels)
        cells += laid_cells(cell, rows_of, start + wide - labels, end + wide - labels)
    return Joined(header, grid, pages, cells)


def laid_cells(cell: JoinedCell, rows: list[int], left: int, right: int) -> list[JoinedCell]:
    """A cell on these rows and the columns from `left` to before `right`: one piece for each run of rows."""
    if left >= right:
        return []
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    return [
        replace(cell, row=a, row_span=b - a + 1, column=left, column_span=right - left)
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


def _moved(cell: JoinedCell, rows: int, columns: int) -> JoinedCell:
    return JoinedCell(
        cell.row + rows,
        cell.column + columns,
        cell.row_span,
        cell.column_span,
        cell.text,
        cell.page,
        cell.bbox,
    )
