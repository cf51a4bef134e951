"""`benchmarks/scans.py` draws, wears, detects and scores, and goes on where it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from programs import program
from soesift.sample.protocol import make_protocol

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "scans.py"


@pytest.fixture(scope="module")
def scans() -> ModuleType:
    return program("benchmarks/scans.py")


def test_pages_are_found_again_as_scans(tmp_path: Path) -> None:
    truth = make_protocol(7, tmp_path, kind="small")
    pages = [page for table in truth.soe_tables for page in table.grid_pages]
    gold = tmp_path / "gold" / f"{truth.id}.json"
    gold.parent.mkdir()
    gold.write_text(truth.model_dump_json())
    command = [sys.executable, str(SCRIPT), str(tmp_path), str(tmp_path / "gold"), "--out", str(tmp_path / "out")]
    told = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert told[0] == told[1]
    assert f" | {len(pages)} | {len(pages)} | 0 |" in told[0].splitlines()[-1]


def test_wear(scans: ModuleType) -> None:
    page = Image.fromarray(np.full((200, 300), 255, np.uint8))
    assert scans.worn(page, scans.KINDS["turned, 200 dpi"], 0).size == (200, 300)
    assert scans.worn(page, scans.KINDS["one bit, 200 dpi"], 0).mode == "1"
    noisy = np.asarray(scans.worn(page, scans.KINDS["poor, 150 dpi"], 0))
    assert 2 < noisy.std() < 10
    assert np.array_equal(noisy, np.asarray(scans.worn(page, scans.KINDS["poor, 150 dpi"], 0)))


def test_doubtful_and_subsidiary_pages_count_for_nothing(scans: ModuleType, tmp_path: Path) -> None:
    gold = {
        "n_pages": 40,
        "soe_tables": [{"type": "main_soa", "grid_pages": [9, 10]}, {"type": "subsidiary", "grid_pages": [20]}],
        "uncertain_pages": [{"page": 11, "why": "?"}],
        "hard_negatives": [{"pages": [30]}],
    }
    pages, types = scans.chosen_pages(gold, 0)
    assert pages == [8, 9, 10, 20, 21, 30]
    result = tmp_path / "r.json"
    result.write_text(json.dumps({"tables": [{"pages": [2, 4]}, {"pages": [6]}]}))
    assert scans.score(result, pages, types) == ({9}, {10}, {30})
