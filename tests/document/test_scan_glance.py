"""A glance at page pictures: schedules of every kind are read, pages that hold none mostly are not."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from soesift.detect import reading
from soesift.detect.detector import Detector
from soesift.detect.options import ReadOptions
from soesift.document.page import Page
from soesift.document.scan_glance import NAMES, SETTINGS, features, likely
from soesift.sample import make_protocol

Grey = np.ndarray


def blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("L", (1240, 1754), 255)
    return page, ImageDraw.Draw(page)


def prose() -> Grey:
    page, draw = blank()
    font, random = ImageFont.load_default(size=22), np.random.default_rng(7)
    words = [
        "participant",
        "will",
        "the",
        "study",
        "treatment",
        "which",
        "investigator",
        "of",
        "and",
        "during",
        "safety",
    ]
    for line in range(50):
        draw.text((150, 120 + 30 * line), " ".join(random.choice(words, 10)), 0, font)
    return np.array(page)


def blackened() -> Grey:
    page = prose()
    page[300:420, 150:1100], page[700:730, 400:1000], page[1200:1400, 150:900] = 0, 0, 0
    return page


def agreement() -> Grey:
    page, draw = blank()
    font = ImageFont.load_default(size=24)
    draw.text((480, 150), "INVESTIGATOR AGREEMENT", 0, font)
    for number, name in enumerate(("Name", "Title", "Institution", "Address", "Telephone", "Signature", "Date")):
        draw.text((150, 500 + 110 * number), name, 0, font)
        draw.line((380, 525 + 110 * number, 1050, 525 + 110 * number), 0, 2)
    return np.array(page)


def cover() -> Grey:
    page, draw = blank()
    font = ImageFont.load_default(size=40)
    for number, text in enumerate(
        ("Clinical Study Protocol", "A randomised study of a drug", "Version 3", "Confidential")
    ):
        draw.text((200, 300 + 200 * number), text, 0, font)
    return np.array(page)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Grey]:
    """A page with a schedule of each way of drawing."""
    folder, pages = tmp_path_factory.mktemp("drawn"), {}
    for kind in ("small", "borderless", "rotated", "redacted"):
        truth = make_protocol(41, folder, kind=kind, negatives=1)
        main = max((table for table in truth.soe_tables), key=lambda table: len(table.grid_pages))
        with pypdfium2.PdfDocument(folder / f"{truth.id}.pdf") as document:
            picture = document[main.grid_pages[0] - 1].render(scale=150 / 72, grayscale=True).to_numpy()
        pages[kind] = np.ascontiguousarray(picture[..., 0] if picture.ndim == 3 else picture)
    return pages


def worn(page: Grey, skew: float, noise: float) -> Grey:
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), skew, 1)
    turned = cv2.warpAffine(page, matrix, page.shape[::-1], borderValue=255).astype(float)
    return np.clip(turned + np.random.default_rng(1).normal(0, noise, page.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["small", "borderless", "rotated", "redacted"])
@pytest.mark.parametrize(("skew", "noise"), [(0.0, 0.0), (1.1, 6.0)])
def test_schedules_of_every_kind_are_read(drawn: dict[str, Grey], kind: str, skew: float, noise: float) -> None:
    page = worn(drawn[kind], skew, noise) if noise else drawn[kind]
    assert likely(page) >= SETTINGS.read
    assert likely(np.ascontiguousarray(np.rot90(page))) >= SETTINGS.read


@pytest.mark.parametrize("draw", [blackened, agreement, cover])
def test_blackened_letters_covers_and_forms_are_not(draw: object) -> None:
    assert likely(draw()) < SETTINGS.read  # type: ignore[operator]


def test_a_page_turned_by_a_quarter_is_seen_alike(drawn: dict[str, Grey]) -> None:
    upright, turned = (features(page) for page in (drawn["small"], np.ascontiguousarray(np.rot90(drawn["small"]))))
    assert len(upright) == len(NAMES)
    assert upright == pytest.approx(turned, abs=0.25)


@pytest.mark.parametrize("shape", [(1, 1), (5, 900), (40, 40)])
def test_tiny_pictures_are_seen_too(shape: tuple[int, int]) -> None:
    assert 0 <= likely(np.full(shape, 255, np.uint8)) <= 1


@pytest.mark.parametrize(
    ("glances", "read"),
    [((0.9, 0.01, 0.9), True), ((0.4, 0.01, 0.0), True), ((0.0, 0.01, 0.0), False), ((0.0, 0.06, 0.0), True)],
)
def test_a_page_beside_a_likely_one_is_read(
    monkeypatch: pytest.MonkeyPatch, glances: tuple[float, ...], read: bool
) -> None:
    monkeypatch.setattr(reading, "_glance", lambda document, index: glances[index])
    assert (reading._unlikely_at_a_glance(glances, 1, reading.Looks(), {}) is None) is read


def test_what_is_not_read_is_told_and_always_reads_it(tmp_path: Path) -> None:
    source = tmp_path / "letter.pdf"
    Image.fromarray(cover()).save(source, "PDF", resolution=150)
    auto, always = (Detector.load("linear").detect(source, ocr=ocr) for ocr in ("auto", "always"))
    assert [(one.page, one.likely < SETTINGS.read) for one in auto.document.pictures_not_read] == [(1, True)]
    assert auto.document.has_soe == "no"
    assert always.document.pictures_not_read == []


def test_a_garbled_page_is_always_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "_glance", lambda document, index: 0.0)
    Image.fromarray(cover()).save(tmp_path / "a.pdf", "PDF", resolution=100)
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        scan = reading.scan_page(document, 0, Page(1, 600.0, 840.0, problem="garbled"), ReadOptions("auto"))
    assert scan.page is not None
