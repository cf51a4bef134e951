"""Logic mutants of the code: how many do the tests notice?

    pip install coverage
    python benchmarks/mutants.py run SEED [FOLDER...] [--count 200]   # goes on where it was; writes as it goes
    python benchmarks/mutants.py report SEED                          # shares, and every survivor
    python benchmarks/mutants.py named                                # seven promises, each broken by hand

`mutations.py` says what a mutant is. `run` draws as many in each of `table`, `join`, `schedule`, `select` and `detect`
(or the folders named) with the seed, and asks the tests of the folders in `TESTS`:

1. All tests are collected once, in a copy of the tree. Each file's run in a forked child, with coverage: which lines
   each test runs, in the processes that it starts too, and for how long. That is kept for as long as neither the code,
   nor the file, nor the texts beside it change. A test that fails without any mutant is not asked.
2. Each mutant is put into the running functions of a forked child, and into the file, for processes that tests start.
   The tests that run its line follow, quickest first, until one fails, or `--most` CPU seconds of them are over.
3. With `--whole`, what survives meets the rest, for up to `--then` CPU seconds: tests of more than `--slow` seconds,
   the folders in `LATER` (or those of `--later`) but their longest files, and the longest of the first folders (`FIRST`
   of tests/conftest.py).

A mutant that ends or hangs them is noticed. A line that no test runs is not. The share is a lower bound of what the
whole suite notices: other folders, and what is over the seconds, are not asked.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import importlib
import inspect
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest
from mutations import ROOT, Mutant, mutants_of, mutated

FOLDERS = ("table", "join", "schedule", "select", "detect")
TESTS = (*FOLDERS, "document", "witness", "result", "view", "export", "burden")
LATER = ("cli", "diff", "evaluate", "review", "label", "study", "train", "serve", "classify")  # asked about survivors
SLOWER = 3  # times the CPU seconds of its tests as watched, after which a mutant has hung
HUNG = 6  # a mutant's tests have hung once they take this many times their CPU seconds in seconds of the clock
NAMED = {  # promise: file, text, what it becomes, tests that must notice
    "a subsidiary table alone is no schedule": (
        "detect/detector.py",
        't.table_type != "subsidiary"',
        "bool(t)",
        "cli/test_detect_verb.py",
    ),
    "a tile finds its block among all earlier ones": (
        "join/stack.py",
        "for b in reversed(blocks)",
        "for b in blocks[-1:]",
        "join/test_join_stack.py",
    ),
    "text over several columns is no time of a column that has its own": (
        "schedule/header.py",
        "merge(own, _narrowed(shared, own))",
        "merge(own, shared)",
        "schedule/test_schedule_read.py",
    ),
    "two people differ only if blind to each other": (
        "review/worklist.py",
        "and blind and",
        "and",
        "review/test_review_differing.py",
    ),
    "a complaint from before the last cut does not count": (
        "label/run.py",
        "elif overloaded and started > self._cut_at",
        "elif overloaded",
        "label/test_label_limiter.py",
    ),
    "diff is its own mirror image": (
        "diff/pairing.py",
        "if _digest(old) > _digest(new):",
        "if False:",
        "diff/test_diff_mirror.py",
    ),
    "a gap in the header ends it": (
        "document/docx_xml.py",
        "heading = heading and",
        "heading =",
        "document/test_docx.py",
    ),
}
STARTED = """import os
if place := os.environ.get("MUTANTS_COVER"):
    import atexit, coverage, multiprocessing.util
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rsplit(" (", 1)[0]
    watch = coverage.Coverage(data_file=place + "/part", data_suffix=True, config_file=False,
                              source=[os.environ["MUTANTS_SOURCE"]])
    watch.set_option("run:context", test)
    watch.set_option("run:disable_warnings", ["no-data-collected"])
    watch.start()
    def keep(open=[watch]):
        if open:
            open.pop().stop(), watch.save()
    atexit.register(keep)
    multiprocessing.util.Finalize(None, keep, exitpriority=1000)
"""  # sitecustomize.py of processes that a test starts while its lines are watched


class Ran(NamedTuple):
    """What a test runs: CPU seconds, its processes counted, and a bit for each line, by path from the root."""

    seconds: float
    lines: dict[str, int]


def tree(home: Path) -> Path:
    """A copy of what git knows or may know, compiled."""
    there = home / "tree"
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, there / name)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "src"], cwd=there, check=False)
    return there


# -- which test runs which line ---------------------------------------------------------------------------------------


def covered(items: list[pytest.Item], root: Path, home: Path) -> dict[str, tuple[float, dict[str, str]]]:
    """`Ran` of each test of a file, as JSON can hold it; tests that fail are left out. To be called in a child."""
    import coverage

    parts = Path(tempfile.mkdtemp(dir=home))
    os.environ |= {"MUTANTS_COVER": str(parts), "MUTANTS_SOURCE": str(root / "src" / "soesift")}
    watch = coverage.Coverage(data_file=str(parts / "own"), source=[os.environ["MUTANTS_SOURCE"]], config_file=False)
    seconds = {}
    watch.start()
    for item, following in zip(items, [*items[1:], None], strict=True):
        watch.switch_context(item.nodeid)
        begun = spent()
        if not failures(item, following):
            seconds[item.nodeid] = spent() - begun
    watch.stop()
    watch.save()
    found: dict[str, dict[str, int]] = {name: defaultdict(int) for name in seconds}
    for part in parts.iterdir():
        data = coverage.CoverageData(str(part))
        data.read()
        for file in data.measured_files():
            name = str(Path(file).relative_to(root))
            for line, contexts in data.contexts_by_lineno(file).items() if name.split("/")[2] in FOLDERS else ():
                for test in found.keys() & contexts:
                    found[test][name] |= 1 << line
    return {name: (seconds[name], {path: hex(bits) for path, bits in lines.items()}) for name, lines in found.items()}


def spent() -> float:
    """CPU seconds of this process and of its children that have ended."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def failures(item: pytest.Item, following: pytest.Item | None) -> list[str]:
    """Runs one test, and what is made for it; the steps that failed."""
    seen: list[str] = []

    class Watch:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                seen.append(report.when)

    watch = Watch()
    item.config.pluginmanager.register(watch)
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    item.config.pluginmanager.unregister(watch)
    return seen


def lines_run(
    items: list[pytest.Item], root: Path, home: Path, kept: Path, told: Callable[[str], None]
) -> dict[str, Ran]:
    """What each test runs, from the file `kept` where that is still so; the rest is watched and added to it."""
    code = digest(sorted((root / "src").rglob("*.py")))
    files: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    keys = {path: digest([path, *sorted(path.parent.glob("*.txt"))]) + code for path in files}  # and golden texts
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    there = {row["key"]: row["tests"] for row in rows}
    for path in [path for path in files if keys[path] not in there]:
        with tempfile.NamedTemporaryFile("r", suffix=".json") as answer:
            child = os.fork()
            if not child:
                Path(answer.name).write_text(json.dumps(covered(files[path], root, home)))
                os._exit(0)
            os.waitpid(child, 0)
            there[keys[path]] = json.loads(answer.read() or "{}")
        with kept.open("a") as file:
            file.write(json.dumps({"key": keys[path], "tests": there[keys[path]]}) + "\n")
        told(f"{path.relative_to(root)}: {len(there[keys[path]])} of {len(files[path])} tests watched")
    return {
        name: Ran(seconds, {place: int(bits, 16) for place, bits in lines.items()})
        for path in files
        for name, (seconds, lines) in there[keys[path]].items()
    }


def digest(paths: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:24]


def asked_about(mutant: Mutant, ran: dict[str, Ran], most: float, slow: float) -> list[str]:
    """The tests that run its line or, where a statement's lines are not told apart, its statement; quickest first."""
    exact, around = 1 << mutant.line, (2 << mutant.line) - (1 << mutant.first)
    here = {name: one.lines.get(mutant.path, 0) for name, one in ran.items()}
    tests = [name for name, bits in here.items() if bits & exact] or [n for n, bits in here.items() if bits & around]
    chosen, seconds = [], 0.0
    for name in sorted(tests, key=lambda name: ran[name].seconds):
        seconds += ran[name].seconds
        if ran[name].seconds > slow or (chosen and seconds > most):
            break
        chosen.append(name)
    return chosen


# -- a mutant in running functions ------------------------------------------------------------------------------------


def functions_of(space: dict[str, Any], module: str) -> Iterator[FunctionType]:
    """The functions that a module or class defines, methods and cached ones too."""
    for value in list(space.values()):
        inner = (
            getattr(value, "__func__", None) or getattr(value, "fget", None) or getattr(value, "func", None) or value
        )
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


def put(mutant: Mutant, text: str) -> None:
    """Give the functions of the mutant's module the mutated code, in place, and empty all caches."""
    name = mutant.path.removeprefix("src/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    module = importlib.import_module(name)
    codes = dict(codes_of(compile(text, mutant.path, "exec")))
    for function in functions_of(vars(module), name):
        new = codes.get(function.__qualname__)
        if new is not None and len(new.co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = new
    for other in [one for key, one in sys.modules.items() if key.startswith("soesift")]:
        for value in list(vars(other).values()):
            if callable(getattr(value, "cache_clear", None)) and not inspect.isclass(value):
                value.cache_clear()


@contextlib.contextmanager
def in_place(place: Path, text: str) -> Iterator[None]:
    """A file with another text, and afterwards as it was, its time too, so that what is compiled stays right."""
    away = place.with_suffix(".away")
    place.rename(away)
    try:
        place.write_text(text, "utf-8")
        yield
    finally:
        away.replace(place)


def noticed_by(mutant: Mutant, root: Path, tests: list[pytest.Item], seconds: float) -> str:
    """The first test that fails with the mutant, or how its process ended; "" if all pass.

    A test that fails after the same ones with unchanged code, put in the same way, does not count and is left out.
    """
    nothing = replace(mutant, number=-1)
    while tests and (by := asked_in_child(mutant, root, tests, seconds)):
        names = [item.nodeid for item in tests]
        if by not in names or asked_in_child(nothing, root, tests[: names.index(by) + 1], seconds) != by:
            return by
        tests = [item for item in tests if item.nodeid != by]
    return ""


def asked_in_child(mutant: Mutant, root: Path, tests: list[pytest.Item], seconds: float) -> str:
    """The first of the tests that fails with the mutant, or how the child ended."""
    text = mutated(root, mutant)
    limit = int(seconds * SLOWER) + 15
    with in_place(root / mutant.path, text), tempfile.NamedTemporaryFile("r") as answer:
        child = os.fork()
        if not child:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
            put(mutant, text)
            for item, following in zip(tests, [*tests[1:], None], strict=True):
                if failures(item, following):
                    Path(answer.name).write_text(item.nodeid)
                    break
            os._exit(0)
        until, status, ended = time.monotonic() + HUNG * limit, 0, 0
        while not ended and time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what tests have left, and the child if it hangs
        if not ended:
            os.waitpid(child, 0)
            return "time"
        return answer.read() or (f"ended with {os.waitstatus_to_exitcode(status)}" if status else "")


# -- verbs ------------------------------------------------------------------------------------------------------------


def drawn(root: Path, folder: str, count: int, seed: str) -> list[Mutant]:
    """Of a folder, spread over its places at random."""
    paths = sorted((root / "src" / "soesift" / folder).glob("*.py"))
    every = [mutant for path in paths for mutant in mutants_of(root, path) if mutant.kind != "limit"]
    return random.Random(f"{seed} {folder}").sample(every, min(len(every), count))


class Judge:
    """A plugin of pytest that, instead of running the tests collected, asks them about mutants."""

    def __init__(self, asked: argparse.Namespace, root: Path, home: Path, longest: tuple[str, ...]) -> None:
        self.asked, self.root, self.home, self.longest, self.screen = asked, root, home, longest, os.dup(1)

    def told(self, line: str) -> None:
        os.write(self.screen, f"{line}\n".encode())

    def pytest_internalerror(self, excrepr: object) -> None:
        self.told(str(excrepr))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        asked, root = self.asked, self.root
        longest = {root / "tests" / name for name in self.longest}
        parts: tuple[list[pytest.Item], list[pytest.Item]] = [], []
        for item in session.items:
            parts[item.path in longest or item.path.parent.name in asked.later].append(item)
        kept = asked.out / "lines.jsonl"
        ran, rest = (lines_run(some, root, self.home, kept, self.told) for some in parts)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # or a process would leave a mutant compiled
        items = {item.nodeid: item for item in session.items}
        gc.freeze()
        results = asked.out / f"mutants-{asked.seed}.jsonl"
        done = {row["id"] for row in told_of(results) if row["by"] or not asked.again}
        for folder in asked.folders:
            for mutant in drawn(root, folder, asked.count // len(FOLDERS), asked.seed):
                if mutant.id in done:
                    continue
                tests = asked_about(mutant, ran, asked.most, asked.slow)
                by = noticed_by(mutant, root, [items[name] for name in tests], seconds_of(tests, ran))
                if asked.whole and not by:
                    quick = set(tests)
                    slower = {name: one for name, one in (ran | rest).items() if name not in quick}
                    others = asked_about(mutant, slower, asked.then, asked.then)
                    by = noticed_by(mutant, root, [items[name] for name in others], seconds_of(others, slower))
                    tests = [*tests, *others]
                with results.open("a") as file:
                    file.write(json.dumps({"id": mutant.id, **asdict(mutant), "tests": len(tests), "by": by}) + "\n")
                self.told(f"{'noticed ' if by else 'SURVIVED'} {mutant.id} {mutant.before!r} -> {mutant.after!r}")
        return True


def seconds_of(tests: list[str], ran: dict[str, Ran]) -> float:
    return sum(ran[name].seconds for name in tests)


def told_of(place: Path) -> list[dict[str, Any]]:
    """The last row of each mutant."""
    rows = [json.loads(line) for line in place.read_text().splitlines()] if place.exists() else []
    return list({row["id"]: row for row in rows}.values())


def run(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as away:
        home = Path(away).resolve()
        root = tree(home)
        (home / "started").mkdir()
        (home / "started" / "sitecustomize.py").write_text(STARTED)
        if (ROOT.parent / "shared").is_dir():
            (home / "shared").symlink_to(ROOT.parent / "shared")
        around = [home / "started", root / "src", *filter(None, [os.environ.get("PYTHONPATH")])]
        os.environ |= {"PYTHONPATH": os.pathsep.join(map(str, around)), "OMP_NUM_THREADS": "1"}
        sys.path[:0] = [str(root / "src")]
        os.chdir(root)
        sys.path[:0] = [str(root / "tests")]
        longest = importlib.import_module("conftest").FIRST
        judge = Judge(asked, root, home, longest)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        folders = (*TESTS, *asked.later) if asked.whole else TESTS
        left_out = [f"--ignore=tests/{n}" for n in longest if not asked.whole or n.split("/")[0] not in TESTS]
        words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *left_out, *(f"tests/{name}" for name in folders)]
        code = pytest.main(words, plugins=[judge])
        if code:
            judge.told(f"pytest ended with {code}")
        sys.exit(code)


def named() -> bool:
    """Each of the NAMED mutants against its tests; whether all were noticed."""
    every = True
    with tempfile.TemporaryDirectory() as home:
        root = tree(Path(home))
        around = os.environ | {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        for promise, (path, text, after, tests) in NAMED.items():
            place = root / "src" / "soesift" / path
            whole = place.read_text("utf-8")
            assert whole.count(text) == 1, (path, text)
            words = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", f"tests/{tests}"]
            with in_place(place, whole.replace(text, after)):
                noticed = subprocess.run(words, cwd=root, env=around, capture_output=True).returncode == 1
            print(f"{'noticed ' if noticed else 'SURVIVED'} {promise}", flush=True)
            every = every and noticed
    return every


def report(asked: argparse.Namespace) -> None:
    """Shares by folder and kind, and every survivor."""
    rows = told_of(asked.out / f"mutants-{asked.seed}.jsonl")
    for title, key in (("folder", lambda r: r["path"].split("/")[2]), ("kind", lambda r: r["kind"])):
        print(f"| {title} | mutants | noticed |\n|---|---|---|")
        for name in sorted({key(row) for row in rows}):
            some = [row for row in rows if key(row) == name]
            print(f"| {name} | {len(some)} | {sum(bool(r['by']) for r in some)} |")
    print(f"all: {sum(bool(row['by']) for row in rows)} of {len(rows)} noticed")
    for row in rows:
        if not row["by"]:
            print(f"{row['id']} ({row['tests']} tests) {row['before']} -> {row['after']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("run", "report", "named"))
    parser.add_argument("seed", nargs="?", default="0")
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--count", type=int, default=200, help="of all five folders together")
    parser.add_argument("--most", type=float, default=60.0, help="CPU seconds of tests a mutant, as watched")
    parser.add_argument("--slow", type=float, default=15.0, help="CPU seconds of a test that is not asked, as watched")
    parser.add_argument("--whole", action="store_true", help="ask the rest about survivors: slow tests, other folders")
    parser.add_argument("--later", nargs="*", default=LATER, help="folders that --whole adds")
    parser.add_argument("--then", type=float, default=120.0, help="CPU seconds of the rest a survivor, as watched")
    parser.add_argument("--again", action="store_true", help="survivors once more, as when tests are written for them")
    asked = parser.parse_args()
    asked.out = asked.out.resolve()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.verb == "named":
        sys.exit(0 if named() else 1)
    run(asked) if asked.verb == "run" else report(asked)


if __name__ == "__main__":
    main()
