"""A page that ends its reader costs that page: it is named with its reason, and the rest of the document is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import made_protocols as made
from soesift.detect.batch import AroundSettings, run_around
from soesift.process.worker import WorkerDied
from soesift.result.models import Result
from soesift.result.store import read_result

FRAGILE = Path(__file__).with_name("fragile_detect.py")
USUAL = ["--model", "linear", "--ocr", "never"]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.protocol(tmp_path_factory.mktemp("in") / "a.pdf")


def ended(how: str) -> str:
    return f"the page ended its reader ({how}): it is damaged, or needs more memory than a document may have"


def soesift(folder: Path, kills: str, *words: str) -> subprocess.CompletedProcess[str]:
    around = os.environ | {"KILLS": kills, "SEEN": str(folder / "seen")}
    command = [sys.executable, str(FRAGILE), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=around)


def detect(document: Path, folder: Path, kills: str, *options: str, code: int = 4) -> Result:
    done = soesift(folder, kills, "detect", str(document), "--out", str(folder), "--format", "json", *USUAL, *options)
    assert done.returncode == code, done.stdout + done.stderr
    return read_result(folder / "a.json")


def unread(result: Result) -> dict[int | None, str]:
    return {page.page: page.why for page in result.document.unsure_pages}


def titles(result: Result) -> list[str]:
    return [table.title for table in result.tables]


def test_without_a_killer_all_is_found(document: Path, tmp_path: Path) -> None:
    result = detect(document, tmp_path, "", code=0)
    assert titles(result)[:2] == [made.TITLE, made.TRACK_TITLE]
    assert unread(result) == {}


@pytest.mark.parametrize(
    ("kills", "why"),
    [
        ("6:segv", {6: ended("by SIGSEGV")}),
        ("6:exit", {6: ended("with exit code 9")}),
        ("6:kill", {6: ended("by SIGKILL")}),
        ("6:drawn", {6: ended("by SIGABRT")}),
        (
            "1:segv 5:segv 6:segv",  # the first page is looked at for running lines too
            dict.fromkeys((1, 5, 6), ended("by SIGSEGV")),
        ),
    ],
)
def test_a_page_that_ends_its_reader_is_named_and_the_rest_is_read(
    document: Path, tmp_path: Path, kills: str, why: dict[int, str]
) -> None:
    result = detect(document, tmp_path, kills)
    assert unread(result) == why
    assert result.document.error is None
    assert titles(result)[0] == made.TITLE
    assert made.TRACK_TITLE not in titles(result)  # it stands on page 6
    assert result.tables[0].pages == [3, 4]


def test_a_page_that_hangs_takes_its_share_of_the_time(document: Path, tmp_path: Path) -> None:
    result = detect(document, tmp_path, "6:hang", "--timeout", "60")
    assert unread(result) == {6: "the page took longer than 6 seconds; raise --timeout, or seconds of the service"}
    assert titles(result)[0] == made.TITLE


def test_a_page_that_wants_all_memory_is_named(document: Path, tmp_path: Path) -> None:
    result = detect(document, tmp_path, "6:eat")
    assert list(unread(result)) == [6]
    assert titles(result)[0] == made.TITLE


def test_a_reader_that_others_end_costs_nothing(document: Path, tmp_path: Path) -> None:
    result = detect(document, tmp_path, "6:once", code=0)
    assert made.TRACK_TITLE in titles(result)


def test_a_document_all_of_whose_pages_end_their_reader_says_so_of_each(document: Path, tmp_path: Path) -> None:
    result = detect(document, tmp_path, " ".join(f"{page}:segv" for page in range(1, 8)))
    assert list(unread(result)) == list(range(1, 8))
    assert (result.document.has_soe, result.tables) == ("unsure", [])


def test_tables_are_written_around_such_a_page_too(document: Path, tmp_path: Path) -> None:
    done = soesift(tmp_path, "6:segv", "tables", str(document), "--out", str(tmp_path / "t.jsonl"), "--ocr", "never")
    assert f"page 6: {ended('by SIGSEGV')}" in done.stdout + done.stderr
    pages = {json.loads(line)["page"] for line in (tmp_path / "t.jsonl").read_text().splitlines()}
    assert pages == {2, 3, 4, 7}


class Dying:
    """A worker whose process ends with another page each time."""

    def __init__(self, how: str = "by SIGSEGV") -> None:
        self.page, self.how, self.given = 0, how, []  # type: ignore[var-annotated]

    def run(self, task: dict[str, Any], *_: object) -> dict[str, Any]:
        self.given.append(list(task["without"]))
        self.page += 1
        raise WorkerDied(self.how)


def test_so_many_pages_and_no_more() -> None:
    worker = Dying()
    with pytest.raises(WorkerDied):
        run_around(worker, {}, 60, lambda *_: None, AroundSettings(most=2))  # type: ignore[arg-type]
    assert worker.given == [[], ["1"], ["1", "2"]]


def test_one_told_to_end_blames_no_page() -> None:
    worker = Dying("by SIGTERM")
    with pytest.raises(WorkerDied):
        run_around(worker, {}, 60, lambda *_: None)  # type: ignore[arg-type]
    assert worker.given == [[]]
