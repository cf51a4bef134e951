"""Footnote markers of cells: raised ones as printed, others guessed from the text where a note bears them."""

from __future__ import annotations

import re
from dataclasses import replace

from soesift.document.raised import split_raised
from soesift.join.fragment import Fragment
from soesift.join.stack import Joined
from soesift.result.models import Cell, Footnote
from soesift.schedule.cell_meaning import split_markers, words_in
from soesift.table.grid import without_markers

_MARK_TAIL = re.compile(r"([Xx✓✔√●•■◆○▪☑☒✗])\s?[\[(]?([a-z0-9*†‡§¶#](?:[,\s]*[a-z0-9*†‡§¶#])*)[\])]?")
_COLUMN_TAIL = re.compile(  # "Every 6 monthsf,g", "Follow-Upa", "29a": no such words exist; d, h, m, w, y are units
    r"(.*(?:weeks?|days?|months?|years?|visits?|cycles?|screening|baseline|follow[- ]?up|phase|period|treatment|study))"
    r"([a-rt-z](?:,\s?[a-z])*)|(.*\d)([a-ce-gi-ln-vxz](?:,[a-z])*)",
    re.IGNORECASE,
)
_SIGN_TAIL = re.compile(r"(?<=\S)\s?([*†‡§¶#‖∫]{1,6}(?:(?:,\s?|\s)[*†‡§¶#‖∫]{1,6}){0,8})(?=$|\s|[(\[:])")
ALWAYS = frozenset("†‡§¶‖")  # behind a word they call a note, whether or not it was found
_BRACKETED = re.compile(
    r"(?:\s?,?\s?\[(?:[a-z]{1,2}|\d{1,2})(?:,\s?(?:[a-z]{1,2}|\d{1,2}))*\])+"
)  # with a note, no guess
_UNIT_TAIL = re.compile(r"\d\s+[hdmswyg]$")  # "pre-dose, 2 h"
LONGEST_POINT = 24  # characters of a header cell whose last letter may be a marker


def without_raised(fragment: Fragment) -> Fragment:
    """The fragment with a grid that is free of raised markers; models judge it as printed, joining compares it so."""
    grid = without_markers(fragment.record.grid, fragment.cells)
    if grid is fragment.record.grid:
        return fragment
    return replace(fragment, record=fragment.record.model_copy(update={"grid": grid}))


def used_markers(joined: Joined) -> frozenset[str]:
    """Markers that are printed raised in the cells of a table."""
    return frozenset(marker for cell in joined.cells for marker in cell.markers)


def short_texts(joined: Joined, longest: int = 2) -> frozenset[str]:
    """Texts of a few characters in body cells: X, S, P, which a legend may explain."""
    body = joined.grid[joined.header_rows :]
    return frozenset(text for row in body for text in row[1:] if 0 < len(text) <= longest)


def read_markers(joined: Joined, notes: list[Footnote]) -> None:
    """Give the cells of a joined table their markers, and the grid their texts without them.

    Raised runs are read once more with the notes known ("12" is one marker or two). A marker of the text's own size
    ("Xa") is taken only where a note bears it and none of that name is printed raised in this table; it is a guess,
    unless it stands in square brackets.
    """
    known = frozenset(note.marker for note in notes if note.marker)
    raised: set[str] = set()
    for cell in joined.cells:
        if cell.runs:
            text, markers = split_raised([(run.text, run.raised) for run in cell.runs], known)
            _give(joined, cell, text, markers)
            raised.update(markers)
    open_ = known - raised
    words = words_in([text for row in joined.grid for text in row] + [note.text for note in notes])
    signs = frozenset(marker for marker in open_ if not any(map(str.isalnum, marker)))
    for cell in joined.cells:
        text, found = part_signs(cell.text, signs)
        if found:
            _give(joined, cell, text, [*cell.markers, *(m for m in found if m not in cell.markers)])
    for cell in joined.cells:
        if cell.text and not cell.markers and not cell.runs:
            guess = guess_column if cell.row < joined.header_rows else guess_markers
            text, markers = guess(cell.text, known, open_, words)
            if markers:
                cell.marker_guess = not _BRACKETED.fullmatch(cell.text.removeprefix(text))
                _give(joined, cell, text, markers)


def guess_markers(
    text: str, known: frozenset[str], open_: frozenset[str], words: frozenset[str]
) -> tuple[str, list[str]]:
    """Text and markers of a body cell. What stands right behind a mark is one, whether or not others are raised."""
    tail = _MARK_TAIL.fullmatch(text)
    if tail is not None:
        found = re.findall(r"[a-z0-9]+|[^\s,\w]+", tail[2])
        glued = text[1:2].strip() != ""
        if all(marker in known or (glued and marker.isalpha()) for marker in found):
            return tail[1], found
    return split_markers(text, open_, words) if open_ and not _UNIT_TAIL.search(text) else (text, [])


def part_signs(text: str, signs: frozenset[str]) -> tuple[str, list[str]]:
    """Text and markers of a cell with signs of notes (†, **) in print of its own size: behind a word, at the end or
    before a space or bracket. Nothing else is written so, and it is no guess: daggers and the like need no note of
    theirs, stars do."""
    found: list[str] = []

    def take(hit: re.Match[str]) -> str:
        parts = [run.group() for run in re.finditer(r"(.)\1*", hit[1].replace(",", "").replace(" ", ""))]
        if not all(part in signs or part[0] in ALWAYS for part in parts) or (
            hit.group()[0].isspace() and hit.end() < len(text)
        ):
            return hit.group()
        found.extend(part for part in parts if part not in found)
        return ""

    return _SIGN_TAIL.sub(take, text).strip() if text else text, found


def guess_column(
    text: str, known: frozenset[str], open_: frozenset[str], words: frozenset[str]
) -> tuple[str, list[str]]:
    """Text and markers of a header cell; figures there count visits and days, and are never guessed to be markers."""
    letters = frozenset(marker for marker in open_ if not marker.isdigit())
    base, markers = split_markers(text, letters, words) if letters else (text, [])
    if markers or not letters:
        return base, markers
    tail = _COLUMN_TAIL.fullmatch(text) if len(text) <= LONGEST_POINT else None
    if tail is not None:
        base, ending = (tail[1], tail[2]) if tail[1] else (tail[3], tail[4])
        found = re.findall(r"[a-z]", ending)
        if found and ending.islower() and all(marker in letters for marker in found):
            return base, found
    return text, []


def _give(joined: Joined, cell: Cell, text: str, markers: list[str]) -> None:
    """Set text and markers of a cell, and the text in the positions of the grid that it covers."""
    if text != cell.text:
        for row in joined.grid[cell.row : cell.row + cell.row_span]:
            for column in range(cell.column, cell.column + cell.column_span):
                row[column] = text if row[column] == cell.text else row[column].replace(cell.text, text, 1)
    cell.text, cell.markers = text, markers
