"""Where the OCR package is not installed, text is read as ever, and pictures are named as unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from soesift.detect import reading
from soesift.detect.detector import Detector
from soesift.document import scan_text
from soesift.sample import make_protocol


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_text, "find_spec", lambda name: None)


@pytest.mark.usefixtures("without")
def test_a_page_that_is_a_picture_is_named_with_advice(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    truth = make_protocol(0, tmp_path, kind="image")
    result = Detector.load("linear").detect(tmp_path / f"{truth.id}.pdf")
    assert result.document.error is None
    assert result.document.has_soe == "unsure"
    pages = {unsure.page for unsure in result.document.unsure_pages if "rapidocr, which" in unsure.why}
    assert set(truth.soe_tables[0].grid_pages) <= pages


@pytest.mark.usefixtures("without")
def test_a_document_with_text_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    truth = make_protocol(1, tmp_path, kind="small")
    result = Detector.load("linear").detect(tmp_path / f"{truth.id}.pdf")
    assert result.document.has_soe == "yes"
    assert not [unsure for unsure in result.document.unsure_pages if "rapidocr" in unsure.why]


@pytest.mark.usefixtures("without")
def test_pictures_of_a_word_document_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from soesift.detect import word

    monkeypatch.setattr(word, "docx_pictures", lambda path: iter([object(), object()]))
    found = reading.Reading()
    assert word.picture_fragments(tmp_path / "a.docx", "", found, "auto", 0) == []
    assert found.unplaced[0].startswith(
        "2 pictures not read (rapidocr, which brings what reads pictures, is not installed"
    )
