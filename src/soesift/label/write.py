"""Writing a file so that it is either the old one or the whole new one."""

from __future__ import annotations

import os
from pathlib import Path

from soesift.errors import UsageError


def write_whole(path: str | Path, text: str) -> None:
    """Temporary name, fsync, rename. Raises UsageError if the place cannot be written."""
    path = Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written ({error.strerror}); give another path") from None
