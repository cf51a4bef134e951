"""Jobs: their state, and their progress as server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from soesift.serve.routes_documents import serving
from soesift.serve.service import Service
from soesift.serve.wire import JobId, JobView, job_view, problems

router = APIRouter(tags=["jobs"])
MOST_LISTENERS = 100
TICK = 0.2  # seconds between looks at a job
SIGN_OF_LIFE = 15.0  # seconds of silence after which a comment is sent, so that proxies keep the line
_EVENT = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "event", "data")}}
ENDED = ("done", "failed", "poison")


@router.get("/v1/jobs/{job_id}", responses=problems(404))
def job(request: Request, job_id: JobId) -> JobView:
    """The state of a job."""
    return _view(serving(request), job_id)


def _view(service: Service, job_id: str) -> JobView:
    found = service.queue.get(job_id)
    if found is None:
        raise HTTPException(404, "no such job")
    return job_view(found, service.pool.progress)


@router.get(
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
    await run_in_threadpool(_view, service, job_id)
    if service.listeners >= MOST_LISTENERS:
        raise HTTPException(503, f"{MOST_LISTENERS} clients listen already", {"Retry-After": "5"})
    return StreamingResponse(_stream(service, job_id), media_type="text/event-stream")


async def _stream(service: Service, job_id: str) -> AsyncIterator[str]:
    last, number, said = None, 0, time.monotonic()
    service.listeners += 1
    try:
        while True:
            view = await run_in_threadpool(_view, service, job_id)
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
