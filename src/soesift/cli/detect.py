"""Documents in: `soesift detect` finds, joins and exports their schedules; `soesift tables` writes all their tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soesift.errors import SoesiftError, UsageError

if TYPE_CHECKING:
    from soesift.export.write import Format


FORMATS: tuple[Format, ...] = ("json", "xlsx", "csv", "html", "parquet")

# Options that `tables` and `detect` share.
_manifest = click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A list of documents: a path or URL a line, or CSV or JSON Lines with path or url, and sha256.",
)
_timeout = click.option(
    "--timeout", type=click.FloatRange(1), default=1800.0, show_default=True, help="Seconds that one document may take."
)
_memory = click.option(
    "--memory",
    type=click.IntRange(512),
    default=4096,
    show_default=True,
    help="Megabytes of address space that one document may take.",
)
_jobs = click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Documents side by side.")


@click.command("tables")
@click.argument("paths", nargs=-1)
@_manifest
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
@_timeout
@_memory
@_jobs
@click.option("--debug", is_flag=True, hidden=True)
def tables_verb(
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


def parse_pages(text: str | None) -> range | None:
    """ "10-80" or "12" as a range of 1-based pages; raises UsageError for anything else."""
    if not text:
        return None
    first, dash, last = text.partition("-")
    if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
        raise UsageError(f"--pages {text}: give one page or a span, such as 10-80")
    span = range(int(first), int(last or first) + 1)
    if not span or span.start < 1:
        raise UsageError(f"--pages {text}: the first page is 1, and the last is not before the first")
    return span


def parse_formats(text: str) -> tuple[Format, ...]:
    """ "json,xlsx" as names; raises UsageError for an unknown one."""
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"--format {name}: choose from {', '.join(FORMATS)}")
    return tuple(known for name in names for known in FORMATS if known == name)


@click.command("detect")
@click.argument("paths", nargs=-1)
@_manifest
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("soesift-out"),
    show_default=True,
    help="Folder for the results.",
)
@click.option(
    "--format", "formats", default="json,xlsx,html", show_default=True, help="Any of json, xlsx, csv, html, parquet."
)
@click.option(
    "--model",
    default="default",
    show_default=True,
    help="A shipped model's name, a model folder, or hf://owner/name@revision on a hub.",
)
@click.option(
    "--ocr",
    type=click.Choice(["auto", "never", "always"]),
    default="auto",
    show_default=True,
    help="Pages without text: read their pictures, never do, or read every page so.",
)
@click.option("--pages", "span", help="Only these pages, such as 10-80.")
@_jobs
@_timeout
@_memory
@click.option("--password", envvar="SOESIFT_PASSWORD", help="Opens encrypted PDFs; better in $SOESIFT_PASSWORD.")
@click.option("--resume", is_flag=True, help="Skip documents whose bytes, model and settings are unchanged.")
@click.option("--replace", is_flag=True, help="Put results in the place of earlier ones, and keep none of those.")
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who runs the jobs: this process, or Ray Data (soesift[ray]).",
)
@click.option("--address", help="A Ray cluster, such as auto or HOST:PORT; without it Ray runs here.")
@click.option("--debug", is_flag=True, hidden=True)
def detect_verb(
    paths: tuple[str, ...],
    manifest: Path | None,
    out: Path,
    formats: str,
    model: str,
    ocr: Any,
    span: str | None,
    jobs: int,
    timeout: float,
    memory: int,
    password: str | None,
    resume: bool,
    replace: bool,
    engine: str,
    address: str | None,
    debug: bool,
) -> int:
    """Find every Schedule-of-Event table of PATHS (PDF, Word files, pictures of pages; folders, globs, URLs).

    Exit code 0: found; 3: none found in any document; 4: something is left to look at, a document or page that is
    unsure or could not be read; 2: bad input. Earlier results in OUT are kept, see docs/results-kept.md.
    """
    from soesift.classify.hub import local_model
    from soesift.detect.batch import jobs_of, run_batch
    from soesift.detect.job import Limits
    from soesift.detect.options import ReadOptions
    from soesift.detect.sources import find_sources
    from soesift.files import make_folder

    if address and engine != "ray":
        raise UsageError("--address names a Ray cluster; give --engine ray with it")
    chosen, pages = parse_formats(formats), parse_pages(span)
    documents = find_sources(paths, manifest)
    if "parquet" in chosen:
        from soesift.export.frames import require

        require()
    make_folder(out)
    limits = None if debug else Limits(timeout, memory)  # a debugger wants it all in one process
    read = ReadOptions(ocr, pages, password)
    work = jobs_of(documents, out, chosen, read=read, resume=resume, replace=replace)
    from soesift.cli.summary import follow, print_end, print_summary

    if engine == "ray":
        from soesift.scale.ray_engine import run_ray

        outcomes = follow(work, lambda tick: run_ray(work, model, jobs, limits or Limits(), address, tick))
        print_summary(outcomes, out)
        print_end(outcomes, keep_overview(out, chosen))
        return exit_code(outcomes)
    folder = local_model(model)  # from a hub once, not once a process
    outcomes = follow(work, lambda tick: run_batch(work, folder, jobs, tick, limits))
    print_summary(outcomes, out)
    print_end(outcomes, keep_overview(out, chosen))
    return exit_code(outcomes)


def keep_overview(out: Path, chosen: tuple[Format, ...]) -> list[Path]:
    """`index.html` and `index.xlsx` of a folder of several results, as asked for or kept there before; their paths.

    A file in the way is told and costs no result.
    """
    from soesift.export.write import REGISTER
    from soesift.result.store import is_result

    several = sum(is_result(path) for path in out.glob("*.json")) > 1
    if not several and not (out / REGISTER).is_file():
        return []
    from soesift.app.overview import NAMES, kept_overviews, write_overview

    kept = kept_overviews(out)
    names = [name for name in NAMES if name in kept or (several and name.rpartition(".")[2] in chosen)]
    if not names:
        return []
    try:
        return write_overview(out, names=names)
    except SoesiftError as error:
        click.echo(f"no overview of the folder: {error}", err=True)
        return []


def exit_code(outcomes: list[Any]) -> int:
    """2 nothing could be read; 4 a document is unread, unsure, or has pages that are; else 0 found, 3 none found."""
    documents = [outcome.result.document for outcome in outcomes]
    if all(d.error for d in documents):
        return 2
    if any(d.has_soe == "unsure" or d.unsure_pages for d in documents):
        return 4
    return 0 if any(d.has_soe == "yes" for d in documents) else 3
