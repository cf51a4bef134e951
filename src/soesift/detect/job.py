"""One document from file to results: what is to be done, how, and what became of it.

What a run writes where earlier results lie is the rule of docs/results-kept.md: a result belongs to the bytes of a
document, nothing that was finished is lost, and the files of one result are of one run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soesift.detect.options import MORE_TIME, USUAL, Awaiting, ReadOptions
from soesift.detect.sources import bring, scratch, shown
from soesift.errors import DocumentError, SoesiftError, UsageError, fault
from soesift.export.frames import parts
from soesift.export.write import Format, write_formats
from soesift.files import WriteError, as_text, file_sha256, safe_stem, sync_folder
from soesift.result.models import DocumentInfo, ModelInfo, Result
from soesift.result.store import (
    changed_since,
    fingerprint,
    finished,
    formats_there,
    hash_in,
    is_result,
    read_result,
    reviewed,
    set_aside,
    write_result,
)

if TYPE_CHECKING:
    from soesift.detect.detector import Detector


STAGE = ".new-"  # begins the names of folders in which the files of a result are made
LEFT = 3600.0  # seconds after which such a folder is taken to be of a run that was killed
READERS = 8  # threads that hash documents

Progress = Callable[[Path, int, int, str], None]  # page, pages, and what is being done where that takes long


def ids(paths: Sequence[Path], out: Path, hash_of: Callable[[int], str], replace: bool = False) -> list[str]:
    """A file stem for each document: that of its earlier result, else its name, numbered where other bytes have it.

    `hash_of`: the hash of document n, "" if it is not known; asked only where results of that name are there.
    """
    there = {} if replace else _there(out)
    bases = [safe_stem(path.stem) for path in paths]
    families = {base: _family(base, there) for base in dict.fromkeys(bases)}
    asked = [number for number, base in enumerate(bases) if families[base]]
    with ThreadPoolExecutor(READERS) as pool:
        hashes = dict(zip(asked, pool.map(hash_of, asked), strict=True))
    taken: set[str] = set()  # by lower case: on some disks A.json and a.json are one file
    chosen: dict[int, str] = {}
    for number in asked:
        own = next(
            (
                s
                for s in families[bases[number]]
                if hashes[number] and s.lower() not in taken and hash_in(out / f"{s}.json") == hashes[number]
            ),
            None,
        )
        if own is not None:
            chosen[number] = own
            taken.add(own.lower())
    last: dict[str, int] = {}  # a registry calls all its files by a few names
    for number, base in enumerate(bases):
        if number not in chosen:
            known = bool(hashes.get(number, ""))
            chosen[number] = _free(base, out, there if known else {}, taken, last)
    return [chosen[number] for number in range(len(paths))]


def _there(out: Path) -> dict[str, str]:
    """Stems that files of results in a folder have, by lower case."""
    found: dict[str, str] = {}
    with suppress(OSError):
        for name in os.listdir(out):
            stem, dot, ending = name.rpartition(".")
            if ending == "csv":
                stem = re.sub(r"_table\d+$", "", stem)
            if dot and ending in ("json", "xlsx", "html", "csv"):
                found.setdefault(stem.lower(), stem)
    return found


def _family(base: str, there: dict[str, str]) -> list[str]:
    """Stems of earlier results that documents of this name may have."""
    pattern = re.compile(re.escape(base.lower()) + r"(-\d+)?")
    ordered = sorted(there.items(), key=lambda item: (len(item[0]), item))
    return [stem for lower, stem in ordered if pattern.fullmatch(lower)]


def _free(base: str, out: Path, there: dict[str, str], taken: set[str], last: dict[str, int]) -> str:
    """`base`, or `base-2` and so on: the first that no document of this run and no finished result has."""
    count, name = last.get(base.lower(), 1), base
    while name.lower() in taken or (name.lower() in there and _occupied(out, there[name.lower()])):
        count += 1
        name = f"{base}-{count}"
    last[base.lower()] = count
    taken.add(name.lower())
    return name


def _occupied(out: Path, stem: str) -> bool:
    """Whether a later document must not take this stem: a finished result has it, or files that are not ours."""
    path = out / f"{stem}.json"
    if not is_result(path):
        return True
    return finished(path) is not None or reviewed(path)


def put(job: Job, result: Result) -> tuple[str, list[Path], str]:
    """Write a result in the formats of the job and those that are there; its stem, its files, and what to say of it.

    All files are made before any is put in its place; the JSON is put last. An earlier result with other content is
    moved to `earlier`; one that people corrected, and whose corrections would no longer fit, stays, and the new one
    gets an id of its own. With `job.replace` nothing is kept. Raises WriteError.
    """
    stem, said = _stem_for(job, result)
    target = job.out / f"{stem}.json"
    kinds: set[str] = {*job.formats, "json", *(_kinds_there(job.out, stem, result) if target.exists() else ())}
    stage = job.out / f"{STAGE}{uuid.uuid4().hex[:12]}"
    try:
        made = write_formats(result, stage, stem, _named(kinds - {"parquet"}), job.here)
        rows = write_formats(result, job.out, stem, ("parquet",)) if "parquet" in kinds else []
        if job.replace:
            _remove(job.out, stem)
        elif not same_result(target, result) or changed_since(job.out, stem):
            set_aside(job.out, stem)
        return stem, [*_moved(made, job.out), *rows], said
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _stem_for(job: Job, result: Result) -> tuple[str, str]:
    target = job.out / f"{job.stem}.json"
    before = finished(target)
    if job.replace or (before is None and (is_result(target) or not target.exists())):
        return job.stem, ""
    if before is None or before.document.sha256 != result.document.sha256:  # not known before it was fetched
        own = f"{job.stem}-{result.document.sha256[:8]}"
        return own, f"{job.stem}.json is of other bytes and stays; this is {own}.json"
    if reviewed(target) and fingerprint(before) != fingerprint(result):
        own = second_stem(job, result.model)
        return own, f"{job.stem}.json was corrected by people and stays; this run's is {own}.json"
    return job.stem, ""


def second_stem(job: Job, model: ModelInfo) -> str:
    """The id of a result beside one that people corrected: the same for the same model and settings."""
    recipe = f"{model.model_dump_json()}|{sorted(job.settings.items())}"
    return f"{job.stem}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"


def same_result(target: Path, result: Result) -> bool:
    """Whether the result there says the same but for its seconds, or says only why its document was not read."""
    try:
        before = read_result(target)
    except UsageError:
        return False
    ours, theirs = (one.model_dump_json(exclude={"timing"}) for one in (result, before))
    return bool(before.document.error) or ours == theirs


def _kinds_there(out: Path, stem: str, result: Result) -> set[str]:
    """Formats in which an earlier result is there: they are made anew with it."""
    there = set(formats_there(out, stem))
    old = [path for path in parts(out, result.document.sha256, stem).values() if path.exists()]
    if old and find_spec("pyarrow"):
        return there | {"parquet"}
    for path in old:  # a row of an earlier result beside a later one would be a mixture
        path.unlink(missing_ok=True)
    return there


def _named(kinds: set[str]) -> tuple[Format, ...]:
    known: tuple[Format, ...] = ("xlsx", "html", "csv", "parquet", "json")
    return tuple(kind for kind in known if kind in kinds)


def _moved(made: list[Path], out: Path) -> list[Path]:
    """Files put in their places, in order; the JSON is the last of them."""
    try:
        for path in made:
            os.replace(path, out / path.name)
    except OSError as error:
        raise WriteError(f"cannot write {out}: {error.strerror}; choose another place or free some space") from error
    sync_folder(out)
    return [out / path.name for path in made]


def _remove(out: Path, stem: str) -> None:
    (out / f"{stem}.json").unlink(missing_ok=True)
    for path in (path for paths in formats_there(out, stem).values() for path in paths):
        path.unlink(missing_ok=True)


def put_failed(job: Job, result: Result) -> tuple[list[Path], str]:
    """Write why a document could not be read; its files, and what to say of it.

    An earlier result stays as it is. Of a file that is not there nothing is written. Raises WriteError.
    """
    target = job.out / f"{job.stem}.json"
    if finished(target) is not None or (target.exists() and not is_result(target)):
        return [], f"the earlier {target.name} stays as it is"
    if not (job.url or os.path.lexists(job.path)):
        return [], ""
    kinds: tuple[Format, ...] = ("json", "parquet") if "parquet" in job.formats else ("json",)
    return write_formats(result, job.out, job.stem, kinds), ""


def add_formats(result: Result, job: Job, stem: str, formats: tuple[Format, ...]) -> list[Path]:
    """Write further formats of a result that is there; the paths. They get its time, for they are of its run."""
    made = write_formats(result, job.out, stem, formats, job.here)
    written = (job.out / f"{stem}.json").stat()
    for path in made:
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
    return made


def clear_stages(out: Path) -> None:
    """Take away what killed runs left of files that they were making."""
    for path in out.glob(f"{STAGE}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT:
                shutil.rmtree(path, ignore_errors=True)


def hash_or_none(path: Path, sha256_of: Callable[[Path], str]) -> str:
    """The hash of a document, "" if it cannot be read."""
    try:
        return sha256_of(path)
    except (DocumentError, OSError, ValueError):
        return ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may have: seconds from start to result, and megabytes of address space."""

    seconds: float = 1800
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True)
class Job:
    """One document and how to run it; `stem` names its files.

    With `url` the document is copied into the folder `scratch` and `path` is only its name. `so_far`, if not empty, is
    a file that holds, while the document is read, the result of its pages up to there.
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
    so_far: str = ""

    @property
    def here(self) -> Path:
        """Where the document is, or will be once it is copied: without `scratch` at a place where nothing can be."""
        return Path(self.scratch or os.devnull) / self.path.name if self.url else self.path

    def packed(self) -> dict[str, Any]:
        """The job as JSON can hold it; names of files that are not UTF-8 keep their bytes."""
        return {
            "path": str(self.path),
            "stem": self.stem,
            "out": str(self.out),
            "formats": self.formats,
            "read": self.read.packed(),
            "resume": self.resume,
            "replace": self.replace,
            "url": self.url,
            "sha256": self.sha256,
            "scratch": self.scratch,
            "so_far": self.so_far,
        }

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
            "stem": self.stem,
            "files": [str(path) for path in self.files],
            "skipped": self.skipped,
            "said": self.said,
            "failed": json.loads(self.result.model_dump_json()) if failed else None,
        }

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
        keep = partial(_keep_so_far, Path(job.so_far)) if job.so_far else None
        result = detector.detect(job.here, job.read, tick, keep)
    except Awaiting:
        raise
    except SoesiftError as error:
        return unread(job, without_scratch(str(error), job), detector.judge.info)
    except Exception as error:  # noqa: BLE001  # a fault of ours on one document must not lose the others
        return unread(job, without_scratch(fault(error), job), detector.judge.info)
    result.settings = job.settings
    stem, files, said = put(job, result)
    return Outcome(job.path, result, files, stem=stem, said=said)


def _keep_so_far(place: Path, result: Result) -> None:
    with suppress(WriteError):  # the whole result is what counts
        write_result(result, place)


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
