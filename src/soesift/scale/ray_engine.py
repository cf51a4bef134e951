"""The same documents, the same results, on Ray Data: workers of one machine or of a cluster.

Two stages with resources of their own: documents (read, tables found, judged, joined, written), and pictures of pages.
A document with pictures is put off, its pictures are read by the second stage (`scale.pictures`), then it is read anew.

Every worker holds a process that reads documents within limits (`detect.apart`), so a document cannot bring down
the worker. Ray starts lost workers again and hands their documents on. Documents and the folder of the results must
be seen under the same path by all machines, but for documents by URL, which the worker that reads them fetches.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from soesift.detect.apart import answered, model_info, work_on_job
from soesift.detect.job import Job, Limits, Outcome, Progress, unread
from soesift.detect.options import Awaiting
from soesift.errors import SoesiftError
from soesift.files import WriteError
from soesift.process.worker import Worker
from soesift.scale.begun import STARTS, count_start
from soesift.scale.cluster import Row, connected, rows_of
from soesift.scale.pictures import read_pictures


def run_ray(
    jobs: Sequence[Job], model: str, workers: int, limits: Limits, address: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Outcome]:  # fmt: skip
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
