"""A second look at pictures: questionnaires and forms are left, schedules and what cannot be judged are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.detect import reading
from soesift.detect.detector import Detector
from soesift.detect.options import ReadOptions
from soesift.detect.second_look import NAMES, SETTINGS, chosen, likely, look_again, shipped_model, what_is_said
from soesift.document.page import Page
from soesift.document.pdf import render_page
from soesift.document.scan_glance import SETTINGS as GLANCE
from soesift.document.scan_text import Reading
from soesift.sample import make_protocol

QUESTIONS = (
    "How often did you feel tired last week?",
    "Did you have any trouble sleeping at night?",
    "Were you able to climb one flight of stairs?",
    "How much did pain disturb your daily work?",
    "Have you felt calm and peaceful at home?",
    "Did you need help with washing or dressing?",
    "Have you been worried about your health?",
    "Did you find it hard to remember things?",
    "How often did you feel like your usual self?",
    "Were you limited in meeting your friends?",
)
ANSWERS = ("Never", "Rarely", "Sometimes", "Often", "Always")


def questionnaire(title: str = "Quality of Life Questionnaire") -> Any:
    """(2000, 1414, 3) page with a grid of boxes to tick."""
    page = Image.new("RGB", (1414, 2000), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=24)
    draw.text((120, 120), title, "black", ImageFont.load_default(size=34))
    draw.text((120, 190), "Please answer all of the questions by ticking one box in each row", "black", font)
    for column, answer in enumerate(ANSWERS):
        draw.text((705 + 120 * column, 312), answer, "black", ImageFont.load_default(size=20))
    for row in range(len(QUESTIONS) + 2):
        draw.line((110, 290 + 90 * row, 1300, 290 + 90 * row), "black", 2)
    for x in (110, *range(690, 1301, 122)):
        draw.line((x, 290, x, 290 + 90 * (len(QUESTIONS) + 1)), "black", 2)
    for row, question in enumerate(QUESTIONS):
        draw.text((125, 410 + 90 * row), question, "black", font)
        for column in range(len(ANSWERS)):
            draw.rectangle((735 + 122 * column, 412 + 90 * row, 757 + 122 * column, 434 + 90 * row), outline="black")
    return np.asarray(page)


@pytest.fixture(scope="module")
def asked() -> Any:
    return look_again(questionnaire())


@pytest.fixture(scope="module")
def schedules(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Pictures of a schedule's first page, of several kinds."""
    folder, pictures = tmp_path_factory.mktemp("schedules"), []
    for kind in ("small", "rotated", "borderless"):
        truth = make_protocol(43, folder, kind=kind, negatives=1)
        with pypdfium2.PdfDocument(folder / f"{truth.id}.pdf") as document:
            index = truth.soe_tables[0].grid_pages[0] - 1
            longer = max(document[index].get_size())
            pictures.append(render_page(document, index, 2 * 72 * GLANCE.side / longer))
    return pictures


def said(*texts: str, confidence: float = 0.99) -> list[Reading]:
    return [Reading(text, confidence, np.zeros(0, np.float32)) for text in texts]


def test_the_model_is_of_what_is_seen() -> None:
    assert shipped_model()["features"] == list(NAMES)
    assert shipped_model()["card"]["read"] == SETTINGS.read


def test_schedules_are_read(schedules: list[Any]) -> None:
    for picture in schedules:
        seen = look_again(picture)
        assert seen is None or likely(seen) >= SETTINGS.read


def test_a_questionnaire_is_left(asked: Any) -> None:
    _, named, other = asked
    assert named <= 1
    assert other >= 0.2
    assert likely(asked) < SETTINGS.read


def test_what_the_glance_saw_is_not_looked_for_again(asked: Any) -> None:
    again = look_again(questionnaire(), 0.25)
    assert again is not None
    assert again[0] == pytest.approx(np.log(0.25 / 0.75))
    assert again[1:] == pytest.approx(asked[1:])


@pytest.mark.parametrize("turns", [1, 3])
def test_a_turned_page_says_the_same(asked: Any, turns: int) -> None:
    turned = look_again(np.ascontiguousarray(np.rot90(questionnaire(), turns)))
    assert turned is not None
    assert turned[1:] == pytest.approx(asked[1:], abs=0.3)
    assert likely(turned) < SETTINGS.read


@pytest.mark.parametrize("page", [np.full((2000, 1414, 3), 255), np.zeros((2000, 1414, 3)), np.full((30, 20, 3), 255)])
def test_a_page_without_letters_is_not_judged(page: Any) -> None:
    assert look_again(page.astype(np.uint8)) is None


def test_what_is_poorly_read_or_foreign_is_not_judged() -> None:
    plain = said("Some words here", "Other words there", "More words again", "Week 4", "Vital signs")
    assert what_is_said(plain) == [2, 0]
    assert what_is_said(plain[:4]) is None
    poor = said("Some words here", "Other words there", "More words again", "Week 4", "Vital signs", confidence=0.5)
    assert what_is_said(poor) is None
    assert what_is_said(said("1.5", "2.5", "3.5", "4.5", "5.5")) is None
    foreign = ("Einwilligung", "Einschluss", "Blutentnahme", "Nachbeobachtung", "Begleitmedikation")
    assert what_is_said(said(*foreign)) is None


def test_titles_times_and_activities_speak_for_a_page() -> None:
    rest = ("Some words here", "Other words there", "More words again", "Words")
    assert what_is_said(said("Week 4", "Vital signs", *rest)) == [2, 0]
    assert what_is_said(said("Week 4", "Vital signs", "Body weight", *rest)) is None
    assert what_is_said(said("Schedule of Events", *rest)) is None


def test_questions_and_letters_speak_against_it() -> None:
    usual, most = SETTINGS.usual, SETTINGS.most
    lines = said("How often do they sleep?", "Signature of the writer", "Some words", "Other words", "More words")
    assert what_is_said(lines) == [0, pytest.approx(min(most, 3 / 5 - usual))]  # a question that is graded counts twice
    assert what_is_said(said("Signature", *["Some other words"] * 9)) == [0, 0]


def test_pieces_are_read_from_top_head_and_left() -> None:
    rows = [[10, 20 * r, 90, 20 * r + 9] for r in range(30)]
    cells = [[200 + 60 * c, 80, 230 + 60 * c, 89] for c in range(6)]
    boxes = np.asarray(sorted([*rows, *cells], key=lambda box: (box[1], box[0])), np.float32)
    found = boxes[chosen(boxes, 9.0)]
    assert len(found) == SETTINGS.top + SETTINGS.head + SETTINGS.left
    assert {tuple(box) for box in found.tolist()} >= {(10, 0, 90, 9), (200, 80, 230, 89), (500, 80, 530, 89)}
    left = found[SETTINGS.top + SETTINGS.head :]
    assert (left[:, 0] == 10).all()
    assert left[:, 1].max() == 580


@pytest.mark.parametrize(
    ("rows", "wanted"),  # (left, width) of the pieces of each row; (row, left) of those that are read
    [
        (  # two titles, three of the fullest row of the upper two thirds, and what stands at the left
            [
                [(0, 60)],
                [(0, 30), (100, 20), (150, 20), (200, 20), (250, 20)],
                [(0, 50)],
                [(0, 20)],
                [(100, 20)],
                [(0, 20), (100, 20), (120, 20), (140, 20), (160, 20), (200, 20)],
            ],
            [(0, 0), (2, 0), (1, 100), (1, 200), (1, 250), (1, 0), (3, 0), (5, 0)],
        ),
        ([[(0, 20)]] * 12, [(row, 0) for row in (0, 2, 3, 5, 6, 8, 9, 11)]),
        (
            [[(0, 39)], [(0, 40)], [(0, 20), (88, 12)], [(34, 20)], [(36, 20)]],
            [(1, 0), (2, 88), (0, 0), (2, 0), (3, 34)],
        ),
    ],
)
def test_which_pieces_are_read_of_a_page(rows: list[list[tuple[int, int]]], wanted: list[tuple[int, int]]) -> None:
    placed = [(x, 20 * row, x + wide, 20 * row + 10) for row, pieces in enumerate(rows) for x, wide in pieces]
    boxes = np.asarray(placed, np.float32)
    assert [(int(boxes[i, 1]) // 20, int(boxes[i, 0])) for i in chosen(boxes, 10.0)] == wanted


def test_what_both_looks_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    sure, little = SETTINGS.beside, SETTINGS.read / 2
    again = {0: little, 1: sure, 2: little, 3: None, 4: little, 5: little, 6: little, 7: SETTINGS.read}
    monkeypatch.setattr(reading, "_glance", lambda document, index: 0.0 if index == 6 else 0.9)
    monkeypatch.setattr(reading, "_look", lambda document, index, glanced: again[index])

    def unlikely(index: int, title: str = "") -> float | None:
        page = Page(index + 1, 600.0, 800.0, problem="image", codes=np.asarray([ord(c) for c in title], np.uint32))
        return reading._unlikely([None] * 8, index, page, reading.Looks(), {})

    assert unlikely(0) is None  # beside one that surely is a schedule's
    assert unlikely(1) is None
    assert unlikely(2) is None
    assert unlikely(3) is None  # not to be judged
    assert unlikely(4) is None  # beside one that cannot be judged
    assert unlikely(5) == little
    assert unlikely(5, "Table 3 Schedule of Assessments") is None
    assert unlikely(6) == 0.0  # a glance suffices
    assert unlikely(7) is None


def test_a_questionnaire_is_told_and_always_read(tmp_path: Path) -> None:
    source = tmp_path / "questions.pdf"
    Image.fromarray(questionnaire()).save(source, "PDF", resolution=170)
    found = Detector.load("linear").detect(source, ocr="auto").document
    assert [one.page for one in found.pictures_not_read] == [1]
    assert found.image_only_pages == [1]
    with pypdfium2.PdfDocument(source) as document:
        scan = reading.scan_page(document, 0, Page(1, 600.0, 848.0, problem="image"), ReadOptions("always"))
    assert scan.page is not None
