"""Page space to display: hand values, round trips, and the picture of the page as the judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from document_maker import Sheet, opened
from soesift.document.characters import turned_with
from soesift.document.ocr import turn_box, turn_page
from soesift.document.page import Frame, to_display, turn_boxes
from soesift.document.pdf import read_page, render_page

TURNS = st.sampled_from([0, 90, 180, 270])
SIDE = st.integers(1, 2000)
WHOLE = st.integers(-2000, 2000)
BOXES = st.lists(st.tuples(WHOLE, WHOLE, WHOLE, WHOLE), min_size=1, max_size=6)
ROTATIONS = [0, 90, 180, 270]


def ordered(boxes: list[tuple[int, int, int, int]]) -> np.ndarray:
    a = np.asarray(boxes, np.float32)
    return np.concatenate([np.minimum(a[:, :2], a[:, 2:]), np.maximum(a[:, :2], a[:, 2:])], axis=1)


# A box 10 wide and 20 high with its corner at (30, 40) of a page from (0, 0) to (100, 200).
@pytest.mark.parametrize(
    ("rotation", "shown", "size"),
    [
        (0, (30, 140, 40, 160), (100, 200)),
        (90, (40, 30, 60, 40), (200, 100)),
        (180, (60, 40, 70, 60), (100, 200)),
        (270, (140, 60, 160, 70), (200, 100)),
    ],
)
def test_to_display_by_hand(rotation: int, shown: tuple[int, ...], size: tuple[int, int]) -> None:
    frame = Frame(0, 0, 100, 200, rotation)
    assert frame.size == size
    assert to_display(np.array([[30.0, 40.0, 40.0, 60.0]]), frame)[0].tolist() == list(shown)
    # corners may come in any order
    assert to_display(np.array([[40.0, 60.0, 30.0, 40.0]]), frame)[0].tolist() == list(shown)


@given(boxes=BOXES, rotation=TURNS, left=WHOLE, bottom=WHOLE, width=SIDE, height=SIDE)
def test_to_display_turns_the_unrotated_display(
    boxes: list[tuple[int, int, int, int]], rotation: int, left: int, bottom: int, width: int, height: int
) -> None:
    array = np.asarray(boxes, np.float64)
    plain = to_display(array, Frame(left, bottom, left + width, bottom + height, 0))
    shown = to_display(array, Frame(left, bottom, left + width, bottom + height, rotation))
    assert np.array_equal(shown, turn_boxes(plain, width, height, rotation))
    assert (shown[:, :2] <= shown[:, 2:]).all()


@given(boxes=BOXES, degrees=TURNS, width=SIDE, height=SIDE)
def test_turning_there_and_back(boxes: list[tuple[int, int, int, int]], degrees: int, width: int, height: int) -> None:
    start = ordered(boxes)
    turned = turn_boxes(start, width, height, degrees)
    new_width, new_height = (height, width) if degrees in (90, 270) else (width, height)
    assert (turned[:, :2] <= turned[:, 2:]).all()
    assert np.array_equal(turn_boxes(turned, new_width, new_height, (360 - degrees) % 360), start)
    once = tuple(start[0].tolist())
    assert turn_box(once, width, height, degrees) == tuple(turned[0].tolist())  # type: ignore[arg-type]


@given(boxes=BOXES, width=SIDE, height=SIDE)
def test_two_quarters_are_a_half(boxes: list[tuple[int, int, int, int]], width: int, height: int) -> None:
    start = ordered(boxes)
    twice = turn_boxes(turn_boxes(start, width, height, 90), height, width, 90)
    assert np.array_equal(twice, turn_boxes(start, width, height, 180))


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("turn", ROTATIONS)
def test_boxes_lie_on_the_ink(tmp_path: Path, rotation: int, turn: int) -> None:
    """Characters and rules stand where the rendered page shows ink, for every /Rotate and text direction."""
    sheet = Sheet(rotate=rotation, width=500, height=300, origin=(-40, 70))
    sheet.text(200, 150, "HHHHH", 20, turn).line(30, 40, 90, 40, width=2)
    with opened(tmp_path, [sheet]) as document:
        page = read_page(document, 0)
        ink = render_page(document, 0, 72)[:, :, 0] < 128
    assert (page.width, page.height) == (500, 300)
    assert ink.shape == (300, 500)
    assert set(page.upright.tolist()) == {turn}
    assert page.horizontal[0].tolist() == pytest.approx([30, 40, 90, 40], abs=2)
    for x0, y0, x1, y1 in [*page.boxes.tolist(), *page.horizontal.tolist()]:
        assert ink[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1].any()
    y, x = np.nonzero(ink)
    hull = np.concatenate([page.boxes, page.horizontal])
    assert x.min() >= hull[:, 0].min() - 1.5
    assert x.max() <= hull[:, 2].max() + 1.5
    assert y.min() >= hull[:, 1].min() - 1.5
    assert y.max() <= hull[:, 3].max() + 1.5


@pytest.mark.parametrize("degrees", ROTATIONS)
def test_turn_page_turns_everything_alike(tmp_path: Path, degrees: int) -> None:
    sheet = Sheet(width=500, height=300).text(50, 60, "AB").line(30, 40, 90, 40).line(30, 40, 30, 90)
    sheet.box(100, 100, 200, 150, "f", 0.5).image(300, 50, 400, 200)
    with opened(tmp_path, [sheet]) as document:
        page = read_page(document, 0)
    turned = turn_page(page, degrees)
    back = turn_page(turned, (360 - degrees) % 360)
    assert set(turned.upright.tolist()) == {degrees}
    assert (len(turned.horizontal), len(turned.vertical)) == (1, 1)
    assert (turned.horizontal[:, 2] - turned.horizontal[:, 0] > 40).all()
    for name in ("boxes", "horizontal", "vertical", "fills", "images", "upright"):
        assert np.allclose(getattr(back, name), getattr(page, name), atol=1e-3), name
    assert (back.width, back.height) == (page.width, page.height)


def test_a_sign_among_turned_letters_is_turned_as_they_are() -> None:
    codes = np.array([ord(c) for c in "7±1"], np.uint32)
    boxes = np.array([(30, 127, 38, 132), (31, 120, 38, 127), (30, 114, 38, 119)], np.float32)
    turns = np.array([270, 180, 270], np.int16)
    assert turned_with(boxes, codes, turns.copy()).tolist() == [270, 270, 270]
    codes[1] = ord("d")  # a letter of another direction is one
    assert turned_with(boxes, codes, turns.copy()).tolist() == [270, 180, 270]
    codes[1], boxes[1] = ord("±"), (90, 120, 97, 127)  # it stands elsewhere
    assert turned_with(boxes, codes, turns.copy()).tolist() == [270, 180, 270]
