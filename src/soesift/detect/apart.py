"""Documents read in processes of their own, within limits of time and memory.

What a document does to its reader (a crash in native code, an endless loop, all memory) it does to that process
alone: the batch writes down why the document could not be read, and goes on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

import soesift
from soesift.detect.around import run_around, without
from soesift.detect.job import Job, Limits, Outcome, Progress, run_job, unread, with_scratch
from soesift.detect.options import OCR_SHARE, Awaiting
from soesift.errors import DocumentError, ModelError, SoesiftError
from soesift.files import WriteError
from soesift.process.worker import TookTooLong, Worker, WorkerDied

if TYPE_CHECKING:
    from soesift.detect.detector import Detector
    from soesift.process.child import Task, Tell, Work
    from soesift.result.models import ModelInfo

T = TypeVar("T")
R = TypeVar("R")


def ask(worker: Worker, task: Task, limits: Limits, tell: Tell) -> dict[str, Any]:
    """What the process answered, read around pages that end it. Raises DocumentError if it took too long or died of the
    document."""
    try:
        return run_around(worker, task, limits.seconds, tell)
    except TookTooLong as error:
        raise DocumentError(f"took longer than {limits.seconds:g} seconds; raise --timeout") from error
    except WorkerDied as error:
        raise DocumentError(why_it_died(str(error), limits)) from error


def why_it_died(how: str, limits: Limits) -> str:
    """One line about a reader that ended ("by SIGSEGV", say) without an answer."""
    if how == "by SIGXCPU":
        return "the reader used up its processor time (by SIGXCPU); raise ulimit -t"
    if how == "by SIGTERM":
        return "the reader was told to end (by SIGTERM); run it again"
    return f"the reader crashed on it ({how}): a damaged file, or more memory than --memory {limits.memory_mb}"


def each_apart(
    tasks: Sequence[T], do: Callable[[Worker, T], R], work: Work, workers: int, limits: Limits
) -> Iterator[R]:
    """`do` of each task as they end, `workers` at once, each with a process that runs `work`."""
    stop = threading.Event()
    free: SimpleQueue[Worker] = SimpleQueue()
    all_workers = [Worker(work, limits.memory_mb, stop) for _ in range(workers)]
    for worker in all_workers:
        free.put(worker)

    def one(task: T) -> R:
        worker = free.get()
        try:
            return do(worker, task)
        finally:
            free.put(worker)

    pool = ThreadPoolExecutor(workers)
    try:
        futures = [pool.submit(one, task) for task in tasks]
        for future in as_completed(futures):
            yield future.result()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        for worker in all_workers:
            worker.close(force=True)


def run_apart(
    jobs: Sequence[Job], model: str, workers: int, limits: Limits, progress: Progress | None = None
) -> Iterator[Outcome]:
    """Outcomes as documents finish. Raises ModelError and WriteError, which are no document's fault."""

    def one(worker: Worker, job: Job) -> Outcome:
        def tell(page: int, pages: int, doing: str) -> None:
            if progress is not None:
                progress(job.path, page, pages, doing)

        return answered(worker, job, model, workers == 1, limits, tell)

    yield from each_apart(jobs, one, work_on_job, min(workers, len(jobs)) or 1, limits)


def answered(worker: Worker, job: Job, model: str, alone: bool, limits: Limits, tell: Tell) -> Outcome:
    """One document read by the worker's process; its copy, if it is remote, is gone afterwards, whatever happened.

    Raises ModelError, WriteError and Awaiting.
    """
    with with_scratch(job) as job:
        task = {"job": job.packed(), "model": model, "alone": alone}
        try:
            return outcome_of(job, ask(worker, task, limits, tell), model)
        except DocumentError as error:
            return unread(job, str(error), model_info(model))


def outcome_of(job: Job, answer: dict[str, Any], model: str) -> Outcome:
    """What a process answered about a job, as its outcome. Raises ModelError, WriteError and Awaiting."""
    if "error" in answer:
        return unread(job, str(answer["error"]), model_info(model))
    done = answer["done"]
    if "awaits" in done:
        raise Awaiting(done["awaits"], Path(done["scans"]))
    if "stop" in done:
        raise {"model": ModelError, "write": WriteError}.get(done["kind"], SoesiftError)(done["stop"])
    return Outcome.unpacked(job, done)


@lru_cache(maxsize=1)
def model_info(model: str) -> ModelInfo:
    return _detector(model).judge.info


def work_on_job(task: Task, tell: Tell) -> dict[str, Any]:
    """In the process: one job from document to files."""
    end_with_parent()
    if not task["alone"]:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    job = Job.unpacked(task["job"])
    read = replace(job.read, ocr_seconds=OCR_SHARE * task["seconds"], without=without(task))
    job = replace(job, read=read)
    try:
        outcome = run_job(job, _detector(task["model"]), lambda _, page, pages, doing: tell(page, pages, doing))
    except ModelError as error:
        return {"kind": "model", "stop": str(error)}
    except WriteError as error:
        return {"kind": "write", "stop": str(error)}
    except Awaiting as error:
        return {"awaits": error.pages, "scans": str(error.folder)}
    return outcome.packed()


@lru_cache(maxsize=1)
def _detector(model: str) -> Detector:
    return soesift.Detector.load(model)  # imported here, in the process that reads: the one that waits does without


@lru_cache(maxsize=1)
def end_with_parent() -> None:
    """From now on this process ends at once when the one that started it is gone."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
