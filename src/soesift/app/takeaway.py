"""What is taken away from the page: a format of one document, or of many in one archive; corrections are in effect."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from soesift.burden.count import count_result, load_vocabulary
from soesift.burden.report import burden_html
from soesift.errors import SoesiftError, UsageError
from soesift.export.write import WRITERS, write, zipped
from soesift.result.models import Result
from soesift.review.documents import Document

EVERY = "every"  # all formats at once
BURDEN = "burden"
NOT_WRITTEN = "not_written.txt"  # in an archive: what could not be made, and why
_NEEDS = {"parquet": "pyarrow", "docling": "docling_core", BURDEN: "matplotlib"}  # of extras that may not be here


@cache
def formats() -> tuple[str, ...]:
    """What this machine can write, Excel first; each is a name of `export`, or the counts of `burden`."""
    known = sorted((*WRITERS, BURDEN), key=lambda kind: kind != "xlsx")
    return tuple(kind for kind in known if kind not in _NEEDS or find_spec(_NEEDS[kind]) is not None)


def taken(document: Document, kind: str) -> tuple[str, bytes]:
    """File name and content of a format, or of every one; several files as one archive. Raises UsageError."""
    if kind == EVERY:
        return many([document], kind)
    files = _files(document, kind)
    if len(files) == 1:
        return next(iter(files.items()))
    return f"{document.path.stem}_{kind}.zip", zipped(files)


def many(documents: Sequence[Document], kind: str) -> tuple[str, bytes]:
    """One archive with a format, or every one, of documents; a folder for each where there are several. What could not
    be made is told in a file of the archive."""
    found: dict[str, bytes] = {}
    faults = []
    for document in documents:
        place = f"{document.path.stem}/" if len(documents) > 1 else ""
        for one in formats() if kind == EVERY else (kind,):
            try:
                found |= {f"{place}{name}": content for name, content in _files(document, one).items()}
            except SoesiftError as error:
                faults.append(f"{document.path.stem}, {one}: {error}")
    if faults:
        found[NOT_WRITTEN] = "".join(f"{fault}\n" for fault in faults).encode()
    stem = documents[0].path.stem if len(documents) == 1 else "schedules"
    return f"{stem}_{kind}.zip", zipped(found)


def _files(document: Document, kind: str) -> dict[str, bytes]:
    """The files of a format by name, with the corrections in effect. Raises UsageError where there is nothing."""
    if kind not in formats():
        raise UsageError(f"{kind}: no such format here")
    with tempfile.TemporaryDirectory() as folder:
        found = dict(_written(document, document.look().applied.result, kind, Path(folder)))
    if not found:
        raise UsageError("there is no schedule to write")
    return found


def _written(document: Document, result: Result, kind: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    stem = document.path.stem
    if kind == BURDEN:
        yield f"{stem}_burden.html", burden_html(count_result(result, load_vocabulary())).encode()
        return
    for path in write(result, kind, folder, stem, pdf=document.source):
        yield path.relative_to(folder).as_posix(), path.read_bytes()
