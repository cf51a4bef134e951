"""From a trained classifier to a model folder that detect can trust: merge, ONNX, int8, reload, compare."""

from __future__ import annotations

import copy
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from soesift.classify.model_folder import Calibration
from soesift.classify.student import calibrated, open_session, run_batches
from soesift.errors import ModelError
from soesift.train.config import ExportConfig
from soesift.train.forward import Material
from soesift.train.network import Classifier, merged

OPSET = 17
_EXAMPLES = 400  # texts compared at most


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
    """Dynamic int8: weights by channel beforehand, activations at run time; what weighs the signs stays float."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    ready = source.with_suffix(".ready.onnx")
    try:
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        signs = [
            node.name for node in onnx.load(str(ready), load_external_data=False).graph.node if "signs" in node.name
        ]
        quantize_dynamic(str(ready), str(to), weight_type=QuantType.QInt8, per_channel=True, nodes_to_exclude=signs)
    finally:
        ready.unlink(missing_ok=True)


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
