"""`soesift study CONFIG.toml`: all arms on the same held-out protocols, and the report."""

from __future__ import annotations

import os
from pathlib import Path

import click

from soesift.cli.example import show_example


@click.command("study")
@click.option(
    "--example",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_example,
    help="Print a configuration to begin with, and stop.",
)
@click.argument("config", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write, instead of `out`.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Folds side by side, a process each."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def command(config: Path, out: Path | None, jobs: int, quiet: bool) -> None:
    """Compare the arms of CONFIG. Stop it at will: a later call goes on where it was."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from rich.console import Console
    from rich.progress import Progress

    from soesift.label.write import write_whole
    from soesift.study.compare import compare
    from soesift.study.config import read_config
    from soesift.study.data import read_data
    from soesift.study.report import markdown, page
    from soesift.study.run import dump, run_study

    settings = read_config(config)
    settings.out = out or settings.out
    data = read_data(settings)
    settings.out.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    with Progress(console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("study", total=None)
        results = run_study(
            settings, data, lambda arm, n, of: bar.update(task, description=arm, completed=n, total=of), jobs
        )
    found = compare(settings, data, results)
    write_whole(settings.out / "arms.jsonl", dump(results))
    write_whole(settings.out / "report.md", markdown(settings, data, found))
    write_whole(settings.out / "report.html", page(settings, data, found))
    for arm in found[0].arms:
        f1 = arm.macro["f1"]
        click.echo(f"{arm.arm}: macro F1 {f1.value:.3f} ({f1.low:.3f} to {f1.high:.3f})")
    for name, why in found[0].not_scored.items():
        click.echo(f"{name}: not scored: {why}")
    click.echo(f"wrote {settings.out / 'report.md'}, {settings.out / 'report.html'} and {settings.out / 'arms.jsonl'}")
