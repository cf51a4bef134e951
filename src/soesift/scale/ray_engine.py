"""The same documents, the same results, on Ray Data: workers of one machine or of a cluster.

Two stages with resources of their own: documents (read, tables found, judged, joined, written), and pictures of pages.
A document with pictures is put off, its pictures are read by the second stage, then it is read anew.

Every worker holds a process that reads documents within limits (`detect.apart`), so a document cannot bring down
the worker. Ray starts lost workers again and hands their documents on. Documents and the folder of the results must
be seen under the same path by all machines, but for documents by URL, which the worker that reads them fetches.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from soesift.detect.batch import answered, model_info, read_picture, work_on_job, work_on_picture
from soesift.detect.job import Job, Limits, Outcome, Progress, unread, with_scratch
from soesift.detect.options import Awaiting
from soesift.detect.reading import Scan, keep_scan
from soesift.detect.sources import bring
from soesift.errors import DocumentError, MissingExtra, SoesiftError, UsageError
from soesift.files import WriteError
from soesift.process.worker import Worker

# How often a piece of work was begun: what takes its worker with it again and again is set aside (poison).

STARTS = 5  # a piece begun so often without an answer is set aside


def count_start(begun: Path) -> int:
    """One more start, kept in a file so that it outlives the worker; returns how many there were."""
    begun.parent.mkdir(parents=True, exist_ok=True)
    with begun.open("ab") as file:
        file.write(b".")
        return file.tell()


# Ray: joined or started, and what it has.

STORE_BYTES = 200_000_000  # only names of files and answers of teachers travel through Ray's object store
BLOCKS = 2000  # at most so many pieces of work; what is lost with a worker is one piece
GPU_SHARE = 0.25  # of a GPU for one process that reads pictures

Row = dict[str, Any]


def connected(workers: int, address: str | None) -> Any:
    """The module `ray`, with `ray.data`, on a cluster: the one at `address`, or one on this machine.

    Raises MissingExtra, and UsageError where there is no cluster.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray would tell its makers
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its files tell all; the screen is ours
    if address and has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # `ray start` asks for it, and Ray's clients do not offer it
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtra("ray", "ray") from error
    if not ray.is_initialized():
        here = {"num_cpus": workers + 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
        try:
            ray.init(
                address=address or "local", log_to_driver=False, logging_level="warning", **({} if address else here)
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            why = str(error)[:100]
            raise UsageError(f"--address {address}: no Ray cluster there, or no right to it ({why})") from error
    return ray


def has_token() -> bool:
    """Whether there is a token for clusters, where Ray looks for it."""
    told = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return told or (Path.home() / ".ray" / "auth_token").is_file()


def rows_of(
    ray: Any, rows: Sequence[Row], worker: type, args: tuple[Any, ...], workers: int, gpus: float = 0.0
) -> Iterator[Row]:
    """What `workers` actors of the class `worker`, made with `args`, answer to each row, as they answer."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    pool = ray.data.ActorPoolStrategy(size=workers)
    needs = {"num_gpus": gpus} if gpus else {"num_cpus": 1}  # Ray Data schedules by one of them; both can stall it
    data = ray.data.from_items(list(rows), override_num_blocks=min(len(rows), BLOCKS)).map(
        worker, fn_constructor_args=args, compute=pool, **needs
    )
    yield from data.iter_rows()


def picture_readers(workers: int, gpus: float) -> tuple[int, float]:
    """How many processes read pictures, and which share of a GPU each has (0 where the cluster has none).

    >>> picture_readers(64, 0), picture_readers(64, 2), picture_readers(2, 8)
    ((64, 0.0), (8, 0.25), (2, 0.25))
    """
    return (min(workers, int(gpus / GPU_SHARE)), GPU_SHARE) if gpus >= GPU_SHARE else (workers, 0.0)


# The stage of pictures: pages that documents await are read by workers of their own, on GPUs where there are any.

PAGES = 4  # of one document in a piece of work: so often is a remote document fetched for its pictures


def read_pictures(
    ray: Any,
    waiting: Sequence[Row],
    limits: Limits,
    workers: int,
    progress: Callable[[Path, int, int, str], None] | None,
) -> None:
    """Read and keep all pages that documents await. Rows have `job`, `awaits` (pages, JSON) and `scans` (folder).

    Raises WriteError.
    """
    pieces = [piece for row in waiting for piece in in_pieces(row)]
    readers, share = picture_readers(workers, ray.cluster_resources().get("GPU", 0.0))
    done, pages = 0, sum(len(json.loads(row["awaits"])) for row in waiting)
    for row in rows_of(ray, pieces, PictureReader, (limits, share > 0), readers, share):
        if row["stop"]:
            raise WriteError(row["stop"])
        done += row["read"]
        if progress is not None:
            progress(Path("pictures of pages"), done, pages, "")


def in_pieces(row: Row) -> list[Row]:
    """A row as rows of at most PAGES pages."""
    pages = json.loads(row["awaits"])
    spans = [pages[i : i + PAGES] for i in range(0, len(pages), PAGES)]
    return [{"job": row["job"], "scans": row["scans"], "pages": json.dumps(span)} for span in spans]


class PictureReader:
    """What a Ray worker holds: one process that reads one picture after another."""

    def __init__(self, limits: Limits, on_gpu: bool) -> None:
        self.limits = limits
        self.worker = Worker(work_on_picture, 0 if on_gpu else limits.memory_mb)  # CUDA reserves 100 GB of addresses

    def __call__(self, row: Row) -> Row:
        job, folder, pages = Job.unpacked(json.loads(row["job"])), Path(row["scans"]), json.loads(row["pages"])
        try:
            with with_scratch(job) as job:
                self._read(job, folder, pages)
        except (SoesiftError, OSError) as error:
            return {"read": 0, "stop": str(error)}
        return {"read": len(pages), "stop": ""}

    def _read(self, job: Job, folder: Path, pages: list[int]) -> None:
        try:
            bring(job.url, job.here, job.sha256)
        except DocumentError:
            return  # the last reading of the document says why
        for number in pages:
            begun = folder / f".begun-{number}"
            if (times := count_start(begun)) > STARTS:
                keep_scan(folder, number, Scan(None, failed=f"set aside: its worker was lost {times - 1} times"))
            else:
                read_picture(self.worker, job, folder, number, self.limits)
            begun.unlink(missing_ok=True)


def run_ray(
    jobs: Sequence[Job],
    model: str,
    workers: int,
    limits: Limits,
    address: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """Outcomes as documents finish, `workers` at once. Raises MissingExtra, UsageError (no cluster at `address`),
    ModelError and WriteError."""
    model_info(model)  # an unsound model is told before anything starts
    ray = connected(workers, address)
    work = [_placed(job) for job in jobs]
    waiting: list[Row] = []
    for row in _documents(ray, work, model, limits, workers):
        if row["awaits"] != "[]":
            waiting.append(row)
        else:
            yield _outcome(row)
    if waiting:
        read_pictures(ray, waiting, limits, workers, progress)
        again = [Job.unpacked(json.loads(row["job"])) for row in waiting]
        yield from map(_outcome, _documents(ray, again, model, limits, workers, last=True))
        for job in again:
            if job.read.scans is not None:
                shutil.rmtree(job.read.scans, ignore_errors=True)


def _documents(
    ray: Any, jobs: Sequence[Job], model: str, limits: Limits, workers: int, last: bool = False
) -> Iterator[Row]:
    """A row a document; with `last` none awaits its pictures any longer. Raises WriteError."""
    rows = [{"job": json.dumps(job.packed())} for job in jobs]
    for row in rows_of(ray, rows, Reader, (model, limits, workers == 1, last), workers):
        if row["stop"]:
            raise WriteError(row["stop"])
        yield row


def _outcome(row: Row) -> Outcome:
    job = Job.unpacked(json.loads(row["job"]))
    return Outcome.unpacked(job, json.loads(row["outcome"]))


def _placed(job: Job) -> Job:
    """The job for a worker, which has another working folder (a document by URL has no place in it)."""
    out = Path(os.path.abspath(job.out))
    path = job.path if job.url else Path(os.path.abspath(job.path))
    scans = None if job.read.ocr == "never" else out / ".scans"
    return replace(job, path=path, out=out, read=replace(job.read, scans=scans))


class Reader:
    """What a Ray worker holds: one process that reads one document after another."""

    def __init__(self, model: str, limits: Limits, alone: bool, last: bool = False) -> None:
        self.model, self.limits, self.alone, self.last = model, limits, alone, last
        self.worker = Worker(work_on_job, limits.memory_mb)

    def __call__(self, row: Row) -> Row:
        job = Job.unpacked(json.loads(row["job"]))
        told = {"job": row["job"], "outcome": "", "stop": "", "awaits": "[]", "scans": ""}
        try:
            outcome = self._read(job)
        except Awaiting as waits:
            return told | {"awaits": json.dumps(waits.pages), "scans": str(waits.folder)}
        except (SoesiftError, OSError) as error:
            return told | {"stop": str(error)}
        return told | {"outcome": json.dumps(outcome.packed())}

    def _read(self, job: Job) -> Outcome:
        begun = job.out / ".begun" / job.stem
        if (times := count_start(begun)) > STARTS:
            outcome = unread(job, f"set aside: its worker was lost {times - 1} times", model_info(self.model))
        else:
            outcome = self._answered(job, begun)
        begun.unlink(missing_ok=True)
        return outcome

    def _answered(self, job: Job, begun: Path) -> Outcome:
        try:
            return answered(self.worker, job, self.model, self.alone, self.limits, lambda page, pages, doing: None)
        except Awaiting:
            if not self.last:
                begun.unlink(missing_ok=True)
                raise
            # what was read of its pictures is gone, or its bytes changed
            here = replace(job, read=replace(job.read, scans=None))
            return answered(self.worker, here, self.model, self.alone, self.limits, lambda page, pages, doing: None)
