"""Models: `soesift train`, `soesift models` (the shipped ones again), `soesift publish`, `soesift study`."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from soesift.errors import MissingExtra, UsageError

FEW = 30  # schedules, or others, below which a student is told to rest on little

STEPS = ("linear", "trees", "joins", "student")


def show_example(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the shipped configuration of the verb (train, study)."""
    if not wanted or context.resilient_parsing:
        return
    name = {"train": "student"}.get(str(context.info_name), str(context.info_name))
    package = "soesift.train" if name == "student" else "soesift.study"
    click.echo((files(package) / "examples" / f"{name}.toml").read_text("utf-8"), nl=False)
    context.exit()


_example = click.option(
    "--example",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_example,
    help="Print a configuration to begin with, and stop.",
)


@click.command(name="train")
@click.argument("config", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--cross-validate", is_flag=True, help="Only train and score the folds; resumes.")
@click.option("--search", "trials", type=click.IntRange(1), help="Search settings by N cross-validations; resumes.")
@click.option("--base", help="Base model folder or hub name, instead of model.base.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write, instead of `out`.")
@click.option("--threads", type=click.IntRange(0), help="CPU threads, instead of fit.threads.")
@_example
@click.option("--online", is_flag=True, help="Allow fetching the base model from the hub.")
def train_verb(
    config: Path,
    cross_validate: bool,
    trials: int | None,
    base: str | None,
    out: Path | None,
    threads: int | None,
    online: bool,
) -> None:
    """Train the student on labelled tables and write a model folder (OUT/model)."""
    for package in ("torch", "transformers", "peft", "safetensors", "onnx"):
        if find_spec(package) is None:
            raise MissingExtra(package, "train")
    if not online:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from soesift.train.config import read_config

    settings = read_config(config)
    settings.out = out or settings.out
    settings.model.base = base or settings.model.base
    settings.fit.threads = settings.fit.threads if threads is None else threads
    if trials is not None:
        _search(settings, trials)
    else:
        (_folds if cross_validate else _final)(settings)


def _search(settings: Any, trials: int) -> None:
    from soesift.train.crossval import held_out_loss
    from soesift.train.search import search
    from soesift.train.ship import rows_of

    best = search(rows_of(settings), settings, trials, held_out_loss)
    click.echo(f"best of {best['trials']} trials: held-out log loss {best['value']:.4f}, too good as the best of many")
    for name, value in best["settings"].items():
        click.echo(f"  {name} = {value}")
    click.echo(f"wrote {settings.out / 'search.json'}")


def _folds(settings: Any) -> None:
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UsageError("--cross-validate runs in one process: leave torchrun out, or train without it")
    from soesift.train.crossval import FILE, SUMMARY, cross_validate
    from soesift.train.ship import rows_of

    rows = rows_of(settings)
    with _bar() as bar:
        task = bar.add_task("folds", total=None)
        cross_validate(
            rows,
            settings,
            lambda seed, fold, p, n: bar.update(task, **_state(f"seed {seed} fold {fold}", p, n)),
        )
    found = json.loads((settings.out / SUMMARY).read_text("utf-8"))["mean"]
    click.echo(f"{len(rows)} tables; macro F1 {found['macro_f1']:.3f}, {_scores(found['pooled'])}")
    click.echo(_calibration_error(found["calibration_error"]))
    click.echo(f"wrote {settings.out / FILE} and {settings.out / SUMMARY}")


def _final(settings: Any) -> None:
    from soesift.train import workers
    from soesift.train.ship import rows_of, ship

    rows = rows_of(settings)
    with _bar() as bar:
        task = bar.add_task("train", total=None)
        folder = ship(rows, settings, lambda p, n: bar.update(task, **_state("train", p, n)))
    first = workers.first()
    workers.leave()
    if not first:
        return
    card = json.loads((folder / "card.json").read_text("utf-8"))
    _tell(folder, card, rows, settings)
    click.echo(f"{len(rows)} tables; int8 agrees with torch on {card['scores']['reload']['int8_agreement']:.2%}")
    click.echo(f"wrote {folder}")


def _tell(folder: Path, card: dict[str, Any], rows: Any, settings: Any) -> None:
    """The scores that are known, and warnings where they rest on little."""
    places = [settings.classes.index(name) for name in settings.positive]
    yes = sum(sum(row.target[i] for i in places) > 0.5 for row in rows)
    if min(yes, len(rows) - yes) < FEW:
        click.echo(f"warning: only {yes} schedules and {len(rows) - yes} others to learn from", err=True)
    held, crossed = card["scores"].get("validation"), card["scores"].get("cross_validation")
    if crossed:
        click.echo(f"held out in cross-validation: {_scores(crossed['mean']['pooled'])}")
        click.echo(_calibration_error(crossed["mean"].get("calibration_error")))
    elif held:
        click.echo(
            f"held out for early stopping ({held['rows']} tables, {held['schedules']} schedules): {_scores(held)}"
        )
        click.echo(_calibration_error(held.get("calibration_error")))
    fitted = json.loads((folder / "calibration.json").read_text("utf-8"))["fitted_on"]
    if fitted.startswith("nothing"):
        click.echo(
            f"warning: not calibrated, thresholds are the plain ones ({fitted}); run with --cross-validate first",
            err=True,
        )


def _calibration_error(found: dict[str, Any] | None) -> str:
    """How honest the probabilities are on protocols that neither taught nor calibrated, or that it is not known."""
    if found is None:
        return "calibration error: not known, too few protocols are held out"
    how = (
        "each tenth of the protocols calibrated on the rest"
        if found["fitted"]
        else "not calibrated: too few rows in the rest"
    )
    span = f"{found['low']:.3f} to {found['high']:.3f} over protocols"
    return f"calibration error {found['value']:.3f} ({span}) on {found['rows']} held-out tables; {how}"


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    quiet = os.environ.get("RANK", "0") != "0"  # one bar, not one a process
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def _state(name: str, progress: Any, total: int) -> dict[str, Any]:
    speed = progress.tokens / max(progress.seconds, 1e-9)
    loss = f" log loss {min(progress.losses):.3f}" if progress.losses else ""
    return {
        "completed": progress.updates,
        "total": total,
        "description": f"{name} {speed:.0f} tokens/s{loss}",
    }


def _scores(found: dict[str, float]) -> str:
    names = ("recall", "precision", "f1", "average_precision")
    return ", ".join(f"{name.replace('_', ' ')} {found[name]:.3f}" for name in names if found.get(name) is not None)


@click.command("models")
@click.argument("config", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--step", "steps", type=click.Choice(STEPS), multiple=True, help="Only this (default: all); repeat it.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write, instead of `out`.")
@click.option("--online", is_flag=True, help="Allow fetching the student's base from the hub.")
def models_verb(config: Path, steps: tuple[str, ...], out: Path | None, online: bool) -> None:
    """Read the documents of CONFIG, fit linear model, trees, joins and student, and write their folders."""
    if not online:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from soesift.train.recipe import make_models, read_recipe

    recipe = read_recipe(config)
    recipe.out = out or recipe.out
    click.echo(f"wrote {make_models(recipe, click.echo, steps or STEPS)}")


@click.command("publish")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("repository")
@click.option("--private", is_flag=True, help="A repository that only its owners see, where it is made anew.")
@click.option("--message", default="", help="What the commit says (the model's name and version).")
def publish_verb(folder: Path, repository: str, private: bool, message: str) -> None:
    """Put FOLDER, a model that `soesift train` wrote, on a hub as REPOSITORY (owner/name), and print its address.

    The hub is that of HF_ENDPOINT (huggingface.co), the token that of HF_TOKEN or of `hf auth login`.
    """
    from soesift.classify.hub import publish

    address = publish(folder, repository, private, message)
    click.echo(f"published {address}")
    click.echo(f"use it: soesift detect protocol.pdf --model '{address}'", err=True)


@click.command("study")
@_example
@click.argument("config", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write, instead of `out`.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Folds side by side, a process each."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def study_verb(config: Path, out: Path | None, jobs: int, quiet: bool) -> None:
    """Compare the arms of CONFIG. Stop it at will: a later call goes on where it was."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from rich.console import Console
    from rich.progress import Progress

    from soesift.files import write_atomically
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
    write_atomically(settings.out / "arms.jsonl", dump(results))
    write_atomically(settings.out / "report.md", markdown(settings, data, found))
    write_atomically(settings.out / "report.html", page(settings, data, found))
    for arm in found[0].arms:
        f1 = arm.macro["f1"]
        click.echo(f"{arm.arm}: macro F1 {f1.value:.3f} ({f1.low:.3f} to {f1.high:.3f})")
    for name, why in found[0].not_scored.items():
        click.echo(f"{name}: not scored: {why}")
    click.echo(f"wrote {settings.out / 'report.md'}, {settings.out / 'report.html'} and {settings.out / 'arms.jsonl'}")
