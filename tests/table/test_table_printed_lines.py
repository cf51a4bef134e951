"""Lines cut into chunks all at once are those cut one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.document.words import Words, join_line, page_lines, text_lines
from soesift.table.context import lines_outside
from soesift.table.unruled import SETTINGS, printed_lines

PLACE = st.integers(-20, 600).map(lambda x: x / 2)
WORD = st.tuples(PLACE, st.integers(0, 12), st.integers(1, 80), st.sampled_from([4.0, 8.0, 8.5, 12.0]))


def made(drawn: list[tuple[float, int, int, float]]) -> Words:
    """Words at (x, line) of a width and a height."""
    boxes = np.array([(x, 14.0 * y, x + w, 14.0 * y + h) for x, y, w, h in drawn], np.float32)
    text = [f"w{i}" for i in range(len(drawn))]
    return Words(boxes, boxes, np.zeros(len(drawn), np.int16), boxes[:, 3] - boxes[:, 1], text)


def one_by_one(words: Words, line: np.ndarray) -> list[list[float]]:
    """Chunks of a line, word after word."""
    chunks: list[list[float]] = []
    reach, before = -np.inf, 0.0
    for index in line.tolist():
        x0, y0, x1, y1 = words.boxes[index].tolist()
        size = float(words.size[index])
        if not chunks or np.float32(x0) - np.float32(reach) > np.float32(SETTINGS.parted) * np.float32(
            max(size, before)
        ):
            chunks.append([x0, y0, x1, y1])
        else:
            last = chunks[-1]
            chunks[-1] = [min(last[0], x0), min(last[1], y0), max(last[2], x1), max(last[3], y1)]
        reach, before = max(reach, x1), size
    return chunks


@settings(max_examples=200, deadline=None)
@given(st.lists(WORD, min_size=1, max_size=60))
def test_chunks_are_those_found_word_after_word(drawn: list[tuple[float, int, int, float]]) -> None:
    words = made(drawn)
    every = np.arange(len(words))
    found = printed_lines(words, every)
    wanted = text_lines(words, every)
    assert [one.chunks.tolist() for one in found] == [one_by_one(words, line) for line in wanted]
    assert [one.top for one in found] == [words.boxes[line, 1].min() for line in wanted]


@settings(max_examples=100, deadline=None)
@given(st.lists(WORD, min_size=1, max_size=60))
def test_lines_outside_tables_have_their_middle_size_and_their_ends(drawn: list[tuple[float, int, int, float]]) -> None:
    words = made(drawn)
    wanted = text_lines(words, np.arange(len(words)))
    found = lines_outside(words, [])
    assert [one.text for one in found] == [join_line(words, line) for line in wanted]
    assert [one.size for one in found] == [float(np.median(words.size[line])) for line in wanted]
    assert [(one.top, one.bottom) for one in found] == [
        (words.boxes[line, 1].min(), words.boxes[line, 3].max()) for line in wanted
    ]


def test_lines_are_grouped_anew_for_other_words() -> None:
    words = made([(0.0, 0, 10, 8.0), (40.0, 0, 10, 8.0), (0.0, 2, 10, 8.0)])
    assert [line.tolist() for line in page_lines(words, np.arange(3))] == [[0, 1], [2]]
    assert [line.tolist() for line in page_lines(words, np.array([1, 2]))] == [[1], [2]]
    assert page_lines(words, np.array([1, 2])) is page_lines(words, np.array([1, 2]))
