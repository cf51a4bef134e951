"""Many documents, one by one or side by side, in processes of their own, within limits of time and memory.

What a document does to its reader (a crash in native code, an endless loop, all memory) it does to that process alone:
the batch writes down why it could not be read, and goes on. A page that ends its reader costs that page: the document
is read again around it, within the same time. Pictures of pages are read one page a task.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

import soesift
from soesift.detect.job import (
    Job,
    Limits,
    Outcome,
    Progress,
    clear_stages,
    hash_or_none,
    ids,
    run_job,
    unread,
    with_scratch,
)
from soesift.detect.options import MORE_TIME, OCR_SHARE, Awaiting
from soesift.detect.reading import Scan, keep_scan, kept_scan, scan_page
from soesift.detect.sources import Source
from soesift.document.pdf import open_pdf, read_page
from soesift.errors import DocumentError, ModelError, SoesiftError
from soesift.export.write import Format
from soesift.files import WriteError, file_sha256
from soesift.process.child import NONE
from soesift.process.worker import PageTookTooLong, TookTooLong, Worker, WorkerDied, too_long

if TYPE_CHECKING:
    from soesift.detect.detector import Detector
    from soesift.process.child import Task, Tell, Work
    from soesift.result.models import ModelInfo


FROM_OUTSIDE = "by SIGKILL"  # of the system where memory ends, or of anybody: the page in hand may be innocent
NOT_THE_PAGE = ("by SIGTERM", "by SIGXCPU", "by SIGALRM")  # told to end, or out of time


@dataclass(frozen=True, slots=True)
class AroundSettings:
    """page_share: of the time that is left one page may take so much (0 to 1; half, so that the rest can be read).
    most: pages of a document that may end their reader (from 0); one more, and the document is given up.
    """

    page_share: float = 0.5
    most: int = 20


AROUND = AroundSettings()

T = TypeVar("T")
R = TypeVar("R")


def run_around(
    worker: Worker, task: Task, seconds: float, tell: Tell, settings: AroundSettings = AROUND
) -> dict[str, Any]:
    """The answer to a task that reads a document and does not touch the pages of `task["without"]` (see `without`).

    Pages that end their process, take too long or need too much memory are put there one by one. Raises WorkerDied
    where no page is to blame, TookTooLong after `seconds` in all, and Stopped.
    """
    left, end = seconds, time.monotonic() + seconds
    spared: dict[int, str] = {}
    struck: set[int] = set()  # pages in hand when a process was ended from outside
    while True:
        answer, fault = _once(worker, {**task, "without": _packed(spared)}, left, tell, settings)
        page, left = worker.page, end - time.monotonic()
        if fault is None or page == NONE or page in spared or len(spared) >= settings.most or left <= 0:
            return _given(answer, fault, seconds)
        if str(fault) == FROM_OUTSIDE and page not in struck:
            struck.add(page)
        elif str(fault) in NOT_THE_PAGE:
            raise fault
        else:
            spared[page] = _why(fault)


def without(task: Task) -> dict[int, str]:
    """Pages, from 1, that a task's reader does not touch, each with why."""
    return {int(page): str(why) for page, why in task.get("without", {}).items()}


def _packed(pages: dict[int, str]) -> dict[str, str]:
    return {str(page): why for page, why in pages.items()}


def _once(
    worker: Worker, task: Task, left: float, tell: Tell, settings: AroundSettings
) -> tuple[dict[str, Any], WorkerDied | TookTooLong | MemoryError | None]:
    """The answer, and what went wrong in a way that a page may be to blame for."""
    try:
        answer = worker.run(task, left, tell, left * settings.page_share)
    except (WorkerDied, TookTooLong) as error:
        return {}, error
    return answer, MemoryError() if answer.get("last") else None


def _given(
    answer: dict[str, Any], fault: WorkerDied | TookTooLong | MemoryError | None, seconds: float
) -> dict[str, Any]:
    if isinstance(fault, TookTooLong):
        raise too_long(seconds) from fault
    if isinstance(fault, WorkerDied):
        raise fault
    return answer


def _why(fault: WorkerDied | TookTooLong | MemoryError) -> str:
    """What is said of a page that was in hand."""
    if isinstance(fault, PageTookTooLong):
        return f"the page {fault}; {MORE_TIME}"
    if isinstance(fault, WorkerDied):
        return f"the page ended its reader ({fault}): it is damaged, or needs more memory than a document may have"
    return "the page needs more memory than a document may have"


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


def warm_worker(model: str, limits: Limits) -> Worker:
    """A worker whose process has all that it needs loaded, so that its first document need not wait for it.

    Whatever stops that is told when there is a document.
    """
    worker = Worker(work_on_job, limits.memory_mb)
    with suppress(SoesiftError, OSError):
        worker.run({"model": model, "alone": True}, limits.seconds)
    return worker


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
    """In the process: one job from document to files; without one only the model is loaded."""
    end_with_parent()
    if not task["alone"]:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    if "job" not in task:
        _detector(task["model"])
        return {}
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


def read_picture(worker: Worker, job: Job, folder: Path, number: int, limits: Limits) -> None:
    """Read and keep one page of a document that is here; a page that ends its process or its time is kept as that.

    Raises WriteError.
    """
    if kept_scan(folder, number) is not None:
        return
    task = {"job": job.packed(), "scans": str(folder), "page": number}
    try:
        answer = ask(worker, task, limits, lambda page, pages, doing: None)
        failed = str(answer.get("error", ""))
    except DocumentError as error:
        failed = str(error)
    if failed:
        keep_scan(folder, number, Scan(None, failed=failed))


def work_on_picture(task: Task, tell: Tell) -> dict[str, Any]:
    """In the process: one page from picture to file."""
    end_with_parent()
    job, folder, number = Job.unpacked(task["job"]), Path(task["scans"]), int(task["page"])
    with open_pdf(job.here, job.read.password) as document:
        scan = scan_page(document, number - 1, read_page(document, number - 1), job.read)
    keep_scan(folder, number, scan)
    return {}


def stems(paths: Sequence[Path]) -> list[str]:
    """A file stem for each document, in a folder without results; equal names get a number."""
    return ids(paths, Path(os.devnull), lambda number: "")


def run_batch(
    jobs: Sequence[Job],
    model: str,
    workers: int = 1,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Iterator[Outcome]:
    """Outcomes as documents finish. A document that cannot be read, that takes longer or more memory than
    `limits`, or that brings its process down, is an outcome with `document.error`; the others go on.

    One worker without limits reads in this process. Raises ModelError and WriteError (no space, say).
    """
    if workers <= 1 and limits is None:
        detector = soesift.Detector.load(model)
        for job in jobs:
            yield run_job(job, detector, progress)
        return
    yield from run_apart(jobs, model, workers, limits or Limits(), progress)


def jobs_of(sources: Sequence[Source], out: Path, formats: tuple[Format, ...], **more: Any) -> list[Job]:
    """A job for each document; `more` are other fields of all jobs. Ids are those of earlier results, where their
    bytes are the same (`detect.keep`)."""

    def hash_of(number: int) -> str:
        source = sources[number]
        return source.sha256 if source.sha256 or source.url else hash_or_none(source.path, file_sha256)

    clear_stages(out)
    names = ids([source.path for source in sources], out, hash_of, bool(more.get("replace")))
    return [
        Job(source.path, stem, out, formats, url=source.url, sha256=source.sha256, **more)
        for source, stem in zip(sources, names, strict=True)
    ]
