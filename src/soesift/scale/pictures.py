"""The stage of pictures: pages that documents await are read by workers of their own, on GPUs where there are any."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from soesift.detect.job import Job, Limits, with_scratch
from soesift.detect.scan_apart import read_picture, work_on_picture
from soesift.detect.scans import Scan, keep_scan
from soesift.detect.sources import bring
from soesift.errors import DocumentError, SoesiftError
from soesift.files import WriteError
from soesift.process.worker import Worker
from soesift.scale.begun import STARTS, count_start
from soesift.scale.cluster import Row, picture_readers, rows_of

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
