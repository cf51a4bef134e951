"""The wheel and the sdist are whole: built, unpacked where nothing of the checkout is, and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", "out", ".*cache", "runs"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and, made of it, the wheel."""
    for package in ("build", "setuptools", "wheel"):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed; run: pip install --group build")
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "tree", ignore=LEFT_OUT, symlinks=True)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(folder / "tree")]
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": ""})
    assert run.returncode == 0, run.stdout[-1500:] + run.stderr[-1500:]
    return folder


def test_the_sdist_holds_what_is_needed_to_test_and_document(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "README.md",
        "LICENSE",
        "bootstrap.py",
        "mkdocs.yml",
        "docs/index.md",
        "docs/pictures/report.png",
        "tests/trust/test_wheel.py",
        "requirements/core.lock",
        "Containerfile",
        "compose.yaml",
    }
    assert wanted | {f"configs/{path.name}" for path in (ROOT / "configs").glob("*.toml")} <= names
    assert [name for name in names if name.endswith(".pyc") or "/.git/" in name] == []


def test_the_wheel_holds_the_models_and_what_is_no_python(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = set(archive.namelist())
    source = ROOT / "src"
    there = [p for p in (source / "soesift").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    assert {p.relative_to(source).as_posix() for p in there} <= names
    assert {name.rpartition("/")[2] for name in names if "/share/soesift/configs/" in name} == {
        path.name for path in (ROOT / "configs").glob("*.toml")
    }


def test_the_wheel_runs_where_nothing_of_the_checkout_is(built: Path, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    from made_protocols import short_protocol

    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
    ]
    there = tmp_path / "site"
    subprocess.run([*install, "--target", str(there), str(next(built.glob("*.whl")))], check=True)
    short_protocol(tmp_path / "short.pdf")
    around = os.environ | {"PYTHONPATH": str(there)}

    def run(*words: str) -> str:
        done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=around, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(there) in run("-c", "import soesift; print(soesift.__file__)")
    run("-m", "soesift.cli.main", "detect", "short.pdf", "--out", "out")
    assert {p.name for p in (tmp_path / "out").glob("short.*")} == {"short.json", "short.xlsx", "short.html"}
    run("-m", "soesift.cli.main", "export", "out/short.json", "--to", "usdm")
