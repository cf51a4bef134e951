from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from toys import config, toy, toys

from soesift.cli.labels import _lines
from soesift.config import load_toml
from soesift.label.config import AuditConfig, LabelConfig
from soesift.label.plan import audit_sizes, make_plan, price_of

FAR = "https://example.org/v1"


def hosted(model: str) -> LabelConfig:
    return LabelConfig.model_validate({"provider": {"model": model}})


@pytest.mark.parametrize(("alpha", "least"), [(0.10, 29), (0.05, 59), (0.03, 99), (0.02, 149), (0.01, 299)])
def test_the_least_audit_is_that_of_the_method(alpha: float, least: int) -> None:
    sizes = audit_sizes(2000, AuditConfig(alpha=alpha, delta=0.1, positive_share=0.5))
    assert [size.least for size in sizes] == [least, least]
    assert all(size.feasible for size in sizes)


def test_too_few_tables_of_a_class_are_not_feasible() -> None:
    yes, no = audit_sizes(100, AuditConfig(alpha=0.05, delta=0.1, positive_share=0.3))
    assert (yes.feasible, no.feasible) == (False, True)
    assert (yes.least, yes.expected) == (59, 30)  # what is wanted is not cut down to what is there


def test_calls_are_counted_by_view_with_equal_texts_once() -> None:
    how = config(FAR, views={"names": ["json", "page"]}, sampling={"mode": "samples", "samples": 3})
    plan = make_plan([*toys(4), toy(1, table_id="twin")], how)
    assert plan.calls == {"json": 12, "page": 12}
    assert plan.repeated == 6
    assert plan.tokens_out == 24 * 8
    assert 0 < plan.tokens_shared < plan.tokens_in


def test_unknown_is_assumed_to_be_repeated_samples() -> None:
    plan = make_plan(toys(2), config(FAR, sampling={"mode": "auto", "samples": 5}))
    assert plan.logprobs is None
    assert plan.calls.total() == 10


def test_the_budget_of_tokens_is_flagged_as_left_out() -> None:
    assert make_plan(toys(3), config(FAR, views={"tokens": 20})).shortened == {"json": 3}


def test_prices_own_listed_local_unknown() -> None:
    own = price_of(config(FAR, price={"input": 1, "output": 2}))
    assert own is not None
    assert own.cost(1_000_000, 500_000, 0) == 2.0
    listed = price_of(hosted("openai/gpt-4o-mini-2024-07-18"))
    assert listed is not None
    assert listed.source.startswith("list of unverified")
    assert listed.cost(1_000_000, 0, 1_000_000) < listed.cost(1_000_000, 0)
    local = price_of(config("http://127.0.0.1:8080/v1"))
    assert local is not None
    assert local.cost(10**9, 10**9) == 0
    assert price_of(hosted("gpt-nobody-knows")) is None
    assert price_of(config(FAR)) is None  # a listed name at another host may cost something else


def test_a_plan_tells_what_a_batch_would_cost() -> None:
    plan = make_plan(toys(400), hosted("gpt-4.1-mini"))
    assert plan.cost_most is not None
    assert plan.cost_batch == pytest.approx(plan.cost_most / 2)
    told = next(line for line in _lines(plan, hosted("gpt-4.1-mini")) if line.startswith("cost"))
    assert f"; {plan.cost_batch:.2f} as a batch (`label write-batch`)" in told
    assert make_plan(toys(2), config("http://127.0.0.1:8080/v1")).cost_batch is None


def test_the_batch_price_may_be_litellms_own(monkeypatch: pytest.MonkeyPatch) -> None:
    per_token = {"input_cost_per_token": 4e-6, "output_cost_per_token": 8e-6, "input_cost_per_token_batches": 1e-6}
    listed = SimpleNamespace(model_cost={"unlisted-model": per_token})
    monkeypatch.setattr("soesift.label.plan.import_litellm", lambda: listed)
    price = price_of(hosted("acme/unlisted-model"))
    assert price is not None
    assert (price.input, price.batch, price.source) == (4.0, 0.25, "litellm.model_cost")


def test_an_unknown_price_stays_unknown() -> None:
    plan = make_plan(toys(2), hosted("gpt-nobody-knows"))
    assert plan.cost_most is None
    assert plan.cost_cached is None


def test_every_shipped_example_is_a_valid_configuration() -> None:
    examples = sorted((Path(str(files("soesift.label"))) / "examples").glob("*.toml"))
    assert len(examples) >= 3
    for path in examples:
        how = load_toml(path, LabelConfig)
        assert make_plan(toys(2), how).calls.total() >= 2
        assert price_of(how) is not None or path.stem in ("azure", "bedrock", "vertex", "anthropic", "openai-reasoning")
