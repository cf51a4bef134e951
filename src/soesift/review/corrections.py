"""Corrections of a result: an append-only sidecar `STEM.corrections.jsonl`, one line a correction.

A line holds `id` (made by whoever corrects; sent twice, it counts once), `who`, `when` (UTC), `what` (an action, see
`soesift.review.actions`) and `why`. Nothing is ever overwritten: a decision is taken back by an `undo` line.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from soesift.errors import UsageError
from soesift.files import WriteError, sync_folder

Correction = dict[str, Any]
_here = threading.Lock()  # for systems without flock


def read_corrections(path: Path) -> list[Correction]:
    """All corrections, oldest first; half a line, left by a power cut, was never acknowledged and is passed over.

    Raises UsageError if the file is there and cannot be read.
    """
    try:
        return _parsed(path.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; check its permissions") from None


def add_corrections(path: Path, corrections: Sequence[Mapping[str, Any]]) -> list[Correction]:
    """Append those whose `id` is not there yet, each with `when`; all corrections afterwards.

    On disk before it returns; processes and threads that write at the same time wait for each other.
    Raises WriteError.
    """
    try:
        with open(path, "ab+") as file, _alone(file):
            file.seek(0)
            content = file.read()
            there = _parsed(content)
            new = _new(there, corrections)
            if new:
                text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in new)
                start = "" if not content or content.endswith(b"\n") else "\n"
                file.write((start + text).encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
        if not content:
            sync_folder(path.parent)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror}; make the folder writable or free space") from None
    return there + new


def effective(corrections: Sequence[Correction]) -> list[Correction]:
    """Those that stand, oldest first: without undone ones and the undoing; an undo can be undone as well."""
    undone: set[str] = set()
    standing = []
    for one in reversed(corrections):
        what = one.get("what")
        if one.get("id") in undone or not isinstance(what, dict):
            continue
        if what.get("action") == "undo":
            undone.add(str(what.get("correction")))
        else:
            standing.append(one)
    return standing[::-1]


def _parsed(content: bytes) -> list[Correction]:
    found = []
    for line in content.split(b"\n"):
        with suppress(ValueError):
            one = json.loads(line)
            if isinstance(one, dict):
                found.append(one)
    return found


def _new(there: list[Correction], given: Sequence[Mapping[str, Any]]) -> list[Correction]:
    known = {one.get("id") for one in there}
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    new = []
    for one in given:
        if one["id"] not in known:
            known.add(one["id"])
            new.append({"id": one["id"], "who": one["who"], "when": when, "what": one["what"], "why": one["why"]})
    return new


@contextmanager
def _alone(file: IO[bytes]) -> Iterator[None]:
    """One writer at a time, over processes where the system has flock; a killed one leaves no lock."""
    with _here:
        try:
            import fcntl
        except ImportError:  # Windows: threads of one process only
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back
