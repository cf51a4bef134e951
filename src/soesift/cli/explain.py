"""`soesift explain`: all that is known about one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soesift.cli.label_inputs import LEDGER, ledger_of

if TYPE_CHECKING:
    from soesift.label.report import StoredAnswer


@click.command("explain")
@click.argument("table")
@LEDGER
@click.option("--view", "views", multiple=True, help="Only this view; may be given again.")
@click.option("--model", "models", multiple=True, help="Only this model.")
@click.option("--prompt", "prompts", multiple=True, help="Only this prompt (its id, or first digits of its hash).")
def command(
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
        label, kept = _LABELS[last["label"]], "kept" if last["keep"] else f"dropped ({last['reason']})"
        click.echo(f"decision (last selection, {last['rule']} {last['how']}): {label}, {kept}")
    for one in human:
        kind = "simulated " if one.simulated else ""
        click.echo(f"{kind}human ({one.pot}, {one.annotator}): {one.label}")


_LABELS = {1: "yes", 0: "no", -1: "none"}


def _beliefs(asked: list[StoredAnswer], table: str, undecided: bool) -> list[str]:
    """Belief of each view, and, where nothing was selected yet, what agreement would decide for this table and why."""
    from soesift.select.combine import combine
    from soesift.select.from_ledger import opinions
    from soesift.select.rules import agreement

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
