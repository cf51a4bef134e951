"""How far the names of activities are set in: what lies deeper than a heading is under it, and where that ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from soesift.join.stack import Joined


@dataclass(frozen=True, slots=True)
class IndentSettings:
    """step: points by which a name must begin further right than another to be under it (3 to 6: print is set in by 6
    and more, and lines of scanned pages vary by 2).
    deepest: points; what begins further right is set in the middle, not in (40 to 90).
    """

    step: float = 4.0
    deepest: float = 60.0


INDENTS = IndentSettings()


def settle_indents(joined: Joined, borderless: bool = False, settings: IndentSettings = INDENTS) -> None:
    """Make the indents of a joined table those of its names, counted from the leftmost one; 0 for all other cells.

    `borderless`: the left edge is that of the print, so on a page whose names all begin alike nothing is told by it;
    they go on as the last name of the page before.
    """
    body = [c for c in joined.cells if c.row >= joined.header_rows and c.column == 0 and c.text]
    names = sorted((c for c in body if 0 <= c.indent <= settings.deepest), key=lambda c: c.row)
    least = min((c.indent for c in names), default=0.0)
    kept = {id(cell) for cell in names}
    for cell in joined.cells:
        cell.indent = cell.indent if id(cell) in kept else 0.0
    before = 0.0
    for _, found in groupby(names, lambda c: c.page):
        page = list(found)
        alike = max(c.indent for c in page) - min(c.indent for c in page) < settings.step
        first = page[0] is names[0]
        for cell in page:
            deeper = before if borderless and alike and not first else cell.indent - least
            cell.indent = round(deeper, 1) if deeper >= settings.step else 0.0
        before = page[-1].indent
