"""Detection, end to end, where every network call is refused and noted; and in a network namespace without any."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from soesift.sample import make_protocol

WATCH = Path(__file__).parent / "no_network"
DETECT = [
    sys.executable,
    "-m",
    "soesift.cli.main",
    "detect",
    "papers",
    "--out",
    "out",
    "--jobs",
    "1",
    "--format",
    "json,xlsx,csv,html",
]


def watched(folder: Path, *command: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run a command under the watch: what it did, and the lines of the log."""
    log = folder / "network.log"
    path = os.pathsep.join([str(WATCH), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    around = os.environ | {"PYTHONPATH": path, "NETWORK_LOG": str(log)}
    run = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, timeout=300)
    return run, log.read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents: one with text, and the page of another whose schedule is a picture, so that OCR runs too."""
    folder = tmp_path_factory.mktemp("offline")
    make_protocol(1, folder / "papers", kind="small")
    picture = make_protocol(2, folder / "whole", kind="image")
    page = picture.soe_tables[0].grid_pages[0]
    with pypdfium2.PdfDocument(folder / "whole" / f"{picture.id}.pdf") as whole, pypdfium2.PdfDocument.new() as one:
        one.import_pages(whole, [page - 1])
        one.save(folder / "papers" / "picture.pdf")
    return folder


def test_the_watch_refuses_and_notes(tmp_path: Path) -> None:
    call = "import socket; socket.create_connection(('127.0.0.1', 9))"
    run, log = watched(tmp_path, sys.executable, "-c", call)
    assert "no network here" in run.stderr
    assert any(line.startswith("socket.") for line in log)


def test_detect_calls_nobody(papers: Path) -> None:
    run, log = watched(papers, *DETECT)
    assert run.returncode in (0, 4), run.stderr
    assert len([path for path in (papers / "out").glob("*.xlsx") if path.name != "index.xlsx"]) == 2
    assert [line for line in log if not line.startswith("watching")] == []
    assert len(log) >= 3  # the command, and a process for each document, were watched


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("unshare") is None, reason="needs Linux's unshare")
def test_detect_works_where_there_is_no_network(papers: Path) -> None:
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("this machine allows no new network namespace")
    detect = [*DETECT[:4], "papers/picture.pdf", *DETECT[5:]]
    run = subprocess.run([*alone, *detect], cwd=papers, capture_output=True, text=True)
    assert run.returncode in (0, 4), run.stderr
