"""The house in order: style, and the way imports run."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "soesift"
DETECT = ("process", "document", "table", "join", "classify", "detect", "result", "export")
TRAINING = ("train", "study", "label", "select", "evaluate", "sample")
SERVICES = ("serve", "review", "bench")


def imported(path: Path) -> set[str]:
    """Folders of the package that a module imports, at the top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("soesift.")}
    return found


@pytest.mark.parametrize("words", [["check", "."], ["format", "--check", "."]])
def test_ruff_is_clean(words: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", "ruff", *words], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:]


def test_the_way_to_detection_never_imports_training_or_services() -> None:
    crossed = {
        str(path.relative_to(SOURCE)): imported(path) & {*TRAINING, *SERVICES}
        for folder in DETECT
        for path in (SOURCE / folder).glob("*.py")
        if imported(path) & {*TRAINING, *SERVICES}
    }
    assert crossed == {}


def test_no_file_names_this_kind_of_place() -> None:
    paths = [p for p in ROOT.rglob("*.py") if ".venv" not in p.parts]
    named = [str(p) for p in paths if any(w in p.read_text("utf-8") for w in ("/" + "work/", "/" + "root/"))]
    assert named == []


def test_the_layout_is_the_formatters_everywhere() -> None:
    paths = [p for p in ROOT.rglob("*.py") if not {".venv", "build"} & set(p.parts)]
    assert [str(p) for p in paths if "# fmt: " + "skip" in p.read_text("utf-8")] == []


def test_the_files_that_are_begun_first_are_there(request: pytest.FixtureRequest) -> None:
    plugin = request.config.pluginmanager.get_plugin(str(ROOT / "tests" / "conftest.py"))
    assert [name for name in plugin.FIRST if not (ROOT / "tests" / name).is_file()] == []
