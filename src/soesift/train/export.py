"""From a trained classifier to a model folder that detect can trust: merge, ONNX, int8, reload, compare."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
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
BLOCK = 32  # weights of one scale: at 128 single tables move by .23, at 32 by .07
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
    level, handlers = root.level, list(root.handlers)
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
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
