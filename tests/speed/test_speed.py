"""The speed harness, stability and length scripts, run as a stranger would, on made-up protocols."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def script(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=300)


def test_the_harness_prints_ratios_and_names_a_peer_that_is_missing(tmp_path: Path) -> None:
    words = ["--made", "1", "--sample", "1", "--rounds", "1", "--model", "linear", "--out", str(tmp_path)]
    run = script(str(BENCHMARKS / "speed"), *words, "--peer", "pymupdf=/bin/false")
    assert run.returncode == 0, run.stderr
    report = json.loads((tmp_path / "speed.json").read_text())
    assert report["same_pages"]["soesift_tables"]["cpu"] > report["same_pages"]["pdfium_text"]["cpu"] > 0
    assert report["whole"]["detect"] > report["whole"]["read"] > 0
    assert "did not run" in next(line for line in run.stdout.splitlines() if "PyMuPDF" in line)
    base = next(line for line in run.stdout.splitlines() if line.startswith("| **pdfium's own reading** (ch"))
    assert base.split("|")[4].strip() == "1.00"


def test_stability_compares_runs(tmp_path: Path) -> None:
    run = script(str(BENCHMARKS / "stability.py"), "--made", "1", "--runs", "2", "--model", "rule", "--ocr", "never")
    assert run.returncode == 0, run.stderr
    assert "1 of 1 documents bit-identical" in run.stdout


def test_a_difference_changes_the_fingerprint_and_timing_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from stability import fingerprint

    seen = []
    for number, result in enumerate([{"a": 1, "timing": 1}, {"a": 1, "timing": 2}, {"a": 2, "timing": 1}]):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(result))
        seen.append(fingerprint(path))
    assert seen[0] == seen[1] != seen[2]


def test_length_makes_documents_of_the_length_asked(tmp_path: Path) -> None:
    run = script(str(BENCHMARKS / "length.py"), "--pages", "3,70", "--model", "rule")
    assert run.returncode == 0, run.stderr
    rows = [line.split("|") for line in run.stdout.splitlines()[2:]]
    assert [int(row[1]) for row in rows] == [3, 70]
    assert float(rows[1][2]) > 0
    assert int(rows[1][6]) >= 1
