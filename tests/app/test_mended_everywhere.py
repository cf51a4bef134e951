"""One error of each of eight kinds, mended in the browser by keyboard alone and by mouse, is right in every export.

The session itself is benchmarks/app_session.py, which does the same with ten errors of each kind and all formats.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from made_protocols import protocol
from programs import ROOT, program
from soesift.detect.detector import Detector
from soesift.result.models import Result
from soesift.review.documents import corrected_result

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from app_process import running
from review_process import chromium, open_page, saved

TAKEN = ("json", "csv", "visits", "usdm", "xlsx")


@pytest.fixture(scope="module")
def session() -> Any:
    sys.path.append(str(ROOT / "benchmarks"))
    return program("benchmarks/app_session.py")


def made(space: Path) -> Result:
    """A protocol in its folder; its result, in which one cell bears a footnote's marker."""
    (space / "protocols").mkdir(parents=True)
    result = Detector.load("rule").detect(protocol(space / "protocols" / "made.pdf"), ocr="never")
    table = result.tables[0]
    next(cell for cell in table.cells if cell.row >= table.header_rows and cell.text == "Vital signs").markers = ["a"]
    return result


@pytest.mark.parametrize("by", ["Keyboard", "Mouse"])
def test_eight_kinds_of_errors_are_mended(by: str, session: Any, tmp_path: Path) -> None:
    gold, path = made(tmp_path), tmp_path / "results" / "made.json"
    assert session.fit(gold)
    path.parent.mkdir()
    places = session.planted(gold, path)
    with chromium() as browser, running(tmp_path) as app:
        page = open_page(browser, app.url, "anna", ".drop")
        getattr(session, by)(page, "made").mend_all(places, gold)
        saved(page)
        now = corrected_result(path)[0]
        assert session.by_kind(now, gold, places) == dict.fromkeys(session.KINDS, True)
        wanted = session.expected(now, gold, places)
        key = app.study("made.pdf")["key"]
        for kind in TAKEN:
            text = session.written(wanted, kind, "made", tmp_path / "protocols" / "made.pdf")
            assert session.timeless(app.text(key, kind)) == session.timeless(text), kind
        assert page.said == []
