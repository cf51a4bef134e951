"""A model folder: ONNX weights, tokenizer, calibration and card, checked by sha256 before anything is loaded.

    model.onnx  tokenizer.json  calibration.json  card.json  card.md  [adapter/... or encoder/*.safetensors, *.json]

`card.json` lists the sha256 of every other file; the sha256 of `card.json` therefore names the whole folder.
Nothing that could run code is accepted: no pickles, no `.bin`, `.pt`, no files that the card does not list.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soesift.config import first_mistake
from soesift.errors import ModelError
from soesift.files import sha256_of

REQUIRED = ("model.onnx", "tokenizer.json", "calibration.json", "card.md")
_SUFFIXES = {".onnx", ".json", ".md", ".safetensors"}
_PICKLE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")  # pickles; zip = torch.save
FORMAT: Literal["soe-student/1"] = "soe-student/1"


class Calibration(BaseModel):
    """Probabilities are softmax(scale * logits + bias): `scale` 1 / temperature, `bias` one number a class.

    Platt's two numbers for two classes are a special case: a = scale, b = bias[1] - bias[0].
    yes: a schedule from this probability on; unsure: below `yes`, a person should look from here on.
    """

    model_config = ConfigDict(extra="forbid")

    method: Literal["none", "temperature", "bias"] = "none"
    scale: float = Field(default=1.0, gt=0)
    bias: list[float] = []
    yes: float = Field(default=0.5, ge=0, le=1)
    unsure: float = Field(default=0.2, ge=0, le=1)
    fitted_on: str = ""


class Question(BaseModel):
    """What a prompted model is asked: the text before and after a table, and the view that shows it."""

    model_config = ConfigDict(extra="forbid")

    before: str
    after: str
    view: str


class Card(BaseModel):
    """What a model is and where it comes from; `files` maps each file's path in the folder to its sha256."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["soe-student/1"] = FORMAT
    name: str
    version: str = "1"
    created: str = ""
    base: str
    base_sha256: str = ""
    method: str
    classes: list[str] = Field(min_length=2)
    positive: list[str] = Field(min_length=1)
    max_tokens: int = Field(default=256, ge=16, le=8192)
    question: Question | None = None  # of a prompted model; others read one line of text
    signs: list[str] = []  # names of the counted features that the model takes beside the text, in this order
    arm: str = ""
    data: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    scores: dict[str, Any] = {}
    files: dict[str, str] = {}


sha256 = sha256_of


def verify(folder: Path) -> Card:
    """Check a model folder and return its card.

    Raises ModelError: not a folder, a file missing, altered, not listed, or of a kind that is refused.
    """
    folder = Path(folder)
    card = _read_card(folder)
    present = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if not p.is_dir() or p.is_symlink()}
    present.pop("card.json")
    for name, path in sorted(present.items()):
        _check_kind(folder, name, path)
    for name in sorted(set(REQUIRED) | set(card.files)):
        if name not in present:
            raise ModelError(f"{folder}: {name} is missing; export the model again")
    for name in sorted(present):
        if name not in card.files:
            raise ModelError(f"{folder}: {name} is not listed in card.json; remove it")
        check_hash(folder, name, card.files[name])
    return card


def check_hash(folder: Path, name: str, told: str) -> None:
    """Raises ModelError if a file of the folder has not the sha256 that its card tells."""
    if sha256(folder / name) != told:
        raise ModelError(f"{folder}: {name} does not match its sha256 in card.json; it was altered or cut short")


def folder_sha256(folder: Path) -> str:
    """The sha256 that names the model: that of `card.json`, which lists all others."""
    return sha256(Path(folder) / "card.json")


def read_calibration(folder: Path, card: Card) -> Calibration:
    try:
        calibration = Calibration.model_validate_json((folder / "calibration.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError(f"{folder}/calibration.json cannot be used: {_first(error)}") from error
    if calibration.bias and len(calibration.bias) != len(card.classes):
        raise ModelError(f"{folder}/calibration.json: {len(calibration.bias)} biases for {len(card.classes)} classes")
    return calibration


def _read_card(folder: Path) -> Card:
    path = folder / "card.json"
    if not path.is_file() or path.is_symlink():
        raise ModelError(f"{folder} is not a model folder: no card.json; make one with: soesift train CONFIG.toml")
    try:
        card = Card.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError(f"{path} cannot be used: {_first(error)}") from error
    unknown = [name for name in card.positive if name not in card.classes]
    if unknown:
        raise ModelError(f"{path}: positive class {unknown[0]} is not one of {', '.join(card.classes)}")
    return card


def _check_kind(folder: Path, name: str, path: Path) -> None:
    if path.is_symlink():
        raise ModelError(f"{folder}: {name} is a link; a model folder holds plain files only")
    if path.suffix not in _SUFFIXES:
        raise ModelError(f"{folder}: {name} is of a kind that is refused; only {' '.join(sorted(_SUFFIXES))} are read")
    with path.open("rb") as file:
        head = file.read(9)
    if head.startswith(_PICKLE):
        raise ModelError(f"{folder}: {name} is a pickle or archive under another name; refused")
    if path.suffix == ".safetensors" and not _safetensors(path, head):
        raise ModelError(f"{folder}: {name} is not a safetensors file")
    if path.suffix == ".json":
        _check_json(folder, name, path)


def _safetensors(path: Path, head: bytes) -> bool:
    """First 8 bytes: length of a JSON header that begins with a brace."""
    return len(head) == 9 and head[8:] == b"{" and int.from_bytes(head[:8], "little") <= path.stat().st_size - 8


def _check_json(folder: Path, name: str, path: Path) -> None:
    try:
        json.loads(path.read_bytes())
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"{folder}: {name} is not JSON") from error


def _first(error: Exception) -> str:
    return first_mistake(error) if isinstance(error, ValidationError) else str(error)
