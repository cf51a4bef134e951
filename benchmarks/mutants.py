"""Logic mutants of the code: how many do the tests notice?

    python benchmarks/mutants.py cover [FOLDER...]        # once: which test runs which line (needs pytest-cov)
    python benchmarks/mutants.py run --count 200 --seed 0 # goes on where it was; writes as it goes
    python benchmarks/mutants.py named                    # seven promises, each broken by hand
    python benchmarks/mutants.py report

A mutant is one place inside a function of `table`, `join`, `schedule`, `select` or `detect`, changed by one step: a
comparison (< to <=, == to !=, in to not in), `and` to `or`, `not` left out, a number one larger, True to False, a
condition turned round, a `return` without its value (but for False: none tells it from None). `strict=True` stays: it
checks what is so, and changes nothing. Whether a measured limit met exactly is within (< to <= beside a field or
constant that is declared `float` in `src`, or beside a literal such as .5) is a kind of its own, `limit`: hardly a
page meets one. Only `mutants_quick.py --limits` draws these, and they are counted apart. Places are drawn with a seed,
as many of each folder. Tests that run the line are run until one fails, quickest first, `--most` CPU seconds of them;
a mutant that ends or hangs them is noticed. A line that no test runs is not noticed. Everything happens in a copy of
the tree.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("table", "join", "schedule", "select", "detect")
TESTS = (*FOLDERS, "witness", "result")
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
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
LIMITS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
FIRST = 8  # tests that are run first, before the rest


@dataclass(frozen=True)
class Mutant:
    """path: below the root. number: of the place among those of its file. first: line where its statement begins."""

    path: str
    number: int
    first: int
    line: int
    kind: str
    before: str
    after: str

    @property
    def id(self) -> str:
        return f"{self.path}:{self.line}:{self.number}"


class Places(ast.NodeTransformer):
    """Counts places in the order of the text; the one numbered `wanted` is changed."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.count, self.depth, self.first = wanted, 0, 0, 0
        self.found: list[tuple[int, int, str, str, str]] = []

    def visit(self, node: ast.AST) -> ast.AST:
        before = self.first
        self.first = node.lineno if isinstance(node, ast.stmt) else before
        seen: ast.AST = super().visit(node)
        self.first = before
        return seen

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.depth += 1
        node.body = [self.visit(one) for one in node.body]  # not decorators, defaults or annotations
        self.depth -= 1
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return node if node.arg == "strict" else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return node  # words of errors

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not self.depth:
            return super().generic_visit(node)
        for kind, changed in changes(node):
            here, self.count = self.count, self.count + 1
            self.found.append((self.first, node.lineno, kind, ast.unparse(node), ast.unparse(changed)))  # type: ignore[attr-defined]
            if here == self.wanted:
                return ast.copy_location(changed, node)
        return super().generic_visit(node)


@cache
def measured() -> frozenset[str]:
    """Names of fields and constants that are declared `float`, and nowhere anything else, in the whole of `src`."""
    kinds: dict[str, set[bool]] = defaultdict(set)
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            body = node.body if isinstance(node, (ast.Module, ast.ClassDef)) else []
            for one in body:
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                    kinds[one.target.id].add(ast.unparse(one.annotation) == "float")
                elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                    kinds[one.targets[0].id].add(isinstance(one.value, ast.Constant) and type(one.value.value) is float)
    return frozenset(name for name, told in kinds.items() if told == {True})


def is_limit(node: ast.Compare) -> bool:
    """Whether the change is only that a measured number may equal its limit."""
    parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
    names = {part.id for part in parts if isinstance(part, ast.Name) and part.id.isupper()}
    names |= {part.attr for part in parts if isinstance(part, ast.Attribute)}
    numbers = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, float)]
    literal = any(not number.is_integer() for number in numbers)
    return isinstance(node.ops[0], LIMITS) and (literal or bool(names & measured()))


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a place can be changed to."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in TURNED:
        turned = ast.Compare(node.left, [TURNED[type(node.ops[0])]()], node.comparators)
        yield "limit" if is_limit(node) else "comparison", turned
    elif isinstance(node, ast.BoolOp):
        yield "and/or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield "constant", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not is_nothing(node.value):
        yield "return", ast.Return(None)
    elif isinstance(node, (ast.If, ast.IfExp)) and not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield "condition", changed


def is_nothing(node: ast.expr) -> bool:
    """None, or False: no caller tells these two apart, and the type checker refuses one for the other."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


def mutants_of(root: Path, path: Path) -> list[Mutant]:
    places = Places()
    places.visit(ast.parse(path.read_text("utf-8")))
    name = str(path.relative_to(root))
    return [
        Mutant(name, n, first, line, kind, short(b), short(a))
        for n, (first, line, kind, b, a) in enumerate(places.found)
    ]


def short(text: str) -> str:
    return " ".join(text.split())[:160]


def drawn(root: Path, count: int, seed: int) -> list[Mutant]:
    """As many of each folder, spread over its places at random."""
    chosen = []
    for folder in FOLDERS:
        paths = sorted((root / "src" / "soesift" / folder).glob("*.py"))
        every = [mutant for path in paths for mutant in mutants_of(root, path) if mutant.kind != "limit"]
        chosen += random.Random(f"{seed} {folder}").sample(every, min(len(every), count // len(FOLDERS)))
    random.Random(seed).shuffle(chosen)
    return chosen


def mutated(root: Path, mutant: Mutant) -> str:
    places = Places(mutant.number)
    tree = places.visit(ast.parse((root / mutant.path).read_text("utf-8")))
    return ast.unparse(ast.fix_missing_locations(tree))


def cover(out: Path, folders: list[str]) -> None:
    """Coverage by test, one file a folder of tests; those that are there are kept."""
    for folder in folders or list(TESTS):
        place = out / f"{folder}.coverage"
        if place.exists():
            continue
        words = ["-p", "no:xdist", "-p", "no:cacheprovider", f"tests/{folder}", "--cov=soesift", "--cov-context=test"]
        with (out / f"{folder}.log").open("w") as log:
            subprocess.run(
                [sys.executable, "-m", "pytest", *words, "--cov-report=", "--durations=0", "-vv"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=os.environ | {"COVERAGE_FILE": str(out / f"{folder}.part")},
            )
        (out / f"{folder}.part").rename(place)


def covering(out: Path, root: Path) -> dict[tuple[str, int], list[str]]:
    """Tests that run each line, by (path, line)."""
    from coverage import CoverageData

    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for place in sorted(out.glob("*.coverage")):
        data = CoverageData(str(place))
        data.read()
        for file in data.measured_files():
            name = file[file.index("src/soesift") :]
            for line, contexts in data.contexts_by_lineno(file).items():
                found[name, line] |= {one.split("|")[0] for one in contexts if one}
    return {key: sorted(tests) for key, tests in found.items() if tests}


def of_lines(lines: dict[tuple[str, int], list[str]], mutant: Mutant) -> list[str]:
    """Tests that run the place: its line, or, where lines of one statement are not told apart, the statement's."""
    exact = lines.get((mutant.path, mutant.line), [])
    around = (lines.get((mutant.path, line), []) for line in range(mutant.first, mutant.line))
    return exact or sorted({test for tests in around for test in tests})


def seconds_of(out: Path) -> dict[str, float]:
    """Seconds of each test, as they were told when coverage was measured."""
    told: Counter[str] = Counter()
    for log in out.glob("*.log"):
        for seconds, test in re.findall(r"^([\d.]+)s (?:call|setup) +(tests/.+?)\s*$", log.read_text(), re.MULTILINE):
            told[test] += float(seconds)
    return told


def chosen_tests(tests: list[str], seconds: dict[str, float], folder: str, most: float) -> list[str]:
    """Quickest first, those of the same folder before others, until `most` seconds are full."""
    ordered = sorted(tests, key=lambda test: (not test.startswith(f"tests/{folder}/"), seconds.get(test, 0.0)))
    kept, sum_s = [], 0.0
    for test in ordered:
        sum_s += seconds.get(test, 0.01)
        if kept and sum_s > most:
            break
        kept.append(test)
    return kept


def tree(home: Path) -> Path:
    """A copy of what git knows, in which tests have run once, so that bytecode is there."""
    there = home / "tree"
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, there / name)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "src"], cwd=there, check=False)
    return there


PRELOADED = (
    "numpy",
    "pytest",
    "hypothesis.extra.numpy",
    "pydantic",
    "openpyxl",
    "reportlab.platypus",
    "docx",
    "pypdfium2",
    "onnxruntime",
    "scipy.stats",
    "scipy.optimize",
    "PIL.Image",
    "lxml.etree",
    "cv2",
)


def preload() -> None:
    """What tests import and no mutant touches, so that each run need not."""
    for name in PRELOADED:
        with suppress(ImportError):
            __import__(name)


def noticed(root: Path, tests: list[str], cpu_seconds: int) -> str:
    """How the tests noticed: the one that failed, `crash` or `time`; empty if they did not."""
    with tempfile.NamedTemporaryFile("r", suffix=".txt") as told:
        child = os.fork()
        if child == 0:
            run_tests(root, tests, told.name, cpu_seconds)
        until = time.monotonic() + 40 * cpu_seconds
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.05)
        failed = [line for line in told.read().splitlines() if line]
    if failed:
        return failed[0]
    code = os.waitstatus_to_exitcode(status)
    return {0: "", -signal.SIGXCPU: "time", -signal.SIGKILL: "time"}.get(code, f"ended with {code}")


def run_tests(root: Path, tests: list[str], told: str, cpu_seconds: int) -> None:
    """In a process of its own: pytest until the first failure, whose name is written to `told`."""
    import pytest

    class First:
        def pytest_runtest_logreport(self, report: object) -> None:
            if report.failed:  # type: ignore[attr-defined]
                Path(told).write_text(report.nodeid)  # type: ignore[attr-defined]

        def pytest_collectreport(self, report: object) -> None:
            if report.failed:  # type: ignore[attr-defined]
                Path(told).write_text(f"collecting {report.nodeid}")  # type: ignore[attr-defined]

    os.chdir(root)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    sys.path[:0] = [str(root / "src"), str(root / "tests")]
    os.environ["PYTHONPATH"] = str(root / "src")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1), os.dup2(quiet, 2)
    words = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "--no-header"]
    code = pytest.main([*words, *tests], plugins=[First()])
    os._exit(0 if code == 0 else 3)


def told_of(places: list[Path]) -> list[dict[str, Any]]:
    """The last row of each mutant."""
    rows = [json.loads(line) for place in places if place.exists() for line in place.read_text().splitlines()]
    return list({row["id"]: row for row in rows}.values())


def run(out: Path, count: int, seed: int, most: float, only: str, again: bool) -> None:
    """Each drawn mutant against its tests; one line of JSON each, those that are there are passed over; `again`: but
    for survivors."""
    results = out / f"mutants-{seed}.jsonl"
    done = {row["id"] for row in told_of([results]) if row["by"] or not again}
    lines, seconds = covering(out, ROOT), seconds_of(out)
    preload()
    with tempfile.TemporaryDirectory() as home:
        root = tree(Path(home))
        for mutant in drawn(root, count, seed):
            folder = mutant.path.split("/")[2]
            if mutant.id in done or (only and folder != only):
                continue
            tests = chosen_tests(of_lines(lines, mutant), seconds, folder, most)
            by = against(root, mutant, tests, int(most * 3)) if tests else ""
            row = {"id": mutant.id, **asdict(mutant), "tests": len(tests), "by": by}
            with results.open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(f"{'noticed ' if by else 'SURVIVED'} {mutant.id} {mutant.before!r} -> {mutant.after!r}", flush=True)


def against(root: Path, mutant: Mutant, tests: list[str], cpu_seconds: int) -> str:
    """What noticed one mutant: a few tests first, as most are noticed at once."""
    place = root / mutant.path
    whole = place.read_bytes()
    place.write_text(mutated(root, mutant))
    try:
        return noticed(root, tests[:FIRST], cpu_seconds) or (
            noticed(root, tests[FIRST:], cpu_seconds) if tests[FIRST:] else ""
        )
    finally:
        place.write_bytes(whole)


def named() -> bool:
    """Each of the NAMED mutants against its tests; whether all were noticed."""
    preload()
    every = True
    with tempfile.TemporaryDirectory() as home:
        root = tree(Path(home))
        for promise, (path, text, after, tests) in NAMED.items():
            place = root / "src" / "soesift" / path
            whole = place.read_text("utf-8")
            assert whole.count(text) == 1, (path, text)
            place.write_text(whole.replace(text, after), "utf-8")
            by = noticed(root, [f"tests/{tests}"], 300)
            place.write_text(whole, "utf-8")
            print(f"{'noticed ' if by else 'SURVIVED'} {promise}: {by}", flush=True)
            every = every and bool(by)
    return every


def report(out: Path) -> None:
    """Shares by folder and kind, and every survivor."""
    rows = told_of(sorted(out.glob("mutants-*.jsonl")))
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
    parser.add_argument("verb", choices=("cover", "run", "named", "report"))
    parser.add_argument("folders", nargs="*", help="of tests, for cover")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=float, default=40.0, help="seconds of tests a mutant")
    parser.add_argument("--only", default="", help="mutants of this folder alone")
    parser.add_argument("--again", action="store_true", help="survivors once more, as with a larger --most")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.verb == "cover":
        cover(asked.out, asked.folders)
    elif asked.verb == "named":
        sys.exit(0 if named() else 1)
    elif asked.verb == "run":
        run(asked.out, asked.count, asked.seed, asked.most, asked.only, asked.again)
    else:
        report(asked.out)


if __name__ == "__main__":
    main()
