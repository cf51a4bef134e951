"""Where documents come from: `soesift fetch` (ClinicalTrials.gov), `soesift sample` (made by the project itself)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soesift.errors import UsageError

if TYPE_CHECKING:
    from soesift.fetch.run import Outcome


KINDS = ["protocol", "sap", "icf", "all"]

KIND_NAMES = (
    *("full", "small", "none", "image", "scan", "rotated", "tiled", "borderless", "redacted", "transposed", "tracks"),
    *("synopsis", "foreign", "mixed", "doses", "academic", "plan", "slides", "pragmatic"),
)


@click.command("fetch")
@click.argument("trials", nargs=-1, metavar="NCT...")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON Lines, TSV or CSV with nct or url, and file, sha256, bytes where known.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("soesift-protocols"),
    show_default=True,
    help="Folder for the documents and index.jsonl.",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="protocol",
    show_default=True,
    help="Documents that hold a protocol, an analysis plan, a consent form; or all.",
)
@click.option(
    "--rate", type=click.FloatRange(0.1, 6000), default=40, show_default=True, help="Requests a minute at most."
)
@click.option(
    "--retries",
    type=click.IntRange(0, 20),
    default=5,
    show_default=True,
    help="Times a busy or broken answer is asked for again.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0, 3600),
    default=2,
    show_default=True,
    help="Seconds before the first of them; doubled each time.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.05, 3600),
    default=60,
    show_default=True,
    help="Seconds without a byte after which a connection counts as broken.",
)
@click.option("--api", envvar="SOESIFT_FETCH_API", help="Base address of the registry's API.")
@click.option("--store", envvar="SOESIFT_FETCH_STORE", help="Base address of the document store.")
def fetch_verb(
    trials: tuple[str, ...],
    manifest: Path | None,
    out: Path,
    kind: Any,
    rate: float,
    retries: int,
    wait: float,
    timeout: float,
    api: str | None,
    store: str | None,
) -> int:
    """Download the protocols of trials NCT..., or the documents of a manifest, from ClinicalTrials.gov.

    What is there already is kept, what broke off goes on where it stopped.
    Exit code 0: all there; 3: no trial has posted any; 4: at least one failed; 2: all failed, or bad input.
    """
    from soesift import __version__
    from soesift.fetch.download import Manners, open_visitor
    from soesift.fetch.run import API, STORE, Place, fetch_all, one_trial, read_manifest

    wanted = [one_trial(trial) for trial in dict.fromkeys(trials)]
    wanted += read_manifest(manifest) if manifest else []
    if not wanted:
        raise UsageError("nothing to fetch; name trials (NCT01234567 ...) or give --manifest FILE")
    manners = Manners(interval=60 / rate, retries=retries, first_wait=wait, timeout=timeout)
    visitor = open_visitor(manners, __version__)
    place = Place(out, api or API, store or STORE, kind)
    with visitor.client:
        outcomes = follow(len(wanted), lambda tick: fetch_all(wanted, visitor, place, tick))
    summarise(outcomes, out)
    return exit_code(outcomes)


def follow(count: int, run: Any) -> list[Outcome]:
    """Outcomes, each printed as it comes, under two bars on a terminal: documents asked for, bytes of one."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console, outcomes = Console(stderr=True), []
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"{count} asked for", total=None)

        def tick(file: str, have: int, total: int | None) -> None:
            bar.update(task, description=escape(file[:40]), completed=have, total=total)

        for outcome in run(tick):
            outcomes.append(outcome)
            console.print(escape(line_of(outcome)), soft_wrap=True, highlight=False)
    return outcomes


def line_of(outcome: Outcome) -> str:
    """One line about one document."""
    if outcome.state in ("fetched", "kept"):
        return f"{outcome.state} {outcome.nct} {outcome.file} {outcome.bytes / 1e6:.1f} MB"
    return f"{outcome.state} {outcome.nct}: {outcome.why}"


def summarise(outcomes: list[Outcome], out: Path) -> None:
    counts = {state: sum(o.state == state for o in outcomes) for state in ("fetched", "kept", "none", "failed")}
    there = counts["fetched"] + counts["kept"]
    click.echo(
        f"{there} documents in {out} ({counts['fetched']} fetched, {counts['kept']} kept), "
        f"{counts['none']} trials without, {counts['failed']} failed" + (f"; index {out / 'index.jsonl'}" * bool(there))
    )


def exit_code(outcomes: list[Outcome]) -> int:
    """0 all there, 2 all failed, 3 none posted, 4 at least one failed."""
    states = {outcome.state for outcome in outcomes}
    if states == {"failed"}:
        return 2
    if "failed" in states:
        return 4
    return 3 if states == {"none"} else 0


@click.command("sample")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("soesift-sample"),
    show_default=True,
    help="Folder for the files.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed gives the same bytes."
)
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Documents, with seeds counted up from SEED.",
)
@click.option(
    "--kind",
    type=click.Choice(KIND_NAMES),
    default="full",
    show_default=True,
    help="What the documents hold; mixed: any of them.",
)
@click.option(
    "--amended",
    type=click.IntRange(0, 40),
    default=0,
    metavar="N",
    help="Write the version with N random edits of the main schedule (truth: edits).",
)
@click.option("--docx", is_flag=True, help="Write DOCX in place of PDF.")
def sample_verb(out: Path, seed: int, count: int, kind: str, amended: int, docx: bool) -> None:
    """Write protocols that this project makes itself, each with its truth (ID.pdf and ID.json)."""
    from rich.console import Console
    from rich.progress import track

    from soesift.sample import make_protocol

    console = Console(stderr=True)
    for number in track(
        range(seed, seed + count), "making", console=console, disable=count < 5 or not console.is_terminal
    ):
        truth = make_protocol(number, out, kind=kind, docx=docx, amended=amended)
        pages = "" if truth.n_pages is None else f", {truth.n_pages} pages"
        click.echo(f"{out / truth.id}{'.docx' if docx else '.pdf'}{pages}, {len(truth.soe_tables)} schedules")
