"""Routes of the app beside those of the review: protocols in, states, signatures, exports out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from soesift.app.overview import overview_html, overview_xlsx, row_of, versions_of
from soesift.app.signing import audit_report, state_of
from soesift.app.workspace import Workspace
from soesift.diff.compare import diff_results
from soesift.diff.report import diff_html
from soesift.errors import SoesiftError, UsageError
from soesift.export.wording import plain
from soesift.export.write import WRITERS, write, zipped
from soesift.result.models import DocumentInfo
from soesift.review.documents import Document

UPLOADS = "/api/protocols"
FORMATS = tuple(sorted((kind for kind in WRITERS if kind not in ("json", "parquet")), key=lambda kind: kind != "xlsx"))


def routes(space: Workspace) -> list[Route]:
    """The routes over a workspace."""

    async def put(request: Request) -> Response:
        name = unquote(request.headers.get("x-soesift-name", ""))
        content = await request.body()
        reading = await run_in_threadpool(space.accept, name, content)
        return JSONResponse({"name": plain(reading.name), "state": reading.state})

    def unread(request: Request, act: Callable[[str], None]) -> Response:
        act(request.path_params["sha256"])
        return JSONResponse({"ok": True})

    def studies(request: Request) -> Response:
        return JSONResponse({"reading": _readings(space), "studies": _studies(space), "formats": FORMATS})

    def audit(request: Request) -> Response:
        return HTMLResponse(audit_report(_of(space, request), space.readers))

    def overview(kind: str) -> Response:
        rows = [row_of(document, space.readers) for document in list(space.review.documents.values())]
        name = space.folder.resolve().name
        content = overview_html(rows, name).encode() if kind == "html" else overview_xlsx(rows, name)
        media = "text/html" if kind == "html" else "application/octet-stream"
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(f'{name} overview.{kind}')}"}
        return Response(content, media_type=media, headers=headers)

    def compare(request: Request) -> Response:
        old = space.review.documents.get(request.path_params["other"])
        if old is None:
            raise UsageError("no such document here; reload the page")
        before, after = old.look().applied.result, _of(space, request).look().applied.result
        page = diff_html(diff_results(before, after), before, after, (old.source, _of(space, request).source))
        name = quote(f"{Path(before.document.name).stem} to {Path(after.document.name).stem}.html")
        return HTMLResponse(page, headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"})

    def take(request: Request) -> Response:
        document, kind = _of(space, request), request.path_params["kind"]
        if kind not in FORMATS:
            return JSONResponse({"detail": "no such format"}, 404)
        name, content = _exported(document, kind)
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/octet-stream", headers=headers)

    return [
        Route(UPLOADS, put, methods=["POST"]),
        Route("/api/protocols/{sha256}/again", lambda request: unread(request, space.again), methods=["POST"]),
        Route("/api/protocols/{sha256}/forget", lambda request: unread(request, space.forget), methods=["POST"]),
        Route("/api/studies", studies),
        Route("/api/overview.html", lambda request: overview("html")),
        Route("/api/overview.xlsx", lambda request: overview("xlsx")),
        Route("/api/documents/{key}/audit.html", audit),
        Route("/api/documents/{key}/export/{kind}", take),
        Route("/api/documents/{key}/changes/{other}", compare),
    ]


def _of(space: Workspace, request: Request) -> Document:
    found = space.review.documents.get(request.path_params["key"])
    if found is None:
        raise UsageError("no such document here; reload the page")
    return found


def _readings(space: Workspace) -> list[dict[str, Any]]:
    """Protocols that wait, are being read, or could not be."""
    return [
        {
            "sha256": sha256,
            "name": plain(one.name),
            "state": one.state,
            "page": one.page,
            "pages": one.pages,
            "doing": one.doing,
            "why": plain(one.why),
        }
        for sha256, one in list(space.readings.items())
        if one.state != "done"
    ]


def _studies(space: Workspace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    infos: dict[str, DocumentInfo] = {}
    for document in list(space.review.documents.values()):
        try:
            look = document.look()
        except SoesiftError as error:
            found.append(
                {"key": document.key, "name": document.path.name, "state": "error", "why": str(error), "tables": 0}
            )
            continue
        wanted = [item for item in look.items if item.kind != "unlikely"]
        info = infos[document.key] = look.applied.result.document
        found.append(
            {
                "key": document.key,
                "name": plain(info.name),
                "state": state_of(look, space.readers),
                "looked": sum(not (item.open or item.unseen) for item in wanted),
                "items": len(wanted),
                "waits": look.standing.waits,
                "version": look.version,
                "signed": [plain(str(one["who"])) for one in look.standing.signed],
                "tables": len(look.applied.result.tables),
                "pages": info.n_pages,
                "has_soe": info.has_soe,
                "printed": {name: plain(fact.text) for name, fact in info.title_page.items()},
            }
        )
    linked = versions_of(infos)
    for row in found:
        row["versions"] = [
            {"key": link.key, "name": plain(infos[link.key].name), "version": plain(link.version)}
            for link in linked.get(row["key"], [])
        ]
    return found


def _exported(document: Document, kind: str) -> tuple[str, bytes]:
    """File name and content of a format, with the corrections; several files as one archive. Raises UsageError."""
    result = document.look().applied.result
    with tempfile.TemporaryDirectory() as folder:
        paths = write(result, kind, Path(folder), document.path.stem, pdf=document.source)
        if not paths:
            raise UsageError("there is no schedule to write")
        if len(paths) == 1:
            return paths[0].name, paths[0].read_bytes()
        return f"{document.path.stem}_{kind}.zip", zipped({path.name: path.read_bytes() for path in paths})
