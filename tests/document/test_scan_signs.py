"""Single signs cut out of a line and named; what both readers say of raised ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.document.scan_marks import AGAINST, AGREED, settle_sign
from soesift.document.scan_nets import CARD, CLASSES, NET, cut_signs, read_signs
from soesift.document.scan_text import Reading


def printed(text: str, size: int, name: str = "DejaVuSans.ttf") -> np.ndarray:
    import matplotlib  # brings a font that is the same everywhere

    font = ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)
    image = Image.new("RGB", (size * (len(text) + 2), 2 * size), "white")
    ImageDraw.Draw(image).text((size // 2, size // 3), text, fill=0, font=font)
    return np.asarray(image, np.uint8)


def signs_of(picture: np.ndarray) -> list[tuple[str, float]]:
    ink = picture[:, :, 0] < 128
    ys, xs = np.nonzero(ink)
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    return read_signs(cut_signs(ink, box, picture))


@pytest.mark.parametrize("font", ["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf"])
@pytest.mark.parametrize("text", ["†", "‡", "§", "*", "#", "††", "b,d", "3", "k"])
def test_signs_of_footnotes_are_told_apart(text: str, font: str) -> None:
    found = signs_of(printed(text, 18, font))
    assert "".join(sign for sign, _ in found) == text.replace(",", "")


@pytest.mark.parametrize("text", ["-", "|", "="])
def test_what_is_no_sign_has_no_name(text: str) -> None:
    found = signs_of(printed(text, 18))
    assert [(sign, sure) for sign, sure in found if sign and sure >= 0.9] == []


def line(text: str, sure: float) -> Reading:
    return Reading(text, sure, np.linspace(0, 1, max(1, len(text))).astype(np.float32))


@pytest.mark.parametrize(
    ("read", "single", "text", "sure"),
    [
        (("t", 0.6), [("†", 0.98)], "†", 0.98),  # the line's reader knows no daggers
        (("a", 0.6), [("a", 0.7)], "a", AGREED),
        (("8", 0.99), [("§", 0.96)], "§", AGAINST),  # both are sure: a doubt
        (("a", 0.95), [("o", 0.6)], "a", AGAINST),
        (("a", 0.3), [("o", 0.6)], "a", 0.3),
        (("ab", 0.95), [("a", 0.99), ("", 0.9)], "ab", 0.95),  # one is none: nothing is known
        (("a", 0.95), [], "a", 0.95),
    ],
)
def test_two_readers_of_a_raised_sign(
    read: tuple[str, float], single: list[tuple[str, float]], text: str, sure: float
) -> None:
    settled = settle_sign(line(*read), single)
    assert settled.text == text
    assert settled.confidence == pytest.approx(sure)


def test_the_card_is_that_of_the_net() -> None:
    card = json.loads(CARD.read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256(NET.read_bytes()).hexdigest()
    assert str(len(CLASSES) - 1) in card["about"]
    assert 0.5 < card["held out"]["right"] < 1
