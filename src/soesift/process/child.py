"""What runs in a worker process: one task at a time, inside limits that the system enforces.

Parent and child speak JSON over a pipe, not pickles: a parser that was taken over by its document cannot run
code in the service through it. The owner of the process hears which page is in hand, so that a page that ends it can be
named.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from soesift.errors import SoesiftError
from soesift.files import drop_parts

NONE = 0  # pages count from 1
_told: list[Callable[[int], None]] = []  # at most one: who is told
_last = [NONE]

Task = dict[str, Any]
Tell = Callable[[int, int, str], None]  # page, pages, and what is being done where that takes long
Work = Callable[[Task, Tell], dict[str, Any]]

READY = b"{}"  # the first message: all that the work needs is loaded
LARGEST_FILE = 512_000_000  # bytes that one file written by a worker may have
TOLD_TO_END = 128 + signal.SIGTERM  # exit code, as shells give it
M_ARENA_MAX = -8  # of mallopt, malloc.h of glibc
GRACE = 5  # seconds after which the system ends a task whose parent is gone


def page_in_hand(number: int) -> None:
    """Say that page `number` is now being read or drawn (NONE: no page is); heard only where a worker listens."""
    if _told and _last[0] != number:
        _last[0] = number
        _told[0](number)


def tell_pages_to(tell: Callable[[int], None]) -> None:
    """From now on `tell` hears of each page that is taken in hand."""
    _told[:], _last[0] = [tell], NONE


@dataclass(frozen=True, slots=True)
class Ends:
    """A way out and a way in, each a plain pipe: a two-way pipe would be a socket, and detection opens none."""

    inward: Connection
    outward: Connection

    def send_bytes(self, data: bytes) -> None:
        self.outward.send_bytes(data)

    def recv_bytes(self, most: int | None = None) -> bytes:
        return self.inward.recv_bytes(most)

    def poll(self, seconds: float) -> bool:
        return self.inward.poll(seconds)

    def close(self) -> None:
        self.inward.close()
        self.outward.close()


def child_main(connection: Ends, work: Work, memory_mb: int) -> None:
    """Answer tasks until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends its workers
    signal.signal(signal.SIGTERM, _end)
    limit_resources(memory_mb)
    one_heap()
    try:
        connection.send_bytes(READY)
    except OSError:
        return
    while True:
        try:
            task = json.loads(connection.recv_bytes())
        except (EOFError, OSError):
            return
        _alarm(task["seconds"] + GRACE)
        tell_pages_to(lambda number: _in_hand(connection, number))
        try:
            connection.send_bytes(json.dumps(_answer(work, task, connection)).encode())
        except OSError:  # the service is gone
            return
        _alarm(0)


def _in_hand(connection: Ends, number: int) -> None:
    with suppress(OSError):  # the service is gone: what comes next ends this process
        connection.send_bytes(json.dumps({"in_hand": number}).encode())


def _end(number: int, frame: object) -> None:
    """At once, but without the half-written file. Nothing is raised: what calls Python back would print it."""
    drop_parts()
    os._exit(TOLD_TO_END)


def _answer(work: Work, task: Task, connection: Ends) -> dict[str, Any]:
    def tell(page: int, pages: int, doing: str) -> None:
        connection.send_bytes(json.dumps({"page": page, "pages": pages, "doing": doing}).encode())

    try:
        return {"done": work(task, tell)}
    except SoesiftError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "needs more memory than this service gives to one document", "last": True}
    except OSError:
        raise  # the pipe or the disk: not the document's fault
    except Exception as error:  # noqa: BLE001  # a fault of ours on one document must not lose the others
        return {"error": f"internal error, please report it: {type(error).__name__}"}


def limit_resources(memory_mb: int) -> None:
    """Address space (0: no limit), size of a file, no core dumps (they hold documents); as far as the system knows
    limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    os.nice(5)  # answering requests goes first
    size = memory_mb * 1_000_000
    wanted = [(resource.RLIMIT_AS, size), (resource.RLIMIT_FSIZE, LARGEST_FILE), (resource.RLIMIT_CORE, 0)]
    for which, most in wanted if memory_mb else wanted[1:]:
        hard = resource.getrlimit(which)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))


def one_heap() -> None:
    """Have glibc keep one heap for all threads from now on, where each would get its own; elsewhere nothing is done."""
    with suppress(OSError, AttributeError):  # not Linux; another C library
        ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Give memory that is free inside glibc's heap back to the system; elsewhere nothing is done.

    Blocks of ever other sizes leave holes there, which grow for as long as a process lives.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _alarm(seconds: float) -> None:
    """SIGALRM, not caught, ends the process even inside a parser's loop."""
    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(seconds))
