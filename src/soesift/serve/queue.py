"""The queue of jobs, and what is counted of them.

One SQLite file (WAL), so that a killed service goes on where it was. A job is queued, running, done, failed (the
document's fault: no second try) or poison (its reader crashed as often as allowed). The attempt is written down before
the work starts, so that a document which takes the whole service with it is counted too. Counts and times are told to
Prometheus from a registry of their own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soesift.errors import UsageError
from soesift.files import make_folder

State = Literal["queued", "running", "done", "failed", "poison"]
STATES: tuple[State, ...] = ("queued", "running", "done", "failed", "poison")
VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS job (
  turn INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, name TEXT NOT NULL,
  suffix TEXT NOT NULL, recipe TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, error TEXT,
  created REAL NOT NULL, started REAL, finished REAL);
CREATE INDEX IF NOT EXISTS job_state ON job (state, turn);
CREATE INDEX IF NOT EXISTS job_document ON job (sha256, turn);
"""
_COLUMNS = "id, sha256, name, suffix, recipe, state, attempts, error, created, started, finished"

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)

_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}


class Job(NamedTuple):
    """One run of one document; times in seconds since 1970, `recipe` names model and settings."""

    id: str
    sha256: str
    name: str
    suffix: str
    recipe: str
    state: State
    attempts: int
    error: str | None
    created: float
    started: float | None
    finished: float | None


class Queue:
    """An open queue; any thread of one process may use it."""

    def __init__(self, path: Path) -> None:
        """Opens or creates. Raises UsageError if `path` is no queue, or one of another version."""
        self.changed = threading.Condition(threading.RLock())
        try:
            self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = FULL")  # a job that was accepted survives a power cut
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise UsageError(f"{path}: is a queue of version {version}; use the soesift that made it")
            self.db.executescript(_TABLE)
            self.db.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{path}: cannot be opened as a queue ({error}); give another --data folder") from None

    def close(self) -> None:
        with self.changed:
            self.db.close()

    def add(self, sha256: str, name: str, suffix: str, recipe: str, again: bool = False) -> tuple[Job, bool]:
        """The job of a document and whether it is new; `again` runs a failed one once more."""
        with self.changed:
            old = self._one("sha256 = ? AND recipe = ? ORDER BY turn DESC LIMIT 1", sha256, recipe)
            if old is not None and not (again and old.state in ("failed", "poison")):
                return old, False
            new = Job(uuid.uuid4().hex, sha256, name, suffix, recipe, "queued", 0, None, time.time(), None, None)
            self.db.execute(f"INSERT INTO job ({_COLUMNS}) VALUES ({','.join('?' * len(new))})", new)
            self.changed.notify()
            return new, True

    def get(self, job_id: str) -> Job | None:
        with self.changed:
            return self._one("id = ?", job_id)

    def newest(self, sha256: str) -> Job | None:
        """The last job of a document."""
        with self.changed:
            return self._one("sha256 = ? ORDER BY turn DESC LIMIT 1", sha256)

    def counts(self) -> dict[State, int]:
        """Jobs by state."""
        with self.changed:
            found = dict(self.db.execute("SELECT state, count(*) FROM job GROUP BY state").fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def claim(self, wait: float) -> Job | None:
        """Take the next job, waiting at most `wait` seconds for one."""
        with self.changed:
            if (job := self._next()) is None:
                self.changed.wait(wait)
                job = self._next()
            if job is None:
                return None
            started = "UPDATE job SET state = 'running', attempts = attempts + 1, started = ? WHERE id = ?"
            self.db.execute(started, (time.time(), job.id))
            return self._one("id = ?", job.id)

    def finish(self, job_id: str, state: Literal["done", "failed"], error: str | None = None) -> None:
        with self.changed:
            ended = "UPDATE job SET state = ?, error = ?, finished = ? WHERE id = ?"
            self.db.execute(ended, (state, error, time.time(), job_id))

    def crashed(self, job_id: str, how: str, attempts: int) -> State:
        """The reader of a job died: back to the end of the queue, or poison after `attempts` tries."""
        with self.changed:
            tries = self.db.execute("SELECT attempts FROM job WHERE id = ?", (job_id,)).fetchone()[0]
            if tries >= attempts:
                why = f"the reader crashed {tries} times, last {how}; the document is set aside"
                poison = "UPDATE job SET state = 'poison', error = ?, finished = ? WHERE id = ?"
                self.db.execute(poison, (why, time.time(), job_id))
                return "poison"
            last = "(SELECT max(turn) + 1 FROM job)"
            self.db.execute(f"UPDATE job SET state = 'queued', turn = {last} WHERE id = ?", (job_id,))
            self.changed.notify()
            return "queued"

    def give_back(self, job_id: str) -> None:
        """Unfinished through no fault of the document: the attempt does not count."""
        with self.changed:
            back = "UPDATE job SET state = 'queued', attempts = attempts - 1, started = NULL WHERE id = ?"
            self.db.execute(back, (job_id,))
            self.changed.notify()

    def recover(self, attempts: int) -> int:
        """At the start: what was running when the service was killed is queued again; their number."""
        with self.changed:
            cut = [row[0] for row in self.db.execute("SELECT id FROM job WHERE state = 'running' ORDER BY turn")]
            for job_id in cut:
                self.crashed(job_id, "with the whole service", attempts)
        return len(cut)

    def _next(self) -> Job | None:
        return self._one("state = 'queued' ORDER BY turn LIMIT 1")

    def _one(self, where: str, *values: str) -> Job | None:
        row = self.db.execute(f"SELECT {_COLUMNS} FROM job WHERE {where}", values).fetchone()
        return None if row is None else Job(*row)


# The service's folder: `documents/SHA.pdf`, `results/SHA.json` with its corrections, the queue, and a lock.
@dataclass(frozen=True, slots=True)
class Store:
    """Paths inside the service's folder. A document's name never becomes part of a path, its hash does."""

    folder: Path

    @property
    def queue(self) -> Path:
        return self.folder / "queue.sqlite"

    @property
    def passing(self) -> Path:
        """Files that are being received or sent."""
        return self.folder / "passing"

    def document(self, sha256: str, suffix: str) -> Path:
        return self.folder / "documents" / f"{sha256}{suffix}"

    def result(self, sha256: str) -> Path:
        return self.folder / "results" / f"{sha256}.json"


def open_store(folder: Path) -> tuple[Store, IO[bytes]]:
    """Make the folders, readable by their owner alone, and take the lock, held as long as the file is open.

    Raises UsageError if another service holds it, WriteError if the folder cannot be made.
    """
    store = Store(folder.resolve())
    for inner in ("documents", "results", "passing"):
        make_folder(store.folder / inner)
    with suppress(OSError):  # a mounted folder may belong to another user
        store.folder.chmod(0o700)
    lock = open(store.folder / "lock", "ab")  # noqa: SIM115  # held open on purpose
    try:
        _lock(lock)
    except OSError:
        lock.close()
        raise UsageError(f"{folder}: another service works in it; stop it or give another --data") from None
    for left in store.passing.iterdir():  # of a killed service
        left.unlink(missing_ok=True)
    return store, lock


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(slots=True)
class Metrics:
    """No label holds a name, a path or a hash of a document."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    answered: Histogram = field(init=False)
    runs: Counter = field(init=False)
    run_seconds: Histogram = field(init=False)

    def __post_init__(self) -> None:
        names = ["method", "route", "status"]
        self.requests = Counter("soesift_requests", "Requests answered.", names, registry=self.registry)
        self.answered = Histogram(
            "soesift_request_seconds", "Time to the end of an answer.", ["route"], registry=self.registry
        )
        self.runs = Counter(
            "soesift_runs", "Runs of documents by what became of them.", ["state"], registry=self.registry
        )
        self.run_seconds = Histogram("soesift_run_seconds", "Time of a run.", registry=self.registry, buckets=_SECONDS)

    def ended(self, state: State, seconds: float) -> None:
        """A run ended; "queued" is one that crashed or was interrupted, and will be tried again."""
        self.runs.labels("again" if state == "queued" else state).inc()
        self.run_seconds.observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class Jobs(Collector):
    """Jobs by state, read from the queue when asked."""

    def __init__(self, counts: Callable[[], dict[State, int]]) -> None:
        self.counts = counts

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("soesift_jobs", "Jobs by state.", labels=["state"])
        for state, count in self.counts().items():
            family.add_metric([state], count)
        yield family

    def describe(self) -> list[Metric]:
        return []


def measured(app: ASGIApp, metrics: Metrics) -> ASGIApp:
    """`app` with every request counted under its route's template."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status, began = "500", time.perf_counter()

        async def sender(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await app(scope, receive, sender)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            metrics.requests.labels(method, route, status).inc()
            metrics.answered.labels(route).observe(time.perf_counter() - began)

    return counted
