"""The server of the page: what is opened, the routes behind the guard, and listening."""

from __future__ import annotations

import hmac
import secrets
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Scope

from soesift import web
from soesift.errors import SoesiftError, UsageError
from soesift.files import WriteError
from soesift.label.request import read_tables
from soesift.review import routes_documents, routes_labels
from soesift.review.documents import find_results, open_documents
from soesift.review.judge import draw_pots
from soesift.review.state import LedgerThread, Review, sources_of
from soesift.review.users import COOKIE, WHO, Users, opened_by, whose
from soesift.web import LOCAL_NAMES, behind, known_name, listen, no, of_ours, url_of

if TYPE_CHECKING:
    import uvicorn
    from starlette.routing import Route


# What every request must pass: Host, origin, token, CSRF token, size; and the headers of every answer.

MOST_BYTES = 4_000_000
TURN = 0.0005  # seconds until another thread gets its turn (Python: .005): an edit to be written waits for the
# interpreter a few times while another thread reads a table's visits; .0002 to .005, a shorter one costs switching
CSRF = "x-soesift-csrf"
OPEN = ("/", "/static/", "/api/login")  # the page itself holds nothing of any document
HEADERS = {
    **web.HEADERS,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """`names`: accepted Host names, lower case. `token`: None where only loopback reaches us. `csrf`: the token that
    the page's own script is given, and that requests which change something must bring."""

    names: frozenset[str]
    token: str | None
    csrf: str
    uploads: tuple[str, int] = ("", 0)  # a path that takes documents, and how many bytes one may have
    users: Users = field(default_factory=dict)  # who has a token of their own; then no other opens anything

    @property
    def closed(self) -> bool:
        """Whether a token is needed."""
        return self.token is not None or bool(self.users)


def guard(app: ASGIApp, rules: Rules) -> ASGIApp:
    """`app` behind the rules; answers 400, 401, 403, 413 in its place."""

    def refused(scope: Scope, headers: Headers) -> JSONResponse | None:
        scope[WHO] = whose(headers, rules.token, rules.users)
        return refusal(scope, headers, rules)

    return behind(app, refused, HEADERS)


def refusal(scope: Scope, headers: Headers, rules: Rules) -> JSONResponse | None:
    """The answer to a request that must not go on; None if it may. scope: with whose it is, as `WHO`."""
    if refused := known_name(headers, rules.names, "page"):
        return refused
    path, changes = scope["path"], scope["method"] not in ("GET", "HEAD")
    # a link to the page may be followed from anywhere; everything else must come from the page
    navigation = not changes and path == "/"
    if not navigation and (refused := of_ours(headers)):
        return refused
    if rules.closed and not _free_of_token(path) and scope[WHO] is None:
        return no(401, "needs the token")
    if changes and not hmac.compare_digest(headers.get(CSRF, "").encode(), rules.csrf.encode()):
        return no(403, "csrf: reload the page")
    length = headers.get("content-length", "0")
    most = rules.uploads[1] if path == rules.uploads[0] else MOST_BYTES
    if changes and (not length.isdecimal() or "transfer-encoding" in headers or int(length) > most):
        return no(413, f"the request has more than {most:,} bytes, or does not say how many")
    return None


def _free_of_token(path: str) -> bool:
    return path == "/" or path.startswith(OPEN[1]) or path in (OPEN[2], "/api/csrf")


# The application: the page, its script and style, and the routes behind the guard.

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def create_app(
    review: Review,
    names: tuple[str, ...] = (),
    token: str | None = None,
    more: Sequence[Route] = (),
    uploads: tuple[str, int] = ("", 0),
    users: Users | None = None,
) -> ASGIApp:
    """The ASGI application; its lifespan closes what `review` holds. `names`: further Host names; `more`: routes of an
    app around the review, `uploads`: the one of them that takes documents, and the bytes that one may have; `users`:
    who has a token of their own.
    """
    known = frozenset(name.lower() for name in (*LOCAL_NAMES, *names))
    rules = Rules(known, token, secrets.token_urlsafe(24), uploads, users or {})
    static = {place.name: place.read_bytes() for place in (files("soesift.review") / "static").iterdir()}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(review.close)

    def page(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        kind = KINDS.get(name.rpartition(".")[2])
        if name not in static or kind is None:
            return JSONResponse({"detail": "no such file"}, 404)
        return Response(static[name], media_type=kind)

    def csrf(request: Request) -> Response:
        return JSONResponse({"csrf": rules.csrf})

    def session(request: Request) -> Response:
        jobs: dict[str, object] = {
            "check": bool(review.documents) or bool(more),
            "label": review.ledger is not None,
            "start": bool(more),
        }
        return JSONResponse({**jobs, "who": request.scope.get(WHO) or ""})

    async def login(request: Request) -> Response:
        given = (await request.body())[:1000]
        cookie = opened_by(given.decode("utf-8", "replace").strip(), rules.token, rules.users)
        if cookie is None:
            return JSONResponse({"detail": "not the token"}, 401)
        answer = JSONResponse({"ok": True})
        tls = request.headers.get("origin", "").startswith("https://")  # what the browser speaks
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=tls)
        return answer

    routes = [
        Route("/", page),
        Route("/static/{name}", page),
        Route("/api/csrf", csrf),
        Route("/api/session", session),
        Route("/api/login", login, methods=["POST"]),
        *more,
        *routes_documents.routes(review),
        *routes_labels.routes(review),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={SoesiftError: _said, Exception: _internal})
    return guard(app, rules)


async def _said(request: Request, error: Exception) -> Response:
    """409: this will not be written; 503: it could not be, and is worth trying again."""
    return JSONResponse({"detail": str(error)}, 503 if isinstance(error, WriteError) else 409)


async def _internal(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": "internal error; it is in the window where soesift review runs"}, 500)


# Opening what is to be reviewed, and listening.

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
    users: Users | None = None,
) -> None:
    """Serve the page until told to stop (SIGTERM, Ctrl-C); says its address when it listens. `more`, `uploads`,
    `users`: of an app around the review, as `create_app` has them.
    """
    import uvicorn

    sys.setswitchinterval(TURN)
    own = () if host in ("0.0.0.0", "::") else (host.strip("[]"),)
    bound = listen(host, port)
    app = create_app(review, (*own, *names), token, more, uploads, users)
    config = uvicorn.Config(
        app, log_level="warning", proxy_headers=False, server_header=False, ws="none", timeout_graceful_shutdown=3
    )
    say(f"reviewing on {url_of(bound)}/ ; Ctrl-C stops")
    server = uvicorn.Server(config)
    threading.Thread(target=review.viewer.ready, daemon=True).start()
    threading.Thread(target=_stop_reading, args=(server, review), daemon=True).start()
    server.run(sockets=[bound])


def _stop_reading(server: uvicorn.Server, review: Review) -> None:
    """End what is being read when the server is told to stop, or it would wait for it."""
    while not server.should_exit:
        time.sleep(0.1)
    review.viewer.stop.set()
