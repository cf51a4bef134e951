"""A full disk, kills at random moments, two at once: what the user sees, and what is left on disk."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import made_protocols as made
from document_maker import Sheet, save
from soesift.classify.shipped import MODELS
from soesift.result.store import read_result

SOESIFT = [sys.executable, "-m", "soesift.cli.main"]
DETECT = ["--model", "linear", "--ocr", "never", "--format", "json,csv"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve documents; a and b differ, b has no schedule."""
    folder = tmp_path_factory.mktemp("source")
    first, second = made.protocol(folder / "p00.pdf"), made.no_schedule(folder / "p01.pdf")
    for number in range(2, 12):
        data = (second if number % 4 == 1 else first).read_bytes()
        (folder / f"p{number:02d}.pdf").write_bytes(data + b"%% %d" % number)  # other bytes, same content
    return folder


def at_most(size: int) -> Callable[[], None]:
    """No file of the process or of its children may grow beyond `size` bytes: stands for a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def run(*arguments: str | Path, largest: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SOESIFT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=None if largest is None else at_most(largest),
    )


def results(out: Path) -> dict[str, object]:
    found: dict[str, object] = {p.name: made.without_timing(p.read_text()) for p in sorted(out.glob("*.json"))}
    return found | {p.name: p.read_bytes() for p in sorted(out.glob("*.csv"))}


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    assert run("detect", source, "--out", out, *DETECT).returncode == 0
    return out


def test_detect_on_a_full_disk_is_one_line_and_leaves_whole_files(source: Path, whole: Path, tmp_path: Path) -> None:
    done = run("detect", source, "--out", tmp_path, *DETECT, largest=6000)  # enough for p01.json, not for p00.json
    assert done.returncode == 2
    assert done.stderr.startswith("soesift: cannot write ")
    assert "choose another place or free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    for path in tmp_path.glob("*.json"):
        assert read_result(path).document.error is None
    assert run("detect", source, "--out", tmp_path, *DETECT, "--resume").returncode == 0
    assert results(tmp_path) == results(whole)


def test_tables_on_a_full_disk_end_with_a_whole_document_and_go_on(source: Path, tmp_path: Path) -> None:
    wanted, out = tmp_path / "wanted.jsonl", tmp_path / "tables.jsonl"
    assert run("tables", source, "--out", wanted, "--ocr", "never").returncode == 0
    done = run("tables", source, "--out", out, "--ocr", "never", largest=40_000)
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert "run it again" in done.stderr
    kept = out.read_bytes()
    assert 0 < len(kept) <= 40_000
    assert wanted.read_bytes().startswith(kept)
    assert kept.endswith(b"\n")
    counts = [per_document(path) for path in (out, wanted)]
    assert all(counts[1][sha256] == count for sha256, count in counts[0].items())  # none in part
    assert run("tables", source, "--out", out, "--ocr", "never").returncode == 0
    assert out.read_bytes() == wanted.read_bytes()


def per_document(path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in path.read_text("utf-8").splitlines():
        sha256 = json.loads(line)["sha256"]
        counts[sha256] = counts.get(sha256, 0) + 1
    return counts


def test_tables_of_a_document_written_in_part_are_replaced_and_none_are_read_twice(
    source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tables.jsonl"
    paths = [source / "p00.pdf", source / "p01.pdf"]
    assert run("tables", *paths, "--out", out, "--ocr", "never").returncode == 0
    wanted, listed = out.read_bytes(), tmp_path / "tables.jsonl.done"
    first = listed.read_text().splitlines()[0]
    listed.write_text("")  # as if killed in the middle of the first document, after three of its lines
    out.write_bytes(b"".join(wanted.splitlines(keepends=True)[:3]))
    assert run("tables", *paths, "--out", out, "--ocr", "never").returncode == 0
    assert out.read_bytes() == wanted
    assert listed.read_text().splitlines()[0] == first
    again = run("tables", *paths, "--out", out, "--ocr", "never")
    assert "p00.pdf" not in again.stderr
    assert "p01.pdf" not in again.stderr


def test_a_document_without_tables_is_not_read_again(tmp_path: Path) -> None:
    save(tmp_path, [Sheet().text(72, 72, "Prose, and nothing else.")], name="prose.pdf")
    out = tmp_path / "tables.jsonl"
    assert "prose.pdf: 0 tables" in run("tables", tmp_path / "prose.pdf", "--out", out).stderr
    assert "prose.pdf" not in run("tables", tmp_path / "prose.pdf", "--out", out).stderr


@pytest.mark.parametrize("seed", [1, 2])
def test_detect_killed_at_random_moments_loses_and_doubles_nothing(
    source: Path, whole: Path, tmp_path: Path, seed: int
) -> None:
    moments = random.Random(seed)
    command = [*SOESIFT, "detect", str(source), "--out", str(tmp_path), *DETECT, "--resume", "--jobs", "2"]
    kills = 0
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.2, 2.0))
        readers = children(process.pid)
        kills += process.poll() is None
        process.kill()
        process.wait(300)
        assert gone(readers)  # those that read end with the one that started them
        for path in tmp_path.glob("*.json"):
            assert read_result(path).document.error is None
    assert kills
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path) == results(whole)


def children(pid: int) -> list[int]:
    """Of all threads: readers are started by the threads that wait for them."""
    found = []
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended
            found += [int(child) for child in place.read_text().split()]
    return found


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() and "zombie" not in state(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return "zombie"


def test_a_killed_reader_costs_its_document_only(source: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*SOESIFT, "detect", str(source), "--out", str(tmp_path), *DETECT], stdout=subprocess.PIPE, text=True
    )
    killed: list[int] = []
    deadline = time.monotonic() + 300
    while not killed and time.monotonic() < deadline:
        readers = [p for p in children(process.pid) if b"spawn_main" in cmdline(p)]
        if readers and len(list(tmp_path.glob("*.json"))) >= 2:
            os.kill(readers[0], signal.SIGKILL)
            killed = readers
        time.sleep(0.005)
    process.communicate(timeout=300)
    errors = [r.document.error for r in map(read_result, sorted(tmp_path.glob("*.json"))) if r.document.error]
    assert killed
    assert len(list(tmp_path.glob("*.json"))) == 12
    assert len(errors) <= 1
    assert all("the reader crashed on it (by SIGKILL)" in error for error in errors)


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_two_detects_into_one_folder_give_whole_files(source: Path, whole: Path, tmp_path: Path) -> None:
    command = [*SOESIFT, "detect", str(source), "--out", str(tmp_path), *DETECT]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(300) for process in both] == [0, 0]
    assert results(tmp_path) == results(whole)
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_csv_files_of_an_earlier_run_with_more_tables_go(source: Path, tmp_path: Path) -> None:
    (tmp_path / "p.pdf").write_bytes((source / "p00.pdf").read_bytes())
    assert run("detect", tmp_path / "p.pdf", "--out", tmp_path / "out", *DETECT).returncode == 0
    assert len(list((tmp_path / "out").glob("p_table?.csv"))) == 3
    assert list((tmp_path / "out").glob("p_table?_header.csv"))
    (tmp_path / "p.pdf").write_bytes((source / "p01.pdf").read_bytes())
    (tmp_path / "out" / "p_tables.csv").write_text("mine")
    assert run("detect", tmp_path / "p.pdf", "--out", tmp_path / "out", "--replace", *DETECT).returncode == 3
    assert [path.name for path in (tmp_path / "out").glob("*.csv")] == ["p_tables.csv"]


@pytest.mark.parametrize("what", ["altered", "pickle"])
def test_a_model_folder_that_is_not_what_it_says_is_refused_before_anything_is_read(
    source: Path, tmp_path: Path, what: str
) -> None:
    model = tmp_path / "model"
    shutil.copytree(MODELS / "default", model)
    if what == "altered":
        with (model / "model.onnx").open("ab") as file:
            file.write(b"x")
    else:
        (model / "weights.json").write_bytes(b"\x80\x04\x95more")
    done = run("detect", source, "--out", tmp_path / "out", "--model", model)
    assert done.returncode == 2
    assert {"altered": "does not match its sha256", "pickle": "is a pickle"}[what] in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list((tmp_path / "out").iterdir()) == []
