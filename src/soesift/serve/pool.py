"""The threads that take jobs from the queue to worker processes and write down what became of them."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from soesift.detect.around import run_around, without
from soesift.detect.detector import Detector
from soesift.detect.keep import same_result
from soesift.detect.options import OCR_SHARE, ReadOptions
from soesift.document.kind import kind_of
from soesift.document.pdf import open_pdf, page_png
from soesift.errors import DocumentError
from soesift.export.csv import table_csv
from soesift.export.html import report_html
from soesift.files import write_atomically
from soesift.process.child import Task, Work
from soesift.process.worker import Stopped, TookTooLong, Worker, WorkerDied
from soesift.result.models import Result
from soesift.result.place import fingerprint, finished, reviewed, set_aside
from soesift.result.store import result_json, write_result
from soesift.review.apply import corrected_result
from soesift.serve.queue import Job, Queue, State, Store
from soesift.serve.settings import Settings

if TYPE_CHECKING:
    from soesift.process.child import Task, Tell


Ended = Callable[[State, float], None]
T = TypeVar("T")
FULL_DISK = 1.0  # seconds after which what could not be written is tried again


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
        }


# The tasks of worker processes: detect on a document, draw a page, write a table. Only here are documents parsed.


def detect_document(task: Task, tell: Tell) -> dict[str, Any]:
    """Write the result of `task["document"]` to `task["result"]`.

    Keys: document, result, name, model, ocr, max_pages, seconds. Raises DocumentError for what cannot be read.
    """
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
    os.environ.setdefault("OMP_NUM_THREADS", "1")
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


def _page(task: Task) -> bytes | None:
    return page_png(Path(task["document"]), task["page"], task["dpi"])


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


def _xlsx(result: Result, place: Path) -> bytes:
    beside = place.with_suffix(".xlsx.part")
    try:
        return result.to_xlsx(beside).read_bytes()
    finally:
        beside.unlink(missing_ok=True)


_VIEWS: dict[str, Callable[[Task], bytes | None]] = {"page": _page, "table": _table, "corrected": _corrected}
