"""From a model's name or folder to a judge: rule, a light model (linear, trees), or a student gated by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from soesift.classify.features import features
from soesift.classify.hub import local_model
from soesift.classify.judge import Judge, Linear, read_linear, rule_probabilities, softmax
from soesift.classify.model_folder import Card, check_hash
from soesift.classify.student import load
from soesift.classify.trees import Trees, read_trees, tree_features
from soesift.errors import ModelError
from soesift.result.models import ModelInfo
from soesift.table.record import TableRecord

MODELS = Path(__file__).resolve().parent.parent / "models"
Array = NDArray[np.float64]
Chances = Callable[[Sequence[TableRecord]], Array]  # records -> (n, 3) probabilities of CLASSES
SAMPLING, TRACK = "sampling", "track"  # names of a student's classes that detection knows besides its positive ones
LIGHT = ("trees.json", "linear.json")  # what counts features; the first that a folder holds is asked


class Stack(BaseModel):
    """How a folder's judges are combined. Below `gate` under the light model, the student is not asked.

    weights: (4, 3), from the log-odds of schedule and of sampling grid against other, of student and light
    model, to the logits of CLASSES; bias: (3,). yes and unsure: thresholds.
    """

    model_config = ConfigDict(extra="forbid")

    gate: float = 0.0
    weights: list[list[float]]
    bias: list[float]
    yes: float
    unsure: float


def shipped_names() -> list[str]:
    """Names that `--model` takes."""
    return ["rule", *sorted(p.name for p in MODELS.iterdir() if p.is_dir())] if MODELS.is_dir() else ["rule"]


def load_judge(model: str | Path, threads: int = 1) -> Judge:
    """The judge of a shipped model, a model folder, or a hub's (`hf://owner/name`); raises ModelError."""
    model = local_model(str(model))
    if str(model) == "rule":
        info = ModelInfo(name="rule", version="1", sha256=_text_sha256("rule-1"), threshold=0.5, unsure_threshold=0.3)
        return Judge(info, rule_probabilities)
    folder = Path(model)
    if not folder.is_dir() and (MODELS / str(model)).is_dir():
        folder = MODELS / str(model)
    if not folder.is_dir():
        raise ModelError(f"no model {model}: give a folder, hf://owner/name, or one of {', '.join(shipped_names())}")
    if not (folder / "model.onnx").exists() and light_file(folder) is not None:
        return light_judge(folder)
    return student_judge(folder, threads)


def light_file(folder: Path) -> Path | None:
    """The file of the folder's light model, if it has one."""
    return next((folder / name for name in LIGHT if (folder / name).exists()), None)


def light_chances(path: Path) -> Chances:
    """What trees.json or linear.json says of tables; raises ModelError."""
    return of_trees(read_trees(path)) if path.name == "trees.json" else of_linear(read_linear(path))


def of_linear(linear: Linear) -> Chances:
    return lambda records: softmax(linear.logits(features(records)))


def of_trees(trees: Trees) -> Chances:
    return lambda records: softmax(trees.logits(tree_features(records)))


def light_judge(folder: Path) -> Judge:
    """A light model alone; thresholds from stack.json. Where a card lists hashes, they must be those of the files."""
    path = light_file(folder)
    assert path is not None
    stack, chances = read_stack(folder / "stack.json"), light_chances(path)
    _check_light(folder, path)
    digest = hashlib.sha256(path.read_bytes() + (folder / "stack.json").read_bytes()).hexdigest()
    info = ModelInfo(name=folder.name, version="1", sha256=digest, threshold=stack.yes, unsure_threshold=stack.unsure)
    return Judge(info, lambda records: _kinds(chances(records)))


def _check_light(folder: Path, path: Path) -> None:
    card = folder / "card.json"
    if not card.exists():
        return
    try:
        told = json.loads(card.read_text())["files"]
        hashes = {name: str(told[name]) for name in (path.name, "stack.json")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{card}: not a usable card ({error!r}); make the model again") from error
    for name, said in hashes.items():
        check_hash(folder, name, said)


def student_judge(folder: Path, threads: int) -> Judge:
    """A student, with a light model as gate and second opinion where the folder has one."""
    student = load(folder, threads)
    card = student.card
    light = light_file(folder)
    stack = read_stack(folder / "stack.json") if light and (folder / "stack.json").exists() else None
    info = ModelInfo(
        name=card.name,
        version=card.version,
        sha256=student.sha256,
        threshold=stack.yes if stack else student.calibration.yes,
        unsure_threshold=stack.unsure if stack else student.calibration.unsure,
    )

    if stack is None or light is None:
        return Judge(info, lambda records: judged_kinds(student.probabilities(records), card))
    first = light_chances(light)
    return Judge(
        info,
        lambda records: stacked_probabilities(
            records, first, lambda some: of_classes(student.probabilities(some), card), stack
        ),
    )


def of_classes(found: Array, card: Card) -> Array:
    """(n, 3) probabilities of CLASSES from those of a student's classes (n, k): its positive ones are schedules."""
    sampling = [card.classes.index(SAMPLING)] if SAMPLING in card.classes else []
    soe = [card.classes.index(name) for name in card.positive if name != SAMPLING]
    other = [k for k in range(len(card.classes)) if k not in {*soe, *sampling}]
    return np.stack([found[:, some].sum(axis=1) for some in (other, soe, sampling)], axis=1)


def judged_kinds(found: Array, card: Card) -> Array:
    """(n, 2) as `Judge` has it; (n, 3) for a student that knows tracks: their share of the schedules comes third."""
    kinds = _kinds(of_classes(found, card))
    if TRACK not in card.positive:
        return kinds
    share = found[:, card.classes.index(TRACK)] / np.maximum(kinds[:, 0], 1e-12)
    return np.concatenate([kinds, np.minimum(share, 1.0)[:, None]], axis=1)


def stacked_probabilities(records: Sequence[TableRecord], light: Chances, student: Chances, stack: Stack) -> Array:
    """(n, 2): the light model first; what passes the gate is judged by both."""
    first = light(records)
    out = _kinds(first)
    passed = np.flatnonzero(out.sum(axis=1) >= stack.gate)
    if len(passed):
        second = student([records[i] for i in passed.tolist()])
        odds = np.concatenate([log_odds(second), log_odds(first[passed])], axis=1)
        out[passed] = _kinds(softmax(odds @ np.asarray(stack.weights) + np.asarray(stack.bias)))
    return out


def log_odds(probabilities: Array) -> Array:
    """(n, 2): log-odds of schedule and of sampling grid against other, clipped at 8."""
    safe = np.clip(probabilities, 1e-6, 1.0)
    odds: Array = np.clip(np.log(safe[:, 1:]) - np.log(safe[:, :1]), -8.0, 8.0)
    return odds


def read_stack(path: Path) -> Stack:
    try:
        return Stack.model_validate(json.loads(path.read_text()))
    except (OSError, ValueError, ValidationError) as error:
        raise ModelError(f"{path}: not a usable stack.json ({str(error).splitlines()[0]})") from error


def _kinds(probabilities: Array) -> Array:
    return probabilities[:, 1:].copy()


def _text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
