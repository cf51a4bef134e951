"""Detection loads nothing heavy and speaks to nobody: seen from fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import made_protocols as made

HEAVY = ("torch", "transformers", "pandas", "matplotlib", "sklearn", "cv2", "scipy", "reportlab", "litellm", "onnx")
HUB = ("tokenizers", "huggingface_hub", "fsspec", "yaml")  # no part of a base installation, or none that is used

LOADED = """
import json, sys
from soesift.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("\\nLOADED", json.dumps([code, sorted({name.split(".")[0] for name in sys.modules})]))
"""

# every way out of Python to a network ends in one of these audit events; as sitecustomize.py every process of
# Python runs this first, so the processes in which documents are read are deaf too
DEAF = """
import os, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        print("SOCKET", event, arguments, file=sys.stderr)
        raise OSError(f"no network in this test: {event}")
sys.addaudithook(refuse)
print("DEAF", os.getpid(), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    made.protocol(folder / "a.pdf")
    made.word_protocol(folder / "c.docx")
    return folder


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=300)


def deaf(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "sitecustomize.py").write_text(DEAF)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


def loaded(*arguments: str) -> tuple[int, set[str]]:
    """Exit code and modules; --debug reads documents in this process, which then shows what they need."""
    done = python(LOADED, *arguments)
    line = next(line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    code, modules = json.loads(line.removeprefix("LOADED "))
    return code, set(modules)


def test_detection_on_text_loads_no_heavy_library(folder: Path, tmp_path: Path) -> None:
    code, modules = loaded(
        "detect",
        str(folder / "a.pdf"),
        "--out",
        str(tmp_path),
        "--ocr",
        "never",
        "--model",
        "linear",
        "--format",
        "json,csv,html",
        "--debug",
    )
    assert code == 0
    assert {"soesift", "numpy", "pypdfium2"} <= modules
    assert sorted(modules & {*HEAVY, *HUB, "docx", "onnxruntime", "openpyxl"}) == []


def test_the_shipped_student_needs_no_library_of_tokenizers(folder: Path, tmp_path: Path) -> None:
    code, modules = loaded("detect", str(folder / "a.pdf"), "--out", str(tmp_path), "--ocr", "never", "--debug")
    assert code == 0
    assert "onnxruntime" in modules
    assert sorted(modules & {*HEAVY, *HUB}) == []


def test_a_word_document_and_excel_load_only_what_they_need(folder: Path, tmp_path: Path) -> None:
    code, modules = loaded(
        "detect",
        str(folder / "c.docx"),
        "--out",
        str(tmp_path),
        "--ocr",
        "never",
        "--model",
        "linear",
        "--format",
        "xlsx",
        "--debug",
    )
    assert code == 0
    assert "openpyxl" in modules
    assert sorted(modules & set(HEAVY)) == []


def test_help_loads_neither_numpy_nor_a_verb() -> None:
    code, modules = loaded("--help")
    assert code == 0
    assert sorted(modules & {*HEAVY, "numpy", "pydantic", "pypdfium2", "rich"}) == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_no_socket_is_opened(folder: Path, tmp_path: Path, jobs: str) -> None:
    done = deaf(
        tmp_path,
        "import sys; from soesift.cli.main import main; main(sys.argv[1:])",
        "detect",
        str(folder),
        "--out",
        str(tmp_path),
        "--ocr",
        "never",
        "--model",
        "linear",
        "--jobs",
        jobs,
    )
    assert done.returncode == 0, done.stderr
    assert "SOCKET" not in done.stderr
    assert done.stderr.count("DEAF") >= 1 + int(jobs)  # this process and each that reads
    assert (tmp_path / "a.html").stat().st_size > 1000


def test_the_block_itself_works(tmp_path: Path) -> None:
    done = deaf(tmp_path, "import socket; socket.socket()")
    assert done.returncode != 0
    assert "no network in this test" in done.stderr
