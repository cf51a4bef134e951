"""The application: routes behind the guard, errors in one shape, workers for as long as it runs, an orderly end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope

from soesift import web
from soesift.files import WriteError
from soesift.result.models import SoeTable
from soesift.serve import routes
from soesift.serve.queue import measured
from soesift.serve.reference import entries_of, reference_page
from soesift.serve.service import MB, Service, Settings
from soesift.web import LOCAL_NAMES, behind, has_token, known_name, listen, no, of_ours, url_of

OPEN_PATHS = {"/healthz", "/docs"}  # need no token: one word for a container's probe, and the page of the API
DOCUMENTS = "/v1/documents"
SMALL = 1_000_000  # bytes of any request but one with a document
_HEADERS = {
    **web.HEADERS,
    "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
}

ENVELOPE = 65_536  # bytes of a multipart body beside the document

BUSIEST = 200  # connections answered at one time; more get 503
IDLE_SECONDS = 10  # after which an idle connection is closed


@dataclass(frozen=True, slots=True)
class Rules:
    """`names`: accepted Host names, lower case, without port. `token`: None where only loopback reaches us."""

    names: frozenset[str]
    token: str | None
    most_bytes: int
    upload_seconds: float


def guard(app: ASGIApp, rules: Rules) -> ASGIApp:
    """`app` behind the rules; answers 400, 401, 403, 408, 413 in their place."""
    small = replace(rules, most_bytes=min(SMALL, rules.most_bytes))

    def of_path(scope: Scope) -> Rules:
        return rules if scope["path"] == DOCUMENTS else small

    return behind(
        app,
        lambda scope, headers: refusal(scope["path"], headers, of_path(scope)),
        _HEADERS,
        lambda scope, receive: _limited(receive, of_path(scope)),
    )


def refusal(path: str, headers: Headers, rules: Rules) -> JSONResponse | None:
    """The answer to a request that must not go on; None if it may."""
    if refused := known_name(headers, rules.names, "service") or of_ours(headers):
        return refused
    if rules.token is not None and path not in OPEN_PATHS and not has_token(headers, rules.token):
        return no(401, "needs the header Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"})
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        return no(400, "Content-Length is no number")
    return no(413, _too_large(rules)) if int(length) > rules.most_bytes else None


def _limited(receive: Receive, rules: Rules) -> Receive:
    """`receive` that ends bodies which grow too large or arrive too slowly."""
    size, whole = 0, False
    deadline: float | None = None

    async def limited() -> Message:
        nonlocal size, deadline, whole
        if whole:  # what is left to come is the client's leaving, however late
            return await receive()
        clock = asyncio.get_running_loop().time
        deadline = deadline or clock() + rules.upload_seconds
        try:
            message = await asyncio.wait_for(receive(), max(0.0, deadline - clock()))
        except TimeoutError:
            raise HTTPException(408, f"the body did not arrive within {rules.upload_seconds:g} seconds") from None
        size += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if size > rules.most_bytes:
            raise HTTPException(413, _too_large(rules))
        return message

    return limited


def _too_large(rules: Rules) -> str:
    return f"the request has more than {rules.most_bytes:,} bytes; this service takes no larger ones"


def create_app(service: Service) -> FastAPI:
    """The ASGI application of an open service; its lifespan starts the workers and closes the service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        await run_in_threadpool(service.close)

    # the usual pages for trying an API out load scripts from elsewhere: only the document itself is served
    app = FastAPI(
        title="SoESift",
        version=version("soesift"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    secured = [Security(HTTPBearer(auto_error=False))] if service.token else []  # checked by the guard
    for router in (routes.documents, routes.results, routes.jobs, routes.state):
        app.include_router(router, dependencies=secured)
    app.include_router(routes.open_state)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(WriteError, _full)
    app.add_exception_handler(sqlite3.OperationalError, _full)
    app.add_exception_handler(Exception, _internal)
    app.add_middleware(guard, rules=rules_of(service.settings, service.token))
    app.add_middleware(measured, metrics=service.metrics)
    _describe_tables(app)
    app.add_api_route("/docs", lambda: HTMLResponse(_reference(app)), include_in_schema=False)
    return app


def _reference(app: FastAPI) -> str:
    """The API as a page of its own."""
    intro = (
        "Every request but /healthz and this page needs the header Authorization: Bearer TOKEN where the service has a "
        'token. Errors are JSON, {"detail": one line}. All of it, with models and examples: /openapi.json.'
    )
    return reference_page(f"SoESift {version('soesift')}: the service", intro, entries_of(app.openapi()))


def rules_of(settings: Settings, token: str | None) -> Rules:
    """What the guard asks of every request."""
    own = () if settings.host in ("0.0.0.0", "::") else (settings.host.strip("[]"),)
    names = frozenset(name.lower() for name in (*LOCAL_NAMES, *own, *settings.names))
    return Rules(names, token, int(settings.max_mb * MB) + ENVELOPE, settings.upload_seconds)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    mistakes = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in mistakes[:5])
    return JSONResponse({"detail": said.encode("utf-8", "replace").decode()}, 422)


async def _wrong_method(request: Request, error: Exception) -> Response:
    """405 with all methods of the path; the framework names those of the first route alone."""
    path = getattr(request.scope.get("route"), "path", "")
    allowed = sorted(method.upper() for method in request.app.openapi()["paths"].get(path, {}))
    return JSONResponse({"detail": f"use {' or '.join(allowed)}"}, 405, {"allow": ", ".join(allowed)})


async def _full(request: Request, error: Exception) -> JSONResponse:
    """A full disk; what was asked for is not done, and worth trying again."""
    return JSONResponse({"detail": "cannot be written down now; try again later"}, 503, {"Retry-After": "30"})


async def _internal(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "internal error; it is in the service's log"}, 500)


def _describe_tables(app: FastAPI) -> None:
    """Put the model of a table, which no route returns as such, into the OpenAPI document."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        schemas = document["components"]["schemas"]
        schema = SoeTable.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, inner in schema.pop("$defs", {}).items():
            schemas.setdefault(name, inner)
        schemas.setdefault("SoeTable", schema)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def serve(service: Service, say: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C); says one line when it listens."""
    import uvicorn

    settings = service.settings
    bound = listen(settings.host, settings.port)
    config = uvicorn.Config(
        create_app(service),
        log_level="info",
        proxy_headers=False,
        server_header=False,
        ws="none",
        limit_concurrency=BUSIEST,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.grace)),
    )
    server = uvicorn.Server(config)
    service.stopping = lambda: server.should_exit
    say(f"serving on {url_of(bound)}, results in {service.store.folder}; Ctrl-C stops")
    server.run(sockets=[bound])
