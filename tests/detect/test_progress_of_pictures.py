"""What is told while pictures are read: the page, how many are left and for how long; each page is glanced at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from soesift.detect import reading
from soesift.detect.options import Ocr, ReadOptions
from soesift.detect.reading import Reading, Scan, doing, read_pdf
from soesift.document.pdf import is_mostly_picture, open_pdf

PICTURES = {2: 0.9, 3: 0.01, 5: 0.005, 6: 0.8, 7: 0.7}  # page: what a glance sees


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Eight pages; those of PICTURES are pictures."""
    Image.new("L", (170, 220), 240).save(tmp_path / "grey.png")
    canvas = Canvas(str(tmp_path / "mixed.pdf"), pagesize=(612, 792))
    for page in range(1, 9):
        if page in PICTURES:
            canvas.drawImage(str(tmp_path / "grey.png"), 20, 20, 572, 752)
        else:
            for line in range(40):
                canvas.drawString(72, 720 - 16 * line, f"Page {page}, line {line}: words as a page of prose has them")
        canvas.showPage()
    canvas.save()
    return tmp_path / "mixed.pdf"


def follow(
    path: Path, monkeypatch: pytest.MonkeyPatch, ocr: Ocr = "auto"
) -> tuple[list[tuple[int, int, str]], Counter[int]]:
    """What is told of a document whose pictures take ten seconds each, and how often each page is glanced at."""
    glanced: Counter[int] = Counter()
    told: list[tuple[int, int, str]] = []
    real = reading.scan_page

    def glance(document: Any, index: int) -> float:
        glanced[index + 1] += 1
        return PICTURES.get(index + 1, 0.0)

    def scan(document: Any, index: int, page: Any, ocr: Any, looks: Any) -> Scan:
        seen = real(document, index, page, ocr, looks)
        return Scan(page, 10.0) if seen.likely is None else seen

    monkeypatch.setattr(reading, "_glance", glance)
    monkeypatch.setattr(reading, "_look", lambda document, index, glanced: None)
    monkeypatch.setattr(reading, "render_page", lambda *_: pytest.fail)  # nothing is really read
    monkeypatch.setattr(reading, "scan_page", scan)
    options = ReadOptions(ocr=ocr)
    list(read_pdf(path, "0" * 64, Reading(), options, lambda page, of, what: told.append((page, of, what))))
    return told, glanced


def test_pictures_are_told_before_they_are_read(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, glanced = follow(mixed, monkeypatch)
    assert [step for step in told if step[2]] == [
        (2, 8, "a picture, reading (5 left)"),  # 3 and 5 lie beside likely ones
        (3, 8, "a picture, reading (4 left, about 40 s)"),
        (5, 8, "a picture, reading (3 left, about 30 s)"),
        (6, 8, "a picture, reading (2 left, about 20 s)"),
        (7, 8, "a picture, reading (1 left, about 10 s)"),
    ]
    assert [page for page, _, what in told if not what] == list(range(1, 9))
    assert max(glanced.values()) == 1


def test_pictures_that_are_not_read_are_not_announced(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PICTURES, 6, 0.02)
    told, _ = follow(mixed, monkeypatch)
    assert [page for page, _, what in told if what] == [2, 3, 6, 7]


def test_where_all_is_to_be_read_as_pictures_every_page_is_announced(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, _ = follow(mixed, monkeypatch, "always")
    first = "a picture, reading (8 left)"
    rest = [f"a picture, reading ({n} left, about {10 * n} s)" for n in range(7, 0, -1)]
    assert [what for _, _, what in told if what] == [first, *rest]


def test_pictures_are_known_by_what_covers_the_page(mixed: Path) -> None:
    with open_pdf(mixed) as document:
        assert {n + 1 for n in range(len(document)) if is_mostly_picture(document, n)} == set(PICTURES)


@pytest.mark.parametrize(
    ("left", "spent", "said"),
    [(9, [], "9 left)"), (9, [3.2, 3.4], "9 left, about 30 s)"), (166, [4.0], "166 left, about 11 min)")],
)
def test_the_estimate_is_of_what_was_seen(left: int, spent: list[float], said: str) -> None:
    assert doing(left, spent) == f"a picture, reading ({said}"
