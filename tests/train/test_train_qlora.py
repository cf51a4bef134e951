"""A base in 4 bits: it learns, its adapter is exported on the same numbers; without bitsandbytes, one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from toy_base import make_base

from soesift.classify.student import load
from soesift.errors import MissingExtra
from soesift.train import network
from soesift.train.config import ModelConfig, read_config
from soesift.train.fit import fit
from soesift.train.forward import predict, prepare
from soesift.train.network import base_tokenizer, build
from soesift.train.ship import _exact, rows_of, ship


def test_without_bitsandbytes_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tiny_base: Path) -> None:
    monkeypatch.setattr(network, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"bitsandbytes is not installed; run: pip install 'soesift\[gpu\]'"):
        build(ModelConfig(base=str(tiny_base), method="qlora"), 2, 1)


def test_four_bits_learn_and_ship(toml: Path, tmp_path: Path) -> None:
    bits = pytest.importorskip("bitsandbytes", reason="pip install 'soesift[gpu]'")
    text = toml.read_text().replace("[model]", '[model]\nmethod = "qlora"\nrank = 4')
    toml.write_text(text + "\n[export]\nquantise = false\ntolerance = 0.01\n")
    config = read_config(toml)
    config.model.base = str(make_base(tmp_path / "wide", 64))  # bitsandbytes packs 64 numbers at a time
    rows = rows_of(config)
    fitted = fit(rows, config, tmp_path / "run", 1)
    layers = [m for m in fitted.model.backbone.modules() if isinstance(m, bits.nn.Linear4bit)]
    assert layers
    assert all(m.weight.dtype == torch.uint8 for m in layers)
    assert fitted.progress.losses[-1] < 0.7 * fitted.progress.losses[0]
    tokenizer, pad = base_tokenizer(config.model.base)
    given = prepare(rows, tokenizer, pad, 64)
    four, plain = (predict(m, given, config.fit) for m in (fitted.model, _exact(config, fitted)))
    assert float(np.abs(four - plain).max()) < 0.05 * float(np.abs(plain).max())
    folder = ship(rows, config)
    assert (folder / "adapter" / "adapter_model.safetensors").is_file()
    assert load(folder).card.method == "qlora rank 4"
