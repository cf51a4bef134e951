"""`soesift label`: ask a teacher about tables; batch files, recorded answers, human labels by sub-command."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soesift.cli.labels import CONFIG, FILE, LEDGER, TABLES, ledger_of, passing, settings, tables_of
from soesift.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from soesift.label.config import LabelConfig
    from soesift.label.ledger import Ledger
    from soesift.label.providers.base import Provider
    from soesift.label.run import Limiter, Outcome
    from soesift.table.record import TableRecord


@click.command("write-batch")
@TABLES
@LEDGER
@CONFIG
@click.option("--format", "form", type=click.Choice(["openai", "gemini", "anthropic"]), required=True)
@click.option("--out", type=FILE, required=True, help="File to hand to the provider's batch API.")
@click.option("--logprobs/--no-logprobs", default=True, show_default=True, help="Ask for log-probabilities.")
def write(tables: Path, ledger: Path, config: Path, form: Any, out: Path, logprobs: bool) -> None:
    """Write the missing requests as a provider's batch file."""
    from soesift.label.batch import write_batch
    from soesift.label.request import build_requests

    how, book = settings(config), ledger_of(ledger)
    records = passing(tables_of(tables), how, book)
    requests = list(build_requests(records, how, logprobs and form != "anthropic"))
    book.add(requests)
    missing = set(book.open_keys([request.key for request in requests], how.run.attempts))
    count = write_batch(out, [request for request in requests if request.key in missing], form)
    book.close()
    click.echo(f"{count} requests written to {out}; noted in {ledger}")


@click.command("read-batch")
@click.argument("results", type=FILE)
@LEDGER
@CONFIG
@click.option("--format", "form", type=click.Choice(["openai", "gemini", "anthropic"]), required=True)
def read(results: Path, ledger: Path, config: Path, form: Any) -> None:
    """Read a provider's batch RESULTS into the ledger; reading them again adds nothing."""
    from soesift.label.batch import read_batch
    from soesift.label.plan import price_of
    from soesift.label.prompt import load_task

    how, book = settings(config), ledger_of(ledger)
    got = read_batch(results, book, load_task(how.task).labels, form, price_of(how))
    book.close()
    rest = f"{got.before} known before, {got.unknown} of other ledgers, {got.unreadable} unreadable"
    click.echo(f"{got.labelled} labels and {got.failed} failures written to {ledger}; {rest}")


@click.command("import-answers")
@TABLES
@click.argument("answers", type=FILE)
@click.argument("their_tables", type=FILE)
@LEDGER
@click.option("--iou", type=float, default=0.5, show_default=True, help="Least overlap of two boxes.")
@click.option("--contained", type=float, default=0.8, show_default=True, help="Or least share of the smaller.")
def answers_in(tables: Path, answers: Path, their_tables: Path, ledger: Path, iou: float, contained: float) -> None:
    """Read ANSWERS recorded elsewhere about THEIR_TABLES, matched to TABLES by document, page and box."""
    from soesift.label.recorded import RecordedAnswer, RecordedTable, import_answers, read_lines

    recorded, theirs = read_lines(answers, RecordedAnswer), read_lines(their_tables, RecordedTable)
    book = ledger_of(ledger)
    got = import_answers(book, recorded, theirs, tables_of(tables), iou=iou, contained=contained)
    book.close()
    pairs, lone = len(got.matching.pairs), len(got.matching.theirs)
    click.echo(f"tables: {pairs} of {pairs + lone} matched; of ours {len(got.matching.ours)} without an answer")
    click.echo(
        f"answers: {got.answers} written to {ledger} ({got.failures} without a readable label), "
        f"{got.before} known before, {got.of_unmatched} of unmatched tables, "
        f"{got.without_table} of unknown tables"
    )


@click.command("import-humans")
@click.argument("labels", type=FILE)
@LEDGER
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "labelstudio", "argilla"]), required=True)
@click.option("--pot", type=click.Choice(["audit", "repair", "other"]), help="For labels that do not say it.")
def humans_in(labels: Path, ledger: Path, form: Any, pot: Any) -> None:
    """Read human LABELS into the ledger, with the pot they belong to."""
    from soesift.label.humans import add_labels, read_labels

    book = ledger_of(ledger)
    given = read_labels(labels, form, pot)
    new = add_labels(book, given)
    book.close()
    click.echo(f"{new} of {len(given)} labels written to {ledger}; the others were there")


@click.command("import-corrections")
@TABLES
@click.argument("results", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@LEDGER
@click.option("--cells", type=FILE, help="Write the mended cells, as read and as right, as JSON Lines.")
def corrections_in(results: tuple[Path, ...], tables: Path, ledger: Path, cells: Path | None) -> None:
    """Read what people decided on RESULTS (folders of `soesift detect`, reviewed) into the ledger, as labels of TABLES
    with the source "reviewer", in the pot "other": they may train and never certify.
    """
    import json

    from soesift.files import write_atomically
    from soesift.label.humans import add_labels
    from soesift.review.documents import find_results
    from soesift.review.teach import taught_by

    found = taught_by(find_results(results), tables_of(tables))
    book = ledger_of(ledger)
    new = add_labels(book, found.labels)
    book.close()
    click.echo(f"{new} of {len(found.labels)} labels written to {ledger}; {found.unmatched} of places without a table")
    if cells is not None:
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found.cells)
        click.echo(f"{len(found.cells)} mended cells written to {write_atomically(cells, lines)}")


@click.command("export-humans")
@LEDGER
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), required=True)
@click.option("--pot", type=click.Choice(["audit", "repair", "other"]), help="Only this pot.")
@click.option("--out", type=FILE, required=True)
def humans_out(ledger: Path, form: Any, pot: Any, out: Path) -> None:
    """Write the human labels of the ledger."""
    from soesift.label.humans import human_labels, write_labels

    book = ledger_of(ledger, must_exist=True)
    labels = human_labels(book, pot)
    book.close()
    write_labels(out, labels, form)
    click.echo(f"{len(labels)} labels written to {out}")


def _doubtful(records: list[TableRecord], known: Path, count: int) -> list[TableRecord]:
    """The `count` records most worth asking about, after what is known."""
    from soesift.classify.features import features
    from soesift.select.by_name import ask_next, chances
    from soesift.select.pots import read_known

    p = chances(features(records), [r.table_id for r in records], read_known(known, ["soe"]))
    return [records[i] for i in ask_next(p, [r.document for r in records], count).tolist()]


@click.command("export-tasks")
@TABLES
@click.option("--format", "form", type=click.Choice(["labelstudio", "argilla"]), required=True)
@click.option("--pot", type=click.Choice(["audit", "repair", "other"]), required=True)
@click.option("--out", type=FILE, required=True)
@click.option("--next", "count", type=click.IntRange(1), help="Only the N tables most worth asking about, see --known.")
@click.option("--known", type=FILE, help="With --next: labels so far, lines {table_id, label}; YES is soe.")
def tasks_out(tables: Path, form: Any, pot: Any, out: Path, count: int | None, known: Path | None) -> None:
    """Write TABLES as tasks for people to judge, without any teacher's label.

    With --next, those that a linear model of the --known labels is least sure of, spread over protocols. They are no
    random sample: --pot audit is refused.
    """
    from soesift.errors import UsageError
    from soesift.label.humans import write_tasks

    if (count is None) != (known is None):
        raise UsageError("--next and --known go together")
    if count is not None and pot == "audit":
        raise UsageError("--next chooses what is doubtful, and an audit wants a random sample: --pot repair or other")
    records = tables_of(tables)
    if count is not None and known is not None:
        records = _doubtful(records, known, count)
    write_tasks(out, records, pot, form)
    click.echo(f"{len(records)} tasks written to {out}")


@click.command("distil")
@TABLES
@click.option("--model", "models", multiple=True, required=True, help="rule, a shipped model, a folder; repeat it.")
@click.option("--two-classes", is_flag=True, help="A sampling grid is other: for a student of schedule or not.")
@click.option("--out", type=FILE, required=True, help="labels.jsonl for `soesift train`.")
def distil(tables: Path, models: tuple[str, ...], two_classes: bool, out: Path) -> None:
    """Write what models say of TABLES as soft labels: the mean of their probabilities, for a smaller student.

    A model that has learnt from these tables only repeats itself; score the student on tables that no one learnt from.
    """
    import json

    from soesift.classify.shipped import load_judge
    from soesift.files import write_atomically
    from soesift.select.by_name import DISTILLED, distilled

    records, judges = tables_of(tables), [load_judge(name) for name in models]
    said = f"models: {', '.join(judge.info.name for judge in judges)}"
    lines = []
    for record, shares in zip(records, distilled(records, judges).tolist(), strict=True):
        told = {name: round(share, 6) for name, share in zip(DISTILLED, shares, strict=True)}
        if two_classes:
            told["other"] = round(told["other"] + told.pop("sampling"), 6)
        line = {"table_id": record.table_id, "label": told, "provenance": said, "group": record.document}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    click.echo(f"soft labels of {len(lines)} tables written to {write_atomically(out, ''.join(lines))}")


COMMANDS = (write, read, answers_in, humans_in, corrections_in, humans_out, tasks_out, distil)


class OrRun(click.Group):
    """`soesift label TABLES` means `soesift label run TABLES`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "--debug"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("label", cls=OrRun)
def label_verb() -> None:
    """Ask a teacher about tables (`run`, the default), or bring labels in and out."""


for _one in COMMANDS:
    label_verb.add_command(_one)


@label_verb.command("run")
@TABLES
@LEDGER
@CONFIG
@click.option("--limit", type=int, help="Only the first N tables.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who asks: this process, or actors on Ray (soesift[ray]).",
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Actors, with --engine ray.")
@click.option("--address", help="A Ray cluster, such as auto or HOST:PORT; without it Ray runs here.")
@click.option("--serve", help="Command that starts the teacher's server, 'vllm serve MODEL --port {port}', say.")
@click.option("--gpus", type=click.FloatRange(0), default=0.0, show_default=True, help="GPUs of each actor.")
def run(
    tables: Path,
    ledger: Path,
    config: Path,
    limit: int | None,
    quiet: bool,
    engine: str,
    jobs: int,
    address: str | None,
    serve: str | None,
    gpus: float,
) -> int:
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
