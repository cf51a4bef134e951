"""Where our own time goes, stage by stage, on whole documents."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soesift import Detector
from soesift.detect.detector import fragments_and_lines
from soesift.detect.options import ReadOptions
from soesift.detect.reading import Reading
from soesift.document.pdf import open_pdf, read_page
from soesift.document.running_lines import learn_furniture
from soesift.export.write import write_formats
from soesift.table.find import find_tables
from soesift.table.records import last_heading, page_records

STAGES = ("pdfium", "read", "find", "classify", "join", "json", "xlsx", "csv", "html", "detect")


def stages(path: Path, detector: Detector, pdfium: Callable[[], object]) -> dict[str, float]:
    """CPU seconds of each stage; "detect" is the whole way from bytes to JSON, measured apart. No OCR."""
    spent: dict[str, float] = {"pdfium": clocked(pdfium)[0]}
    sha256 = "0" * 64
    with open_pdf(path) as document:
        count = len(document)
        spent["read"], pages = clocked(lambda: [read_page(document, index) for index in range(count)])
        # of running lines, only what is not reading; the way to detection reads each page once
        furniture = learn_furniture(document, count)

    def find() -> None:
        heading = ""
        for page in pages:
            found = find_tables(page, furniture)
            page_records(found, path.stem, sha256, count, heading)
            heading = last_heading(found, heading)

    spent["find"] = clocked(find)[0]
    reading = Reading()
    fragments, lines = fragments_and_lines(path, sha256, reading, ReadOptions("never"))
    spent["classify"] = clocked(lambda: detector.judge.probabilities([f.record for f in fragments]))[0]
    decided, result = clocked(lambda: detector.decide(path, sha256, fragments, lines, reading))
    spent["join"] = max(0.0, decided - spent["classify"])
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("json", "xlsx", "csv", "html"):
            spent[kind] = clocked(lambda k=kind: write_formats(result, Path(folder), "one", (k,), path))[0]
        whole = lambda: write_formats(detector.detect(path, ocr="never"), Path(folder), "two", ("json",), None)  # noqa: E731
        spent["detect"] = clocked(whole)[0]
    return spent


def clocked(run: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and the answer."""
    started = time.process_time()
    answer = run()
    return time.process_time() - started, answer
