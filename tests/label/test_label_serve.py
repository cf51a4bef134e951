"""A teacher's server that SoESift starts itself: asked, and gone with whoever started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toys import PLAIN, toys, write_tables

from soesift.errors import UsageError
from soesift.label.server import serving

LOOPBACK = Path(__file__).with_name("loopback.py")
SERVE = f"{sys.executable} {LOOPBACK} --port {{port}}"


def is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(true: object, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def test_it_runs_as_long_as_the_block() -> None:
    with serving(SERVE) as url:
        port = int(url.split(":")[2].split("/")[0])
        assert is_open(port)
    assert not is_open(port)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("program-that-is-not-there {port}", "No such file"),
        (f"{sys.executable} -c 'print(1); raise SystemExit(\"no GPU here {{port}}\")'", "no GPU here"),
        ("true", "{port}"),
    ],
)
def test_one_that_does_not_start_says_why(command: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what is printed is then written last, after the error
    with pytest.raises(UsageError, match=why.replace("{", r"\{")), serving(command):
        pass


def test_one_that_never_answers_is_given_up() -> None:
    quiet = f"{sys.executable} -c 'import time; time.sleep(60)' {{port}}"
    with pytest.raises(UsageError, match="did not answer"), serving(quiet, seconds=0.6):
        pass


@pytest.mark.parametrize(
    ("serve", "victim"),
    [
        (f"sh -c '{sys.executable} {LOOPBACK} --port {{port}}; true'", "parent"),  # the server is the shell's child
        (SERVE, "leash"),
    ],
)
def test_it_ends_with_a_parent_or_a_leash_that_is_killed(serve: str, victim: str) -> None:
    code = f"""
import time
from soesift.label.server import serving
with serving({serve!r}) as url:
    print(url, flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().split(":")[2].split("/")[0])
    assert is_open(port)
    leash = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
    os.kill(process.pid if victim == "parent" else leash, signal.SIGKILL)
    assert until(lambda: not is_open(port))
    process.kill()
    process.wait()


def test_label_with_a_server_of_its_own(tmp_path: Path) -> None:
    write_tables(tmp_path / "tables.jsonl", toys(6))
    (tmp_path / "c.toml").write_text(PLAIN)
    command = [sys.executable, "-m", "soesift.cli.main", "label", "run", str(tmp_path / "tables.jsonl"), "--quiet"]
    command += ["--ledger", str(tmp_path / "l.db"), "--config", str(tmp_path / "c.toml"), "--serve", SERVE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "12 labels written" in done.stdout
    again = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert "0 labels written" in again.stdout
    assert "12 of 12 were there" in again.stdout


def test_what_belongs_to_ray_wants_ray(tmp_path: Path) -> None:
    write_tables(tmp_path / "tables.jsonl", toys(1))
    (tmp_path / "c.toml").write_text(PLAIN)
    command = [sys.executable, "-m", "soesift.cli.main", "label", "run", str(tmp_path / "tables.jsonl"), "--jobs", "2"]
    done = subprocess.run([*command, "-c", str(tmp_path / "c.toml")], capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "--engine ray" in done.stderr
