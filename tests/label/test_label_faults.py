"""Labelling on a full disk, and under a clock that jumps."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import pytest
from loopback import Loopback
from toys import config, toys, write_tables

from soesift.label.config import BudgetConfig
from soesift.label.ledger import Answer, Ledger
from soesift.label.providers.base import Reply
from soesift.label.request import Parsed, Request, build_requests

CONFIG = '[provider]\nmodel = "toy"\nbase_url = "{url}"\n[views]\nnames = ["json"]\n[sampling]\nmode = "logprobs"\n'
FREE = BudgetConfig()


def said(key: str, label: Literal["yes", "no"]) -> Answer:
    return Answer(key, Parsed(label=label), Reply(label.upper(), tokens_in=10, tokens_out=1), cost=0.0)


def label(folder: Path, largest: int | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soesift.cli.main", "label", str(folder / "t.jsonl"), "--quiet"]
    command += ["--ledger", str(folder / "l.db"), "--config", str(folder / "c.toml")]

    def limit() -> None:
        if largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.run(command, capture_output=True, text=True, timeout=300, preexec_fn=limit)


def answers(path: Path) -> dict[str, str]:
    db = sqlite3.connect(path)
    try:
        return dict(db.execute("SELECT key, label FROM answer WHERE label NOT NULL"))
    finally:
        db.close()


def test_a_full_disk_is_one_line_and_what_was_answered_is_kept(tmp_path: Path) -> None:
    with Loopback() as server:
        write_tables(tmp_path / "t.jsonl", toys(150))
        (tmp_path / "c.toml").write_text(CONFIG.format(url=server.url))
        done = label(tmp_path, largest=1_200_000)
        assert done.returncode == 2, done.stderr[-1500:]
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert "l.db" in done.stderr
        assert "space" in done.stderr
        kept = answers(tmp_path / "l.db")
        assert 0 < len(kept) < 150
        asked = len(server.log)
        assert label(tmp_path).returncode == 0
        assert len(server.log) - asked == 150 - len(kept)  # what was kept is not asked again
    assert kept.items() <= answers(tmp_path / "l.db").items()
    assert len(answers(tmp_path / "l.db")) == 150


@pytest.fixture
def requests() -> list[Request]:
    return list(build_requests(toys(2), config("http://127.0.0.1:9"), True))


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_after_a_jump_of_the_clock_there_is_still_one_label(
    tmp_path: Path, requests: list[Request], monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    one = Ledger(tmp_path / "l.db")
    one.add(requests)
    two, key, real = Ledger(tmp_path / "l.db"), requests[0].key, time.time
    assert one.claim(key, 10, 0, FREE, 2, 60) == "yes"
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    one.renew(60)  # as every process at work does again and again
    assert two.claim(key, 10, 0, FREE, 2, 60) == "elsewhere"
    one.commit(said(key, "yes"))
    assert two.claim(key, 10, 0, FREE, 2, 60) == "answered"


def test_a_claim_that_a_jump_took_away_ends_in_one_label_and_a_duplicate(
    tmp_path: Path, requests: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Ledger(tmp_path / "l.db")
    one.add(requests)
    two, key, real = Ledger(tmp_path / "l.db"), requests[0].key, time.time
    assert one.claim(key, 10, 0, FREE, 2, 60) == "yes"
    monkeypatch.setattr(time, "time", lambda: real() + 86_400)  # before the claim could be renewed
    assert two.claim(key, 10, 0, FREE, 2, 60) == "yes"
    two.commit(said(key, "no"))
    one.commit(said(key, "yes"))
    assert answers(tmp_path / "l.db") == {key: "no"}
    assert one.spent()[0] >= 10  # what the first had reserved counts as spent: the provider may charge it
