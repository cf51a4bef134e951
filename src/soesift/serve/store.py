"""The service's folder: `documents/SHA.pdf`, `results/SHA.json` with its corrections, the queue, and a lock."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from soesift.errors import UsageError
from soesift.files import make_folder


@dataclass(frozen=True, slots=True)
class Store:
    """Paths inside the service's folder. A document's name never becomes part of a path, its hash does."""

    folder: Path

    @property
    def queue(self) -> Path:
        return self.folder / "queue.sqlite"

    @property
    def passing(self) -> Path:
        """Files that are being received or sent."""
        return self.folder / "passing"

    def document(self, sha256: str, suffix: str) -> Path:
        return self.folder / "documents" / f"{sha256}{suffix}"

    def result(self, sha256: str) -> Path:
        return self.folder / "results" / f"{sha256}.json"


def open_store(folder: Path) -> tuple[Store, IO[bytes]]:
    """Make the folders, readable by their owner alone, and take the lock, held as long as the file is open.

    Raises UsageError if another service holds it, WriteError if the folder cannot be made.
    """
    store = Store(folder.resolve())
    for inner in ("documents", "results", "passing"):
        make_folder(store.folder / inner)
    with suppress(OSError):  # a mounted folder may belong to another user
        store.folder.chmod(0o700)
    lock = open(store.folder / "lock", "ab")  # noqa: SIM115  # held open on purpose
    try:
        _lock(lock)
    except OSError:
        lock.close()
        raise UsageError(f"{folder}: another service works in it; stop it or give another --data") from None
    for left in store.passing.iterdir():  # of a killed service
        left.unlink(missing_ok=True)
    return store, lock


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
