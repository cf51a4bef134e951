"""Notes that stand apart from their table: above it, on the page before, or pages behind it under a heading.

They are looked for only where most markers of the cells are still open. What opens with at least half of these, in
turn, and stands between the table's title and the table, or under a line that says "notes", is the table's list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from soesift.document.title_page import is_head_of_notes
from soesift.join.footnotes import goes_on, markers_of_page, read_footnotes
from soesift.join.fragment import Fragment
from soesift.join.note_series import ENDED, Expected, successors
from soesift.join.stack import Joined
from soesift.result.models import Footnote
from soesift.table.context import TextLine

_BEHIND = re.compile(r"[\w)]([*†‡§¶]{1,3})$")  # searched in the end of a text alone: a cell may hold a megabyte
_WORD = re.compile(r"\w{2}")
# a marker in brackets of which a picture's reader made "[]" or "[1]"
_UNREAD = re.compile(r"\s?\[[^\[\]\w]{0,2}[\dIl|]?\]$")


@dataclass(frozen=True, slots=True)
class FarSettings:
    """When a list elsewhere is that of a table."""

    open_share: float = 0.6  # of the used markers have no note yet. .4 to .9
    least: int = 3  # markers that open lines there. 3 to 5
    found_share: float = 0.5  # of the open markers open lines there. .4 to .8
    pages: int = 8  # behind the table on which a list under its own heading is looked for. 4 to 12
    full: float = 0.75  # of the longest line's letters: a shorter line ends its note. .6 to .9
    apart: float = 0.5  # of a line's height: a wider gap ends a note, whose own lines are closer
    lines_on: int = 3  # pages over which a list goes on. 2 to 5


DEFAULT = FarSettings()


def far_notes(
    group: list[Fragment], lines: dict[int, list[TextLine]], expected: Expected, settings: FarSettings = DEFAULT
) -> tuple[list[Footnote], list[int]]:
    """The notes of a table's list elsewhere, and its pages; none where most of its markers are explained."""
    if expected.partial or len(expected.open) < max(settings.least, settings.open_share * len(expected.used)):
        return [], []
    for page, found in _places(group, lines, settings):
        first = _first(found, expected, settings)
        if first is not None:
            return _read(found[first:], page, lines, expected, settings)
    return [], []


def notes_of_signs(group: list[Fragment], expected: Expected, settings: FarSettings = DEFAULT) -> list[Footnote]:
    """Notes of signs (*, †) that cells carry and nothing explains, further below the table on its page.

    Explanations of visits or of words may stand between; just one line below may begin with the sign.
    """
    found: list[Footnote] = []
    for sign in sorted(_signs(group, expected)):
        for fragment in group:
            below = fragment.below
            opening = [place for place, line in enumerate(below) if _begins_with(line.text.strip(), sign)]
            if len(opening) == 1:
                text = _to_its_end(below, opening[0], settings).removeprefix(sign).lstrip(" :=–-")
                found.append(Footnote(marker=sign, text=text, page=fragment.record.page))
                expected.known.add(sign)
                break
    return found


def _signs(group: list[Fragment], expected: Expected) -> set[str]:
    """Signs that cells carry, raised or behind a word, and that no note has explained."""
    behind = {sign for f in group for row in f.record.grid for text in row if (sign := _sign_behind(text.strip()))}
    return (behind - expected.known) | {m for m in expected.open if not m[0].isalnum()}


def _sign_behind(text: str) -> str:
    """The sign at the end of a text of at least a word, or ""."""
    hit = _BEHIND.search(text[-4:])
    return hit[1] if hit and _WORD.search(text[: -len(hit[0])]) else ""


def _begins_with(text: str, sign: str) -> bool:
    """Whether a line begins with just this sign and goes on in words."""
    rest = text.removeprefix(sign)
    return rest != text and not rest.startswith(sign[-1]) and rest.lstrip(" :=–-")[:1].isalnum()


def _to_its_end(lines: list[TextLine], place: int, settings: FarSettings) -> str:
    """The text from a line on, as long as its lines are full and close to one another."""
    longest = max(len(line.text) for line in lines)
    texts = [lines[place].text.strip()]
    for before, line in pairwise(lines[place:]):
        apart = line.top - before.bottom > settings.apart * line.size
        if apart or len(before.text) < settings.full * longest or ENDED.search(before.text):
            break
        texts.append(line.text.strip())
    return " ".join(texts)


def _places(
    group: list[Fragment], lines: dict[int, list[TextLine]], settings: FarSettings
) -> Iterator[tuple[int, list[TextLine]]]:
    """Lines among which the notes may stand, with their page: above the table, then under heads, nearest first."""
    yield group[0].page, group[0].over
    first, last = min(f.page for f in group), max(f.page for f in group)
    for page in (first - 1, *range(first, last + settings.pages + 1)):
        found = lines.get(page, [])
        head = next((k for k, line in enumerate(found) if is_head_of_notes(line.text.strip())), None)
        if head is not None:
            yield page, found[head + 1 :]


def _first(lines: list[TextLine], expected: Expected, settings: FarSettings) -> int | None:
    """The line with which the list begins; None if too few of the open markers open lines there."""
    opened = [(place, marker) for place, marker in markers_of_page(lines, expected) if marker in expected.open]
    known = {marker for _, marker in opened}
    enough = len(known) >= max(settings.least, settings.found_share * len(expected.open))
    return opened[0][0] if enough else None


def _read(
    found: list[TextLine],
    page: int,
    lines: dict[int, list[TextLine]],
    expected: Expected,
    settings: FarSettings,
) -> tuple[list[Footnote], list[int]]:
    """The list from its first line on, over the pages on which it goes on."""
    notes = read_footnotes(found, page, expected)
    pages, size = [page], found[0].size
    while notes and page + 1 in lines and len(pages) < settings.lines_on:
        page += 1
        if not goes_on(lines[page], expected, notes[-1], size):
            break
        notes += read_footnotes(lines[page], page, expected, notes[-1])
        pages.append(page)
    return notes, pages


# Notes as a reader of pictures has them: printed again and read a little differently, markers taken for figures.

ALIKE = 0.85  # of the letters of the shorter one agree, from which two notes of two pages are one. .8 to .92
LETTERS_FOR = {"1": "l", "0": "o", "6": "b", "9": "g", "5": "s", "2": "z", "8": "g"}
FIGURES_FOR = {"l": "1", "i": "1", "o": "0", "b": "6", "g": "9", "s": "5", "z": "2", "I": "1", "O": "0", "S": "5"}
_MARKED_MARK = re.compile(r"[Xx✓✔•]\s?([a-z]|\d{1,2}|[*†‡§#])\s*[=:]\s*(\S.+)")  # "Xa = at some visits only"
LEAST = 12  # letters: shorter notes are compared as they are


def once_alike(notes: list[Footnote]) -> list[Footnote]:
    """The notes without those that are another page's reading of one before; that one gets the better marker and text.

    A marker is better where the first reading gave it to two notes, or none; a text where it has more characters,
    since readers of pictures lose letters and spaces.
    """
    kept: list[Footnote] = []
    for note in notes:
        twin = next((one for one in kept if one.page != note.page and is_alike(one.text, note.text)), None)
        if twin is None:
            kept.append(note)
            continue
        taken = [one.marker for one in kept if one is not twin]
        if note.marker and note.marker not in taken and (not twin.marker or twin.marker in taken):
            twin.marker = note.marker
        if len(note.text) > len(twin.text):
            twin.text = note.text
    return kept


def is_alike(one: str, other: str) -> bool:
    a, b = ("".join(text.lower().split()) for text in (one, other))
    if min(len(a), len(b)) < LEAST or not 0.7 <= len(a) / len(b) <= 1.43:
        return a == b
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def settle_markers(notes: list[Footnote], joined: Joined) -> None:
    """Give notes and cells the markers of the notes' series where a figure was read for a letter, or the other way
    about: 1 between k and m is l. A note keeps its marker where the other would break the order.

    Notes that explain a mark with its marker ("Xa = ...") get that one, if a cell has it.
    """
    used = {marker for cell in joined.cells for marker in cell.markers}
    for note in notes:
        legend = None if note.marker else _MARKED_MARK.fullmatch(note.text)
        if legend is not None and legend[1] in used:
            note.marker, note.text = legend[1], legend[2]
    markers = [note.marker for note in notes if len(note.marker) == 1]
    letters = sum(map(str.isalpha, markers))
    if letters == len(markers) or not letters:
        return
    alike = LETTERS_FOR if letters > 0.5 * len(markers) else FIGURES_FOR
    right = str.isalpha if alike is LETTERS_FOR else str.isdigit
    for place, note in enumerate(notes):
        meant = alike.get(note.marker, "")
        if not meant or right(note.marker) or meant in markers:
            continue
        before = [n.marker for n in notes[:place] if len(n.marker) == 1 and right(n.marker)]
        after = [n.marker for n in notes[place + 1 :] if len(n.marker) == 1 and right(n.marker)]
        if all(marker < meant for marker in before) and all(marker > meant for marker in after):
            note.marker = meant
    known = {note.marker for note in notes}
    for cell in joined.cells:
        cell.markers = [m if m in known or alike.get(m) not in known else alike[m] for m in cell.markers]


def settle_names(notes: list[Footnote], joined: Joined) -> None:
    """Give names of a picture's table the one marker that they must have: two rows bear i, or the second something that
    was not read, the next one k, and no cell bears j, though a note does. It stays a guess.
    """
    open_ = {n.marker for n in notes if n.marker} - {marker for cell in joined.cells for marker in cell.markers}
    named = sorted((c for c in joined.cells if c.column == 0 and c.row >= joined.header_rows), key=lambda c: c.row)
    marked = [c for c in named if len(c.markers) == 1 or _UNREAD.search(c.text)]
    for before, cell, after in zip(marked, marked[1:], marked[2:], strict=False):
        if not before.markers or not after.markers:
            continue
        lacking = [m for m in successors(before.markers[0]) if m in open_ and after.markers[0] in successors(m)]
        again = cell.markers == before.markers or not cell.markers
        if len(lacking) == 1 and again:
            text = _UNREAD.sub("", cell.text) if not cell.markers else cell.text
            row = joined.grid[cell.row]
            row[0] = text if row[0] == cell.text else row[0]
            cell.text, cell.markers, cell.marker_guess = text, lacking, True
            open_ -= set(lacking)
