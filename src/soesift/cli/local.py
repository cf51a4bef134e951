"""What listens on this machine: `soesift app` and `review` (pages), `serve` (REST), `mcp` (tools for an assistant)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

MOST_MB = 500  # of one dropped document

ANY = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)

FOLDER = click.Path(path_type=Path, file_okay=False)

READ_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


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
@click.option("--add-user", help="Do not serve: make a token for a name, and print it; then each needs theirs.")
@click.option("--drop-user", help="Do not serve: the token of this name opens nothing any more.")
@click.option("--open/--no-open", "show", default=True, help="Open the page in the browser.")
def app_verb(
    folder: Path,
    model: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    readers: int,
    add_user: str | None,
    drop_user: str | None,
    show: bool,
) -> None:
    """One page on this machine: drop protocols, see what is read, check, mend, sign, and take every format away.

    FOLDER keeps protocols, results and corrections; start it again on the same folder and all is there. Nothing leaves
    the machine. See docs/app.md.
    """
    from soesift.errors import MissingExtra
    from soesift.web import take_token

    try:
        from soesift.app.routes import UPLOADS, routes
        from soesift.app.workspace import Workspace
        from soesift.review import users
        from soesift.review.app import serve
        from soesift.review.state import Review
    except ImportError as error:
        raise MissingExtra(error.name or "starlette", "app") from None

    if add_user is not None:
        click.echo(f"token of {add_user}, told this once: {users.add_user(folder, add_user)}")
        return
    if drop_user is not None:
        users.drop_user(folder, drop_user)
        click.echo(f"{drop_user} has no token any more; restart the app if it runs")
        return
    people = users.read_users(folder)
    token = take_token("127.0.0.1" if people else host)
    if people and token is not None:
        raise click.UsageError(f"{folder} has users with tokens of their own; unset SOESIFT_TOKEN")
    space = Workspace(folder, Review(), model, readers=readers)
    space.start()

    def say(line: str) -> None:
        click.echo(line.replace("reviewing on", "SoESift on"))
        if show:
            click.launch(line.split()[2])

    try:
        serve(space.review, host, port, names, token, say, routes(space), (UPLOADS, MOST_MB * 1_000_000), people)
    finally:
        space.close()


@click.command("review")
@click.argument("places", nargs=-1, required=True, type=ANY, metavar="RESULTS_OR_LEDGER...")
@click.option("--documents", type=ANY, multiple=True, help="Folder with the protocols, for page pictures.")
@click.option("--tables", type=FILE, help="The tables (JSON Lines) that the ledger's answers are about.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Any but loopback needs SOESIFT_TOKEN.")
@click.option("--port", type=click.IntRange(0, 65535), default=8322, show_default=True, help="0: any free one.")
@click.option("--name", "names", multiple=True, help="A further Host name by which browsers reach the page.")
@click.option("--repair", type=click.IntRange(0), default=100, show_default=True, help="Size of the repair pot.")
@click.option("--alpha", type=SHARE, default=0.05, show_default=True, help="Wrong share the audit is to rule out.")
@click.option("--delta", type=SHARE, default=0.1, show_default=True, help="Risk that it does not.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw of the audit pot.")
@click.option("--labels-out", type=FILE, help="Do not serve: write the decisions on RESULTS as labels of --tables.")
def review_verb(
    places: tuple[Path, ...],
    documents: tuple[Path, ...],
    tables: Path | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    repair: int,
    alpha: float,
    delta: float,
    seed: int,
    labels_out: Path | None,
) -> None:
    """Open a local page on results of `soesift detect` (files or folders), a ledger of `soesift label`, or both.

    Nothing is overwritten: corrections are added to RESULT.corrections.jsonl, labels to the ledger. See docs/review.md.
    """
    from soesift.errors import MissingExtra, UsageError
    from soesift.web import take_token

    try:
        from soesift.review.app import open_review, serve
    except ImportError as error:
        raise MissingExtra(error.name or "starlette", "app") from None
    if labels_out is not None:
        if tables is None:
            raise UsageError("--labels-out needs --tables, the file of soesift tables that the labels are to name")
        _write_labels(places, tables, labels_out)
        return
    token = take_token(host)
    review = open_review(places, documents, tables, repair, seed)
    review.alpha, review.delta = alpha, delta
    for document in review.documents.values():
        if document.source is None:
            click.echo(f"{document.path.name}: document not found, no page pictures; see --documents", err=True)
    try:
        serve(review, host, port, names, token, click.echo)
    except ImportError as error:
        raise MissingExtra(error.name or "starlette", "app") from None


def _write_labels(places: tuple[Path, ...], tables: Path, out: Path) -> None:
    """Reviewer's decisions as human labels, pot `repair`, for `soesift label import-humans`."""
    from soesift.cli.labels import tables_of
    from soesift.label.humans import write_labels
    from soesift.review.documents import find_results, open_documents
    from soesift.review.teach import reviewer_labels

    documents = open_documents(find_results(places), ())
    labels = reviewer_labels((one.look() for one in documents.values()), tables_of(tables))
    write_labels(out, labels, "jsonl")
    click.echo(
        f"{len(labels)} labels written to {out}; read them with: soesift label import-humans {out} --format jsonl"
    )


@click.command("serve")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with any of the settings.")
@click.option("--host", help="Address to listen on (127.0.0.1); any but loopback needs SOESIFT_TOKEN.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (8321); 0: any free one.")
@click.option("--data", type=FOLDER, help="Folder for documents, results and the queue (soesift-serve).")
@click.option("--folder", "folders", type=FOLDER, multiple=True, help="Documents inside may be named by path.")
@click.option("--name", "names", multiple=True, help="A further Host name by which clients reach the service.")
@click.option("--model", help="A shipped model's name, or a model folder (default).")
@click.option("--ocr", type=click.Choice(["auto", "never", "always"]), help="As in soesift detect (auto).")
@click.option("--workers", type=int, help="Documents side by side (1).")
@click.option("--max-mb", type=float, help="Largest document, in millions of bytes (64).")
@click.option("--max-pages", type=int, help="Longest document (1500).")
@click.option("--seconds", type=float, help="Longest time for one document (900).")
@click.option("--memory-mb", type=int, help="Address space of a worker process (4096).")
def serve_verb(config: Path | None, **options: Any) -> None:
    """Serve detection over HTTP: documents in, tables, pages and corrections out (see docs/service.md).

    The token of clients is read from the environment variable SOESIFT_TOKEN.
    """
    from soesift.config import check, load_toml
    from soesift.errors import MissingExtra
    from soesift.web import take_token

    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import python_multipart  # noqa: F401
        import uvicorn  # noqa: F401

        from soesift.serve.app import serve
        from soesift.serve.service import Settings, open_service
    except ImportError as error:
        raise MissingExtra(error.name or "fastapi", "app") from None
    given = {key: value for key, value in options.items() if value not in (None, ())}
    base = load_toml(config, Settings).model_dump(exclude_unset=True) if config else {}
    settings = check({**base, **given}, Settings, "soesift serve")
    serve(open_service(settings, take_token(settings.host)), click.echo)


@click.command("mcp")
@click.argument("folders", nargs=-1, type=READ_FOLDER)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("soesift-mcp"),
    show_default=True,
    help="Where results and exports are kept.",
)
@click.option("--model", default="default", show_default=True, help="As for detect.")
def mcp_verb(folders: tuple[Path, ...], out: Path, model: str) -> None:
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
