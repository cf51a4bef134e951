"""`soesift explain`: all that is known about one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soesift.cli.label import LEDGER, ledger_of

if TYPE_CHECKING:
    from soesift.label.report import StoredAnswer


@click.command("explain")
@click.argument("table")
@LEDGER
@click.option("--debug", is_flag=True, hidden=True)
def command(table: str, ledger: Path, debug: bool) -> None:
    """Every answer and vote about TABLE (its id) in the ledger."""
    from soesift.errors import UsageError
    from soesift.label.humans import human_labels
    from soesift.label.report import stored_answers, votes

    book = ledger_of(ledger, must_exist=True)
    answers, human = stored_answers(book, table), human_labels(book, table_id=table)
    book.close()
    if not answers and not human:
        raise UsageError(f"{ledger}: nothing about table {table}; ids are the table_id of the tables file")
    if answers:
        click.echo(f"table {table}: {answers[0].document}, page {answers[0].page}")
    for answer in answers:
        click.echo(_line(answer))
    for (view, model), counted in votes(answers).items():
        click.echo(f"votes {view}, {model}: " + ", ".join(f"{n} {label}" for label, n in counted.items()))
    for one in human:
        kind = "simulated " if one.simulated else ""
        click.echo(f"{kind}human ({one.pot}, {one.annotator}): {one.label}")


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
