"""A real service in a process of its own, on loopback, and the few calls that tests make of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent


class Running:
    """A service that listens; `log` is what it printed."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, url: str, headers: dict[str, str]) -> None:
        self.process, self.log, self.url = process, log, url
        self.http = httpx.Client(base_url=url, headers=headers, timeout=300, trust_env=False)

    def send(self, content: bytes, name: str = "protocol.pdf", **fields: str) -> dict[str, Any]:
        answer = self.http.post("/v1/documents", files={"file": (name, content)}, data=fields)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def wait(self, job: dict[str, Any], seconds: float = 300) -> dict[str, Any]:
        """The job when it has ended."""
        return self.until(job, ("done", "failed", "poison"), seconds)

    def until(self, job: dict[str, Any], states: tuple[str, ...], seconds: float = 300) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = self.http.get(job["links"]["job"]).json()
            if now["state"] in states:
                return now
            time.sleep(0.05)
        raise AssertionError(f"still {now}; log:\n{self.log.read_text()}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(300)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(300)


@contextmanager
def running(command: list[str], log: Path, token: str = "") -> Iterator[Running]:
    """Start `command`, wait for its line, and end it afterwards."""
    environment = {key: value for key, value in os.environ.items() if key != "SOESIFT_TOKEN"}
    environment |= {"SOESIFT_TOKEN": token} if token else {}
    with open(log, "ab") as out:
        before = out.tell()
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment | {"PYTHONUNBUFFERED": "1"})
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        service = Running(process, log, _url(process, log, before), headers)
        with service.http:
            _answers(service)
            yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(300)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _url(process: subprocess.Popen[bytes], log: Path, before: int) -> str:
    for _ in range(2400):
        for line in log.read_bytes()[before:].decode().splitlines(keepends=True):
            if line.startswith("serving on http") and line.endswith("\n"):
                return line.split()[2].rstrip(",")
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"did not start:\n{log.read_text()}")


def _answers(service: Running) -> None:
    for _ in range(2400):
        try:
            if service.http.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("did not answer")


def by_command_line(data: Path, *options: str) -> list[str]:
    """The real `soesift serve`, with the quick model."""
    start = [sys.executable, "-m", "soesift.cli.main", "serve", "--port", "0", "--data", str(data)]
    return [*start, "--model", "linear", "--ocr", "never", *options]


def fragile(data: Path, **settings: Any) -> list[str]:
    """The service with readers that fail on purpose."""
    chosen = {"port": 0, "data": str(data), "model": "linear", "ocr": "never"} | settings
    return [sys.executable, str(HERE / "fragile_service.py"), json.dumps(chosen)]


def toy(text: str) -> bytes:
    """Bytes that pass for a PDF; the fragile reader obeys their words."""
    return f"%PDF-1.4 toy {text}".encode()
