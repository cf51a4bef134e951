"""What is needed: lock files that cover it, with hashes, and licences from the allowed set."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from programs import program

ROOT = Path(__file__).resolve().parents[2]
FILE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = FILE["project"]
EXTRAS = PROJECT["optional-dependencies"]
OLD = {  # a name of before -> the extra that brings the same today; None: the core does
    "sample": "app",
    "export": "app",
    "serve": "app",
    "review": "app",
    "diff": "app",
    "burden": "app",
    "pandas": "data",
    "remote": "data",
    "parquet": "data",
    "track": "train",
    "label": "train",
    "select": "train",
    "qlora": "gpu",
    "fetch": None,
    "bench": None,
}
FOREIGN = ("torch", "soesift")  # chosen by hand; the project itself


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    pytest.importorskip("packaging")
    return program("requirements/licences.py")


def locked(name: str) -> dict[str, int]:
    """Package -> number of its hashes."""
    counts: dict[str, int] = {}
    for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines():
        if named := re.match(r"([A-Za-z0-9._-]+)==", line):
            last = named[1].lower().replace("_", "-").replace(".", "-")
            counts.setdefault(last, 0)
        counts[last] += "--hash=sha256:" in line
    return counts


@pytest.mark.parametrize(
    ("name", "extras", "groups"),
    [("core.lock", [], []), ("all.lock", ["app", "data", "train"], ["light", "test", "build", "docs"])],
)
def test_the_lock_covers_what_is_asked_for_with_hashes(name: str, extras: list[str], groups: list[str]) -> None:
    wanted = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    wanted += [line for group in groups for line in FILE["dependency-groups"][group] if isinstance(line, str)]
    found = locked(name)
    names = {re.split(r"[\[<>=!~ ]", line)[0].lower().replace(".", "-") for line in wanted} - set(FOREIGN)
    assert names <= set(found)
    assert [package for package, hashes in found.items() if not hashes] == []
    assert not re.search(r"https?://|file:", (ROOT / "requirements" / name).read_text("utf-8"))


def test_six_extras_and_the_names_of_before() -> None:
    assert set(EXTRAS) == {"app", "data", "train", "ray", "gpu", "all", *OLD}
    assert EXTRAS["all"] == ["soesift[app,data,train,ray,gpu]"]
    assert len(set(PROJECT["dependencies"])) == len(PROJECT["dependencies"])


@pytest.mark.parametrize("name", sorted(set(OLD) - {"bench"}))
def test_a_name_of_before_brings_what_its_successor_brings(name: str) -> None:
    after = OLD[name]
    assert set(EXTRAS[name]) <= set(EXTRAS[after] if after else ())


def test_every_extra_that_a_message_names_exists() -> None:
    words = {}
    for path in [
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "README.md",
        ROOT / "Containerfile",
    ]:
        text = path.read_text("utf-8")
        named = re.findall(r"(?:soesift|/src)\[([a-z,]+)\]|MissingExtra\([^()]*, \"(\w+)\"\)", text)
        words |= {extra: path for one, other in named for extra in (one or other).split(",")}
    assert set(words) <= set(EXTRAS) - set(OLD), words
    assert {"app", "data", "train", "ray", "gpu"} <= set(words)


def test_every_group_that_is_named_exists() -> None:
    texts = [
        path.read_text("utf-8") for folder in ("src", "docs", "tests") for path in (ROOT / folder).rglob("*.[mp][dy]")
    ]
    texts += [(ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "mkdocs.yml", "requirements/lock.sh")]
    named = {name for text in texts for name in re.findall(r"--group ([a-z]+)", text)}
    assert {"docs", "release"} <= named <= set(FILE["dependency-groups"])


@pytest.mark.parametrize("extras", [[], sorted(EXTRAS)], ids=["core", "every extra"])
def test_licences_are_of_the_allowed_set(licences: ModuleType, extras: list[str]) -> None:
    packages, _ = licences.needed(extras)
    assert len(packages) > 20
    assert [one for one in map(licences.stated, packages) if not one.allowed] == []


class Package:
    """A package that is not there, as far as the walk looks at it."""

    def __init__(self, *requires: str) -> None:
        self.requires = requires


@pytest.mark.parametrize(("asks", "judged"), [("torch", False), ("nvidia-cublas", False), ("litellm", True)])
def test_only_torch_may_bring_its_cuda_run_time(
    licences: ModuleType, monkeypatch: pytest.MonkeyPatch, asks: str, judged: bool
) -> None:
    tree = {"soesift": Package(asks), asks: Package("nvidia-cudnn-cu13", "sympy")}
    tree |= {"nvidia-cudnn-cu13": Package(), "sympy": Package()}
    monkeypatch.setattr(licences, "distribution", tree.__getitem__)
    packages, _ = licences.needed()
    assert (tree["nvidia-cudnn-cu13"] in packages) is judged
    assert tree["sympy"] in packages


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0", False),
        ("nothing", False),
        ("(Apache-2.0 OR BSD-2-Clause)", True),
        ("Apache-2.0 WITH LLVM-exception AND MIT", True),
    ],
)
def test_expressions(licences: ModuleType, text: str, good: bool) -> None:
    assert licences.is_allowed(text) is good


def test_a_bill_of_materials_names_the_core(tmp_path: Path) -> None:
    tool = shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("cyclonedx-py is not installed; run: pip install --group release")
    out = tmp_path / "sbom.json"
    lock = str(ROOT / "requirements" / "core.lock")
    subprocess.run([tool, "requirements", lock, "--output-reproducible", "-o", str(out)], check=True)
    bill = json.loads(out.read_text("utf-8"))
    assert {part["name"] for part in bill["components"]} >= {"numpy", "pypdfium2", "onnxruntime", "pydantic"}
    assert all(part["version"] for part in bill["components"])
