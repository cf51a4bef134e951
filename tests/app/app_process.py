"""The app as a process on loopback."""

from __future__ import annotations

import io
import itertools
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

_COUNT = itertools.count()


class App:
    """A running `soesift app` on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        options = ["--model", "rule", "--port", "0", "--no-open"]
        command = [sys.executable, "-m", "soesift.cli.main", "app", str(folder), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if found := re.search(r"http://\S+:\d+", line):
                self.url = found.group()
                break
        else:
            raise AssertionError("".join(lines))
        self.client = httpx.Client(base_url=self.url, timeout=300)
        self.headers = {"x-soesift-csrf": self.client.get("/api/csrf").json()["csrf"]}

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str) -> httpx.Response:
        return self.client.post(path, json={}, headers=self.headers)

    def put(self, name: str, content: bytes) -> httpx.Response:
        headers = self.headers | {"x-soesift-name": quote(name)}
        return self.client.post("/api/protocols", content=content, headers=headers)

    def correct(self, key: str, what: dict[str, Any]) -> httpx.Response:
        body = {"id": f"correction-{os.getpid()}-{next(_COUNT)}", "who": "anna", "why": "", "what": what}
        return self.client.post(f"/api/documents/{key}/corrections", json=body, headers=self.headers)

    def study(self, name: str, seconds: float = 300) -> dict[str, Any]:
        """The study of that name, once it is read."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [row for row in self.get("/api/studies").json()["studies"] if row["name"] == name]
            if found:
                return found[0]  # type: ignore[no-any-return]
            time.sleep(0.2)
        raise AssertionError(self.get("/api/studies").text)

    def text(self, key: str, kind: str) -> str:
        """A format taken away, as one text: of archives and workbooks all that is in them."""
        return in_full(self.get(f"/api/documents/{key}/export/{kind}").content)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(300)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def in_full(content: bytes) -> str:
    """The text of a file; of an archive, also within one, that of all its files."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(in_full(archive.read(name)) for name in archive.namelist())


@contextmanager
def running(folder: Path) -> Iterator[App]:
    app = App(folder)
    try:
        yield app
    finally:
        app.stop()
