"""The threads that take jobs from the queue to worker processes and write down what became of them."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from soesift.detect.around import run_around
from soesift.process.child import Task, Work
from soesift.process.worker import Stopped, TookTooLong, Worker, WorkerDied
from soesift.serve.queue import Job, Queue, State
from soesift.serve.settings import Settings
from soesift.serve.store import Store

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
