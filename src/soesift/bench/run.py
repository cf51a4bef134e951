"""Running systems: one process a document, seconds and peak memory measured, done pairs are not run again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from soesift.config import load_toml
from soesift.errors import UsageError
from soesift.files import sha256_of, write_atomically

# What is measured: a system is a command that reads one document and writes pages and types of its tables as JSON.
#
# Every system runs in a process of its own, so seconds and memory are its own, a crash is a row, and no code of a
# peer is imported here. The command's output needs `{"tables": [{"pages": [1-based], "table_type": "main_soa"}]}`;
# `grid` of a table, where there is one, lets its marks be scored.

OURS = {
    "default": "student and linear model",
    "linear": "counted features, linear model",
    "rule": "hand rule",
}
BASELINES = {
    "keywords": "pages with a schedule's title that are no list of contents",
    "x-marks": "pages with at least 8 single X",
    "pdfplumber": "pdfplumber's grids (line strategy), judged by our linear model, neighbouring pages joined",
    "camelot": "camelot's grids (lattice), judged by our linear model, neighbouring pages joined",
    "llm": "zero-shot: our tables, each asked of an LLM",
}
NEEDS = {"llm": "SOESIFT_BENCH_LLM_URL"}  # environment without which a system is listed, not run


class System(BaseModel):
    """One row of the table. command: words; {document} and {out} are replaced, a peer's `${NAME}` by the environment.

    skip: why it was not run.
    """

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
        System(
            name=name,
            note=note,
            version=version("soesift"),
            licence="Apache-2.0",
            command=[*here, name, "{document}", "{out}"],
            skip=_missing(name),
        )
        for name, note in {**OURS, **BASELINES}.items()
    ]


def _missing(name: str) -> str:
    variable = NEEDS.get(name, "")
    return f"{variable} is not set" if variable and not os.environ.get(variable) else ""


def chosen(names: list[str], peers: Path | None) -> list[System]:
    """The systems called `names` (all where none is named), peers' of a TOML file among them. UsageError."""
    known = {s.name: s for s in [*built_in(), *(map(with_places, load_toml(peers, Peers).system) if peers else [])]}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"--system {unknown[0]}: known are {', '.join(known)}; --peers FILE adds others")
    return [known[name] for name in (names or known)]


def with_places(system: System) -> System:
    """A peer whose command has its `${NAME}` from the environment; with the reason to skip it where one is not set."""
    words = [os.path.expandvars(word) for word in system.command]
    unset = next(filter(None, (re.search(r"\$\{(\w+)\}", word) for word in words)), None)
    skip = system.skip or (f"{unset[1]} is not set" if unset else "")
    return system.model_copy(update={"command": words, "skip": skip})


POLL = 0.01  # seconds
TAIL = 300  # characters of the last words of a process that failed


class Row(BaseModel):
    """One system on one document. sha256: of the document; failure is empty where it wrote a result.

    seconds, peak_mb: None where it had no process of its own.
    """

    model_config = ConfigDict(extra="forbid")

    system: str
    document: str
    sha256: str
    command: list[str]
    seconds: float | None = None
    peak_mb: float | None = None
    failure: str = ""


Notify = Callable[[str, int, int], None]  # what, done, in all


def run_all(
    systems: list[System], documents: list[Path], out: Path, timeout: float, notify: Notify | None
) -> list[Row]:
    """A row for each system that can run and each document; OUT/SYSTEM/ID.json are the results."""
    jobs = [(system, path) for system in systems if not system.skip for path in documents]
    rows = []
    for done, (system, path) in enumerate(jobs):
        if notify:
            notify(f"{system.name}: {path.name}", done, len(jobs))
        rows.append(run_one(system, path, out, timeout))
    return rows


def run_one(system: System, path: Path, out: Path, timeout: float) -> Row:
    """Run, or read back what an earlier run of the same command on the same bytes measured."""
    folder, digest = out / system.name, sha256_of(path)
    folder.mkdir(parents=True, exist_ok=True)
    target, beside = folder / f"{path.stem}.json", folder / f"{path.stem}.run"
    earlier = read_row(beside)
    if earlier and (earlier.sha256, earlier.command) == (digest, system.command):
        return earlier
    part = folder / f"{path.stem}.part"
    words = [w.replace("{document}", str(path)).replace("{out}", str(part)) for w in system.command]
    seconds, peak, failure = measured(words, timeout)
    if not failure:
        failure = _unreadable(part)
    target.unlink(missing_ok=True)
    if not failure:
        os.replace(part, target)
    part.unlink(missing_ok=True)
    row = Row(
        system=system.name,
        document=path.stem,
        sha256=digest,
        command=system.command,
        seconds=round(seconds, 3),
        peak_mb=round(peak, 1),
        failure=failure,
    )
    write_atomically(beside, row.model_dump_json() + "\n")
    return row


def read_row(path: Path) -> Row | None:
    """A measured row, None where there is none that can be read."""
    try:
        return Row.model_validate_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None


def measured(words: list[str], timeout: float) -> tuple[float, float, str]:
    """Seconds, peak memory in MB (of the process itself) and the failure, empty for none."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
        except OSError as error:
            return 0.0, 0.0, f"cannot be started: {error.strerror or error}"
        code, peak, late = _wait(process.pid, started + timeout)
        seconds = time.perf_counter() - started
        process.returncode = code  # waited for above: Popen must not wait again
        errors.seek(0)
        said = " ".join(errors.read().decode("utf-8", "replace").split())[-TAIL:]
    if late:
        return seconds, peak, f"took longer than {timeout:g} s"
    return seconds, peak, "" if code == 0 else f"exit {code}: {said}"


def _wait(child: int, until: float) -> tuple[int, float, bool]:
    """Exit code of a process, its own peak memory in MB, and whether it had to be killed."""
    late, peak = False, 0.0
    while True:
        peak = max(peak, _high_water(child))
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:  # ru_maxrss counts what the parent held before exec: only where /proc says nothing
            return os.waitstatus_to_exitcode(status), peak or usage.ru_maxrss / 1024, late
        if not late and time.perf_counter() > until:
            os.killpg(child, signal.SIGKILL)
            late = True
        time.sleep(POLL)


def _high_water(process: int) -> float:
    """Largest resident size so far in MB, 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _unreadable(path: Path) -> str:
    try:
        tables = json.loads(path.read_text("utf-8"))["tables"]
        if not all(isinstance(page, int) for table in tables for page in table["pages"]):
            return "wrote pages that are no numbers"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"wrote no result: {type(error).__name__}"
    return ""
