"""The page on training: its settings are settings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("torch")

from soesift.label.config import GateConfig
from soesift.train.config import FitConfig, ModelConfig

PAGE = Path(__file__).resolve().parents[2] / "docs" / "train-a-student.md"


def test_the_settings_of_the_page_are_read() -> None:
    first, second = (tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.S))
    assert ModelConfig(base="b", **first["model"]).method == "qlora"
    assert FitConfig(**first["fit"]).report_to == ["tensorboard"]
    assert GateConfig(**second["gate"]).threshold == 0.004
