"""Around a teacher's answers: `soesift gate` and `plan` before, `status`, `explain` and `select` after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soesift.select import RULES

if TYPE_CHECKING:
    from soesift.label.config import LabelConfig
    from soesift.label.ledger import Ledger
    from soesift.label.plan import Plan
    from soesift.label.report import StoredAnswer
    from soesift.table.record import TableRecord


FILE = click.Path(path_type=Path, dir_okay=False)
TABLES = click.argument("tables", type=FILE)
LEDGER = click.option("--ledger", type=FILE, default=Path("labels.db"), show_default=True, help="SQLite file.")
CONFIG = click.option(
    "--config", "-c", type=FILE, required=True, help="TOML file; examples lie in soesift/label/examples."
)

PATH = click.Path(path_type=Path, dir_okay=False)

OPEN = click.FloatRange(0, 1, min_open=True, max_open=True)

_LABELS = {1: "yes", 0: "no", -1: "none"}


def settings(path: Path) -> LabelConfig:
    from soesift.config import load_toml
    from soesift.label.config import LabelConfig

    return load_toml(path, LabelConfig).rooted(path.parent)


def passing(records: list[TableRecord], how: LabelConfig, book: Ledger | None) -> list[TableRecord]:
    """The tables that pass the configured gate, if any; tells its recall against gold and human labels."""
    from soesift.label.humans import human_labels
    from soesift.select.by_name import gate_name, gate_tables
    from soesift.select.pots import known_humans

    if how.gate is None:
        return records
    done = gate_tables(records, how.gate, known_humans(human_labels(book)) if book else {})
    click.echo(f"gate, {gate_name(how.gate)}: {done}")
    return [record for record, passes in zip(records, done.passes, strict=True) if passes]


def tables_of(path: Path) -> list[TableRecord]:
    """The tables of a file; unreadable lines are told, not fatal."""
    from soesift.label.request import read_tables

    records, wrong = read_tables(path)
    for line in wrong:
        click.echo(f"left out: {line}", err=True)
    return records


def ledger_of(path: Path, must_exist: bool = False) -> Ledger:
    from soesift.errors import UsageError
    from soesift.label.ledger import Ledger

    if must_exist and not path.exists():
        raise UsageError(f"{path}: no such ledger; `soesift label` writes one")
    return Ledger(path)


@click.command("gate")
@click.argument("tables", type=PATH)
@click.option("--model", default="rule", show_default=True, help="rule, linear, or a model folder.")
@click.option("--answers", type=PATH, help="Ledger of a base model instead: YES in any view passes, as in the paper.")
@click.option("--humans", type=PATH, help="Ledger whose human labels measure what the gate loses, beside --gold.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="Least probability that passes.")
@click.option(
    "--min-recall",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.995,
    show_default=True,
    help="Without --threshold: the highest one that keeps this share of the known schedules.",
)
@click.option("--gold", type=PATH, help="Labels {table_id, label}: measures what the gate loses.")
@click.option("--out", type=PATH, default=Path("gated.jsonl"), show_default=True)
def gate_verb(
    tables: Path,
    model: str,
    answers: Path | None,
    humans: Path | None,
    threshold: float | None,
    min_recall: float,
    gold: Path | None,
    out: Path,
) -> None:
    """Write the TABLES (JSON Lines) that pass the gate to OUT, and its recall beside it (.gate.json)."""
    from soesift.files import write_atomically
    from soesift.label.config import GateConfig
    from soesift.label.gate import report_line
    from soesift.label.humans import human_labels
    from soesift.label.request import read_tables
    from soesift.select.by_name import gate_name, gate_tables
    from soesift.select.pots import known_humans

    records, known = read_tables(tables)[0], {}
    if humans is not None:
        book = ledger_of(humans, must_exist=True)
        known = dict(known_humans(human_labels(book)))
        book.close()
    how = GateConfig(model=model, ledger=answers, threshold=threshold, min_recall=min_recall, gold=gold)
    done, name = gate_tables(records, how, known), gate_name(how)
    lines = [r.model_dump_json() + "\n" for r, passes in zip(records, done.passes, strict=True) if passes]
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, "".join(lines))
    beside = out.with_suffix(".gate.json")
    write_atomically(beside, report_line(name, done, [records[i].table_id for i in done.lost]))
    click.echo(f"{name}: {done}")
    click.echo(f"wrote {out} and {beside}")


@click.command("plan")
@TABLES
@CONFIG
@click.option("--ledger", type=FILE, help="Take off what this ledger has already.")
def plan_verb(tables: Path, config: Path, ledger: Path | None) -> None:
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
    if plan.tokens_seen:
        lines.append(f"pictures: {plan.tokens_seen} of them, by the dearest of three ways of counting")
    if plan.no_picture:
        lines.append(f"no picture: {plan.no_picture} tables without a page; no answer in that view, so no agreement")
    shortened = ", ".join(f"{name} {count}" for name, count in plan.shortened.items()) or "none"
    lines.append(f"tables not shown wholly: {shortened}")
    if plan.price is None or plan.cost_most is None or plan.cost_cached is None:
        return [
            *lines,
            f"cost: unknown (no price for {how.provider.model}; add [price] to the configuration)",
        ]
    money, source = plan.price.currency, plan.price.source
    batch = "" if plan.cost_batch is None else f"; {plan.cost_batch:.2f} as a batch (`label write-batch`)"
    cost = f"cost: {plan.cost_most:.2f} {money} without, {plan.cost_cached:.2f} with prompt cache{batch} ({source})"
    return [*lines, cost, *_budget(plan, how)]


def _budget(plan: Plan, how: LabelConfig) -> list[str]:
    limits = {"money": (how.budget.money, plan.cost_most or 0), "tokens": (how.budget.tokens, plan.tokens_in)}
    over = [name for name, (limit, wanted) in limits.items() if limit is not None and wanted > limit]
    return [f"budget: the {name} may not suffice; labelling will stop before it is exceeded" for name in over]


@click.command("select")
@click.argument("ledger", type=FILE)
@click.option("--tables", type=FILE, required=True, help="The tables that were labelled (JSON Lines).")
@click.option("--rule", type=click.Choice(RULES), default="agreement", show_default=True)
@click.option("--views", default="", help="Only these, comma-separated (default: all in the ledger).")
@click.option("--view", "view", multiple=True, help="The same, one at a time.")
@click.option("--model", "models", multiple=True, help="Only answers of this model; may be given again.")
@click.option(
    "--prompt",
    "prompts",
    multiple=True,
    help="Only this prompt (its id, or the first digits of its hash); "
    "several stand side by side. Default: the one asked last.",
)
@click.option(
    "--recentre",
    is_flag=True,
    help="Move each view's beliefs to where they part: for a teacher that leans to one answer.",
)
@click.option("--audit", help="`humans` (the ledger's audit pot) or a file of reference or class labels to draw from.")
@click.option(
    "--audit-size",
    type=click.IntRange(1),
    default=60,
    show_default=True,
    help="Items drawn in each class when --audit is a file.",
)
@click.option("--reference", type=FILE, help="Reference labels for the report only (default: the audit's).")
@click.option("--hybrid", is_flag=True, help="Put the ledger's human labels in where the rule drops a table.")
@click.option("--alpha", type=OPEN, default=0.05, show_default=True, help="Wrong share allowed (certified).")
@click.option("--delta", type=OPEN, default=0.1, show_default=True, help="Risk of missing it (certified).")
@click.option(
    "--looks",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How often this audit may be tested in all, each time at DELTA / LOOKS.",
)
@click.option(
    "--sure",
    type=click.FloatRange(0.5, 0.999),
    default=0.5,
    show_default=True,
    help="Probability that the student must give a label to confirm it.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=FILE, required=True, help="labels.jsonl for `soesift train`.")
def select_verb(
    ledger: Path,
    tables: Path,
    rule: str,
    views: str,
    view: tuple[str, ...],
    models: tuple[str, ...],
    prompts: tuple[str, ...],
    recentre: bool,
    audit: str | None,
    audit_size: int,
    reference: Path | None,
    hybrid: bool,
    alpha: float,
    delta: float,
    looks: int,
    sure: float,
    seed: int,
    out: Path,
) -> None:
    """Choose the labels of LEDGER to train on; writes OUT, its report (.md) and curve (.png)."""
    from soesift.select.choose import Choosing, choose, choose_classes, write_choice, write_labels

    ledger_of(ledger, must_exist=True).close()
    how = Choosing(
        rule=rule,
        views=(*(v for v in views.split(",") if v), *view),
        models=models,
        prompts=prompts,
        recentre=recentre,
        audit=audit,
        audit_size=audit_size,
        reference=reference,
        hybrid=hybrid,
        alpha=alpha,
        delta=delta,
        looks=looks,
        sure=sure,
        seed=seed,
    )
    records = tables_of(tables)
    if (many := choose_classes(ledger, records, how)) is not None:
        click.echo(many.report)
        write_labels(out, many.lines)
        write_labels(out.with_suffix(".md"), [many.report])
        kept, asked = len(many.lines), len(many.found.cells.tables)
        click.echo(f"wrote {out} ({kept} of {asked} tables), {out.with_suffix('.md')}")
        return
    chosen = choose(ledger, records, how)
    click.echo(chosen.report)
    _, report, picture = write_choice(out, chosen)
    click.echo(f"wrote {out} ({len(chosen.lines)} of {len(chosen.found.tables)} tables), {report}, {picture}")


@click.command("explain")
@click.argument("table")
@LEDGER
@click.option("--view", "views", multiple=True, help="Only this view; may be given again.")
@click.option("--model", "models", multiple=True, help="Only this model.")
@click.option("--prompt", "prompts", multiple=True, help="Only this prompt (its id, or first digits of its hash).")
def explain_verb(
    table: str, ledger: Path, views: tuple[str, ...], models: tuple[str, ...], prompts: tuple[str, ...]
) -> None:
    """Every answer and vote about TABLE (its id) in the ledger, the belief, and what the last selection decided."""
    from soesift.errors import UsageError
    from soesift.label.humans import human_labels
    from soesift.label.report import current, stored_answers, votes

    book = ledger_of(ledger, must_exist=True)
    answers, human = stored_answers(book, table), human_labels(book, table_id=table)
    asked = stored_answers(book)
    last = book.db.execute("SELECT * FROM chosen WHERE table_id = ?", (table,)).fetchone()
    book.close()
    if not answers and not human:
        raise UsageError(f"{ledger}: nothing about table {table}; ids are the table_id of the tables file")
    if answers:
        click.echo(f"table {table}: {answers[0].document}, page {answers[0].page}")
    parted = current(asked, views, models, prompts)
    stale = {id(answer) for answer in parted.stale}
    mine = [answer for answer in [*parted.current, *parted.stale] if answer.table_id == table]
    for answer in mine:
        click.echo(_line(answer) + ("; stale: asked in another way since" if id(answer) in stale else ""))
    for (view, model), counted in votes([a for a in mine if id(a) not in stale]).items():
        click.echo(f"votes {view}, {model}: " + ", ".join(f"{n} {label}" for label, n in counted.items()))
    for line in _beliefs(parted.current, table, last is None) if any(id(a) not in stale for a in mine) else []:
        click.echo(line)
    if last is not None:
        label, kept = (
            _LABELS.get(last["label"], last["label"]),
            "kept" if last["keep"] else f"dropped ({last['reason']})",
        )
        click.echo(f"decision (last selection, {last['rule']} {last['how']}): {label}, {kept}")
    for one in human:
        kind = "simulated " if one.simulated else ""
        click.echo(f"{kind}human ({one.pot}, {one.annotator}): {one.label}")


def _beliefs(asked: list[StoredAnswer], table: str, undecided: bool) -> list[str]:
    """Belief of each view, and, where nothing was selected yet, what agreement would decide for this table and why."""
    from soesift.select.classes import classes_asked
    from soesift.select.combine import combine
    from soesift.select.from_ledger import opinions
    from soesift.select.rules import agreement

    if classes := classes_asked(asked):
        return _class_beliefs(asked, table, classes)
    found = opinions(asked, prompts=sorted({answer.prompt for answer in asked}))
    row = found.tables.index(table)
    pairs = zip(found.columns, found.beliefs[row].tolist(), found.failures[row], strict=True)
    lines = [f"belief {column}: {f'{p:.3f}' if not why else f'none ({why})'}" for column, p, why in pairs]
    if not undecided:
        return lines
    votes = combine(found.beliefs[[row]])
    chosen = agreement(votes)
    label = _LABELS[int(chosen.label[0])]
    score = f"mean log-odds {votes.z[0]:.2f}, score {votes.score[0]:.2f}"
    kept = "kept" if chosen.keep[0] else f"dropped ({chosen.reason[0]})"
    return [*lines, f"decision (agreement; nothing was selected yet): {label}, {kept}; {score}"]


def _class_beliefs(asked: list[StoredAnswer], table: str, classes: list[str]) -> list[str]:
    """Belief of each view in each class."""
    from soesift.select.classes import class_opinions

    found = class_opinions(asked, classes, prompts=sorted({answer.prompt for answer in asked}))
    row = found.cells.tables.index(table)
    told = []
    for column, shares, why in zip(found.cells.columns, found.beliefs[row].tolist(), found.failures[row], strict=True):
        said = ", ".join(f"{name} {share:.3f}" for name, share in zip(classes, shares, strict=True))
        told.append(f"belief {column}: {f'none ({why})' if why else said}")
    return told


def _line(answer: StoredAnswer) -> str:
    told = answer.label or f"{answer.failure}: {answer.reason}"
    parts = [f"{answer.view}, {answer.model}, {answer.prompt}, sample {answer.sample}: {told}"]
    if answer.logprobs and answer.token is not None:
        top = answer.logprobs[answer.token][2][:4]
        parts.append("token log-probabilities " + " ".join(f"{token!r} {value:.3f}" for token, value in top))
    if answer.confidence is not None:
        parts.append(f"spoken confidence {answer.confidence:g}")
    if answer.left_out:
        parts.append("not shown: " + ", ".join(answer.left_out))
    return "; ".join(parts)


@click.command("status")
@click.argument("path", metavar="[LEDGER]", type=FILE, required=False)
@LEDGER
@click.option("--view", "views", multiple=True, help="Only this view; may be given again.")
@click.option("--model", "models", multiple=True, help="Only this model.")
@click.option("--prompt", "prompts", multiple=True, help="Only this prompt (its id, or first digits of its hash).")
def status_verb(
    path: Path | None, ledger: Path, views: tuple[str, ...], models: tuple[str, ...], prompts: tuple[str, ...]
) -> None:
    """Answers, failures, spend and human labels in LEDGER. What was asked in another way since is stale."""
    from rich.console import Console
    from rich.table import Table

    from soesift.label.report import prompt_named, status_of

    book = ledger_of(path or ledger, must_exist=True)
    status = status_of(book)
    book.close()
    shown = Table("model", "view", "prompt", "source", "tables", "requests", "labelled", "stale", "yes", "no", "unsure")
    for view in status.views:
        named = prompt_named(view.prompt, view.content, prompts)
        if (views and view.view not in views) or (models and view.model not in models) or not named:
            continue
        asked = f"{view.prompt} {view.content}{' (stale)' if view.stale else ''}"
        counts = (view.tables, view.requests, view.labelled, view.put_aside, view.yes, view.no, view.unsure)
        shown.add_row(view.model, view.view, asked, view.source, *(f"{count:.0f}" for count in counts))
    console = Console(width=None if Console().is_terminal else 140)
    console.print(shown)
    for asked, counted in status.classes.items():
        click.echo(f"classes, {asked}: " + ", ".join(f"{name} {count}" for name, count in counted.items()))
    failures = ", ".join(f"{count} {kind}" for kind, count in status.failures.most_common()) or "none"
    click.echo(f"failures: {failures}")
    click.echo(f"spent: {status.tokens} tokens, {status.cost:.4f} money; in flight: {status.in_flight}")
    if status.lost_requests:
        lost = f"{status.lost_requests} requests in flight at a kill, {status.lost_tokens} tokens reserved"
        click.echo(f"lost: {lost}")
    human = ", ".join(f"{pot} {count}" for pot, count in status.human.items()) or "none"
    click.echo(f"human labels: {human}")
