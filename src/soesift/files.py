"""Files that are either whole or not there: a stopped or crashed run leaves no half-written result."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from soesift.errors import DocumentError, SoesiftError

LONGEST_STEM = 150  # bytes; leaves room for endings such as "_table12.csv" in the usual 255
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_parts: set[Path] = set()  # being written now
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


class WriteError(SoesiftError):
    """A file could not be written (no right, disk full, a folder of that name)."""


def write_atomically(path: Path | str, data: bytes | str | Iterable[str]) -> Path:
    """Write `data` (text, whole or in pieces, as UTF-8) under a temporary name in the same folder, fsync, and rename to
    `path`.

    Missing parent folders are made. Raises WriteError; what was at `path` is then untouched.
    """
    path = Path(path)
    data = data.encode("utf-8") if isinstance(data, str) else data
    content = [data] if isinstance(data, bytes) else (piece.encode("utf-8") for piece in data)
    part = path.parent / f".soesift-{uuid.uuid4().hex[:12]}.part"
    _parts.add(part)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_sync(part, content)
        os.replace(part, path)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise WriteError(f"cannot write {path}: {reason}; choose another place or free some space") from error
    finally:
        with suppress(OSError, ValueError):
            part.unlink(missing_ok=True)
        _parts.discard(part)
    sync_folder(path.parent)
    return path


def sha256_of(path: Path) -> str:
    """Hex digest of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes; raises DocumentError if it cannot be opened."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise DocumentError(f"{path}: is not a file; check the path")
    try:
        return sha256_of(path)
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}; check the path and its permissions") from error


def drop_parts() -> None:
    """Take away what is being written: for a process that ends in the middle."""
    for part in list(_parts):
        with suppress(OSError, ValueError):
            part.unlink(missing_ok=True)


def as_text(name: str) -> str:
    """A file name as valid text: bytes that are not UTF-8, which Python keeps as halves of surrogates, become ?."""
    return name.encode("utf-8", "replace").decode("utf-8")


def safe_stem(name: str) -> str:
    """`name` as a file stem that is valid everywhere and stays in its folder; ordinary names stay."""
    stem = _UNSAFE.sub("_", name).strip(" .")
    stem = stem.encode("utf-8")[:LONGEST_STEM].decode("utf-8", "ignore").rstrip(" .")
    return f"_{stem}" if _RESERVED.match(stem) else stem or "document"


def _write_and_sync(path: Path, content: Iterable[bytes]) -> None:
    with open(path, "xb") as handle:
        handle.writelines(content)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system lets a folder be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_folder(path: Path) -> None:
    """Make a folder for results; raises WriteError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"cannot make folder {path}: {error.strerror}; choose another place") from error
