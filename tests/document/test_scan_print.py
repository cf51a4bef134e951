"""Print on pictures: close lines parted, raised signs found, grey paper made white, marks that stand alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.document.ocr import read_scan
from soesift.document.page import Page
from soesift.document.running_lines import is_set_apart
from soesift.document.scan_lines import part_rows
from soesift.document.scan_marks import find_lifted, find_raised, ink_pieces, vote
from soesift.document.scan_rules import even_paper
from soesift.document.words import Words, find_words
from soesift.join.far_notes import once_alike, settle_markers
from soesift.join.stack import Joined
from soesift.result.models import Cell, Footnote
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


def test_marks_are_named_by_their_likeness_to_the_others() -> None:
    def cross(size: int) -> np.ndarray:
        image = Image.new("L", (size, size), 0)
        draw = ImageDraw.Draw(image)
        draw.line((0, 0, size - 1, size - 1), fill=255, width=4)
        draw.line((0, size - 1, size - 1, 0), fill=255, width=4)
        return np.asarray(image)

    bar = np.zeros((20, 20), np.uint8)
    bar[:, 8:13] = 255
    blobs = [cross(20) for _ in range(7)] + [cross(19), bar]
    found = vote(["X"] * 7 + ["K", "V"], blobs)
    assert [sign for sign, _ in found] == ["X"] * 8 + ["V"]
    assert [fits for _, fits in found] == [True] * 8 + [False]
    assert [fits for _, fits in vote(["X", "K"], blobs[:2])] == [False, False]  # too few to be the rule


def test_notes_read_twice_are_one_and_figures_for_letters_are_put_right() -> None:
    said = "Samples are taken before the dose and two hours after it."
    notes = [
        Footnote(marker="k", text=said, page=1),
        Footnote(marker="1", text="Women of childbearing potential only.", page=1),
        Footnote(marker="m", text="In a subset of sites, as agreed.", page=1),
        Footnote(marker="k", text=said.replace("taken before", "takenbefore"), page=2),
    ]
    kept = once_alike(notes)
    assert [(note.marker, note.text) for note in kept] == [(n.marker, n.text) for n in notes[:3]]
    joined = Joined(grid=[["X"]], header_rows=0, cells=[Cell(row=0, column=0, text="X", markers=["1"])], pages=[1])
    settle_markers(kept, joined)
    assert [note.marker for note in kept] == ["k", "l", "m"]
    assert joined.cells[0].markers == ["l"]
    legend = [Footnote(marker="", text="Xl = In women only.", page=1), Footnote(marker="", text="Xz = Odd.", page=1)]
    settle_markers(legend, joined)
    assert [(note.marker, note.text) for note in legend] == [("l", "In women only."), ("", "Xz = Odd.")]


def test_lines_at_the_edge_are_set_apart_and_those_between_rules_are_not() -> None:
    image, draw = sheet(400, 500)
    draw.text((40, 40), "Sponsor Ltd.", fill=0, font=font(8))
    draw.text((800, 40), "Protocol 12", fill=0, font=font(8))
    for row in range(8):
        draw.text((40, 300 + 40 * row), f"Words of the text in line {row}", fill=0, font=font(9))
    page = read_scan(np.asarray(image.convert("RGB")), 400, 500, 1)
    words = find_words(page)
    assert {words.text[k] for k in np.flatnonzero(is_set_apart(words, page))} >= {"Sponsor", "Protocol"}
    assert "Words" not in {words.text[k] for k in np.flatnonzero(is_set_apart(words, page))}
    page.horizontal = np.array([[10, 10, 390, 11], [10, 30, 390, 31]], np.float32)
    assert not is_set_apart(words, page).any()


def test_a_column_of_marks_at_the_edge_is_no_turned_running_line() -> None:
    """Marks of the last column stand behind the ends of all longer words, one below the other, as such letters do."""
    names = [("Procedure", 50.0, 100.0 + 20 * k) for k in range(8)]
    marks = [("X", 600.0, 100.0 + 20 * k) for k in range(8)]
    letters = [(letter, 600.0, 100.0 + 20 * k) for k, letter in enumerate("CONFIDEN")]
    for last, apart in ((marks, False), (letters, True)):
        placed = [*names, *last]
        boxes = np.array([(x, y, x + 6 * len(t), y + 10) for t, x, y in placed], np.float32)
        words = Words(boxes, boxes, np.zeros(16, np.int16), np.full(16, 10, np.float32), [t for t, *_ in placed])
        page = Page(1, 700, 800)
        page.vertical = np.array([[40, 90, 41, 270]], np.float32)
        assert is_set_apart(words, page)[8:].tolist() == [apart] * 8
