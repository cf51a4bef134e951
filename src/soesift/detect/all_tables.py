"""All tables of documents as records, for building training sets."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from soesift.detect.detector import file_sha256
from soesift.detect.reading import Ocr, Reading, read_pdf
from soesift.errors import SoesiftError, UsageError
from soesift.table.record import TableRecord


def document_records(path: Path, ocr: Ocr = "auto") -> list[TableRecord]:
    """Every table of one PDF or DOCX, in order; raises DocumentError."""
    sha256 = file_sha256(path)
    if path.suffix.lower() == ".docx":
        from soesift.document.docx import read_docx, to_records

        return to_records(read_docx(path), path.stem, sha256)
    return [record for page in read_pdf(path, sha256, Reading(), ocr) for record in page.records]


def write_tables(
    paths: Sequence[Path], out: Path, ocr: Ocr = "auto", tick: Callable[[Path, int, str], None] | None = None
) -> tuple[int, list[tuple[Path, str]]]:
    """Append the records of each document not yet in `out`; returns the number written and the failures.

    A document's lines are appended together and synced, so a stopped run is gone on with by running it again.
    """
    done = finished(out)
    count, failures = 0, []
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a", encoding="utf-8") as file:
        for path in paths:
            try:
                if file_sha256(path) in done:
                    continue
                records = document_records(path, ocr)
            except SoesiftError as error:
                failures.append((path, str(error)))
                continue
            file.write("".join(record.model_dump_json() + "\n" for record in records))
            file.flush()
            os.fsync(file.fileno())
            count += len(records)
            if tick is not None:
                tick(path, len(records), "")
    return count, failures


def finished(out: Path) -> set[str]:
    """Hashes of the documents whose records are in a file; half a last line is cut off."""
    if not out.exists():
        return set()
    whole = out.read_bytes()
    if whole and not whole.endswith(b"\n"):
        whole = whole[: whole.rfind(b"\n") + 1]
        os.truncate(out, len(whole))
    try:
        return {json.loads(line)["sha256"] for line in whole.splitlines()}
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{out} holds other lines than table records; choose another --out") from error
