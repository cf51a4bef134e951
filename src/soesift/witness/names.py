"""Names of rows by the lines in which they are printed: two read as one, one as two, and words cut in narrow cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Box, text_of
from soesift.document.scan_text import known_words
from soesift.result.models import Cell, PlacedDoubt, SoeTable
from soesift.witness.conserved import NOWHERE, Print
from soesift.witness.settings import WitnessSettings

Lines = list[NDArray[np.intp]]  # the characters of each, by their place on the page
LINE = 3.5  # points between the middles of two lines; raised characters stand nearer to their own
_LETTERS = re.compile(r"[^\W\d_]+")


def name_doubts(table: SoeTable, prints: Mapping[int, Print], settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Doubts about names whose lines may be those of two rows, about rows that may be the rest of one, and about words
    that a narrow cell may have cut.

    prints: of pages with a text layer, by number.
    """
    yield from _fused_names(table, prints, settings)
    yield from _cut_words(table, prints, settings)


def _fused_names(table: SoeTable, prints: Mapping[int, Print], settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Names of several lines that are as far apart as those of two rows, in a table whose rows no rule parts."""
    upright = {part.page for part in table.fragments if not part.rotation}
    names = [c for c in table.cells if c.column == 0 and c.row >= table.header_rows and c.page in prints and c.bbox]
    names = [c for c in sorted(names, key=lambda c: c.row) if c.page in upright] if "borderless" in table.flags else []
    lines = [_lines_of(prints[cell.page or 0], cell.bbox or NOWHERE) for cell in names]
    heights = [
        [float(np.median(prints[cell.page or 0].middles[line, 1])) for line in found]
        for cell, found in zip(names, lines, strict=True)
    ]
    pairs = [
        (one, two, below[0] - above[-1])
        for (one, above), (two, below) in pairwise(zip(names, heights, strict=True))
        if above and below and one.page == two.page
    ]
    yield from _early_breaks(names, lines, prints, settings)
    if len(pairs) < settings.steps:
        return
    pitch = settings.row_step * float(np.quantile([step for *_, step in pairs], settings.nearest_rows))
    for cell, found in zip(names, heights, strict=True):
        if any(below - above >= pitch for above, below in pairwise(found)):
            why = "The lines of this name are as far apart as rows are: two rows may have been read as one."
            yield PlacedDoubt(kind="row", why=why, place="row", row=cell.row)
    yield from _cut_names(table, pairs, settings)


def _early_breaks(
    names: Sequence[Cell], lines: Sequence[Lines], prints: Mapping[int, Print], settings: WitnessSettings
) -> Iterator[PlacedDoubt]:
    """Names in which a line ends although the next word had room there: no name is wrapped so. lines: of each name."""
    ends = [
        float(prints[cell.page or 0].middles[line, 0].max())
        for cell, found in zip(names, lines, strict=True)
        for line in found
    ]
    edge = max(ends, default=0.0)
    for cell, found in zip(names, lines, strict=True):
        print_ = prints[cell.page or 0]
        for line, after in pairwise(found):
            x, word = print_.middles[line, 0], after[print_.words[after] == print_.words[after[0]]]
            step = float(np.ptp(x)) / max(1, len(line) - 1)
            needed = float(np.ptp(print_.middles[word, 0])) + settings.blanks * step
            if len(line) >= settings.cut and float(x.max()) + needed < edge:
                why = "A line of this name ends although the next word had room: two rows may have been read as one."
                yield PlacedDoubt(kind="row", why=why, place="row", row=cell.row)
                break


def _cut_names(
    table: SoeTable, pairs: Sequence[tuple[Cell, Cell, float]], settings: WitnessSettings
) -> Iterator[PlacedDoubt]:
    """Names with nothing beside them that stand as near to the row above as rows with marks do: they may be headings
    or the rest of a name. Capitals, and names below that are set in, tell headings.

    pairs: names of neighbouring rows, and how far apart their lines are.
    """
    held = {row for row, texts in enumerate(table.grid) if any(texts[1:])}
    sure = [step for one, two, step in pairs if {one.row, two.row} <= held]
    if len(sure) < settings.steps:
        return
    least = settings.near_rows * min(sure)
    indents = {two.row: two.indent for _, two, _ in pairs}
    for one, two, step in pairs:
        below = indents.get(two.row + 1, 0.0) - indents[two.row]
        heading = two.text.isupper() or below > settings.set_in
        if step < least and one.row in held and two.row not in held and not heading:
            why = "This stands as near to the row above as other rows do: it may be the rest of its name."
            for row in (one.row, two.row):
                yield PlacedDoubt(kind="row", why=why, place="row", row=row)


def _cut_words(table: SoeTable, prints: Mapping[int, Print], settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """Names in which a line holds one word alone that fills its cell, and the next goes on in small letters, where
    neither is a known word: a narrow cell may have cut a word."""
    upright = {part.page for part in table.fragments if not part.rotation}
    counts = Counter(word for cell in table.cells for word in _LETTERS.findall(cell.text.lower()))
    for cell in table.cells:
        if cell.page in prints and cell.page in upright and cell.bbox and cell.row >= table.header_rows:
            for head, tail in _parted_lines(prints[cell.page or 0], cell.bbox, settings):
                parts = {head.lower(), tail}
                whole = bool(parts & known_words()) or min(counts[part] for part in parts) > 1
                if not whole and f"{head} {tail}" in cell.text:
                    why = f"“{head} {tail}” may be one word, which a narrow cell cut."
                    yield PlacedDoubt(kind="text", why=why, place="cell", row=cell.row, column=cell.column)


def _parted_lines(print_: Print, box: Box, settings: WitnessSettings) -> Iterator[tuple[str, str]]:
    """The last letters of each line of a cell that is one word and leaves no room for a letter more, and the small ones
    with which the next line begins."""
    for line, after in pairwise(_lines_of(print_, box)):
        x = print_.middles[line, 0]
        if len(line) < settings.cut or len(np.unique(print_.words[line])) > 1 or (steps := np.diff(x)).min() <= 0:
            continue
        left, right = float(x[0] - box[0]), float(box[2] - x[-1])
        first = print_.words[after] == print_.words[after[0]]
        head, tail = (re.sub(r"[\W\d_]+$", "", text_of(print_.codes[some])) for some in (line, after[first]))
        filled = right - left < settings.room * float(np.median(steps)) and left < settings.padding
        head = _LETTERS.findall(head)[-1] if _LETTERS.search(head) else ""
        if filled and len(head) >= settings.cut and len(tail) > 1 and tail.isalpha() and tail.islower():
            yield head, tail


def _lines_of(print_: Print, box: Box) -> Lines:
    """The characters of each line in a box, from the top, in the file's order."""
    own = np.flatnonzero(print_.within(box))
    order = own[np.argsort(print_.middles[own, 1], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(print_.middles[order, 1]) > LINE) + 1) if len(own) else []
    return [np.sort(part) for part in parts]
