"""Nets that read pictures are run by OpenVINO where it is installed and the processor multiplies short numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soesift.document import scan_nets, scan_text

# A stand-in for the package: it says what the processor can do, keeps what it is told, and doubles what it is shown in
# one array that the next run writes over, as the real one does.
STAND_IN = """
TOLD = []
class Core:
    def get_property(self, device, name):
        return {can}
    def read_model(self, model):
        if model == b"not for it":
            raise RuntimeError("Model wasn't fully converted.")
        return model
    def compile_model(self, model, device, how):
        TOLD.append((model, device, how))
        return self
    def create_infer_request(self):
        self.held = None
        return self
    def infer(self, inputs):
        doubled = inputs[0] * 2
        if self.held is None or self.held.shape != doubled.shape:
            self.held = doubled
        self.held[...] = doubled
        return [self.held]
"""


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    scan_nets.quick_core.cache_clear()
    yield
    scan_nets.quick_core.cache_clear()


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, can: list[str]) -> None:
    (folder / "openvino.py").write_text(STAND_IN.format(can=can))
    monkeypatch.delitem(__import__("sys").modules, "openvino", raising=False)
    monkeypatch.syspath_prepend(folder)


def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What onnxruntime is asked to open from now on."""
    asked: list[Any] = []

    class Session:
        def get_inputs(self) -> list[Any]:
            return [type("Input", (), {"name": "x"})]

        def run(self, _: None, given: dict[str, Any]) -> list[Any]:
            return [given["x"] + 1]

    def session(model: bytes, arena: bool) -> Session:
        asked.append((model, arena))
        return Session()

    monkeypatch.setattr(scan_nets, "session", session)
    return asked


def test_it_runs_the_nets_on_as_many_threads_as_there_are_cores_and_its_answers_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, ["BF16", "FP32"])
    asked = opened(monkeypatch)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    net = scan_nets.net(b"a model", arena=True)
    first, second = net(np.ones((1, 2), np.float32)), net(np.full((1, 2), 5, np.float32))
    assert (first.tolist(), second.tolist()) == ([[2, 2]], [[10, 10]])
    assert not asked
    import openvino

    ((model, device, how),) = openvino.TOLD
    assert (model, device, how["INFERENCE_NUM_THREADS"]) == (b"a model", "CPU", 1)
    assert how["ENABLE_CPU_PINNING"] is False


def test_a_processor_without_short_numbers_keeps_onnxruntime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, ["FP32", "INT8"])
    asked = opened(monkeypatch)
    assert scan_nets.net(b"a model", arena=True)(np.ones((1, 2), np.float32)).tolist() == [[2, 2]]
    assert asked == [(b"a model", True)]


def test_a_net_that_it_cannot_take_is_run_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, ["BF16"])
    asked = opened(monkeypatch)
    assert scan_nets.net(b"not for it", arena=True)(np.ones((1, 2), np.float32)).tolist() == [[2, 2]]
    assert asked == [(b"not for it", True)]


def test_one_that_does_not_load_is_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, ["BF16"])
    (tmp_path / "openvino.py").write_text("raise ImportError('made for another system')")
    assert scan_nets.quick_core() is None


def test_a_gpu_goes_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, ["BF16"])
    asked = opened(monkeypatch)
    monkeypatch.setattr(scan_nets, "has_gpu", lambda: True)
    scan_nets.net(b"a model", arena=False)
    assert asked == [(b"a model", False)]


@pytest.mark.parametrize(("wide", "usual", "few"), [(40, 48, 48), (203, 208, 224), (260, 264, 320), (1000, 1000, 1024)])
def test_inputs_have_few_widths_where_each_new_one_costs(
    wide: int, usual: int, few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crop = np.zeros((48, wide, 3), np.uint8)
    monkeypatch.setattr(scan_text, "quick_core", lambda: None)
    assert scan_text._width(crop, 48) == usual
    monkeypatch.setattr(scan_text, "quick_core", lambda: object())
    assert scan_text._width(crop, 48) == few
