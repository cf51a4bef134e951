"""From a trained classifier to a model folder to trust: merge, ONNX, int8, reload, compare, calibrate, card."""

from __future__ import annotations

import copy
import json
import logging
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from soesift.classify.model_folder import Calibration, Card, sha256, verify
from soesift.classify.student import calibrated, open_session, run_batches
from soesift.errors import ModelError
from soesift.evaluate.calibration import calibrate, held_out_error
from soesift.evaluate.scores import at_threshold, hold_out
from soesift.train import crossval, workers
from soesift.train.checkpoint import writing
from soesift.train.config import ExportConfig, TrainConfig
from soesift.train.data import Row, class_weights, read_rows, sign_names, signs_of, summary, targets, text_of
from soesift.train.fit import Fitted, Notify, fit
from soesift.train.forward import Material, precision_of, predict, prepare
from soesift.train.hub import FOLDER, write_encoder
from soesift.train.network import Classifier, base_tokenizer, base_weights, build, merged, trainable
from soesift.train.prompted import question_of

# From a trained classifier to a model folder that detect can trust: merge, ONNX, int8, reload, compare.

OPSET = 17
_EXAMPLES = 400  # texts compared at most
BLOCK = 16  # weights of one scale: single tables move by .09; at 32 by .07 and .11 (two students), at 128 by .23
INT8 = 4  # onnxruntime's accuracy level: activations in 8 bits by block; in float32 (0) it is no nearer to torch


class Int8Refused(ModelError):
    """The int8 model does not decide like torch; the float32 one may."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Largest difference of a probability and share of equal decisions, against torch in float32."""

    tables: int
    float32_difference: float
    int8_difference: float
    int8_mean_difference: float
    int8_agreement: float


def export_onnx(model: Classifier, path: Path, signs: int = 0) -> Classifier:
    """Write `model` as float32 ONNX and return the merged torch classifier that was written.

    signs: how many counted features it takes beside the text, as the input `signs` (rows, signs).
    """
    plain = merged(copy.deepcopy(model).cpu())
    ids = torch.ones((2, 8), dtype=torch.int64)
    example = (ids, ids, *([torch.zeros((2, signs))] if signs else []))
    names = ["input_ids", "attention_mask", *(["signs"] if signs else [])]
    axes = {name: {0: "rows", 1: "tokens"} for name in names[:2]} | {
        name: {0: "rows"} for name in ("logits", *names[2:])
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing notes about shapes; the reload below is the test
        torch.onnx.export(
            plain,
            example,
            str(path),
            input_names=names,
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    return plain


def quantise(source: Path, to: Path) -> None:
    """Weights in 8 bits, blocks of `BLOCK` with a scale each, embeddings in int8; what weighs the signs stays float.

    Activations are cut to 8 bits block by block too, which one scale a row (dynamic int8) does not bear: that moved
    single tables by .3 to .4.
    """
    ready, part = source.with_suffix(".ready.onnx"), source.with_suffix(".part.onnx")
    try:
        with _root_logger_kept():
            import onnx
            from onnxruntime.quantization import QuantType, quantize_dynamic
            from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
            from onnxruntime.quantization.shape_inference import quant_pre_process

            quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
            quantize_dynamic(str(ready), str(part), weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
            model = onnx.load(str(part))
            signs = [node.name for node in model.graph.node if "signs" in node.name]
            cut = MatMulNBitsQuantizer(model, bits=8, block_size=BLOCK, accuracy_level=INT8, nodes_to_exclude=signs)
            cut.process()
            cut.model.save_model_to_file(str(to))
    finally:
        ready.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """Nothing of what the quantiser tells of every node, and the root logger, which it sets up, as it was."""
    root = logging.getLogger()
    level, handlers, disabled = root.level, list(root.handlers), root.manager.disable
    logging.disable(max(disabled, logging.INFO))
    try:
        yield
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.handlers[:] = handlers


def write_onnx(
    model: Classifier,
    folder: Path,
    given: Material,
    calibration: Calibration,
    positive: list[int],
    config: ExportConfig,
) -> dict[str, Any]:
    """Write `model.onnx` (int8, or float32 if so configured), reloaded from disk and compared with torch.

    given: rows to compare on. Returns `Agreement` as a dict. Raises ModelError beyond a tolerance.
    """
    full, final = folder / "float32.onnx", folder / "model.onnx"
    plain = export_onnx(model, full, given.signs.shape[1])
    count = len(given.ids)
    sample = given.part(np.linspace(0, count - 1, min(count, _EXAMPLES)).astype(int).tolist())
    wanted = calibrated(torch_logits(plain, sample), calibration)
    first = calibrated(_onnx_logits(full, sample, wanted.shape[1], 2048), calibration)
    if config.quantise:
        quantise(full, final)
        full.unlink()
    else:
        full.replace(final)
    last = calibrated(_onnx_logits(final, sample, wanted.shape[1], 1), calibration)
    found = compare(wanted, first, last, positive, calibration.yes)
    check(found, config, final)
    return asdict(found)


def _onnx_logits(path: Path, given: Material, k: int, batch_tokens: int) -> NDArray[np.float64]:
    """(n, k) logits of a written model, by the code that reads it at detect time."""
    signs = given.signs if given.signs.shape[1] else None
    return run_batches(open_session(path, 2), given.ids, k, batch_tokens, signs)


def torch_logits(model: Classifier, given: Material) -> NDArray[np.float64]:
    """(n, k) float32 logits of torch, one text at a time: no padding at all, the reference."""
    rows = []
    with torch.inference_mode():
        for one, signs in zip(given.ids, given.signs, strict=True):
            tokens = torch.tensor([list(one) or [0]])
            beside = [torch.tensor(signs[None], dtype=torch.float32)] if len(signs) else []
            rows.append(model(tokens, torch.ones_like(tokens), *beside)[0].double().numpy())
    return np.stack(rows)


def compare(
    wanted: NDArray[np.float64],
    first: NDArray[np.float64],
    last: NDArray[np.float64],
    positive: list[int],
    yes: float,
) -> Agreement:
    """Differences of probabilities (n, k) of float32 and final ONNX against torch."""
    said = wanted[:, positive].sum(axis=1) >= yes
    same = said == (last[:, positive].sum(axis=1) >= yes)
    off = np.abs(last - wanted)
    return Agreement(
        len(wanted),
        float(np.abs(first - wanted).max()),
        float(off.max()),
        float(off.mean()),
        float(same.mean()),
    )


def check(found: Agreement, config: ExportConfig, path: Path) -> None:
    """Raise ModelError, naming the figure, when a reloaded model does not reproduce torch."""
    if found.float32_difference > config.tolerance:
        raise ModelError(
            f"{path}: float32 ONNX differs from torch by {found.float32_difference:.4f} > {config.tolerance}"
        )
    if config.quantise and found.int8_difference > config.int8_tolerance:
        raise Int8Refused(
            f"{path}: int8 differs from torch by {found.int8_difference:.4f} > {config.int8_tolerance} "
            "(export.int8_tolerance)"
        )
    if found.int8_agreement < config.int8_agreement:
        kind = Int8Refused if config.quantise else ModelError
        raise kind(f"{path}: decides like torch on {found.int8_agreement:.4f} < {config.int8_agreement} of tables")


# Train on all rows and write the model folder: fit, calibrate, export, verify, and its card.
#
# The card says what was learnt, from whose labels, how well; with the hash of every file.


def make_card(config: TrainConfig, data: dict[str, Any], scores: dict[str, Any], settings: dict[str, Any]) -> Card:
    """A card without file hashes. Paths of this machine are left out: only names and hashes of files."""
    weights = base_weights(config.model.base)
    return Card(
        name=config.model.name,
        created=datetime.now(UTC).strftime("%Y-%m-%d"),
        base=config.model.base_name or (Path(config.model.base).name if weights else config.model.base),
        base_sha256=sha256(weights) if weights else "",
        method=_method(config),
        classes=config.classes,
        positive=config.positive,
        max_tokens=config.model.max_tokens,
        question=question_of(config.model) if config.model.task == "prompted" else None,
        signs=list(sign_names(config.model)),
        arm=config.data.arm,
        data=data | {"tables_sha256": sha256(config.data.tables), "labels_sha256": sha256(config.data.labels)},
        settings=config.fit.model_dump() | config.model.model_dump(exclude={"base", "base_name", "name"}) | settings,
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
        signs_of(config.model),
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
    signs = len(sign_names(config.model))
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
    scores: dict[str, Any] = {
        "rows": len(chosen),
        "schedules": int(truth.sum()),
        **at_threshold(truth, share, found.yes),
    }
    groups = [rows[i].group for i in chosen]
    error = held_out_error(logits, target[chosen], positive, groups, weights, recall=config.export.recall)
    scores["calibration_error"] = crossval.told_error(error)
    return found, {"validation_log_loss": fitted.progress.losses, "validation": scores}
