"""Many documents: find them, run them one by one or side by side, keep what is done, report what failed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soesift.detect.detector import Detector, file_sha256
from soesift.detect.reading import Ocr
from soesift.errors import DocumentError, SoesiftError, UsageError
from soesift.export.formats import Format
from soesift.files import as_text, safe_stem
from soesift.result.models import DocumentInfo, ModelInfo, Result
from soesift.result.store import read_result

if TYPE_CHECKING:
    from soesift.detect.apart import Limits

KINDS = {".pdf", ".docx"}
_NO_MEMORY = ("bad_alloc", "Insufficient memory", "Failed to allocate", "can't start new thread")


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
    password: str | None = field(default=None, repr=False)

    def packed(self) -> dict[str, Any]:
        """The job as JSON can hold it; names of files that are not UTF-8 keep their bytes."""
        pages = None if self.pages is None else [self.pages.start, self.pages.stop]
        return {
            "path": str(self.path), "stem": self.stem, "out": str(self.out), "formats": self.formats,
            "ocr": self.ocr, "pages": pages, "resume": self.resume, "password": self.password,
        }  # fmt: skip

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> Job:
        places = {"path": Path(packed["path"]), "out": Path(packed["out"]), "formats": tuple(packed["formats"])}
        return cls(**packed | places | {"pages": None if packed["pages"] is None else range(*packed["pages"])})

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
            found.setdefault(Path(os.path.realpath(one)), one)  # resolve() raises on a link to itself
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
    limits: Limits | None = None,
) -> Iterator[Outcome]:
    """Outcomes as documents finish. A document that cannot be read, that takes longer or more memory than
    `limits`, or that brings its process down, is an outcome with `document.error`; the others go on.

    One worker without limits reads in this process. Raises ModelError and WriteError (no space, say).
    """
    if workers <= 1 and limits is None:
        detector = Detector.load(model)
        for job in jobs:
            yield run_job(job, detector, progress)
        return
    from soesift.detect.apart import Limits, run_apart

    yield from run_apart(jobs, model, workers, limits or Limits(), progress)


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
        result = detector.detect(job.path, ocr=job.ocr, pages=job.pages, progress=tick, password=job.password)
    except SoesiftError as error:
        return unread(job, str(error), detector.judge.info)
    except Exception as error:  # noqa: BLE001  # a fault of ours on one document must not lose the others
        return unread(job, fault(error), detector.judge.info)
    formats: tuple[Format, ...] = job.formats if "json" in job.formats else ("json", *job.formats)
    return Outcome(job.path, result, write_formats(result, job.out, job.stem, formats, job.path))


def missing_formats(result: Result, job: Job) -> tuple[Format, ...]:
    """Formats asked for now whose files are not there, beside a finished JSON."""
    names: dict[Format, str] = {"xlsx": ".xlsx", "html": ".html"}
    if result.tables:
        names["csv"] = "_table1.csv"
    return tuple(kind for kind in job.formats if kind in names and not (job.out / f"{job.stem}{names[kind]}").exists())


def fault(error: Exception) -> str:
    """What is said of an error that nobody foresaw; libraries have their own words for "no memory"."""
    text = repr(error)
    if isinstance(error, MemoryError) or any(sign in text for sign in _NO_MEMORY):
        return "needs more memory than it may have; raise --memory"
    return f"internal error, please report it: {text[:300]}"


def unread(job: Job, reason: str, info: ModelInfo) -> Outcome:
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
    document = DocumentInfo(name=as_text(path.name), sha256=sha256, has_soe="unsure", error=as_text(reason))
    return Result(document=document, model=model)
