"""One worker process seen from the service: started when needed, watched, ended when it takes too long."""

from __future__ import annotations

import json
import math
import multiprocessing
import signal
import threading
import time
from multiprocessing.process import BaseProcess
from typing import Any

from soesift.errors import SoesiftError
from soesift.process.child import NONE, TOLD_TO_END, Ends, Task, Tell, Work, child_main

LONGEST_MESSAGE = 1_000_000  # bytes
TASKS = 200  # after which a process is replaced: parsers leak
ENDING = 30.0  # seconds to wait for the exit code of a process that has closed its pipe: a busy machine takes some
STARTING = 300.0  # seconds in which a process must be ready: no document is in it yet
MOMENT = 5.0  # seconds in which a process that is told to end may clean up
_TICK = 0.2


class WorkerDied(SoesiftError):
    """The process ended in the middle of a task."""


class TookTooLong(SoesiftError):
    """The task was ended at its time limit."""


class PageTookTooLong(TookTooLong):
    """The task was ended because one page was in hand for longer than a page may be."""


class Stopped(SoesiftError):
    """The task was ended because the service stops."""


class Worker:
    """At most one process, for tasks one after another; use it from one thread at a time."""

    def __init__(self, work: Work, memory_mb: int, stop: threading.Event | None = None) -> None:
        """`work` is named to the process by its import path, so it must be a function of a module."""
        self.work, self.memory_mb = work, memory_mb
        self.stop = stop or threading.Event()
        self.process: BaseProcess | None = None
        self.connection: Ends | None = None
        self.tasks = self.started = 0
        self.page = NONE  # that the task has, or had, in hand
        self.page_seconds = self._page_until = math.inf

    def run(
        self, task: Task, seconds: float, tell: Tell = lambda page, pages, doing: None, page_seconds: float = math.inf
    ) -> dict[str, Any]:
        """The child's answer: {"done": ...} or {"error": why}. Raises WorkerDied, TookTooLong, Stopped, or
        PageTookTooLong after `page_seconds` with one page. `page` is then the page that was in hand."""
        self.page, self.page_seconds, self._page_until = NONE, page_seconds, math.inf
        connection = self._ready()
        deadline = time.monotonic() + seconds
        try:
            connection.send_bytes(json.dumps({**task, "seconds": seconds}).encode())
            answer = self._listen(connection, deadline, seconds, tell)
        except (EOFError, OSError, ValueError) as error:
            raise self._ended(seconds) from error
        self.tasks += 1
        if self.tasks >= TASKS or answer.get("last"):
            self.close()
        return answer

    def _listen(self, connection: Ends, deadline: float, seconds: float, tell: Tell) -> dict[str, Any]:
        while True:
            message = self._await(connection, deadline, seconds)
            if "in_hand" in message:
                self.page = int(message["in_hand"])
                self._page_until = time.monotonic() + self.page_seconds if self.page else math.inf
            elif "page" in message:
                tell(message["page"], message["pages"], message.get("doing", ""))
            else:
                return message
            self._give_up(deadline, seconds)

    def _await(self, connection: Ends, deadline: float, seconds: float) -> dict[str, Any]:
        """The next message."""
        while not connection.poll(max(0.0, min(_TICK, min(deadline, self._page_until) - time.monotonic()))):
            self._give_up(deadline, seconds)
        message: dict[str, Any] = json.loads(connection.recv_bytes(LONGEST_MESSAGE))
        return message

    def _give_up(self, deadline: float, seconds: float) -> None:
        if self.stop.is_set():
            self.close(force=True)
            raise Stopped("the service stops")
        if time.monotonic() > deadline:
            self.close(force=True)
            raise too_long(seconds)
        if time.monotonic() > self._page_until:
            self.close(force=True)
            raise PageTookTooLong(f"took longer than {self.page_seconds:.3g} seconds")

    def _ready(self) -> Ends:
        """The pipe to a living process."""
        if self.connection is not None and self.process is not None and self.process.is_alive():
            return self.connection
        self.close(force=True)
        context = multiprocessing.get_context("spawn")  # fork would copy the service's threads and locks
        answers, answering = context.Pipe(duplex=False)
        asked, asking = context.Pipe(duplex=False)
        ours, theirs = Ends(answers, asking), Ends(asked, answering)
        process = context.Process(target=child_main, args=(theirs, self.work, self.memory_mb), daemon=True)
        process.start()
        theirs.close()
        self.process, self.connection, self.tasks = process, ours, 0
        self.started += 1
        self._until_ready(ours)
        return ours

    def _until_ready(self, connection: Ends) -> None:
        """The time of a task begins when the process can take it: starting is not the document's doing."""
        try:
            self._await(connection, time.monotonic() + STARTING, STARTING)
        except TookTooLong as error:
            raise WorkerDied(f"without being ready in {STARTING:g} seconds") from error
        except (EOFError, OSError, ValueError) as error:
            raise WorkerDied(self._how_it_died()) from error

    def _ended(self, seconds: float) -> WorkerDied | TookTooLong:
        """Why the process is gone: its own alarm is the time limit too, where nobody here kept it in time."""
        how = self._how_it_died()
        return too_long(seconds) if how == "by SIGALRM" else WorkerDied(how)

    def _how_it_died(self) -> str:
        code = None
        if self.process is not None:
            self.process.join(ENDING)  # its pipe is closed already; the system reaps it when it has time
            code = self.process.exitcode
        self.close(force=True)
        if code == TOLD_TO_END:
            code = -signal.SIGTERM
        if code is None or code >= 0:
            return f"with exit code {code}"
        return f"by {signal.Signals(-code).name}" if -code in set(signal.Signals) else f"by signal {-code}"

    def close(self, force: bool = False) -> None:
        """End the process; one that is idle ends by itself when its pipe closes, `force` does not wait for its task.

        It has a moment to take away the file that it is writing, then it is killed.
        """
        process, connection = self.process, self.connection
        self.process = self.connection = None
        if connection is not None:
            connection.close()
        if process is None:
            return
        if force and process.is_alive():
            process.terminate()
        process.join(MOMENT if force else 5)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


def too_long(seconds: float) -> TookTooLong:
    """What is said of a task that met its limit."""
    return TookTooLong(f"took longer than the {seconds:g} seconds that this service gives to one document")
