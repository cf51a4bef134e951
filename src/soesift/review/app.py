"""The application: the page, its script and style, and the routes behind the guard."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from soesift.errors import SoesiftError
from soesift.files import WriteError
from soesift.review import routes_documents, routes_labels
from soesift.review.guard import COOKIE, Rules, guard, session_of
from soesift.review.state import Review
from soesift.web.guard import LOCAL_NAMES

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
) -> ASGIApp:
    """The ASGI application; its lifespan closes what `review` holds. `names`: further Host names; `more`: routes of an
    app around the review, `uploads`: the one of them that takes documents, and the bytes that one may have.
    """
    known = frozenset(name.lower() for name in (*LOCAL_NAMES, *names))
    rules = Rules(known, token, secrets.token_urlsafe(24), uploads)
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
        jobs = {"check": bool(review.documents) or bool(more), "label": review.ledger is not None, "start": bool(more)}
        return JSONResponse(jobs)

    async def login(request: Request) -> Response:
        given = (await request.body())[:1000]
        if rules.token is None or not hmac.compare_digest(given.strip(), rules.token.encode()):
            return JSONResponse({"detail": "not the token"}, 401)
        answer = JSONResponse({"ok": True})
        answer.set_cookie(COOKIE, session_of(rules.token), httponly=True, samesite="strict")
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
