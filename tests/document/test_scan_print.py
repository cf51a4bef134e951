"""Print on pictures: close lines parted, raised signs found, grey paper made white, marks that stand alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.document.ocr import read_scan
from soesift.document.scan_dark import even_paper
from soesift.document.scan_lines import part_rows
from soesift.document.scan_marks import ink_pieces
from soesift.document.scan_raised import find_lifted, find_raised
from soesift.table.find import find_tables, print_size, scaled

UNIT = 200 / 72


def font(points: float) -> ImageFont.FreeTypeFont:
    import matplotlib  # brings a font that is the same everywhere

    name = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(name), round(points * UNIT))


def sheet(width: float = 300, height: float = 200) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (round(width * UNIT), round(height * UNIT)), 255)
    return image, ImageDraw.Draw(image)


def ink_of(image: Image.Image) -> np.ndarray:
    return np.where(np.asarray(image) < 128, 255, 0).astype(np.uint8)


def test_a_box_over_three_close_lines_is_cut_to_the_middle_one() -> None:
    image, draw = sheet()
    for number, text in enumerate(
        ("Serious events are collected", "See the table for the times", "Only in one cohort")
    ):
        draw.text((20, 20 + 24 * number), text, fill=0, font=font(7))
    ink = ink_of(image)
    usual = [(20, 20 + 24 * n, 420, 42 + 24 * n) for n in range(3)]
    boxes = np.asarray([*usual, *usual, (20, 38, 420, 74)], np.float32)
    parted = part_rows(boxes, ink)[-1]
    assert parted[1] >= 42
    assert parted[3] <= 68
    assert ink[int(parted[1]) : int(parted[3]), 20:420].sum() >= 0.95 * ink[44:67, 20:420].sum()


@pytest.mark.parametrize("touching", [0, 3])
def test_raised_signs_at_the_end_of_a_line(touching: int) -> None:
    image, draw = sheet()
    draw.text((20, 30), "Activities", fill=0, font=font(9))
    end = int(draw.textlength("Activities", font(9))) + 20
    draw.text((end + 1 - touching, 26), "d", fill=0, font=font(6))
    part = ink_of(image)[20:70, 18 : end + 30]
    ys, xs = np.nonzero(part)
    found = find_raised(part[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] > 0)
    assert found is not None
    assert abs(found[0] - (end - 20 - touching)) <= 4


def test_raised_sign_at_the_start_of_a_note() -> None:
    image, draw = sheet()
    draw.text((20, 26), "2", fill=0, font=font(6))
    draw.text((40, 30), "Samples are taken before the dose", fill=0, font=font(9))
    ink = ink_of(image)
    ys, xs = np.nonzero(ink)
    part = ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] > 0
    found = find_lifted(part)
    assert found is not None
    assert found[2] <= 20
    assert find_lifted(part[:, 20:]) is None


def test_grey_paper_becomes_white_and_white_paper_stays() -> None:
    image, draw = sheet()
    draw.text((20, 30), "Informed consent", fill=0, font=font(9))
    white = np.asarray(image.convert("RGB"))
    assert even_paper(white, UNIT) is white
    grey = (white * np.linspace(0.8, 0.6, white.shape[1])[None, :, None]).astype(np.uint8)
    made = even_paper(grey, UNIT)
    assert np.percentile(made, 5) < 250
    assert np.median(made) >= 245
    assert made[ink_of(image) > 0].mean() < 90


def test_marks_without_rules_are_read_and_known_by_their_ink() -> None:
    image, draw = sheet(400, 300)
    names = ("Informed consent", "Vital signs", "Blood sample", "Urine test", "Physical examination", "Weight")
    for row, name in enumerate(names):
        draw.text((40, 100 + 70 * row), name, fill=0, font=font(9))
        for column in range(4):
            draw.text((500 + 130 * column, 100 + 70 * row), "X", fill=0, font=font(9))
    page = read_scan(np.asarray(image.convert("RGB")), 400, 300, 1)
    assert sum(code in (ord("X"), ord("x")) for code in page.codes.tolist()) - 1 >= 24 - 1  # "X" of no name
    assert len(page.sure) == len(page.codes)
    assert ((page.sure > 0) & (page.sure <= 1)).all()
    marks = page.piece_ink[(page.pieces[:, 0] > 170) & (page.pieces[:, 3] - page.pieces[:, 1] > 4)]
    assert len(marks) == 24
    assert marks.std() < 0.2 * marks.mean()


def test_dust_is_no_piece_of_ink() -> None:
    ink = np.zeros((60, 60), np.uint8)
    ink[5, 5] = 255
    ink[20:30, 20:24] = 255
    boxes, area = ink_pieces(ink, 4.0)
    assert boxes.tolist() == [[5.0, 5.0, 6.0, 7.5]]
    assert area.tolist() == [2.5]


def test_a_large_sheet_is_read_as_one_of_usual_size() -> None:
    image, draw = sheet(400, 300)
    for row in range(8):
        draw.text((40, 60 + 80 * row), ("Timing" if not row else f"Assessment {row}"), fill=0, font=font(9))
        for column in range(4):
            text = f"Day {column + 1}" if not row else "X"
            draw.text((400 + 170 * column, 60 + 80 * row), text, fill=0, font=font(9))
    page = read_scan(np.asarray(image.convert("RGB")), 400, 300, 1)
    usual = find_tables(page)
    large = find_tables(scaled(page, 2.0))
    assert print_size(scaled(page, 2.0)) > 14
    assert [t.texts() for t in large.tables] == [t.texts() for t in usual.tables]
    assert usual.tables
    assert large.tables[0].bbox == pytest.approx([2 * v for v in usual.tables[0].bbox], rel=0.02)
    assert large.width == pytest.approx(800)
