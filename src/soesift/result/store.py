"""Results as JSON files (`soe-result/2`): deterministic, readable line by line, read back without loss."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from soesift.config import first_mistake
from soesift.errors import UsageError
from soesift.files import write_atomically
from soesift.result.models import FORMAT, Result

WIDTH = 200  # values that fit are written on one line
SELDOM = frozenset({"markers", "runs", "marker_guess", "states", "doubt"})  # keys of a cell or footnote


def write_result(result: Result, path: Path | str) -> Path:
    """Write `result` as JSON and return the path. The same result gives the same bytes. Raises WriteError."""
    return write_atomically(Path(path), result_json(result))


def result_json(result: Result) -> str:
    """The JSON text: one row of a grid a line, keys in the order of the models, a line end at the end.

    What most cells have not (markers, runs, states, doubts) is left out where it is empty.

    Halves of surrogate pairs, which broken PDF text can hold and UTF-8 cannot, become U+FFFD.
    """
    text = _laid_out(_slim(result.model_dump()), 0) + "\n"
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


def _slim(result: dict[str, Any]) -> dict[str, Any]:
    if not result["document"]["title_page"]:
        del result["document"]["title_page"]
    for table in result["tables"]:
        if not table["visits_said"]:
            del table["visits_said"]
        for part in ("cells", "footnotes"):
            table[part] = [{k: v for k, v in one.items() if v or k not in SELDOM} for one in table[part]]
    return result


def _laid_out(value: Any, depth: int) -> str:
    compact = json.dumps(value, ensure_ascii=False, allow_nan=False)
    flat = not value or not isinstance(value, (dict, list)) or _is_scalar_list(value)
    if flat or (depth > 1 and len(compact) <= WIDTH):
        return compact
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        items = [f"{json.dumps(k, ensure_ascii=False)}: {_laid_out(v, depth + 1)}" for k, v in value.items()]
        opening, closing = "{", "}"
    else:
        items = [_laid_out(v, depth + 1) for v in value]
        opening, closing = "[", "]"
    return f"{opening}\n{pad}" + f",\n{pad}".join(items) + f"\n{end}{closing}"


def _is_scalar_list(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value)


# The JSON Schema of `soe-result/2`, generated from the models and shipped for users of other languages.
#
# `python -m soesift.result.store` writes the shipped file again after a change of the models.

SHIPPED = "soe-result-2.schema.json"


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
