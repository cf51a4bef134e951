"""The OpenAPI document: complete, with examples, and true (schemathesis, where it is installed)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_process import Running, by_command_line, running

import made_protocols as made

HERE = Path(__file__).parent
BESIDE = str(Path(sys.executable).parent)
SCHEMATHESIS = shutil.which("schemathesis", path=os.pathsep.join([BESIDE, os.environ.get("PATH", "")]))
TOKEN = "a-token-for-schemathesis"
TIMES = int(os.environ.get("SOESIFT_FUZZ_TIMES", "1"))  # this many times the usual number of cases


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("openapi")
    with running(by_command_line(data / "data"), data / "log.txt", TOKEN) as one:
        yield one


@pytest.fixture(scope="module")
def done(service: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = made.short_protocol(tmp_path_factory.mktemp("made") / "a.pdf")
    return service.wait(service.send(path.read_bytes()))


def test_every_route_is_described_and_has_examples(service: Running) -> None:
    document = service.http.get("/openapi.json").json()
    tables = "/v1/documents/{sha256}/tables/{table}.{format}"
    pages = "/v1/documents/{sha256}/pages/{number}.png"
    told = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert told == {
        ("post", "/v1/documents"),
        ("get", "/v1/documents/{sha256}"),
        ("get", tables),
        ("get", pages),
        ("get", "/v1/documents/{sha256}/corrections"),
        ("put", "/v1/documents/{sha256}/corrections"),
        ("get", "/v1/documents/{sha256}/corrected"),
        ("get", "/v1/jobs/{job_id}"),
        ("get", "/v1/jobs/{job_id}/events"),
        ("get", "/healthz"),
        ("get", "/metrics"),
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["description"]
            named = [p for p in operation.get("parameters", []) if p["in"] == "path" and p["name"] != "format"]
            assert all(p["schema"].get("examples") or p.get("examples") for p in named), operation["operationId"]
    schemas = document["components"]["schemas"]
    assert schemas["JobView"]["examples"][0]["links"]
    assert schemas["Correction"]["examples"][0]["what"]
    assert {"Result", "SoeTable", "Problem"} <= set(schemas)


def test_no_page_loads_scripts_from_elsewhere(service: Running) -> None:
    assert [service.http.get(path).status_code for path in ("/redoc", "/")] == [404] * 2
    page = service.http.get("/docs").text
    assert "<script" not in page
    assert "src=" not in page
    assert "http" not in page.partition("<body>")[2]
    for path in service.http.get("/openapi.json").json()["paths"]:
        assert f"<code>{path}</code>" in page


def schemathesis(service: Running, config: Path, *options: str) -> None:
    command = [str(SCHEMATHESIS), "--config-file", str(config), "run", f"{service.url}/openapi.json"]
    command += ["-H", f"Authorization: Bearer {TOKEN}", "--generation-deterministic", "--no-color", *options]
    run = subprocess.run(command, capture_output=True, text=True, cwd=config.parent, timeout=300 * TIMES)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    assert "Tested: 11" in run.stdout
    print(run.stdout[-800:])


@pytest.mark.skipif(SCHEMATHESIS is None, reason="needs schemathesis on the PATH (pip install schemathesis)")
def test_schemathesis_finds_no_answer_that_the_document_denies(service: Running, tmp_path: Path) -> None:
    config = shutil.copy(HERE / "schemathesis.toml", tmp_path / "schemathesis.toml")
    schemathesis(service, Path(config), "--phases", "examples,coverage,fuzzing", "-n", str(3 * TIMES))
    assert " 500 " not in service.log.read_text()


@pytest.mark.skipif(SCHEMATHESIS is None, reason="needs schemathesis on the PATH (pip install schemathesis)")
def test_schemathesis_with_a_document_that_is_there(service: Running, done: dict[str, Any], tmp_path: Path) -> None:
    """Names that exist go in place of invented ones, so what must be refused for its name cannot be asked here."""
    names = {"path.sha256": done["sha256"], "path.job_id": done["id"], "path.table": "t1"}
    lines = [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in names.items()]
    config = tmp_path / "schemathesis.toml"
    config.write_text((HERE / "schemathesis.toml").read_text() + "\n[parameters]\n" + "\n".join(lines) + "\n")
    schemathesis(
        service,
        config,
        "--phases",
        "examples,fuzzing",
        "-n",
        str(8 * TIMES),
        "--exclude-checks",
        "negative_data_rejection",
    )
    assert " 500 " not in service.log.read_text()
