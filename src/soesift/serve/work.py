"""The tasks of worker processes: detect on a document, draw a page, write a table. Only here are documents parsed."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soesift.detect.around import without
from soesift.detect.detector import Detector
from soesift.detect.keep import same_result
from soesift.detect.options import OCR_SHARE, ReadOptions
from soesift.document.kind import kind_of
from soesift.document.pdf import open_pdf, page_png
from soesift.errors import DocumentError
from soesift.export.csv import table_csv
from soesift.export.html import report_html
from soesift.files import write_atomically
from soesift.result.models import Result
from soesift.result.place import fingerprint, finished, reviewed, set_aside
from soesift.result.store import result_json, write_result
from soesift.review.apply import corrected_result

if TYPE_CHECKING:
    from soesift.process.child import Task, Tell


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
