"""The routes: documents and jobs, what was found in them piece by piece, and whether the service is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi import Path as PathPart
from fastapi.responses import FileResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from soesift.errors import DocumentError
from soesift.files import WriteError
from soesift.process.child import Task
from soesift.process.worker import Stopped, TookTooLong, WorkerDied
from soesift.result.models import Result
from soesift.result.store import sidecar_of
from soesift.review.corrections import add_corrections, read_corrections
from soesift.serve.queue import Job
from soesift.serve.service import MB, Service
from soesift.serve.wire import (
    Corrections,
    Health,
    JobId,
    JobView,
    NotADocument,
    Received,
    RecordedCorrections,
    Sha,
    TooLarge,
    job_view,
    open_inside,
    problems,
    receive,
)
from soesift.web import Busy

documents = APIRouter(tags=["documents"])
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "oneOf": [
                        {
                            "type": "object",
                            "required": ["file"],
                            "additionalProperties": False,
                            "properties": {
                                "file": {
                                    "type": "string",
                                    "format": "binary",
                                    "description": "PDF, Word file or picture",
                                },
                                "again": {"type": "boolean", "description": "run once more what failed"},
                            },
                        },
                        {
                            "type": "object",
                            "required": ["path"],
                            "additionalProperties": False,
                            "properties": {
                                "path": {
                                    "type": "string",
                                    "minLength": 1,
                                    "maxLength": 4096,
                                    "description": "inside a folder that the service may read",
                                },
                                "again": {"type": "boolean"},
                            },
                        },
                    ]
                },
                "examples": {"path": {"value": {"path": "study-1/protocol.pdf"}}},
            }
        },
    }
}

jobs = APIRouter(tags=["jobs"])
MOST_LISTENERS = 100
TICK = 0.2  # seconds between looks at a job
SIGN_OF_LIFE = 15.0  # seconds of silence after which a comment is sent, so that proxies keep the line
_EVENT = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "event", "data")}}
ENDED = ("done", "failed", "poison")

results = APIRouter(tags=["results"])
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}

open_state = APIRouter(tags=["state"])
state = APIRouter(tags=["state"])


def serving(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


@documents.post(
    "/v1/documents",
    status_code=202,
    response_model=JobView,
    openapi_extra=_FORM,
    responses={
        **problems(404, 415, 503),
        200: {"model": JobView, "description": "Known already: its job, of whatever state."},
    },
)
async def send_document(request: Request, response: Response) -> JobView:
    """Queue a document: a `file`, or a `path` inside a folder that the service may read.

    The same bytes under the same model are one job; `again` runs one that failed once more.
    """
    service = serving(request)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(415, "send multipart/form-data with a file or a path")
    async with request.form(max_files=1, max_fields=2, max_part_size=16_384) as form:
        _check_form(form)
        job, new = await run_in_threadpool(_take, service, form)
    response.status_code = 202 if new else 200
    return job_view(job, service.pool.progress)


def _check_form(form: FormData) -> None:
    keys = [key for key, _ in form.multi_items()]
    if len(keys) != len(set(keys)) or not set(keys) <= {"file", "path", "again"}:
        raise HTTPException(422, "the form may have file or path, and again, each once")
    if ("file" in form) == ("path" in form):
        raise HTTPException(422, "send either a file or a path")
    if not isinstance(form.get("file", ""), UploadFile) and "file" in form:
        raise HTTPException(415, "file came without a filename, as text; send it as a file")
    if any(isinstance(form.get(key), UploadFile) for key in ("path", "again")) or form.get("path") == "":
        raise HTTPException(422, "path and again must be plain text, and path not empty")
    if str(form.get("again", "false")).lower() not in ("true", "false"):
        raise HTTPException(422, "again must be true or false")


def _take(service: Service, form: FormData) -> tuple[Job, bool]:
    again = str(form.get("again", "false")).lower() == "true"
    file, path = form.get("file"), str(form.get("path", ""))
    limit = int(service.settings.max_mb * MB)
    try:
        if isinstance(file, UploadFile):
            name, got = file.filename or "", receive(file.file, service.store, limit)
        else:
            name, got = path, _receive_path(service, path, limit)
        return service.add(got.sha256, plain_name(name, got.suffix), got.suffix, again)
    except DocumentError as error:
        raise HTTPException(404, str(error)) from None
    except TooLarge as error:
        raise HTTPException(413, str(error)) from None
    except NotADocument as error:
        raise HTTPException(415, str(error)) from None
    except (Busy, WriteError) as error:
        raise HTTPException(503, str(error), {"Retry-After": "30"}) from None


def _receive_path(service: Service, path: str, limit: int) -> Received:
    with open_inside(service.settings.folders, path) as source:
        return receive(source, service.store, limit)


def plain_name(name: str, suffix: str) -> str:
    """The last part of a client's file name, printable and at most 200 characters; it is only ever shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c.isprintable()).strip()[:200]
    return shown or f"document{suffix}"


@documents.get(
    "/v1/documents/{sha256}",
    response_model=None,
    responses={**problems(404, 409), 200: {"model": Result, "description": "Everything that was found."}},
)
def document(request: Request, sha256: Sha) -> FileResponse:
    """The result, format `soe-result/2`."""
    return FileResponse(result_of(serving(request), sha256)[0], media_type="application/json")


def result_of(service: Service, sha256: str) -> tuple[Path, Job]:
    """The result file and the last job; 404 for what is unknown, 409 for what has no result."""
    job = service.queue.newest(sha256)
    if job is None:
        raise HTTPException(404, "no such document; send it first")
    path = service.store.result(sha256)
    if not path.exists():
        why = job.error or f"its job is {job.state}"
        raise HTTPException(409, f"has no result: {why}; see /v1/jobs/{job.id}")
    return path, job


@jobs.get("/v1/jobs/{job_id}", responses=problems(404))
def job(request: Request, job_id: JobId) -> JobView:
    """The state of a job."""
    return _job(serving(request), job_id)


def _job(service: Service, job_id: str) -> JobView:
    found = service.queue.get(job_id)
    if found is None:
        raise HTTPException(404, "no such job")
    return job_view(found, service.pool.progress)


@jobs.get(
    "/v1/jobs/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        **problems(404, 503),
        200: {
            "description": "Events `progress` and, last, `end`; the data of each is the job.",
            "content": {"text/event-stream": {"schema": _EVENT}},
        },
    },
)
async def events(request: Request, job_id: JobId) -> StreamingResponse:
    """The job each time it changes, until it ended."""
    service = serving(request)
    await run_in_threadpool(_job, service, job_id)
    if service.listeners >= MOST_LISTENERS:
        raise HTTPException(503, f"{MOST_LISTENERS} clients listen already", {"Retry-After": "5"})
    return StreamingResponse(_stream(service, job_id), media_type="text/event-stream")


async def _stream(service: Service, job_id: str) -> AsyncIterator[str]:
    last, number, said = None, 0, time.monotonic()
    service.listeners += 1
    try:
        while True:
            view = await run_in_threadpool(_job, service, job_id)
            ended = view.state in ENDED
            if view != last:
                last, number, said = view, number + 1, time.monotonic()
                yield event(number, "end" if ended else "progress", view.model_dump_json())
            elif time.monotonic() - said > SIGN_OF_LIFE:
                said = time.monotonic()
                yield ": waiting\n\n"
            if ended or service.stopping():
                return
            await asyncio.sleep(TICK)
    finally:
        service.listeners -= 1


def event(number: int, name: str, data: str) -> str:
    """One server-sent event; `data` has no line breaks."""
    return f"id: {number}\nevent: {name}\ndata: {data}\n\n"


@results.get(
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
    table: Annotated[str, PathPart(pattern="^[A-Za-z0-9_-]{1,64}$", examples=["t1"])],
    format: Literal["xlsx", "csv", "html", "json"],
) -> Response:
    """One table, with the corrections put into effect, as `soesift export` writes it."""
    service = serving(request)
    result, _ = result_of(service, sha256)
    content = _made(service, {"kind": "table", "result": str(result), "table": table, "format": format})
    if content is None:
        raise HTTPException(404, "no such table; see the ids in the document's result")
    named = {"content-disposition": f'attachment; filename="{sha256[:12]}_{table}.{format}"'}
    return Response(content, media_type=FORMATS[format], headers=named)


@results.get(
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
    number: Annotated[int, PathPart(ge=1, le=1_000_000, examples=[1])],
    dpi: Annotated[int, Query(ge=36, le=200)] = 100,
) -> Response:
    """The picture of a page (PDF only)."""
    service = serving(request)
    _, job = result_of(service, sha256)
    if job.suffix in (".docx", ".doc", ".rtf"):
        raise HTTPException(404, "only PDF documents and pictures have pages")
    source = service.store.document(sha256, job.suffix)
    content = _made(service, {"kind": "page", "document": str(source), "page": number, "dpi": dpi})
    if content is None:
        raise HTTPException(404, "no such page")
    return Response(content, media_type="image/png")


@results.get(
    "/v1/documents/{sha256}/corrected",
    response_class=Response,
    responses={**problems(404, 409, 503), 200: {"model": Result, "description": "The result as people corrected it."}},
)
def corrected(request: Request, sha256: Sha) -> Response:
    """The whole result with the corrections put into effect; those that do not fit it are passed over."""
    service = serving(request)
    result, _ = result_of(service, sha256)
    content = _made(service, {"kind": "corrected", "result": str(result)})
    return Response(content, media_type="application/json")


def _made(service: Service, task: Task) -> bytes | None:
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


@results.get("/v1/documents/{sha256}/corrections", responses=problems(404, 409))
def corrections(request: Request, sha256: Sha) -> RecordedCorrections:
    """What people said about the result, oldest first."""
    result, _ = result_of(serving(request), sha256)
    return RecordedCorrections.model_validate({"corrections": read_corrections(sidecar_of(result))})


@results.put("/v1/documents/{sha256}/corrections", responses=problems(404, 409, 503))
def correct(request: Request, sha256: Sha, body: Corrections) -> RecordedCorrections:
    """Add corrections; nothing is overwritten, and those whose `id` is there already are not added again."""
    result, _ = result_of(serving(request), sha256)
    given = [one.model_dump(mode="json", exclude_unset=True) for one in body.corrections]
    return RecordedCorrections.model_validate({"corrections": add_corrections(sidecar_of(result), given)})


@open_state.get("/healthz", responses=problems(503))
def health(request: Request) -> Health:
    """Whether workers and queue are up; needs no token and tells nothing else."""
    service = serving(request)
    service.queue.counts()
    if not all(thread.is_alive() for thread in service.pool.threads):
        raise HTTPException(503, "a worker thread ended; restart the service")
    return Health(status="ok")


@state.get(
    "/metrics",
    response_class=Response,
    responses={**problems(), 200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Counts and times for Prometheus."""
    text = serving(request).metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
