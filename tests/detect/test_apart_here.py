"""What a process that reads documents does, and what is made of its answers, called here without the process."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from test_detect_limits import BODY, HEADER, INFO, Judge, decided, fragment, job, result

from made_protocols import no_schedule, protocol, word_protocol
from soesift.detect import all_tables, batch
from soesift.detect import detector as detector_module
from soesift.detect.batch import answered, read_picture, warm_worker, work_on_job, work_on_picture
from soesift.detect.detector import Detector, fragments_and_lines
from soesift.detect.job import Job, Limits, Outcome
from soesift.detect.options import USUAL, ReadOptions
from soesift.detect.reading import Reading, Scan, keep_scan, kept_scan
from soesift.document.page import Page
from soesift.errors import DocumentError, ModelError
from soesift.files import file_sha256
from soesift.result.store import read_result
from soesift.table.record import TableRecord


def silent(page: int, pages: int, doing: str) -> None:
    """A reader's progress that nobody hears."""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No parent is watched: a test that ended with one would end all tests."""
    for module in (batch, all_tables):
        monkeypatch.setattr(module, "end_with_parent", lambda: None)


# all tables of a document


def test_the_tables_of_a_document_are_written_to_a_file(tmp_path: Path) -> None:
    task = {"path": str(protocol(tmp_path / "made.pdf")), "ocr": "never", "out": str(tmp_path / "r"), "bring": None}
    assert all_tables.work_on_tables(task, silent) == {"said": ""}
    records = [TableRecord.model_validate_json(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert [record.page for record in records] == [2, 3, 4, 6, 7]
    assert {(record.document, record.sha256) for record in records} == {("made", file_sha256(tmp_path / "made.pdf"))}
    spared = all_tables.work_on_tables({**task, "without": {"3": "it hung"}}, silent)
    assert spared == {"said": "page 3: it hung"}
    word = {**task, "path": str(word_protocol(tmp_path / "word.docx"))}
    assert all_tables.work_on_tables(word, silent) == {"said": ""}
    assert TableRecord.model_validate_json((tmp_path / "r").read_text().splitlines()[0]).page is None


def test_a_document_is_brought_and_nothing_is_read(tmp_path: Path) -> None:
    path = no_schedule(tmp_path / "made.pdf")
    task = {"path": str(path), "ocr": "never", "out": str(tmp_path / "r"), "bring": {"url": "", "sha256": ""}}
    assert all_tables.work_on_tables(task, silent) == {}
    assert not (tmp_path / "r").exists()
    with pytest.raises(DocumentError, match="have the hash"):
        all_tables.work_on_tables({**task, "bring": {"url": "", "sha256": "0" * 64}}, silent)


def test_a_fault_of_ours_is_the_documents_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("where")

    monkeypatch.setattr(all_tables, "document_records", broken)
    task = {"path": str(tmp_path / "p.pdf"), "ocr": "never", "out": str(tmp_path / "r"), "bring": None}
    with pytest.raises(DocumentError, match="KeyError"):
        all_tables.work_on_tables(task, silent)


class Asked:
    """Stands for `ask` and `Worker`: what is asked is kept, `answers` are given in turn."""

    made: ClassVar[list[Asked]] = []

    def __init__(self, work: Any = None, memory_mb: int = 0, *_: Any) -> None:
        self.work, self.memory_mb, self.forced, self.tasks = work, memory_mb, False, []
        self.answers: list[Any] = []
        self.made.append(self)

    def run(self, task: dict[str, Any], seconds: float, *_: Any) -> dict[str, Any]:
        self.tasks.append((task, seconds))
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def __call__(self, worker: Any, task: dict[str, Any], limits: Limits, tell: Any) -> dict[str, Any]:
        return self.run(task, limits.seconds)

    def close(self, force: bool = False) -> None:
        self.forced = force


def test_tables_are_asked_of_a_process_that_is_ended_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Asked.made = []
    ask = Asked()
    monkeypatch.setattr(all_tables, "Worker", Asked)
    monkeypatch.setattr(all_tables, "ask", ask)
    path = tmp_path / "p.pdf"
    with all_tables.reader("always", Limits(seconds=7, memory_mb=5)) as read:
        ask.answers = [{}, {"error": "damaged"}]
        assert read(path, {"url": "https://h/p.pdf", "sha256": ""}) == ([], "")
        with pytest.raises(DocumentError, match="damaged"):
            read(path, None)
        place = Path(ask.tasks[0][0]["out"])
        place.write_bytes(b"one\ntwo\n")
        ask.answers = [{"done": {"said": "page 2: why"}}]
        assert read(path, None) == ([b"one", b"two"], "page 2: why")
    asked = [(task["path"], task["ocr"], task["bring"] is None, seconds) for task, seconds in ask.tasks]
    assert asked == [(str(path), "always", n > 0, 7) for n in range(3)]
    worker = Asked.made[-1]
    assert (worker.work, worker.memory_mb, worker.forced) == (all_tables.work_on_tables, 5, True)
    assert not place.parent.exists()


# one document, and one picture


def test_a_process_that_is_warm_has_the_model_and_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "Worker", Asked)
    worker = warm_worker("rule", Limits(seconds=9, memory_mb=6))
    assert (worker.memory_mb, worker.tasks) == (6, [({"model": "rule", "alone": True}, 9)])  # type: ignore[attr-defined]
    loaded: list[str] = []
    monkeypatch.setattr(batch, "_detector", loaded.append)
    assert work_on_job({"model": "rule", "alone": True}, silent) == {}
    assert loaded == ["rule"]

    class Broken(Asked):
        def run(self, *_: Any) -> dict[str, Any]:
            raise ModelError("none")

    monkeypatch.setattr(batch, "Worker", Broken)
    assert isinstance(warm_worker("none", Limits()), Broken)  # told when there is a document


def test_what_a_process_says_or_does_not_say_of_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asked()
    monkeypatch.setattr(batch, "ask", ask)
    monkeypatch.setattr(batch, "model_info", lambda model: INFO)
    path = tmp_path / "p.pdf"
    path.write_bytes(b"bytes")
    ask.answers = [{"error": "damaged"}, DocumentError("took longer")]
    said = [answered(None, job(tmp_path), "rule", False, Limits(), silent) for _ in range(2)]  # type: ignore[arg-type]
    assert [one.result.document.error for one in said] == ["damaged", "took longer"]
    assert [one.result.model for one in said] == [INFO, INFO]
    assert read_result(tmp_path / "p.json").document.error == "took longer"
    assert [(task["model"], task["alone"], Job.unpacked(task["job"])) for task, _ in ask.tasks] == [
        ("rule", False, job(tmp_path))
    ] * 2
    ask.answers = [{"done": Outcome(path, result(error="far"), stem="p").packed()}]
    remote = job(tmp_path, url="https://h/p.pdf")
    assert answered(None, remote, "rule", True, Limits(), silent).result.document.error == "far"  # type: ignore[arg-type]
    folder = Job.unpacked(ask.tasks[-1][0]["job"]).scratch
    assert folder
    assert not Path(folder).exists()  # the copy is gone with the answer


def test_the_model_is_named_by_its_own_words() -> None:
    assert batch.model_info("rule") == Detector.load("rule").judge.info


def test_a_picture_is_asked_for_once_and_kept_with_its_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asked()
    monkeypatch.setattr(batch, "ask", ask)
    keep_scan(tmp_path, 1, Scan(Page(1, 612, 792)))
    ask.answers = [{}, {"error": "too large"}, DocumentError("took longer")]
    for number in (1, 2, 3, 4):
        read_picture(None, job(tmp_path), tmp_path, number, Limits())  # type: ignore[arg-type]
    assert [(task["page"], task["scans"]) for task, _ in ask.tasks] == [(n, str(tmp_path)) for n in (2, 3, 4)]
    assert kept_scan(tmp_path, 2) is None  # what the process kept itself is left alone
    assert [found.failed for n in (3, 4) if (found := kept_scan(tmp_path, n))] == ["too large", "took longer"]


def test_a_picture_is_that_of_the_page_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = protocol(tmp_path / "made.pdf")
    asked: list[Any] = []

    def scan(document: Any, index: int, page: Page, options: ReadOptions) -> Scan:
        asked.append((index, page.number, options.ocr))
        return Scan(None, likely=0.25)

    monkeypatch.setattr(batch, "scan_page", scan)
    one = job(tmp_path, path=path, read=ReadOptions("always"))
    assert work_on_picture({"job": one.packed(), "scans": str(tmp_path), "page": 3}, silent) == {}
    assert asked == [(2, 3, "always")]
    kept = kept_scan(tmp_path, 3)
    assert kept is not None
    assert kept.likely == 0.25


def test_a_process_ends_with_the_one_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    ended, waited, gone = [], [], threading.Event()
    monkeypatch.setattr(batch, "parent_process", lambda: SimpleNamespace(sentinel="parent"))
    monkeypatch.setattr(batch, "wait", lambda sentinels: (gone.wait(60), waited.append(sentinels)))
    monkeypatch.setattr(batch, "os", SimpleNamespace(_exit=ended.append))
    before = set(threading.enumerate())
    batch.end_with_parent.cache_clear()
    batch.end_with_parent()
    [watch] = set(threading.enumerate()) - before
    assert watch.daemon
    assert ended == []
    gone.set()
    watch.join(60)
    assert (waited, ended) == ([["parent"]], [1])
    batch.end_with_parent.cache_clear()
    monkeypatch.setattr(batch, "parent_process", lambda: None)
    batch.end_with_parent()  # nobody started it
    assert set(threading.enumerate()) == before
    batch.end_with_parent.cache_clear()


# fragments


def test_tables_that_cannot_be_joined_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = detector_module.assemble_tables

    def brittle(fragments: Any, lines: Any) -> Any:
        if len(fragments) > 1 or fragments[0].record.caption == "Broken":
            raise ValueError("no room")
        return real(fragments, lines)

    monkeypatch.setattr(detector_module, "assemble_tables", brittle)
    grid = [HEADER, *BODY]
    some = [fragment(grid, 2), fragment(grid, 3, caption="Broken"), fragment(grid, 5)]
    reading = Reading(n_pages=5)
    found = decided(Judge(0.9, 0.9, 0.9), *some, reading=reading)
    assert [(table.id, table.pages) for table in found.tables] == [("t1", [2]), ("t2", [5])]
    assert [(page.page, page.why.split("(")[0]) for page in found.document.unsure_pages] == [
        (3, "a table could not be judged or described "),
        (None, "the pages of tables could not be joined "),
    ]
    assert found.document.has_soe == "yes"
    assert found.timing.classify is not None


def test_a_word_file_has_tables_and_no_lines(tmp_path: Path) -> None:
    path, reading = word_protocol(tmp_path / "word.docx"), Reading()
    found, lines = fragments_and_lines(path, "a" * 64, reading, USUAL)
    assert lines == {}
    assert {one.record.page for one in found} == {None}
    assert {one.record.document for one in found} == {"word"}
    assert reading.n_pages == 0
    read = Detector.load("rule").detect(path)
    assert [table.pages for table in read.tables] == [[] for _ in read.tables]
    assert read.document.n_pages is None
    assert json.loads(read.model_dump_json())["timing"]["total"] > 0
