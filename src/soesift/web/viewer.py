"""The process in which a server draws pages and reads tables: one that kills its reader takes no server with it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from soesift.errors import SoesiftError
from soesift.process.child import Task
from soesift.process.worker import Worker


class Busy(SoesiftError):
    """Too much is waiting already; try again later."""


@dataclass(slots=True)
class Viewer:
    """One process for tasks one after another; use it from any thread. seconds: that one task may take. most: tasks
    that may wait at one time."""

    worker: Worker
    seconds: float
    most: int = 1_000
    turn: threading.Lock = field(default_factory=threading.Lock)
    room: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self.room = threading.BoundedSemaphore(self.most)

    def run(self, task: Task) -> dict[str, Any]:
        """The child's answer. Raises Busy, WorkerDied, TookTooLong or Stopped."""
        if not self.room.acquire(blocking=False):
            raise Busy("too many pages and tables are being waited for; try again in a moment")
        try:
            with self.turn:
                return self.worker.run(task, self.seconds)
        finally:
            self.room.release()

    def close(self) -> None:
        """End the process, whatever it does."""
        self.worker.close(force=True)
