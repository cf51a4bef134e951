"""Configuration: TOML files read into pydantic models; an unknown key is an error naming its neighbour."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from soesift.errors import UsageError

M = TypeVar("M", bound=BaseModel)


def load_toml(path: str | Path, model: type[M]) -> M:
    """Read `path` into `model`. Raises UsageError (one line: file, key, what is wrong, nearest known key)."""
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except RecursionError:
        raise UsageError(f"{path}: is nested too deeply; use fewer brackets") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from None
    return check(data, model, str(path))


def beside(root: Path, name: str) -> str:
    """`name`, a shipped one or a path: beside the configuration in `root` if such a file is there, else as it is."""
    return str(root / name) if name and (root / name).is_file() else name


def check(data: dict[str, Any], model: type[M], where: str) -> M:
    """Validate `data`; every mistake goes into one line of a UsageError that starts with `where`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = "; ".join(_mistake(dict(item), model) for item in error.errors())
        raise UsageError(f"{where}: {mistakes}") from None


def first_mistake(error: ValidationError, whole: str = "file") -> str:
    """The first mistake of a validation in words: its place ("data.tables"; or `whole`) and what is wrong."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or whole}: {first['msg']}"


def _mistake(item: dict[str, Any], model: type[BaseModel]) -> str:
    place = tuple(item["loc"])
    key = ".".join(map(str, place)) or "file"
    if item["type"] != "extra_forbidden":
        return f"{key}: {item['msg'][:1].lower()}{item['msg'][1:]}"
    known = _keys_at(model, place[:-1])
    near = get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    return f"unknown key {key}; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}")


def _keys_at(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The keys that `model` knows at a place such as ("provider",) or ("arms", 2)."""
    for part in place:
        if isinstance(part, int) or part not in model.model_fields:
            continue  # a position in a list, or the tag of a union: the model stays the same
        inner = _model_in(model.model_fields[part].annotation)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
