"""The finder of lines on pictures: each printed line has a box of its own, wherever and however it runs."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.document import ocr, scan_find
from soesift.document.scan_find import find_lines

TEXTS = ("Screening", "Week 12 (±3 days)", "Vital signs", "Physical examination", "X")
PLACES = ((100, 120), (600, 120), (100, 300), (600, 480), (1000, 800))


def page(turn: int = 0, paper: int = 255, ink: int = 0) -> np.ndarray:
    """A page with five lines, turned by quarters, clockwise."""
    image = Image.new("RGB", (1240, 1600), (paper,) * 3)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=24)
    for text, place in zip(TEXTS, PLACES, strict=True):
        draw.text(place, text, (ink,) * 3, font)
    return np.ascontiguousarray(np.rot90(np.array(image), -turn))


def drawn_boxes(turn: int) -> np.ndarray:
    """Where the ink of each line is."""
    found = []
    for text, place in zip(TEXTS, PLACES, strict=True):
        image = Image.new("L", (1240, 1600), 0)
        ImageDraw.Draw(image).text(place, text, 255, ImageFont.load_default(size=24))
        ys, xs = np.nonzero(np.rot90(np.array(image), -turn) > 60)
        found.append((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
    return np.asarray(found, np.float32)


@pytest.mark.parametrize("turn", [0, 1, 3])
@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (215, 60)])
def test_each_line_has_boxes_that_hold_it(turn: int, paper: int, ink: int) -> None:
    found, wanted = find_lines(page(turn, paper, ink), 1600), drawn_boxes(turn)
    assert len(wanted) <= len(found) <= len(wanted) + 2, "a wide gap may part a line"
    for box in wanted:
        shared = np.minimum(found[:, 2:], box[2:]) - np.maximum(found[:, :2], box[:2])
        holds = shared.clip(0).prod(axis=1) / (box[2:] - box[:2]).prod()
        assert np.minimum(holds, 1).sum() > 0.85
        assert holds.max() > 0.5
        size = (found[holds.argmax(), 2:] - found[holds.argmax(), :2]).min()
        assert size < 2.2 * (box[2:] - box[:2]).min(), "no taller than its line and what stands free around it"


def test_boxes_come_from_top_to_bottom_within_the_picture() -> None:
    found = find_lines(page(), 1600)
    assert (np.diff(found[:, 1]) >= 0).all()
    assert found.min() >= 0
    assert (found[:, 2] <= 1240).all()
    assert (found[:, 3] <= 1600).all()


@pytest.mark.parametrize("shape", [(1600, 1240, 3), (40, 900, 3), (3, 3, 3)])
def test_an_empty_picture_has_no_lines(shape: tuple[int, int, int]) -> None:
    assert find_lines(np.full(shape, 255, np.uint8), 1600).shape == (0, 4)


def test_where_hardly_any_line_is_found_the_other_detector_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    boxes = np.asarray([(0, 0, 9, 9)] * 7, np.float32)
    monkeypatch.setenv(ocr.FAST, "1")
    monkeypatch.setattr(ocr, "detect_lines", lambda picture, longest: asked.append(longest) or boxes)
    assert len(ocr._lines_of(page())) == 7
    assert asked == [ocr.LONGEST]
    monkeypatch.setattr(ocr, "find_lines", lambda picture, longest: boxes[: ocr.FEW])
    assert len(ocr._lines_of(page())) == ocr.FEW
    assert len(asked) == 1
    monkeypatch.delenv(ocr.FAST)
    assert len(ocr._lines_of(page())) == 7  # not asked for: it loses marks


def test_the_card_is_that_of_the_net() -> None:
    card = json.loads(scan_find.NET.with_suffix(".json").read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256(scan_find.NET.read_bytes()).hexdigest()
