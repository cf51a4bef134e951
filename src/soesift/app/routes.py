"""Routes of the app beside those of the review: protocols in, states, signatures, exports out."""

from __future__ import annotations

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
from soesift.app.takeaway import EVERY, formats, many, taken
from soesift.app.workspace import Reading, Workspace
from soesift.diff.compare import diff_results
from soesift.diff.report import diff_html
from soesift.errors import SoesiftError, UsageError
from soesift.export.wording import plain
from soesift.result.models import DocumentInfo
from soesift.review.documents import Document
from soesift.serve.reference import HEADERS, Entry, reference_page

UPLOADS = "/api/protocols"
ABOUT = (
    "What the page in the browser asks of this process, for scripts on this machine. A request that changes something "
    "brings the header x-soesift-csrf with the word of /api/csrf; where a token is set, others need Authorization: "
    'Bearer TOKEN. Answers are JSON; errors are {"detail": one line}. For programs that read many documents there is '
    "soesift serve, whose interface is stable; this one goes with the page."
)
_ONE = "/api/documents/{key}"
API = (
    Entry("GET", "/api/csrf", "The word that requests which change something have to bring."),
    Entry("GET", "/api/session", "Which jobs there are here."),
    Entry("POST", "/api/login", "Takes the token as the body; answers with a cookie."),
    Entry(
        "POST",
        UPLOADS,
        "Takes a protocol as the body, its name in x-soesift-name; queues it. The same bytes are read once.",
    ),
    Entry("POST", UPLOADS + "/{sha256}/again", "Reads a protocol once more that could not be read."),
    Entry("POST", UPLOADS + "/{sha256}/forget", "Takes a protocol that could not be read off the list."),
    Entry(
        "GET",
        "/api/studies",
        "All protocols: being read, with how far; read, with state, signatures, printed facts; formats.",
    ),
    Entry("GET", "/api/overview.html", "A line a document, as a page; overview.xlsx: as a sheet."),
    Entry("GET", "/api/overview.xlsx", "The same as a sheet."),
    Entry("GET", "/api/documents", "All documents, and what is to be decided, most urgent first."),
    Entry("GET", _ONE, "A document: its items, tables with grids, notes, visits and doubts, corrections."),
    Entry("GET", _ONE + "/pages/{number}.png", "The picture of a page; size=large for 220 dots an inch."),
    Entry("GET", _ONE + "/near/{number}", "What is read at the place of a near miss."),
    Entry("GET", _ONE + "/lines/{table}", "The lines of a table on its pages."),
    Entry(
        "POST",
        _ONE + "/corrections",
        "Adds one correction: id, who, what, why; answers with the document as it is then, or, with short=1, with the "
        "number of corrections as soon as it is on disk.",
    ),
    Entry("GET", _ONE + "/audit.html", "Who saw, changed and signed what, when."),
    Entry(
        "GET", _ONE + "/export/{kind}", f"A format with corrections in effect, or {EVERY}; several files as an archive."
    ),
    Entry("GET", _ONE + "/changes/{other}", "What changed from another version, as a page."),
    Entry("GET", "/api/export/{kind}", "A format of many documents, as an archive; keys=KEY,KEY."),
)


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
        return JSONResponse({"reading": _readings(space), "studies": _studies(space), "formats": [*formats(), EVERY]})

    def audit(request: Request) -> Response:
        return HTMLResponse(audit_report(_of(space, request), space.readers))

    def overview(kind: str) -> Response:
        rows = [row_of(document, space.readers) for document in list(space.review.documents.values())]
        name = space.folder.resolve().name
        content = overview_html(rows, name).encode() if kind == "html" else overview_xlsx(rows, name)
        return _attached(f"{name} overview.{kind}", content)

    def compare(request: Request) -> Response:
        old = space.review.documents.get(request.path_params["other"])
        if old is None:
            raise UsageError("no such document here; reload the page")
        before, after = old.look().applied.result, _of(space, request).look().applied.result
        page = diff_html(diff_results(before, after), before, after, (old.source, _of(space, request).source))
        return _attached(f"{Path(before.document.name).stem} to {Path(after.document.name).stem}.html", page.encode())

    def take(request: Request) -> Response:
        document, kind = _of(space, request), request.path_params["kind"]
        if kind not in (*formats(), EVERY):
            return JSONResponse({"detail": "no such format"}, 404)
        return _attached(*taken(document, kind))

    def take_many(request: Request) -> Response:
        wanted = request.query_params.get("keys", "").split(",")
        documents = [space.review.documents[key] for key in wanted if key in space.review.documents]
        kind = request.path_params["kind"]
        if not documents or kind not in (*formats(), EVERY):
            return JSONResponse({"detail": "no such documents, or no such format"}, 404)
        return _attached(*many(documents, kind))

    def reference(request: Request) -> Response:
        return HTMLResponse(reference_page("SoESift: the app's requests", ABOUT, API), headers=HEADERS)

    return [
        Route(UPLOADS, put, methods=["POST"]),
        Route("/api/protocols/{sha256}/again", lambda request: unread(request, space.again), methods=["POST"]),
        Route("/api/protocols/{sha256}/forget", lambda request: unread(request, space.forget), methods=["POST"]),
        Route("/api/studies", studies),
        Route("/api/overview.html", lambda request: overview("html")),
        Route("/api/overview.xlsx", lambda request: overview("xlsx")),
        Route("/api/documents/{key}/audit.html", audit),
        Route("/api/documents/{key}/export/{kind}", take),
        Route("/api/export/{kind}", take_many),
        Route("/docs", reference),
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
            **_so_far(space, one),
        }
        for sha256, one in list(space.readings.items())
        if one.state != "done"
    ]


def _so_far(space: Workspace, reading: Reading) -> dict[str, Any]:
    """What is found on the pages read by now: the document's key, and the pages of its tables."""
    document = space.review.unfinished.get(reading.key)
    try:
        tables = document.look().result.tables if document is not None else []
    except SoesiftError:  # the last page was read just now
        tables = []
    return {"key": reading.key, "found": [table.pages for table in tables]} if tables else {"key": "", "found": []}


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


def _attached(name: str, content: bytes) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/octet-stream", headers=headers)
