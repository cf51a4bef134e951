"""Tables of two columns that only set footnotes, a marker beside each text: lines of text, a row each."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from soesift.document.raised import UP
from soesift.document.titles import is_head_of_notes
from soesift.document.words import Words
from soesift.table.context import TextLine
from soesift.table.fill_text import words_by_cell
from soesift.table.grid import FoundTable, GridCell

NOTE_SHARE = 0.2  # of the table's width that a column of markers takes at most
NOTE_LENGTH = 20  # characters of a note, on average
_MARKER = re.compile(r"[\[(]?(?:[a-z]{1,2}|[A-Z]|[ivx]{1,5}|\d{1,2}|[*†‡§¶#]{1,4})[\])]?\s?[.:=–-]?")


def holds_notes(table: FoundTable) -> bool:
    """Whether a table of two columns only sets footnotes: a marker in each row, a text beside it, and no header but one
    that names them ("Note", "Description")."""
    if table.shape[1] != 2 or table.columns[1] - table.columns[0] > NOTE_SHARE * (table.columns[2] - table.columns[0]):
        return False
    return bool(rows_of_notes(table.texts()))


def rows_of_notes(texts: Sequence[Sequence[str]]) -> list[int]:
    """The rows of a table of two columns that set notes; empty where one does not, but for a head over them."""
    if any(len(row) != 2 for row in texts):
        return []
    rows = list(range(len(texts)))
    if len(texts) > 2 and is_head_of_notes(" ".join(texts[0])):
        del rows[0]
    markers = [texts[row][0] for row in rows]
    long = sum(len(texts[row][1]) for row in rows) >= NOTE_LENGTH * len(rows)
    single = len(set(markers)) == len(rows) and all(_MARKER.fullmatch(marker) for marker in markers)
    return rows if long and single else []


def note_lines(table: FoundTable, words: Words) -> list[TextLine]:
    """A line for each row, its marker first, wherever that stands beside the lines of the text."""
    inside, _ = words_by_cell(table, words)
    size = float(np.median(words.size[inside])) if len(inside) else 0.0
    lines = []
    for row in range(table.shape[0]):
        pair = sorted((c for c in table.cells if c.row == row), key=lambda c: c.column)
        text, shown = (" ".join(filter(None, parts)) for parts in zip(*map(_printed, pair), strict=True))
        top, bottom = float(table.rows[row]), float(table.rows[row + 1])
        left, indent = float(table.columns[0]), float(table.columns[1])
        lines.append(TextLine(text, top, bottom, size, shown if UP in shown else "", left, indent))
    return lines


def _printed(cell: GridCell) -> tuple[str, str]:
    return cell.text, cell.shown or cell.text
