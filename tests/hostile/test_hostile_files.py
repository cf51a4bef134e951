"""Hostile documents through the command: each has the outcome named for it, and none takes others with it."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hostile_files import CASES, PASSWORD, Case, cell_of_words, encrypted_pdf, forms_that_double, make_all, plain_pdf

from soesift import Detector
from soesift.detect.batch import stems
from soesift.detect.sources import find_documents
from soesift.errors import DocumentError
from soesift.result.store import read_result

DETECT = [sys.executable, "-m", "soesift.cli.main", "detect", "--model", "linear"]
FAST = [case for case in CASES if not case.slow]


def detect(out: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*DETECT, *map(str, arguments), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=300)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one batch over all fast files says of each, and its folder under ""."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / "in" / case.name for case in make_all(folder / "in", slow=False)]
    done = detect(folder / "out", *paths, "--format", "json,xlsx,csv,html", "--timeout", "300")
    assert done.returncode == 4, done.stderr[-2000:]
    said = {"": str(folder / "out")}
    for path, stem in zip(paths, stems(paths), strict=True):
        file = folder / "out" / f"{stem}.json"
        if not file.exists():
            said[path.name] = "nothing"
            continue
        document = read_result(file).document
        said[path.name] = document.error or document.has_soe
    return said


@pytest.mark.parametrize("case", FAST, ids=[ascii(case.name) for case in FAST])
def test_each_file_has_its_named_outcome(outcomes: dict[str, str], case: Case) -> None:
    assert re.fullmatch(case.outcome, outcomes[case.name], re.DOTALL), outcomes[case.name]
    assert "internal error" not in outcomes[case.name]
    assert "Traceback" not in outcomes[case.name]


def test_no_half_written_file_is_left(outcomes: dict[str, str]) -> None:
    kept = {".soesift-export.json", ".soesift-overview.json"}  # what was written, and the rows of the overview
    hidden = {path.name for path in Path(outcomes[""]).iterdir() if path.name.startswith(".")}
    assert hidden - kept == set()


def test_formulas_and_scripts_are_text_in_every_format(outcomes: dict[str, str]) -> None:
    from openpyxl import load_workbook

    out = Path(outcomes[""])
    rows = csv.reader(io.StringIO((out / "scripts_table1.csv").read_text("utf-8-sig")))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t")]
    for book in (load_workbook(path) for path in (out / "scripts.xlsx", out / "formulas.xlsx")):
        assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    for name in ("scripts", "formulas"):
        page = (out / f"{name}.html").read_text("utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_folder_of_hostile_names_and_links_is_searched(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self.pdf").symlink_to("self.pdf")
    (tmp_path / "a" / "new\nline.pdf").write_bytes(plain_pdf())
    (tmp_path / "twice.pdf").symlink_to(tmp_path / "a" / "new\nline.pdf")
    assert len(find_documents([str(tmp_path)])) == 1


def test_a_password_opens_an_encrypted_document_and_is_not_written_down(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(encrypted_pdf())
    assert detect(tmp_path / "out", path, "--password", PASSWORD, "--format", "json,html").returncode in (0, 3, 4)
    result = read_result(tmp_path / "out" / "locked.json")
    assert (result.document.error, result.document.n_pages) == (None, 1)
    assert len(result.tables) + len(result.rejected) == 1
    assert not [p for p in (tmp_path / "out").iterdir() if PASSWORD.encode() in p.read_bytes()]
    with pytest.raises(DocumentError, match="the password is not right"):
        Detector.load("linear").detect(path, password="guess")
    with pytest.raises(DocumentError, match="a password is needed"):
        Detector.load("linear").detect(path)


def test_a_page_of_more_characters_than_are_read_is_unsure_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "full.pdf"
    path.write_bytes(cell_of_words(30_000))
    document = Detector.load("linear").detect(path).document
    assert document.has_soe == "unsure"
    assert [one.why for one in document.unsure_pages] == [
        "the page holds more than 200,000 characters; the rest is not read"
    ]


def test_a_page_that_takes_too_long_is_ended_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "slow.pdf").write_bytes(forms_that_double())
    (tmp_path / "good.pdf").write_bytes(plain_pdf())
    started = time.monotonic()
    done = detect(tmp_path / "out", tmp_path, "--timeout", "20", "--format", "json")
    assert done.returncode == 4
    assert time.monotonic() - started < 200
    [unsure] = json.loads((tmp_path / "out" / "slow.json").read_text())["document"]["unsure_pages"]
    assert unsure["page"] == 1
    assert unsure["why"].startswith("the page took longer than 10 seconds; raise --timeout")
    assert read_result(tmp_path / "out" / "good.json").document.has_soe == "yes"


def test_a_document_that_takes_all_memory_is_ended_and_the_others_are_read(tmp_path: Path) -> None:
    from hostile_files import page_pdf

    (tmp_path / "large.pdf").write_bytes(page_pdf(b"0 0 m 1 1 l S " + b" " * 900_000_000))
    (tmp_path / "zgood.pdf").write_bytes(plain_pdf())
    done = detect(tmp_path / "out", tmp_path, "--memory", "512", "--format", "json", "--timeout", "300")
    assert done.returncode in (0, 4), done.stderr
    large = read_result(tmp_path / "out" / "large.json").document
    assert "memory" in (large.error or large.unsure_pages[0].why)
    assert read_result(tmp_path / "out" / "zgood.json").document.has_soe == "yes"
