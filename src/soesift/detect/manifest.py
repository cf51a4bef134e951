"""Lists of documents: text with a path or URL a line, or CSV, TSV or JSON Lines with columns."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.detect.remote import is_url
from soesift.errors import UsageError
from soesift.json_lines import json_rows, text_of

Rows = list[tuple[int, Any]]  # number of the line, and what it says


class Listed(BaseModel):
    """One document of a list, with `path` or `url`; `file` is the name to give it. Other columns are left alone."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    path: str = ""
    url: str = ""
    file: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")

    @property
    def place(self) -> str:
        return self.path or self.url


def read_list(path: Path) -> list[Listed]:
    """The documents that a manifest lists; relative paths are from its own folder.

    Raises UsageError, naming the line, if a row names no document or is wrong.
    """
    text = read_text(path)
    heading = (text.lstrip().splitlines() or [""])[0]
    table = text.lstrip()[:1] == "{" or not {"path", "url"}.isdisjoint(heading.replace("\t", ",").split(","))
    rows = read_rows(text, path) if table else plain_rows(text)
    listed = [_listed(row, path, number) for number, row in rows]
    if not listed:
        raise UsageError(f"{path}: holds no row; give one document a line")
    return listed


def read_text(path: Path) -> str:
    """A list's text. Raises UsageError."""
    return text_of(path)


def plain_rows(text: str) -> Rows:
    """One path or URL a line, taken as it is."""
    return [(number, {"path": line}) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def read_rows(text: str, path: Path) -> Rows:
    """JSON Lines, or TSV or CSV with a heading; raises UsageError for a line that is no JSON."""
    return list(json_rows(text, path)) if text.lstrip()[:1] == "{" else _table_rows(text)


def _table_rows(text: str) -> Rows:
    """Rows of a TSV or CSV with a heading; the separator is what the heading has more of."""
    lines = text.splitlines()
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter="\t" if head.count("\t") >= head.count(",") and "\t" in head else ",")
    return [(reader.line_num, {k: v for k, v in row.items() if k and v}) for row in reader if any(row.values())]


def _listed(row: Any, path: Path, number: int) -> Listed:
    try:
        listed = Listed.model_validate(row)
    except ValidationError as error:
        raise UsageError(f"{path}, line {number}: {first_mistake(error, 'row')}") from None
    if not listed.place:
        raise UsageError(f"{path}, line {number}: has neither path nor url; a row needs one of them")
    if not is_url(listed.place):
        listed.path = str(path.parent / listed.place)
    return listed
