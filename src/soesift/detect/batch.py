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
    found: dict[Path, None] = {}
    for place in places:
        path = Path(place)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in KINDS and p.is_file())
            found.update(dict.fromkeys(inside))
        elif path.exists() or not any(c in place for c in "*?["):
            found[path] = None
        else:
            found.update(dict.fromkeys(sorted(Path(p) for p in glob(place, recursive=True))))
    if not found:
        raise UsageError(f"no PDF or DOCX found in {', '.join(places)}; name files, folders or globs")
    return list(found)


def stems(paths: Sequence[Path]) -> list[str]:
    """A file stem for each document; equal names in different folders get a number."""
    used: dict[str, int] = {}
    names = []
    for path in paths:
        stem = safe_stem(path.stem)
        count = used[stem] = used.get(stem, 0) + 1
        names.append(stem if count == 1 else f"{stem}-{count}")
    return names


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
                yield Outcome(
                    job.path,
                    failed(job.path, "the reader crashed on it (out of memory, or a damaged file)", info),
                )


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
        return Outcome(job.path, kept, [target], skipped=True)
    try:
        tick = None if progress is None else (lambda page, of: progress(job.path, page, of))
        result = detector.detect(job.path, ocr=job.ocr, pages=job.pages, progress=tick)
    except SoesiftError as error:
        result = failed(job.path, str(error), detector.judge.info)
        result.settings = job.settings
        return Outcome(job.path, result, write_formats(result, job.out, job.stem, ("json",), None))
    formats: tuple[Format, ...] = job.formats if "json" in job.formats else ("json", *job.formats)
    return Outcome(job.path, result, write_formats(result, job.out, job.stem, formats, job.path))


def unchanged(target: Path, job: Job, model: ModelInfo) -> Result | None:
    """The finished result of the same bytes, model and settings, if there is one."""
    try:
        result = read_result(target)
        same_bytes = result.document.sha256 == file_sha256(job.path)
    except (SoesiftError, OSError, ValueError):
        return None
    if (
        result.document.error is None
        and same_bytes
        and result.model == model
        and result.settings == job.settings
    ):
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
