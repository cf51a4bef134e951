"""`soesift tables`: write all tables found, for building training sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from soesift.cli.detect import MANIFEST


@click.command("tables")
@click.argument("paths", nargs=-1)
@click.option("--manifest", type=click.Path(path_type=Path, dir_okay=False), help=MANIFEST)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("tables.jsonl"),
    show_default=True,
    help="JSON Lines file; documents that are in it already are skipped.",
)
@click.option(
    "--ocr",
    type=click.Choice(["auto", "never", "always"]),
    default="auto",
    show_default=True,
    help="Pages without text.",
)
@click.option(
    "--timeout", type=click.FloatRange(1), default=1800.0, show_default=True, help="Seconds that one document may take."
)
@click.option(
    "--memory",
    type=click.IntRange(512),
    default=4096,
    show_default=True,
    help="Megabytes of address space that one document may take.",
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Documents side by side.")
@click.option("--debug", is_flag=True, hidden=True)
def command(
    paths: tuple[str, ...],
    manifest: Path | None,
    out: Path,
    ocr: Any,
    timeout: float,
    memory: int,
    jobs: int,
    debug: bool,
) -> int:
    """Write every table of PATHS (files, folders, globs, URLs), schedule or not, one JSON record a line.

    Exit codes: 0 all were read; 4 some could not be; 2 none could.
    """
    from soesift.detect.all_tables import write_tables
    from soesift.detect.job import Limits
    from soesift.detect.sources import find_sources

    def tick(path: Path, count: int, said: str) -> None:
        click.echo(f"{path.name}: {count} tables", err=True)
        if said:
            click.echo(f"not read of {path.name}: {said}", err=True)

    sources = find_sources(paths, manifest)
    limits = None if debug else Limits(timeout, memory)
    count, failures = write_tables(sources, out, ocr, tick, limits, 1 if debug else jobs)
    for path, why in failures:
        click.echo(f"not read {path.name}: {why}", err=True)
    click.echo(f"{count} tables written to {out}")
    if not failures:
        return 0
    click.echo(f"{len(failures)} of {len(sources)} documents could not be read: see above", err=True)
    return 2 if len(failures) == len(sources) else 4
