"""What the routes share: settings, queue, counts, and the threads that take jobs to worker processes."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from soesift.classify.shipped import load_judge
from soesift.detect.batch import run_around, without
from soesift.detect.detector import Detector
from soesift.detect.job import same_result
from soesift.detect.options import OCR_SHARE, Ocr, ReadOptions
from soesift.document.kind import kind_of
from soesift.document.pdf import open_pdf, page_png
from soesift.errors import DocumentError, SoesiftError, UsageError
from soesift.export.csv import table_csv
from soesift.export.html import report_html
from soesift.files import write_atomically
from soesift.process.child import Task, Work
from soesift.process.worker import Stopped, TookTooLong, Worker, WorkerDied
from soesift.result.models import Result
from soesift.result.store import fingerprint, finished, result_json, reviewed, set_aside, write_result
from soesift.review.documents import corrected_result
from soesift.serve.queue import Job, Jobs, Metrics, Queue, State, Store, open_store
from soesift.web import Busy, Viewer

if TYPE_CHECKING:
    from soesift.process.child import Tell


MB = 1_000_000

Ended = Callable[[State, float], None]
T = TypeVar("T")
FULL_DISK = 1.0  # seconds after which what could not be written is tried again


def _page(task: Task) -> bytes | None:
    return page_png(Path(task["document"]), task["page"], task["dpi"])


def _xlsx(result: Result, place: Path) -> bytes:
    beside = place.with_suffix(".xlsx.part")
    try:
        return result.to_xlsx(beside).read_bytes()
    finally:
        beside.unlink(missing_ok=True)


def _table(task: Task) -> bytes | None:
    result, _ = corrected_result(Path(task["result"]))
    table = next((table for table in result.tables if table.id == task["table"]), None)
    if table is None:
        return None
    alone = result.model_copy(update={"tables": [table], "rejected": []})
    if task["format"] == "json":
        return table.model_dump_json().encode("utf-8", "replace")
    if task["format"] == "csv":
        return table_csv(table).encode("utf-8-sig", "replace")
    if task["format"] == "html":
        return report_html(alone).encode("utf-8", "replace")
    return _xlsx(alone, Path(task["out"]))


def _corrected(task: Task) -> bytes:
    return result_json(corrected_result(Path(task["result"]))[0]).encode()


_VIEWS: dict[str, Callable[[Task], bytes | None]] = {"page": _page, "table": _table, "corrected": _corrected}

MOST_VIEWS = 16  # pages and tables waited for at one time
VIEW_SECONDS = 30.0


class Settings(BaseModel):
    """The keys of `serve.toml`; the options of `soesift serve` go before them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8321, ge=0, le=65535)
    data: Path = Path("soesift-serve")  # documents, results and the queue
    folders: tuple[Path, ...] = ()  # documents inside these may be named by their path
    names: tuple[str, ...] = ()  # further names by which clients reach the service (Host header)
    model: str = "default"
    ocr: Ocr = "auto"
    workers: int = Field(1, ge=1, le=64)  # documents read side by side
    max_mb: float = Field(64, gt=0, le=10_000)  # of one document, in millions of bytes
    max_pages: int = Field(1500, ge=1)
    max_waiting: int = Field(1000, ge=1)  # jobs in the queue; more are refused
    seconds: float = Field(900, gt=0)  # for one document
    memory_mb: int = Field(4096, ge=256)  # address space of one worker process
    attempts: int = Field(3, ge=1, le=10)  # runs of a document whose reader crashes
    upload_seconds: float = Field(120, gt=0)  # for a request to arrive whole
    grace: float = Field(20, ge=0)  # seconds to finish what is running when told to stop


@dataclass(slots=True)
class Pool:
    """`settings.workers` threads, each with a process of its own: a document that kills it stops no other."""

    queue: Queue
    store: Store
    settings: Settings
    work: Work
    ended: Ended = lambda state, seconds: None  # told of every end of a run
    progress: dict[str, tuple[int, int, str]] = field(default_factory=dict)  # of running jobs: page, of pages
    draining: threading.Event = field(default_factory=threading.Event)
    stop_now: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Queue again what a killed service left running, then begin."""
        self.queue.recover(self.settings.attempts)
        for number in range(self.settings.workers):
            thread = threading.Thread(target=self._loop, name=f"worker-{number}", daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        """Take no more jobs, give running ones `settings.grace` seconds, then end them: they stay queued."""
        self.draining.set()
        deadline = time.monotonic() + self.settings.grace
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.stop_now.set()
        for thread in self.threads:
            thread.join()

    def _loop(self) -> None:
        worker = Worker(self.work, self.settings.memory_mb, self.stop_now)
        try:
            while not self.draining.is_set():
                try:
                    job = self.queue.claim(0.5)
                    if job is not None:
                        self._run(worker, job)
                except sqlite3.OperationalError:  # a full disk: jobs wait
                    self.draining.wait(FULL_DISK)
        finally:
            worker.close()

    def _run(self, worker: Worker, job: Job) -> None:
        """One job from running to whatever becomes of it."""
        began = time.monotonic()
        state: State
        ending: Literal["done", "failed"]
        try:
            answer = run_around(
                worker,
                self._task(job),
                self.settings.seconds,
                lambda page, pages, doing: self.progress.update({job.id: (page, pages, doing)}),
            )
            error = answer.get("error")
            state = ending = "done" if error is None else "failed"
            said = None if error is None else str(error).replace(f"{job.sha256}{job.suffix}: ", "")
            self._write(lambda: self.queue.finish(job.id, ending, said))
        except TookTooLong as error:
            state, said = "failed", str(error)
            self._write(lambda: self.queue.finish(job.id, "failed", said))
        except WorkerDied as error:
            how = str(error)
            state = self._write(lambda: self.queue.crashed(job.id, how, self.settings.attempts))
        except Stopped:
            state = "queued"
            self._write(lambda: self.queue.give_back(job.id))
        except Exception as error:  # noqa: BLE001  # no free memory for a process, say: this thread must go on
            how = f"before it began ({error!r})"
            state = self._write(lambda: self.queue.crashed(job.id, how, self.settings.attempts))
            time.sleep(1)
        self.progress.pop(job.id, None)
        self.ended(state, time.monotonic() - began)

    def _write(self, do: Callable[[], T]) -> T:
        """What became of a job, into the queue: on a full disk again and again, until the service ends.

        Then the job is in the queue as running, and run once more by the next service.
        """
        while True:
            try:
                return do()
            except sqlite3.OperationalError:
                if self.stop_now.wait(FULL_DISK):
                    raise

    def _task(self, job: Job) -> Task:
        settings = self.settings
        return {
            "document": str(self.store.document(job.sha256, job.suffix)),
            "result": str(self.store.result(job.sha256)),
            "name": job.name,
            "model": settings.model,
            "ocr": settings.ocr,
            "max_pages": settings.max_pages,
            "alone": settings.workers == 1,
        }


# The tasks of worker processes: detect on a document, draw a page, write a table. Only here are documents parsed.
def detect_document(task: Task, tell: Tell) -> dict[str, Any]:
    """Write the result of `task["document"]` to `task["result"]`.

    Keys: document, result, name, model, ocr, max_pages, seconds; alone: no other is read beside it, so that it may take
    all cores. Raises DocumentError for what cannot be read.
    """
    if not task.get("alone"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    path = Path(task["document"])
    check_pages(path, task["max_pages"])
    options = ReadOptions(task["ocr"], ocr_seconds=OCR_SHARE * task["seconds"], without=without(task))
    result = _detector(task["model"]).detect(path, options, tell)
    result.document.name = task["name"]
    _make_room(result, Path(task["result"]))
    write_result(result, task["result"])
    return {"tables": len(result.tables), "has_soe": result.document.has_soe, "pages": result.document.n_pages}


def _make_room(result: Result, target: Path) -> None:
    """Move an earlier result with other content to `earlier`; one that people corrected stays (`detect.keep`).

    Raises DocumentError where the corrections would no longer fit.
    """
    before = finished(target)
    if before is not None and reviewed(target) and fingerprint(before) != fingerprint(result):
        raise DocumentError("its result was corrected by people, and a new one finds other tables; the earlier stays")
    if target.exists() and not same_result(target, result):
        set_aside(target.parent, target.stem)


@lru_cache(maxsize=1)
def _detector(model: str) -> Detector:
    return Detector.load(model)


def check_pages(path: Path, most: int) -> None:
    """Raises DocumentError if a document has more than `most` pages."""
    if kind_of(path) in ("pdf", "picture"):
        with open_pdf(path) as document:
            if len(document) > most:
                raise DocumentError(f"has {len(document)} pages; this service takes at most {most}")


def view_document(task: Task, tell: Tell) -> dict[str, Any]:
    """A page as PNG, a table in a format or the corrected result, written to `task["out"]`.

    The answer is {"found": whether there is such a one}.
    """
    content = _VIEWS[task["kind"]](task)
    if content is not None:
        write_atomically(task["out"], content)
    return {"found": content is not None}


class Works(NamedTuple):
    """What worker processes run; tests put in functions of their own."""

    detect: Work = detect_document
    view: Work = view_document


@dataclass(slots=True)
class Service:
    """An open service; `stopping` tells streams to end."""

    settings: Settings
    token: str | None
    store: Store
    lock: IO[bytes]
    queue: Queue
    pool: Pool
    viewer: Viewer
    metrics: Metrics
    recipe: str
    stopping: Callable[[], bool] = lambda: False
    listeners: int = 0

    def start(self) -> None:
        self.pool.start()

    def close(self) -> None:
        """Stop the workers within the grace that the settings give, then let go of the folder."""
        self.pool.stop()
        self.viewer.close()
        self.queue.close()
        self.lock.close()

    def add(self, sha256: str, name: str, suffix: str, again: bool) -> tuple[Job, bool]:
        """The job of a stored document and whether it is new. Raises Busy if the queue is full."""
        if self.queue.counts()["queued"] >= self.settings.max_waiting:
            raise Busy(f"{self.settings.max_waiting} documents are waiting; try again later")
        return self.queue.add(sha256, name, suffix, self.recipe, again)

    @contextmanager
    def passing_file(self) -> Iterator[Path]:
        """A name for a file that a worker writes; the file is gone afterwards."""
        path = self.store.passing / f"{uuid.uuid4().hex}.out"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def open_service(settings: Settings, token: str | None = None, works: Works | None = None) -> Service:
    """Open the folder and the queue. Raises UsageError (folder missing or in use) or ModelError."""
    works = works or Works()
    for folder in settings.folders:
        if not folder.is_dir():
            raise UsageError(f"--folder {folder}: is no folder; name one that exists")
    settings = settings.model_copy(update={"folders": tuple(folder.resolve() for folder in settings.folders)})
    recipe = recipe_of(settings)
    store, lock = open_store(settings.data)
    try:
        queue = Queue(store.queue)
    except SoesiftError:
        lock.close()
        raise
    metrics = Metrics()
    metrics.registry.register(Jobs(queue.counts))
    pool = Pool(queue, store, settings, works.detect, metrics.ended)
    viewer = Viewer(Worker(works.view, settings.memory_mb, pool.stop_now), VIEW_SECONDS, MOST_VIEWS)
    return Service(settings, token, store, lock, queue, pool, viewer, metrics, recipe)


def recipe_of(settings: Settings) -> str:
    """What a result depends on but the document: two jobs of equal bytes and recipe are one. Raises ModelError."""
    info = load_judge(settings.model).info
    text = f"{info.model_dump_json()}|{settings.ocr}|{settings.max_pages}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
