"""The documentation: it builds strictly, loads nothing from elsewhere, and its commands exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from soesift.cli.main import VERBS, soesift

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LOADED = re.compile(r"""<(?:script|img|iframe|source)[^>]+src=["'](?:https?:)?//|<link[^>]+href=["'](?:https?:)?//""")
COMMAND = re.compile(r"^soesift ((?:[^\n\\]|\\\n)+)", re.MULTILINE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("mkdocs", "material", "mkdocstrings", "mkdocstrings_handlers"):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed; run: pip install --group docs")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return out


def test_it_builds_strictly_and_every_page_is_there(site: Path) -> None:
    pages = [site / p.relative_to(DOCS).with_suffix("") / "index.html" for p in PAGES if p.name != "index.md"]
    assert [p for p in pages if not p.is_file()] == []


def test_it_loads_nothing_from_elsewhere(site: Path) -> None:
    text = {p: p.read_text("utf-8") for p in site.rglob("*.html")}
    assert [str(p) for p, html in text.items() if "<base" in html or LOADED.search(html)] == []
    styles = [p for p in site.rglob("*.css") if re.search(r"(?:url\(|@import)\s*[\"']?https?://", p.read_text("utf-8"))]
    assert styles == []


def test_the_reference_is_made_of_the_docstrings(site: Path) -> None:
    labels = (site / "reference" / "labels" / "index.html").read_text("utf-8")
    assert "Certified selection: with probability 1 - delta" in labels
    assert "CachedAnswer" not in labels
    named = set(re.findall(r"^::: soesift\.(\w+)", "".join(p.read_text() for p in DOCS.glob("reference/*.md")), re.M))
    source = ROOT / "src" / "soesift"
    folders = {p.parent.name for p in source.glob("*/__init__.py")} | {
        "errors",
        "files",
        "config",
        "mcp",
        "corrections",
        "web",
    }
    assert named == folders


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The click command, or sub-command, that `words` call, and the words after its name."""
    command = soesift.get_command(click.Context(soesift), words[0])
    rest = words[1:]
    if isinstance(command, click.Group):
        known = command.commands
        named = bool(rest) and rest[0] in known
        return known[rest[0] if named else "run"], rest[1:] if named else rest
    assert isinstance(command, click.Command)
    return command, rest


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    fences = re.findall(r"^```(?:sh|console)[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for line in COMMAND.findall("\n".join(fences)):
        words = shlex.split(re.sub(r"\s#.*|\$\(.*\)", "", line.replace("\\\n", " ")))
        assert words[0] in VERBS, line
        command, rest = command_of(words)
        options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        used = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
        assert used <= options | {"--help"}, line


def test_links_between_pages_and_to_the_tree_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"
