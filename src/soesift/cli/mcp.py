"""`soesift mcp`: tools for an assistant on this machine."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("mcp")
@click.argument("folders", nargs=-1, type=FOLDER)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("soesift-mcp"),
    show_default=True,
    help="Where results and exports are kept.",
)
@click.option("--model", default="default", show_default=True, help="As for detect.")
def command(folders: tuple[Path, ...], out: Path, model: str) -> None:
    """Serve the tools detect, tables, visits and export on standard input and output (Model Context Protocol).

    Only files inside FOLDERS (the current one) are read; files are written into --out alone. See docs/mcp.md.
    """
    from soesift.errors import MissingExtra
    from soesift.files import make_folder

    try:
        from soesift.mcp import Desk, server_of
    except ImportError as error:
        raise MissingExtra(error.name or "mcp", "app") from None
    make_folder(out)
    server_of(Desk(list(folders) or [Path.cwd()], out, model)).run("stdio")
