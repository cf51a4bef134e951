"""`benchmarks/gpu.py` where there is no GPU: the processor's row, and a word that nothing was run on one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from programs import program

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "gpu.py"


def test_without_a_gpu_the_processor_stands_alone() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("there may be a GPU")
    words = ["--pages", "1", "--tables", "2", "--dpi", "60"]
    run = subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    cells = [line.split("|") for line in run.stdout.splitlines() if line.startswith("| processor")]
    assert [float(number) > 0 for number in cells[0][2:4]] == [True, True]
    assert "Not run on a GPU" in run.stdout
    assert "| GPU" not in run.stdout


def test_sessions_go_to_the_gpu_first_and_a_row_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = program("benchmarks/gpu.py")
    seen: list[list[str]] = []
    gpu._on_gpu(lambda model, options, providers: seen.append(providers), "m", None, ["CPUExecutionProvider"])
    assert seen == [["CUDAExecutionProvider", "CPUExecutionProvider"]]
    monkeypatch.setattr(gpu.sys, "executable", "/bin/false")
    assert gpu.row("GPU", "0", []).startswith("| GPU | failed")
