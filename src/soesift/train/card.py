"""The card of a model folder: what was learnt, from whose labels, how well; with the hash of every file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from soesift.classify.features import NAMES
from soesift.classify.model_folder import Calibration, Card, sha256
from soesift.train.config import TrainConfig
from soesift.train.network import base_weights
from soesift.train.prompted import question_of


def make_card(config: TrainConfig, data: dict[str, Any], scores: dict[str, Any], settings: dict[str, Any]) -> Card:
    """A card without file hashes. Paths of this machine are left out: only names and hashes of files."""
    weights = base_weights(config.model.base)
    return Card(
        name=config.model.name,
        created=datetime.now(UTC).strftime("%Y-%m-%d"),
        base=Path(config.model.base).name if weights else config.model.base,
        base_sha256=sha256(weights) if weights else "",
        method=_method(config),
        classes=config.classes,
        positive=config.positive,
        max_tokens=config.model.max_tokens,
        question=question_of(config.model) if config.model.task == "prompted" else None,
        signs=list(NAMES) if config.model.signs else [],
        arm=config.data.arm,
        data=data | {"tables_sha256": sha256(config.data.tables), "labels_sha256": sha256(config.data.labels)},
        settings=config.fit.model_dump() | config.model.model_dump(exclude={"base", "name"}) | settings,
        scores=scores,
    )


def _method(config: TrainConfig) -> str:
    model = config.model
    return "full fine-tuning" if model.method == "full" else f"{model.method} rank {model.rank}"


def seal(folder: Path, card: Card, calibration: Calibration) -> Card:
    """Write calibration and card beside the weights; the hashes of all files last."""
    _write(folder / "calibration.json", calibration.model_dump_json(indent=1))
    _write(folder / "card.md", markdown(card, calibration))
    files = {p.relative_to(folder).as_posix(): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    files.pop("card.json", None)
    sealed = card.model_copy(update={"files": files})
    _write(folder / "card.json", sealed.model_dump_json(indent=1))
    return sealed


def markdown(card: Card, calibration: Calibration) -> str:
    """The card for people."""
    labels = card.data.get("provenance", {})
    lines = [
        f"# {card.name} {card.version}",
        f"Classifies tables of clinical trial protocols as {', '.join(card.classes)}; "
        f"counted as a Schedule of Events: {', '.join(card.positive)}.",
        f"- Base: {card.base} (model.safetensors sha256 {card.base_sha256 or 'not local'}), {card.method}",
        f"- Labels: arm `{card.arm}`, " + ", ".join(f"{n} {who}" for who, n in labels.items()),
        f"- Rows: {card.data.get('rows')} tables of {card.data.get('groups')} protocols; "
        f"classes {card.data.get('classes')}",
        f"- Calibration: {calibration.method}, scale {calibration.scale:.3f}, on "
        f"{calibration.fitted_on or 'nothing'}; "
        f"yes from {calibration.yes:.3f}, unsure from {calibration.unsure:.3f}",
        "",
        "## Scores",
        "```json",
        json.dumps(card.scores, indent=1),
        "```",
        "",
        "## Settings",
        "```json",
        json.dumps(card.settings, indent=1),
        "```",
        "",
    ]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
