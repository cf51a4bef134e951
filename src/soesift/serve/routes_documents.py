"""Documents: sent, and what was found in them as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from soesift.errors import DocumentError
from soesift.files import WriteError
from soesift.result.models import Result
from soesift.serve.intake import NotADocument, Received, TooLarge, open_inside, receive
from soesift.serve.queue import Job
from soesift.serve.service import Service
from soesift.serve.settings import MB
from soesift.serve.wire import JobView, Sha, job_view, problems
from soesift.web.viewer import Busy

router = APIRouter(tags=["documents"])
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


def serving(request: Request) -> Service:
    """The service that a request came to."""
    service: Service = request.app.state.service
    return service


@router.post(
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


@router.get(
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
