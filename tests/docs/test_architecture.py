"""The architecture page tells the truth: its map of folders, its layers, and what detection loads."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "soesift"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
HEAVY = [
    "torch",
    "transformers",
    "peft",
    "litellm",
    "httpx",
    "sklearn",
    "scipy",
    "pandas",
    "fastapi",
    "uvicorn",
    "matplotlib",
    "soesift.train",
    "soesift.label",
    "soesift.select",
    "soesift.study",
    "soesift.bench",
    "soesift.sample",
    "soesift.review",
    "soesift.fetch",
]


def layers() -> dict[str, int]:
    """Folder -> layer, as the page has it."""
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", PAGE, re.MULTILINE)
    return {name: int(layer) for layer, names in rows for name in re.findall(r"`(\w+)`", names)}


def modules() -> dict[str, Path]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = ("soesift", *path.relative_to(SOURCE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def loaded_by(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules of the package that a module imports when it is loaded: not inside functions, not for types only."""
    return imported(ast.parse(path.read_text("utf-8")).body, known)


def imported(nodes: Iterable[ast.AST], known: dict[str, Path]) -> set[str]:
    """Modules of the package that statements import."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("soesift"):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in known else str(node.module) for name in whole}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in known}
    return found


def when_called(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules of the package that a module imports inside functions."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return {name for function in functions for name in imported(ast.walk(function), known)}


WORD = "Word files alone want lxml"
OCR = "pictures alone want OpenCV and the models of OCR"
TORCH = "torch takes seconds to load, and much of the folder runs without"
HANDY = "result.to_xlsx() and its like, for people; the one circle"
LATER = {
    ("soesift.bench.one", "soesift"): "timed as a user's program loads it",
    ("soesift.detect.all_tables", "soesift.document.docx"): WORD,
    ("soesift.detect.all_tables", "soesift.table.records"): WORD,
    ("soesift.detect.detector", "soesift.detect.word"): WORD,
    ("soesift.detect.reading", "soesift.document.ocr"): OCR,
    ("soesift.detect.reading", "soesift.document.scan_text"): OCR,
    ("soesift.detect.word", "soesift.document.ocr"): OCR,
    ("soesift.diff.compare", "soesift.review.documents"): "results as people corrected them, without a page of review",
    ("soesift.label.humans", "soesift.select.from_ledger"): "a label keeps the fingerprint of the beliefs it met",
    ("soesift.label.providers.choose", "soesift.label.providers.http"): "one of two clients, each with its package",
    ("soesift.label.providers.choose", "soesift.label.providers.litellm"): "one of two clients, each with its package",
    ("soesift.label.providers.choose", "soesift.label.providers.transformers"): TORCH,
    ("soesift.result.models", "soesift.export.csv"): HANDY,
    ("soesift.result.models", "soesift.export.frames"): HANDY,
    ("soesift.result.models", "soesift.export.html"): HANDY,
    ("soesift.result.models", "soesift.export.xlsx"): HANDY,
    ("soesift.result.models", "soesift.result.store"): HANDY,
    ("soesift.review.lines", "soesift.detect.word"): WORD,
    ("soesift.sample.protocol", "soesift.sample.docx_file"): "python-docx is wanted for Word samples alone",
    ("soesift.select.by_name", "soesift.train.light_fit"): "scikit-learn is wanted by two rules alone",
    ("soesift.study.run", "soesift.train.fit"): TORCH,
    ("soesift.study.run", "soesift.train.data"): TORCH,
    ("soesift.train.baselines", "soesift.train.network"): TORCH,
    ("soesift.train.crossval", "soesift.train.fit"): TORCH,
    ("soesift.train.recipe", "soesift.train.crossval"): TORCH,
    ("soesift.train.recipe", "soesift.train.ship"): TORCH,
}  # imports inside functions, outside of cli (whose verbs load what they run): who, whom, and why not at the top


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    known = modules()
    return {name: loaded_by(path, known) - {name} for name, path in known.items()}


def folder_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_folder_is_on_the_map_and_every_one_on_the_map_exists() -> None:
    there = {p.name if p.is_dir() else p.stem for p in SOURCE.iterdir() if p.is_dir() or p.suffix == ".py"}
    assert set(layers()) == there - {"__init__", "__pycache__"}


def test_imports_run_up_the_layers(graph: dict[str, set[str]]) -> None:
    layer = layers()
    crossed = {
        (name, other)
        for name, others in graph.items()
        for other in others
        if folder_of(name) and folder_of(other) and layer[folder_of(other)] > layer[folder_of(name)]
    }
    assert crossed == set()


def circles(graph: dict[str, set[str]]) -> set[str]:
    """Modules left when those that import nothing left are taken away again and again."""
    left = set(graph)
    while free := {name for name in left if not graph[name] & left}:
        left -= free
    return left


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"a", "b", "c"}


def test_no_folder_needs_one_that_needs_it(graph: dict[str, set[str]]) -> None:
    folders: dict[str, set[str]] = {}
    for name, others in graph.items():
        folders.setdefault(folder_of(name), set()).update(map(folder_of, others))
    assert circles({one: others - {one, ""} for one, others in folders.items()}) == set()


def test_no_module_is_loaded_in_a_circle(graph: dict[str, set[str]]) -> None:
    assert circles(graph) == set()


@pytest.fixture(scope="module")
def later() -> dict[str, set[str]]:
    known = modules()
    return {name: when_called(path, known) - {name} for name, path in known.items() if folder_of(name) != "cli"}


def test_imports_inside_functions_are_few_and_each_has_its_reason(later: dict[str, set[str]]) -> None:
    found = {(name, other) for name, others in later.items() for other in others}
    assert found == set(LATER)
    assert len(LATER) <= 30
    assert all(LATER.values())


def test_the_one_circle_is_that_of_results_and_their_writers(
    graph: dict[str, set[str]], later: dict[str, set[str]]
) -> None:
    both = {name: graph[name] | later.get(name, set()) for name in graph}
    assert "soesift.result.models" in circles(both)
    both["soesift.result.models"] -= later["soesift.result.models"]
    assert circles(both) == set()


def test_imports_inside_functions_run_up_the_layers_too(later: dict[str, set[str]]) -> None:
    layer = layers()
    crossed = {
        (name, other)
        for name, others in later.items()
        for other in others
        if folder_of(other) and folder_of(name) and layer[folder_of(other)] > layer[folder_of(name)]
    }
    assert {name for name, _ in crossed} == {
        "soesift.result.models",
        "soesift.diff.compare",
        "soesift.label.humans",
    }


def test_detection_loads_nothing_of_training(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    script = (
        "import sys; from soesift import Detector; from soesift.export.html import write_html\n"
        "result = Detector.load().detect(sys.argv[1]); assert result.tables\n"
        "write_html(result, sys.argv[1] + '.html', sys.argv[1]); result.to_xlsx(sys.argv[1] + '.xlsx')\n"
        "print(*sys.modules)"
    )
    from soesift.sample import make_protocol

    truth = make_protocol(1, tmp_path, kind="small")
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / f"{truth.id}.pdf")], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    there = set(run.stdout.split())
    assert "soesift.detect.detector" in there
    assert there & set(HEAVY) == set()
