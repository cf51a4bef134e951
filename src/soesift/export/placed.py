"""Exported files put in their places: nothing is overwritten that no export wrote, or that was changed since."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from soesift.errors import UsageError
from soesift.files import WriteError, make_folder, sha256_of, sync_folder, write_atomically

REGISTER = ".soesift-export.json"  # beside the files: name -> SHA-256 as an export wrote it, and which export
Known = dict[str, tuple[str, str]]


def placed(make: Callable[[Path], list[Path]], folder: Path, which: str, replace: bool = False) -> list[Path]:
    """Move what `make` writes into the folder given to it to `folder`; the paths, in order. Files that an earlier
    export of the same name (`which`) left and this one does not write are deleted.

    Raises UsageError, and moves nothing, where a file is there that no export wrote or that was changed since, unless
    `replace`; WriteError.
    """
    make_folder(folder)
    stage = folder / f".new-{uuid.uuid4().hex[:12]}"
    try:
        made = make(stage)
        known = _known(folder)
        names = {path.name for path in made}
        stale = [folder / name for name, (_, by) in known.items() if by == which and name not in names]
        stale = [path for path in stale if path.is_file() and sha256_of(path) == known[path.name][0]]
        if not replace:
            for path in made:
                _check(folder / path.name, known, path)
        for path in stale:
            path.unlink()
            del known[path.name]
        known |= {path.name: (sha256_of(path), which) for path in made}
        for path in made:
            os.replace(path, folder / path.name)
        sync_folder(folder)
        write_atomically(folder / REGISTER, json.dumps(known, indent=1) + "\n")
    except OSError as error:
        raise WriteError(f"cannot write {folder}: {error.strerror}; choose another --out") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [folder / path.name for path in made]


def _check(target: Path, known: Known, made: Path) -> None:
    before = known.get(target.name, ("", ""))[0]
    if not target.exists() or (target.is_file() and sha256_of(target) in (before, sha256_of(made))):
        return
    why = "was changed since it was exported" if before else "is there, and no export wrote it"
    raise UsageError(f"{target} {why}; give another --out, or --replace to overwrite it")


def _known(folder: Path) -> Known:
    with suppress(OSError, ValueError, TypeError, AttributeError):
        told = json.loads((folder / REGISTER).read_text("utf-8"))
        return {str(name): (str(sha256), str(by)) for name, (sha256, by) in told.items()}
    return {}
