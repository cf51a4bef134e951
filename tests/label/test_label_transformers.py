"""A teacher in this process: a causal model's own most likely words, with their log-probabilities, several at once."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from soesift.errors import UsageError
from soesift.label.config import LabelConfig, ProviderConfig
from soesift.label.ledger import Ledger
from soesift.label.providers.base import Ask, ProviderError
from soesift.label.providers.choose import open_provider
from soesift.label.report import stored_answers
from soesift.label.run import label_tables
from soesift.select.from_ledger import opinions
from soesift.table.record import TableRecord

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

TEXTS = ["YES visit week", "NO dose grade x", "One is a table if it has a visit and a week . x x x"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.append(str(Path(__file__).parents[1] / "train"))
    from toy_base import make_causal

    return make_causal(tmp_path_factory.mktemp("causal"))


def asked(base: Path, how: Ask) -> list:
    """Replies to all texts, asked at once."""

    async def all_of() -> list:
        teacher = open_provider(ProviderConfig(kind="transformers", model=str(base)))
        try:
            return await asyncio.gather(*(teacher.ask([{"role": "user", "content": t}], how) for t in TEXTS))
        finally:
            await teacher.close()

    return asyncio.run(all_of())


def test_each_reply_is_that_of_the_text_alone_though_they_are_answered_together(base: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(base))
    model = transformers.AutoModelForCausalLM.from_pretrained(str(base)).eval()
    for text, reply in zip(TEXTS, asked(base, Ask(max_tokens=2, logprobs=3)), strict=True):
        ids = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )["input_ids"]
        with torch.inference_mode():
            logs = model(ids).logits[0, -1].log_softmax(-1)
        best = int(logs.argmax())
        assert reply.logprobs[0].token == tokenizer.decode([best])
        assert reply.logprobs[0].logprob == pytest.approx(float(logs[best]), abs=1e-4)
        assert [v for _, v in reply.logprobs[0].top] == pytest.approx(logs.topk(3).values.tolist(), abs=1e-4)
        assert (len(reply.logprobs), reply.finish, reply.tokens_in) == (2, "length", ids.shape[1])


def test_samples_are_refused_and_a_folder_without_a_chat_template_too(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="temperature 0"):
        asked(base, Ask(temperature=0.7))
    with pytest.raises(UsageError, match="cannot be read"):
        open_provider(ProviderConfig(kind="transformers", model=str(tmp_path)))


def test_a_run_writes_beliefs_into_the_ledger(base: Path, tmp_path: Path) -> None:
    """The toy says whatever it says: each answer is a label with log-probabilities, or a failure with its reason."""
    config = LabelConfig(
        provider={"kind": "transformers", "model": str(base)},
        sampling={"mode": "logprobs", "max_tokens": 1},
        views={"names": ["json"]},
        run={"attempts": 1, "fruitless_after": 99, "refused_after": 99},
    )
    records = [TableRecord(table_id=f"t{i}", document="d", grid=[["visit", "week", str(i)]]) for i in range(6)]
    book = Ledger(tmp_path / "labels.db")
    outcome = asyncio.run(label_tables(records, config, book, open_provider(config.provider)))
    assert (outcome.asked, outcome.labelled + outcome.failures.total()) == (6, 6)
    answers = stored_answers(book)
    assert len(answers) == 6
    assert all(bool(a.label) != bool(a.failure) for a in answers)
    book.close()
    if outcome.labelled:
        assert opinions(answers).beliefs.shape == (6, 1)
