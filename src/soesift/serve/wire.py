"""What goes over the wire, with the examples that the OpenAPI document shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from soesift.review.actions import AnyAction
from soesift.serve.queue import Job, State

SHA_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
JOB_EXAMPLE = "4f8c0e5b7a0f4b0f9a53f0a4f4c9d2aa"

Sha = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the document.", examples=[SHA_EXAMPLE])]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=[JOB_EXAMPLE])]


class Problem(BaseModel):
    """Every answer but success: one line, what happened and what to do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"detail": "no such document; send it first"}]})

    detail: str


class JobView(BaseModel):
    """A job. `state`: queued, running, done, failed (the document's fault), poison (it crashed its reader)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": JOB_EXAMPLE,
                    "sha256": SHA_EXAMPLE,
                    "name": "protocol.pdf",
                    "state": "running",
                    "attempts": 1,
                    "page": 12,
                    "pages": 96,
                    "error": None,
                    "created": "2025-01-31T09:30:00Z",
                    "started": "2025-01-31T09:30:01Z",
                    "finished": None,
                    "links": {
                        "job": f"/v1/jobs/{JOB_EXAMPLE}",
                        "events": f"/v1/jobs/{JOB_EXAMPLE}/events",
                        "document": f"/v1/documents/{SHA_EXAMPLE}",
                    },
                }
            ]
        }
    )

    id: str
    sha256: str
    name: str
    state: State
    attempts: int
    page: int | None = None  # last page read, while running
    pages: int | None = None
    doing: str | None = None  # what takes long, while it does: a picture is read, how many are left
    error: str | None = None
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    links: dict[str, str]


def job_view(job: Job, progress: dict[str, tuple[int, int, str]]) -> JobView:
    """A job as clients see it."""
    page, pages, doing = progress.get(job.id, (None, None, ""))
    return JobView(
        id=job.id,
        sha256=job.sha256,
        name=job.name,
        state=job.state,
        attempts=job.attempts,
        page=page,
        pages=pages,
        doing=doing or None,
        error=job.error,
        created=datetime.fromtimestamp(job.created, UTC),
        started=_utc(job.started),
        finished=_utc(job.finished),
        links={
            "job": f"/v1/jobs/{job.id}",
            "events": f"/v1/jobs/{job.id}/events",
            "document": f"/v1/documents/{job.sha256}",
        },
    )


def _utc(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class Correction(BaseModel):
    """Who wants what changed, and why. `id` is made by the client: sent twice, it counts once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "b2c7a0d4-0001",
                    "who": "reviewer@example.org",
                    "what": {"action": "retype", "table": "t1", "table_type": "track"},
                    "why": "the table covers the extension only",
                }
            ]
        },
    )

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    who: str = Field(min_length=1, max_length=200)
    what: AnyAction
    why: str = Field(max_length=2000)


class Corrections(BaseModel):
    """Corrections to add to what is there."""

    model_config = ConfigDict(extra="forbid")

    corrections: list[Correction] = Field(min_length=1, max_length=1000)


class Recorded(BaseModel):
    """A correction as it was written down."""

    model_config = ConfigDict(extra="allow")

    id: str = ""  # lines written by other programs may lack anything
    who: str = ""
    when: str = ""
    what: dict[str, JsonValue] = {}
    why: str = ""


class RecordedCorrections(BaseModel):
    """All corrections of a document, oldest first."""

    corrections: list[Recorded]


class Health(BaseModel):
    status: str = Field(examples=["ok"])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: what every route may answer, and `statuses`."""
    return {status: {"model": Problem} for status in sorted({400, 401, 403, 408, 413, 422, *statuses})}
