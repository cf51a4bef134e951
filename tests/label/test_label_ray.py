"""Labelling by teachers on Ray, through the command line: every table asked once, also when actors are killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from toys import PLAIN, toys, write_tables

from soesift.label.providers.base import ProviderError
from soesift.scale.teachers import reply_of

LOOPBACK = Path(__file__).with_name("loopback.py")
CONFIG = (
    PLAIN
    + """
[run]
concurrency = 8
concurrency_max = 8
"""
)
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed (soesift[ray])")


def start(folder: Path, delay: float) -> subprocess.Popen[str]:
    serve = f"{sys.executable} {LOOPBACK} --port {{port}} --delay {delay} --log {folder / 'asked'}"
    command = [sys.executable, "-m", "soesift.cli.main", "label", "run", str(folder / "tables.jsonl"), "--quiet"]
    command += ["--ledger", str(folder / "l.db"), "--config", str(folder / "c.toml"), "--serve", serve]
    return subprocess.Popen(
        [*command, "--engine", "ray", "--jobs", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def asked(folder: Path) -> list[tuple[int, str]]:
    """The server that was asked, by its process, and what."""
    path = folder / "asked"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(line.split()[0]), line.split()[1]) for line in lines]


def prepare(folder: Path, tables: int) -> None:
    write_tables(folder / "tables.jsonl", toys(tables))
    (folder / "c.toml").write_text(CONFIG)


@needs_ray
def test_two_actors_with_servers_of_their_own_and_one_of_them_killed(tmp_path: Path) -> None:
    prepare(tmp_path, 60)
    process = start(tmp_path, 0.15)
    while len(asked(tmp_path)) < 30 and process.poll() is None:
        time.sleep(0.02)
    servers = {server for server, _ in asked(tmp_path)}
    os.kill(actor_of(max(servers)), signal.SIGKILL)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "120 labels written" in out
    db = sqlite3.connect(tmp_path / "l.db")
    assert db.execute("SELECT count(DISTINCT key), count(*) FROM answer WHERE label NOT NULL").fetchone() == (120, 120)
    db.close()
    assert len(servers) == 2, "both actors were asked"
    often = Counter(key for _, key in asked(tmp_path))
    assert len(often) == 120
    assert sum(often.values()) - 120 <= 8, "only what was in flight was asked again"
    for server in servers:
        with pytest.raises(ProcessLookupError):
            os.kill(server, 0)


def actor_of(server: int) -> int:
    """The process that holds a server's leash: its parent's parent."""
    for _ in range(2):
        server = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
    return server


@needs_ray
@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--serve", "no-such-server {port}"], "a teacher did not start: --serve: no-such-server"),
        (["--gpus", "64"], "--gpus 64: the cluster has"),
    ],
)
def test_a_teacher_that_cannot_start_is_told_before_anything_is_asked(
    tmp_path: Path, more: list[str], why: str
) -> None:
    prepare(tmp_path, 1)
    command = [sys.executable, "-m", "soesift.cli.main", "label", "run", str(tmp_path / "tables.jsonl"), "--quiet"]
    command += ["--ledger", str(tmp_path / "l.db"), "--config", str(tmp_path / "c.toml"), "--engine", "ray"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert why in done.stderr


def test_errors_and_replies_survive_the_way() -> None:
    token = {"token": "YES", "logprob": -0.1, "top": [["YES", -0.1], ["NO", -2.4]]}
    reply = {"text": "YES", "finish": "stop", "refusal": "", "logprobs": [token], "tokens_in": 9, "tokens_out": 1}
    got = reply_of({"reply": reply | {"tokens_cached": 0, "model": "toy"}})
    assert (got.text, got.logprobs[0].top) == ("YES", (("YES", -0.1), ("NO", -2.4)))
    with pytest.raises(ProviderError, match="busy") as caught:
        reply_of({"error": "busy", "kind": "http", "status": 429, "retry_after": 2.0, "raw": ""})
    assert caught.value.overloaded
    assert caught.value.retry_after == 2.0
