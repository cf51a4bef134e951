"""Many documents: find them, run them one by one or side by side, keep what is done, report what failed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

from soesift.detect.detector import Detector, file_sha256
from soesift.detect.reading import Ocr
from soesift.errors import DocumentError, SoesiftError, UsageError
from soesift.export.formats import Format
from soesift.files import safe_stem
from soesift.result.models import DocumentInfo, ModelInfo, Result
from soesift.result.store import read_result

KINDS = {".pdf", ".docx"}


@dataclass(frozen=True, slots=True)
class Job:
    """One document and how to run it; `stem` names its files."""

    path: Path
    stem: str
    out: Path
    formats: tuple[Format, ...]
    ocr: Ocr = "auto"
    pages: range | None = None
    resume: bool = False

    @property
    def settings(self) -> dict[str, str]:
        span = "" if self.pages is None else f"{self.pages.start}-{self.pages.stop - 1}"
        return {"ocr": self.ocr, "pages": span}


@dataclass(slots=True)
class Outcome:
    """What became of one document."""

    path: Path
    result: Result
    files: list[Path] = field(default_factory=list)
    skipped: bool = False


def find_documents(places: Sequence[str]) -> list[Path]:
    """Documents named by files, folders (searched through) and globs, once each, in order.

    Raises UsageError if there are none.
    """
    found: dict[Path, Path] = {}
    for place in places:
        path = Path(place)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_document(p))
        elif path.exists() or not any(c in place for c in "*?["):
            inside = [path]
        else:
            inside = sorted(p for p in map(Path, glob(place, recursive=True)) if _is_document(p))
        for one in inside:
            found.setdefault(one.resolve(), one)
    if not found:
        raise UsageError(f"no PDF or DOCX found in {', '.join(places)}; name files, folders or globs")
    return list(found.values())


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in KINDS and path.is_file()


def stems(paths: Sequence[Path]) -> list[str]:
    """A file stem for each document; equal names in different folders get a number."""
    names: dict[str, str] = {}  # by lower case: on some disks A.json and a.json are one file
    for path in paths:
        stem = name = safe_stem(path.stem)
        count = 1
        while name.lower() in names:
            count += 1
            name = f"{stem}-{count}"
        names[name.lower()] = name
    return list(names.values())


def run_batch(
    jobs: Sequence[Job],
    model: str,
    workers: int = 1,
    progress: Callable[[Path, int, int], None] | None = None,
) -> Iterator[Outcome]:
    """Outcomes as documents finish. A document that cannot be read, or that brings its process down, is an
    outcome with `document.error`; the others go on.
    """
    if workers <= 1:
        detector = Detector.load(model)
        for job in jobs:
            yield run_job(job, detector, progress)
        return
    yield from _run_parallel(list(jobs), model, workers)


def _run_parallel(jobs: list[Job], model: str, workers: int) -> Iterator[Outcome]:
    """In processes; when one dies, what it may have held is run again, each document in its own."""
    info = Detector.load(model).judge.info
    lost: list[Job] = []
    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(model,)) as pool:
        futures: dict[Future[Outcome], Job] = {pool.submit(_work, job): job for job in jobs}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                lost.append(futures[future])
    for job in lost:
        with ProcessPoolExecutor(1, initializer=_start_worker, initargs=(model,)) as pool:
            try:
                yield pool.submit(_work, job).result()
            except BrokenProcessPool:
                yield _unread(job, "the reader crashed on it (out of memory, or a damaged file)", info)


_detectors: list[Detector] = []


def _start_worker(model: str) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _detectors[:] = [Detector.load(model)]


def _work(job: Job) -> Outcome:
    return run_job(job, _detectors[0], None)


def run_job(job: Job, detector: Detector, progress: Callable[[Path, int, int], None] | None) -> Outcome:
    """Detect one document and write its files; never raises for what is wrong with the document."""
    from soesift.export.formats import write_formats

    target = job.out / f"{job.stem}.json"
    if job.resume and (kept := unchanged(target, job, detector.judge.info)) is not None:
        missing = missing_formats(kept, job)
        return Outcome(
            job.path,
            kept,
            [target, *write_formats(kept, job.out, job.stem, missing, job.path)],
            skipped=not missing,
        )
    try:
        tick = None if progress is None else (lambda page, of: progress(job.path, page, of))
        result = detector.detect(job.path, ocr=job.ocr, pages=job.pages, progress=tick)
    except SoesiftError as error:
        return _unread(job, str(error), detector.judge.info)
    except Exception as error:  # noqa: BLE001  # a fault of ours on one document must not lose the others
        return _unread(job, f"internal error, please report it: {error!r}", detector.judge.info)
    formats: tuple[Format, ...] = job.formats if "json" in job.formats else ("json", *job.formats)
    return Outcome(job.path, result, write_formats(result, job.out, job.stem, formats, job.path))


def missing_formats(result: Result, job: Job) -> tuple[Format, ...]:
    """Formats asked for now whose files are not there, beside a finished JSON."""
    names: dict[Format, str] = {"xlsx": ".xlsx", "html": ".html"}
    if result.tables:
        names["csv"] = "_table1.csv"
    return tuple(kind for kind in job.formats if kind in names and not (job.out / f"{job.stem}{names[kind]}").exists())


def _unread(job: Job, reason: str, info: ModelInfo) -> Outcome:
    """The outcome of a document that could not be read, with its JSON written."""
    from soesift.export.formats import write_formats

    result = failed(job.path, reason, info)
    result.settings = job.settings
    return Outcome(job.path, result, write_formats(result, job.out, job.stem, ("json",), None))


def unchanged(target: Path, job: Job, model: ModelInfo) -> Result | None:
    """The finished result of the same bytes, model and settings, if there is one."""
    try:
        result = read_result(target)
        same_bytes = result.document.sha256 == file_sha256(job.path)
    except (SoesiftError, OSError, ValueError):
        return None
    if result.document.error is None and same_bytes and result.model == model and result.settings == job.settings:
        return result
    return None


def failed(path: Path, reason: str, model: ModelInfo) -> Result:
    """A result that says why a document could not be read."""
    try:
        sha256 = file_sha256(path)
    except DocumentError:
        sha256 = ""
    document = DocumentInfo(name=path.name, sha256=sha256, has_soe="unsure", error=reason)
    return Result(document=document, model=model)
