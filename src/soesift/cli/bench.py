"""`soesift bench`: systems that find schedules, on the same labelled documents, in one table."""

from __future__ import annotations

from pathlib import Path

import click

from soesift.errors import UsageError

FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("bench")
@click.option("--documents", type=FOLDER, required=True, help="Folder of ID.pdf and ID.docx.")
@click.option("--gold", type=FOLDER, required=True, help="Folder of page labels, ID.json.")
@click.option("--cells", type=FOLDER, help="Folder of cell references: scores the marks of systems with grids.")
@click.option("--system", "names", multiple=True, help="Only these (default: all); repeat it.")
@click.option("--peers", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with systems of others.")
@click.option("--results", "given", multiple=True, help="NAME=FOLDER: results that are there, such as a submission's.")
@click.option("--only-results", is_flag=True, help="Run nothing; score what --results names.")
@click.option("--timeout", type=click.FloatRange(1), default=1200, show_default=True, help="Seconds a document.")
@click.option("--resamples", type=click.IntRange(10), default=10_000, show_default=True, help="Of documents.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out/bench"), show_default=True)
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Page whose figures are put in anew.")
def command(
    documents: Path,
    gold: Path,
    cells: Path | None,
    names: tuple[str, ...],
    peers: Path | None,
    given: tuple[str, ...],
    only_results: bool,
    timeout: float,
    resamples: int,
    out: Path,
    write: Path | None,
) -> None:
    """Run systems on labelled documents, score them alike, and write bench.md, bench.json and bench.html."""
    from soesift.bench.run import chosen, run_all
    from soesift.bench.score import markdown, score, write_between, write_tables
    from soesift.evaluate.scores import optional

    optional("matplotlib.figure", "matplotlib", "train")  # hours of runs are not to end without their page
    labelled = {path.stem for path in gold.glob("*.json")}
    paths = sorted(
        p for p in documents.iterdir() if p.stem in labelled and p.suffix.lower() in (".pdf", ".docx", ".docm")
    )
    if not paths:
        raise UsageError(f"no document of {documents} has a label in {gold}: they are matched by file name")
    folders = dict(_named(text) for text in given)
    systems = [] if only_results else chosen(list(names), peers)
    rows = run_all(systems, paths, out, timeout, _tell)
    ran = [s for s in systems if not s.skip]
    scores = [
        score(s.name, _about(s.note, s.version, s.licence), out / s.name, gold, cells, rows, resamples) for s in ran
    ]
    scores += [
        score(name, f"results of {name}", folder, gold, cells, [], resamples) for name, folder in folders.items()
    ]
    if not scores:
        raise UsageError("nothing to score: name systems that can run, or --results NAME=FOLDER")
    skipped = {s.name: s.skip for s in systems if s.skip}
    click.echo(markdown(scores, skipped))
    if write:
        write_between(write, markdown(scores, skipped))
    click.echo("wrote " + ", ".join(str(path) for path in write_tables(out, scores, skipped)))


def _tell(what: str, done: int, of: int) -> None:
    click.echo(f"{done + 1}/{of} {what}", err=True)


def _about(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _named(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not equals or not Path(folder).is_dir():
        raise UsageError(f"--results {text}: give NAME=FOLDER, with a folder that is there")
    return name, Path(folder)
