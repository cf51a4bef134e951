"""Which documents are asked for: trial numbers, or a manifest (JSON Lines, TSV or CSV) with what is known of each.

A manifest's rows have `nct`, `url` or both, and may have `file` (the name to save under), `document` (the file's
name in the registry), `sha256`, `bytes` and `date`. Other columns are left alone, so that an index written by
`soesift fetch`, or a benchmark's list with strata and sponsors, is a manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.detect.manifest import read_rows, read_text
from soesift.errors import UsageError


class Wanted(BaseModel):
    """One document asked for, or with `nct` alone every protocol of a trial."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    nct: str = ""
    url: str = Field("", pattern=r"^(https?://.+)?$")
    file: str = ""
    document: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")
    bytes: int | None = Field(None, gt=0)
    date: str = ""
    label: str = ""

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return self.nct or self.file or self.url


def one_trial(nct: str) -> Wanted:
    """A trial's documents, with nothing known of them."""
    return Wanted.model_validate({"nct": nct})


def read_manifest(path: Path) -> list[Wanted]:
    """The rows of a manifest; raises UsageError, naming the line, if one asks for nothing or is wrong."""
    rows = read_rows(read_text(path), path)
    wanted = [_row(row, f"{path}, line {number}") for number, row in rows]
    if not wanted:
        raise UsageError(f"{path}: holds no row; give one document a line")
    return wanted


def _row(row: Any, where: str) -> Wanted:
    try:
        wanted = Wanted.model_validate(row)
    except ValidationError as error:
        raise UsageError(f"{where}: {first_mistake(error, 'row')}") from None
    if not (wanted.nct or wanted.url):
        raise UsageError(f"{where}: has neither nct nor url; a row needs one of them")
    return wanted
