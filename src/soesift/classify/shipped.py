"""From a model's name or folder to a judge: rule, linear, or a student gated by the linear model."""

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
from soesift.classify.judge import CLASSES, Judge, Linear, read_linear, rule_probabilities, softmax
from soesift.classify.student import load
from soesift.errors import ModelError
from soesift.result.models import ModelInfo
from soesift.table.record import TableRecord

MODELS = Path(__file__).resolve().parent.parent / "models"
Array = NDArray[np.float64]


class Stack(BaseModel):
    """How a folder's judges are combined. Below `gate` under the linear model, the student is not asked.

    weights: (4, 3), from the log-odds of schedule and of sampling grid against other, of student and linear
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
    if not (folder / "model.onnx").exists() and (folder / "linear.json").exists():
        return linear_judge(folder)
    return student_judge(folder, threads)


def linear_judge(folder: Path) -> Judge:
    """The linear model alone; thresholds from stack.json."""
    stack = read_stack(folder / "stack.json")
    linear = read_linear(folder / "linear.json")
    digest = hashlib.sha256((folder / "linear.json").read_bytes() + (folder / "stack.json").read_bytes()).hexdigest()
    info = ModelInfo(name=folder.name, version="1", sha256=digest, threshold=stack.yes, unsure_threshold=stack.unsure)
    return Judge(info, lambda records: _kinds(softmax(linear.logits(features(records)))))


def student_judge(folder: Path, threads: int) -> Judge:
    """A student, with the linear model as gate and second opinion where the folder has one."""
    student = load(folder, threads)
    card = student.card
    order = [card.classes.index(name) if name in card.classes else -1 for name in CLASSES]
    stacked = (folder / "stack.json").exists() and (folder / "linear.json").exists()
    stack = read_stack(folder / "stack.json") if stacked else None
    info = ModelInfo(
        name=card.name,
        version=card.version,
        sha256=student.sha256,
        threshold=stack.yes if stack else student.calibration.yes,
        unsure_threshold=stack.unsure if stack else student.calibration.unsure,
    )

    def probabilities(records: Sequence[TableRecord]) -> Array:
        found = student.probabilities(records)
        return np.stack([found[:, k] if k >= 0 else np.zeros(len(found)) for k in order], axis=1)

    if stack is None:
        return Judge(info, lambda records: _kinds(probabilities(records)))
    linear = read_linear(folder / "linear.json")
    return Judge(info, lambda records: stacked_probabilities(records, linear, probabilities, stack))


def stacked_probabilities(
    records: Sequence[TableRecord],
    linear: Linear,
    student: Callable[[Sequence[TableRecord]], Array],
    stack: Stack,
) -> Array:
    """(n, 2): linear model first; what passes the gate is judged by both."""
    first = softmax(linear.logits(features(records)))
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
