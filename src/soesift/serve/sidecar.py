"""The service's one door to the corrections sidecar (`*.corrections.jsonl`): a line a correction, only added to."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_writing = threading.Lock()


def sidecar_of(result: Path) -> Path:
    """The sidecar that lies beside a result."""
    return result.with_suffix(".corrections.jsonl")


def read_corrections(path: Path) -> list[dict[str, Any]]:
    """All corrections, oldest first; a line that a power cut left half written was never acknowledged."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [found for line in lines if (found := _parsed(line)) is not None]


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def add_corrections(path: Path, corrections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Append those whose `id` is not there yet, each with `when` (UTC); all corrections afterwards.

    On disk before it returns. The same call twice adds nothing the second time.
    """
    with _writing:
        there = read_corrections(path)
        known = {one.get("id") for one in there}
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        new = []
        for one in corrections:
            if one["id"] not in known:
                known.add(one["id"])
                new.append({"id": one["id"], "who": one["who"], "when": when, "what": one["what"], "why": one["why"]})
        if new:
            _append(path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in new))
    return there + new


def _append(path: Path, text: str) -> None:
    with open(path, "ab+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            text = text if file.read(1) == b"\n" else "\n" + text
        file.write(text.encode("utf-8", "replace"))
        file.flush()
        os.fsync(file.fileno())
