"""What a USDM study needs and a schedule does not say: titles, arms, population. Read from a TOML file (`--study`).

What the file leaves out is a stand-in, and says so in the study: `--study` is never asked for.
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from soesift.export.usdm.parts import Term


class Fact(BaseModel):
    """Common base: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


Phase = Literal["1", "1/2", "2", "2/3", "3", "4", "not applicable"]
PHASES: dict[Phase, Term] = {
    "1": Term("C15600", "Phase I Trial"),
    "1/2": Term("C15693", "Phase I/II Trial"),
    "2": Term("C15601", "Phase II Trial"),
    "2/3": Term("C15694", "Phase II/III Trial"),
    "3": Term("C15602", "Phase III Trial"),
    "4": Term("C15603", "Phase IV Trial"),
    "not applicable": Term("C48660", "Not Applicable"),
}
Model = Literal["parallel", "crossover", "factorial", "sequential", "single group"]
MODELS: dict[Model, Term] = {
    "parallel": Term("C82639", "Parallel Study"),
    "crossover": Term("C82637", "Crossover Study"),
    "factorial": Term("C82638", "Factorial Study"),
    "sequential": Term("C142568", "Group Sequential Design"),
    "single group": Term("C82640", "Single Group Study"),
}
ArmType = Literal["experimental", "active comparator", "placebo", "no intervention", "control", "treatment"]
ARMS: dict[ArmType, Term] = {
    "experimental": Term("C174266", "Investigational Arm"),
    "active comparator": Term("C174267", "Active Comparator Arm"),
    "placebo": Term("C174268", "Placebo Control Arm"),
    "no intervention": Term("C174270", "No Intervention Arm"),
    "control": Term("C174226", "Control Arm"),
    "treatment": Term("C15538", "Protocol Treatment Arm"),
}


class Arm(Fact):
    """A study arm; `type` by CDISC's terms in plain words."""

    name: str = Field(min_length=1)
    type: ArmType = "treatment"
    description: str = ""


class Criterion(Fact):
    """One criterion of eligibility."""

    category: Literal["inclusion", "exclusion"]
    text: str = Field(min_length=1)


class Population(Fact):
    """Who takes part; sex and age only where they are given."""

    description: str = Field(min_length=1)
    healthy: bool = False
    enrolment: int | None = Field(None, ge=0)
    sex: Literal["both", "female", "male"] | None = None
    min_age: int | None = Field(None, ge=0)  # years
    max_age: int | None = Field(None, ge=0)


class StudyFacts(Fact):
    """The file of `--study`. Every key is optional."""

    title: str = ""
    brief_title: str = ""
    acronym: str = ""
    identifier: str = ""
    nct: str = ""
    sponsor: str = ""
    sponsor_identifier: str = ""
    version: str = ""
    date: datetime.date | None = None  # on which the sponsor approved this version
    rationale: str = ""
    design_rationale: str = ""
    phase: Phase | None = None
    model: Model | None = None
    arms: list[Arm] = []
    population: Population | None = None
    criteria: list[Criterion] = []
