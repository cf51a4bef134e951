"""`soesift sample`: realistic protocols made by the project itself."""

from __future__ import annotations

from pathlib import Path

import click

KIND_NAMES = ("full", "small", "none", "image", "scan", "rotated", "tiled", "borderless", "redacted",
    "transposed", "tracks",
              "synopsis", "foreign", "mixed", "doses", "academic", "plan", "slides")  # fmt: skip


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
    "--amended", type=click.IntRange(0, 40), default=0, metavar="N",
    help="Write the version with N random edits of the main schedule (truth: edits).",
)  # fmt: skip
@click.option("--docx", is_flag=True, help="Write DOCX in place of PDF.")
def command(out: Path, seed: int, count: int, kind: str, amended: int, docx: bool) -> None:
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
