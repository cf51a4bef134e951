"""Text layers of pages that are pictures: text that is not seen, and print beside a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from soesift.document.page import Page
from soesift.document.pdf import open_pdf, read_page
from soesift.document.text_layer import with_print_beside

LINE = "Vital signs are taken after five minutes of rest"


def page_of(folder: Path, draw: Any) -> Page:
    path = folder / "page.pdf"
    canvas = Canvas(str(path), pagesize=(612, 792))
    draw(canvas)
    canvas.save()
    with open_pdf(path) as document:
        return read_page(document, 0)


def picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (200, 200), 230)), 60, 60, 500, 600)


def text(canvas: Canvas, mode: int) -> None:
    for number in range(25):
        line = canvas.beginText(70, 80 + 20 * number)
        line.setTextRenderMode(mode)
        line.textOut(LINE)
        canvas.drawText(line)


def frame(canvas: Canvas) -> None:
    for place in range(4):
        canvas.line(40, 30 + 5 * place, 570, 30 + 5 * place)


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ([picture, lambda c: text(c, 3), frame], "scan"),  # invisible over a picture, whatever lines there are
        ([lambda c: text(c, 0), picture, frame], "scan"),  # painted over by it
        ([picture, lambda c: text(c, 0), frame], ""),  # printed on a ground
        ([lambda c: text(c, 3)], ""),  # no picture to read instead
    ],
)
def test_text_that_is_not_seen_is_no_print(tmp_path: Path, parts: list[Any], problem: str) -> None:
    def draw(canvas: Canvas) -> None:
        for part in parts:
            part(canvas)

    assert page_of(tmp_path, draw).problem == problem


def typed(said: str, top: float, **more: Any) -> Page:
    codes = np.array([ord(c) for c in said], np.uint32)
    left = 60 + 5.0 * np.arange(len(codes))
    boxes = np.stack((left, np.full(len(codes), top), left + 5, np.full(len(codes), top + 9)), axis=1)
    return Page(
        1, 612, 792, codes=codes, boxes=boxes.astype(np.float32), upright=np.zeros(len(codes), np.int16), **more
    )


def test_print_beside_a_picture_is_taken_from_the_text_layer() -> None:
    images = np.array([[60, 100, 560, 500]], np.float32)
    page = typed("a Fasting is required.", 600, images=images)
    read = typed("a Fastlng is requ1red.", 600, source="ocr", sure=np.full(22, 0.9, np.float32))
    found = with_print_beside(read, page)
    assert found.text().strip() == "a Fasting is required."
    assert len(found.sure) == len(found.codes)
    assert found.sure[found.codes > 32].min() == 1
    assert found.source == "ocr"
    inside = typed("Day 1", 300, source="ocr")
    assert with_print_beside(inside, page).text() == "Day 1a Fasting is required."
    # a layer that lacks most of what is printed there is not all of the print
    assert with_print_beside(read, typed("a Fast", 600, images=images)) is read
    assert with_print_beside(read, typed("a Fasting is required.", 600)) is read
