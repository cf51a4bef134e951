"""What goes over the wire: documents checked, hashed and stored on their way in; answers, with the OpenAPI examples."""

from __future__ import annotations

import hashlib
import os
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Any, NamedTuple

from fastapi import Path as PathPart
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from soesift.errors import DocumentError, SoesiftError
from soesift.files import WriteError
from soesift.review.corrections import AnyAction
from soesift.serve.queue import Job, State, Store

SHA_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
JOB_EXAMPLE = "4f8c0e5b7a0f4b0f9a53f0a4f4c9d2aa"

Sha = Annotated[str, PathPart(pattern="^[0-9a-f]{64}$", description="SHA-256 of the document.", examples=[SHA_EXAMPLE])]
JobId = Annotated[str, PathPart(pattern="^[0-9a-f]{32}$", examples=[JOB_EXAMPLE])]

CHUNK = 1 << 20
_KINDS = {
    b"PK\x03\x04": ".docx",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
    b"{\\rtf": ".rtf",
    bytes.fromhex("d0cf11e0a1b11ae1"): ".doc",
}

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


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


class TooLarge(SoesiftError):
    """The document has more bytes than the service takes."""


class NotADocument(SoesiftError):
    """The bytes are of no kind of document that is read."""


class Received(NamedTuple):
    sha256: str
    suffix: str


def receive(source: IO[bytes], store: Store, limit: int) -> Received:
    """Copy `source` into the store under the hash of its bytes; at most `limit` bytes.

    Raises TooLarge, NotADocument or WriteError; then nothing is kept. The same bytes twice are one file.
    """
    part = store.passing / f"{uuid.uuid4().hex}.part"
    try:
        with open(part, "xb") as file:
            start, sha256 = _copy(source, file, limit)
            file.flush()
            os.fsync(file.fileno())
        suffix = kind_of(start)
        os.replace(part, store.document(sha256, suffix))
    except OSError as error:
        raise WriteError(f"the document cannot be kept now: {error.strerror}; send it again later") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Received(sha256, suffix)


def _copy(source: IO[bytes], target: IO[bytes], limit: int) -> tuple[bytes, str]:
    """The first kilobyte and the hash of what was copied."""
    digest, size, start = hashlib.sha256(), 0, b""
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"the document has more than {limit:,} bytes; this service takes no larger ones")
        start = start or chunk[:1024]
        digest.update(chunk)
        target.write(chunk)
    return start, digest.hexdigest()


def kind_of(start: bytes) -> str:
    """The suffix that a document's first kilobyte stands for; raises NotADocument. Names are not believed.

    A package (PK) may still be none of Word: its reader, in a process of its own, says what it is.
    """
    suffix = next((suffix for magic, suffix in _KINDS.items() if start.startswith(magic)), "")
    if not suffix and b"%PDF" in start:
        suffix = ".pdf"
    if not suffix:
        raise NotADocument("neither PDF, Word file nor picture (PNG, JPEG, TIFF); send a document of such a kind")
    return suffix


@contextmanager
def open_inside(folders: Sequence[Path], path: str) -> Iterator[IO[bytes]]:
    """Open a regular file inside one of `folders`, named by its path there or by its full path.

    No step on the way may be a link or "..", and each is opened from the one before, so that nothing can be
    exchanged between check and use. Raises DocumentError, with one text for all reasons: it tells nothing
    about what lies outside.
    """
    refused = DocumentError("no such document inside the folders that this service may read")
    for folder in folders:
        steps = _steps(folder, path)
        if steps is not None and (handle := _open_steps(folder, steps)) is not None:
            with os.fdopen(handle, "rb") as file:
                yield file
            return
    raise refused


def _steps(folder: Path, path: str) -> tuple[str, ...] | None:
    """The names from `folder` to the file; None if there is no plain way."""
    if "\x00" in path or "\\" in path or not path.isprintable():
        return None
    whole = PurePosixPath(path)
    if whole.is_absolute():
        if not whole.is_relative_to(folder.as_posix()):
            return None
        whole = whole.relative_to(folder.as_posix())
    return None if not whole.parts or ".." in whole.parts else whole.parts


def _open_steps(folder: Path, steps: tuple[str, ...]) -> int | None:
    handles: list[int] = []
    try:
        handles.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        for step in steps[:-1]:
            handles.append(os.open(step, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK, dir_fd=handles[-1]))
        found = os.open(steps[-1], os.O_RDONLY | _NO_LINK, dir_fd=handles[-1])
    except (OSError, ValueError):
        return None
    finally:
        for handle in handles:
            os.close(handle)
    if stat.S_ISREG(os.fstat(found).st_mode):
        return found
    os.close(found)
    return None
