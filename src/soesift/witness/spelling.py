"""Texts against the words of the same table: lost spaces, cut words, signs that stand for others."""

from __future__ import annotations

import re

from soesift.result.models import Cell, Doubt, SoeTable
from soesift.witness.settings import WitnessSettings

_ALONE = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")  # "Randomi-sation" is cut, its parts are no words
_BEFORE = re.compile(r"(?:anti|pre|post|non|un|re|co|self|multi|sub|over|under|out|in|electro|cardio)$")
_WORD = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"[a-z]{2}(?:[A-Z]{3,}|[A-Z][a-z]{2,})")  # "IfTSH" apart, names such as "eDiary" are none
_NAMES = re.compile(r"(?:[Pp]ro|hs|Quanti|anti|non|micro|ct|cf|sc|Mac|Mc)[A-Z]")  # of tests and substances
_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08]")
_PLAIN = frozenset("sdyrn")  # they end common forms of words
_ENDINGS = re.compile(r"(?:ing|tion|ment|ology|istry|ysis|ory|gram|test|ure|ate|ent|ion|ams?)$")  # of whole words


def spelling_doubts(table: SoeTable, settings: WitnessSettings) -> list[tuple[int, Doubt]]:
    """Doubts about cells, by their place in `table.cells`."""
    texts = [cell.text for cell in table.cells] + [note.text for note in table.footnotes]
    words = {word.lower() for text in texts for word in _ALONE.findall(text)}
    markers = {note.marker for note in table.footnotes if len(note.marker) == 1 and note.marker.islower()}
    found = []
    for index, cell in enumerate(table.cells):
        why = _reason(cell, words, markers, settings)
        if why:
            found.append((index, Doubt(kind="text", why=why)))
    return found


def _reason(cell: Cell, words: set[str], markers: set[str], settings: WitnessSettings) -> str:
    if _STRANGE.search(cell.text):
        return "A sign of this text could not be read."
    if cell.marker_guess:
        return f"“{','.join(cell.markers)}” was taken for a footnote marker by guess."
    for word in _WORD.findall(cell.text):
        if len(word) > settings.long_word or _glued(word, words):
            return f"“{word}” may have lost a space."
        base, last = word[:-1], word[-1]
        if last in markers - _PLAIN and not cell.markers and _ENDINGS.search(base) and base.lower() in words:
            return f"“{word}” may end in footnote marker {word[-1]}."
    return ""


def _glued(word: str, words: set[str]) -> bool:
    """Whether a word is two words of the same table, or changes to capitals in its middle."""
    if _JOINED.search(word) and not _NAMES.match(word):
        return True
    low = word.lower()
    if len(low) < 9:
        return False
    cuts = [cut for cut in range(3, len(low) - 2) if not _BEFORE.match(low[:cut])]
    return any(low[:cut] in words and low[cut:] in words for cut in cuts)
