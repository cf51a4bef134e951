"""The folder of an app: protocols that were dropped, their results, and what is being read now."""

from __future__ import annotations

import hashlib
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Queue
from typing import Literal

from soesift.detect.batch import answered, jobs_of, warm_worker
from soesift.detect.job import Limits
from soesift.detect.sources import KINDS, Source
from soesift.errors import SoesiftError, UsageError
from soesift.files import as_text, file_sha256, safe_stem, write_atomically
from soesift.process.worker import Worker
from soesift.result.store import is_result, read_result
from soesift.review.documents import Document, key_of, open_documents
from soesift.review.state import Review

State = Literal["waiting", "reading", "done", "failed"]
_NAME = re.compile(r"[\x00-\x1f/\\:*?\"<>|]")

_SO_FAR = re.compile(r"[0-9a-f]{12}\.json|\.soesift-[0-9a-f]{12}\.part")  # names of `key_of` and `write_atomically`


def _hash_of(document: Document) -> str:
    """Of the bytes that a result was read from; "" where the result cannot be read now."""
    try:
        return document.look().result.document.sha256
    except SoesiftError:
        return ""


@dataclass(slots=True)
class Reading:
    """One dropped protocol. page, pages: how far its reading is; doing: what takes long there; why: what went wrong;
    key: of its document, which is there as far as it is read while that goes on."""

    name: str
    path: Path
    state: State = "waiting"
    page: int = 0
    pages: int = 0
    doing: str = ""
    why: str = ""
    key: str = ""


@dataclass(slots=True)
class Workspace:
    """Protocols are stored, then read one after another, each in a process of its own that stands ready;
    results open as they come.
    """

    folder: Path
    review: Review
    model: str = "default"
    limits: Limits = field(default_factory=Limits)
    readers: int = 1  # different people who sign before a document counts as signed
    readings: dict[str, Reading] = field(default_factory=dict)  # by hash of the document
    _queue: Queue[Reading | None] = field(default_factory=Queue)
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def protocols(self) -> Path:
        return self.folder / "protocols"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def so_far(self) -> Path:
        """Where, while a protocol is read, the result of its pages up to there lies."""
        return self.folder / "reading"

    def start(self) -> None:
        """Open earlier results, queue protocols without one, and begin to read. Raises WriteError, UsageError."""
        for place in (self.protocols, self.results, self.so_far):
            place.mkdir(parents=True, exist_ok=True)
        self._drop_so_far()  # of an app that was killed
        self._open_results()
        there = {_hash_of(document) for document in self.review.documents.values()}
        for path in sorted(self.protocols.iterdir()):
            if path.suffix.lower() in KINDS and (sha256 := file_sha256(path)) not in there:
                self._put(sha256, Reading(path.name, path))
        self._thread = threading.Thread(target=self._read_all, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the document that is being read; its process ends with this one."""
        self._queue.put(None)

    def accept(self, name: str, content: bytes) -> Reading:
        """Store a protocol and queue it; the same bytes again are the reading that is there. Raises UsageError for a
        kind that is not read, WriteError.
        """
        name = as_text(_NAME.sub("_", Path(name).name)).strip(". ") or "protocol"
        if Path(name).suffix.lower() not in KINDS:
            raise UsageError(f"{name}: is not of a kind that is read ({', '.join(sorted(KINDS))})")
        if not content:
            raise UsageError(f"{name}: is empty")
        sha256 = hashlib.sha256(content).hexdigest()
        with self._lock:
            if sha256 in self.readings and self.readings[sha256].state != "failed":
                return self.readings[sha256]
            if (there := self._of_hash(sha256)) is not None:  # read when the app was run before
                return Reading(name, there.source or there.path, "done", key=there.key)
            path = write_atomically(self._free(name, sha256), content)
            return self._put(sha256, Reading(name, path))

    def forget(self, sha256: str) -> None:
        """Take a protocol that could not be read off the list; its file, and the result that says so, go. Raises
        UsageError."""
        with self._lock:
            reading = self.readings.get(sha256)
            if reading is None or reading.state != "failed":
                raise UsageError("only what could not be read is taken off the list")
            reading.path.unlink(missing_ok=True)
            for path in self.results.glob("*.json"):
                if is_result(path) and (info := read_result(path).document).sha256 == sha256 and info.error:
                    path.unlink()
            del self.readings[sha256]

    def again(self, sha256: str) -> None:
        """Read a protocol once more that could not be read. Raises UsageError."""
        with self._lock:
            reading = self.readings.get(sha256)
            if reading is None or reading.state != "failed":
                raise UsageError("only what could not be read is read again")
            self._put(sha256, Reading(reading.name, reading.path))

    def _of_hash(self, sha256: str) -> Document | None:
        """The document under review that was read from these bytes."""
        return next((one for one in self.review.documents.values() if _hash_of(one) == sha256), None)

    def _free(self, name: str, sha256: str) -> Path:
        """A place of its own for a name; other bytes of the same name lie beside it."""
        stem, suffix = safe_stem(Path(name).stem), Path(name).suffix.lower()
        place, number = self.protocols / f"{stem}{suffix}", 2
        while place.exists() and file_sha256(place) != sha256:
            place, number = self.protocols / f"{stem}-{number}{suffix}", number + 1
        return place

    def _put(self, sha256: str, reading: Reading) -> Reading:
        self.readings[sha256] = reading
        self._queue.put(reading)
        return reading

    def _read_all(self) -> None:
        worker = warm_worker(self.model, self.limits)
        while (reading := self._queue.get()) is not None:
            reading.state = "reading"
            try:
                self._read(reading, worker)
            except SoesiftError as error:
                reading.state, reading.why = "failed", str(error)
            except Exception as error:  # noqa: BLE001  # the next protocol is read all the same
                reading.state, reading.why = "failed", f"internal error: {type(error).__name__}"
            worker.close(force=True)  # what one document leaves in memory is not there for the next
            worker = warm_worker(self.model, self.limits)
        worker.close()

    def _read(self, reading: Reading, worker: Worker) -> None:
        job = jobs_of([Source(reading.path)], self.results, ("json",))[0]
        key = key_of(self.results / f"{job.stem}.json")
        place = self.so_far / f"{key}.json"

        def tell(page: int, pages: int, doing: str) -> None:
            reading.page, reading.pages, reading.doing = page, pages, doing
            if key not in self.review.unfinished and place.exists():
                reading.key, self.review.unfinished[key] = key, Document(key, place, reading.path, unfinished=True)

        try:
            outcome = answered(worker, replace(job, so_far=str(place)), self.model, True, self.limits, tell)
            reading.why = outcome.result.document.error or ""
            reading.state = "failed" if reading.why else "done"
            reading.key = ""
            if reading.state == "done":
                self._open_results()
                found = self._of_hash(outcome.result.document.sha256)
                reading.key = found.key if found is not None else ""
        finally:
            self.review.unfinished.pop(key, None)
            self._drop_so_far()

    def _drop_so_far(self) -> None:
        """Take away what is found so far, and what a process that was killed had begun to write; nothing else."""
        for left in self.so_far.iterdir():
            if _SO_FAR.fullmatch(left.name):
                with suppress(OSError):
                    left.unlink()

    def _open_results(self) -> None:
        """Results that are not open yet become documents under review."""
        paths = [path for path in sorted(self.results.glob("*.json")) if is_result(path)]
        found = open_documents(paths, [self.protocols])
        for key, document in found.items():
            if document.look().result.document.error is None:
                self.review.documents.setdefault(key, document)
