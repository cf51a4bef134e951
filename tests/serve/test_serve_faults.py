"""Readers that crash, hang or eat memory; a service that is killed or told to stop; slow and full."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, fragile, running, toy

LIMITS: dict[str, Any] = {
    "workers": 2,
    "seconds": 8,
    "memory_mb": 1500,
    "attempts": 2,
    "upload_seconds": 5,
    "grace": 1,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("faults")
    with running(fragile(data / "data", **LIMITS), data / "log.txt") as one:
        yield one


def events(
    service: Running, job: dict[str, Any], listens: threading.Event | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """All server-sent events of a job: name and data; `listens` is set once the stream is open."""
    found = []
    with service.http.stream("GET", job["links"]["events"]) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        if listens is not None:
            listens.set()
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                found.append((name, json.loads(line[6:])))
    return found


def test_a_crashing_document_takes_nothing_with_it(service: Running) -> None:
    good = [service.send(toy(f"good {n}")) for n in range(4)]
    bad = service.send(toy("please crash"))
    good += [service.send(toy(f"good {n}")) for n in range(4, 10)]
    assert [service.wait(job)["state"] for job in good] == ["done"] * 10
    ended = service.wait(bad)
    assert (ended["state"], ended["attempts"]) == ("poison", 2)
    assert ended["error"] == "the reader crashed 2 times, last by SIGSEGV; the document is set aside"
    assert service.http.get(bad["links"]["document"]).status_code == 409
    assert service.send(toy("please crash"))["state"] == "poison"  # not run a third time


def test_a_document_that_stumbles_once_is_done(service: Running) -> None:
    ended = service.wait(service.send(toy("please stumble")))
    assert (ended["state"], ended["attempts"]) == ("done", 2)


def test_time_and_memory_are_limited_for_each_document(service: Running) -> None:
    hangs, eats = service.send(toy("please hang")), service.send(toy("please eat"))
    assert service.wait(eats)["error"] == "needs more memory than this service gives to one document"
    assert service.wait(hangs)["error"] == "took longer than the 8 seconds that this service gives to one document"
    assert service.wait(service.send(toy("after")))["state"] == "done"


def test_progress_comes_as_events_until_the_end(service: Running) -> None:
    told = events(service, service.send(toy("please wait")))
    assert [name for name, _ in told[:-1]] == ["progress"] * (len(told) - 1)
    assert (told[-1][0], told[-1][1]["state"]) == ("end", "done")
    pages = [data["page"] for _, data in told if data["page"]]
    assert pages == sorted(pages)
    assert len(pages) >= 2
    assert {data["pages"] for _, data in told if data["page"]} == {4}


def test_listeners_that_leave_are_forgotten(service: Running) -> None:
    job = service.send(toy("please wait, listeners"))
    for _ in range(120):  # more than may listen at one time
        with service.http.stream("GET", job["links"]["events"]) as answer:
            assert answer.status_code == 200
            next(answer.iter_lines())
    assert service.wait(job)["state"] == "done"


def test_a_body_that_trickles_is_ended(service: Running) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=300) as line:
        head = f"POST /v1/documents HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n"
        line.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n")
        began = time.monotonic()
        assert b" 408 " in line.recv(1000).splitlines()[0]
    assert 2 < time.monotonic() - began < 120


def test_a_full_queue_says_so(tmp_path: Path) -> None:
    with running(fragile(tmp_path / "data", max_waiting=2, grace=0), tmp_path / "log") as service:
        first = service.send(toy("please hang"))
        service.until(first, ("running",))
        for n in range(2):
            service.send(toy(f"waiting {n}"))
        answer = service.http.post("/v1/documents", files={"file": ("x.pdf", toy("one more"))})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_queued_jobs_survive_a_kill(tmp_path: Path) -> None:
    start = fragile(tmp_path / "data", attempts=2, seconds=8)
    with running(start, tmp_path / "log") as service:
        done = service.wait(service.send(toy("first")))
        held = service.send(toy("please hang"))
        service.until(held, ("running",))
        jobs = [service.send(toy(f"queued {n}")) for n in range(5)]
        service.kill()
    with running(fragile(tmp_path / "data", attempts=2, seconds=8), tmp_path / "log") as service:
        assert [service.wait(job)["state"] for job in jobs] == ["done"] * 5
        assert service.wait(done) == done
        ended = service.wait(held)
        assert (ended["state"], ended["attempts"]) == ("failed", 2)  # the run that was cut counts
        assert service.http.get(jobs[0]["links"]["document"]).status_code == 200


def test_a_document_that_takes_the_service_with_it_is_set_aside(tmp_path: Path) -> None:
    start = fragile(tmp_path / "data", attempts=2)
    for _ in range(2):
        with running(start, tmp_path / "log") as service:
            job = service.send(toy("please hang"))
            service.until(job, ("running",))
            service.kill()
    with running(start, tmp_path / "log") as service:
        ended = service.wait(job)
    assert ended["state"] == "poison"
    assert "with the whole service" in ended["error"]


def test_workers_of_a_killed_service_end(tmp_path: Path) -> None:
    with running(fragile(tmp_path / "data"), tmp_path / "log") as service:
        service.wait(service.send(toy("to start a worker")))
        children = workers_of(service)
        service.kill()
    assert children
    end = time.monotonic() + 300
    while any(os.path.exists(f"/proc/{child}") for child in children):
        assert time.monotonic() < end, children
        time.sleep(0.1)


def workers_of(service: Running) -> list[str]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(service.process.pid)], capture_output=True, text=True)
    return listed.stdout.split()


def test_told_to_stop_it_finishes_what_runs_and_keeps_the_rest(tmp_path: Path) -> None:
    with running(fragile(tmp_path / "data", grace=60), tmp_path / "log") as service:
        runs = service.send(toy("please wait"))
        service.until(runs, ("running",))
        waits = service.send(toy("please hang"))
        told: list[Any] = []
        listens = threading.Event()
        listener = threading.Thread(target=lambda: told.extend(events(service, waits, listens)))
        listener.start()
        assert listens.wait(120)
        assert service.stop() == -signal.SIGTERM or service.process.returncode == 0
        listener.join(120)
        assert told[0][1]["state"] == "queued"  # the stream was ended, not cut
    with running(fragile(tmp_path / "data", grace=0, seconds=60), tmp_path / "log") as service:
        assert service.wait(runs)["attempts"] == 1
        assert service.until(waits, ("running",))["attempts"] == 1
        service.stop()
    with running(fragile(tmp_path / "data", seconds=1), tmp_path / "log") as service:
        assert service.wait(waits)["attempts"] == 1  # the run that we ended did not count
