"""Small promises of detection: pages that are not there, near misses of a document without a schedule, tracks."""

from __future__ import annotations

from pathlib import Path

import pytest

from soesift import Detector
from soesift.cli.main import main
from soesift.errors import DocumentError
from soesift.join.naming import track_of
from soesift.sample import make_protocol


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("none")
    make_protocol(4, place, kind="none")
    return next(place.glob("*.pdf"))


def test_pages_beyond_the_last_are_an_error_that_says_how_many_there_are(without: Path) -> None:
    with pytest.raises(DocumentError, match="pages; --pages starts at 900"):
        Detector.load("linear").detect(without, pages=range(900, 901), ocr="never")


def test_a_document_without_a_schedule_names_its_near_misses(without: Path) -> None:
    result = Detector.load("linear").detect(without, ocr="never")
    assert result.tables == []
    assert result.document.has_soe in ("no", "unsure")
    assert len(result.rejected) >= 3
    chances = [miss.probability for miss in result.rejected]
    assert chances == sorted(chances, reverse=True)


def test_none_found_is_exit_three(without: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["detect", str(without), "--out", str(tmp_path), "--format", "json", "--ocr", "never"])
    assert stop.value.code == 3


@pytest.mark.parametrize(
    ("title", "track"),
    [
        ("Schedule of Activities, Cohort 2", "Cohort 2"),
        ("Table 3: Part B Follow-up", "Part B Follow-up"),
        ("Schedule of Activities", None),
    ],
)
def test_a_track_keeps_its_number(title: str, track: str | None) -> None:
    assert track_of(title) == track


def test_the_shipped_default_model_detects_the_sample(tmp_path: Path) -> None:
    truth = make_protocol(0, tmp_path, kind="small")
    result = Detector.load().detect(next(tmp_path.glob("*.pdf")), ocr="never")
    wanted = {page for table in truth.soe_tables for page in table.grid_pages}
    assert {page for table in result.tables for page in table.pages} == wanted
    assert result.model.name == "default"
