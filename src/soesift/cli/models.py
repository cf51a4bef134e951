"""`soesift models CONFIG.toml`: make the shipped models again."""

from __future__ import annotations

import os
from pathlib import Path

import click

STEPS = ("linear", "trees", "joins", "student")


@click.command("models")
@click.argument("config", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--step", "steps", type=click.Choice(STEPS), multiple=True, help="Only this (default: all); repeat it.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write, instead of `out`.")
@click.option("--online", is_flag=True, help="Allow fetching the student's base from the hub.")
def command(config: Path, steps: tuple[str, ...], out: Path | None, online: bool) -> None:
    """Read the documents of CONFIG, fit linear model, trees, joins and student, and write their folders."""
    if not online:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from soesift.train.recipe import make_models, read_recipe

    recipe = read_recipe(config)
    recipe.out = out or recipe.out
    click.echo(f"wrote {make_models(recipe, click.echo, steps or STEPS)}")
