"""The JSON Schema of `soe-result/2`, generated from the models and shipped for users of other languages.

`python -m soesift.result.schema` writes the shipped file again after a change of the models.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from soesift.files import write_atomically
from soesift.result.models import FORMAT, Result

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
