"""Training killed by SIGKILL in the middle, through the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from soesift.cli.main import soesift
from soesift.train.checkpoint import FILE, read_progress
from soesift.train.config import read_config
from soesift.train.fit import fit
from soesift.train.ship import rows_of


def test_a_killed_command_goes_on_where_it_was_and_ends_as_if_it_had_not_been(toml: Path, tmp_path: Path) -> None:
    toml.write_text(toml.read_text().replace("epochs = 6", "epochs = 12"))
    command = [sys.executable, "-m", "soesift.cli.main", "train", str(toml)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = toml.parent / "run" / "final" / FILE
    end = time.monotonic() + 300
    while not begun.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait(300) == -signal.SIGKILL
    left = read_progress(begun.parent)
    assert left is not None
    assert left.updates > 0
    assert not left.done
    assert not (toml.parent / "run" / "model").exists()

    with mock.patch.dict(os.environ):  # in this process, for torch takes seconds to load; the verb sets what it needs
        soesift.main(["train", str(toml)], standalone_mode=False)
    config = read_config(toml)
    whole = fit(rows_of(config), config, tmp_path / "whole", config.fit.seed).progress
    ended = read_progress(begun.parent)
    assert ended is not None
    assert (ended.losses, ended.updates) == (whole.losses, whole.updates)
