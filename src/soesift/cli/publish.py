"""`soesift publish`: a model folder on a Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("publish")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("repository")
@click.option("--private", is_flag=True, help="A repository that only its owners see, where it is made anew.")
@click.option("--message", default="", help="What the commit says (the model's name and version).")
def command(folder: Path, repository: str, private: bool, message: str) -> None:
    """Put FOLDER, a model that `soesift train` wrote, on a hub as REPOSITORY (owner/name), and print its address.

    The hub is that of HF_ENDPOINT (huggingface.co), the token that of HF_TOKEN or of `hf auth login`.
    """
    from soesift.classify.hub import publish

    address = publish(folder, repository, private, message)
    click.echo(f"published {address}")
    click.echo(f"use it: soesift detect protocol.pdf --model '{address}'", err=True)
