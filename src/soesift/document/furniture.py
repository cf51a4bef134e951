"""Running headers and footers: lines that come again on many pages at the same height."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Page
from soesift.document.pdf import read_page
from soesift.document.printed_lines import join_line, text_lines
from soesift.document.words import Words, find_words

ZONE = 0.14  # of the page's height, at each end
LEAST_ZONE = 0.14 * 792  # points: on a page laid across, the head is as high as on the others
SAMPLE = 14  # pages looked at
AGAIN = 3  # pages on which a line must come again
PARTS = 3  # left, middle and right: a line of more parts may be the header of a table of some pages
MOST = 0.5  # of the pages looked at have such a line, if it is a running one
PART = "|"  # before the key of a part, which is not a whole line
LONG = 6  # letters: one part of a rearranged running line is longer
PARTED = 0.9  # of the character height: a wider gap parts two parts of a line
MOST_KEPT = 20_000  # characters of a page that is kept

Furniture = frozenset[str]


def learn_furniture(
    document: Any, n_pages: int, kept: dict[int, Page] | None = None, without: Container[int] = ()
) -> Furniture:
    """Normalised running lines and, behind PART, their parts, from a sample of pages spread over the document.

    The pages looked at are put into `kept`, by 0-based index, so that they need not be read again. Pages `without`, by
    number from 1, are not touched.
    """
    if n_pages < AGAIN:
        return frozenset()
    counts: Counter[str] = Counter()
    manifold: set[str] = set()
    sample = np.unique(np.linspace(0, n_pages - 1, min(SAMPLE, n_pages)).astype(int)).tolist()
    for index in sample:
        if index + 1 in without:
            continue
        try:
            page = read_page(document, index)
            words = find_words(page)
            found = dict(edge_lines(words, page.height))
            cut = {key: parts(words, line) for key, line in found.items()}
        except Exception:  # noqa: BLE001  # said of that page when it is its turn
            continue
        if kept is not None and len(page.codes) <= MOST_KEPT:
            kept[index] = page
        counts.update(found.keys() | {PART + key for some in cut.values() if 1 < len(some) <= PARTS for key in some})
        manifold |= {key for key, some in cut.items() if len(some) > PARTS}
    least = max(AGAIN, MOST * len(sample))
    return frozenset(key for key, count in counts.items() if key and count >= (least if key in manifold else AGAIN))


def parts(words: Words, line: NDArray[np.intp]) -> list[str]:
    """Normalised texts of the parts into which wide gaps divide a line (indices of words from left to right)."""
    sides, size = words.lines[line], words.size[line]
    cuts = 1 + np.flatnonzero(sides[1:, 0] - sides[:-1, 2] > PARTED * np.maximum(size[1:], size[:-1]))
    return [normalise(join_line(words, part)) for part in np.split(line, cuts)]


def edge_lines(words: Words, height: float) -> list[tuple[str, NDArray[np.intp]]]:
    """Upright lines near the top and bottom of a page: (normalised text, indices of the words)."""
    middle = (words.boxes[:, 1] + words.boxes[:, 3]) / 2
    zone = max(ZONE * height, min(LEAST_ZONE, 0.5 * height))
    edge = np.flatnonzero((words.turn == 0) & ((middle < zone) | (middle > height - zone)))
    if not len(edge):
        return []
    return [(normalise(join_line(words, line)), line) for line in text_lines(words, edge)]


def normalise(text: str) -> str:
    """Text with page numbers made alike, without spaces, dashes and stops, in which pages differ."""
    return re.sub(r"[^\w#©®]+|_+", "", re.sub(r"\d+", "#", text)).lower()


def _is_rearranged(found: list[str], furniture: Furniture) -> bool:
    """Whether a line is made of known parts, as where a page laid across sets head and page number otherwise."""
    return (
        len(found) <= PARTS
        and all(PART + part in furniture for part in found)
        and any(len(part) > LONG for part in found)
    )


def is_running(words: Words, height: float, furniture: Furniture) -> NDArray[np.bool_]:
    """(w,) words that stand in a running line."""
    running = np.zeros(len(words), bool)
    if furniture:
        for key, line in edge_lines(words, height):
            if key in furniture or _is_rearranged(parts(words, line), furniture):
                running[line] = True
    return running
