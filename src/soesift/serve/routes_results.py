"""What was found, piece by piece: tables, pages, and what people said about them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from soesift.process.child import Task
from soesift.process.worker import Stopped, TookTooLong, WorkerDied
from soesift.result.models import Result
from soesift.result.place import sidecar_of
from soesift.review.corrections import add_corrections, read_corrections
from soesift.serve.routes_documents import result_of, serving
from soesift.serve.service import Service
from soesift.serve.wire import Corrections, RecordedCorrections, Sha, problems
from soesift.web.viewer import Busy

router = APIRouter(tags=["results"])
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


@router.get(
    "/v1/documents/{sha256}/tables/{table}.{format}",
    response_class=Response,
    responses={
        **problems(404, 409, 503),
        200: {
            "description": "The joined table.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/SoeTable"}},
                **{kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in list(FORMATS.values())[:3]},
            },
        },
    },
)
def table(
    request: Request,
    sha256: Sha,
    table: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$", examples=["t1"])],
    format: Literal["xlsx", "csv", "html", "json"],
) -> Response:
    """One table, with the corrections put into effect, as `soesift export` writes it."""
    service = serving(request)
    result, _ = result_of(service, sha256)
    content = _view(service, {"kind": "table", "result": str(result), "table": table, "format": format})
    if content is None:
        raise HTTPException(404, "no such table; see the ids in the document's result")
    named = {"content-disposition": f'attachment; filename="{sha256[:12]}_{table}.{format}"'}
    return Response(content, media_type=FORMATS[format], headers=named)


@router.get(
    "/v1/documents/{sha256}/pages/{number}.png",
    response_class=Response,
    responses={
        **problems(404, 409, 503),
        200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def page(
    request: Request,
    sha256: Sha,
    number: Annotated[int, Path(ge=1, le=1_000_000, examples=[1])],
    dpi: Annotated[int, Query(ge=36, le=200)] = 100,
) -> Response:
    """The picture of a page (PDF only)."""
    service = serving(request)
    _, job = result_of(service, sha256)
    if job.suffix in (".docx", ".doc", ".rtf"):
        raise HTTPException(404, "only PDF documents and pictures have pages")
    source = service.store.document(sha256, job.suffix)
    content = _view(service, {"kind": "page", "document": str(source), "page": number, "dpi": dpi})
    if content is None:
        raise HTTPException(404, "no such page")
    return Response(content, media_type="image/png")


@router.get(
    "/v1/documents/{sha256}/corrected",
    response_class=Response,
    responses={**problems(404, 409, 503), 200: {"model": Result, "description": "The result as people corrected it."}},
)
def corrected(request: Request, sha256: Sha) -> Response:
    """The whole result with the corrections put into effect; those that do not fit it are passed over."""
    service = serving(request)
    result, _ = result_of(service, sha256)
    content = _view(service, {"kind": "corrected", "result": str(result)})
    return Response(content, media_type="application/json")


def _view(service: Service, task: Task) -> bytes | None:
    """What the viewing process wrote; None if there is no such page or table."""
    with service.passing_file() as out:
        try:
            answer = service.viewer.run({**task, "out": str(out)})
        except (Busy, Stopped) as error:
            raise HTTPException(503, str(error), {"Retry-After": "2"}) from None
        except (WorkerDied, TookTooLong) as error:
            raise HTTPException(409, f"cannot be shown: its process ended {error}") from None
        if "error" in answer:
            raise HTTPException(409, f"cannot be shown: {answer['error']}")
        return out.read_bytes() if answer["done"]["found"] else None


@router.get("/v1/documents/{sha256}/corrections", responses=problems(404, 409))
def corrections(request: Request, sha256: Sha) -> RecordedCorrections:
    """What people said about the result, oldest first."""
    result, _ = result_of(serving(request), sha256)
    return RecordedCorrections.model_validate({"corrections": read_corrections(sidecar_of(result))})


@router.put("/v1/documents/{sha256}/corrections", responses=problems(404, 409, 503))
def correct(request: Request, sha256: Sha, body: Corrections) -> RecordedCorrections:
    """Add corrections; nothing is overwritten, and those whose `id` is there already are not added again."""
    result, _ = result_of(serving(request), sha256)
    given = [one.model_dump(mode="json", exclude_unset=True) for one in body.corrections]
    return RecordedCorrections.model_validate({"corrections": add_corrections(sidecar_of(result), given)})
