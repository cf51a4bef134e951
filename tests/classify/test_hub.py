"""A model folder put on a hub and taken from it, by the real command against a hub on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_hub import TOKEN, Hub, Repository

from soesift.classify.hub import fetch_model, parse_address
from soesift.classify.model_folder import folder_sha256
from soesift.classify.shipped import MODELS
from soesift.errors import MissingExtra, ModelError


@pytest.fixture
def hub() -> Iterator[tuple[Hub, str]]:
    made = Hub()
    yield made, made.start()
    made.stop()


@pytest.fixture
def around(hub: tuple[Hub, str], tmp_path: Path) -> dict[str, str]:
    more = {"HF_ENDPOINT": hub[1], "HF_HOME": str(tmp_path / "hf"), "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
    more |= {"SOESIFT_CACHE": str(tmp_path / "cache"), "NO_PROXY": "127.0.0.1", "HF_HUB_OFFLINE": "0"}
    return os.environ | more


def run(around: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soesift.cli.main", *words]
    return subprocess.run(command, env=around, capture_output=True, text=True, timeout=120)


def load(around: dict[str, str], address: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from soesift import Detector; print(Detector.load(sys.argv[1]).judge.info.sha256)"
    return subprocess.run(
        [sys.executable, "-c", code, address], env=around, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def published(around: dict[str, str]) -> str:
    done = run(around, "publish", str(MODELS / "default"), "some/student")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def test_what_is_published_is_what_is_used(hub: tuple[Hub, str], around: dict[str, str], published: str) -> None:
    commit, files = hub[0].repositories["some/student"].commits[-1]
    assert published == f"hf://some/student@{commit}#{folder_sha256(MODELS / 'default')}"
    assert files["model.onnx"] == (MODELS / "default" / "model.onnx").read_bytes()
    assert files["README.md"].startswith(b"---\nlibrary_name: soesift\n")
    assert b"\nbase_model: sentence-transformers/all-MiniLM-L6-v2\n" in files["README.md"]
    done = load(around, published)
    assert done.stdout.strip() == folder_sha256(MODELS / "default"), done.stderr
    asked = len(hub[0].asked)
    assert load(around, published).returncode == 0
    assert len(hub[0].asked) == asked, "a commit that is there is not asked for again"


def test_detect_takes_an_address(around: dict[str, str], published: str, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    from made_protocols import short_protocol

    source = short_protocol(tmp_path / "short.pdf")
    done = run(
        around,
        "detect",
        str(source),
        "--model",
        "hf://some/student",
        "--out",
        str(tmp_path / "out"),
        "--format",
        "json",
    )
    assert done.returncode in (0, 4), done.stderr
    result = json.loads((tmp_path / "out" / "short.json").read_text())
    assert result["model"]["sha256"] == folder_sha256(MODELS / "default")
    assert result["tables"]


def test_a_file_altered_on_the_hub_is_refused(hub: tuple[Hub, str], around: dict[str, str], published: str) -> None:
    repository = hub[0].repositories["some/student"]
    repository.add(repository.commits[-1][1] | {"trees.json": b"{}"})
    done = load(around, "hf://some/student")
    assert done.returncode == 1
    assert "trees.json does not match its sha256" in done.stderr
    other = published.partition("#")[0] + "#" + "0" * 64
    assert "was asked for" in load(around, other).stderr
    assert load(around, published).returncode == 0


def test_what_cannot_be_had_is_one_line(hub: tuple[Hub, str], around: dict[str, str], tmp_path: Path) -> None:
    hub[0].repositories["some/empty"] = Repository()
    hub[0].repositories["some/empty"].add({"README.md": b"nothing"})
    for address, words in (
        ("hf://some/none", "the hub refused"),
        ("hf://some/empty", "not a model of SoESift"),
        ("hf://some/empty@v9", "the hub refused"),
    ):
        done = run(around, "detect", str(Path(__file__)), "--model", address, "--out", str(tmp_path / "out"))
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stderr.count("\n") <= 2, done.stderr
    done = run(around | {"HF_TOKEN": "wrong"}, "publish", str(MODELS / "default"), "some/other")
    assert (done.returncode, "the hub refused" in done.stderr) == (2, True), done.stderr
    done = run(around | {"HF_ENDPOINT": "http://127.0.0.1:9"}, "publish", str(MODELS / "default"), "some/other")
    assert (done.returncode, "cannot be asked" in done.stderr) == (2, True), done.stderr


def test_a_card_cannot_name_files_outside(hub: tuple[Hub, str], around: dict[str, str], tmp_path: Path) -> None:
    card = json.loads((MODELS / "default" / "card.json").read_text())
    card["files"]["../../escaped.json"] = "0" * 64
    hub[0].repositories["some/evil"] = Repository()
    hub[0].repositories["some/evil"].add({"card.json": json.dumps(card).encode(), "../../escaped.json": b"{}"})
    assert "outside of the folder" in load(around, "hf://some/evil").stderr
    assert list(tmp_path.rglob("escaped.json")) == []


def test_an_altered_folder_is_not_published(around: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(MODELS / "default", tmp_path / "model")
    (tmp_path / "model" / "stack.json").write_text("{}")
    done = run(around, "publish", str(tmp_path / "model"), "some/student")
    assert (done.returncode, "does not match its sha256" in done.stderr) == (2, True)


def test_without_the_hubs_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtra, match=r"huggingface-hub is not installed.*soesift\[data\]"):
        fetch_model("hf://some/student")


@pytest.mark.parametrize("text", ["hf://a", "hf://a/b@", "hf://a/b#12", "hf://../b/c", "hf://a/b c"])
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ModelError, match="not an address"):
        parse_address(text)


def test_the_parts_of_an_address() -> None:
    assert parse_address("hf://a/b") == ("a/b", "main", "")
    assert parse_address(f"hf://a/b-c.d@v1.0#sha256={'0' * 64}") == ("a/b-c.d", "v1.0", "0" * 64)
