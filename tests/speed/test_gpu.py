"""`benchmarks/gpu.py` where there is no GPU: the processor's row, and a word that nothing was run on one."""

from __future__ import annotations

import json
import sys

import pytest

from programs import program


def test_without_a_gpu_the_processor_stands_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gpu = program("benchmarks/gpu.py")
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    monkeypatch.setattr(gpu, "row", lambda name, visible, words: f"| {name} | {visible} | {' '.join(words)} |")
    monkeypatch.setattr(sys, "argv", ["gpu.py", "--pages", "1"])
    gpu.main()
    told = capsys.readouterr().out
    assert "| processor | -1 | --pages 1 --tables 300 --dpi 200 |" in told
    assert "Not run on a GPU: this onnxruntime offers CPUExecutionProvider." in told
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CUDAExecutionProvider"])
    gpu.main()
    assert "| GPU | 0 | --pages" in capsys.readouterr().out


def test_pages_and_tables_are_timed_after_one_that_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu, read = program("benchmarks/gpu.py"), []
    monkeypatch.setattr("soesift.document.ocr.read_scan", lambda picture, *size: read.append(picture.shape))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    found = gpu.measured(2, 3, 30)
    assert len(read) == 3
    assert json.loads(json.dumps(found)).keys() == {"page", "tables"}
    assert found["tables"] > 0


def test_sessions_go_to_the_gpu_first_and_a_row_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = program("benchmarks/gpu.py")
    seen: list[list[str]] = []
    gpu._on_gpu(lambda model, options, providers: seen.append(providers), "m", None, ["CPUExecutionProvider"])
    assert seen == [["CUDAExecutionProvider", "CPUExecutionProvider"]]
    monkeypatch.setattr(gpu.sys, "executable", "/bin/false")
    assert gpu.row("GPU", "0", []).startswith("| GPU | failed")
