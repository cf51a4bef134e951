"""The one command that sets up and tests: which tests are light, what it tells, how it fails."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from programs import program

ROOT = Path(__file__).resolve().parents[2]
NEEDS_TORCH = ("torch", "transformers", "peft", "soesift.train.fit", "soesift.train.ship", "soesift.study", "toy_base")


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    return program("bootstrap.py")


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return names | {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}


def test_light_tests_need_no_torch(bootstrap: ModuleType) -> None:
    files = [path for folder in bootstrap.LIGHT for path in (ROOT / "tests" / folder).glob("*.py")]
    assert len(files) > 60
    assert all((ROOT / "tests" / name).is_file() for name in bootstrap.NOT_LIGHT)
    heavy = {path.name for path in files for name in imports(path) if name.startswith(NEEDS_TORCH)}
    assert heavy == set()


def names(requirements: list[str]) -> set[str]:
    """Names that are imported, where the package's own is that."""
    return {re.split(r"[^A-Za-z0-9_.-]", one)[0].replace("-", "_") for one in requirements}


def test_light_tests_import_nothing_that_is_not_installed_for_them(bootstrap: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    there = names([*project["dependencies"], *extras["app"], *bootstrap.members("light")])
    missing = names([*extras["data"], *extras["train"], *bootstrap.members("test")]) - there
    assert {"pandas", "pyarrow", "torch"} <= missing
    kept = {ROOT / "tests" / name for name in bootstrap.NOT_LIGHT}
    files = [path for folder in bootstrap.LIGHT for path in (ROOT / "tests" / folder).glob("*.py")]
    asked = {(path, name.split(".")[0]) for path in {*files} - kept for name in imports(path)}
    unguarded = {(path.name, name) for path, name in asked if f'importorskip("{name}")' not in path.read_text("utf-8")}
    assert {one for one in unguarded if one[1] in missing} == set()


def test_a_group_is_read_with_those_it_includes(bootstrap: ModuleType) -> None:
    light, test = bootstrap.members("light"), bootstrap.members("test")
    assert set(light) < set(test)
    assert any(one.startswith("mypy") for one in test)
    assert all(isinstance(one, str) for one in test)


def test_what_is_installed_exists(bootstrap: ModuleType) -> None:
    file = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for kind in bootstrap.KINDS.values():
        assert set(kind.extras.split(",")) <= set(file["project"]["optional-dependencies"])
        assert not kind.group or kind.group in file["dependency-groups"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_17_x86_64.whl (16.6 MB)\n", "16.6 MB"),
        ("  Downloading https://files.example/a/b/numpy-2.4.6-cp311.whl (16.6 MB)\n", "numpy-2.4.6-cp311.whl, 16.6 MB"),
        ("  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)\n", ""),
        ("  Downloading numpy-2.4.6.whl.metadata (6.6 kB)\n", ""),
        ("Requirement already satisfied: numpy\n", ""),
        ("Installing collected packages: a, b, c\n", "unpacking 3 packages"),
        ("Downloading numpy (16.1MiB)\n", "numpy, 16.1MiB"),
        (" Downloaded numpy\n", ""),
        ("Installed 94 packages in 577ms\n", "94 packages installed"),
    ],
)
def test_what_is_told_of_a_long_installation(bootstrap: ModuleType, line: str, shown: str) -> None:
    told = bootstrap.told(line)
    assert shown in told
    assert bool(told) is bool(shown)


@pytest.mark.parametrize(("reached", "extra"), [(True, True), (False, False)])
def test_torch_for_cpus_where_it_can_be_had(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reached: bool,
    extra: bool,
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "reached", lambda url: reached)
    monkeypatch.setattr(bootstrap, "pip", lambda *words: asked.append(words))
    monkeypatch.setattr(bootstrap, "bring", lambda *words: pytest.fail("uv would not see a small build beside it"))
    monkeypatch.setattr(sys, "platform", "linux")
    bootstrap.install_torch()
    assert [bootstrap.CPU_BUILDS in words for words in asked] == [extra]
    assert ("2,500 MB" in capsys.readouterr().out) is not extra


def test_what_is_imported_is_compiled_once(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    for threads, told in (("", "3"), ("1", "3")):
        said = "import os, sys; print(sys.dont_write_bytecode, os.environ['OMP_NUM_THREADS'])"
        run = subprocess.run(
            [sys.executable, "-c", said], env=bootstrap.around(threads), capture_output=True, text=True
        )
        assert run.stdout.split() == ["False", told]
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert bootstrap.around("1")["OMP_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in bootstrap.around()


def test_an_address_that_nobody_answers_at_is_given_up_soon(bootstrap: ModuleType) -> None:
    assert not bootstrap.reached("http://127.0.0.1:9/torch/")


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({}, []),
        ({"timeout": "9", "progress-bar": "off", "cert": "/a.pem"}, []),
        (
            {"extra-index-url": "https://a/simple\nhttps://b/simple", "find-links": "/wheels"},
            [
                "--extra-index-url",
                "https://a/simple",
                "--extra-index-url",
                "https://b/simple",
                "--find-links",
                "/wheels",
            ],
        ),
        ({"no-binary": ":all:"}, None),  # what is not known to be the same for both is left to pip
    ],
)
def test_uv_is_told_what_pip_is_told(
    bootstrap: ModuleType, settings: dict[str, str], options: list[str] | None
) -> None:
    assert bootstrap.carried(settings) == options


def test_settings_are_those_that_pip_follows(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://a/simple\n[install]\nfind-links = /w\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://b/simple")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr(bootstrap, "pip_command", lambda: [sys.executable, "-m", "pip"])
    bootstrap.pip_settings.cache_clear()
    found = bootstrap.pip_settings()
    bootstrap.pip_settings.cache_clear()
    assert (found["index-url"], found["find-links"]) == ("https://b/simple", "/w")


@pytest.mark.parametrize(("there", "code", "by_pip"), [("", 0, True), ("uv", 0, False), ("uv", 2, True)])
def test_pip_installs_where_uv_is_not_to_be_had_or_fails(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, there: str, code: int, by_pip: bool
) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "uv", lambda: there)
    monkeypatch.setattr(bootstrap, "pip_settings", lambda: {"find-links": "/wheels"})
    monkeypatch.setattr(bootstrap, "pip_command", lambda: ["pip"])

    def told_run(command: list[str], around: dict[str, str]) -> tuple[int, list[str]]:
        run.append(command)
        return (code if command[0] == "uv" else 0), ["no such package\n"]

    monkeypatch.setattr(bootstrap, "told_run", told_run)
    bootstrap.bring("a", "b")
    assert [command[0] for command in run] == (["uv"] if there else []) + (["pip"] if by_pip else [])
    assert all(command[-2:] == ["a", "b"] for command in run)
    assert all("--find-links" in command for command in run if command[0] == "uv")


def test_the_environment_is_named_so_that_it_is_found_on_windows_too(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = tmp_path / "Scripts"
    there.mkdir()
    (there / "python.exe").touch()
    monkeypatch.setattr(bootstrap, "BIN", there)
    monkeypatch.setattr(bootstrap, "version", lambda name: "24.1b1")
    bootstrap.pip_command.cache_clear()
    named = bootstrap.pip_command()[-1]
    bootstrap.pip_command.cache_clear()
    assert Path(named) == tmp_path  # pip takes a folder, or a file that is there


def test_a_failed_installation_says_what_pip_said(tmp_path: Path) -> None:
    lines = [
        "import bootstrap, pathlib, sys",
        f"bootstrap.BIN = pathlib.Path({str(Path(sys.executable).parent)!r})",
        "bootstrap.pip('--no-index', 'a-package-that-nobody-has')",
    ]
    around = os.environ | {"PYTHONPATH": str(ROOT), "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=tmp_path, env=around, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "a-package-that-nobody-has" in run.stderr
    assert "pip ended with code 1" in run.stderr
