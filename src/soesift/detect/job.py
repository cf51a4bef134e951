"""One document from file to results: what is to be done, how, and what became of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soesift.detect.keep import add_formats, put, put_failed, second_stem
from soesift.detect.options import MORE_TIME, USUAL, Awaiting, ReadOptions
from soesift.detect.remote import shown
from soesift.detect.sources import bring, scratch
from soesift.errors import DocumentError, SoesiftError, fault
from soesift.export.parquet import parts
from soesift.export.write import Format
from soesift.files import as_text, file_sha256
from soesift.result.models import DocumentInfo, ModelInfo, Result
from soesift.result.store import read_result

if TYPE_CHECKING:
    from soesift.detect.detector import Detector

Progress = Callable[[Path, int, int, str], None]  # page, pages, and what is being done where that takes long


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may have: seconds from start to result, and megabytes of address space."""

    seconds: float = 1800
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True)
class Job:
    """One document and how to run it; `stem` names its files.

    With `url` the document is copied into the folder `scratch` and `path` is only its name.
    """

    path: Path
    stem: str
    out: Path
    formats: tuple[Format, ...]
    read: ReadOptions = USUAL
    resume: bool = False
    replace: bool = False  # what is there makes room and is not kept
    url: str = field(default="", repr=False)
    sha256: str = ""  # what the bytes must be, if not empty
    scratch: str = ""

    @property
    def here(self) -> Path:
        """Where the document is, or will be once it is copied: without `scratch` at a place where nothing can be."""
        return Path(self.scratch or os.devnull) / self.path.name if self.url else self.path

    def packed(self) -> dict[str, Any]:
        """The job as JSON can hold it; names of files that are not UTF-8 keep their bytes."""
        return {
            "path": str(self.path), "stem": self.stem, "out": str(self.out), "formats": self.formats,
            "read": self.read.packed(), "resume": self.resume, "replace": self.replace, "url": self.url,
            "sha256": self.sha256, "scratch": self.scratch,
        }  # fmt: skip

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> Job:
        places = {"path": Path(packed["path"]), "out": Path(packed["out"]), "formats": tuple(packed["formats"])}
        return cls(**packed | places | {"read": ReadOptions.unpacked(packed["read"])})

    @property
    def settings(self) -> dict[str, str]:
        return self.read.settings | ({"url": shown(self.url)} if self.url else {})


@dataclass(slots=True)
class Outcome:
    """What became of one document. stem: the id of its result; said: what is to be told of earlier results."""

    path: Path
    result: Result
    files: list[Path] = field(default_factory=list)
    skipped: bool = False
    stem: str = ""
    said: str = ""

    def packed(self) -> dict[str, Any]:
        """The outcome as JSON can hold it: a result that is on disk is named, one that is not is carried."""
        failed = self.result.document.error is not None
        return {
            "stem": self.stem, "files": [str(path) for path in self.files], "skipped": self.skipped, "said": self.said,
            "failed": json.loads(self.result.model_dump_json()) if failed else None,
        }  # fmt: skip

    @classmethod
    def unpacked(cls, job: Job, packed: dict[str, Any]) -> Outcome:
        told = packed["failed"]
        result = read_result(job.out / f"{packed['stem']}.json") if told is None else Result.model_validate(told)
        files = [Path(name) for name in packed["files"]]
        return cls(job.path, result, files, packed["skipped"], packed["stem"], packed["said"])


@contextmanager
def with_scratch(job: Job) -> Iterator[Job]:
    """The job with a folder for its copy, if it needs one and has none; the folder is then gone."""
    with scratch("" if job.scratch else job.url) as folder:
        yield replace(job, scratch=job.scratch or folder)


def run_job(job: Job, detector: Detector, progress: Progress | None) -> Outcome:
    """Detect one document and write its files; never raises for what is wrong with the document.

    Raises Awaiting if pictures are to be taken from `job.scans` and some are not there.
    """
    if (kept := kept_unseen(job, detector.judge.info)) is not None:
        return kept
    with with_scratch(job) as job:
        try:
            bring(job.url, job.here, job.sha256)
        except DocumentError as error:
            return unread(job, str(error), detector.judge.info)
        return _run_here(job, detector, progress)


def kept_unseen(job: Job, model: ModelInfo) -> Outcome | None:
    """The finished outcome of a remote document whose hash is listed: it need not be copied to be known."""
    if not (job.url and job.sha256 and job.resume):
        return None
    found = unchanged(job, model, job.sha256)
    if found is None or missing_formats(found[1], job, found[0]):
        return None
    return Outcome(job.path, found[1], [job.out / f"{found[0]}.json"], skipped=True, stem=found[0])


def _run_here(job: Job, detector: Detector, progress: Progress | None) -> Outcome:
    if job.resume and (found := unchanged(job, detector.judge.info)) is not None:
        stem, kept = found
        missing = missing_formats(kept, job, stem)
        files = [job.out / f"{stem}.json", *add_formats(kept, job, stem, missing)]
        return Outcome(job.path, kept, files, skipped=not missing, stem=stem)
    try:
        tick = None if progress is None else (lambda page, of, doing: progress(job.path, page, of, doing))
        result = detector.detect(job.here, job.read, tick)
    except Awaiting:
        raise
    except SoesiftError as error:
        return unread(job, without_scratch(str(error), job), detector.judge.info)
    except Exception as error:  # noqa: BLE001  # a fault of ours on one document must not lose the others
        return unread(job, without_scratch(fault(error), job), detector.judge.info)
    result.settings = job.settings
    stem, files, said = put(job, result)
    return Outcome(job.path, result, files, stem=stem, said=said)


def without_scratch(reason: str, job: Job) -> str:
    """A reason that names the address of a remote document, not its copy."""
    return reason.replace(str(job.here), shown(job.url)) if job.url else reason


def missing_formats(result: Result, job: Job, stem: str) -> tuple[Format, ...]:
    """Formats asked for now whose files are not there, beside a finished JSON."""
    names: dict[Format, Path] = {kind: job.out / f"{stem}.{kind}" for kind in ("xlsx", "html")}
    if result.tables:
        names["csv"] = job.out / f"{stem}_table1.csv"
    names["parquet"] = parts(job.out, result.document.sha256, stem)["documents"]
    return tuple(kind for kind in job.formats if kind in names and not names[kind].exists())


def unread(job: Job, reason: str, info: ModelInfo) -> Outcome:
    """The outcome of a document that could not be read, with its JSON (and its row of Parquet) written where no
    earlier result is."""
    result = failed(job.here, reason, info)
    result.settings = job.settings
    files, said = put_failed(job, result)
    return Outcome(job.path, result, files, stem=job.stem, said=said)


def unchanged(job: Job, model: ModelInfo, sha256: str = "") -> tuple[str, Result] | None:
    """Id and finished result of the same bytes (of this hash, if given), model and settings, if there is one."""
    for stem in (job.stem, second_stem(job, model)):
        try:
            result = read_result(job.out / f"{stem}.json")
            same_bytes = result.document.sha256 == (sha256 or file_sha256(job.here))
        except (SoesiftError, OSError, ValueError):
            continue
        whole = result.document.error is None and not any(
            MORE_TIME in page.why for page in result.document.unsure_pages
        )
        if whole and same_bytes and result.model == model and result.settings == job.settings:
            return stem, result
    return None


def failed(path: Path, reason: str, model: ModelInfo) -> Result:
    """A result that says why a document could not be read."""
    try:
        sha256 = file_sha256(path)
    except DocumentError:
        sha256 = ""
    document = DocumentInfo(name=as_text(path.name), sha256=sha256, has_soe="unsure", error=as_text(reason))
    return Result(document=document, model=model)
