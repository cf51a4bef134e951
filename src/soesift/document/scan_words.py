"""Words that a reader of pictures got wrong by a letter it was unsure of, or by two letters that run into one."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from string import ascii_lowercase

import numpy as np

import soesift
from soesift.document.scan_text import Reading

TOKENIZER = Path(soesift.__file__).parent / "models" / "default" / "tokenizer.json"
KNOWN_FROM = 3  # letters of a word that can be known
LEAST = 4  # letters of a word that is mended; shorter ones are too like one another
UNSURE = 0.97  # certainty below which a letter may be another: those that are right mostly have 1
MENDED = 0.75  # how sure a letter is that was put in
RUN_INTO = {"m": ("rn", "rm"), "rn": ("m",)}  # however sure the reader is; not d and cl: "Dosing" is a word
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Words of English, as the tokenizer of the shipped student has them; empty without it."""
    try:
        vocabulary = json.loads(TOKENIZER.read_bytes())["model"]["vocab"]
    except (OSError, ValueError, KeyError):
        return frozenset()
    return frozenset(word for word in vocabulary if word.isalpha() and len(word) >= KNOWN_FROM)


def mend_words(reading: Reading) -> None:
    """Put known words in the place of unknown ones, in place, where just one is meant by what the reader was unsure of.

    Raised signs are left alone, and the last letter of a word, which may be one.
    """
    if len(reading.sure) != len(reading.text):
        return
    plain = reading.text[: len(reading.text) - reading.raised]
    for match in reversed(list(_WORD.finditer(plain, reading.lifted))):
        word = match.group()
        if len(word) < LEAST or word.isupper() or word.lower() in known_words():
            continue
        found = set(_others(word.lower(), reading.sure[match.start() : match.end()].tolist()))
        if len({made for made, *_ in found}) == 1:
            _replace(reading, match.start(), *min(found, key=lambda one: one[1]))


def _others(word: str, sure: list[float]) -> list[tuple[str, int, int, int]]:
    """Known words that another may be: the word, and where how many letters became how many."""
    changes = [
        (word[:at] + new + word[at + len(old) :], at, len(old), len(new))
        for old, news in RUN_INTO.items()
        for at in range(len(word))
        if word.startswith(old, at)
        for new in news
    ]
    for at in range(len(word) - 1):
        if sure[at] < UNSURE:
            changes += [(word[:at] + new + word[at + 1 :], at, 1, 1) for new in ascii_lowercase]
            changes += [(word[:at] + new + word[at:], at, 0, 1) for new in ascii_lowercase if at]
            changes += [(word[: at + 1] + new + word[at + 1 :], at + 1, 0, 1) for new in ascii_lowercase]
    return [change for change in changes if change[0] in known_words()]


def _replace(reading: Reading, start: int, word: str, at: int, old: int, new: int) -> None:
    first, last = start + at, start + at + old
    letters = word[at : at + new]
    if old and reading.text[first].isupper():
        letters = letters[0].upper() + letters[1:]
    reading.text = reading.text[:first] + letters + reading.text[last:]
    known = reading.centres
    ends = known[max(0, first - 1)], known[min(len(known) - 1, last)]
    low, high = (known[first], known[last - 1]) if old else ends
    places = np.linspace(low, high, new + 2)[1:-1] if new > old else np.full(new, low)
    reading.centres = np.concatenate([known[:first], places, known[last:]]).astype(np.float32)
    reading.sure = np.concatenate([reading.sure[:first], np.full(new, MENDED), reading.sure[last:]]).astype(np.float32)
