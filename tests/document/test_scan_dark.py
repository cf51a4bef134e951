"""White on dark ground: the ground goes, letters and rules stay, redaction boxes hold nothing."""

from __future__ import annotations

import cv2
import numpy as np

from soesift.document.ocr import lettered, reach_on
from soesift.document.scan_marks import name_shape
from soesift.document.scan_rules import dark_grounds, find_ink, find_rulings, lighten

UNIT = 200 / 72


def _page() -> np.ndarray:
    return np.full((400, 600, 3), 255, np.uint8)


def _grey(picture: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def test_white_letters_on_blue_become_dark_on_white() -> None:
    picture = _page()
    picture[100:180, 100:400] = (0, 112, 192)
    cv2.putText(picture, "Week 12", (130, 155), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    letters = picture[100:180, 100:400].min(axis=2) > 200
    light = _grey(lighten(picture, _grey(picture), UNIT))
    inside = light[100:180, 100:400]
    assert inside[letters].mean() < 60
    assert np.median(inside[~letters]) > 240


def test_black_letters_on_white_are_left_alone() -> None:
    picture = _page()
    cv2.putText(picture, "SCHEDULE OF EVENTS", (30, 155), cv2.FONT_HERSHEY_DUPLEX, 1, (0, 0, 0), 2)
    assert not dark_grounds(_grey(picture), UNIT).any()
    assert lighten(picture, _grey(picture), UNIT) is picture


def test_rules_between_dark_cells_are_found() -> None:
    picture = _page()
    picture[100:220, 100:400] = (0, 112, 192)
    picture[159:162, 100:400] = 255
    picture[100:220, 249:252] = 0
    light = lighten(picture, _grey(picture), UNIT)
    horizontal, vertical = find_rulings(find_ink(_grey(light), UNIT), UNIT)
    assert any(abs(y0 - 160) < 3 for _, y0, _, _ in horizontal.tolist())
    assert any(abs(x0 - 250) < 3 for x0, _, _, _ in vertical.tolist())


def test_a_word_in_small_letters_is_no_rule() -> None:
    picture = _page()
    cv2.putText(picture, "assessment", (100, 155), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    blurred = cv2.GaussianBlur(picture, (5, 5), 1.5)
    cv2.line(blurred, (100, 300), (400, 300), (0, 0, 0), 7)
    horizontal, _ = find_rulings(find_ink(_grey(blurred), UNIT), UNIT)
    assert [round(float(y0)) // 10 for _, y0, _, _ in horizontal] == [29]


def test_solid_triangles_and_diamonds_are_named() -> None:
    triangle, diamond, letter = (np.zeros((40, 40), np.uint8) for _ in range(3))
    cv2.fillPoly(triangle, [np.array([[20, 2], [38, 38], [2, 38]])], 255)
    cv2.fillPoly(diamond, [np.array([[20, 2], [38, 20], [20, 38], [2, 20]])], 255)
    cv2.putText(letter, "A", (4, 36), cv2.FONT_HERSHEY_DUPLEX, 1.5, 255, 4)
    assert [name_shape(blob) for blob in (triangle, diamond)] == ["▲", "◆"]
    assert name_shape(letter) not in {"▲", "◆"}


def test_a_dark_area_with_letters_is_no_redaction() -> None:
    ink = np.zeros((100, 300), np.uint8)
    ink[30:40, 20:60] = 1  # letters, about 4 % of the first area
    ink[:, 298:] = 1
    areas = np.array([[0, 0, 100, 100], [100, 0, 200, 100], [200, 0, 300, 100]], np.float32)
    assert lettered(ink, areas, 2.0).tolist() == [True, False, False]
    ink[:, 100:200] = 1  # more ink than letters have
    assert lettered(ink, areas, 2.0).tolist() == [True, False, False]


def test_rules_on_a_dark_ground_reach_the_next_vertical() -> None:
    vertical = np.array([[x, 0, x + 1, 200] for x in (0, 100, 200, 300)], np.float32)
    rule = np.array([[0, 50, 140, 51], [260, 50, 300, 51], [20, 150, 40, 151]], np.float32)
    dark = np.array([[0, 0, 300, 100]], np.float32)
    assert np.round(reach_on(rule, vertical, dark, 1.0)).tolist() == [
        [0, 50, 200, 51],
        [200, 50, 300, 51],
        [20, 150, 40, 151],
    ]
    assert reach_on(rule, vertical, dark[:0], 1.0).tolist() == rule.tolist()
