"""What the routes share: the documents, the ledger, the viewer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from soesift.document.kind import has_pages
from soesift.files import file_sha256
from soesift.label.ledger import Ledger
from soesift.review.documents import Document
from soesift.review.viewer import Viewer
from soesift.table.record import TableRecord

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
    """Everything under review. alpha, delta: the guarantee that the audit is to give."""

    documents: dict[str, Document] = field(default_factory=dict)
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
