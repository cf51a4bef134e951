"""The Ray engine against the local one, through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from made_protocols import no_schedule, short_protocol, without_timing
from soesift.detect.job import Job, Limits
from soesift.detect.reading import kept_scan
from soesift.document import scan_nets
from soesift.sample.protocol import make_protocol
from soesift.scale.ray_engine import PAGES, PictureReader, has_token, in_pieces, picture_readers

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed (soesift[ray])")


def detect(documents: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soesift.cli.main", "detect", str(documents), "--out", str(out)]
    return subprocess.run([*command, "--format", "json", *more], capture_output=True, text=True, timeout=900)


@needs_ray
def test_same_results_as_the_local_engine_and_a_poisoned_document_is_set_aside(tmp_path: Path) -> None:
    documents = tmp_path / "in"
    documents.mkdir()
    short_protocol(documents / "a.pdf")
    no_schedule(documents / "b.pdf")
    (documents / "c.pdf").write_bytes(b"no PDF")
    short_protocol(documents / "d.pdf")
    make_protocol(0, documents, kind="image")
    begun = tmp_path / "ray" / ".begun"
    begun.mkdir(parents=True)
    (begun / "d").write_bytes(b".....")
    local = detect(documents, tmp_path / "local")
    ray = detect(documents, tmp_path / "ray", "--engine", "ray")
    assert local.returncode == ray.returncode == 4, ray.stderr
    for name in ("a", "b", "c", "sample-image-0000"):
        ours, theirs = (without_timing((tmp_path / k / f"{name}.json").read_text()) for k in ("ray", "local"))
        assert ours == theirs
    pictured = json.loads((tmp_path / "ray" / "sample-image-0000.json").read_text())
    assert pictured["document"]["image_only_pages"]
    assert pictured["timing"]["ocr"] > 0, "read by the stage of pictures"
    assert not (tmp_path / "ray" / ".scans").exists()
    assert "its worker was lost 5 times" in (tmp_path / "ray" / "d.json").read_text()
    assert not list(begun.iterdir())


def test_the_local_engine_does_not_import_ray() -> None:
    code = "import sys, soesift.cli.detect, soesift.detect.batch; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_address_wants_the_ray_engine(tmp_path: Path) -> None:
    run = detect(short_protocol(tmp_path / "a.pdf"), tmp_path / "out", "--address", "auto")
    assert run.returncode == 2
    assert "--engine ray" in run.stderr


def test_a_picture_that_takes_its_worker_with_it_is_set_aside(tmp_path: Path) -> None:
    """Its page alone: the next one is read."""
    document = tmp_path / f"{make_protocol(0, tmp_path, kind='image').id}.pdf"
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / ".begun-1").write_bytes(b".....")
    reader = PictureReader(Limits(600, 4096), on_gpu=False)  # guards against a hang alone
    job = json.dumps(Job(document, "s", tmp_path, ("json",)).packed())
    told = reader({"job": job, "scans": str(folder), "pages": "[1, 5]"})
    reader.worker.close()
    assert told == {"read": 2, "stop": ""}
    poisoned, sound = kept_scan(folder, 1), kept_scan(folder, 5)
    assert poisoned is not None
    assert sound is not None
    assert "its worker was lost 5 times" in poisoned.failed
    assert sound.page is not None
    assert not list(folder.glob(".begun*"))


def test_pages_are_handed_out_a_few_at_a_time() -> None:
    row = {"job": "{}", "scans": "s", "awaits": json.dumps(list(range(1, 2 * PAGES + 2)))}
    pages = [json.loads(piece["pages"]) for piece in in_pieces(row)]
    assert [len(some) for some in pages] == [PAGES, PAGES, 1]
    assert [page for some in pages for page in some] == json.loads(row["awaits"])


@pytest.mark.parametrize(("gpus", "readers"), [(0, (64, 0.0)), (0.2, (64, 0.0)), (1, (4, 0.25)), (100, (64, 0.25))])
def test_pictures_are_read_on_gpus_where_there_are_any(gpus: float, readers: tuple[int, float]) -> None:
    assert picture_readers(64, gpus) == readers


@pytest.mark.parametrize(
    ("visible", "provider", "expected"),
    [
        ("0", "CUDAExecutionProvider", True),
        ("0", "CPUExecutionProvider", False),
        ("", "CUDAExecutionProvider", False),
        ("-1", "CUDAExecutionProvider", False),
    ],
)
def test_a_gpu_is_used_by_those_who_were_given_one(
    monkeypatch: pytest.MonkeyPatch, visible: str, provider: str, expected: bool
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: [provider])
    assert scan_nets.has_gpu() is expected
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert not scan_nets.has_gpu()


def test_a_token_is_offered_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not has_token()
    monkeypatch.setenv("RAY_AUTH_TOKEN", "secret")
    assert has_token()
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("secret")
    assert has_token()
