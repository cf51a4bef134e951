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
    first, asked, second = (tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.S))
    assert ModelConfig(base="b", **first["model"]).method == "qlora"
    assert FitConfig(**first["fit"]).report_to == ["tensorboard"]
    assert ModelConfig(**asked["model"]).task == "prompted"
    assert GateConfig(**second["gate"]).threshold == 0.004


@pytest.mark.parametrize("verb", ["train", "study"])
def test_the_first_block_of_the_docs_starts_from_what_the_package_holds(verb: str, tmp_path: Path, capsys) -> None:
    from soesift.cli.main import main

    with pytest.raises(SystemExit) as ended:
        main([verb, "--example"])
    assert ended.value.code in (0, None)
    (tmp_path / "it.toml").write_text(capsys.readouterr().out)
    if verb == "train":
        from soesift.train.config import read_config

        assert read_config(tmp_path / "it.toml").model.name == "student"
    else:
        from soesift.study.config import read_config as read_study

        assert read_study(tmp_path / "it.toml").folds == 5
