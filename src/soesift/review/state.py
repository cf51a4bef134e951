"""What the routes share: the documents, the ledger, the viewer."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from soesift import web
from soesift.document.kind import has_pages
from soesift.document.pdf import work_on_page
from soesift.errors import DocumentError, SoesiftError
from soesift.files import file_sha256
from soesift.label.ledger import Ledger
from soesift.process.child import Work
from soesift.process.worker import Stopped, TookTooLong, Worker, WorkerDied
from soesift.result.models import Box, SoeTable
from soesift.review.documents import Document
from soesift.review.lines import Layout, ReadCell, work
from soesift.table.record import TableRecord

# The worker processes in which documents are parsed: one that kills its reader takes no review with it.

MEMORY_MB = 4096
SECONDS = 120.0  # for one page with OCR
KEPT = 48  # pictures, and tables, held in memory

Key = tuple[object, ...]


class Reader:
    """One process for tasks one after another, and the last answers; use it from any thread."""

    def __init__(self, stop: threading.Event, work: Work) -> None:
        self.viewer = web.Viewer(Worker(work, MEMORY_MB, stop), SECONDS)
        self.lock = threading.Lock()
        self.kept: OrderedDict[Key, bytes] = OrderedDict()

    def __call__(self, key: Key, task: dict[str, object]) -> bytes | None:
        """What the task wrote; None if it found nothing. Raises DocumentError."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
            content = self._run(task)
            if content is not None:
                self.kept[key] = content
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return content

    def _run(self, task: dict[str, object]) -> bytes | None:
        with tempfile.TemporaryDirectory(prefix="soesift-review-") as folder:
            out = Path(folder) / "out"
            try:
                answer = self.viewer.run({**task, "out": str(out)})
            except (WorkerDied, TookTooLong, Stopped) as error:
                raise DocumentError(f"cannot be shown: its reader ended {error}") from None
            if "error" in answer:
                raise DocumentError(f"cannot be shown: {answer['error']}")
            return out.read_bytes() if answer["done"]["found"] else None


class Viewer:
    """Draws pages and reads tables; a page that takes long to read (OCR) holds up no picture."""

    def __init__(self) -> None:
        self.stop = threading.Event()  # set it to end what is being read
        self.draw, self.read = Reader(self.stop, work_on_page), Reader(self.stop, work)

    def ready(self) -> None:
        """Start the process that draws, so that the first page need not wait for it.

        Whatever stops that is told when there is a page.
        """
        with suppress(SoesiftError, OSError):
            self.draw.viewer.run({})

    def page(self, document: Path, number: int, dpi: int) -> bytes | None:
        """PNG; None if there is no such page. Raises DocumentError if it cannot be drawn."""
        task: dict[str, object] = {"document": str(document), "page": number, "dpi": dpi}
        return self.draw((document, number, dpi), task)

    def table_in_box(self, document: Path, number: int, box: Box) -> SoeTable | None:
        """What stands in a box on a page; None if there is no such page. Raises DocumentError."""
        return self._table({"page": number, "box": list(box)}, document)

    def table_of_word(self, document: Path, number: int) -> SoeTable | None:
        """Table `number` of a DOCX; None if there is none. Raises DocumentError."""
        return self._table({"number": number}, document)

    def lines(self, document: Path, layouts: Sequence[Layout]) -> list[list[ReadCell]]:
        """What stands in the cells of layouts. Raises DocumentError."""
        asked = [asdict(layout) for layout in layouts]
        key = (document, hashlib.sha256(json.dumps(asked).encode()).hexdigest())
        content = self.read(key, {"kind": "lines", "document": str(document), "layouts": asked}) or b"[]"
        return [[ReadCell(**cell) for cell in cells] for cells in json.loads(content)]

    def close(self) -> None:
        self.draw.viewer.close()
        self.read.viewer.close()

    def _table(self, place: dict[str, object], document: Path) -> SoeTable | None:
        content = self.read((document, str(place)), {"kind": "table", "document": str(document), **place})
        return None if content is None else SoeTable.model_validate_json(content)


T = TypeVar("T")


class LedgerThread:
    """A ledger behind the one thread that may use it; other processes may hold the same file."""

    def __init__(self, path: Path) -> None:
        """Opens the ledger. Raises UsageError if it is none."""
        self.thread = ThreadPoolExecutor(1, "ledger")
        self.ledger = self.thread.submit(_open, path).result()

    def __call__(self, work: Callable[[Ledger], T]) -> T:
        """What `work` returns or raises, done in the ledger's thread."""
        return self.thread.submit(work, self.ledger).result()

    def close(self) -> None:
        self.thread.submit(self.ledger.close).result()
        self.thread.shutdown()


def _open(path: Path) -> Ledger:
    ledger = Ledger(path)
    ledger.db.execute("PRAGMA synchronous = FULL")  # a judgement is on disk when it is acknowledged
    return ledger


@dataclass(slots=True)
class Review:
    """Everything under review. unfinished: what of documents that are being read is found so far, to be looked at;
    alpha, delta: the guarantee that the audit is to give."""

    documents: dict[str, Document] = field(default_factory=dict)
    unfinished: dict[str, Document] = field(default_factory=dict)
    ledger: LedgerThread | None = None
    records: dict[str, TableRecord] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)  # of the tables' documents, by hash
    alpha: float = 0.05
    delta: float = 0.1
    viewer: Viewer = field(default_factory=Viewer)
    writing: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        self.viewer.close()
        if self.ledger is not None:
            self.ledger.close()


def sources_of(records: Sequence[TableRecord], files: Sequence[Path]) -> dict[str, Path]:
    """The PDF of each document that tables come from, by hash; looked for by stem and then hash."""
    wanted = {record.sha256 for record in records if record.sha256}
    stems = {record.document for record in records}
    found: dict[str, Path] = {}
    for path in files:
        if path.stem in stems and wanted - found.keys() and has_pages(path):
            sha256 = file_sha256(path)
            if sha256 in wanted:
                found.setdefault(sha256, path)
    return found
