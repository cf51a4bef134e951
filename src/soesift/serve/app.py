"""The application: routes behind the guard, errors in one shape, workers for as long as it runs."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from soesift.files import WriteError
from soesift.result.models import SoeTable
from soesift.serve import routes_documents, routes_jobs, routes_results, routes_state
from soesift.serve.guard import Rules, guard
from soesift.serve.metrics import measured
from soesift.serve.service import Service
from soesift.serve.settings import MB, Settings
from soesift.web.guard import LOCAL_NAMES

ENVELOPE = 65_536  # bytes of a multipart body beside the document


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
    for router in (routes_documents.router, routes_results.router, routes_jobs.router, routes_state.router):
        app.include_router(router, dependencies=secured)
    app.include_router(routes_state.open_router)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(WriteError, _full)
    app.add_exception_handler(sqlite3.OperationalError, _full)
    app.add_exception_handler(Exception, _internal)
    app.add_middleware(guard, rules=rules_of(service.settings, service.token))
    app.add_middleware(measured, metrics=service.metrics)
    _describe_tables(app)
    return app


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
