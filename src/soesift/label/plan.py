"""What labelling will cost: prices, calls, tokens, what must be held in reserve, and the audit."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from soesift.config import load_toml
from soesift.label.config import AuditConfig, LabelConfig
from soesift.label.ledger import Ledger
from soesift.label.providers.base import Reply, import_litellm
from soesift.label.request import Request, build_requests
from soesift.table.record import TableRecord
from soesift.view.picture import NAME as PICTURE
from soesift.web import is_loopback

# What tokens cost: from the configuration, for a server of one's own, or from a shipped dated list.


class Listed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    input: float
    output: float
    cached_input: float | None = None
    batch: float = 1.0


class PriceList(BaseModel):
    model_config = ConfigDict(extra="forbid")
    as_of: str
    currency: str
    models: dict[str, Listed]


class Price(BaseModel):
    """Money per million tokens; `batch` is the factor for batch requests; `source` says whence."""

    model_config = ConfigDict(frozen=True)
    input: float
    output: float
    cached_input: float
    batch: float = 1.0
    currency: str = "USD"
    source: str

    def cost(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """Cost of a request; `tokens_cached` is the part of `tokens_in` that came from the prompt cache."""
        fresh = max(tokens_in - tokens_cached, 0)
        paid = fresh * self.input + tokens_cached * self.cached_input + tokens_out * self.output
        return paid / 1e6


def price_of(config: LabelConfig) -> Price | None:
    """None where no price is known: then nothing is said about cost, and a money budget is refused."""
    own = config.price
    if own is not None:
        cached = own.input if own.cached_input is None else own.cached_input
        return Price(**own.model_dump(exclude={"cached_input"}), cached_input=cached, source="configuration")
    if _is_local(config.provider.base_url):
        return Price(input=0, output=0, cached_input=0, source="server on this machine")
    shipped = _shipped()
    found = shipped.models.get(_plain(config.provider.model))
    if config.provider.base_url:
        return None  # another host may sell a model of that name at another price
    if found is None:
        return _of_litellm(config.provider.model)
    cached = found.input if found.cached_input is None else found.cached_input
    source = f"list of {shipped.as_of}"
    given = found.model_dump(exclude={"cached_input"})
    return Price(**given, cached_input=cached, currency=shipped.currency, source=source)


def _of_litellm(model: str) -> Price | None:
    """The price in LiteLLM's own list, which comes with the package; None without the package or the model."""
    try:
        costs = getattr(import_litellm(), "model_cost", {})
    except ImportError:
        return None
    listed = costs.get(model) or costs.get(model.rsplit("/", 1)[-1]) or {}
    given, out = listed.get("input_cost_per_token"), listed.get("output_cost_per_token")
    if given is None or out is None:
        return None
    cached, batch = listed.get("cache_read_input_token_cost"), listed.get("input_cost_per_token_batches")
    return Price(
        input=given * 1e6,
        output=out * 1e6,
        cached_input=(given if cached is None else cached) * 1e6,
        batch=batch / given if batch and given else 1.0,
        source="litellm.model_cost",
    )


@cache
def _shipped() -> PriceList:
    return load_toml(Path(str(files("soesift.label"))) / "prices.toml", PriceList)


def _plain(model: str) -> str:
    """Name without provider and date: "openai/gpt-4o-2024-08-06" -> "gpt-4o"."""
    return re.sub(r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest|\d{3})$", "", model.rsplit("/", 1)[-1])


def _is_local(url: str | None) -> bool:
    return is_loopback(urlsplit(url or "").hostname or "")


# How much to reserve for a request before it is sent, so that a budget is never exceeded.

CAUTIOUS = 4.0  # tokens for each one estimated until answers have been seen: a token a character
LEARNT_AFTER = 20  # answers


class Reserve:
    """Worst-case tokens of a request: its estimate times the worst ratio of real to estimated tokens seen."""

    def __init__(self, config: LabelConfig) -> None:
        self._count = config.views.counter()
        self._prefix: dict[str, int] = {}
        self._worst, self._seen = 0.0, 0

    @property
    def ratio(self) -> float:
        """After some answers the worst ratio with a quarter on top replaces the first cautious one."""
        return 1.25 * self._worst if self._seen >= LEARNT_AFTER else CAUTIOUS

    def tokens(self, request: Request) -> int:
        """Prompt and longest answer."""
        return int(self.estimate(request) * self.ratio) + request.how.max_tokens

    def estimate(self, request: Request) -> int:
        """Prompt tokens by the configured counter, with a few for each turn's markers."""
        prompt = request.prompt
        if prompt.hash not in self._prefix:
            turns = prompt.messages("")
            self._prefix[prompt.hash] = sum(self._count(turn["content"]) + 6 for turn in turns)
        seen = request.picture.tokens if request.picture else self._count(request.text)
        return self._prefix[prompt.hash] + seen

    def learn(self, request: Request, reply: Reply) -> None:
        if reply.tokens_in:
            self._worst = max(self._worst, reply.tokens_in / max(self.estimate(request), 1))
            self._seen += 1

    def shared(self, request: Request) -> int:
        """The part of the estimate that is the same for all tables of a view."""
        self.estimate(request)
        return self._prefix[request.prompt.hash]


# What labelling would take, before anything is spent: calls, tokens, cost, and the audit wanted.


@dataclass
class Plan:
    """Counts for a run. Tokens are by the configured counter; `cost_most` is without any prompt cache."""

    tables: int = 0
    calls: Counter[str] = field(default_factory=Counter)  # by view, repeats of equal text once
    repeated: int = 0  # requests whose text another table has too
    answered: int = 0  # already in the ledger
    tokens_in: int = 0
    tokens_shared: int = 0  # of `tokens_in`, the part that a prompt cache can serve
    tokens_out: int = 0  # at most
    tokens_seen: int = 0  # of `tokens_in`, pictures, by the dearest of the known ways of counting
    no_picture: int = 0  # tables without a page, which the view `picture` cannot show
    shortened: Counter[str] = field(default_factory=Counter)  # tables that a view does not show wholly
    price: Price | None = None
    logprobs: bool | None = None  # None: not known before the first answer; the plan then counts repeated samples

    @property
    def cost_most(self) -> float | None:
        return None if self.price is None else self.price.cost(self.tokens_in, self.tokens_out)

    @property
    def cost_cached(self) -> float | None:
        if self.price is None:
            return None
        return self.price.cost(self.tokens_in, self.tokens_out, self.tokens_shared)

    @property
    def cost_batch(self) -> float | None:
        """By the provider's batch API, without prompt cache; None where no price is known, or none of its own."""
        return None if self.price is None or self.price.batch == 1 else self.price.batch * (self.cost_most or 0.0)


def make_plan(records: Sequence[TableRecord], config: LabelConfig, ledger: Ledger | None = None) -> Plan:
    """Sends nothing. With a ledger, what it already answers is taken off."""
    plan = Plan(tables=len(records), price=price_of(config), logprobs=_mode(config, ledger))
    reserve, seen = Reserve(config), set[str]()
    if PICTURE in config.views.names:
        plan.no_picture = sum(record.page is None or record.bbox is None for record in records)
    requests = list(build_requests(records, config, bool(plan.logprobs)))
    missing = {request.key for request in requests}
    if ledger is not None:
        missing = set(ledger.open_keys(missing, config.run.attempts))
    for request in requests:
        if request.sample == 0 and request.left_out:
            plan.shortened[request.prompt.view] += 1
        if request.key in seen:
            plan.repeated += 1
            continue
        seen.add(request.key)
        if request.key not in missing:
            plan.answered += 1
            continue
        first_of_view = plan.calls[request.prompt.view] == 0
        plan.calls[request.prompt.view] += 1
        plan.tokens_in += reserve.estimate(request)
        plan.tokens_seen += request.picture.tokens if request.picture else 0
        plan.tokens_out += request.how.max_tokens
        plan.tokens_shared += 0 if first_of_view else reserve.shared(request)
    return plan


def _mode(config: LabelConfig, ledger: Ledger | None) -> bool | None:
    if config.sampling.mode != "auto":
        return config.sampling.mode == "logprobs"
    return None if ledger is None else ledger.gives_logprobs(config.provider.model)


@dataclass(frozen=True)
class AuditSize:
    """Labels that people must give for certified selection, and whether the tables suffice for it."""

    label: str
    least: int  # with no error seen: ceil(log(delta_c) / log(1 - alpha)), delta_c = delta / classes
    expected: int  # tables of the class, by the guessed share
    feasible: bool


def audit_sizes(n_tables: int, audit: AuditConfig, classes: Iterable[str] = ("yes", "no")) -> list[AuditSize]:
    """The smallest audit a predicted class needs to certify anything (fixed-sequence test, no error seen).

    Of a small class less is needed than `least`, but nearly all of it: then judging them all is the plainer way.
    """
    names = tuple(classes)
    least = math.ceil(math.log(audit.delta / len(names)) / math.log(1 - audit.alpha))
    shares = {"yes": audit.positive_share, "no": 1 - audit.positive_share}
    sizes = []
    for name in names:
        expected = round(n_tables * shares[name])
        sizes.append(AuditSize(name, least, expected, expected >= least))
    return sizes
