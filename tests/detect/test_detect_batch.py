"""Batches: finding documents, names of files, resuming, killed runs, processes side by side, a worker that dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import made_protocols as made
from soesift.detect.batch import run_batch, stems
from soesift.detect.detector import Detector
from soesift.detect.job import Job, Limits, Outcome, failed, run_job
from soesift.detect.options import ReadOptions
from soesift.detect.sources import find_documents
from soesift.errors import DocumentError, ModelError, UsageError
from soesift.result.store import read_result


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a schedule, a document without one, a Word file and a file that is no PDF."""
    folder = tmp_path_factory.mktemp("source")
    made.protocol(folder / "a.pdf")
    made.no_schedule(folder / "b.pdf")
    made.word_protocol(folder / "c.docx")
    (folder / "d.pdf").write_bytes(b"not a PDF")
    return folder


def jobs_of(paths: list[Path], out: Path, **more) -> list[Job]:
    options = {"formats": ("json",)} | {k: v for k, v in more.items() if k in ("formats", "resume")}
    options["read"] = ReadOptions(**{"ocr": "never"} | {k: v for k, v in more.items() if k not in options})
    return [Job(path, stem, out, **options) for path, stem in zip(paths, stems(paths), strict=True)]


def run(paths: list[Path], out: Path, workers: int = 1, **more) -> dict[str, Outcome]:
    return {o.path.name: o for o in run_batch(jobs_of(paths, out, **more), "linear", workers)}


def results(out: Path) -> dict[str, dict]:
    return {path.name: made.without_timing(path.read_text()) for path in sorted(out.glob("*.json"))}


def test_files_folders_and_globs_are_documents_once_each(tmp_path: Path) -> None:
    inner = tmp_path / "x" / "y"
    inner.mkdir(parents=True)
    names = ["b.pdf", "a.PDF", "x/c.docx", "x/y/d.pdf", "x/old.doc", "x/scan.TIFF"]
    for name in [*names, "notes.txt", "x/table.xlsx"]:
        (tmp_path / name).touch()
    (tmp_path / "folder.pdf").mkdir()
    found = find_documents([str(tmp_path)])
    assert sorted(str(p.relative_to(tmp_path)) for p in found) == sorted(names)
    assert find_documents([str(tmp_path / "*.pdf")]) == [tmp_path / "b.pdf"]
    assert find_documents([str(tmp_path / "*")]) == [tmp_path / "a.PDF", tmp_path / "b.pdf"]
    assert len(find_documents([str(tmp_path / "**" / "*.pdf")])) == 2
    twice = [str(tmp_path / "b.pdf"), str(tmp_path / "x" / ".." / "b.pdf"), str(tmp_path)]
    assert len(find_documents(twice)) == 6


def test_a_named_file_is_taken_as_it_is_even_if_missing(tmp_path: Path) -> None:
    assert find_documents([str(tmp_path / "missing.pdf")]) == [tmp_path / "missing.pdf"]
    odd = tmp_path / "a[1].pdf"
    odd.touch()
    assert find_documents([str(odd)]) == [odd]


def test_an_empty_folder_or_glob_is_a_usage_error(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "*.pdf"):
        with pytest.raises(UsageError, match="no PDF or DOCX found"):
            find_documents([str(place)])


def test_equal_names_get_numbers_that_no_other_document_has() -> None:
    paths = [Path(p) for p in ("x/p.pdf", "y/p.pdf", "y/p-2.pdf", "z/P.docx", "q/p:.pdf", "r/..pdf")]
    names = stems(paths)
    assert names[:3] == ["p", "p-2", "p-2-2"]
    assert len({name.lower() for name in names}) == len(paths)
    assert not any("/" in name or name.startswith(".") for name in names)


def test_a_bad_file_is_an_outcome_and_the_others_are_kept(source: Path, tmp_path: Path) -> None:
    found = run(sorted(source.iterdir()), tmp_path)
    assert [o.result.document.has_soe for o in found.values()] == ["yes", "no", "yes", "unsure"]
    bad = found["d.pdf"].result
    assert bad.document.error is not None
    assert "d.pdf" in bad.document.error
    assert sorted(results(tmp_path)) == ["a.json", "b.json", "c.json", "d.json"]
    assert read_result(tmp_path / "d.json").document.error == bad.document.error


def test_a_fault_inside_is_an_outcome_too(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Detector.detect

    def broken(self, path, *given):
        if path.name == "a.pdf":
            raise IndexError("out of range")
        return real(self, path, *given)

    monkeypatch.setattr(Detector, "detect", broken)
    found = run([source / "a.pdf", source / "b.pdf"], tmp_path)
    assert "IndexError" in str(found["a.pdf"].result.document.error)
    assert found["b.pdf"].result.document.has_soe == "no"


def test_two_processes_give_the_same_json_as_one(source: Path, tmp_path: Path) -> None:
    run(sorted(source.iterdir()), tmp_path / "one")
    run(sorted(source.iterdir()), tmp_path / "two", workers=2)
    assert results(tmp_path / "one") == results(tmp_path / "two")
    assert len(results(tmp_path / "two")) == 4


def stamps(out: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in out.glob("*.json")}


def test_resume_skips_what_is_unchanged_and_nothing_else(source: Path, tmp_path: Path) -> None:
    inner, out = tmp_path / "in", tmp_path / "out"
    inner.mkdir()
    for name in ("a.pdf", "b.pdf", "d.pdf"):
        (inner / name).write_bytes((source / name).read_bytes())
    paths = sorted(inner.iterdir())
    run(paths, out)
    before = stamps(out)
    found = run(paths, out, resume=True)
    assert [o.skipped for o in found.values()] == [True, True, False]  # what failed is tried again
    assert {n: t for n, t in stamps(out).items() if n != "d.json"} == {n: t for n, t in before.items() if n != "d.json"}
    assert len(found["a.pdf"].result.tables) == 3
    (inner / "a.pdf").write_bytes((source / "b.pdf").read_bytes())
    found = run(paths, out, resume=True)
    assert [o.skipped for o in found.values()] == [False, True, False]
    assert found["a.pdf"].result.tables == []


def test_resume_runs_again_when_settings_or_model_change_or_the_result_is_damaged(source: Path, tmp_path: Path) -> None:
    paths = [source / "a.pdf"]
    run(paths, tmp_path)
    assert run(paths, tmp_path, resume=True)["a.pdf"].skipped
    assert not run(paths, tmp_path, resume=True, pages=range(1, 4))["a.pdf"].skipped
    assert not run(paths, tmp_path, resume=True)["a.pdf"].skipped
    assert not run(paths, tmp_path)["a.pdf"].skipped  # only when asked for
    rule = next(run_batch(jobs_of(paths, tmp_path, resume=True), "rule"))
    assert (rule.skipped, rule.result.model.name) == (False, "rule")
    text = (tmp_path / "a.json").read_text()
    (tmp_path / "a.json").write_text(text[: len(text) // 2])
    assert not next(run_batch(jobs_of(paths, tmp_path, resume=True), "rule")).skipped


def test_resume_writes_a_format_that_was_not_asked_for_before(source: Path, tmp_path: Path) -> None:
    paths = [source / "a.pdf"]
    run(paths, tmp_path)
    before = stamps(tmp_path)
    more = run(paths, tmp_path, resume=True, formats=("json", "csv", "xlsx"))["a.pdf"]
    assert not more.skipped
    assert {p.name for p in more.files} >= {"a.xlsx", "a_table1.csv", "a_table3.csv"}
    assert stamps(tmp_path) == before  # not detected again
    assert run(paths, tmp_path, resume=True, formats=("json", "csv", "xlsx"))["a.pdf"].skipped


def test_a_kept_document_is_not_opened_by_the_detector(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([source / "a.pdf"], tmp_path)
    monkeypatch.setattr(Detector, "detect", None)
    assert run([source / "a.pdf"], tmp_path, resume=True)["a.pdf"].skipped


def test_progress_goes_to_the_caller(source: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    job = jobs_of([source / "b.pdf"], tmp_path)[0]
    run_job(job, Detector.load("linear"), lambda path, page, of, doing: seen.append((path.name, page, of)))
    assert seen == [("b.pdf", 1, 2), ("b.pdf", 2, 2)]


def test_a_failed_result_has_the_hash_where_there_is_one(source: Path) -> None:
    info = Detector.load("rule").judge.info
    assert len(failed(source / "d.pdf", "why", info).document.sha256) == 64
    assert failed(source / "missing.pdf", "why", info).document.sha256 == ""
    with pytest.raises(DocumentError):
        Detector.load("rule").detect(source / "missing.pdf")


def test_settings_name_ocr_and_pages(tmp_path: Path) -> None:
    job = Job(tmp_path / "a.pdf", "a", tmp_path, ("json",))
    assert job.settings == {"ocr": "auto", "pages": ""}
    assert replace(job, read=ReadOptions(pages=range(3, 6))).settings == {"ocr": "auto", "pages": "3-5"}


COMMAND = [sys.executable, "-m", "soesift.cli.main", "detect"]
OPTIONS = ["--model", "linear", "--ocr", "never", "--format", "json"]


def test_a_killed_batch_is_resumed_to_the_same_results(source: Path, tmp_path: Path) -> None:
    inner = tmp_path / "in"
    inner.mkdir()
    for number in range(30):
        (inner / f"p{number:02d}.pdf").write_bytes((source / "a.pdf").read_bytes())
    run(sorted(inner.iterdir()), tmp_path / "whole")
    out = tmp_path / "killed"
    command = [*COMMAND, str(inner), "--out", str(out), *OPTIONS, "--resume"]
    for wanted in (3, 9):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        while len(list(out.glob("*.json"))) < wanted and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert process.wait(300) == -signal.SIGKILL
        for path in out.glob("*.json"):
            assert read_result(path).document.error is None  # whole, or not there
    before = stamps(out)
    assert 9 <= len(before) < 30
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert {name: stamp for name, stamp in stamps(out).items() if name in before} == before
    assert results(out) == results(tmp_path / "whole")


DRIVER = """
import os, sys
from pathlib import Path
from soesift.detect import batch
from soesift.detect.job import Job
from soesift.detect.options import ReadOptions

real = batch.run_job

def deadly(job, detector, progress):
    if job.stem == "bad":
        os._exit(9)  # as a crash in native code or the system's out-of-memory killer ends a process
    return real(job, detector, progress)

batch.run_job = deadly

if __name__ == "__main__":
    paths = [Path(p) for p in sys.argv[2:]]
    out = Path(sys.argv[1])
    never = ReadOptions("never")
    jobs = [Job(p, s, out, ("json",), never) for p, s in zip(paths, batch.stems(paths), strict=True)]
    for outcome in batch.run_batch(jobs, "linear", 2):
        print(outcome.path.name, outcome.result.document.error or outcome.result.document.has_soe, sep="|")
"""


def test_a_worker_that_dies_loses_only_its_document(source: Path, tmp_path: Path) -> None:
    inner, out, driver = tmp_path / "in", tmp_path / "out", tmp_path / "driver.py"
    inner.mkdir()
    driver.write_text(DRIVER)
    for name, kind in {"good1": "a", "bad": "a", "good2": "b", "good3": "a"}.items():
        (inner / f"{name}.pdf").write_bytes((source / f"{kind}.pdf").read_bytes())
    paths = [str(inner / f"{name}.pdf") for name in ("good1", "bad", "good2", "good3")]
    done = subprocess.run(
        [sys.executable, str(driver), str(out), *paths], capture_output=True, text=True, timeout=300, check=True
    )
    said = dict(line.split("|") for line in done.stdout.splitlines())
    assert said["bad.pdf"].startswith("the reader crashed on it")
    assert {name: said[name] for name in said if name != "bad.pdf"} == {
        "good1.pdf": "yes",
        "good2.pdf": "no",
        "good3.pdf": "yes",
    }
    kept = read_result(out / "bad.json")
    assert str(kept.document.error).startswith("the reader crashed on it")
    assert kept.settings == {"ocr": "never", "pages": ""}
    assert os.listdir(out)
    assert len(results(out)) == 4


def test_pictures_for_which_there_is_no_time_are_named_and_read_by_the_next_run(tmp_path: Path) -> None:
    path = made.pictured_protocol(tmp_path / "scan.pdf")
    late = run([path], tmp_path / "out", ocr="auto", ocr_seconds=0.0)["scan.pdf"].result.document
    assert (late.has_soe, late.error, late.image_only_pages) == ("unsure", None, [1])
    assert "not read (no time left for OCR; raise --timeout" in late.unsure_pages[0].why
    again = run([path], tmp_path / "out", ocr="auto", resume=True, ocr_seconds=600.0)["scan.pdf"]
    assert (again.skipped, again.result.document.has_soe) == (False, "yes")
    assert run([path], tmp_path / "out", ocr="auto", resume=True)["scan.pdf"].skipped


def test_a_reader_leaves_time_to_write_what_was_found(tmp_path: Path) -> None:
    """Three quarters of the document's time are for pictures: of no time none."""
    from soesift.detect.batch import work_on_job
    from soesift.serve.service import detect_document

    path = made.pictured_protocol(tmp_path / "scan.pdf")
    job = Job(path, "scan", tmp_path, ("json",)).packed()
    work_on_job({"job": job, "model": "rule", "alone": True, "seconds": 0.0}, lambda *_: None)
    served = {"document": str(path), "result": str(tmp_path / "served.json"), "name": "scan.pdf", "model": "rule"}
    detect_document(served | {"ocr": "auto", "max_pages": 9, "seconds": 0.0}, lambda *_: None)
    for name in ("scan.json", "served.json"):
        late = read_result(tmp_path / name).document
        assert (late.has_soe, late.error) == ("unsure", None)
        assert "no time left for OCR" in late.unsure_pages[0].why


def test_a_worker_that_is_warm_reads_its_first_document_in_the_same_process(tmp_path: Path) -> None:
    from soesift.detect.batch import answered, warm_worker

    path = made.protocol(tmp_path / "one.pdf")
    job, limits = Job(path, "one", tmp_path, ("json",)), Limits(120, 4096)
    worker = warm_worker("rule", limits)
    ready = worker.process
    assert (worker.started, worker.tasks) == (1, 1)
    outcome = answered(worker, job, "rule", True, limits, lambda *_: None)
    assert outcome.result.tables
    assert (worker.process, worker.started) == (ready, 1)
    worker.close()
    worker = warm_worker(str(tmp_path / "nowhere"), limits)  # told when there is a document
    with pytest.raises(ModelError):
        answered(worker, job, str(tmp_path / "nowhere"), True, limits, lambda *_: None)
    worker.close()
