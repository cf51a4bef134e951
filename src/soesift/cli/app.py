"""`soesift app`: drop a protocol, check and mend what was found, sign, take it away."""

from __future__ import annotations

from pathlib import Path

import click

MOST_MB = 500  # of one dropped document


@click.command("app")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("soesift-app"))
@click.option("--model", default="default", show_default=True, help="As for detect.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Any but loopback needs SOESIFT_TOKEN.")
@click.option("--port", type=click.IntRange(0, 65535), default=8320, show_default=True, help="0: any free one.")
@click.option("--name", "names", multiple=True, help="A further Host name by which browsers reach the page.")
@click.option(
    "--readers",
    type=click.IntRange(1, 9),
    default=1,
    show_default=True,
    help="Different people who sign before a document is signed.",
)
@click.option("--open/--no-open", "show", default=True, help="Open the page in the browser.")
def command(folder: Path, model: str, host: str, port: int, names: tuple[str, ...], readers: int, show: bool) -> None:
    """One page on this machine: drop protocols, see what is read, check, mend, sign, and take every format away.

    FOLDER keeps protocols, results and corrections; start it again on the same folder and all is there. Nothing leaves
    the machine. See docs/app.md.
    """
    from soesift.errors import MissingExtra
    from soesift.web.listen import take_token

    try:
        from soesift.app.routes import UPLOADS, routes
        from soesift.app.workspace import Workspace
        from soesift.review.run import serve
        from soesift.review.state import Review
    except ImportError as error:
        raise MissingExtra(error.name or "starlette", "app") from None

    token = take_token(host)
    space = Workspace(folder, Review(), model, readers=readers)
    space.start()

    def say(line: str) -> None:
        click.echo(line.replace("reviewing on", "SoESift on"))
        if show:
            click.launch(line.split()[2])

    try:
        serve(space.review, host, port, names, token, say, routes(space), (UPLOADS, MOST_MB * 1_000_000))
    finally:
        space.close()
