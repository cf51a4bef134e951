"""Notes that pages print again and a reader of pictures read a little differently: one note, in its better reading."""

from __future__ import annotations

from difflib import SequenceMatcher

from soesift.result.models import Footnote

ALIKE = 0.85  # of the letters of the shorter one agree, from which two notes of two pages are one. .8 to .92
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
