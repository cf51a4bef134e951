"""What the routes share: settings, store, queue, workers, counts."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from soesift.classify.shipped import load_judge
from soesift.errors import SoesiftError, UsageError
from soesift.process.child import Work
from soesift.process.worker import Worker
from soesift.serve.metrics import Jobs, Metrics
from soesift.serve.pool import Pool, detect_document, view_document
from soesift.serve.queue import Job, Queue, Store, open_store
from soesift.serve.settings import Settings
from soesift.web.viewer import Busy, Viewer

MOST_VIEWS = 16  # pages and tables waited for at one time
VIEW_SECONDS = 30.0


class Works(NamedTuple):
    """What worker processes run; tests put in functions of their own."""

    detect: Work = detect_document
    view: Work = view_document


@dataclass(slots=True)
class Service:
    """An open service; `stopping` tells streams to end."""

    settings: Settings
    token: str | None
    store: Store
    lock: IO[bytes]
    queue: Queue
    pool: Pool
    viewer: Viewer
    metrics: Metrics
    recipe: str
    stopping: Callable[[], bool] = lambda: False
    listeners: int = 0

    def start(self) -> None:
        self.pool.start()

    def close(self) -> None:
        """Stop the workers within the grace that the settings give, then let go of the folder."""
        self.pool.stop()
        self.viewer.close()
        self.queue.close()
        self.lock.close()

    def add(self, sha256: str, name: str, suffix: str, again: bool) -> tuple[Job, bool]:
        """The job of a stored document and whether it is new. Raises Busy if the queue is full."""
        if self.queue.counts()["queued"] >= self.settings.max_waiting:
            raise Busy(f"{self.settings.max_waiting} documents are waiting; try again later")
        return self.queue.add(sha256, name, suffix, self.recipe, again)

    @contextmanager
    def passing_file(self) -> Iterator[Path]:
        """A name for a file that a worker writes; the file is gone afterwards."""
        path = self.store.passing / f"{uuid.uuid4().hex}.out"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def open_service(settings: Settings, token: str | None = None, works: Works | None = None) -> Service:
    """Open the folder and the queue. Raises UsageError (folder missing or in use) or ModelError."""
    works = works or Works()
    for folder in settings.folders:
        if not folder.is_dir():
            raise UsageError(f"--folder {folder}: is no folder; name one that exists")
    settings = settings.model_copy(update={"folders": tuple(folder.resolve() for folder in settings.folders)})
    recipe = recipe_of(settings)
    store, lock = open_store(settings.data)
    try:
        queue = Queue(store.queue)
    except SoesiftError:
        lock.close()
        raise
    metrics = Metrics()
    metrics.registry.register(Jobs(queue.counts))
    pool = Pool(queue, store, settings, works.detect, metrics.ended)
    viewer = Viewer(Worker(works.view, settings.memory_mb, pool.stop_now), VIEW_SECONDS, MOST_VIEWS)
    return Service(settings, token, store, lock, queue, pool, viewer, metrics, recipe)


def recipe_of(settings: Settings) -> str:
    """What a result depends on but the document: two jobs of equal bytes and recipe are one. Raises ModelError."""
    info = load_judge(settings.model).info
    text = f"{info.model_dump_json()}|{settings.ocr}|{settings.max_pages}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
