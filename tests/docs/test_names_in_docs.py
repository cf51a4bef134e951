"""Files, modules and functions that the pages name are there: a page that outlives what it names misleads."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "soesift"
PAGES = [
    *(p for p in sorted((ROOT / "docs").rglob("*.md")) if p.name != "lab-notes.md"),  # which tells what was, too
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/soe_bench/README.md")),
]
FOLDERS = {p.parent.name for p in SOURCE.glob("*/__init__.py")}
SETTINGS = {"recall", "encoder", "quantise"}  # keys of [export] in a student's configuration
QUOTED = re.compile(r"`([^`\n]+)`")


@cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def names_in(path: Path) -> set[str]:
    """What a module defines or imports at its top."""
    found: set[str] = set()
    for node in ast.parse(text_of(path)).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
        else:
            found |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            found |= {str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant)}  # of `__all__`
    return found


def file_named(word: str) -> bool:
    """Whether a path ends a file of the tree: from its root, from the package, or from the tests."""
    return any((base / word).exists() for base in (ROOT, SOURCE, ROOT / "tests", ROOT / "benchmarks"))


def name_there(word: str) -> bool:
    """Whether `folder.module`, `folder.name` or `folder.module.name` is a module, or a name in one."""
    parts = word.removeprefix("soesift.").split(".")
    place = SOURCE / parts[0]
    for count, part in enumerate(parts[1:], 1):
        if (place / part).is_dir():
            place = place / part
            continue
        module = place / f"{part}.py"
        rest = parts[count + 1 :] if module.is_file() else parts[count:]
        where = module if module.is_file() else place / "__init__.py"
        return not rest or rest[0] in names_in(where) or (parts[0] == "export" and rest[0] in SETTINGS)
    return True


def names_of(page: Path) -> tuple[set[str], set[str]]:
    """Paths of Python files, and dotted names that begin with a folder of the package."""
    words = {word for quoted in QUOTED.findall(text_of(page)) for word in re.split(r"[\s,;()\[\]]+", quoted)}
    files = {
        word.partition("::")[0]
        for word in words
        if re.fullmatch(r"[\w/]+\.py(?:::\w+)?", word) and "/" in word and "NAME" not in word
    }
    dotted = {
        word
        for word in words
        if re.fullmatch(r"(?:soesift\.)?[a-z]\w*(?:\.\w+)+", word)
        and word.removeprefix("soesift.").split(".")[0] in FOLDERS
        and not word.startswith("result.")  # an object in examples
        and word.rpartition(".")[2] not in ("toml", "json", "jsonl", "db", "py", "md", "csv", "tsv", "html", "pdf")
    }
    return files, dotted


def test_what_is_gone_is_noticed() -> None:
    assert not file_named("detect/keep.py")
    assert not name_there("evaluate.folds.group_folds")
    assert not name_there("evaluate.scores.no_such_function")
    assert name_there("evaluate.scores.group_folds")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_names_exist(page: Path) -> None:
    files, dotted = names_of(page)
    assert sorted(word for word in files if not file_named(word)) == []
    assert sorted(word for word in dotted if not name_there(word)) == []
