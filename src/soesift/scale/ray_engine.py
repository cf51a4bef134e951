"""The same documents, the same results, on Ray Data: workers of one machine or of a cluster.

Every worker holds a process that reads documents within limits (`detect.apart`), so a document cannot bring down
the worker. Ray starts lost workers again and hands their documents on. Documents and the folder of the results must
be seen under the same path by all machines, but for documents by URL, which the worker that reads them fetches.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from soesift.detect.apart import Limits, answered, model_info, work_on_job
from soesift.detect.batch import Job, Outcome, unread
from soesift.errors import MissingExtra, SoesiftError, UsageError
from soesift.files import WriteError
from soesift.result.store import read_result

STORE_BYTES = 200_000_000  # only names of files travel through Ray's object store
STARTS = 5  # a document begun so often without an answer is set aside
BLOCKS = 2000  # at most so many pieces of work; what is lost with a worker is one piece


def run_ray(
    jobs: Sequence[Job], model: str, workers: int, limits: Limits, address: str | None = None
) -> Iterator[Outcome]:
    """Outcomes as documents finish, `workers` at once. Raises MissingExtra, UsageError (no cluster at `address`),
    ModelError and WriteError."""
    model_info(model)  # an unsound model is told before anything starts
    ray = _connected(workers, address)
    rows = [{"job": json.dumps(_absolute(job))} for job in jobs]
    data = ray.data.from_items(rows, override_num_blocks=min(len(rows), BLOCKS)).map(
        Reader, fn_constructor_args=(model, limits, workers == 1), num_cpus=1, concurrency=workers
    )
    for row in data.iter_rows():
        if row["stop"]:
            raise WriteError(row["stop"])
        job = Job.unpacked(json.loads(row["job"]))
        files = [Path(name) for name in json.loads(row["files"])]
        yield Outcome(job.path, read_result(job.out / f"{job.stem}.json"), files, row["skipped"])


def _connected(workers: int, address: str | None) -> Any:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray would tell its makers
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtra("ray", "ray") from error
    if not ray.is_initialized():
        here = {"num_cpus": workers + 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
        try:
            ray.init(address=address or "local", log_to_driver=False, **({} if address else here))
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise UsageError(f"--address {address}: no Ray cluster there ({str(error)[:100]})") from error
    return ray


def _absolute(job: Job) -> dict[str, Any]:
    """A worker has another working folder; a document by URL has no place in it."""
    path = str(job.path) if job.url else os.path.abspath(job.path)
    return job.packed() | {"path": path, "out": os.path.abspath(job.out)}


class Reader:
    """What a Ray worker holds: one process that reads one document after another."""

    def __init__(self, model: str, limits: Limits, alone: bool) -> None:
        from soesift.process.worker import Worker

        self.model, self.limits, self.alone = model, limits, alone
        self.worker = Worker(work_on_job, limits.memory_mb)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        job = Job.unpacked(json.loads(row["job"]))
        try:
            outcome = self._read(job)
        except (SoesiftError, OSError) as error:
            return {"job": row["job"], "files": "[]", "skipped": False, "stop": str(error)}
        files = json.dumps([str(path) for path in outcome.files])
        return {"job": row["job"], "files": files, "skipped": outcome.skipped, "stop": ""}

    def _read(self, job: Job) -> Outcome:
        begun = job.out / ".begun" / job.stem
        if (times := count_start(begun)) > STARTS:
            outcome = unread(job, f"set aside: its worker was lost {times - 1} times", model_info(self.model))
        else:
            outcome = answered(self.worker, job, self.model, self.alone, self.limits, lambda page, pages: None)
        begun.unlink(missing_ok=True)
        return outcome


def count_start(begun: Path) -> int:
    """One more start of a document, kept in a file so that it outlives the worker; returns how many there were."""
    begun.parent.mkdir(parents=True, exist_ok=True)
    with begun.open("ab") as file:
        file.write(b".")
        return file.tell()
