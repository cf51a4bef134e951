"""The Ray engine against the local one, through the command line."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from made_protocols import no_schedule, short_protocol, without_timing

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed (soesift[ray])")


def detect(documents: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soesift.cli.main", "detect", str(documents), "--out", str(out)]
    return subprocess.run([*command, "--format", "json", *more], capture_output=True, text=True, timeout=120)


@needs_ray
def test_same_results_as_the_local_engine_and_a_poisoned_document_is_set_aside(tmp_path: Path) -> None:
    documents = tmp_path / "in"
    documents.mkdir()
    short_protocol(documents / "a.pdf")
    no_schedule(documents / "b.pdf")
    (documents / "c.pdf").write_bytes(b"no PDF")
    short_protocol(documents / "d.pdf")
    begun = tmp_path / "ray" / ".begun"
    begun.mkdir(parents=True)
    (begun / "d").write_bytes(b".....")
    local = detect(documents, tmp_path / "local")
    ray = detect(documents, tmp_path / "ray", "--engine", "ray")
    assert local.returncode == ray.returncode == 4, ray.stderr
    for name in "abc":
        ours, theirs = (without_timing((tmp_path / k / f"{name}.json").read_text()) for k in ("ray", "local"))
        assert ours == theirs
    assert "its worker was lost 5 times" in (tmp_path / "ray" / "d.json").read_text()
    assert not list(begun.iterdir())


def test_the_local_engine_does_not_import_ray() -> None:
    code = "import sys, soesift.cli.detect, soesift.detect.apart; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_address_wants_the_ray_engine(tmp_path: Path) -> None:
    run = detect(short_protocol(tmp_path / "a.pdf"), tmp_path / "out", "--address", "auto")
    assert run.returncode == 2
    assert "--engine ray" in run.stderr
