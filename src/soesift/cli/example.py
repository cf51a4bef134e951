"""`--example`: a configuration to begin with, from the package."""

from __future__ import annotations

from importlib.resources import files

import click


def show_example(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the shipped configuration of the verb (train, study)."""
    if not wanted or context.resilient_parsing:
        return
    name = {"train": "student"}.get(str(context.info_name), str(context.info_name))
    package = "soesift.train" if name == "student" else "soesift.study"
    click.echo((files(package) / "examples" / f"{name}.toml").read_text("utf-8"), nl=False)
    context.exit()
