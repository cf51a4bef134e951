"""What docs/service.md shows can be typed, and its table of settings is the one in force."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from service_process import Running, by_command_line, running

import made_protocols as made
from soesift.cli.main import soesift
from soesift.serve.service import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "service.md").read_text("utf-8")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("docs")
    with running(by_command_line(data / "data"), data / "log.txt") as one:
        yield one


def example(language: str, service: Running) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1].replace("http://127.0.0.1:8321", service.url)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_example_for_curl(service: Running, tmp_path: Path) -> None:
    made.protocol(tmp_path / "protocol.pdf")
    script = example("sh client", service).replace("python3", sys.executable)
    run = subprocess.run(["sh", "-eu", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert "event: end" in run.stdout
    assert made.TITLE in (tmp_path / "result.json").read_text()
    assert (tmp_path / "table.xlsx").read_bytes().startswith(b"PK")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_the_example_for_httpx(service: Running, tmp_path: Path) -> None:
    made.protocol(tmp_path / "protocol.pdf")
    command = [sys.executable, "-c", example("python client", service)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert f"t1 main_soa {made.TITLE} [3, 4]" in run.stdout


def test_the_settings_shown_are_the_defaults() -> None:
    found = re.search(r"^```toml serve.toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    shown = tomllib.loads(found[1])
    assert set(shown) == set(Settings.model_fields)
    assert Settings.model_validate(shown) == Settings()


def test_the_container_is_pinned_and_not_root() -> None:
    lines = (ROOT / "Containerfile").read_text("utf-8").splitlines()
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", line) for line in lines if line.startswith("FROM"))
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    assert any(line.startswith("CMD") and '"--host", "0.0.0.0"' in line for line in lines)
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_compose_file_keeps_both_on_loopback_with_a_volume_a_token_and_no_rights() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    found = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    assert set(found["services"]) == {"app", "serve"}
    for name, service in found["services"].items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == [f"{name}:/data"]
        assert name in found["volumes"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert service["environment"]["SOESIFT_TOKEN"].startswith("${SOESIFT_TOKEN:?")
        command_of = soesift.get_command(click.Context(soesift), service["command"][0])
        options = {option for parameter in command_of.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in service["command"] if word.startswith("--")} <= options
