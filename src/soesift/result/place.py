"""Where the files of a result lie, and how an earlier result makes room for a later one.

The files of result `ID`: `ID.json`, which is written last; `ID.xlsx`, `ID.html`, `ID_table1.csv` and so on, made from
it; and `ID.corrections.jsonl`, what people decided. A set that makes room is moved to `earlier/ID.TIME`, whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path

from soesift.errors import UsageError
from soesift.files import WriteError, make_folder, sync_folder
from soesift.result.models import Result
from soesift.result.store import read_result

EARLIER = "earlier"
HEAD = 4096  # bytes at the start of a result that name its format and its document's hash
_SHA = re.compile(rb'"sha256":\s*"([0-9a-f]{64})"')
SETTLED = 2.0  # seconds after the JSON: a file that is younger was changed by somebody since


def sidecar_of(result: Path) -> Path:
    """The sidecar of corrections that lies beside a result."""
    return result.with_suffix(".corrections.jsonl")


def is_result(path: Path) -> bool:
    """Whether a file begins as results do, whole or damaged; other JSON is somebody else's."""
    return b'"format": "soe-result/' in _head(path)[:200]


def hash_in(path: Path) -> str:
    """The hash of the document that a result is of; "" where there is none."""
    found = _SHA.search(_head(path)) if is_result(path) else None
    return "" if found is None else found[1].decode()


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def finished(path: Path) -> Result | None:
    """The result at a path, if it is whole and its document could be read."""
    try:
        result = read_result(path)
    except UsageError:
        return None
    return None if result.document.error else result


def reviewed(path: Path) -> bool:
    """Whether people decided anything about the result at a path."""
    with suppress(OSError):
        return sidecar_of(path).stat().st_size > 0
    return False


def fingerprint(result: Result) -> str:
    """12 hex digits of what corrections point at; equal for results of equal tables and near misses."""
    tables = [[t.id, t.pages, len(t.grid)] for t in result.tables]
    near = [[r.pages, r.bbox, r.location and r.location.table_number] for r in result.rejected]
    return hashlib.sha256(json.dumps([result.document.sha256, tables, near]).encode()).hexdigest()[:12]


def formats_there(folder: Path, stem: str) -> dict[str, list[Path]]:
    """The files of a result other than its JSON, by format."""
    found = {kind: [folder / f"{stem}.{kind}"] for kind in ("xlsx", "html")}
    numbered = re.compile(re.escape(f"{stem}_table") + r"\d+(_header|_notes)?\.csv")
    with suppress(OSError):
        found["csv"] = sorted(folder / name for name in os.listdir(folder) if numbered.fullmatch(name))
    return {kind: there for kind, paths in found.items() if (there := [path for path in paths if path.is_file()])}


def changed_since(folder: Path, stem: str) -> bool:
    """Whether a file of a result was changed by somebody after the run that wrote it."""
    try:
        written = (folder / f"{stem}.json").stat().st_mtime
        files = [path for paths in formats_there(folder, stem).values() for path in paths]
        return any(path.stat().st_mtime > written + SETTLED for path in files)
    except OSError:
        return False


def set_aside(folder: Path, stem: str) -> Path | None:
    """Move the files of a result to `earlier/ID.TIME`, with a copy of its corrections; that folder.

    None if there are none. Raises WriteError.
    """
    result = folder / f"{stem}.json"
    files = [result] if result.is_file() else []
    files += [path for paths in formats_there(folder, stem).values() for path in paths]
    if not files:
        return None
    when = time.strftime("%Y%m%d-%H%M%S", time.gmtime(files[0].stat().st_mtime))
    stage = folder / EARLIER / f".new-{uuid.uuid4().hex[:12]}"
    make_folder(stage)
    try:
        for path in [*files, *([sidecar_of(result)] if reviewed(result) else [])]:
            shutil.copy2(path, stage)
        place = _free(folder / EARLIER, f"{stem}.{when}")
        os.replace(stage, place)  # from here on the whole set is there, whenever this process may be killed
        sync_folder(place.parent)
        for path in files:
            path.unlink()
    except OSError as error:
        raise WriteError(f"cannot move {stem} to {stage.parent}: {error.strerror}; choose another --out") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return place


def _free(folder: Path, name: str) -> Path:
    number, place = 1, folder / name
    while place.exists():
        number += 1
        place = folder / f"{name}-{number}"
    return place
