"""A picture whose words name no visit and nothing done is left before its end; a few lines are never too little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.detect import reading
from soesift.detect.options import ReadOptions
from soesift.document import ocr, scan_text
from soesift.document.page import Page
from soesift.document.scan_text import LeftOff, Reading, read_crops

FEELINGS = [
    "I feel calm",
    "I am worried about things",
    "I sleep well",
    "People listen to me",
    "Not at all",
    "Very much",
]
STATES = ["Dose level one", "Severe rash", "Stop and call", "Reduce by half", "No change", "Liver enzymes"]
GERMAN = ["Schlafstörung", "Übelkeit", "Müdigkeit", "Kopfschmerz", "Schwindelgefühl", "Gelenkschwellung"]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (FEELINGS * 4, True),
        (STATES * 4 + ["Week 4"], True),
        (FEELINGS * 4 + ["Visit 1", "Day 8", "Vital signs"], False),
        (FEELINGS + ["x", "12", ""] * 20, False),
        (GERMAN * 5, False),
        ([], False),
    ],
    ids=["questionnaire", "one time in many lines", "three of a schedule", "few lines", "words unknown here", "blank"],
)
def test_what_names_no_visit_and_nothing_done_is_no_schedule(lines: list[str], left: bool) -> None:
    assert reading.names_none(lines) is left


def test_a_third_of_all_widths_is_read_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    crops = [np.full((48, 48 + 40 * number, 3), 255, np.uint8) for number in range(9)]
    monkeypatch.setattr(scan_text, "_read", lambda some, width: [_says(str(crop.shape[1])) for crop in some])
    asked: list[list[str]] = []
    whole = read_crops(crops, lambda texts: bool(asked.append(texts)))
    assert [item.text for item in whole] == [item.text for item in read_crops(crops)]
    first, second = (sum(map(bool, texts)) for texts in asked)
    assert 0 < first < second < len(crops)
    with pytest.raises(LeftOff):
        read_crops(crops, lambda texts: True)


def _says(text: str) -> Reading:
    return Reading(text, 1.0, np.zeros(len(text), np.float32))


@pytest.mark.parametrize(
    ("glance", "options", "problem", "read"),
    [
        (0.5, ReadOptions("auto"), "image", False),
        (0.5, ReadOptions("auto"), "scan", False),
        (0.95, ReadOptions("auto"), "image", True),
        (0.5, ReadOptions("auto", schedules=False), "image", True),
        (0.5, ReadOptions("always"), "image", True),
        (0.5, ReadOptions("auto"), "garbled", True),
    ],
    ids=["left", "a scan with text", "sure at a glance", "all tables", "always", "garbled"],
)
def test_only_a_doubtful_picture_is_left(
    glance: float, options: ReadOptions, problem: str, read: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def reader(image: object, *size: object) -> Page:
        if (pointless := size[-1]) is not None and pointless(FEELINGS * 4):  # type: ignore[operator]
            raise LeftOff
        return Page(1, 300.0, 400.0)

    monkeypatch.setattr(ocr, "read_scan", reader)
    Image.new("L", (300, 400), 255).save(tmp_path / "a.pdf", "PDF")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        scan = reading.scan_page(document, 0, Page(1, 300.0, 400.0, problem=problem), options, {0: glance})
    assert (scan.page is not None, scan.failed) == (read, "")
    assert (scan.likely is None) is read
    if not read:
        assert 0 < (scan.likely or 0) < 0.02


def test_a_questionnaire_is_left_while_it_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = Image.new("RGB", (1100, 1000), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=24)
    for row in range(22):
        for column, words in enumerate((FEELINGS[row % 4], FEELINGS[4], FEELINGS[5])):
            draw.text((60 + 420 * column, 40 + 42 * row), words, "black", font)
    page.save(tmp_path / "a.pdf", "PDF", resolution=150)
    read: list[int] = []
    real = scan_text._read
    monkeypatch.setattr(scan_text, "_read", lambda some, width: read.append(len(some)) or real(some, width))
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        scan = reading.scan_page(document, 0, Page(1, 528.0, 480.0, problem="image"), ReadOptions("auto"), {0: 0.4})
    assert (scan.page, scan.failed) == (None, "")
    assert 15 <= sum(read) < 60  # of 66 lines, and those that show how the page is turned
