"""Pictures of pages read in a process of its own, one page a task, and kept for the detection that awaits them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from soesift.detect.apart import ask, end_with_parent
from soesift.detect.job import Job, Limits
from soesift.detect.reading import scan_page
from soesift.detect.scans import Scan, keep_scan, kept_scan
from soesift.document.pdf import open_pdf, read_page
from soesift.errors import DocumentError

if TYPE_CHECKING:
    from soesift.process.child import Task, Tell
    from soesift.process.worker import Worker


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
