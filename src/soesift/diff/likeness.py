"""How alike texts and patterns of marks are, as matrices: the evidence that rows and columns are paired on.

rapidfuzz is imported on use; without it MissingExtra names the extra.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.errors import MissingExtra

Matrix = NDArray[np.float64]
NOT_EQUAL = 0.97  # the most that two different texts can be alike
OTHER_WORDS = 0.85  # worth of one text holding all words of the other
_DASHES = re.compile(r"[‐‑‒–—―−]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def normal(text: str) -> str:
    """`text` for comparing: compatibility forms, one kind of dash, single spaces, no case."""
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).casefold()
    return " ".join(folded.split())


def bare(text: str) -> str:
    """`text` for telling whether anything changed: `normal` without spaces, as a narrow cell breaks words."""
    return normal(text).replace(" ", "")


def text_likeness(old: Sequence[str], new: Sequence[str], other_number: float, no_number: float = 1.0) -> Matrix:
    """(n, m) likeness 0 to 1; exactly 1 for texts that are equal once `bare`, two empty ones included.

    `other_number` is the factor where both texts hold numbers and the numbers differ: "Week 4" and "Week 8"
    are spelt alike and mean other visits. `no_number`: the factor where only one text holds numbers.
    """
    if not old or not new:
        return np.zeros((len(old), len(new)))
    a, b = [normal(t) for t in old], [normal(t) for t in new]
    words_a, words_b = [_words(t) for t in a], [_words(t) for t in b]
    fuzz, cdist = _rapidfuzz()
    spelling = np.maximum(
        cdist(words_a, words_b, scorer=fuzz.ratio, dtype=np.float64),
        cdist(words_a, words_b, scorer=fuzz.token_sort_ratio, dtype=np.float64),
    )
    held = cdist(words_a, words_b, scorer=fuzz.token_set_ratio, dtype=np.float64) * OTHER_WORDS
    alike = np.minimum(np.maximum(spelling, held) / 100, NOT_EQUAL)
    empty = np.array([not t for t in a])[:, None] | np.array([not t for t in b])[None, :]
    alike = np.where(empty, 0.0, alike) * _number_factor(a, b, other_number, no_number)
    one, two = np.array([bare(t) for t in a]), np.array([bare(t) for t in b])
    return np.where(one[:, None] == two[None, :], 1.0, alike)


def pattern_likeness(old: NDArray[np.bool_], new: NDArray[np.bool_]) -> Matrix:
    """(n, m) Jaccard index of the rows of (n, k) and (m, k) marks; 0.5, which says nothing, without any mark."""
    a, b = old.astype(np.float64), new.astype(np.float64)
    both = a @ b.T
    either = a.sum(1)[:, None] + b.sum(1)[None, :] - both
    return np.where(either > 0, both / np.maximum(either, 1), 0.5)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+|[<>≤≥±+]", text))


def _number_factor(a: Sequence[str], b: Sequence[str], other: float, lacking: float) -> Matrix:
    one, two = [tuple(_NUMBER.findall(t)) for t in a], [tuple(_NUMBER.findall(t)) for t in b]
    return np.array([[1.0 if x == y else other if x and y else lacking for y in two] for x in one])


def _rapidfuzz() -> tuple[Any, Any]:
    try:
        from rapidfuzz import fuzz
        from rapidfuzz.process import cdist
    except ImportError as error:
        raise MissingExtra("rapidfuzz", "app") from error
    return fuzz, cdist
