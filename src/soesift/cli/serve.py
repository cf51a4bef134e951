"""`soesift serve`: the REST service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

FOLDER = click.Path(path_type=Path, file_okay=False)


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
def command(config: Path | None, **options: Any) -> None:
    """Serve detection over HTTP: documents in, tables, pages and corrections out (see docs/service.md).

    The token of clients is read from the environment variable SOESIFT_TOKEN.
    """
    from soesift.config import check, load_toml
    from soesift.errors import MissingExtra
    from soesift.web.listen import take_token

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
