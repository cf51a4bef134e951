"""A causal model asked with the teacher's prompt: log-odds of YES against NO, adapters without a new head."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from toy_base import make_causal

from soesift.classify.serialise import asked
from soesift.classify.student import load
from soesift.errors import UsageError
from soesift.table.record import TableRecord
from soesift.train.config import ModelConfig, TrainConfig, read_config
from soesift.train.data import text_of
from soesift.train.fit import fit
from soesift.train.forward import predict, prepare
from soesift.train.network import base_tokenizer, build, trainable
from soesift.train.prompted import begins_alike, question_of
from soesift.train.ship import rows_of, ship

PROMPT = """id = "toy-v1"
views = ["json"]
system = "You sort tables . One is a {{name}} if it has a visit and a week ."
user = "Table : {{view}} Reply {{yes}} or {{no}} ."
"""


@pytest.fixture(scope="session")
def causal_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of two narrow layers with random weights, a word tokenizer and a chat template."""
    return make_causal(tmp_path_factory.mktemp("causal"))


@pytest.fixture
def prompted(toml: Path, causal_base: Path) -> TrainConfig:
    (toml.parent / "toy.toml").write_text(PROMPT)
    config = read_config(toml)
    config.model = ModelConfig(
        base=str(causal_base),
        task="prompted",
        method="lora",
        rank=8,
        dropout=0.0,
        max_tokens=160,
        prompt=str(toml.parent / "toy.toml"),
        examples=False,
    )
    config.fit.rate, config.fit.epochs, config.fit.micro_tokens = 1e-2, 8, 1024
    config.export.quantise = False
    return config


def records_of(config: TrainConfig) -> list[TableRecord]:
    return [TableRecord.model_validate_json(line) for line in config.data.tables.read_text().splitlines()]


def test_the_log_odds_are_those_of_the_whole_model(prompted: TrainConfig) -> None:
    """Against transformers' own next-token scores; and texts that begin alike give what each gives alone."""
    import transformers

    tokenizer, pad = base_tokenizer(prompted.model.base)
    rows = rows_of(prompted)[:6]
    given = prepare(rows, tokenizer, pad, 160)
    model = build(prompted.model, 2, 1).eval()
    together = predict(model, given, prompted.fit)
    whole = transformers.AutoModelForCausalLM.from_pretrained(prompted.model.base).eval()
    for row, ids in zip(together, given.ids, strict=True):
        with torch.inference_mode():
            scores = whole(torch.tensor([ids])).logits[0, -1]
        yes, no = (scores[tokenizer.token_to_id(word)] for word in ("YES", "NO"))
        assert row == pytest.approx([float(no), float(yes)], abs=1e-4)
    ids, mask = given.inputs(range(6))
    assert begins_alike(ids, mask) > 16
    assert begins_alike(ids[:, ::7] * 0 + torch.arange(6)[:, None], mask[:, ::7]) == 0


def test_gradients_through_the_shared_beginning_are_those_of_each_text(prompted: TrainConfig) -> None:
    tokenizer, pad = base_tokenizer(prompted.model.base)
    given = prepare(rows_of(prompted)[:4], tokenizer, pad, 160)
    found = []
    for parts in ([range(4)], [[0], [1], [2], [3]]):
        model = build(prompted.model, 2, 1).eval()
        for part in parts:
            model(*given.inputs(part))[:, 1].sum().backward()
        found.append(np.concatenate([v.grad.numpy().ravel() for v in trainable(model).values()]))
    assert np.abs(found[0]).max() > 0
    assert found[0] == pytest.approx(found[1], abs=1e-4)


def test_it_learns_without_a_head_and_the_folder_asks_the_same_question(prompted: TrainConfig) -> None:
    rows, records = rows_of(prompted), records_of(prompted)
    tokenizer, pad = base_tokenizer(prompted.model.base)
    given = prepare(rows, tokenizer, pad, 160)
    truth = given.target.argmax(axis=1)
    fitted = fit(rows, prompted, prompted.out / "final", prompted.fit.seed)
    learnt = predict(fitted.model, given, prompted.fit)
    assert all("lora" in name for name in trainable(fitted.model))
    assert (learnt.argmax(axis=1) == truth).mean() > 0.95
    student = load(ship(rows, prompted))
    assert student.texts(records) == [row.text for row in rows]
    assert student.logits(records) == pytest.approx(learnt, abs=2e-3)
    card = json.loads((prompted.out / "model" / "card.json").read_text())
    assert card["question"]["before"].startswith("<system> You sort tables . One is a Schedule-of-Event")
    assert card["question"]["after"] == " Reply YES or NO . <assistant>"


def test_no_epochs_is_zero_shot(prompted: TrainConfig) -> None:
    prompted.fit.epochs = 0
    rows = rows_of(prompted)
    tokenizer, pad = base_tokenizer(prompted.model.base)
    given = prepare(rows, tokenizer, pad, 160)
    fitted = fit(rows, prompted, prompted.out / "final", 1)
    assert fitted.progress.updates == 0
    bare = predict(build(prompted.model, 2, 1), given, prompted.fit)
    assert np.array_equal(predict(fitted.model, given, prompted.fit), bare)


def test_the_question_always_ends_whole_or_is_refused(prompted: TrainConfig) -> None:
    tokenizer, _ = base_tokenizer(prompted.model.base)
    question = question_of(prompted.model)
    long = TableRecord(table_id="l", document="d", header_rows=1, grid=[["visit", "week 1", "week 2"]] * 300)
    text = text_of(prompted.model)(long)
    assert text.startswith(question.before)
    assert text.endswith(question.after)
    assert len(tokenizer.encode(text).ids) <= 160
    with pytest.raises(UsageError, match="raise model"):
        asked(long, question, tokenizer, 30)


def test_three_classes_or_a_head_are_refused(prompted: TrainConfig) -> None:
    with pytest.raises(ValueError, match="two classes"):
        TrainConfig(**{**prompted.model_dump(), "classes": ["other", "soe", "sampling"]})
    with pytest.raises(ValueError, match="no head"):
        TrainConfig(**{**prompted.model_dump(), "fit": {"warm_head": 1.0}})
