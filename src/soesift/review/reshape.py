"""Tables joined and split on their grids alone, without the document."""

from __future__ import annotations

from collections.abc import Sequence

from soesift.join.joined import Joined, keep_rows
from soesift.join.likeness import letters, names_likeness
from soesift.join.tiles import below, beside, label_columns
from soesift.result.models import Footnote, Fragment, SoeTable, VisitSaid

ALIKE = 0.5  # share of row names that two tiles of one table have in common, as in joining


def join_tables(tables: Sequence[SoeTable]) -> SoeTable:
    """One table under the id and type of the first: tiles of the same rows side by side, else below each other.

    A header that is printed again is kept once; footnotes once each.
    """
    first = tables[0]
    joined, said = _as_joined(first), list(first.visits_said)
    for table in tables[1:]:
        block = _as_joined(table)
        said += _said(table, joined, block)
        joined = _with(joined, block)
    notes: dict[tuple[str, str], Footnote] = {}
    for table in tables:
        for note in table.footnotes:
            notes.setdefault((note.marker, note.text), note)
    rowed = {page for table in tables for page in table.pages}
    return _laid(first, joined).model_copy(
        update={
            "title": next((t.title for t in tables if t.title), ""),
            "probability": max(t.probability for t in tables),
            "pages": sorted(rowed),
            "footnote_pages": sorted({page for t in tables for page in t.footnote_pages} - rowed),
            "fragments": [f for t in tables for f in t.fragments],
            "footnotes": list(notes.values()),
            "visits_said": said,
            "flags": list(dict.fromkeys(flag for t in tables for flag in t.flags)),
            "evidence": list(dict.fromkeys(line for t in tables for line in t.evidence)),
        }
    )


def split_table(table: SoeTable, row: int, second_id: str) -> tuple[SoeTable, SoeTable]:
    """Rows before `row`, and header plus rows from `row` on; both keep all footnotes.

    Raises ValueError unless a body row is left on both sides.
    """
    head = table.header_rows
    if not head < row < len(table.grid):
        raise ValueError(f"row {row} leaves no row on one side: choose from {head + 1} to {len(table.grid) - 1}")
    upper, lower = _as_joined(table), _as_joined(table)
    keep_rows(upper, list(range(row)))
    keep_rows(lower, [*range(head), *range(row, len(table.grid))])
    body = lower.pages[head:]
    lower.pages = [body[0]] * head + body
    parts = []
    for joined, name in ((upper, table.id), (lower, second_id)):
        pages = {page for page in joined.pages[head:] if page is not None}
        update = {
            "id": name,
            "pages": sorted(pages) or table.pages,
            "fragments": _fragments(table.fragments, pages),
            "footnote_pages": [page for page in table.footnote_pages if page not in pages],
        }
        parts.append(_laid(table, joined).model_copy(update=update))
    return parts[0], parts[1]


def _as_joined(table: SoeTable) -> Joined:
    width = max(map(len, table.grid), default=0)
    grid = [[*row, *[""] * (width - len(row))] for row in table.grid]
    pages = [*table.row_pages, *[None] * len(grid)][: len(grid)]
    cells = [cell.model_copy() for cell in table.cells if cell.row < len(grid)]
    return Joined(min(table.header_rows, len(grid)), grid, pages, cells)


def _beside(joined: Joined, block: Joined) -> bool:
    return names_likeness(joined.names(), block.names()) >= ALIKE


def _said(table: SoeTable, joined: Joined, block: Joined) -> list[VisitSaid]:
    """What people said of the columns of a table that goes beside or below, at the places that these then have."""
    if not joined.grid or not block.grid or not _beside(joined, block):
        return table.visits_said
    step = joined.width - label_columns(joined, block)
    return [
        one.model_copy(update={"column": one.column + step}) if one.column >= 0 else one for one in table.visits_said
    ]


def _with(joined: Joined, block: Joined) -> Joined:
    if not block.grid or not joined.grid:
        return block if not joined.grid else joined
    if _beside(joined, block):
        return beside(joined, block)
    head = {tuple(map(letters, row)) for row in joined.grid[: joined.header_rows]}
    kept = [r for r, row in enumerate(block.grid) if r >= block.header_rows or tuple(map(letters, row)) not in head]
    keep_rows(block, kept)
    return below(joined, block)


def _laid(table: SoeTable, joined: Joined) -> SoeTable:
    update = {"header_rows": joined.header_rows, "grid": joined.grid, "row_pages": joined.pages, "cells": joined.cells}
    return table.model_copy(update=update)


def _fragments(fragments: list[Fragment], pages: set[int]) -> list[Fragment]:
    """Those on the pages; all where none is (a document without pages)."""
    return [f for f in fragments if f.page in pages] or fragments
