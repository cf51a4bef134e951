"""Kinds of protocols: what a document holds, before chance fills in the rest."""

from __future__ import annotations

from random import Random
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from soesift.sample.blocks import Mode
from soesift.sample.style import Borders

Kind = Literal[
    "full", "small", "none", "image", "scan", "rotated", "tiled", "borderless", "redacted", "transposed",
    "tracks",
    "synopsis", "foreign", "mixed", "doses", "academic", "plan", "slides",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


class Options(BaseModel):
    """Choices for one document; None leaves a choice to the seed."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "full"
    docx: bool = False
    area: str | None = None  # therapeutic area, by name
    mode: Mode | None = None  # of pages with schedules
    borders: Borders | None = None
    reprint: bool | None = None  # header on every page
    split: int | None = None  # column blocks of the main schedule
    redacted: bool = False
    transposed: bool = False
    picture: bool = False  # the main schedule
    scan: bool = False
    language: str = ""  # de, fr, es
    in_synopsis: bool = False
    tracks: int | None = None  # further schedules besides the main one
    negatives: int | None = None  # tables that are no schedules
    doses: int = 0  # further tables of dose changes
    schedule: bool = True
    amended: int = Field(0, ge=0, le=40)  # random edits of the main schedule; the rest stays as the seed has it


MIXED: tuple[Kind, ...] = (
    "small",
    "none",
    "rotated",
    "tiled",
    "borderless",
    "redacted",
    "transposed",
    "tracks",
    "synopsis",
    "foreign",
)
"""What "mixed" draws from: kinds that came later are left out, so that its seeds stay what they were."""


def settle(options: Options, rng: Random) -> Options:
    """The options with what the kind asks for; "mixed" draws a kind."""
    kind = options.kind
    if kind == "mixed":
        kind = rng.choice(MIXED)
        options = options.model_copy(update={"kind": kind})
    asked = {**PRESETS[kind], **options.model_dump(exclude_unset=True)}
    asked["kind"] = kind
    if kind == "plan":  # about half of them print the schedule of the protocol, too
        asked.setdefault("schedule", rng.random() < 0.5)
    if asked.get("negatives") is None:
        asked["negatives"] = rng.randint(2, 4) if kind in ("small", "image", "scan") else rng.randint(7, 12)
    return Options(**asked)


PRESETS: dict[str, dict[str, object]] = {
    "full": {"tracks": 2, "split": 1, "mode": "landscape", "negatives": 12},
    "small": {"tracks": 0},
    "none": {"schedule": False, "tracks": 0},
    "image": {"picture": True, "tracks": 0, "split": 1},
    "scan": {"scan": True, "tracks": 0, "split": 1},
    "rotated": {"mode": "turned"},
    "tiled": {"split": 2},
    "borderless": {"borders": "none"},
    "redacted": {"redacted": True},
    "transposed": {"transposed": True, "split": 1},
    "tracks": {"tracks": 4},
    "synopsis": {"in_synopsis": True, "mode": "portrait", "split": 1},
    "foreign": {"tracks": 0},
    "doses": {"tracks": 0, "doses": 3},
    "academic": {"tracks": 0, "negatives": 4},
    "plan": {"tracks": 0, "negatives": 9},
    "slides": {"schedule": False, "tracks": 0, "negatives": 7},
}
