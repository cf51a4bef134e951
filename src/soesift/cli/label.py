"""`soesift label`: ask a teacher about tables; batch files, recorded answers, human labels by sub-command."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soesift.cli.label_files import COMMANDS
from soesift.cli.label_inputs import CONFIG, LEDGER, TABLES, ledger_of, passing, settings, tables_of
from soesift.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from soesift.label.config import LabelConfig
    from soesift.label.ledger import Ledger
    from soesift.label.providers.base import Provider
    from soesift.label.run import Limiter, Outcome
    from soesift.table.record import TableRecord


class OrRun(click.Group):
    """`soesift label TABLES` means `soesift label run TABLES`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "--debug"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("label", cls=OrRun)
def command() -> None:
    """Ask a teacher about tables (`run`, the default), or bring labels in and out."""


@command.command("run")
@TABLES
@LEDGER
@CONFIG
@click.option("--limit", type=int, help="Only the first N tables.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True,
              help="Who asks: this process, or actors on Ray (soesift[ray]).")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Actors, with --engine ray.")
@click.option("--address", help="A Ray cluster, such as auto or HOST:PORT; without it Ray runs here.")
@click.option("--serve", help="Command that starts the teacher's server, 'vllm serve MODEL --port {port}', say.")
@click.option("--gpus", type=click.FloatRange(0), default=0.0, show_default=True, help="GPUs of each actor.")
def run(
    tables: Path, ledger: Path, config: Path, limit: int | None, quiet: bool, engine: str, jobs: int,
    address: str | None, serve: str | None, gpus: float,
) -> int:  # fmt: skip
    """Ask every missing answer about TABLES (JSON Lines). Stop it at will: it goes on where it was.

    Exit codes: 0 all are labelled; 2 none is; 3 stopped early; 4 some have no label.
    """
    if engine != "ray" and (address or gpus or jobs > 1):
        raise UsageError("--jobs, --address and --gpus are of --engine ray; give it with them")
    how, records = settings(config), tables_of(tables)[:limit]
    book = ledger_of(ledger)
    records = passing(records, how, book)
    watch = _Progress(len(records), quiet)

    try:
        with _teacher(how, engine, jobs, address, serve, gpus) as teacher:
            outcome = asyncio.run(_ask(records, how, book, teacher, watch))
    finally:
        watch.close()
        book.close()
    say(outcome, ledger)
    return exit_code(outcome)


def exit_code(outcome: Outcome) -> int:
    """0 all are labelled; 2 none is, though some were to be; 3 stopped before the end; 4 some have no label."""
    if outcome.left and outcome.left == outcome.wanted:
        return 2
    if outcome.stopped:
        return 3
    return 4 if outcome.left else 0


@contextmanager
def _teacher(
    how: LabelConfig, engine: str, jobs: int, address: str | None, serve: str | None, gpus: float
) -> Iterator[Callable[[], Provider]]:
    """How to open the provider, with its server running if there is a command for it."""
    if engine == "ray":
        from soesift.scale.teachers import open_teachers

        yield lambda: open_teachers(how, jobs, address, serve, gpus)
        return
    from soesift.label.providers.choose import open_provider
    from soesift.label.server import serving

    with serving(serve) if serve else nullcontext(how.provider.base_url) as url:
        yield lambda: open_provider(how.provider.model_copy(update={"base_url": url}))


async def _ask(
    records: list[TableRecord], how: LabelConfig, book: Ledger, teacher: Callable[[], Provider], watch: _Progress
) -> Outcome:
    from soesift.label.run import label_tables

    provider = teacher()
    try:
        return await label_tables(records, how, book, provider, watch)
    finally:
        await provider.close()


def say(outcome: Outcome, ledger: Path) -> None:
    """What a run did, in a few lines."""
    rate = outcome.asked / outcome.seconds if outcome.seconds else 0.0
    click.echo(f"{outcome.labelled} labels written to {ledger}; {outcome.before} of {outcome.wanted} were there")
    click.echo(f"{outcome.asked} requests in {outcome.seconds:.1f} s ({rate:.1f}/s)")
    if outcome.failures:
        kinds = ", ".join(f"{count} {kind}" for kind, count in outcome.failures.most_common())
        click.echo(f"failures: {kinds}; {outcome.given_up} requests without a reply")
        for kind, reason in outcome.reasons.items():
            click.echo(f"  last {kind}: {reason[:300]}")
    if outcome.left:
        click.echo(f"{outcome.left} of {outcome.wanted} requests have no label", err=True)
    if outcome.lost_in_flight:
        click.echo(f"{outcome.lost_in_flight} requests were in flight when an earlier run died; asked again")
    if outcome.stopped:
        click.echo(f"stopped: {outcome.stopped}", err=True)


class _Progress:
    """A bar on a terminal; nothing elsewhere."""

    def __init__(self, tables: int, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        self.bar = Progress(*columns, console=console, disable=quiet or not console.is_terminal)
        self.task = self.bar.add_task(f"{tables} tables", total=None)
        self.bar.start()

    def __call__(self, outcome: Outcome, limiter: Limiter) -> None:
        if not self.bar.disable:
            failed, pace = outcome.failures.total(), int(limiter.limit)
            told = f"{outcome.labelled} labels, {failed} failures, {pace} at once"
            done = outcome.before + outcome.labelled
            self.bar.update(self.task, description=told, completed=done, total=outcome.wanted)

    def close(self) -> None:
        self.bar.stop()


for _one in COMMANDS:
    command.add_command(_one)
