"""Words of neighbouring cells that touch are cut at the ruling between them; words wider than their cell are not."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.document.page import Page, turn_boxes
from soesift.document.words import find_words

WIDE = 5.0


def page(text: str, rulings: list[float], turn: int = 0) -> Page:
    """One line of letters 5 points wide from x = 100, with vertical rulings at some letters' left edges."""
    made = Page(1, 400.0, 300.0)
    x = 100 + WIDE * np.arange(len(text), dtype=np.float32)
    boxes = np.stack((x, np.full_like(x, 50), x + WIDE, np.full_like(x, 60)), axis=1)
    at = 100 + WIDE * np.asarray(rulings, np.float32)
    lines = np.stack((at - 0.2, np.full_like(at, 40), at + 0.2, np.full_like(at, 70)), axis=1)
    made.codes = np.asarray([ord(char) for char in text], np.uint32)
    made.upright = np.full(len(text), turn, np.int16)
    made.boxes, lines = (turn_boxes(part, made.width, made.height, turn) for part in (boxes, lines))
    if turn in (90, 270):
        made.width, made.height = made.height, made.width
        made.horizontal = lines
    else:
        made.vertical = lines
    return made


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("text", "rulings", "words"),
    [
        ("V20P21V22", [3, 6], ["V20", "P21", "V22"]),
        ("XXX", [1, 2], ["X", "X", "X"]),
        ("±3±3", [2], ["±3", "±3"]),
        ("-14-7", [3], ["-14", "-7"]),
        ("242832", [2, 4], ["24", "28", "32"]),
        ("8910", [1, 2], ["8", "9", "10"]),
    ],
)
def test_entries_that_touch(text: str, rulings: list[float], words: list[str], turn: int) -> None:
    assert find_words(page(text, rulings, turn)).text == words


@pytest.mark.parametrize(
    ("text", "rulings"),
    [
        ("Screening", [3, 6]),  # wider than its cell
        ("SCREENING", [4]),
        ("C1D1", [2]),  # one visit, not two
        ("1000", [2]),
        ("2014", [2]),  # "20" and "14" do not run on
        ("1528", [2]),  # one number of four digits as likely as two of two
        ("V20P21V22", [3.5, 6]),  # through a letter
        ("V20P21", [0, 6]),  # at its ends
        ("XX", []),
    ],
)
def test_a_word_stays_whole(text: str, rulings: list[float]) -> None:
    assert find_words(page(text, rulings)).text == [text]


@pytest.mark.parametrize(("text", "ruling", "words"), [("199*ED*", 4, ["199*", "ED*"]), ("24ET", 2, ["24", "ET"])])
def test_a_visit_and_an_event_that_touch(text: str, ruling: float, words: list[str]) -> None:
    assert find_words(page(text, [ruling])).text == words
    assert find_words(page("SET2", [1])).text == ["SET2"]
