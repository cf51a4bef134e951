"""A provider's key is read from the environment and found again nowhere: not in the ledger, not in what is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply, completion

from soesift.table.record import TableRecord

KEY = "sk-made-up-0123456789"


def refusing(number: int, body: dict[str, Any]) -> Reply:
    """As some gateways do, it shows the key that it does not accept."""
    return 401, {}, f'{{"error": "key Bearer {KEY} is not valid"}}'.encode()


def answering(number: int, body: dict[str, Any]) -> Reply:
    return completion("YES")


@pytest.mark.parametrize("behave", [answering, refusing])
def test_the_key_is_nowhere(behave: Any, tmp_path: Path) -> None:
    pytest.importorskip("httpx")
    record = TableRecord(table_id="t", document="d", grid=[["Visit", "Day 1"], ["Consent", "X"]])
    (tmp_path / "tables.jsonl").write_text(record.model_dump_json() + "\n")
    with Loopback(behave) as server:
        (tmp_path / "label.toml").write_text(
            f'[provider]\nmodel = "toy"\nbase_url = "{server.url}"\napi_key_env = "TOY_KEY"\n[run]\nretries = 0\n'
        )
        command = [
            sys.executable,
            "-m",
            "soesift.cli.main",
            "label",
            "run",
            "tables.jsonl",
            "-c",
            "label.toml",
            "--ledger",
            "labels.db",
        ]
        run = subprocess.run(command, cwd=tmp_path, env=os.environ | {"TOY_KEY": KEY}, capture_output=True, text=True)
        asked = len(server.log)
    assert asked >= 1
    assert KEY not in run.stdout + run.stderr
    files = [path for path in tmp_path.iterdir() if path.suffix != ".toml"]
    assert any(path.name == "labels.db" for path in files)
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []


def test_a_key_in_the_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tables.jsonl").write_text("")
    (tmp_path / "label.toml").write_text(f'[provider]\nmodel = "toy"\napi_key = "{KEY}"\n')
    command = [sys.executable, "-m", "soesift.cli.main", "plan", "tables.jsonl", "-c", "label.toml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 2
    assert "api_key_env" in run.stderr
    assert KEY not in run.stdout + run.stderr
