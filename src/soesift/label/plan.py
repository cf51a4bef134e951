"""What labelling would take, before anything is spent: calls, tokens, cost, and the audit wanted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from soesift.label.config import AuditConfig, LabelConfig
from soesift.label.ledger import Ledger
from soesift.label.price import Price, price_of
from soesift.label.request import build_requests
from soesift.label.reserve import Reserve
from soesift.table.record import TableRecord


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


def make_plan(records: Sequence[TableRecord], config: LabelConfig, ledger: Ledger | None = None) -> Plan:
    """Sends nothing. With a ledger, what it already answers is taken off."""
    plan = Plan(tables=len(records), price=price_of(config), logprobs=_mode(config, ledger))
    reserve, seen = Reserve(config), set[str]()
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
