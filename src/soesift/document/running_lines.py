"""Running headers and footers: lines that come again on many pages at the same height."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import clean_rulings
from soesift.document.page import Page
from soesift.document.pdf import read_page
from soesift.document.words import Words, find_words, join_line, text_lines

# Running headers and footers: lines that come again on many pages at the same height.

ZONE = 0.14  # of the page's height, at each end
LEAST_ZONE = 0.14 * 792  # points: on a page laid across, the head is as high as on the others
SAMPLE = 14  # pages looked at
AGAIN = 3  # pages on which a line must come again
PARTS = 3  # left, middle and right: a line of more parts may be the header of a table of some pages
MOST = 0.5  # of the pages looked at have such a line, if it is a running one
PART = "|"  # before the key of a part, which is not a whole line
LONG = 6  # letters: one part of a rearranged running line is longer
PARTED = 0.9  # of the character height: a wider gap parts two parts of a line
MOST_APART = 3  # lines of a head or foot of a page that is a picture
LETTERS = (4, 0.4)  # different letters of a turned running line at least, and as a share of all
STACK = 5  # letters one below the other in the margin
EDGE = 0.09  # of the page's height: so near to its edge stands such a line
FAR = 2.2  # of the print's size: so far from the text
MOST_KEPT = 20_000  # characters of a page that is kept

# names of a table's first column, normalised, printed alone in its tall header on each of a few pages
_COLUMN = re.compile(
    r"(?:study|trial)?(?:procedures?|assessments?|activit(?:y|ies)|evaluations?|events?|visits?|days?|weeks?)"
)

# a numbered caption comes again where its table goes on; no running line begins so
_CAPTION = re.compile(r"(?:table|figure)#")
FRAMED = 3  # vertical rules that a line of a table stands between
SIDES = 2  # of them longer than a head is high
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
    numbers: set[str] = set()  # nothing but numbers far apart: of visits, in the header of a table
    sample = np.unique(np.linspace(0, n_pages - 1, min(SAMPLE, n_pages)).astype(int)).tolist()
    for index in sample:
        if index + 1 in without:
            continue
        try:
            page = read_page(document, index)
            words = find_words(page)
            _, rules = clean_rulings(page)
            found = {key: line for key, line in edge_lines(words, page.height) if not _is_in_table(words, line, rules)}
            cut = {key: parts(words, line) for key, line in found.items()}
        except Exception:  # noqa: BLE001  # said of that page when it is its turn
            continue
        if kept is not None and len(page.codes) <= MOST_KEPT:
            kept[index] = page
        counts.update(found.keys() | {PART + key for some in cut.values() if 1 < len(some) <= PARTS for key in some})
        numbers |= {key for key, some in cut.items() if len(some) >= PARTS and not key.strip("#")}
        manifold |= {key for key, some in cut.items() if len(some) > PARTS}
    least = max(AGAIN, MOST * len(sample))
    for key in [key for key in counts if _is_of_table(key.removeprefix(PART)) or key in numbers]:
        del counts[key]
    return frozenset(key for key, count in counts.items() if key and count >= (least if key in manifold else AGAIN))


def _is_of_table(key: str) -> bool:
    """Whether a line's key is that of a first column or of a caption."""
    return _COLUMN.fullmatch(key) is not None or _CAPTION.match(key) is not None


def _is_in_table(words: Words, line: NDArray[np.intp], rules: NDArray[np.floating]) -> bool:
    """Whether a line stands in the frame of a table, by the page's vertical `rules` (n, 3): frames of running heads are
    no higher than a head.

    Merged rows end the inner rules of a table, but not its sides.
    """
    middle = float(words.boxes[line, 1].min() + words.boxes[line, 3].max()) / 2
    beside = rules[(rules[:, 1] < middle) & (rules[:, 2] > middle)]
    return len(beside) >= FRAMED and int((beside[:, 2] - beside[:, 1] > LEAST_ZONE).sum()) >= SIDES


def parts(words: Words, line: NDArray[np.intp]) -> list[str]:
    """Normalised texts of the parts into which wide gaps divide a line (indices of words from left to right)."""
    return [normalise(join_line(words, part)) for part in np.split(line, _cuts(words, line))]


def _cuts(words: Words, line: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places in a line before which a wide gap lies."""
    sides, size = words.lines[line], words.size[line]
    return 1 + np.flatnonzero(sides[1:, 0] - sides[:-1, 2] > PARTED * np.maximum(size[1:], size[:-1]))


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


def _is_rearranged(words: Words, line: NDArray[np.intp], furniture: Furniture) -> bool:
    """Whether a line is made of known parts, as where a page laid across sets head and page number otherwise."""
    if len(_cuts(words, line)) >= PARTS:
        return False
    found = parts(words, line)
    return all(PART + part in furniture for part in found) and any(len(part) > LONG for part in found)


def is_set_apart(words: Words, page: Page) -> NDArray[np.bool_]:
    """(w,) words of up to three first and last lines that stand at the edge of a page, far from its text.

    For pages read from pictures, whose running lines no text layer tells. Lines between rules belong to a table.
    """
    apart = np.zeros(len(words), bool)
    upright = np.flatnonzero(words.turn == 0)
    lines = (
        sorted(text_lines(words, upright), key=lambda line: float(words.boxes[line, 1].min())) if len(upright) else []
    )
    for way in (1, -1):
        outer = lines[::way][: MOST_APART + 1]
        for count in range(len(outer) - 1, 0, -1):
            here, there = words.boxes[outer[count - 1]], words.boxes[outer[count]]
            gap = there[:, 1].min() - here[:, 3].max() if way == 1 else here[:, 1].min() - there[:, 3].max()
            size = float(np.median(words.size[outer[count - 1]]))
            edge = here[:, 3].max() if way == 1 else page.height - here[:, 1].min()
            if gap >= FAR * size and edge <= EDGE * page.height and not _is_ruled(here, page, way):
                apart[np.concatenate(outer[:count])] = True
                break
    return apart | _is_stacked(words, upright)


def _is_stacked(words: Words, upright: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(w,) single letters that stand in the margin one below the other, as those of a turned running line."""
    stacked = np.zeros(len(words), bool)
    long = upright[[len(words.text[index]) >= LONG for index in upright]]
    lone = upright[[len(words.text[index]) == 1 for index in upright]]
    if len(long) < STACK or len(lone) < STACK:
        return stacked
    left, right = np.percentile(words.boxes[long, 0], 2), np.percentile(words.boxes[long, 2], 98)
    for margin in (lone[words.boxes[lone, 2] < left], lone[words.boxes[lone, 0] > right]):
        middle = (words.boxes[margin, 0] + words.boxes[margin, 2]) / 2
        if len(margin) >= STACK and np.ptp(middle) <= float(np.median(words.size[margin])):
            said = [words.text[index] for index in margin]
            # a column of marks says one thing again and again; markers of notes are small, and each stands once
            several = len(set(said)) >= max(LETTERS[0], LETTERS[1] * len(said))
            stacked[margin] = several and len(set(said)) < len(said) and sum(map(str.islower, said)) < 0.5 * len(said)
    return stacked


def _is_ruled(boxes: NDArray[np.float32], page: Page, way: int) -> bool:
    """Whether rules stand beside a line, or one lies beyond it at the page's edge."""
    top, bottom = float(boxes[:, 1].min()), float(boxes[:, 3].max())
    beside = (page.vertical[:, 1] < (top + bottom) / 2) & (page.vertical[:, 3] > (top + bottom) / 2)
    beyond = page.horizontal[:, 3] < top + 2 if way == 1 else page.horizontal[:, 1] > bottom - 2
    return bool(beside.any() or beyond.any())


def is_running(words: Words, height: float, furniture: Furniture) -> NDArray[np.bool_]:
    """(w,) words that stand in a running line."""
    running = np.zeros(len(words), bool)
    if furniture:
        for key, line in edge_lines(words, height):
            if key in furniture or _is_rearranged(words, line, furniture):
                running[line] = True
    return running
