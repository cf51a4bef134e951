"""Kinds of protocols: what a document holds before chance fills in the rest, and the study that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from soesift.errors import UsageError
from soesift.sample.blocks import Mode
from soesift.sample.style import Borders
from soesift.sample.words import prose
from soesift.sample.words.areas import AREAS, Area

SYLLABLES = ("ve", "zo", "mi", "ra", "lu", "ta", "xo", "be", "ni", "cal", "dor", "fe", "quo", "sil", "par")

Kind = Literal[
    "full",
    "small",
    "none",
    "image",
    "scan",
    "rotated",
    "tiled",
    "borderless",
    "redacted",
    "transposed",
    "tracks",
    "synopsis",
    "foreign",
    "mixed",
    "doses",
    "academic",
    "plan",
    "slides",
    "pragmatic",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

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
    "pragmatic": {"tracks": 0, "negatives": 4},
}


@dataclass(frozen=True, slots=True)
class Study:
    area: Area
    indication: str
    drug: str
    dose: str
    sponsor: str
    number: str
    phase: str
    participants: int

    @property
    def title(self) -> str:
        return (
            f"A Phase {self.phase} Study to Evaluate the Efficacy and Safety of {self.drug} Compared with "
            f"{self.area.comparator} in {self.area.population} ({self.indication})"
        )

    def fill(self, text: str) -> str:
        """`text` with the study's names put in."""
        return text.format(
            drug=self.drug,
            indication=self.indication,
            population=self.area.population,
            comparator=self.area.comparator,
            sponsor=self.sponsor,
            number=self.number,
        )


def make_study(rng: Random, area: str | None = None) -> Study:
    """A study of the named area, or of any. Raises UsageError for an unknown area."""
    known = {a.name: a for a in AREAS}
    if area is not None and area not in known:
        raise UsageError(f"sample option area: {area!r} is unknown; choose from {', '.join(known)}")
    chosen = known[area] if area is not None else rng.choice(AREAS)
    drug = "".join(rng.sample(SYLLABLES, 2)).capitalize() + rng.choice(chosen.drug_stems)
    number = f"{rng.choice(('SMP', 'DEMO', 'XS', 'GEN'))}-{rng.randint(100, 999)}-{rng.randint(1, 39):02d}"
    return Study(
        chosen,
        rng.choice(chosen.indications),
        drug,
        rng.choice(chosen.doses),
        rng.choice(prose.SPONSORS),
        number,
        rng.choice(("1", "1b", "2", "2b", "3", "3b", "4")),
        rng.randrange(24, 900, 12),
    )


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
    if kind == "pragmatic":
        asked.setdefault("schedule", rng.random() < 0.8)
    if asked.get("negatives") is None:
        asked["negatives"] = rng.randint(2, 4) if kind in ("small", "image", "scan") else rng.randint(7, 12)
    return Options(**asked)
