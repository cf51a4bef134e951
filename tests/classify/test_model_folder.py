"""A model folder is refused when anything in it is missing, altered, unlisted or able to run code."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from soesift.classify.model_folder import Calibration, Card, folder_sha256, read_calibration, sha256, verify
from soesift.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "model"
    (place / "adapter").mkdir(parents=True)
    (place / "model.onnx").write_bytes(b"\x08\x08not really")
    (place / "tokenizer.json").write_text("{}")
    (place / "calibration.json").write_text(Calibration(scale=0.5).model_dump_json())
    (place / "card.md").write_text("# card")
    (place / "adapter" / "a.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    write_card(place)
    return place


def write_card(place: Path, **changes: object) -> None:
    files = {p.relative_to(place).as_posix(): sha256(p) for p in place.rglob("*") if p.is_file()}
    files.pop("card.json", None)
    card = Card(name="n", base="b", method="full", classes=["other", "soe"], positive=["soe"], files=files)
    (place / "card.json").write_text(json.dumps(card.model_dump() | changes))


def test_sound_folder_is_accepted_and_named_by_its_card(folder: Path) -> None:
    assert verify(folder).classes == ["other", "soe"]
    before = folder_sha256(folder)
    write_card(folder, name="other name")
    assert folder_sha256(folder) != before


def alter(folder: Path) -> None:
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"x")


def unlisted(folder: Path) -> None:
    (folder / "more.json").write_text("{}")


def pickled(folder: Path) -> None:
    (folder / "more.json").write_bytes(pickle.dumps({"a": 1}))
    write_card(folder)


def torch_file(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"PK\x03\x04")
    write_card(folder)


def program(folder: Path) -> None:
    (folder / "modeling.py").write_text("print(1)")
    write_card(folder)


def link(folder: Path) -> None:
    (folder / "card.md").unlink()
    (folder / "card.md").symlink_to(folder / "tokenizer.json")


def not_safetensors(folder: Path) -> None:
    (folder / "adapter" / "a.safetensors").write_bytes(b"12345678abc")
    write_card(folder)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (alter, "model.onnx does not match"),
        (lambda f: (f / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda f: (f / "card.json").unlink(), "no card.json"),
        (lambda f: (f / "card.json").write_text("{"), "cannot be used"),
        (lambda f: write_card(f, surprise=1), "surprise"),
        (lambda f: write_card(f, positive=["yes"]), "positive class yes"),
        (unlisted, "not listed"),
        (pickled, "pickle"),
        (torch_file, "refused"),
        (program, "refused"),
        (link, "link"),
        (not_safetensors, "not a safetensors"),
    ],
)
def test_damage_is_found_and_named(folder: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(folder)
    with pytest.raises(ModelError, match=says) as error:
        verify(folder)
    assert "\n" not in str(error.value)


def test_calibration_must_fit_the_classes(folder: Path) -> None:
    (folder / "calibration.json").write_text(Calibration(bias=[0.0, 1.0, 2.0]).model_dump_json())
    write_card(folder)
    with pytest.raises(ModelError, match="3 biases for 2 classes"):
        read_calibration(folder, verify(folder))
