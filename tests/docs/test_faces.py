"""What may be imported: it is there, the pages import nothing else, and the examples of the reference run."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FACES = ("soesift", "soesift.schedule", "soesift.corrections", "soesift.train")
PUBLIC = (ROOT / "docs" / "reference" / "public.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("face", FACES)
def test_every_name_of_a_face_is_there(face: str) -> None:
    module = import_module(face)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_pages_import_from_faces_alone() -> None:
    found = set()
    for page in PAGES:
        for code in re.findall(r"```py(?:thon)?\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for face, names in re.findall(r"^\s*from (soesift[\w.]*) import ([\w, ]+)", code, re.MULTILINE):
                found |= {(page.name, face, name) for name in re.split(r",\s*", names)}
    assert len(found) > 5
    wrong = [(p, f, n) for p, f, n in found if f not in FACES or n not in import_module(f).__all__]
    assert wrong == []


def test_importing_the_faces_loads_nothing_heavy() -> None:
    code = (
        f"import sys, {', '.join(FACES)}; print({{'torch', 'numpy', 'onnxruntime'}} & set(sys.modules) - {{'numpy'}})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "set()", run.stdout + run.stderr


@pytest.mark.skipif(find_spec("reportlab") is None, reason="reportlab is not installed (soesift[app])")
def test_the_examples_of_the_reference_run(tmp_path: Path) -> None:
    from made_protocols import short_protocol

    short_protocol(tmp_path / "protocol.pdf")
    examples = re.findall(r"```python\n(.*?)```", PUBLIC, re.DOTALL)
    assert len(examples) >= 5
    run = subprocess.run([sys.executable, "-c", "\n".join(examples)], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "Screening" in run.stdout
    assert "missing.pdf: No such file" in run.stdout
    assert "track 1 []" in run.stdout
