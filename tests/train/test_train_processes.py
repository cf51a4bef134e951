"""Two gloo processes take the same steps as one, each with all weights or with a share of them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

pytest.importorskip("torch")

from soesift.classify.model_folder import verify
from soesift.cli.main import soesift
from soesift.errors import UsageError
from soesift.train import workers
from soesift.train.checkpoint import Progress, read_progress
from soesift.train.config import TrainConfig, read_config
from soesift.train.data import Row
from soesift.train.fit import fit
from soesift.train.forward import epoch_batches, micro_batches, predict, prepare
from soesift.train.network import base_tokenizer
from soesift.train.ship import rows_of

WORKER = """
import sys
from pathlib import Path
from soesift.train.config import read_config
from soesift.train import workers
from soesift.train.data import Row
from soesift.train.fit import fit
from soesift.train.ship import rows_of
config = read_config(Path(sys.argv[1]))
fit(rows_of(config), config, Path(sys.argv[2]), 1)
workers.leave()
"""


def test_two_processes_take_the_same_steps_as_one(toml: Path, tmp_path: Path) -> None:
    config = read_config(toml)
    alone = fit(rows_of(config), config, tmp_path / "one", 1).progress
    base = os.environ | {
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", WORKER, str(toml), str(tmp_path / "two")]
    both = [subprocess.Popen(command, env=base | {"RANK": str(r), "LOCAL_RANK": str(r)}) for r in range(2)]
    assert [p.wait(300) for p in both] == [0, 0]
    together = read_progress(tmp_path / "two")
    assert together is not None
    assert together.losses == pytest.approx(alone.losses, rel=1e-3)
    assert predict_same(tmp_path, config) < 1e-3


def free_port() -> int:
    """One that nobody listens at now; the kernel hands out others before it comes to this one again."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_the_verb_under_torchrun_writes_one_verified_folder(toml: Path) -> None:
    toml.write_text(toml.read_text().replace("epochs = 6", "epochs = 2") + "[export]\nint8_tolerance = 0.5\n")
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone", "-m", "soesift.cli.main"]
    words = [sys.executable, *launch, "train", str(toml)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("wrote ") == 1
    verify(toml.parent / "run" / "model")


def test_folds_are_refused_to_one_of_several_processes(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with mock.patch.dict(os.environ), pytest.raises(UsageError, match="runs in one process"):
        soesift.main(["train", str(toml), "--cross-validate"], standalone_mode=False)


def launched(tmp_path: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """`accelerate launch` of a program under the configuration of FSDP that the page on training shows."""
    shown = Path(__file__).parents[2].joinpath("docs", "train-a-student.md").read_text("utf-8")
    (tmp_path / "fsdp.yaml").write_text(shown.partition("```yaml\n")[2].partition("```")[0])
    launch = ["-m", "accelerate.commands.launch", "--config_file", str(tmp_path / "fsdp.yaml"), "--main_process_port"]
    command = [sys.executable, *launch, str(free_port()), *map(str, words)]
    around = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=around, capture_output=True, text=True, timeout=400, check=False)


CUT = """
import json
import os
import sys
from pathlib import Path
from soesift.train import fit as module, workers
from soesift.train.config import read_config
from soesift.train.ship import rows_of
class Enough(Exception):
    pass
real = module._Run.go
def go(run, notify):
    done = real(run, notify)
    cut = [p for p in run.model.parameters() if p.to_local().numel() < p.numel()]
    layers = [m for m in run.model.modules() if type(m).__name__ == "FSDPBertLayer"]
    # one write: two processes share the screen
    os.write(1, f"{name} cut {len(cut) > 30} layers {len(layers)}{os.linesep}".encode())
    return done
def stop(progress, total):
    if progress.updates == last:
        raise Enough
module._Run.go = go
for name, toml, out, last in json.loads(sys.argv[1]):
    config = read_config(Path(toml))
    try:
        module.fit(rows_of(config), config, Path(out), 1, stop)
    except Enough:
        pass
workers.leave()
"""


@dataclass(frozen=True)
class Cut:
    """Runs over two processes, all within one start of them (torch takes seconds to load), and the same alone."""

    folder: Path
    said: str

    def config(self, name: str) -> TrainConfig:
        return read_config(self.folder / name / "train.toml")


@pytest.fixture(scope="module")
def cut(write_toml: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """Whole runs "full" and "lora"; "first", stopped in its second epoch; "then", so stopped alone and gone on with."""
    pytest.importorskip("accelerate")
    folder = tmp_path_factory.mktemp("cut")
    jobs = []
    for name in ("full", "lora", "first", "then"):
        (folder / name).mkdir()
        toml = write_toml(folder / name)
        method = "lora" if name == "lora" else "full"
        text = toml.read_text().replace("max_tokens", f'method = "{method}"\nmax_tokens')
        toml.write_text(text.replace("epochs = 6", "epochs = 3"))
        config = read_config(toml)
        rows = rows_of(config)
        finished(rows, config, folder / name / "one")
        stop = (
            -(-read_steps(folder / name / "one") // 3) + 1
        )  # an update after the first epoch, whose checkpoint is whole
        if name == "then":
            with pytest.raises(KeyboardInterrupt):
                fit(rows, config, folder / name / "two", 1, partial(interrupt, stop))
            assert epochs(folder / name / "two") == 1
        jobs.append((name, str(toml), str(folder / name / "two"), stop if name == "first" else -1))
    (folder / "cut.py").write_text(CUT)
    done = launched(folder, folder / "cut.py", json.dumps(jobs))
    assert done.returncode == 0, done.stderr[-3000:]
    return Cut(folder, done.stdout)


def finished(rows: list[Row], config: TrainConfig, out: Path) -> list[float]:
    return fit(rows, config, out, 1).progress.losses


@pytest.mark.parametrize("method", ["full", "lora"])
def test_weights_cut_over_two_processes_take_the_same_steps_as_one(cut: Cut, method: str) -> None:
    config, folder = cut.config(method), cut.folder / method
    rows = rows_of(config)
    tokenizer, pad = base_tokenizer(config.model.base)
    lengths = prepare(rows, tokenizer, pad, 64).lengths
    parts = [len(list(micro_batches(step, lengths, 96))) for step in epoch_batches(lengths, 8, 1, 0)]
    assert any(n % 2 for n in parts)  # so that one process has nothing to do at times, and must not be waited for
    assert cut.said.count(f"{method} cut True layers 2") == 2
    together, alone = read_progress(folder / "two"), read_progress(folder / "one")
    assert together is not None
    assert alone is not None
    assert together.losses == pytest.approx(alone.losses, rel=1e-3)
    assert predict_same(folder, config) < 1e-3


@pytest.mark.parametrize("cut_first", [True, False])
def test_a_run_goes_on_with_another_number_of_processes(cut: Cut, cut_first: bool) -> None:
    name = "first" if cut_first else "then"
    config, folder = cut.config(name), cut.folder / name
    if cut_first:
        assert "first cut" not in cut.said
        assert epochs(folder / "two") == 1
    else:
        assert cut.said.count("then cut True layers 2") == 2
    alone = read_progress(folder / "one")
    assert alone is not None
    assert finished(rows_of(config), config, folder / "two") == pytest.approx(alone.losses, rel=1e-3)
    assert predict_same(folder, config) < 1e-3


def epochs(folder: Path) -> int:
    progress = read_progress(folder)
    assert progress is not None
    return progress.epoch


def interrupt(stop: int, progress: Progress, total: int) -> None:
    if progress.updates == stop:
        raise KeyboardInterrupt


def read_steps(folder: Path) -> int:
    progress = read_progress(folder)
    assert progress is not None
    return progress.updates


def test_the_verb_under_accelerate_writes_one_verified_folder(toml: Path, tmp_path: Path) -> None:
    pytest.importorskip("accelerate")
    toml.write_text(toml.read_text().replace("epochs = 6", "epochs = 2") + "[export]\nint8_tolerance = 0.5\n")
    done = launched(tmp_path, "-m", "soesift.cli.main", "train", toml)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("wrote ") == 1
    verify(toml.parent / "run" / "model")


@pytest.mark.parametrize(
    ("around", "method", "said"),
    [
        ({"FSDP_VERSION": "1"}, "full", "fsdp_version: 2"),
        ({}, "qlora", "qlora cannot be cut"),
        ({"FSDP_ACTIVATION_CHECKPOINTING": "true"}, "full", "micro_tokens"),
    ],
)
def test_what_is_not_done_is_said(
    monkeypatch: pytest.MonkeyPatch, around: dict[str, str], method: str, said: str
) -> None:
    assert not workers.wants_cut(method)
    told = {"ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "WORLD_SIZE": "2"} | around
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=said):
        workers.wants_cut(method)
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert not workers.wants_cut(method)


def predict_same(tmp_path: Path, config: TrainConfig) -> float:
    """Largest difference of a probability's logit between the two finished runs."""
    rows = rows_of(config)
    tokenizer, pad = base_tokenizer(config.model.base)
    given = prepare(rows, tokenizer, pad, 64)
    found = [predict(fit(rows, config, tmp_path / n, 1).model, given, config.fit) for n in ("one", "two")]
    return float(np.abs(found[0] - found[1]).max())
