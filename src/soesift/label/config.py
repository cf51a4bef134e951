"""Configuration of labelling, read from TOML by `soesift.config.load_toml`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.config import beside
from soesift.label.providers.base import Ask
from soesift.view import TokenBudget, estimate_tokens, tokenizer_counter
from soesift.view.picture import NAME as PICTURE

REASONING = re.compile(r"^(o[1-9]|gpt-5)")  # models that take max_completion_tokens and only their own temperature


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProviderConfig(Strict):
    """Who answers. Keys of providers are read from the environment variable named, never from a file."""

    kind: Literal["openai", "litellm", "transformers"] = "openai"  # the last: a model in this process, no server
    model: str
    base_url: str | None = None
    api_key_env: str = ""
    timeout_s: float = Field(default=120, gt=0)
    headers: dict[str, str] = {}
    extra_body: dict[str, Any] = {}
    cache_prefix: bool | None = (
        None  # mark the unchanging prefix for the prompt cache; None: for Claude through LiteLLM
    )


class SamplingConfig(Strict):
    """`logprobs`: one answer with log-probabilities. `samples`: several without. `auto`: what it can."""

    mode: Literal["auto", "logprobs", "samples"] = "auto"
    samples: int = Field(default=5, ge=1)
    temperature: float = Field(default=0.7, ge=0)  # of `samples`; with log-probabilities it is 0
    max_tokens: int = Field(default=8, ge=1)
    top_logprobs: int = Field(default=10, ge=1, le=20)
    seed: int | None = None
    length_field: Literal["auto", "max_tokens", "max_completion_tokens"] = "auto"  # auto: the latter for o1, o3, gpt-5
    send_temperature: bool | None = None  # None: not to models that refuse another than their own (o1, o3, gpt-5)
    reasoning_effort: Literal["", "none", "minimal", "low", "medium", "high"] = ""  # "": not sent
    structured: bool = False  # JSON schema with the label and a spoken confidence, in place of a word


class ViewsConfig(Strict):
    """Which views are asked about, and how many tokens of a table each may show."""

    names: list[str] = ["json", "page"]
    tokens: int | None = Field(default=2000, ge=20)
    tokenizer: str | None = None  # a tokenizer.json for exact counts; otherwise four characters a token
    documents: str = ""  # folder of the PDFs that the tables are of: the view `picture` draws them
    prompts: dict[str, str] = {}  # view -> prompt name or path, where the shipped one is not wanted

    def rooted(self, root: Path) -> ViewsConfig:
        """The same with its folder and files relative to `root`."""
        documents = str(root / self.documents) if self.documents else ""
        prompts = {view: beside(root, name) for view, name in self.prompts.items()}
        tokenizer = beside(root, self.tokenizer) if self.tokenizer else None
        return self.model_copy(update={"documents": documents, "prompts": prompts, "tokenizer": tokenizer})

    def budget(self) -> TokenBudget:
        return TokenBudget(self.tokens, self.counter())

    def counter(self) -> Callable[[str], int]:
        return tokenizer_counter(self.tokenizer) if self.tokenizer else estimate_tokens


class RunConfig(Strict):
    """Pace and persistence. `attempts`: answers asked for in all without a label."""

    concurrency: int = Field(default=4, ge=1)  # at the start; it adapts
    concurrency_max: int = Field(default=32, ge=1)
    retries: int = Field(default=6, ge=0)  # of one request on connection errors, 429, 5xx and timeouts
    attempts: int = Field(default=4, ge=1)  # a second one at temperature 0 is asked otherwise, or it would say the same
    backoff_s: float = Field(default=1.0, gt=0)
    max_wait_s: float = Field(default=600, gt=0)  # a server that asks for a longer pause stops the run
    fruitless_after: int = Field(default=20, ge=1)  # answers in a row without a label that stop the run
    refused_after: int = Field(default=10, ge=1)  # requests in a row refused as bad (400, 422) that stop the run
    down_after: int = Field(default=50, ge=1)  # failures of connection in a row that stop the run
    lease_s: float = Field(default=60, gt=0)  # how long a request stays reserved by a process that no longer answers

    @model_validator(mode="after")
    def _ordered(self) -> RunConfig:
        if self.concurrency > self.concurrency_max:
            raise ValueError("concurrency must not exceed concurrency_max")
        return self


class BudgetConfig(Strict):
    """Hard limits over the whole ledger, earlier runs included; None: no limit."""

    money: float | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)

    @property
    def limited(self) -> bool:
        return self.money is not None or self.tokens is not None


class PriceConfig(Strict):
    """Money per million tokens; overrides the shipped list."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    currency: str = "USD"


class GateConfig(Strict):
    """Which tables are worth asking about. `ledger`: answers of a base model, YES in any view passes (the paper's
    gate), and tables that it did not answer pass; otherwise `model`: rule, linear, default or a model folder.
    """

    model: str = "rule"
    ledger: Path | None = None
    threshold: float | None = Field(default=None, ge=0, le=1)  # None: the highest one that keeps `min_recall`
    min_recall: float = Field(default=0.995, gt=0, le=1)  # of the known schedules
    gold: Path | None = None  # labels {table_id, label}: measures, or chooses, the threshold

    def rooted(self, root: Path) -> GateConfig:
        """The same with its paths relative to `root`."""
        paths = {name: root / path for name in ("ledger", "gold") if (path := getattr(self, name)) is not None}
        model = str(root / self.model) if (root / self.model).is_dir() else self.model
        return self.model_copy(update={**paths, "model": model})


class AuditConfig(Strict):
    """What certified selection will want: at most `alpha` wrong with probability 1 - `delta`."""

    alpha: float = Field(default=0.05, gt=0, lt=1)
    delta: float = Field(default=0.1, gt=0, lt=1)
    positive_share: float = Field(default=0.3, gt=0, lt=1)  # guess of the share of YES among the tables


class LabelConfig(Strict):
    """A whole labelling run."""

    task: str = "soe-v1"
    provider: ProviderConfig
    views: ViewsConfig = ViewsConfig()
    sampling: SamplingConfig = SamplingConfig()
    run: RunConfig = RunConfig()
    budget: BudgetConfig = BudgetConfig()
    price: PriceConfig | None = None
    audit: AuditConfig = AuditConfig()
    gate: GateConfig | None = None  # None: every table is asked about

    @model_validator(mode="after")
    def _seen(self) -> LabelConfig:
        if PICTURE in self.views.names and not self.views.documents:
            raise ValueError("views.names has picture: set views.documents, the folder of the PDFs")
        if PICTURE in self.views.names and self.provider.kind == "transformers":
            raise ValueError('views.names has picture: a teacher of kind "transformers" reads text alone')
        return self

    def rooted(self, root: Path) -> LabelConfig:
        """The same with its paths relative to `root`, the folder of its file."""
        gate = self.gate.rooted(root) if self.gate else None
        own = {"task": beside(root, self.task), "views": self.views.rooted(root), "gate": gate}
        return self.model_copy(update=own)

    def asks(self, logprobs: bool, words: tuple[str, ...] = ()) -> list[Ask]:
        """Sampling of each answer wanted: one with log-probabilities, or `samples` without.

        words: the label words, of which a structured answer is one; such an answer is asked for once, without
        log-probabilities, for its spoken confidence is the belief.
        """
        how, extra = self.sampling, self.provider.extra_body
        thinks = bool(REASONING.search(self.provider.model.rsplit("/", 1)[-1]))
        field = how.length_field if how.length_field != "auto" else "max_completion_tokens" if thinks else "max_tokens"
        sends = how.send_temperature if how.send_temperature is not None else not thinks
        late = (field, sends, how.reasoning_effort, words if how.structured else ())
        if how.structured:
            return [Ask(0.0, how.max_tokens, 0, how.seed, extra, *late)]
        if logprobs:
            return [Ask(0.0, how.max_tokens, how.top_logprobs, how.seed, extra, *late)]
        seeds = [None if how.seed is None else how.seed + i for i in range(how.samples)]
        temperature = how.temperature if how.samples > 1 else 0
        return [Ask(temperature, how.max_tokens, 0, seed, extra, *late) for seed in seeds]
