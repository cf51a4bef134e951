"""Lines of text in a picture with RapidOCR's models (PP-OCR): where they are and what they say."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.errors import UsageError

Picture = NDArray[np.uint8]  # (h, w, 3) RGB
HEIGHT = 48  # pixels: the recogniser's input height
STEP = 8  # pixels of its input for each of its outputs
NARROWEST = 48  # pixels: narrower crops are padded to this
WIDEST = 2400  # pixels of one recogniser input
BATCH = 8
_SPARE = 0.25  # of a batch's width may be padding


@dataclass(slots=True)
class Reading:
    """What a crop says, without spaces at its ends.

    centres: (n,) position of each character along the crop, 0 (left) to 1.
    """

    text: str
    confidence: float
    centres: NDArray[np.float32]


@lru_cache(maxsize=1)
def engine() -> Any:
    """The RapidOCR engine, created once, on as many threads as this process may use cores, or on its GPU."""
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        how = "pip install --ignore-requires-python rapidocr-onnxruntime, or use --ocr never"
        message = f"rapidocr-onnxruntime, which reads pages that are pictures, is not installed; run: {how}"
        raise UsageError(message) from error
    gpu = {f"{part}_use_cuda": True for part in ("det", "cls", "rec")} if has_gpu() else {}
    return RapidOCR(intra_op_num_threads=cores(), inter_op_num_threads=1, **gpu)


def has_gpu() -> bool:
    """Whether this process was given a GPU (CUDA_VISIBLE_DEVICES names one) and onnxruntime can use it."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "-1").strip() in ("", "-1"):
        return False
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def cores() -> int:
    """Cores this process may run on (OMP_NUM_THREADS, if set), at most four: more gain nothing on one page."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, allowed, int(told) if told.isdecimal() else allowed))


def detect_lines(picture: Picture, longest: int) -> NDArray[np.float32]:
    """(n, 4) boxes of text lines in pixels; the detector sees at most `longest` pixels a side."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    corners, _ = engine().text_det(np.ascontiguousarray(small[:, :, ::-1]))
    if corners is None or not len(corners):
        return np.zeros((0, 4), np.float32)
    corners = np.asarray(corners, np.float32) / scale
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    return boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))].astype(np.float32)


def read_crops(crops: list[Picture]) -> list[Reading]:
    """What each crop (one upright line) says, in order; similar widths are read together."""
    widths = [_width(crop) for crop in crops]
    order = sorted(range(len(crops)), key=lambda i: (widths[i], i))
    readings: list[Reading] = [Reading("", 0.0, np.zeros(0, np.float32))] * len(crops)
    for batch in _batches(order, widths):
        for index, reading in zip(batch, _read([crops[i] for i in batch], widths[batch[-1]]), strict=True):
            readings[index] = reading
    return readings


def _width(crop: Picture) -> int:
    height, width = crop.shape[:2]
    scaled = int(np.ceil(width * HEIGHT / max(1, height)))
    return int(np.clip(-(-scaled // STEP) * STEP, NARROWEST, WIDEST))


def _batches(order: list[int], widths: list[int]) -> list[list[int]]:
    """Runs of at most BATCH crops, cut where padding the narrowest to the widest would waste too much."""
    batches: list[list[int]] = []
    for index in order:
        fits = batches and len(batches[-1]) < BATCH and widths[batches[-1][0]] >= (1 - _SPARE) * widths[index]
        if fits:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def _read(crops: list[Picture], width: int) -> list[Reading]:
    recogniser = engine().text_rec
    inputs = np.zeros((len(crops), 3, HEIGHT, width), np.float32)
    used = []
    for place, crop in enumerate(crops):
        filled = _fit(crop, width)
        inputs[place, :, :, : filled.shape[1]] = filled[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
        used.append(filled.shape[1])
    scores = recogniser.session(inputs)[0]
    return [_decode(row, recogniser.postprocess_op.character, width / used[i]) for i, row in enumerate(scores)]


def _fit(crop: Picture, width: int) -> Picture:
    """A crop at the recogniser's height, at most `width` wide."""
    import cv2

    height, given = crop.shape[:2]
    scaled = int(np.clip(np.ceil(given * HEIGHT / max(1, height)), 1, width))
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (scaled, HEIGHT), interpolation=method), np.uint8)


def _decode(scores: NDArray[np.float32], characters: list[str], stretch: float) -> Reading:
    """Greedy CTC decoding (Graves et al. 2006): repeats are one character, class 0 is none.

    scores: (t, c) probabilities; stretch: width of the padded input over the crop's share of it.
    """
    best = scores.argmax(axis=1)
    starts = np.flatnonzero((np.diff(best, prepend=0) != 0) & (best != 0))
    if not len(starts):
        return Reading("", 0.0, np.zeros(0, np.float32))
    runs = np.flatnonzero(np.diff(best, append=-1) != 0)  # last step of every run
    ends = runs[np.searchsorted(runs, starts)]
    centres = ((starts + ends + 1) / 2 / len(best) * stretch).astype(np.float32)
    text = "".join(characters[i] for i in best[starts].tolist())
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    sure = float(scores[starts, best[starts]].mean())
    return Reading(text[first:last], sure, np.minimum(centres, 1)[first : max(first, last)])
