"""One page, table or picture that breaks its reader costs itself alone: it is named, and all others are found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import made_protocols as made
from document_maker import Sheet, save
from soesift.detect import detector as detection
from soesift.detect import reading, word
from soesift.detect.detector import Detector
from soesift.document import running_lines as furniture
from soesift.result.models import Result


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.protocol(tmp_path_factory.mktemp("source") / "p.pdf")


def breaking(real: Any, breaks: Any) -> Any:
    """`real`, but for calls on which `breaks` says that it breaks."""

    def call(*given: Any, **more: Any) -> Any:
        if breaks(*given):
            raise IndexError("out of range")
        return real(*given, **more)

    return call


def detect(path: Path) -> Result:
    return Detector.load("linear").detect(path, ocr="never")


@pytest.mark.parametrize("step", ["read_page", "find_tables", "page_records"])
def test_a_page_that_breaks_its_reader(protocol: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def last(*given: Any) -> bool:
        return given[1] == 5 if step == "read_page" else given[0].number == 6

    monkeypatch.setattr(reading, step, breaking(getattr(reading, step), last))
    monkeypatch.setattr(furniture, "read_page", breaking(furniture.read_page, last))
    found = detect(protocol)
    assert [table.pages for table in found.tables] == [[3, 4], [7]]
    [unsure] = found.document.unsure_pages
    assert unsure.page == 6
    assert "internal error, please report it: IndexError" in unsure.why
    assert found.document.has_soe == "yes"


def test_a_record_that_breaks_the_judge(protocol: Path) -> None:
    judge = Detector.load("linear").judge
    broken = breaking(judge.probabilities, lambda records: any(r.page == 6 for r in records))
    result = Detector(replace(judge, probabilities=broken)).detect(protocol, ocr="never")
    assert [table.pages for table in result.tables] == [[3, 4], [7]]
    assert [unsure.page for unsure in result.document.unsure_pages] == [6]


def test_a_page_that_breaks_the_joining(protocol: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = detection.assemble_tables
    monkeypatch.setattr(
        detection, "assemble_tables", breaking(real, lambda accepted, _: any(f.page == 4 for f in accepted))
    )
    result = detect(protocol)
    assert [(table.id, table.pages) for table in result.tables] == [("t1", [3]), ("t2", [6]), ("t3", [7])]
    assert [unsure.page for unsure in result.document.unsure_pages] == [4, None]
    assert "each stands alone" in result.document.unsure_pages[1].why


def test_a_table_of_word_that_breaks_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "to_records", breaking(word.to_records, lambda tables, *_: tables[0].table_number == 1))
    result = detect(made.word_protocol(tmp_path / "w.docx"))
    assert result.document.has_soe == "yes"
    assert result.document.unsure_pages[0].why.startswith("table 1 could not be read (internal error")


@pytest.mark.parametrize("size", [(3.0, 3.0), (1.0, 700.0), (12.0, 5.0)])
def test_a_tiny_page_with_a_picture_costs_nothing(tmp_path: Path, size: tuple[float, float]) -> None:
    """No neighbourhood of a pixel is left in it to tell ink from paper."""
    pytest.importorskip("cv2")
    tiny = Sheet(width=size[0], height=size[1]).image(0, 0, *size)
    result = Detector.load("linear").detect(save(tmp_path, [tiny, Sheet().text(72, 72, "Synopsis of the study")]))
    assert (result.document.error, result.document.n_pages) == (None, 2)
    assert not [page.why for page in result.document.unsure_pages if "internal error" in page.why]
