"""Two gloo processes take the same steps as one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from soesift.classify.model_folder import verify
from soesift.train.checkpoint import read_progress
from soesift.train.config import TrainConfig, read_config
from soesift.train.fit import fit, predict, prepare
from soesift.train.network import base_tokenizer
from soesift.train.ship import rows_of

WORKER = """
import sys
from pathlib import Path
from soesift.train.config import read_config
from soesift.train import workers
from soesift.train.fit import fit
from soesift.train.ship import rows_of
config = read_config(Path(sys.argv[1]))
fit(rows_of(config), config, Path(sys.argv[2]), 1)
workers.leave()
"""


def test_two_processes_take_the_same_steps_as_one(toml: Path, tmp_path: Path) -> None:
    config = read_config(toml)
    alone = fit(rows_of(config), config, tmp_path / "one", 1).progress
    port = str(20000 + os.getpid() % 20000)
    base = os.environ | {
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", WORKER, str(toml), str(tmp_path / "two")]
    both = [subprocess.Popen(command, env=base | {"RANK": str(r), "LOCAL_RANK": str(r)}) for r in range(2)]
    assert [p.wait(60) for p in both] == [0, 0]
    together = read_progress(tmp_path / "two")
    assert together is not None
    assert together.losses == pytest.approx(alone.losses, rel=1e-3)
    assert predict_same(tmp_path, config) < 1e-3


def test_the_verb_under_torchrun_writes_one_verified_folder(toml: Path) -> None:
    toml.write_text(toml.read_text().replace("epochs = 6", "epochs = 2") + "[export]\nint8_tolerance = 0.5\n")
    port = str(20000 + (os.getpid() + 7) % 20000)
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", port, "-m", "soesift.cli.main"]
    words = [sys.executable, *launch, "train", str(toml)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("wrote ") == 1
    verify(toml.parent / "run" / "model")
    folds = subprocess.run([*words, "--cross-validate"], capture_output=True, text=True, timeout=120, check=False)
    assert folds.returncode != 0
    assert "runs in one process" in folds.stderr


def predict_same(tmp_path: Path, config: TrainConfig) -> float:
    """Largest difference of a probability's logit between the two finished runs."""
    rows = rows_of(config)
    tokenizer, pad = base_tokenizer(config.model.base)
    ids = prepare(rows, tokenizer, pad, 64).ids
    found = [predict(fit(rows, config, tmp_path / n, 1).model, ids, pad, config.fit) for n in ("one", "two")]
    return float(np.abs(found[0] - found[1]).max())
