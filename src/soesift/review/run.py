"""Opening what is to be reviewed, and listening."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soesift.errors import UsageError
from soesift.label.request import read_tables
from soesift.review.documents import find_results, open_documents
from soesift.review.judge import draw_pots
from soesift.review.state import LedgerThread, Review, sources_of
from soesift.web.listen import listen, url_of

if TYPE_CHECKING:
    import uvicorn
    from starlette.routing import Route

SQLITE = b"SQLite format 3\x00"


def is_ledger(path: Path) -> bool:
    """Whether a file is an SQLite database."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def open_review(
    places: Sequence[Path], folders: Sequence[Path] = (), tables: Path | None = None, repair: int = 100, seed: int = 0
) -> Review:
    """Results and at most one ledger, with the documents that lie in `folders`.

    Raises UsageError for what is neither, for a ledger without its tables, and for missing files.
    """
    for place in places:
        if not place.exists():
            raise UsageError(f"{place}: no such file or folder; name results of soesift detect, or a ledger")
    ledgers = [place for place in places if is_ledger(place)]
    results = [place for place in places if place not in ledgers]
    if len(ledgers) > 1:
        raise UsageError(f"{ledgers[1]}: a second ledger; review one at a time")
    review = Review(documents=open_documents(find_results(results), folders) if results else {})
    if ledgers:
        _open_ledger(review, ledgers[0], tables, folders, repair, seed)
    return review


def _open_ledger(
    review: Review, path: Path, tables: Path | None, folders: Sequence[Path], repair: int, seed: int
) -> None:
    if tables is None:
        raise UsageError(f"{path}: a ledger holds no tables; give the file that was labelled with --tables")
    records, _ = read_tables(tables)
    files = [file for folder in folders for file in ([folder] if folder.is_file() else sorted(folder.rglob("*")))]
    review.records = {record.table_id: record for record in records}
    review.sources = sources_of(records, files)
    review.ledger = LedgerThread(path)
    review.ledger(lambda ledger: draw_pots(ledger, records, repair, seed))


def serve(
    review: Review,
    host: str,
    port: int,
    names: Sequence[str],
    token: str | None,
    say: Callable[[str], None],
    more: Sequence[Route] = (),
    uploads: tuple[str, int] = ("", 0),
) -> None:
    """Serve the page until told to stop (SIGTERM, Ctrl-C); says its address when it listens. `more`, `uploads`: of an
    app around the review, as `create_app` has them.
    """
    import uvicorn

    from soesift.review.app import create_app

    own = () if host in ("0.0.0.0", "::") else (host.strip("[]"),)
    bound = listen(host, port)
    app = create_app(review, (*own, *names), token, more, uploads)
    config = uvicorn.Config(
        app, log_level="warning", proxy_headers=False, server_header=False, ws="none", timeout_graceful_shutdown=3
    )
    say(f"reviewing on {url_of(bound)}/ ; Ctrl-C stops")
    server = uvicorn.Server(config)
    threading.Thread(target=_stop_reading, args=(server, review), daemon=True).start()
    server.run(sockets=[bound])


def _stop_reading(server: uvicorn.Server, review: Review) -> None:
    """End what is being read when the server is told to stop, or it would wait for it."""
    while not server.should_exit:
        time.sleep(0.1)
    review.viewer.stop.set()
