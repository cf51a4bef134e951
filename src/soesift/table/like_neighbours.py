"""Figures that a reader of pictures took for letters ("wo" among W2, W4, W6), put right by the cells of their row."""

from __future__ import annotations

import re
from collections import Counter

from soesift.table.grid import FoundTable, GridCell

LETTERS = 5  # of a word that is put right by one that its row repeats
OTHERS = 3  # cells of the row of one pattern, by which another is put right
_FIGURES = str.maketrans("OoQlI|!SsBZz", "000111155822")
_NUMBER = re.compile(r"\d+")


def mend_figures(table: FoundTable) -> None:
    """Give cells of a row that has a pattern of letters and figures ("W#", "Day #") that pattern, where only signs that
    look like figures stand in the way."""
    for row in range(table.shape[0]):
        _mend_letters(
            [cell for cell in table.cells if cell.row == row and cell.column and cell.text and not cell.shown]
        )
        cells = [cell for cell in table.cells if cell.row == row and cell.column and cell.text and not cell.shown]
        patterns = Counter(_NUMBER.sub("#", cell.text) for cell in cells)
        usual = [p for p, count in patterns.items() if "#" in p and any(map(str.isalpha, p)) and count >= OTHERS]
        for cell in cells:
            if _NUMBER.sub("#", cell.text) not in usual:
                cell.text = next((said for p in usual if (said := as_pattern(cell.text, p))), cell.text)


def _mend_letters(cells: list[GridCell]) -> None:
    """Give cells the text that others of their row have often, where they differ in one letter ("Clinie": "Clinic")."""
    counts = Counter(cell.text for cell in cells)
    usual = [text for text, count in counts.items() if count >= OTHERS and len(text) >= LETTERS and text.isalpha()]
    for cell in cells:
        if cell.text.isalpha():
            often = [text for text in usual if counts[text] >= 2 * counts[cell.text]]
            cell.text = next((text for text in often if _differ(cell.text, text) == 1), cell.text)


def _differ(one: str, two: str) -> int:
    """In how many places two texts of one length differ; other lengths: in all."""
    return sum(a != b for a, b in zip(one, two, strict=True)) if len(one) == len(two) else len(one)


def as_pattern(text: str, pattern: str) -> str:
    """`text` with letters in the figures' places of a pattern read as figures; empty if it does not fit.

    The letters of the pattern must be there, large or small.
    """
    parts = [re.escape(part) for part in pattern.split("#")]
    match = re.fullmatch(r"([\dOoQlI|!SsBZz]{1,3})".join(parts), text, re.IGNORECASE)
    if match is None:
        return ""
    figures = [group.translate(_FIGURES) for group in match.groups()]
    pieces = pattern.split("#")
    said = pieces[0] + "".join(figure + piece for figure, piece in zip(figures, pieces[1:], strict=True))
    return said if all(map(str.isdigit, figures)) else ""
