"""JSON Lines: one reader, which is told what becomes of a bad line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from soesift.config import first_mistake
from soesift.errors import UsageError

M = TypeVar("M", bound=BaseModel)
Bad = Callable[[str], None]  # told what is wrong with a line, which is then passed over


def refuse(mistake: str) -> None:
    """For files that must be whole: raises UsageError."""
    raise UsageError(mistake)


def pass_over(mistake: str) -> None:
    """For files that a kill may have cut short."""


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """Lines that hold something, by number from 1. Only a line feed ends one: JSON may hold U+2028 as it is."""
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def text_of(path: str | Path, hint: str = "") -> str:
    """A file's text, without a byte order mark. Raises UsageError, which ends with `hint`."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(f"{path}: cannot be read ({why}){hint}") from None


def json_rows(text: str, where: str | Path, bad: Bad = refuse) -> Iterator[tuple[int, Any]]:
    """Number and content of each line of a text; `where` it is from is told of a bad one."""
    for number, line in numbered(text):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            bad(f"{where}, line {number}: is no JSON ({error})")
            continue
        yield number, row


def json_lines(path: str | Path, bad: Bad = refuse) -> Iterator[Any]:
    """Content of each line of a file. Raises UsageError if it cannot be read."""
    return (row for _, row in json_rows(text_of(path), path, bad))


def model_lines(path: str | Path, model: type[M], bad: Bad = refuse, hint: str = "") -> Iterator[M]:
    """Each line of a file as a model. Raises UsageError if it cannot be read."""
    for number, line in numbered(text_of(path, hint)):
        try:
            one = model.model_validate_json(line)
        except ValidationError as error:
            bad(f"{path}, line {number}: {first_mistake(error, 'line')}")
            continue
        yield one
