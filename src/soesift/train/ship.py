"""Train on all rows and write the model folder: fit, calibrate, export, verify, and its card.

The card says what was learnt, from whose labels, how well; with the hash of every file.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file

from soesift.classify.features import NAMES
from soesift.classify.model_folder import Calibration, Card, sha256, verify
from soesift.classify.student import calibrated
from soesift.errors import ModelError
from soesift.evaluate.calibration import calibrate
from soesift.evaluate.scores import at_threshold, hold_out
from soesift.train import crossval, workers
from soesift.train.checkpoint import writing
from soesift.train.config import TrainConfig
from soesift.train.data import Row, class_weights, read_rows, summary, targets
from soesift.train.export import Int8Refused, write_onnx
from soesift.train.fit import Fitted, Notify, fit
from soesift.train.forward import precision_of, predict, prepare
from soesift.train.hub_model import FOLDER, write_encoder
from soesift.train.network import base_tokenizer, base_weights, build, trainable
from soesift.train.prompted import question_of
from soesift.train.texts import signs_of, text_of


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
    _write_card(folder / "calibration.json", calibration.model_dump_json(indent=1))
    _write_card(folder / "card.md", markdown(card, calibration))
    files = {p.relative_to(folder).as_posix(): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    files.pop("card.json", None)
    sealed = card.model_copy(update={"files": files})
    _write_card(folder / "card.json", sealed.model_dump_json(indent=1))
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


def _write_card(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def rows_of(config: TrainConfig) -> list[Row]:
    """The rows of a configuration, each table as text within the base tokenizer's budget."""
    return read_rows(
        config.data.tables,
        config.data.labels,
        config.classes,
        text_of(config.model),
        signs_of if config.model.signs else lambda record: (),
    )


def ship(rows: Sequence[Row], config: TrainConfig, notify: Notify | None = None) -> Path:
    """Train on all rows and write `config.out`/model; of several processes the first writes it.

    Calibrates on cross-validation if that was run, else on the rows held out for early stopping.
    Raises ModelError: nothing to calibrate on, or the export does not reproduce torch.
    """
    fitted = fit(rows, config, config.out / "final", config.fit.seed, notify)
    if workers.first():
        _export(rows, config, fitted)
    workers.wait()
    return config.out / "model"


def _export(rows: Sequence[Row], config: TrainConfig, fitted: Fitted) -> None:
    calibration, scores = _calibration(rows, config, fitted)
    part = config.out / "model.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with writing(config.out / "model"):
        try:
            _write(rows, config, fitted, calibration, dict(scores), part, config.out / "model")
        except Int8Refused as refused:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            exact = config.model_copy(update={"export": config.export.model_copy(update={"quantise": False})})
            kept = config.out / "model-float32"
            _write(rows, exact, fitted, calibration, dict(scores), part, kept)
            raise ModelError(
                f"{refused}; the float32 model is whole in {kept}. Or set export.quantise = false and run it again: "
                "training is done and not repeated"
            ) from None


def _write(
    rows: Sequence[Row],
    config: TrainConfig,
    fitted: Fitted,
    calibration: Calibration,
    scores: dict[str, Any],
    part: Path,
    final: Path,
) -> None:
    tokenizer, pad = base_tokenizer(config.model.base)
    tokenizer.save(str(part / "tokenizer.json"))
    model = _exact(config, fitted)
    given = prepare(rows, tokenizer, pad, config.model.max_tokens)
    positive = [config.classes.index(name) for name in config.positive]
    scores["reload"] = write_onnx(model, part, given, calibration, positive, config.export)
    if config.model.method != "full":
        _write_adapter(model, part / "adapter")
    elif config.export.encoder:
        write_encoder(model, getattr(model, "pooling", "last"), part / FOLDER)
    settings: dict[str, Any] = {"best_epoch": fitted.progress.best_epoch + 1, "seconds": round(fitted.progress.seconds)}
    settings["precision"] = precision_of(config.fit)
    seal(part, make_card(config, summary(rows, config.classes), scores, settings), calibration)
    verify(part)
    shutil.rmtree(final, ignore_errors=True)
    part.replace(final)


def _exact(config: TrainConfig, fitted: Fitted) -> Any:
    """The classifier on float32 base weights: training may have held frozen ones in bfloat16, or in 4 bits."""
    signs = len(NAMES) if config.model.signs else 0
    model = build(config.model, len(config.classes), config.fit.seed, exact=True, signs=signs)
    for name, kept in fitted.model.named_buffers(recurse=False):
        getattr(model, name).copy_(kept.cpu())
    learnt = trainable(fitted.model)
    for name, value in trainable(model).items():
        value.data.copy_(learnt[name].detach().cpu())
    return model.eval()


def _write_adapter(model: Any, folder: Path) -> None:
    """The adapter as peft reads it, and the head beside it. Only safetensors and JSON are kept."""
    model.backbone.save_pretrained(str(folder), safe_serialization=True)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    content = json.loads(path.read_text("utf-8"))
    content["base_model_name_or_path"] = Path(str(content.get("base_model_name_or_path", ""))).name
    path.write_text(json.dumps(content, indent=1), "utf-8")
    if hasattr(model, "head"):
        save_file({k: v.detach().contiguous() for k, v in model.head.state_dict().items()}, folder / "head.safetensors")


def _calibration(rows: Sequence[Row], config: TrainConfig, fitted: Fitted) -> tuple[Calibration, dict[str, Any]]:
    if (config.out / crossval.FILE).is_file():
        held = crossval.read_held_out(rows, config)
        found = crossval.pooled_calibration(rows, config)
        return found, {"cross_validation": crossval.summarise(rows, config, held)}
    target = targets(rows)
    held_rows = hold_out([row.group for row in rows], target.argmax(axis=1), config.fit.validation, config.fit.seed)
    if not held_rows.any():
        raise ModelError("nothing to calibrate on: run with --cross-validate first or set fit.validation above 0")
    chosen = np.flatnonzero(held_rows).tolist()
    tokenizer, pad = base_tokenizer(config.model.base)
    given = prepare([rows[i] for i in chosen], tokenizer, pad, config.model.max_tokens)
    logits = predict(fitted.model, given, config.fit)
    positive = [config.classes.index(name) for name in config.positive]
    taught = [row for row, held in zip(rows, held_rows, strict=True) if not held]
    weights = class_weights(taught, config.fit.class_weights, len(config.classes))
    told = f"validation rows ({len(chosen)})"
    found = calibrate(logits, target[chosen], positive, config.export.recall, told, weights)
    share = calibrated(logits, found)[:, positive].sum(axis=1)
    truth = target[chosen][:, positive].sum(axis=1) > 0.5
    scores = {"rows": len(chosen), "schedules": int(truth.sum()), **at_threshold(truth, share, found.yes)}
    return found, {"validation_log_loss": fitted.progress.losses, "validation": scores}
