"""Rulings, fills and pictures, whichever way they are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from document_maker import STYLES, Sheet, draw_table, full_grid, read_sheet
from soesift.document.drawing import IDENTITY, _move_box, _multiply, clean_rulings, is_thin

XS, YS = [100.0, 180.0, 240.0, 300.0], [100.0, 120.0, 150.0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("rotate", [0, 90])
def test_every_style_gives_the_same_rules(tmp_path: Path, style: str, rotate: int) -> None:
    sheet = draw_table(Sheet(rotate=rotate), XS, YS, full_grid([[""] * 3] * 2), style)
    horizontal, vertical = clean_rulings(read_sheet(tmp_path, sheet))
    assert horizontal[:, 0] == pytest.approx(YS, abs=1)
    assert vertical[:, 0] == pytest.approx(XS, abs=1)
    assert np.abs(horizontal[:, 1:] - [100, 300]).max() < 1.5
    assert np.abs(vertical[:, 1:] - [100, 150]).max() < 1.5


@pytest.mark.parametrize("width", [0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
def test_line_width_does_not_matter(tmp_path: Path, width: float) -> None:
    page = read_sheet(tmp_path, Sheet().line(30, 40, 90, 40, width=width).line(30, 40, 30, 100, width=width))
    assert page.horizontal[0].tolist() == pytest.approx([30, 40, 90, 40], abs=width + 0.6)
    assert page.vertical[0].tolist() == pytest.approx([30, 40, 30, 100], abs=width + 0.6)
    assert (len(page.horizontal), len(page.vertical), len(page.fills)) == (1, 1, 0)


def test_bold_cell_outlines_do_not_double_the_rules(tmp_path: Path) -> None:
    sheet = Sheet()
    for left in (100, 160, 220):
        sheet.parts.append(f"q 2.5 w {left} 600 60 40 re S Q")
    _, vertical = clean_rulings(read_sheet(tmp_path, sheet))
    assert vertical[:, 0].tolist() == [100, 160, 220, 280]


def test_a_curve_is_no_box(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.parts.append("q 1 w 100 100 m 120 150 140 150 160 100 c S Q")
    page = read_sheet(tmp_path, sheet)
    assert (len(page.horizontal), len(page.vertical)) == (0, 0)


def test_slanted_line_is_no_rule(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, Sheet().line(100, 100, 200, 200))
    assert (len(page.horizontal), len(page.vertical)) == (0, 0)


def test_what_is_not_seen_is_no_rule(tmp_path: Path) -> None:
    sheet = Sheet().box(100, 100, 300, 101, "f", 1.0)  # white on white
    sheet.parts.append("q 1 G 100 500 m 300 500 l S Q")
    sheet.parts.append("100 400 200 100 re W n")  # a clipping path paints nothing
    page = read_sheet(tmp_path, sheet)
    assert (len(page.horizontal), len(page.vertical), len(page.fills)) == (0, 0, 0)


@pytest.mark.parametrize(("grey", "rules"), [(0.85, (1, 1)), (1.0, (0, 0))])
def test_white_rules_on_coloured_areas_are_seen(tmp_path: Path, grey: float, rules: tuple[int, int]) -> None:
    sheet = Sheet()
    for x, y in ((100, 100), (200, 100), (100, 120), (200, 120)):
        sheet.box(x, y, x + 100, y + 20, "f", grey)
    sheet.box(199.5, 100, 200.5, 140, "f", 1.0).box(100, 119.5, 300, 120.5, "f", 1.0)
    sheet.box(400, 100, 401, 140, "f", 1.0)  # on paper
    page = read_sheet(tmp_path, sheet)
    assert (len(page.horizontal), len(page.vertical)) == rules


def test_fills_and_their_grey(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, Sheet().box(100, 100, 300, 150, "f", 0.0).box(100, 200, 300, 260, "f", 0.8))
    assert page.fills.round().tolist() == [[100, 100, 300, 150], [100, 200, 300, 260]]
    assert page.fill_grey.tolist() == pytest.approx([0.0, 0.8], abs=0.01)
    assert (len(page.horizontal), len(page.vertical)) == (0, 0)


def test_filled_and_stroked_box_is_both(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, Sheet().box(100, 100, 300, 150, "B", 0.9))
    assert len(page.fills) == 1
    assert (len(page.horizontal), len(page.vertical)) == (2, 2)


def test_many_rectangles_in_one_filled_path(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.parts.append("q 0 g 100 600 200 0.7 re 100 560 200 0.7 re 100 560 0.7 40 re 110 565 50 30 re f Q")
    page = read_sheet(tmp_path, sheet)
    assert len(page.horizontal) == 2
    assert len(page.vertical) == 1
    assert page.fills.round().tolist() == [[110, 197, 160, 227]]


def test_pictures_thick_and_thin(tmp_path: Path) -> None:
    sheet = Sheet().image(100, 100, 300, 250).image(100, 400, 300, 401).image(100, 400, 101, 500)
    page = read_sheet(tmp_path, sheet)
    assert page.images.round().tolist() == [[100, 100, 300, 250]]
    assert page.horizontal.round().tolist() == [[100, 400, 300, 401]]
    assert page.vertical.round().tolist() == [[100, 400, 101, 500]]


@pytest.mark.parametrize("style", ["stroke", "outline", "path", "fill"])
def test_form_is_moved_and_scaled(tmp_path: Path, style: str) -> None:
    inner = draw_table(Sheet(), XS, YS, full_grid([[""] * 3] * 2), style)
    # the table in half size, 50 to the right; y is kept from the bottom: 792 -> 396
    page = read_sheet(tmp_path, Sheet().form(inner, "0.5 0 0 0.5 50 396"))
    horizontal, vertical = clean_rulings(page)
    assert horizontal[:, 0] == pytest.approx([50, 60, 75], abs=1)
    assert vertical[:, 0] == pytest.approx([100, 140, 170, 200], abs=1)


def test_forms_within_forms_end(tmp_path: Path) -> None:
    """A form that draws itself is bounded."""
    sheet = Sheet()
    sheet.forms.append("q 100 100 m 300 100 l S Q /X0 Do")
    sheet.parts.append("/X0 Do")
    assert len(read_sheet(tmp_path, sheet).horizontal) >= 1


@pytest.mark.parametrize(
    ("width", "height", "thin"),
    [(200, 0.5, True), (3, 300, True), (400, 5, True), (100, 5, False), (50, 50, False), (5, 400, True)],
)
def test_is_thin(width: float, height: float, thin: bool) -> None:
    assert is_thin(width, height) is thin


def test_matrix_product_is_first_then_second() -> None:
    scale, shift = (2.0, 0.0, 0.0, 2.0, 0.0, 0.0), (1.0, 0.0, 0.0, 1.0, 10.0, 20.0)
    assert _move_box((1, 1, 2, 3), _multiply(scale, shift)) == (12, 22, 14, 26)
    assert _move_box((1, 1, 2, 3), _multiply(shift, scale)) == (22, 42, 24, 46)
    turn = (0.0, 1.0, -1.0, 0.0, 0.0, 0.0)
    assert _move_box((1, 1, 2, 3), turn) == (-3, 1, -1, 2)
    assert _move_box((1, 1, 2, 3), IDENTITY) == (1, 1, 2, 3)
