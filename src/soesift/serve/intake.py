"""Documents on their way in: from an upload or from an allowed folder, checked, hashed and stored."""

from __future__ import annotations

import hashlib
import os
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from soesift.errors import DocumentError, SoesiftError
from soesift.files import WriteError
from soesift.serve.queue import Store

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
