"""Between a document and its files, function by function: Word, lists, records of many documents, names kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import soesift
from soesift.detect import all_tables, batch, word
from soesift.detect import job as keeping
from soesift.detect.all_tables import write_tables
from soesift.detect.batch import jobs_of, run_batch
from soesift.detect.job import Job, Limits, Outcome, put, run_job
from soesift.detect.options import ReadOptions
from soesift.detect.reading import Reading
from soesift.detect.sources import Source, read_list
from soesift.detect.word import word_fragments
from soesift.document.docx import DocxTable
from soesift.document.page import Page
from soesift.errors import DocumentError, UsageError
from soesift.process.worker import TookTooLong, WorkerDied
from soesift.result.models import DocumentInfo, ModelInfo, Rejected, Result, Timing
from soesift.result.store import read_result, write_result
from soesift.table.find import PageTables
from soesift.table.record import TableRecord

INFO = ModelInfo(name="toy", version="1", sha256="", threshold=0.5, unsure_threshold=0.2)


def result(sha256: str = "a" * 64, **more: Any) -> Result:
    document = DocumentInfo(name="p.pdf", sha256=sha256, has_soe="no", error=more.pop("error", None))
    return Result(document=document, model=INFO, settings={"ocr": "auto", "pages": ""}, **more)


def record(document: str, sha256: str, page: int = 1) -> TableRecord:
    return TableRecord(table_id=f"{document}{page}", document=document, sha256=sha256, page=page, grid=[["a"]])


# Word


def docx_table(number: int, *rows: list[str], **more: Any) -> DocxTable:
    return DocxTable(list(rows), [], number, **more)


def test_tables_of_word_have_places_and_no_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = docx_table(2)
    some = [
        docx_table(
            1,
            ["", "Day 1"],
            ["ECG", "X"],
            heading_path=["6 Visits"],
            notes=["a Fasting.", "b Sitting."],
            between=["Before it"],
        ),
        broken,
        docx_table(3, ["a"], nested=True, between=["Before it"]),
    ]
    monkeypatch.setattr(word, "read_docx", lambda path: some)
    monkeypatch.setattr(word, "docx_pictures", lambda path: [])
    monkeypatch.setattr(word, "no_ocr", lambda: "")
    reading = Reading()
    first, nested = word_fragments(tmp_path / "copy.docx", "a" * 64, reading, stem="study")
    assert [said[:34] for said in reading.unplaced] == ["table 2 could not be read (interna"]
    assert (first.record.document, first.record.page, first.record.sha256) == ("study", None, "a" * 64)
    assert first.record.location is not None
    assert (first.record.location.heading_path, first.record.location.table_number) == (["6 Visits"], 1)
    assert (first.rows.tolist(), first.columns.tolist(), first.order) == ([0, 1, 2], [0, 1, 2], 0)
    assert [(note.text, note.top, note.bottom) for note in first.below] == [
        ("a Fasting.", 0, 12),
        ("b Sitting.", 12, 24),
    ]
    assert (first.between, nested.between, nested.order) == (["Before it"], None, 1)
    assert word_fragments(tmp_path / "copy.docx", "a" * 64, Reading())[0].record.document == "copy"


def test_pictures_of_word_are_read_where_they_show_a_grid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from soesift.document import ocr

    plain, grid, bad = (np.full((200, 400, 3), shade, np.uint8) for shade in (1, 2, 3))
    read: list[tuple[float, float, int]] = []

    def read_scan(picture: Any, wide: float, high: float, number: int) -> Page:
        read.append((wide, high, number))
        if picture is bad:
            raise ValueError("odd")
        page = Page(number, wide, high, source="ocr")
        page.horizontal = np.array([(10, y, 130, y + 0.5) for y in (10, 25, 40)], np.float32)
        page.vertical = np.array([(x, 10, x + 0.5, 40) for x in (10, 50, 90, 130)], np.float32)
        places = [(20, 12), (60, 12), (100, 12), (20, 27), (60, 27), (100, 27)]
        page.codes = np.array([ord("X")] * 6, np.uint32)
        page.boxes = np.array([(x, y, x + 6, y + 9) for x, y in places], np.float32)
        page.upright = np.zeros(6, np.int16)
        return page

    monkeypatch.setattr(ocr, "shows_table", lambda picture: picture is not plain)
    monkeypatch.setattr(ocr, "read_scan", read_scan)
    monkeypatch.setattr(word, "read_docx", lambda path: [docx_table(1, ["a"])])
    monkeypatch.setattr(word, "docx_pictures", lambda path: [(1, plain), (2, grid), (3, bad), (4, grid)])
    monkeypatch.setattr(word, "no_ocr", lambda: "")
    reading = Reading()
    found = word_fragments(tmp_path / "p.docx", "a" * 64, reading)
    assert [(f.order, f.record.page, f.record.bbox, f.record.n_pages) for f in found[1:]] == [
        (1, None, None, None),
        (2, None, None, None),
    ]
    places = [f.record.location for f in found[1:]]
    assert [(p.heading_path, p.table_number) for p in places if p] == [(["picture 2"], 2), (["picture 4"], 3)]
    assert read[0] == (144, 72, 2)
    assert [said.split(" (")[0] for said in reading.unplaced] == ["picture 3 could not be read"]
    reading = Reading()
    assert len(word_fragments(tmp_path / "p.docx", "a" * 64, reading, "never")) == 1
    assert reading.unplaced[0] == "picture 2 shows a ruled grid; not read (--ocr never)"
    assert len(reading.unplaced) == 3
    monkeypatch.setattr(word, "no_ocr", lambda: "no reader")
    reading = Reading()
    assert len(word_fragments(tmp_path / "p.docx", "a" * 64, reading)) == 1
    assert reading.unplaced == ["4 pictures not read (no reader)"]


# all tables of many documents


def test_records_of_each_document_are_written_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    paths = [tmp_path / name / "p.pdf" for name in ("one", "two", "three")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(path.parent.name.encode())
    monkeypatch.setattr(
        all_tables,
        "document_records",
        lambda path, ocr, reading: (
            [] if path == paths[2] else [record("p", all_tables.file_sha256(path), page) for page in (1, 2)]
        ),
    )
    out, told = tmp_path / "t.jsonl", []
    count, failures = write_tables(
        paths, out, tick=lambda path, many, said: told.append((path.parent.name, many, said))
    )
    assert (count, failures) == (4, [])
    assert told == [("one", 2, ""), ("two", 2, ""), ("three", 0, "")]
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["document"] for row in rows] == ["p", "p", "p-2", "p-2"]
    assert len({row["table_id"] for row in rows}) == 4
    assert write_tables(paths, out) == (0, [])  # all are done
    assert len(all_tables.finished(out)) == 3
    hashes = [all_tables.file_sha256(path) for path in paths]
    all_tables.done_list(out).write_text(hashes[0] + "\n")
    assert write_tables(paths, out)[0] == 2  # what a killed run left of the second is replaced
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["document"], row["sha256"]) for row in rows] == [*[("p", hashes[0])] * 2, *[("p-2", hashes[1])] * 2]
    wrong = Source(paths[0], sha256="f" * 64)
    _, [(path, why)] = write_tables([wrong], tmp_path / "u.jsonl", jobs=2)
    assert (path, "is listed; one is wrong" in why) == (paths[0], True)
    right = Source(paths[0], sha256=hashes[0])
    assert write_tables([right, paths[1]], tmp_path / "u.jsonl", jobs=2)[0] == 4


def test_remote_documents_are_copied_unless_they_are_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copied: list[str] = []

    def bring(url: str, here: Path, sha256: str) -> None:
        copied.append(url)
        here.write_bytes(url.encode())

    monkeypatch.setattr(all_tables, "bring", bring)
    monkeypatch.setattr(
        all_tables,
        "document_records",
        lambda path, ocr, reading: [record(path.stem, all_tables.file_sha256(path))] if path.name == "p.pdf" else [],
    )
    out, far = tmp_path / "t.jsonl", Source(Path("p.pdf"), "https://host/p.pdf")
    assert write_tables([far], out) == (1, [])
    assert write_tables([far], out) == (0, [])
    assert len(copied) == 2  # its bytes are known only when they are here
    [sha256] = all_tables.finished(out)
    assert write_tables([Source(far.path, far.url, sha256)], out) == (0, [])
    assert len(copied) == 2


# names and places of results


def corrected(folder: Path, stem: str) -> None:
    (folder / f"{stem}.corrections.jsonl").write_text("{}\n")


def test_a_result_that_people_corrected_stays_where_corrections_would_not_fit(tmp_path: Path) -> None:
    one = Job(tmp_path / "p.pdf", "p", tmp_path, ("json",))
    write_result(result(), tmp_path / "p.json")
    corrected(tmp_path, "p")
    slower = result(timing=Timing(total=9.0))
    assert put(one, slower)[0] == "p"  # the same tables: corrections fit
    more = result(rejected=[Rejected(pages=[3], title="t", probability=0.3, likely_class="other", evidence=[])])
    stem, files, said = put(one, more)
    assert (stem, files) == (keeping.second_stem(one, INFO), [tmp_path / f"{stem}.json"])
    assert said == f"p.json was corrected by people and stays; this run's is {stem}.json"
    assert read_result(tmp_path / "p.json").rejected == []


def test_files_of_results_are_known_by_their_endings(tmp_path: Path) -> None:
    for name in ("a.json", "B.xlsx", "c.html", "d_table12.csv", "e.txt", "json", "f_table1.json"):
        (tmp_path / name).write_text("")
    assert keeping._there(tmp_path) == {"a": "a", "b": "B", "c": "c", "d": "d", "f_table1": "f_table1"}
    assert keeping._there(tmp_path / "none") == {}
    assert keeping._family("P", {"p": "P", "p-3": "p-3", "p-2": "p-2", "p-x": "p-x", "pp": "pp"}) == ["P", "p-2", "p-3"]
    assert keeping._named({"json", "csv", "parquet"}) == ("csv", "parquet", "json")


def test_a_job_for_each_document(tmp_path: Path) -> None:
    path = tmp_path / "p.pdf"
    path.write_bytes(b"p")
    far = Source(Path("p.pdf"), "https://host/p.pdf", "b" * 64)
    jobs = jobs_of([Source(path), far], tmp_path / "out", ("json", "csv"), resume=True)
    assert [(job.stem, job.url, job.sha256, job.resume) for job in jobs] == [
        ("p", "", "", True),
        ("p-2", far.url, far.sha256, True),
    ]
    write_result(result(keeping.hash_or_none(path, all_tables.file_sha256)), tmp_path / "out" / "p-7.json")
    assert [job.stem for job in jobs_of([Source(path)], tmp_path / "out", ("json",))] == ["p-7"]
    assert [job.stem for job in jobs_of([Source(path)], tmp_path / "out", ("json",), replace=True)] == ["p"]


# one document, and many


class Toy:
    """A detector that answers as it is told."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.judge, self.asked = answer, self, 0
        self.info = INFO

    def detect(self, path: Path, options: ReadOptions, progress: Any, so_far: Any = None) -> Result:
        self.asked += 1
        if progress is not None:
            progress(1, 2, "")
        if isinstance(self.answer, Exception):
            raise self.answer
        return result(all_tables.file_sha256(path))


def test_one_document_from_its_bytes_to_its_files(tmp_path: Path) -> None:
    path, told = tmp_path / "p.pdf", []
    path.write_bytes(b"p")
    one = Job(path, "p", tmp_path / "out", ("json", "csv", "xlsx"), resume=True)
    toy = Toy(None)
    done = run_job(one, toy, lambda *said: told.append(said))  # type: ignore[arg-type]
    assert (done.skipped, done.stem, [file.suffix for file in done.files]) == (False, "p", [".xlsx", ".json"])
    assert told == [(path, 1, 2, "")]
    again = run_job(one, toy, None)  # type: ignore[arg-type]
    assert (again.skipped, again.stem, again.files, toy.asked) == (True, "p", [one.out / "p.json"], 1)
    (one.out / "p.xlsx").unlink()
    added = run_job(one, toy, None)  # type: ignore[arg-type]
    assert (added.skipped, added.files, toy.asked) == (False, [one.out / "p.json", one.out / "p.xlsx"], 1)
    for answer, why in ((DocumentError("p.pdf: is empty"), "p.pdf: is empty"), (ValueError("odd"), "odd")):
        bad = run_job(Job(path, "bad", tmp_path / "out", ("json",)), Toy(answer), None)  # type: ignore[arg-type]
        assert why in str(bad.result.document.error)
        assert bad.files == [tmp_path / "out" / "bad.json"]
    wrong = run_job(Job(path, "w", tmp_path / "out", ("json",), sha256="f" * 64), toy, None)  # type: ignore[arg-type]
    assert "one is wrong" in str(wrong.result.document.error)


def test_without_limits_one_worker_reads_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(soesift.Detector, "load", lambda model: Toy(None))
    asked: list[tuple[int, Any]] = []

    def run_apart(jobs: Any, model: str, workers: int, limits: Limits, progress: Any) -> list[Outcome]:
        asked.append((workers, limits))
        return []

    monkeypatch.setattr(batch, "run_apart", run_apart)
    path = tmp_path / "p.pdf"
    path.write_bytes(b"p")
    jobs = [Job(path, stem, tmp_path / "out", ("json",)) for stem in ("p", "q")]
    assert [done.stem for done in run_batch(jobs, "toy")] == ["p", "q"]
    assert asked == []
    few = Limits(seconds=5)
    assert [*run_batch(jobs, "toy", limits=few), *run_batch(jobs, "toy", 2)] == []
    assert asked == [(1, few), (2, Limits())]


def test_what_a_process_did_not_answer_is_said_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(seconds=30, memory_mb=700)

    def ask(answer: Any) -> dict[str, Any]:
        def run_around(worker: Any, task: Any, seconds: float, tell: Any) -> dict[str, Any]:
            assert seconds == 30
            if isinstance(answer, Exception):
                raise answer
            return dict(answer)

        monkeypatch.setattr(batch, "run_around", run_around)
        return batch.ask(None, {}, limits, lambda *a: None)  # type: ignore[arg-type]

    assert ask({"done": {"stem": "p"}}) == {"done": {"stem": "p"}}
    with pytest.raises(DocumentError, match="took longer than 30 seconds"):
        ask(TookTooLong("it"))
    with pytest.raises(DocumentError, match="--memory 700"):
        ask(WorkerDied("by SIGSEGV"))


# lists of documents


def test_lists_name_the_line_that_is_wrong(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("url,path,sha256,note\nhttps://host/p.pdf,,,first\n\n,q.pdf,,second,and more\n,,,\n")
    assert [one.place for one in read_list(listed)] == ["https://host/p.pdf", str(tmp_path / "q.pdf")]
    listed.write_text("path,sha256\np.pdf,\n,\n,abc\n")
    with pytest.raises(UsageError, match="line 4"):
        read_list(listed)
    listed.write_text("path\tnote\np.pdf\ta,b,c,d\n")
    assert [one.place for one in read_list(listed)] == [str(tmp_path / "p.pdf")]
    listed.write_text('{"path": "p.pdf"}\n\n{"sha256": ""}\n')
    with pytest.raises(UsageError, match="line 3"):
        read_list(listed)
    listed.write_text("\n\n")
    with pytest.raises(UsageError, match="holds no row"):
        read_list(listed)


def test_a_page_without_tables_keeps_its_number() -> None:
    found = PageTables(4, None, 612, 792, 0, "", "")
    assert (found.number, found.lines_and_boxes) == (4, [])
