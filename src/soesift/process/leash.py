"""A program that ends with the process that started it, even when that one is killed by force.

    python -m soesift.process.leash COMMAND ...

Whoever starts it holds the other end of its standard input: when that closes, the command and all that it started
are ended. Teachers' servers start processes of their own, which nobody else would end.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

PR_SET_PDEATHSIG = 1
MOMENT = 10.0  # seconds in which a command that is told to end may do so


def main() -> int:
    """Run the command in a group of its own until it ends or standard input closes; returns its exit code."""
    try:
        process = subprocess.Popen(
            sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_leash
        )
    except OSError as error:
        print(f"{sys.argv[1]}: {error.strerror}", file=sys.stderr)
        return 127
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _end(process))
    threading.Thread(target=_watch, args=(process,), daemon=True).start()
    code = process.wait()
    _tell_group(process, signal.SIGKILL)  # what it left behind
    return code


def _end_with_leash() -> None:
    """In the command: be killed when the leash is, as Ray does with what its workers started. Linux only."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch(process: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1024):
        pass
    _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    _tell_group(process, signal.SIGTERM)
    try:
        process.wait(MOMENT)
    except subprocess.TimeoutExpired:
        _tell_group(process, signal.SIGKILL)


def _tell_group(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


if __name__ == "__main__":
    sys.exit(main())
