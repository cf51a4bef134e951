"""Corrections of a result: an append-only sidecar `STEM.corrections.jsonl`, one line a correction.

A line holds `id` (made by whoever corrects; sent twice, it counts once), `who`, `when` (UTC), `what` (an action, see
`soesift.review.corrections`) and `why`. Nothing is ever overwritten: a decision is taken back by an `undo` line.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from soesift.config import first_mistake
from soesift.errors import UsageError
from soesift.files import WriteError, sync_folder
from soesift.result.models import Box, Cell, PlacedDoubt, SoeTable, State, TableType
from soesift.schedule.said import SaidValues

Correction = dict[str, Any]
_here = threading.Lock()  # for systems without flock


def read_corrections(path: Path) -> list[Correction]:
    """All corrections, oldest first; half a line, left by a power cut, was never acknowledged and is passed over.

    Raises UsageError if the file is there and cannot be read.
    """
    try:
        return _parsed(path.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; check its permissions") from None


def add_corrections(path: Path, corrections: Sequence[Mapping[str, Any]]) -> list[Correction]:
    """Append those whose `id` is not there yet, each with `when`; all corrections afterwards.

    On disk before it returns; processes and threads that write at the same time wait for each other.
    Raises WriteError.
    """
    try:
        with open(path, "ab+") as file, _alone(file):
            file.seek(0)
            content = file.read()
            there = _parsed(content)
            new = _new(there, corrections)
            if new:
                text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in new)
                start = "" if not content or content.endswith(b"\n") else "\n"
                file.write((start + text).encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
        if not content:
            sync_folder(path.parent)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror}; make the folder writable or free space") from None
    return there + new


def effective(corrections: Sequence[Correction]) -> list[Correction]:
    """Those that stand, oldest first: without undone ones and the undoing; an undo can be undone as well."""
    undone: set[str] = set()
    standing = []
    for one in reversed(corrections):
        what = one.get("what")
        if one.get("id") in undone or not isinstance(what, dict):
            continue
        if what.get("action") == "undo":
            undone.add(str(what.get("correction")))
        else:
            standing.append(one)
    return standing[::-1]


def _parsed(content: bytes) -> list[Correction]:
    found = []
    for line in content.split(b"\n"):
        with suppress(ValueError):
            one = json.loads(line)
            if isinstance(one, dict):
                found.append(one)
    return found


def _new(there: list[Correction], given: Sequence[Mapping[str, Any]]) -> list[Correction]:
    known = {one.get("id") for one in there}
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    new = []
    for one in given:
        if one["id"] not in known:
            known.add(one["id"])
            new.append({"id": one["id"], "who": one["who"], "when": when, "what": one["what"], "why": one["why"]})
    return new


@contextmanager
def _alone(file: IO[bytes]) -> Iterator[None]:
    """One writer at a time, over processes where the system has flock; a killed one leaves no lock."""
    with _here:
        try:
            import fcntl
        except ImportError:  # Windows: threads of one process only
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back


# What a correction may say: the actions, and how they are read from the sidecar.

A = TypeVar("A", bound="_Action")
MOST_TEXT = 8000  # characters of a cell, note or title
MOST_MARKER = 8
Marker = Annotated[str, Field(min_length=1, max_length=MOST_MARKER)]
TableId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Action(BaseModel):
    """`result`: fingerprint of the result that was looked at ("": not said); `seen`: how many corrections were;
    `shape`: rows and columns that the table had then, so that no word lands on another place in silence."""

    model_config = ConfigDict(extra="ignore")

    result: str = ""
    seen: int | None = None
    shape: tuple[int, int] | None = None


class Accept(_Action):
    """A table is a schedule; or near miss `near_miss` (1-based) is one, `content` being what it shows, of a type that
    may be said with it."""

    action: Literal["accept"]
    table: TableId | None = None
    near_miss: int | None = Field(None, ge=1)
    content: SoeTable | None = None
    table_type: TableType | None = None

    @model_validator(mode="after")
    def _one(self) -> Accept:
        return _exactly_one(self, self.table, self.near_miss)


class Reject(_Action):
    """A table or near miss is no schedule; or there is none on an unsure page (`page` 0: where no page is named)."""

    action: Literal["reject"]
    table: TableId | None = None
    near_miss: int | None = Field(None, ge=1)
    page: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _one(self) -> Reject:
        return _exactly_one(self, self.table, self.near_miss, self.page)


class Retype(_Action):
    action: Literal["retype"]
    table: TableId
    table_type: TableType


class Join(_Action):
    """Tables that are one; it keeps the id of the first."""

    action: Literal["join"]
    tables: list[TableId] = Field(min_length=2, max_length=50)


class Split(_Action):
    """Rows from `row` (0-based, in the grid) on are a table of their own, under the same header."""

    action: Literal["split"]
    table: TableId
    row: int = Field(ge=1)


class Add(_Action):
    """A table that was missed."""

    action: Literal["add"]
    content: SoeTable


class EditCell(_Action):
    """What a cell really says; `markers` and `states` stay where they are not given. A merged cell is one cell."""

    action: Literal["edit_cell"]
    table: TableId
    row: int = Field(ge=0)
    column: int = Field(ge=0)
    text: str = Field(max_length=MOST_TEXT)
    markers: list[Marker] | None = None
    states: list[State] | None = None


class EditTitle(_Action):
    action: Literal["edit_title"]
    table: TableId
    title: str = Field(max_length=MOST_TEXT)


class EditNote(_Action):
    """The footnote at place `note` (0-based) as it really is."""

    action: Literal["edit_note"]
    table: TableId
    note: int = Field(ge=0)
    marker: str = Field(max_length=MOST_MARKER)
    text: str = Field(min_length=1, max_length=MOST_TEXT)


class AddNote(_Action):
    """A footnote that was lost, before place `note` (0-based; None: last)."""

    action: Literal["add_note"]
    table: TableId
    note: int | None = Field(None, ge=0)
    marker: str = Field(max_length=MOST_MARKER)
    text: str = Field(min_length=1, max_length=MOST_TEXT)


class RemoveNote(_Action):
    action: Literal["remove_note"]
    table: TableId
    note: int = Field(ge=0)


class Reshape(_Action):
    """A row or column (`at`, 0-based) put in before that place, or taken out."""

    action: Literal["insert_row", "remove_row", "insert_column", "remove_column"]
    table: TableId
    at: int = Field(ge=0)


class Merge(_Action):
    """The cells of a block are one, or, with spans of 1, a merged cell is parted; the first cell's text stays."""

    action: Literal["merge_cells"]
    table: TableId
    row: int = Field(ge=0)
    column: int = Field(ge=0)
    row_span: int = Field(1, ge=1)
    column_span: int = Field(1, ge=1)


class HeaderRows(_Action):
    """How many leading rows are the header."""

    action: Literal["header_rows"]
    table: TableId
    rows: int = Field(ge=0)


class Line(BaseModel):
    """A line between columns or rows: `at` points on the page as displayed; `was`: the number of the line that it was
    before (0-based, in printed order), -1 for a new one."""

    at: float = Field(allow_inf_nan=False)
    was: int = Field(ge=-1)


class Step(BaseModel):
    """A row (else a column) put in before place `at`, or taken out; `into`: place of the one that takes its text;
    grows: what is merged up to there covers the new one, too."""

    rows: bool
    put: bool
    at: int = Field(ge=0)
    into: int | None = None
    grows: bool = False


class Redrawn(BaseModel):
    """What was read between moved lines. shape: rows and columns of the table that was read; boxes: of fragments."""

    shape: tuple[int, int]
    steps: list[Step] = Field(max_length=500)
    cells: list[Cell]
    boxes: list[tuple[int, Box]] = []
    doubt: list[PlacedDoubt] = []


class Redraw(_Action):
    """The lines of a table's part on one page, all of them, as they should be; `content` is what was read between."""

    action: Literal["redraw"]
    table: TableId
    fragment: int = Field(ge=0)
    columns: list[Line] = Field(min_length=2, max_length=400)
    rows: list[Line] = Field(min_length=2, max_length=1000)
    content: Redrawn | None = None


class EditVisit(_Action):
    """What a column really is as a visit; `said` holds the fields that a person set, None where there is none."""

    action: Literal["edit_visit"]
    table: TableId
    column: int = Field(ge=0)
    said: SaidValues


class Check(_Action):
    """A doubt was looked at, and what was read is right: that of a cell, of a note, of a column as a visit (-1: of the
    whole visit table), or, with none of them, of the table."""

    action: Literal["check"]
    table: TableId
    row: int | None = Field(None, ge=0)
    column: int | None = Field(None, ge=0)
    note: int | None = Field(None, ge=0)
    visit: int | None = Field(None, ge=-1)


class Sign(_Action):
    """A named person signs the document as it stands; `meaning` is what the signature says, `of` a hash of the tables
    that were signed, which the server sets."""

    action: Literal["sign"]
    meaning: Literal["checked", "approved"] = "checked"
    of: str = ""


Mend = (
    EditCell | EditTitle | EditNote | AddNote | RemoveNote | Reshape | Merge | HeaderRows | Redraw | EditVisit | Check
)


class Undo(_Action):
    action: Literal["undo"]
    correction: str = Field(min_length=1, max_length=64)


AnyAction = Accept | Reject | Retype | Join | Split | Add | Mend | Sign | Undo
_READER: TypeAdapter[AnyAction] = TypeAdapter(Annotated[AnyAction, Field(discriminator="action")])


def read_action(what: Any) -> AnyAction:
    """The action of a correction. Raises ValueError with one line that says what is wrong."""
    try:
        return _READER.validate_python(what)
    except ValidationError as error:
        raise ValueError(first_mistake(error, "action")) from None


def _exactly_one(action: A, *given: object) -> A:
    if sum(one is not None for one in given) != 1:
        raise ValueError("name one table, near_miss or page")
    return action
