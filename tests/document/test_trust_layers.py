"""Text layers one can and cannot trust."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from document_maker import Sheet, Spanned, draw_table, full_grid, read_sheet
from soesift.document.page import Page
from soesift.document.pdf import characters_of, open_pdf
from soesift.document.text_layer import is_garbled, is_spread, picture_box, text_problem, unshift
from soesift.document.words import find_words, read_lines
from soesift.table.find import find_tables

PROSE = [
    "The participant signs the informed consent before any study procedure.",
    "Vital signs are taken after five minutes of rest in a seated position.",
    "Blood samples for safety are drawn at each visit to the study centre.",
    "Adverse events are recorded from consent until the end of follow-up.",
    "The study treatment is dispensed on the first day of every cycle.",
]


def prose(sheet: Sheet | None = None) -> Sheet:
    sheet = sheet or Sheet()
    for number, line in enumerate(PROSE):
        sheet.text(72, 100 + 14 * number, line)
    return sheet


def typed(text: str, size: float = 8.0) -> Page:
    """A page whose characters stand in one long line."""
    codes = np.array([ord(c) for c in text], np.uint32)
    boxes = np.zeros((len(codes), 4), np.float32)
    boxes[:, 0] = np.arange(len(codes)) * size / 2
    boxes[:, 2] = boxes[:, 0] + size / 2
    boxes[:, 1], boxes[:, 3] = 100, 100 + size
    return Page(1, 612, 792, codes=codes, boxes=boxes, upright=np.zeros(len(codes), np.int16))


def test_sound_pages(tmp_path: Path) -> None:
    assert read_sheet(tmp_path, prose()).problem == ""
    assert read_sheet(tmp_path, Sheet()).problem == ""
    assert read_sheet(tmp_path, prose().image(500, 30, 580, 60)).problem == ""  # a logo


def test_picture_page(tmp_path: Path) -> None:
    assert read_sheet(tmp_path, Sheet().image(50, 50, 560, 740)).problem == "image"
    # a page number and a stamp next to the picture change nothing
    stamped = Sheet().image(50, 50, 560, 700).text(300, 770, "Page 12 of 90").text(72, 30, "Approved v2")
    assert read_sheet(tmp_path, stamped).problem == "image"


def test_picture_in_strips(tmp_path: Path) -> None:
    sheet = Sheet()
    for top in range(50, 700, 50):
        sheet.image(50, top, 560, top + 50)
    page = read_sheet(tmp_path, sheet)
    assert page.problem == "image"
    assert picture_box(page) == pytest.approx((50, 50, 560, 700), abs=0.1)


def test_small_picture_hides_no_table(tmp_path: Path) -> None:
    assert read_sheet(tmp_path, Sheet().text(72, 72, "A figure").image(200, 200, 350, 330)).problem == ""


def test_searchable_scan(tmp_path: Path) -> None:
    sheet = Sheet().image(0, 0, 612, 792)
    for number in range(40):
        sheet.text(60, 60 + 16 * number, PROSE[number % 5] + " " + PROSE[0][:20])
    page = read_sheet(tmp_path, sheet)
    assert page.problem == "scan"
    # rules drawn over a background picture: a digital page
    for number in range(4):
        sheet.line(50, 100 + 50 * number, 560, 100 + 50 * number)
    assert read_sheet(tmp_path, sheet).problem == ""


def test_outlined_glyphs_are_a_picture(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(320):
        x, y = 60 + number % 40 * 12, 700 - number // 40 * 20
        curve = f"{x + 2} {y + 8} {x + 6} {y + 8} {x + 8} {y} c"
        sheet.parts.append(f"{x} {y} m {curve} {x + 6} {y - 4} l {x + 3} {y - 5} l {x + 1} {y - 3} l h f")
    assert read_sheet(tmp_path, sheet).problem == "image"


def test_shifted_text_is_read_back(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, line in enumerate(PROSE):
        x = 72.0
        for word in line.split():
            sheet.text(x, 100 + 14 * number, "".join(chr(ord(c) - 29) for c in word))
            x += 7 * len(word) + 14
    page = read_sheet(tmp_path, sheet)
    assert page.problem == ""
    words = find_words(page)
    chosen = np.flatnonzero(words.boxes[:, 3] < 110)
    assert read_lines(words, chosen) == PROSE[0]


def test_unshift_leaves_what_it_cannot_read() -> None:
    page = typed("bcdfghjklmnpqrstvwxz" * 20)
    before = page.codes.copy()
    assert text_problem(page) == "garbled"
    assert not unshift(page)
    assert np.array_equal(page.codes, before)


def test_private_codes_are_garbled_but_bullets_are_not() -> None:
    assert is_garbled(np.full(60, 0xE010, np.uint32))
    assert not is_garbled(np.full(39, 0xE010, np.uint32))  # too few to tell
    text = np.array([ord(c) for c in "".join(PROSE) if c != " "] + [0xF0B7] * 12, np.uint32)
    assert not is_garbled(text)


@pytest.mark.parametrize(
    "language",
    [
        "Informed consent and demographic data are collected at the screening visit of every participant " * 4,
        "Das Einverständnis wird vor jeder studienbedingten Maßnahme schriftlich eingeholt und abgelegt " * 4,
        "Le consentement éclairé est recueilli avant toute procédure prévue par le protocole de recherche " * 4,
        "試験実施計画書 の 観察 検査 スケジュール " * 30,
    ],
)
def test_languages_are_not_garbled(language: str) -> None:
    assert text_problem(typed(language)) == ""


def test_spread_text_is_noticed_and_read(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, line in enumerate(PROSE):
        x = 40.0
        for word in line.split():
            sheet.text(x, 100 + 16 * number, " ".join(word), 9)
            x += 8.2 * len(word) + 9
    page = read_sheet(tmp_path, sheet)
    assert page.problem == "spread"
    assert is_spread(page.codes)
    # the gaps tell words apart better than the spaces do
    assert len(find_words(page)) < 0.5 * sum(len(line.replace(" ", "")) for line in PROSE)


@pytest.mark.parametrize("problem", ["shifted", "spread"])
def test_a_table_on_a_troubled_page(tmp_path: Path, problem: str) -> None:
    """Its grid is read as from a sound page, though spaces within shifted cells are lost with the font."""
    grid = [["Procedure", "Screening", "Treatment"], ["Consent", "X", ""], ["Weight", "X", "X"]]

    def garble(text: str) -> str:
        return " ".join(text) if problem == "spread" else "".join(chr(ord(c) - 29) for c in text)

    sheet = draw_table(
        Sheet(),
        [72, 220, 320, 420],
        [100, 120, 140, 160],
        [Spanned(cell.row, cell.column, garble(cell.text)) for cell in full_grid(grid)],
        size=7,
    )
    for number, text in enumerate(PROSE):
        sheet.text(40, 300 + 16 * number, garble(text.replace(" ", "")), 9)
    page = read_sheet(tmp_path, sheet)
    assert [t.texts() for t in find_tables(page).tables] == [grid]
    with open_pdf(next(tmp_path.glob("*.pdf"))) as document:
        codes, boxes = characters_of(document, 0)  # the second witness asks again
    assert (codes.tolist(), boxes.tolist()) == (page.codes.tolist(), page.boxes.tolist())


@given(st.lists(st.integers(0, 0x10FFFF), max_size=400))
def test_no_text_breaks_the_judgement(codes: list[int]) -> None:
    array = np.array(codes, np.uint32)
    assert isinstance(is_garbled(array[array > 32]), bool)
    assert isinstance(is_spread(array), bool)
    boxes = np.tile(np.array([10, 10, 20, 20], np.float32), (len(array), 1))
    page = Page(1, 612, 792, codes=array, boxes=boxes, upright=np.zeros(len(array), np.int16))
    assert text_problem(page) in ("", "garbled", "spread")
    unshift(page)
    assert len(page.codes) == len(codes)
