"""What is measured: a system is a command that reads one document and writes pages and types of its tables as JSON.

Every system runs in a process of its own, so seconds and memory are its own, a crash is a row, and no code of a
peer is imported here. The command's output needs `{"tables": [{"pages": [1-based], "table_type": "main_soa"}]}`;
`grid` of a table, where there is one, lets its marks be scored.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from soesift.config import load_toml
from soesift.errors import UsageError

OURS = {"default": "student and linear model", "linear": "counted features, linear model", "rule": "hand rule"}
BASELINES = {
    "keywords": "pages with a schedule's title that are no list of contents",
    "x-marks": "pages with at least 8 single X",
    "pdfplumber": "pdfplumber's grids (line strategy), judged by our linear model, neighbouring pages joined",
    "camelot": "camelot's grids (lattice), judged by our linear model, neighbouring pages joined",
    "llm": "zero-shot: our tables, each asked of an LLM",
}
NEEDS = {"llm": "SOESIFT_BENCH_LLM_URL"}  # environment without which a system is listed, not run


class System(BaseModel):
    """One row of the table. command: words; {document} and {out} are replaced. skip: why it was not run."""

    model_config = ConfigDict(extra="forbid")

    name: str
    note: str = ""
    version: str = ""
    licence: str = ""
    command: list[str] = []
    skip: str = ""


class Peers(BaseModel):
    """A TOML file of systems that are not ours: [[system]] tables."""

    model_config = ConfigDict(extra="forbid")

    system: list[System]


def built_in() -> list[System]:
    """Our models and the baselines."""
    here = [sys.executable, "-m", "soesift.bench.one"]
    return [
        System(name=name, note=note, version=version("soesift"), licence="Apache-2.0",
               command=[*here, name, "{document}", "{out}"], skip=_missing(name))
        for name, note in {**OURS, **BASELINES}.items()
    ]  # fmt: skip


def _missing(name: str) -> str:
    variable = NEEDS.get(name, "")
    return f"{variable} is not set" if variable and not os.environ.get(variable) else ""


def chosen(names: list[str], peers: Path | None) -> list[System]:
    """The systems called `names` (all where none is named), peers' of a TOML file among them. UsageError."""
    known = {s.name: s for s in [*built_in(), *(load_toml(peers, Peers).system if peers else [])]}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"--system {unknown[0]}: known are {', '.join(known)}; --peers FILE adds others")
    return [known[name] for name in (names or known)]
