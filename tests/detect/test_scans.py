"""Pages read from pictures, kept and taken back: the same page, and detection that awaits and then finds them."""

from __future__ import annotations

import signal
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from made_protocols import without_timing
from soesift.detect.batch import answered, read_picture, work_on_job, work_on_picture
from soesift.detect.detector import Detector
from soesift.detect.job import Job, Limits
from soesift.detect.options import Awaiting, ReadOptions
from soesift.detect.reading import Scan, keep_scan, kept_scan, scans_folder
from soesift.document import ocr
from soesift.document.page import Page
from soesift.files import file_sha256
from soesift.process.worker import Worker
from soesift.sample.protocol import make_protocol

FLOATS = st.floats(0, 2000, width=32)


@st.composite
def pages(draw: Any) -> Page:
    count = draw(st.integers(0, 5))
    codes = np.array(draw(st.lists(st.integers(32, 0x10FFFF), min_size=count, max_size=count)), np.uint32)
    boxes = [draw(arrays(np.float32, (draw(st.integers(0, 3)), 4), elements=FLOATS)) for _ in range(4)]
    page = Page(draw(st.integers(1, 9)), draw(FLOATS), 792.0, draw(st.none() | st.text(max_size=4)), codes)
    page.horizontal, page.vertical, page.fills, page.images = boxes
    page.fill_grey, page.source, page.problem = np.zeros(len(page.fills), np.float32), "ocr", "image"
    return page


@settings(max_examples=40, deadline=None)
@given(pages())
def test_a_kept_page_is_the_page(tmp_path_factory: pytest.TempPathFactory, page: Page) -> None:
    folder = tmp_path_factory.mktemp("scans")
    keep_scan(folder, page.number, Scan(page, 1.5))
    back = kept_scan(folder, page.number)
    assert back is not None
    assert back.page is not None
    assert (back.seconds, back.failed) == (1.5, "")
    for field in fields(Page):
        ours, theirs = getattr(page, field.name), getattr(back.page, field.name)
        assert np.array_equal(ours, theirs), field.name
        assert type(ours) is type(theirs), field.name
        if isinstance(ours, np.ndarray):
            assert ours.dtype == theirs.dtype, field.name


def test_no_table_and_no_luck_are_kept_too(tmp_path: Path) -> None:
    keep_scan(tmp_path, 1, Scan(None))
    keep_scan(tmp_path, 2, Scan(None, failed="no time"))
    assert kept_scan(tmp_path, 1) == Scan(None)
    assert kept_scan(tmp_path, 2) == Scan(None, failed="no time")
    assert kept_scan(tmp_path, 3) is None


@pytest.mark.parametrize("damage", [b"", b"no numpy", None])
def test_a_damaged_one_is_none(tmp_path: Path, damage: bytes | None) -> None:
    keep_scan(tmp_path, 1, Scan(None))
    whole = (tmp_path / "1.npz").read_bytes()
    (tmp_path / "1.npz").write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert kept_scan(tmp_path, 1) is None


def test_a_pickle_inside_is_not_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "1.npz", about=np.array([{"seconds": 1}], dtype=object))
    assert kept_scan(tmp_path, 1) is None


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    return folder / f"{make_protocol(0, folder, kind='image').id}.pdf"


def test_detection_awaits_pictures_and_finds_them(scanned: Path, tmp_path: Path, monkeypatch: Any) -> None:
    detector = Detector.load("default")
    whole = detector.detect(scanned)
    with pytest.raises(Awaiting) as waits:
        detector.detect(scanned, scans=tmp_path)
    assert waits.value.pages == whole.document.image_only_pages
    assert waits.value.folder == scans_folder(tmp_path, file_sha256(scanned), "auto")
    job = Job(scanned, "s", tmp_path, ("json",))
    for page in waits.value.pages:
        work_on_picture({"job": job.packed(), "scans": str(waits.value.folder), "page": page}, lambda *_: None)
    monkeypatch.setattr(ocr, "read_scan", None)  # nothing is read again
    again = detector.detect(scanned, scans=tmp_path)
    assert without_timing(again.model_dump_json()) == without_timing(whole.model_dump_json())
    assert again.timing.ocr > 0


def test_a_picture_that_kills_its_reader_costs_its_page_only(scanned: Path, tmp_path: Path) -> None:
    job = Job(scanned, "s", tmp_path / "out", ("json",), ReadOptions(scans=tmp_path / "scans"))
    limits, detection = Limits(60, 4096), Worker(work_on_job, 4096)
    with pytest.raises(Awaiting) as waits:
        answered(detection, job, "default", True, limits, lambda *_: None)
    pictures = Worker(die_of_picture, 4096)
    for page in waits.value.pages:
        read_picture(pictures, job, waits.value.folder, page, limits)
    pictures.close()
    result = answered(detection, job, "default", True, limits, lambda *_: None).result
    detection.close()
    assert result.document.error is None
    assert [unsure.page for unsure in result.document.unsure_pages] == waits.value.pages
    assert "crashed on it (by SIGKILL)" in result.document.unsure_pages[0].why


def die_of_picture(task: dict[str, Any], tell: Any) -> dict[str, Any]:
    signal.raise_signal(signal.SIGKILL)
    return {}


def test_word_and_never_await_nothing(tmp_path: Path) -> None:
    detector = Detector.load("default")
    word = tmp_path / f"{make_protocol(0, tmp_path, kind='small', docx=True).id}.docx"
    assert detector.detect(word, scans=tmp_path).document.has_soe == "yes"
    text = tmp_path / f"{make_protocol(1, tmp_path, kind='small').id}.pdf"
    assert detector.detect(text, scans=tmp_path).document.has_soe == "yes"
