"""How often a piece of work was begun: what takes its worker with it again and again is set aside (poison)."""

from __future__ import annotations

from pathlib import Path

STARTS = 5  # a piece begun so often without an answer is set aside


def count_start(begun: Path) -> int:
    """One more start, kept in a file so that it outlives the worker; returns how many there were."""
    begun.parent.mkdir(parents=True, exist_ok=True)
    with begun.open("ab") as file:
        file.write(b".")
        return file.tell()
