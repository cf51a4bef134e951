"""What a correction may say: the actions, and how they are read from the sidecar."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from soesift.result.models import SoeTable, TableType

A = TypeVar("A", bound="_Action")
TableId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Action(BaseModel):
    """`result`: fingerprint of the result that was looked at ("": not said); `seen`: how many corrections were."""

    model_config = ConfigDict(extra="ignore")

    result: str = ""
    seen: int | None = None


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


class Undo(_Action):
    action: Literal["undo"]
    correction: str = Field(min_length=1, max_length=64)


Action = Annotated[Accept | Reject | Retype | Join | Split | Add | Undo, Field(discriminator="action")]
_READER: TypeAdapter[Accept | Reject | Retype | Join | Split | Add | Undo] = TypeAdapter(Action)


def read_action(what: Any) -> Accept | Reject | Retype | Join | Split | Add | Undo:
    """The action of a correction. Raises ValueError with one line that says what is wrong."""
    try:
        return _READER.validate_python(what)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "action"
        raise ValueError(f"{place}: {first['msg']}") from None


def _exactly_one(action: A, *given: object) -> A:
    if sum(one is not None for one in given) != 1:
        raise ValueError("name one table, near_miss or page")
    return action
