"""Processes that read are ended from outside or by a limit: what is said, and that no half-written file is left."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from soesift.detect.batch import ask
from soesift.detect.job import Limits
from soesift.errors import DocumentError
from soesift.process.child import Task, Tell
from soesift.process.worker import Stopped, TookTooLong, Worker, WorkerDied


def writes(task: Task, tell: Tell) -> dict[str, Any]:
    """On a slow disk: each file takes minutes until it is safe."""
    os.fsync = lambda handle: time.sleep(300)  # type: ignore[assignment]
    from soesift.files import write_atomically

    write_atomically(Path(task["out"]) / "result.json", "{}")
    return {}


def ends(task: Task, tell: Tell) -> dict[str, Any]:
    os.kill(os.getpid(), task["signal"])
    return {}


def loops_in_c(task: Task, tell: Tell) -> dict[str, Any]:
    """As a parser may: Python's handlers do not run."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    return {}


def unfinished(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def stop_once_it_writes(folder: Path, stop: threading.Event) -> None:
    while not unfinished(folder):
        time.sleep(0.01)
    stop.set()


def test_a_batch_that_ends_leaves_no_half_written_file_of_a_reader_at_work(tmp_path: Path) -> None:
    stop = threading.Event()
    worker = Worker(writes, 2000, stop)
    threading.Thread(target=stop_once_it_writes, args=(tmp_path, stop), daemon=True).start()
    with pytest.raises(Stopped):
        worker.run({"out": str(tmp_path)}, 200)
    assert unfinished(tmp_path) == []


def test_a_document_at_its_time_limit_leaves_none_either(tmp_path: Path) -> None:
    worker = Worker(writes, 2000)
    with pytest.raises(TookTooLong):
        worker.run({"out": str(tmp_path)}, 3)
    assert worker.started == 1
    assert unfinished(tmp_path) == []


def test_a_reader_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    worker = Worker(loops_in_c, 2000)
    began = time.monotonic()
    with pytest.raises(TookTooLong):
        worker.run({}, 1)
    assert time.monotonic() - began < 200
    assert worker.process is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGALRM, "took longer than 60 seconds; raise --timeout"),
        (signal.SIGXCPU, "the reader used up its processor time (by SIGXCPU); raise ulimit -t"),
        (signal.SIGTERM, "the reader was told to end (by SIGTERM); run it again"),
        (signal.SIGSEGV, "the reader crashed on it (by SIGSEGV): a damaged file, or more memory than --memory 2000"),
    ],
)
def test_how_a_reader_ended_is_said(number: int, said: str) -> None:
    worker = Worker(ends, 2000)
    with pytest.raises(DocumentError) as caught:
        ask(worker, {"signal": int(number)}, Limits(60, 2000), lambda page, pages, doing: None)
    assert str(caught.value) == said


def test_the_service_says_time_where_the_alarm_of_the_reader_was_first() -> None:
    with pytest.raises(TookTooLong, match="took longer than the 60 seconds"):
        Worker(ends, 2000).run({"signal": int(signal.SIGALRM)}, 60)
    with pytest.raises(WorkerDied, match="by SIGABRT"):
        Worker(ends, 2000).run({"signal": int(signal.SIGABRT)}, 60)
