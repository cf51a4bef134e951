"""Rulings, fills, skew and shapes on drawn pictures: no model needed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soesift.document.ocr import _characters, draw_in, is_rest
from soesift.document.scan_lines import Line, mend_slashes, settle_mark
from soesift.document.scan_marks import find_blobs, find_raised, name_shape
from soesift.document.scan_rules import (
    count_crossings,
    estimate_skew,
    find_fills,
    find_heads,
    find_ink,
    find_rulings,
    straighten,
)
from soesift.document.scan_text import Reading

UNIT = 200 / 72


def grid(rows: list[int], columns: list[int], thick: int = 2, shade: int = 0) -> np.ndarray:
    picture = np.full((900, 1000), 255, np.uint8)
    for y in rows:
        picture[y : y + thick, columns[0] : columns[-1] + thick] = shade
    for x in columns:
        picture[rows[0] : rows[-1] + thick, x : x + thick] = shade
    return picture


def words(picture: np.ndarray, *places: tuple[str, int, int], scale: float = 0.8) -> np.ndarray:
    for text, x, y in places:
        cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_TRIPLEX, scale, 0, 1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize(("thick", "shade"), [(1, 0), (2, 0), (5, 0), (2, 170)])
def test_a_grid_is_found_line_by_line(thick: int, shade: int) -> None:
    rows, columns = [100, 140, 190, 400], [80, 300, 420, 540]
    picture = words(grid(rows, columns, thick, shade), ("Informed consent", 90, 130), ("X", 350, 175))
    horizontal, vertical = find_rulings(find_ink(picture, UNIT), UNIT)
    assert np.sort(horizontal[:, [1, 3]].mean(axis=1)) == pytest.approx(np.array(rows) + thick / 2, abs=1.6)
    assert np.sort(vertical[:, [0, 2]].mean(axis=1)) == pytest.approx(np.array(columns) + thick / 2, abs=1.6)
    assert horizontal[:, 0] == pytest.approx(80, abs=2)
    assert (vertical[:, 3] - vertical[:, 1]) == pytest.approx(300 + thick, abs=3)
    assert count_crossings(horizontal, vertical, UNIT) == 16


@pytest.mark.parametrize("grain", [0.0, 6.0])
def test_the_edges_of_a_shaded_cell_are_no_ink(grain: float) -> None:
    """Beside white the mean of the neighbourhood is lighter than the cell: grain at its edges was read as letters."""
    picture = grid([100, 160, 220], [80, 400, 700])
    picture[103:159, 403:699] = 190
    words(picture, ("X", 540, 140))
    grainy = picture + np.random.default_rng(1).normal(0, grain, picture.shape)
    ink = find_ink(grainy.clip(0, 255).astype(np.uint8), UNIT)
    inside = ink[106:156, 406:696] > 0
    sign = inside[:, 120:170]
    assert sign.sum() > 60
    assert inside.sum() - sign.sum() <= 40  # single dots, which are dust


def test_two_rules_a_hair_apart_are_rules() -> None:
    """Tables of which each cell has borders of its own, a little out of line: there is ink beside each rule."""
    picture = grid([100, 200, 300], [80, 500, 900])
    for row in range(100, 300):
        picture[row, 503 + (row - 100) // 60 : 505 + (row - 100) // 60] = 0
    words(picture, ("mmmmm", 600, 160), ("Vital signs", 90, 160), scale=0.6)
    _, vertical = find_rulings(find_ink(picture, UNIT), UNIT)
    inner = vertical[(vertical[:, 0] > 300) & (vertical[:, 0] < 700)]
    assert (inner[:, 3] - inner[:, 1]).sum() >= 190


@pytest.mark.parametrize(
    ("said", "meant"),
    [("+1-7", "+/-7"), ("-71+5 d", "-7/+5 d"), ("-31+1", "-3/+1"), ("N1A", "N/A"), ("±1", "±1"), ("+1 d", "+1 d")]
    + [(text, text) for text in ("Day -71", "-21 to -1", "10+1-2", "AN1A", "1.0-71+5")],
)
def test_slashes_that_were_read_as_a_one(said: str, meant: str) -> None:
    places = np.linspace(0, 1, len(said)).astype(np.float32)
    reading = Reading(said, 0.95, places, sure=np.full(len(said), 0.95, np.float32))
    mend_slashes(reading)
    assert reading.text == meant
    assert (reading.sure < 0.8).sum() == (said != meant)  # a doubt, where one was put in


@pytest.mark.parametrize(("said", "sure", "name"), [("1", 0.99, "1"), ("1", 0.5, "✓"), ("V", 0.99, "✓")])
def test_a_digit_that_is_read_surely_is_no_tick(said: str, sure: float, name: str) -> None:
    blob = drawn("✓", 24, 3)
    ys, xs = np.nonzero(blob)
    box = (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
    line = Line(box, 0, Reading(said, sure, np.array([0.5], np.float32)))
    settle_mark(line, blob, 24.0)
    assert line.reading.text == name


@pytest.mark.parametrize(("text", "top", "rest"), [("—", 104, True), ("-", 118, False), ("A", 104, False)])
def test_dashes_along_a_rule_are_rests_of_it(text: str, top: float, rest: bool) -> None:
    rule = np.array([[50, 100, 900, 102]], np.float32)
    line = Line((200.0, top, 230.0, top + 3), 0, Reading(text, 0.9, np.array([0.5], np.float32)))
    assert is_rest(line, rule, UNIT) == rest


@pytest.mark.parametrize("open_head", [False, True])
@pytest.mark.parametrize("short", [3, 12])  # pixels between the head and the rule
def test_a_line_with_a_head_is_an_arrow_and_ends_within_its_cell(short: int, open_head: bool) -> None:
    picture = words(grid([100, 160, 220, 280], [80, 300, 500, 700]), ("Adverse events", 90, 200), scale=0.6)
    tip = 700 - short
    picture[189:191, 302:tip] = 0
    points = np.array([[tip, 190], [tip - 12, 184], [tip - 12, 196]], np.int32)
    if open_head:
        cv2.polylines(picture, [points[[1, 0, 2]]], False, 0, 2, cv2.LINE_AA)
    else:
        cv2.fillPoly(picture, [points], 0, cv2.LINE_AA)
    ink = find_ink(picture, UNIT)
    horizontal, _ = find_rulings(ink, UNIT)
    heads = find_heads(ink, horizontal, UNIT)
    assert len(heads) == 1
    line = horizontal[int(heads[0, 4])]
    assert line[1] == pytest.approx(189, abs=2)
    drawn = draw_in(horizontal, heads, UNIT)
    assert drawn[int(heads[0, 4]), 2] < 700 - 4 * UNIT  # no rule ends so far from the next
    assert (drawn != horizontal).any(axis=1).sum() == 1


def test_rules_have_no_heads() -> None:
    picture = words(grid([100, 140, 190, 400], [80, 300, 420, 540]), ("gypsy", 440, 136), ("Day", 90, 130))
    ink = find_ink(picture, UNIT)
    horizontal, _ = find_rulings(ink, UNIT)
    assert len(find_heads(ink, horizontal, UNIT)) == 0


def test_short_rulings_count_between_long_ones_only() -> None:
    picture = grid([100, 130], [80, 600])
    picture[100:132, 300:302] = 0  # divides the row
    picture[200:230, 300:302] = 0  # stands free, like a letter
    _, vertical = find_rulings(find_ink(picture, UNIT), UNIT)
    assert sorted(vertical[:, 0].round().tolist()) == pytest.approx([80, 300, 600], abs=1)


def test_text_is_no_ruling() -> None:
    picture = words(np.full((900, 1000), 255, np.uint8), *(("mmmm EEEE HIHIHI ====", 50, 60 * i) for i in range(1, 12)))
    horizontal, vertical = find_rulings(find_ink(picture, UNIT), UNIT)
    assert len(horizontal) + len(vertical) == 0


def test_fills_with_their_grey() -> None:
    picture = np.full((900, 1000), 255, np.uint8)
    picture[100:160, 80:600] = 204
    picture[300:340, 80:400] = 0
    words(picture, ("Laboratory", 100, 140))
    boxes, greys = find_fills(picture, UNIT)
    assert boxes.tolist() == [[80, 300, 400, 340], [80, 100, 600, 160]]
    assert greys == pytest.approx([0.0, 0.8], abs=0.01)


def test_a_redaction_that_touches_a_shaded_heading_is_an_area_of_its_own() -> None:
    picture = np.full((900, 1000), 255, np.uint8)
    picture[100:200, 80:900] = 204
    picture[200:800, 300:890] = 0
    boxes, greys = find_fills(picture, UNIT)
    assert boxes.tolist() == [[300, 200, 890, 800], [80, 100, 900, 200]]
    assert greys == pytest.approx([0.0, 0.8], abs=0.01)


@given(st.floats(-3.5, 3.5))
@settings(max_examples=12, deadline=None)
def test_skew_is_measured_and_taken_out(degrees: float) -> None:
    picture = words(
        grid([100, 160, 220, 280], [80, 300, 600, 900]),
        *(("Vital signs", 90, 380 + 50 * i) for i in range(8)),
    )
    skewed = straighten(picture, -degrees)
    measured = estimate_skew(find_ink(skewed, UNIT))
    assert measured == pytest.approx(degrees, abs=0.12)
    left = estimate_skew(find_ink(straighten(skewed, measured), UNIT))
    assert abs(left) <= 0.12


def test_no_skew_of_an_empty_picture() -> None:
    assert estimate_skew(np.zeros((500, 500), np.uint8)) == 0.0


def drawn(kind: str, side: int, thick: int) -> np.ndarray:
    blob = np.zeros((side + 8, side + 8), np.uint8)
    low, high = 4, 3 + side
    if kind == "X":
        cv2.line(blob, (low, low), (high, high), 255, thick)
        cv2.line(blob, (low, high), (high, low), 255, thick)
    elif kind == "•":
        cv2.circle(blob, ((low + high) // 2, (low + high) // 2), side // 2, 255, -1)
    elif kind == "■":
        blob[low:high, low:high] = 255
    elif kind == "✓":
        corner = (low + side // 3, high)
        cv2.line(blob, (low, low + side // 2), corner, 255, thick)
        cv2.line(blob, corner, (high, low), 255, thick)
    elif kind == "O":
        cv2.circle(blob, ((low + high) // 2, (low + high) // 2), side // 2 - 1, 255, thick)
    elif kind == "+":
        cv2.line(blob, (low, (low + high) // 2), (high, (low + high) // 2), 255, thick)
        cv2.line(blob, ((low + high) // 2, low), ((low + high) // 2, high), 255, thick)
    elif kind == "V":
        cv2.line(blob, (low, low), ((low + high) // 2, high), 255, thick)
        cv2.line(blob, ((low + high) // 2, high), (high, low), 255, thick)
    return blob


@pytest.mark.parametrize("side", [12, 17, 24, 40])
@pytest.mark.parametrize(
    ("kind", "name"), [("X", "X"), ("•", "•"), ("■", "■"), ("✓", "✓"), ("O", ""), ("+", ""), ("V", "")]
)
def test_shapes(kind: str, name: str, side: int) -> None:
    assert name_shape(drawn(kind, side, max(1, side // 8))) == name


def test_no_shape_without_ink() -> None:
    assert name_shape(np.zeros((20, 20), np.uint8)) == ""


def test_blobs_are_words_not_specks() -> None:
    ink = np.zeros((300, 600), np.uint8)
    cv2.putText(ink, "X", (100, 100), cv2.FONT_HERSHEY_TRIPLEX, 0.8, 255, 1)
    cv2.putText(ink, "Day", (300, 100), cv2.FONT_HERSHEY_TRIPLEX, 0.8, 255, 1)
    ink[200:203, 50:53] = 255
    boxes = find_blobs(ink, 22)
    assert len(boxes) == 2
    assert sorted(boxes[:, 0].tolist()) == pytest.approx([101, 302], abs=3)


def test_a_raised_marker_is_told_from_the_letters() -> None:
    ink = np.zeros((40, 200), np.uint8)
    cv2.putText(ink, "Visit", (2, 34), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
    assert find_raised(ink > 0) is None
    end = int(np.flatnonzero(ink.any(axis=0))[-1])
    cv2.putText(ink, "2", (end + 5, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    box = find_raised(ink > 0)
    assert box is not None
    assert box[0] == pytest.approx(end + 6, abs=3)
    assert box[3] == pytest.approx(21, abs=2)


def test_characters_that_were_read_raised_stand_higher() -> None:
    """Their boxes are lower and end above the base line, so that words and cells tell them."""
    ink = np.zeros((40, 120), np.uint8)
    ink[10:30, 5:110] = 255
    reading = Reading("Xab", 0.9, np.array([0.2, 0.6, 0.9], np.float32), raised=2)
    codes, boxes, _, sure = _characters([Line((0.0, 5.0, 120.0, 35.0), 0, reading)], ink, 20.0, 1.0)
    assert "".join(map(chr, codes)) == "Xab "
    assert boxes[1, 3] == boxes[2, 3] < boxes[0, 3]
    assert (boxes[:3, 1] == boxes[0, 1]).all()
    assert sure.tolist() == pytest.approx([0.9, 0.9, 0.9, 1.0])
