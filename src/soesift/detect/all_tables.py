"""All tables of documents as records, for building training sets."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from soesift.detect.batch import ask, end_with_parent, without
from soesift.detect.job import Limits
from soesift.detect.options import Ocr, ReadOptions
from soesift.detect.reading import Reading, read_pdf
from soesift.detect.sources import Source, bring, scratch
from soesift.document.kind import as_docx, kind_of
from soesift.errors import DocumentError, SoesiftError, UsageError, fault
from soesift.files import WriteError, as_text, file_sha256, make_folder, write_atomically
from soesift.process.worker import Worker
from soesift.table.record import TableRecord

if TYPE_CHECKING:
    from soesift.process.child import Task, Tell

NO_PAGE: Mapping[int, str] = MappingProxyType({})
MOST_SAID = 5  # pages that are named
Read = Callable[[Path, "dict[str, str] | None"], "tuple[list[bytes], str]"]
Answer = tuple[str, list[bytes], str] | DocumentError | None  # hash, records, what was not read; why not; None: done


def document_records(
    path: Path, ocr: Ocr = "auto", reading: Reading | None = None, without: Mapping[int, str] = NO_PAGE
) -> list[TableRecord]:
    """Every table of one document, in order; raises DocumentError. `reading` is told of pages that were not read;
    pages `without` are not touched."""
    sha256 = file_sha256(path)
    if kind_of(path) in ("docx", "office"):
        from soesift.document.docx import read_docx
        from soesift.table.records import to_records

        with as_docx(path) as word:
            return to_records(read_docx(word), as_text(path.stem), sha256)
    pages = read_pdf(path, sha256, reading or Reading(), ReadOptions(ocr, without=without))
    return [record for page in pages for record in page.records]


def write_tables(
    sources: Sequence[Path | Source],
    out: Path,
    ocr: Ocr = "auto",
    tick: Callable[[Path, int, str], None] | None = None,
    limits: Limits | None = None,
    jobs: int = 1,
) -> tuple[int, list[tuple[Path, str]]]:
    """Append the records of each document not yet in `out`; returns the number written and the failures.

    `OUT.done` beside it lists the documents that are whole, with or without tables: what a killed run left of
    another is replaced when that document is read again. Of two documents of one name the second is called NAME-2.
    `tick` is told of each document, the number of its tables, and what was not read of it. With `limits` documents
    are read in processes of their own, `jobs` of them side by side; they are written in the order given. Raises
    WriteError if the disk is full, say; `out` then ends with the last whole document.
    """
    make_folder(out.parent)
    names = named(out)
    present, done = set(names.values()), finished(out)
    count, failures = 0, []
    wanted = [s if isinstance(s, Source) else Source(s) for s in sources]
    for source, answer in _read_all(wanted, ocr, limits, done, jobs):
        if isinstance(answer, DocumentError):
            failures.append((source.path, as_text(str(answer))))
            continue
        if answer is None or answer[0] in done:
            continue
        sha256, records, said = answer
        if sha256 in present:
            _drop(out, sha256)
        _append(out, b"".join(line + b"\n" for line in _own_name(records, sha256, names)))
        _append(done_list(out), f"{sha256}\n".encode())
        done.add(sha256)
        count += len(records)
        if tick is not None:
            tick(source.path, len(records), said)
    return count, failures


def _read_all(
    sources: Sequence[Source], ocr: Ocr, limits: Limits | None, done: set[str], jobs: int
) -> Iterator[tuple[Source, Answer]]:
    """The sources in order, each with its hash and records, None if it is done, or why it could not be read."""
    with ExitStack() as stack:
        free: SimpleQueue[Read] = SimpleQueue()
        for _ in range(jobs):
            free.put(stack.enter_context(reader(ocr, limits)))

        def one(source: Source) -> Answer:
            read = free.get()
            try:
                return _records_of(source, read, done)
            except DocumentError as error:
                return error
            finally:
                free.put(read)

        if jobs == 1:
            yield from ((source, one(source)) for source in sources)
            return
        pool = ThreadPoolExecutor(jobs)
        try:
            yield from zip(sources, pool.map(one, sources), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _records_of(source: Source, read: Read, done: Set[str]) -> tuple[str, list[bytes], str] | None:
    """Hash and records of a document, and what was not read of it; None if it is done. Raises DocumentError."""
    if source.url and source.sha256 in done:
        return None  # known without a copy
    with scratch(source.url) as folder:
        here = Path(folder) / source.path.name if source.url else source.path
        if source.url or source.sha256:
            read(here, {"url": source.url, "sha256": source.sha256})
        sha256 = file_sha256(here)
        return None if sha256 in done else (sha256, *read(here, None))


def _own_name(records: list[bytes], sha256: str, names: dict[str, str]) -> list[bytes]:
    """The records under a name that no other document in the file has: ids are made of it."""
    if not records:
        return records
    base = name = str(json.loads(records[0])["document"])
    number = 1
    while names.get(name, sha256) != sha256:
        number += 1
        name = f"{base}-{number}"
    names[name] = sha256
    return records if name == base else [_called(line, name) for line in records]


def _called(line: bytes, name: str) -> bytes:
    record = TableRecord.model_validate_json(line)
    record.document = name
    record.table_id = hashlib.sha256(f"{name}|{record.table_id}".encode()).hexdigest()[:12]
    return record.model_dump_json().encode()


@contextmanager
def reader(ocr: Ocr, limits: Limits | None) -> Iterator[Read]:
    """A function from a path to JSON lines, which raises DocumentError and nothing else for a bad document.

    With a second argument (`url`, `sha256`) it brings the document to the path instead.
    """
    if limits is None:

        def read_here(path: Path, wanted: dict[str, str] | None) -> tuple[list[bytes], str]:
            if wanted is not None:
                bring(wanted["url"], path, wanted["sha256"])
                return [], ""
            reading = Reading()
            return [r.model_dump_json().encode() for r in document_records(path, ocr, reading)], not_read(reading)

        yield read_here
        return
    worker = Worker(work_on_tables, limits.memory_mb)
    with TemporaryDirectory(prefix="soesift-") as folder:

        def read(path: Path, wanted: dict[str, str] | None) -> tuple[list[bytes], str]:
            place = Path(folder) / "records.jsonl"
            task = {"path": str(path), "ocr": ocr, "out": str(place), "bring": wanted}
            answer = ask(worker, task, limits, lambda page, pages, doing: None)
            if "error" in answer:
                raise DocumentError(answer["error"])
            return ([], "") if wanted else (place.read_bytes().splitlines(), str(answer["done"]["said"]))

        try:
            yield read
        finally:
            worker.close(force=True)


def work_on_tables(task: Task, tell: Tell) -> dict[str, Any]:
    """In a process of its own: the records of one document, written to `task["out"]`."""
    end_with_parent()
    try:
        if (wanted := task["bring"]) is not None:
            bring(wanted["url"], Path(task["path"]), wanted["sha256"])
            return {}
        reading = Reading()
        records = document_records(Path(task["path"]), task["ocr"], reading, without(task))
        write_atomically(task["out"], "".join(record.model_dump_json() + "\n" for record in records))
    except SoesiftError:
        raise
    except Exception as error:  # a fault of ours on one document must not lose the others
        raise DocumentError(fault(error)) from error
    return {"said": not_read(reading)}


def not_read(reading: Reading) -> str:
    """What was not read of a document, in one line."""
    said = [f"page {page}: {why}" for page, why in reading.unread.items()] + reading.unplaced
    return "; ".join(said[:MOST_SAID]) + (f" and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else "")


def done_list(out: Path) -> Path:
    return out.with_name(out.name + ".done")


def finished(out: Path) -> set[str]:
    """Hashes of the documents that are wholly in `out` or hold no tables.

    A file without a list, of an earlier version, is taken to be whole and gets one.
    """
    listed = done_list(out)
    if not listed.exists():
        write_atomically(listed, "".join(f"{sha256}\n" for sha256 in sorted(hashes(out))))
    _cut_half_a_line(listed)
    return set(listed.read_text("ascii", "replace").split())


def hashes(out: Path) -> set[str]:
    """Hashes of the documents that have records in a file; half a last line is cut off."""
    return set(named(out).values())


def named(out: Path) -> dict[str, str]:
    """The hash of each document that has records in a file, by its name; half a last line is cut off."""
    if not out.exists():
        return {}
    _cut_half_a_line(out)
    try:
        with out.open("rb") as lines:
            told = (json.loads(line) for line in lines)
            return {record["document"]: record["sha256"] for record in told}
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{out} holds other lines than table records; choose another --out") from error


def _cut_half_a_line(path: Path) -> None:
    whole = path.read_bytes()
    if whole and not whole.endswith(b"\n"):
        os.truncate(path, whole.rfind(b"\n") + 1)


def _drop(out: Path, sha256: str) -> None:
    """Take a document's lines out of the file."""
    kept = [line for line in out.read_bytes().splitlines(keepends=True) if json.loads(line)["sha256"] != sha256]
    write_atomically(out, b"".join(kept))


def _append(path: Path, data: bytes) -> None:
    """Append all of `data`, synced, or nothing of it. Raises WriteError."""
    size = path.stat().st_size if path.exists() else 0
    try:
        with path.open("ab", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            os.truncate(path, size)
        reason = error.strerror or str(error)
        raise WriteError(f"cannot write {path}: {reason}; free some space and run it again") from error
