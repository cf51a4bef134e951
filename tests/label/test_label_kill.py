"""Kills of the real program: nothing answered and committed is asked again, and nothing is lost.

Exactly: let C be the answers committed (readable in the ledger after a kill). No request of C reaches the
server after that kill, and each of C is in the ledger at the end. Requests that the server had received and
whose row was not yet written when the process died are counted apart: only they may be asked again.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from loopback import Loopback
from toys import toys, write_tables

CONFIG = """
[provider]
model = "toy"
base_url = "{url}"
[views]
names = ["json", "page"]
[sampling]
mode = "logprobs"
[run]
concurrency = 6
concurrency_max = 6
"""


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "soesift.cli.main", "label", str(folder / "tables.jsonl"), "--quiet"]
    command += ["--ledger", str(folder / "l.db"), "--config", str(folder / "c.toml")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def committed(folder: Path) -> dict[str, int]:
    """Labelled keys and their row ids."""
    db = sqlite3.connect(folder / "l.db", timeout=30)
    try:
        return dict(db.execute("SELECT key, id FROM answer WHERE label NOT NULL"))
    finally:
        db.close()


def prepare(folder: Path, server: Loopback, tables: int) -> None:
    write_tables(folder / "tables.jsonl", toys(tables))
    (folder / "c.toml").write_text(CONFIG.format(url=server.url))


def wait_for(server: Loopback, requests: int, process: subprocess.Popen[bytes]) -> None:
    while len(server.log) < requests and process.poll() is None:
        time.sleep(0.002)


def finish(process: subprocess.Popen[bytes]) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()
    return out.decode()


def kill_often(folder: Path, kills: int, tables: int) -> tuple[int, int]:
    """Label with `kills` SIGKILLs; returns (requests asked again, of them answered twice by the server)."""
    total = 2 * tables
    with Loopback(delay=0.01) as server:
        prepare(folder, server, tables)
        known: dict[str, int] = {}
        settled_bodies: set[str] = set()  # bodies of committed requests, told by the server's log
        for number in range(1, kills + 1):
            process, before = start(folder), len(server.log)
            wait_for(server, number * total // (kills + 2) + 3, process)
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            assert process.returncode == -signal.SIGKILL  # it was at work
            assert not settled_bodies & {entry["key"] for entry in server.log[before:]}
            now = committed(folder)
            assert known.items() <= now.items()
            time.sleep(0.05)  # for the server to log what had been sent
            known, settled_bodies = now, bodies_of(folder, known | now)
        before = len(server.log)
        finish(start(folder))
        assert not settled_bodies & {entry["key"] for entry in server.log[before:]}
        last = committed(folder)
        assert known.items() <= last.items()
        assert len(last) == total
        asked = Counter(entry["key"] for entry in server.log)
        assert set(asked) == bodies_of(folder, last)
    twice = sum(count - 1 for count in asked.values())
    assert twice <= kills * 6  # never more than were in flight
    assert rows_per_key(folder) == 1
    answered = Counter(server.answered)
    return twice, sum(count - 1 for count in answered.values() if count > 1)


def bodies_of(folder: Path, keys: dict[str, int]) -> set[str]:
    """What the server's log calls the requests of `keys`: hashes of their bodies."""

    from soesift.config import load_toml
    from soesift.label.config import LabelConfig
    from soesift.label.providers.http import request_body
    from soesift.label.request import build_requests, read_tables

    config = load_toml(folder / "c.toml", LabelConfig)
    hashes = set()
    for request in build_requests(read_tables(folder / "tables.jsonl")[0], config, True):
        if request.key in keys:
            body = json.dumps(request_body("toy", request.messages(), request.how), ensure_ascii=False)
            hashes.add(hashlib.sha256(body.encode()).hexdigest())
    return hashes


def rows_per_key(folder: Path) -> int:
    db = sqlite3.connect(folder / "l.db")
    most = db.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM answer GROUP BY key)").fetchone()[0]
    db.close()
    return int(most)


@pytest.mark.parametrize("kills", [5])
def test_killed_again_and_again_nothing_is_lost_or_asked_twice(tmp_path: Path, kills: int) -> None:
    twice, _ = kill_often(tmp_path, kills, tables=60)
    assert twice <= 6 * kills


def test_two_processes_share_a_ledger_without_asking_twice(tmp_path: Path) -> None:
    with Loopback(delay=0.02, gate=7) as server:  # each has six at once
        prepare(tmp_path, server, 80)
        outputs = [finish(process) for process in [start(tmp_path), start(tmp_path)]]
    assert len(committed(tmp_path)) == 160
    assert len(server.log) == len({entry["key"] for entry in server.log}) == 160
    labels = [int(output.split(" labels")[0]) for output in outputs]
    assert sum(labels) == 160
    assert min(labels) > 0


def test_one_of_two_is_killed_and_the_other_takes_over(tmp_path: Path) -> None:
    with Loopback(delay=0.02, gate=7) as server:  # each has six at once
        prepare(tmp_path, server, 80)
        victim, other = start(tmp_path), start(tmp_path)
        wait_for(server, 60, victim)
        os.kill(victim.pid, signal.SIGKILL)
        victim.communicate()
        finish(other)
        asked = Counter(entry["key"] for entry in server.log)
    assert len(committed(tmp_path)) == 160
    assert sum(count - 1 for count in asked.values()) <= 6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_for_what_is_in_flight(tmp_path: Path, number: signal.Signals) -> None:
    with Loopback(delay=0.05) as server:
        prepare(tmp_path, server, 80)
        process = start(tmp_path)
        wait_for(server, 20, process)
        process.send_signal(number)
        _, err = process.communicate(timeout=300)
        assert process.returncode == 3
        assert b"stopped: interrupted" in err
        assert len(committed(tmp_path)) == len(server.log) < 160
