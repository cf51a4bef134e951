"""Results as JSON files (`soe-result/2`): where they lie, and how an earlier result makes room for a later one.

Files are deterministic, readable line by line, read back without loss. Those of result `ID`: `ID.json`, which is
written last; `ID.xlsx`, `ID.html`, `ID_table1.csv` and so on, made from it; and `ID.corrections.jsonl`, what people
decided. A set that makes room is moved to `earlier/ID.TIME`, whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from soesift.config import first_mistake
from soesift.errors import UsageError
from soesift.files import WriteError, make_folder, sync_folder, write_atomically
from soesift.result.models import FORMAT, Result

EARLIER = "earlier"
HEAD = 4096  # bytes at the start of a result that name its format and its document's hash
_SHA = re.compile(rb'"sha256":\s*"([0-9a-f]{64})"')
SETTLED = 2.0  # seconds after the JSON: a file that is younger was changed by somebody since

WIDTH = 200  # values that fit are written on one line
SELDOM = frozenset({"markers", "runs", "marker_guess", "states", "indent", "doubt"})  # keys of a cell or footnote

# The JSON Schema of `soe-result/2`, generated from the models and shipped for users of other languages.
#
# `python -m soesift.result.store` writes the shipped file again after a change of the models.
SHIPPED = "soe-result-2.schema.json"


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


def write_result(result: Result, path: Path | str) -> Path:
    """Write `result` as JSON and return the path. The same result gives the same bytes. Raises WriteError."""
    return write_atomically(Path(path), _pieces(result))


def result_json(result: Result) -> str:
    """The JSON text: one row of a grid a line, keys in the order of the models, a line end at the end.

    What most cells have not (markers, runs, states, doubts) is left out where it is empty.

    Halves of surrogate pairs, which broken PDF text can hold and UTF-8 cannot, become U+FFFD.
    """
    return "".join(_pieces(result))


def _pieces(result: Result) -> Iterator[str]:
    """The JSON text piece by piece, a table at a time: as text a long document's tables are larger than in memory."""
    whole = result.model_dump(exclude={"tables"})
    if not whole["document"]["title_page"]:
        del whole["document"]["title_page"]
    before = "{\n  "
    for name in type(result).model_fields:
        yield f"{before}{json.dumps(name)}: "
        before = ",\n  "
        if name == "tables" and result.tables:
            for place, table in enumerate(result.tables):
                yield f"{',' if place else '['}\n    {_valid(_laid_out(_slim(table.model_dump()), 2))}"
            yield "\n  ]"
        else:
            yield _valid(_laid_out(whole.get(name, []), 1))
    yield "\n}\n"


def _valid(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_result(path: Path | str) -> Result:
    """Read what `write_result` wrote, of this format or an older one. Raises UsageError if it is neither."""
    path = Path(path)
    try:
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; give the path of a result file") from error
    except ValidationError as error:
        said = first_mistake(error, "the file")
        raise UsageError(f"{path} is not a {FORMAT} result: {said}; write it again with soesift detect") from error


def _slim(table: dict[str, Any]) -> dict[str, Any]:
    if not table["visits_said"]:
        del table["visits_said"]
    for part in ("cells", "footnotes"):
        table[part] = [{k: v for k, v in one.items() if v or k not in SELDOM} for one in table[part]]
    return table


def _laid_out(value: Any, depth: int) -> str:
    flat = not value or not isinstance(value, (dict, list)) or _is_scalar_list(value)
    if flat or (depth > 1 and not _is_long(value)):
        compact = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if flat or len(compact) <= WIDTH:
            return compact
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        items = [f"{json.dumps(k, ensure_ascii=False)}: {_laid_out(v, depth + 1)}" for k, v in value.items()]
        opening, closing = "{", "}"
    else:
        items = [_laid_out(v, depth + 1) for v in value]
        opening, closing = "[", "]"
    return f"{opening}\n{pad}" + f",\n{pad}".join(items) + f"\n{end}{closing}"


def _is_long(value: dict[str, Any] | list[Any]) -> bool:
    """Whether so much is in it that it cannot be one line: each value takes three characters at least."""
    inner = value.values() if isinstance(value, dict) else value
    return any(3 * len(some) > WIDTH for some in (value, *inner) if isinstance(some, (dict, list)))


def _is_scalar_list(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value)


def generated_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a result; keys that have a default may be absent, others are refused."""
    body = Result.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:soesift:{FORMAT}"}
    return head | body | {"title": FORMAT}


def shipped_schema() -> dict[str, Any]:
    """The schema file of the installed package."""
    text = files("soesift.result").joinpath(SHIPPED).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def write_schema(path: Path) -> Path:
    """Write the generated schema to `path`."""
    return write_atomically(path, json.dumps(generated_schema(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    print(write_schema(Path(__file__).with_name(SHIPPED)))
