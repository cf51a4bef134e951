"""`soesift status`: what a ledger holds."""

from __future__ import annotations

from pathlib import Path

import click

from soesift.cli.label_inputs import FILE, LEDGER, ledger_of


@click.command("status")
@click.argument("path", metavar="[LEDGER]", type=FILE, required=False)
@LEDGER
@click.option("--view", "views", multiple=True, help="Only this view; may be given again.")
@click.option("--model", "models", multiple=True, help="Only this model.")
@click.option("--prompt", "prompts", multiple=True, help="Only this prompt (its id, or first digits of its hash).")
def command(
    path: Path | None, ledger: Path, views: tuple[str, ...], models: tuple[str, ...], prompts: tuple[str, ...]
) -> None:
    """Answers, failures, spend and human labels in LEDGER. A prompt marked stale was asked in another way since."""
    from rich.console import Console
    from rich.table import Table

    from soesift.label.report import status_of

    book = ledger_of(path or ledger, must_exist=True)
    status = status_of(book)
    book.close()
    shown = Table("model", "view", "prompt", "source", "tables", "requests", "labelled", "yes", "no", "unsure")
    for view in status.views:
        named = not prompts or view.prompt in prompts or any(view.content.startswith(p[:8]) for p in prompts)
        if (views and view.view not in views) or (models and view.model not in models) or not named:
            continue
        asked = f"{view.prompt} {view.content}{' (stale)' if view.stale else ''}"
        counts = (view.tables, view.requests, view.labelled, view.yes, view.no, view.unsure)
        shown.add_row(view.model, view.view, asked, view.source, *(f"{count:.0f}" for count in counts))
    console = Console(width=None if Console().is_terminal else 140)
    console.print(shown)
    failures = ", ".join(f"{count} {kind}" for kind, count in status.failures.most_common()) or "none"
    click.echo(f"failures: {failures}")
    click.echo(f"spent: {status.tokens} tokens, {status.cost:.4f} money; in flight: {status.in_flight}")
    if status.lost_requests:
        lost = f"{status.lost_requests} requests in flight at a kill, {status.lost_tokens} tokens reserved"
        click.echo(f"lost: {lost}")
    human = ", ".join(f"{pot} {count}" for pot, count in status.human.items()) or "none"
    click.echo(f"human labels: {human}")
