"""Notes as a reader of pictures has them: printed again and read a little differently, markers taken for figures."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from soesift.join.joined import Joined
from soesift.result.models import Footnote

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
