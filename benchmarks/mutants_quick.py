"""Logic mutants against tests that are called directly: a tenth of a second each, where `mutants.py` needs several.

    python benchmarks/mutants_quick.py FOLDER SEED [FILE...] [--count 40] [--most .4] [--out FILE] [--whole] [--limits]

The mutants are those that `mutants.py` draws with the seed for one folder. Each is put into the running functions of a
forked child, and the test functions of the files (of `tests/FOLDER`; all, if none is named) that run its line are
called in it, quickest first, until one fails. Only tests are called that need no fixtures but pytest's `tmp_path`,
`tmp_path_factory` and `monkeypatch` and those of their own file, and at most `--most` CPU seconds (watched, so longer
than alone); hypothesis draws the same examples each time. With `--whole` all tests of the folder are run, in a copy of
the tree, for those that are left. Either share is a lower bound of what the whole suite notices. What was noticed of
each mutant is added to `--out`, a line of JSON, and not asked again. Survivors are printed. `--limits` draws from the
measured limits met exactly, and from nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import io
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from hypothesis import HealthCheck, settings
from mutants import ROOT, Mutant, mutants_of, mutated, told_of, tree

KNOWN = {"tmp_path", "tmp_path_factory", "monkeypatch"}
Fixtures = dict[str, Callable[..., Any]]
Lines = dict[tuple[str, int], set[int]]  # (path below src, line): numbers of the cases that run it
Case = tuple[str, Callable[..., None], dict[str, Any], Fixtures]
settings.register_profile("same", derandomize=True, database=None, suppress_health_check=list(HealthCheck))
settings.load_profile("same")


def cases_of(folder: str, file: str) -> Iterator[Case]:
    """(name, test, its parameters, the file's fixtures) of a file's tests that can be called directly."""
    module = importlib.import_module(Path(file).stem)
    fixtures = fixtures_of(vars(module))
    for name, test in list(vars(module).items()):
        if not name.startswith("test_") or not inspect.isfunction(test):
            continue
        marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
        for chosen in itertools.product(*(values_of(mark) for mark in marks)):
            given = {key: value for part in chosen for key, value in part.items()}
            if set(inspect.signature(test).parameters) - set(given) <= KNOWN | fixtures.keys():
                yield f"{file}::{name}", test, given, fixtures


def fixtures_of(space: dict[str, Any]) -> Fixtures:
    """A file's own fixtures that need no others but `KNOWN` ones and each other: functions by name."""
    kept = (one for one in space.values() if type(one).__name__ == "FixtureFunctionDefinition")
    made = {one._get_wrapped_function().__name__: one._get_wrapped_function() for one in kept}
    while outside := [n for n, one in made.items() if not {*inspect.signature(one).parameters} <= KNOWN | made.keys()]:
        made = {name: function for name, function in made.items() if name not in outside}
    return made


def values_of(mark: Any) -> list[dict[str, Any]]:
    """The sets of arguments of one `parametrize`."""
    names = [n.strip() for n in mark.args[0].split(",")] if isinstance(mark.args[0], str) else list(mark.args[0])
    rows: list[tuple[Any, ...]] = []
    for row in mark.args[1]:
        told = type(row).__name__ == "ParameterSet"
        rows.append(tuple(row.values) if told else tuple(row) if len(names) > 1 else (row,))
    return [dict(zip(names, row, strict=True)) for row in rows]


class Folders:
    """What `tmp_path_factory` does, as far as tests ask."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def mktemp(self, name: str) -> Path:
        return Path(tempfile.mkdtemp(prefix=name, dir=self.home))


def call(case: Case) -> None:
    _, test, given, fixtures = case
    patch = pytest.MonkeyPatch()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ends:
        ends.callback(patch.undo)
        factory = Folders(Path(folder))
        own = {"tmp_path": factory.mktemp("test"), "tmp_path_factory": factory, "monkeypatch": patch}
        wanted = [name for name in inspect.signature(test).parameters if name not in given]
        test(**given, **{name: made_by(name, fixtures, own, ends) for name in wanted})


def made_by(name: str, fixtures: Fixtures, own: dict[str, Any], ends: contextlib.ExitStack) -> Any:
    """What a fixture gives, made once a test; what stands behind its `yield` is done when `ends` is left."""
    if name not in own:
        wanted = inspect.signature(fixtures[name]).parameters
        made = fixtures[name](**{one: made_by(one, fixtures, own, ends) for one in wanted})
        if inspect.isgenerator(made):
            ends.callback(lambda: next(made, None))
            made = next(made)
        own[name] = made
    return own[name]


def in_order(cases: list[Case], most: float) -> tuple[list[Case], Lines]:
    """The cases that pass within `most` CPU seconds, quickest first, and the lines that each runs."""
    timed = []
    watch = coverage.Coverage(data_file=None, source=[str(ROOT / "src" / "soesift")], config_file=False)
    watch.start()
    for place, case in enumerate(cases):
        begun = time.process_time()
        watch.switch_context(str(place))
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                call(case)
        except BaseException as error:  # noqa: BLE001  # a test of ours that wants more than we give it is left out
            print(f"left out: {case[0]} ({type(error).__name__})", flush=True)
            continue
        if (spent := time.process_time() - begun) <= most:
            timed.append((spent, place, case))
    watch.stop()
    timed.sort(key=lambda one: one[:2])
    return [case for *_, case in timed], lines_of(watch.get_data(), {place: n for n, (_, place, _) in enumerate(timed)})


def lines_of(data: coverage.CoverageData, numbers: dict[int, int]) -> Lines:
    """Which cases, by their new numbers, run each line."""
    found: Lines = defaultdict(set)
    for file in data.measured_files():
        name = str(Path(file).relative_to(ROOT))
        for line, contexts in data.contexts_by_lineno(file).items():
            found[name, line] = {numbers[int(one)] for one in contexts if one.isdigit() and int(one) in numbers}
    return found


def asked_about(mutant: Mutant, cases: list[Case], lines: Lines) -> list[Case]:
    """The cases that run the mutant's line, or, where lines of one statement are not told apart, its statement's."""
    around = (lines.get((mutant.path, line), set()) for line in range(mutant.first, mutant.line + 1))
    return [cases[n] for n in sorted(set().union(*around))]


def functions_of(space: dict[str, Any], module: str) -> Iterator[FunctionType]:
    """The functions that a module or class defines, methods and cached ones too."""
    for value in list(space.values()):
        inner = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
        inner = inspect.unwrap(inner) if callable(inner) and not inspect.isclass(inner) else inner
        if isinstance(inner, FunctionType) and inner.__module__ == module:
            yield inner
        elif inspect.isclass(inner) and inner.__module__ == module:
            yield from functions_of(dict(vars(inner)), module)


def codes_of(code: CodeType, prefix: str = "") -> Iterator[tuple[str, CodeType]]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield prefix + one.co_name, one
            yield from codes_of(one, f"{prefix}{one.co_name}.")


def put(mutant: Mutant) -> None:
    """Give the functions of the mutant's module the mutated code, in place, and empty all caches."""
    name = mutant.path.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    module = importlib.import_module(name)
    codes = dict(codes_of(compile(mutated(ROOT, mutant), mutant.path, "exec")))
    for function in functions_of(vars(module), name):
        new = codes.get(function.__qualname__)
        if new is not None and len(new.co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = new
    for other in [one for key, one in sys.modules.items() if key.startswith("soesift")]:
        for value in list(vars(other).values()):
            if callable(getattr(value, "cache_clear", None)) and not inspect.isclass(value):
                value.cache_clear()


def noticed_by(mutant: Mutant, cases: list[Case], seconds: int) -> str:
    """The first case that fails with the mutant, or that its process died; "" if all pass."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1), os.dup2(quiet, 2)
        put(mutant)
        for case in cases:
            try:
                call(case)
            except BaseException:  # noqa: BLE001  # whatever ends a test notices the mutant
                os.write(writing, case[0].encode())
                break
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        by = told.read()
    _, status = os.waitpid(child, 0)
    return by or (f"ended with {os.waitstatus_to_exitcode(status)}" if status else "")


def noticed_by_whole(mutant: Mutant, root: Path, folder: str, seconds: int, unchanged: bool = False) -> str:
    """The first test of the folder that fails with the mutant in the copy `root`, or how the run ended; "" if none."""
    place = root / mutant.path
    right = place.read_bytes()
    if not unchanged:
        place.write_text(mutated(ROOT, mutant), "utf-8")
    words = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "-rfE", f"tests/{folder}"]
    try:
        own = os.environ | {"PYTHONPATH": str(root / "src")}
        pytest_run = [sys.executable, "-m", "pytest", *words]
        run = subprocess.run(pytest_run, cwd=root, env=own, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return "time"
    finally:
        place.write_bytes(right)
    failed = [line.split()[1] for line in run.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return (failed or [f"ended with {run.returncode}"])[0] if run.returncode else ""


def asked_of_whole(left: list[Mutant], folder: str) -> dict[str, str]:
    """What the folder's whole tests notice of the mutants that are left, by id."""
    if not left:
        return {}
    with tempfile.TemporaryDirectory() as home:
        root = tree(Path(home))
        begun = time.monotonic()
        if by := noticed_by_whole(left[0], root, folder, 3600, unchanged=True):
            sys.exit(f"the tests of {folder} fail without a mutant: {by}")
        limit = int(time.monotonic() - begun) * 10 + 60
        return {mutant.id: noticed_by_whole(mutant, root, folder, limit) for mutant in left}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("seed")
    parser.add_argument("files", nargs="*", help="of tests/FOLDER; all if none is named")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--most", type=float, default=0.4, help="CPU seconds of a test")
    parser.add_argument("--out", type=Path, help="file of JSON lines that is added to, and goes on where it was")
    parser.add_argument("--whole", action="store_true", help="ask all tests of the folder about survivors")
    parser.add_argument("--limits", action="store_true", help="measured limits met exactly, and nothing else")
    asked = parser.parse_args()
    asked.out = asked.out and asked.out.resolve()
    sys.path[:0] = [str(ROOT / "tests" / asked.folder), str(ROOT / "tests"), str(ROOT / "src")]
    with tempfile.TemporaryDirectory() as away:
        os.chdir(away)  # a mutant may write where it should not
        judge(asked)


def judge(asked: argparse.Namespace) -> None:
    """Draw the mutants, ask the tests, print."""
    files = asked.files or sorted(file.name for file in (ROOT / "tests" / asked.folder).glob("test_*.py"))
    cases, lines = in_order([case for file in files for case in cases_of(asked.folder, file)], asked.most)
    paths = sorted((ROOT / "src" / "soesift" / asked.folder).glob("*.py"))
    every = [mutant for path in paths for mutant in mutants_of(ROOT, path)]
    counted = [mutant for mutant in every if (mutant.kind == "limit") == asked.limits]
    print(f"{len(counted)} of {len(every)} places", flush=True)
    chosen = random.Random(f"{asked.seed} {asked.folder}").sample(counted, min(len(counted), asked.count))
    limit = int(time.process_time()) * 5 + 30
    told = {row["id"]: row["by"] for row in told_of([asked.out] if asked.out else [])}
    for mutant in chosen:
        if mutant.id not in told:
            some = asked_about(mutant, cases, lines)
            told[mutant.id] = noticed_by(mutant, some, limit) if some else ""
            kept(asked.out, mutant, told[mutant.id], len(some))
    told = {mutant.id: told[mutant.id] for mutant in chosen}
    direct = sum(map(bool, told.values()))
    if asked.whole:
        told |= asked_of_whole([mutant for mutant in chosen if not told[mutant.id]], asked.folder)
    for mutant in chosen:
        if not told[mutant.id]:
            print(f"SURVIVED {mutant.id} {mutant.before!r} -> {mutant.after!r}")
    print(f"{asked.folder}, seed {asked.seed}: {direct} of {len(told)} noticed by {len(cases)} cases", end="")
    print(f", {sum(map(bool, told.values())) - direct} more by all tests of the folder" if asked.whole else "")


def kept(out: Path | None, mutant: Mutant, by: str, tests: int) -> None:
    if out:
        with out.open("a") as file:
            file.write(json.dumps({"id": mutant.id, **asdict(mutant), "tests": tests, "by": by}) + "\n")


if __name__ == "__main__":
    main()
