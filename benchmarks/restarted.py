"""A verb of soesift that listens on one port of this machine, however often it is killed and started again."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence

SOESIFT = [sys.executable, "-m", "soesift.cli.main"]
STARTS = 300.0  # seconds in which it must answer


class Restarted:
    """`soesift WORDS --port PORT`, answering at `url`."""

    def __init__(self, *words: object) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.command: Sequence[str] = [*SOESIFT, *map(str, words), "--port", str(port)]
        self.url = f"http://127.0.0.1:{port}/"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + STARTS
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(self.url).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"soesift {self.command[len(SOESIFT)]} did not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
