"""The notebook that repeats the paper runs from top to bottom, with fewer protocols; no kernel is needed for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "tutorials" / "paper.ipynb"


def program(notebook: Path, parameters: str) -> str:
    """The code cells one after another; what is set in `parameters` stands behind the cell of that tag."""
    found = []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            found.append("".join(cell["source"]))
        if "parameters" in cell["metadata"].get("tags", []):
            found.append(parameters)
    return "\n".join(found)


def test_the_paper_is_repeated(tmp_path: Path) -> None:
    for package in ("reportlab", "httpx", "sklearn", "matplotlib"):
        pytest.importorskip(package)
    small = f"PROTOCOLS, FOLDS, SEEDS, RESAMPLES, OUT = 4, 2, [1], 20, {str(tmp_path / 'paper')!r}"
    (tmp_path / "paper.py").write_text(program(NOTEBOOK, small), "utf-8")
    run = subprocess.run(
        [sys.executable, str(tmp_path / "paper.py")],
        cwd=NOTEBOOK.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-1500:] + run.stderr[-1500:]
    for arm in ("human_all", "agreement", "matched_drop", "zero_shot:or", "agreement=tfidf"):
        assert f"\n| {arm} |" in run.stdout
    assert "error correlation (rho)" in run.stdout
    kept = (tmp_path / "paper" / "agreed.jsonl").read_text("utf-8").splitlines()
    asked = (tmp_path / "paper" / "tables.jsonl").read_text("utf-8").splitlines()
    assert 0 < len(kept) < len(asked)


def test_the_notebook_is_kept_without_outputs() -> None:
    """What was printed on someone's machine is no part of it, and nothing in it can go stale."""
    whole = json.loads(NOTEBOOK.read_text("utf-8"))
    assert whole["nbformat"] == 4
    code = [cell for cell in whole["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert [cell["metadata"] for cell in code].count({"tags": ["parameters"]}) == 1
