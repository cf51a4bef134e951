"""Whether the service is well, and its numbers."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from soesift.serve.routes_documents import serving
from soesift.serve.wire import Health, problems

open_router = APIRouter(tags=["state"])
router = APIRouter(tags=["state"])


@open_router.get("/healthz", responses=problems(503))
def health(request: Request) -> Health:
    """Whether workers and queue are up; needs no token and tells nothing else."""
    service = serving(request)
    service.queue.counts()
    if not all(thread.is_alive() for thread in service.pool.threads):
        raise HTTPException(503, "a worker thread ended; restart the service")
    return Health(status="ok")


@router.get(
    "/metrics",
    response_class=Response,
    responses={**problems(), 200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Counts and times for Prometheus."""
    text = serving(request).metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
