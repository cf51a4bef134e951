"""Settings of a study: TOML into checked models; an unknown key or arm is an error with the nearest match."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.config import load_toml
from soesift.label.config import GateConfig, PriceConfig
from soesift.select import RULES
from soesift.train.baselines import BASELINES
from soesift.train.config import FitConfig, ModelConfig

TAUGHT = ("human", "human_all", "human_simulated", "hybrid", *RULES)
DIRECT = ("rule", "zero_shot:or", "zero_shot:and")
PREFIXES = ("view:", "zero_shot:", "vote:")  # a view or model of the ledger; a view, a model; least YES votes
ARMS = (*TAUGHT, "linear", *DIRECT)
BOTH = "+linear"  # after an arm: the mean logit of the student and the linear model, both taught by its labels


def base_of(arm: str) -> str:
    """The name of an arm without its share of the protocols, its own student, and the linear model beside it."""
    return arm.partition("@")[0].partition("=")[0].removesuffix(BOTH)


def student_of(arm: str) -> str:
    """The student that an arm names for itself, "" for that of the study."""
    return arm.partition("@")[0].partition("=")[2]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AuditConfig(_Section):
    """The random audit that `certified` and `soft` draw from the gold labels of the training folds."""

    size: int = Field(default=60, ge=1)  # items a predicted class
    alpha: float = Field(default=0.05, gt=0, lt=1)
    delta: float = Field(default=0.1, gt=0, lt=1)


class BesideConfig(_Section):
    """Tables that teach every arm and are never held out or scored, such as those of made-up protocols.

    tables: TableRecord lines; labels: lines {table_id, label} of them. weight: of each against a table of the arm; at 1
    many made-up tables of few forms outvote real ones, at .2 they only fill in what real ones lack.
    """

    tables: Path
    labels: Path
    weight: float = Field(default=0.5, gt=0, le=1)


class StudyConfig(_Section):
    """tables: TableRecord lines; ledger: teacher answers; gold: lines {table_id, label}, held-out truth.

    pool: which tables may teach, in every arm but `human_all`: those with an answer in all views (complete) or
    in any. humans: whose labels `hybrid` puts in. sizes: shares of the training protocols for the size curve of
    `size_arm`. model and fit are read for student = "encoder" only; ARM+linear is the mean logit of that student
    and of the linear model, both taught by the labels of ARM. beside: further tables, such as made-up ones, that teach
    whatever the arm is. ARM=NAME teaches one of BASELINES with ARM's labels:
    honest baselines, whatever `student` is.
    """

    tables: Path
    ledger: Path
    gold: Path
    out: Path
    positive: list[str] = ["soe"]
    views: list[str] = []
    arms: list[str] = Field(default=[*ARMS], min_length=1)
    reference: str = "human"
    student: Literal["linear", "encoder"] = "linear"
    pool: Literal["complete", "any"] = "complete"
    recentre: bool = False  # beliefs of each view moved to where they part (select.recentre)
    humans: Literal["gold", "simulated"] = "gold"
    seeds: list[int] = Field(default=[1, 2, 3], min_length=1)
    folds: int = Field(default=5, ge=2)
    groups: Path | None = None  # tab-separated "protocol<TAB>sponsor": folds split by the latter
    resample: Literal["protocols", "sponsors"] = "protocols"  # what intervals draw whole; sponsors: of `groups`
    sizes: list[float] = []
    size_arm: str = "agreement"
    resamples: int = Field(default=10_000, ge=10)
    audit: AuditConfig = AuditConfig()
    gate: GateConfig | None = None  # tables that do not pass are not asked about and count as NO of the teacher
    prices: dict[str, PriceConfig] = {}  # money a million tokens by model, before what the ledger noted
    human_price: float | None = Field(default=None, ge=0)  # money for one label by a person
    beside: list[BesideConfig] = []
    model: ModelConfig | None = None
    fit: FitConfig = FitConfig()

    @model_validator(mode="after")
    def _known_arms(self) -> StudyConfig:
        for arm in [*self.arms, self.size_arm]:
            name, own = base_of(arm), student_of(arm)
            if own and own not in BASELINES:
                raise ValueError(f"arm {arm}: after = comes one of {', '.join(BASELINES)}")
            if "frozen" in own and self.model is None:
                raise ValueError(f"arm {arm} needs a [model] with its base")
            if own and (name in DIRECT or name.startswith(("zero_shot:", "vote:"))):
                raise ValueError(f"arm {arm}: {name} teaches no student")
            untaught = name in (*DIRECT, "linear") or name.startswith(("zero_shot:", "vote:"))
            if BOTH in arm.partition("=")[0] and (self.student == "linear" or untaught):
                raise ValueError(f'arm {arm}: "+linear" goes after an arm that teaches a student = "encoder"')
            if name not in ARMS and not name.startswith(PREFIXES):
                near = get_close_matches(arm, ARMS, 1, 0.4)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(ARMS)}"
                raise ValueError(f"unknown arm {arm}; {hint}")
        if self.resample == "sponsors" and self.groups is None:
            raise ValueError('resample = "sponsors" needs groups, a file of protocols and sponsors')
        if self.reference not in self.arms:
            raise ValueError(f"reference {self.reference} is not among the arms")
        if self.student == "encoder" and self.model is None:
            raise ValueError('student = "encoder" needs a [model] with its base')
        if any(not 0 < share < 1 for share in self.sizes):
            raise ValueError("sizes are shares of the training protocols, above 0 and below 1")
        return self

    def all_arms(self) -> list[str]:
        """The arms, each once, with those of the size curve."""
        return list(dict.fromkeys([*self.arms, *(f"{self.size_arm}@{share:g}" for share in self.sizes)]))


def read_config(path: Path) -> StudyConfig:
    """Read a TOML file; paths in it are relative to it. Raises UsageError, one line."""
    config, root = load_toml(path, StudyConfig), Path(path).parent
    config.tables, config.ledger = root / config.tables, root / config.ledger
    config.gold, config.out = root / config.gold, root / config.out
    config.groups = root / config.groups if config.groups is not None else None
    config.gate = config.gate.rooted(root) if config.gate else None
    for one in config.beside:
        one.tables, one.labels = root / one.tables, root / one.labels
    if config.model is not None and (root / config.model.base).is_dir():
        config.model.base = str(root / config.model.base)
    return config
