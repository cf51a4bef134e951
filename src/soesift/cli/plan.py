"""`soesift plan`: what labelling would take; sends nothing and spends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soesift.cli.label_inputs import CONFIG, FILE, TABLES, ledger_of, passing, settings, tables_of

if TYPE_CHECKING:
    from soesift.label.config import LabelConfig
    from soesift.label.plan import Plan


@click.command("plan")
@TABLES
@CONFIG
@click.option("--ledger", type=FILE, help="Take off what this ledger has already.")
def command(tables: Path, config: Path, ledger: Path | None) -> None:
    """Calls, tokens, cost and audit of labelling TABLES, before anything is sent."""
    from soesift.label.plan import audit_sizes, make_plan

    how, records = settings(config), tables_of(tables)
    book = ledger_of(ledger, must_exist=True) if ledger else None
    records = passing(records, how, book)
    plan = make_plan(records, how, book)
    if book is not None:
        book.close()
    for line in _lines(plan, how):
        click.echo(line)
    for size in audit_sizes(plan.tables, how.audit):
        verdict = "feasible" if size.feasible else "NOT feasible: more tables, a looser alpha, or people judge them all"
        click.echo(f"audit of {size.label}: {size.least} tables wanted, about {size.expected} expected; {verdict}")


def _lines(plan: Plan, how: LabelConfig) -> list[str]:
    calls = ", ".join(f"{name} {count}" for name, count in plan.calls.items()) or "none"
    lines = [f"tables: {plan.tables}", f"calls: {plan.calls.total()} ({calls})"]
    lines.append(f"not asked: {plan.answered} in the ledger, {plan.repeated} of equal text")
    if plan.logprobs is None:
        samples = how.sampling.samples
        lines.append(f"samples: {samples} a view assumed; 1 if the model gives log-probabilities")
    shared = f"{plan.tokens_shared} of them in the shared prefix"
    lines.append(f"tokens: about {plan.tokens_in} in ({shared}), at most {plan.tokens_out} out")
    shortened = ", ".join(f"{name} {count}" for name, count in plan.shortened.items()) or "none"
    lines.append(f"tables not shown wholly: {shortened}")
    if plan.price is None or plan.cost_most is None or plan.cost_cached is None:
        return [
            *lines,
            f"cost: unknown (no price for {how.provider.model}; add [price] to the configuration)",
        ]
    money, source = plan.price.currency, plan.price.source
    cost = f"cost: {plan.cost_most:.2f} {money} without, {plan.cost_cached:.2f} with prompt cache ({source})"
    return [*lines, cost, *_budget(plan, how)]


def _budget(plan: Plan, how: LabelConfig) -> list[str]:
    limits = {"money": (how.budget.money, plan.cost_most or 0), "tokens": (how.budget.tokens, plan.tokens_in)}
    over = [name for name, (limit, wanted) in limits.items() if limit is not None and wanted > limit]
    return [f"budget: the {name} may not suffice; labelling will stop before it is exceeded" for name in over]
