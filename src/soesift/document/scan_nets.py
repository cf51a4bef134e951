"""The nets that read pictures: sessions, the recogniser cut to protocols' characters, the reader of single signs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Sessions of the nets that read pictures: on as many threads as this process may use cores, or on its GPU.


def session(model: str | bytes, arena: bool) -> Any:
    """A session of onnxruntime. arena: keep memory between runs, which is faster where inputs are of like sizes."""
    import onnxruntime

    how = onnxruntime.SessionOptions()
    how.log_severity_level = 4
    how.enable_cpu_mem_arena = arena
    how.intra_op_num_threads, how.inter_op_num_threads = cores(), 1
    how.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave their core to others
    where = ["CUDAExecutionProvider", "CPUExecutionProvider"] if has_gpu() else ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(model, how, providers=where)


Net = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # its one input to its first output


def net(model: bytes, arena: bool) -> Net:
    """A model that reads lines: by onnxruntime, or by OpenVINO where that is quicker (see `quick_core`)."""
    core = quick_core()
    quick = None if core is None else _by_openvino(core, model)
    if quick is not None:
        return quick
    made = session(model, arena)
    name = made.get_inputs()[0].name
    return lambda inputs: np.asarray(made.run(None, {name: inputs})[0], np.float32)


def _by_openvino(core: Any, model: bytes) -> Net | None:
    """None for a model that it cannot take, as the recogniser for low pictures."""
    # no pinning: several processes read side by side
    how = {"INFERENCE_NUM_THREADS": cores(), "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
    try:
        request = core.compile_model(core.read_model(model), "CPU", how).create_infer_request()
    except RuntimeError:
        return None
    return lambda inputs: np.array(request.infer([inputs])[0], np.float32)  # a copy: the next run writes over it


@lru_cache(maxsize=1)
def quick_core() -> Any:
    """OpenVINO, if it is installed and this processor multiplies numbers of 16 bits (AMX, AVX-512 BF16); else, and
    where a GPU is at hand, None.

    There a page takes .53 to .69 of onnxruntime's time (docs/speed.md), and reads nearly the same. Elsewhere it gains
    next to nothing.
    """
    if find_spec("openvino") is None or has_gpu():
        return None
    try:
        import openvino

        core = openvino.Core()
        return core if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else None
    except (ImportError, RuntimeError):  # made for another system
        return None


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


# The recogniser's last layer cut to the characters that protocols are printed in.
#
# PP-OCR's recogniser tells 18,700 characters apart, nine of ten of them ideographs. That last layer costs an eighth of
# its time, and now and then makes an ideograph of a dash or a disc. The model file is left as it is: while it is
# loaded, the columns of the last layer for ideographs are left out. ONNX files are protocol buffers; three of
# their fields are rewritten here, without the package `onnx`, which is larger than all of detection.

IDEOGRAPHS = 0x3000  # first code point of them; letters, figures and signs of Europe lie below
WIDE = range(0xFF01, 0xFF5F)  # wide forms of ASCII, which are read as ASCII
_GRAPH, _METADATA, _INITIALIZER, _INPUT, _OUTPUT, _BETWEEN = 7, 14, 5, 11, 12, 13  # numbers of ONNX's fields
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOAT = 1

Field = tuple[int, memoryview, memoryview]  # number, the whole field, what it holds


def kept_classes(characters: list[str]) -> list[int]:
    """Indices of the classes to keep: none (class 0), the space (the last), and what is no ideograph."""
    last = len(characters) - 1
    plain = (all(ord(c) < IDEOGRAPHS or ord(c) in WIDE for c in char) for char in characters)
    return [index for index, is_plain in enumerate(plain) if is_plain or index in (0, last)]


def cut_classes(model: bytes, classes: int, kept: list[int]) -> bytes:
    """An ONNX model whose last layer tells `classes` apart, with only the `kept` ones.

    Raises ValueError where the file is not of that form.
    """
    out = bytearray()
    cut = 0
    for number, whole, inner in _fields(memoryview(model)):
        if number == _GRAPH:
            graph, cut = _cut_graph(inner, classes, kept)
            out += _field(_GRAPH, graph)
        else:
            out += whole
    if cut != 2:
        raise ValueError(f"{cut} arrays with {classes} columns, not two")
    return bytes(out)


def at_height(model: bytes, before: int, after: int) -> bytes:
    """An ONNX model for pictures `before` pixels high that takes `after` (both below 128), its weights as they are.

    What it says of the sizes within is left out: they are found when it is loaded. Raises ValueError where no input
    is of that height.
    """
    out = bytearray()
    found = False
    for number, whole, inner in _fields(memoryview(model)):
        if number != _GRAPH:
            out += whole
            continue
        graph = bytearray()
        for part, field, _ in _fields(inner):
            if part == _INPUT:
                side = b"\x0a\x02\x08"  # one of its sides, given as a number
                found |= side + bytes([before]) in bytes(field)
                graph += bytes(field).replace(side + bytes([before]), side + bytes([after]))
            elif part != _BETWEEN:
                graph += field
        out += _field(_GRAPH, bytes(graph))
    if not found:
        raise ValueError(f"no input is {before} high")
    return bytes(out)


def without_subnormals(model: bytes) -> bytes:
    """An ONNX model whose weights are zero where they are too small for a full float (below 1.2e-38).

    Some processors take a hundred times as long for each product with such a number; a tenth of the detector's weights
    are such, and the nets read the same without. Raises ValueError for what is no ONNX file.
    """
    whole = bytearray(model)
    for number, _, graph in _fields(memoryview(whole)):
        for part, _, tensor in _fields(graph) if number == _GRAPH else ():
            if part == _INITIALIZER:
                _zero_subnormals(tensor)
    return bytes(whole)


def _zero_subnormals(tensor: memoryview) -> None:
    """In place, in an array of floats; others are left alone."""
    raw, floats = tensor[:0], False
    for number, field, inner in _fields(tensor):
        floats |= number == _TYPE and _read_varint(field, 1)[0] == _FLOAT
        raw = inner if number == _RAW else raw
    if floats:
        values = np.frombuffer(raw, np.float32)
        values[np.abs(values) < np.finfo(np.float32).tiny] = 0


def metadata(model: bytes) -> dict[str, str]:
    """What an ONNX file says about itself, by key. Raises ValueError for what is none."""
    found = {}
    for number, _, inner in _fields(memoryview(model)):
        if number == _METADATA:
            parts = {part: bytes(held).decode("utf-8") for part, _, held in _fields(inner)}
            found[parts.get(1, "")] = parts.get(2, "")
    return found


def _cut_graph(graph: memoryview, classes: int, kept: list[int]) -> tuple[bytes, int]:
    out, cut = bytearray(), 0
    before, after = _varint(classes), _varint(len(kept))
    for number, whole, inner in _fields(graph):
        tensor = _cut_tensor(inner, classes, kept) if number == _INITIALIZER else None
        if tensor is not None:
            cut += 1
            out += _field(_INITIALIZER, tensor)
        elif number == _OUTPUT:  # its last side, written as long as before
            padded = after[:-1] + bytes([after[-1] | 128] + [128] * (len(before) - len(after) - 1) + [0])
            out += bytes(whole).replace(b"\x08" + before, b"\x08" + (padded if len(after) < len(before) else after))
        else:
            out += whole
    return bytes(out), cut


def _cut_tensor(tensor: memoryview, classes: int, kept: list[int]) -> bytes | None:
    """An array without the columns that are not kept; None if its rows do not hold `classes` numbers."""
    dims: list[int] = []
    name = raw = None
    for number, whole, inner in _fields(tensor):
        if number == _DIMS and not len(inner):
            dims.append(_read_varint(whole, 1)[0])
        elif number == _DIMS:
            place = 0
            while place < len(inner):
                side, place = _read_varint(inner, place)
                dims.append(side)
        elif number == _NAME:
            name = whole
        elif number == _RAW:
            raw = inner
    if name is None or raw is None or not dims or dims[-1] != classes:
        return None
    values = np.frombuffer(raw, np.float32).reshape(dims)[..., kept]
    sides = b"".join(_varint(_DIMS << 3) + _varint(side) for side in values.shape)
    return sides + _varint(_TYPE << 3) + _varint(_FLOAT) + bytes(name) + _field(_RAW, values.tobytes())


def _fields(message: memoryview) -> Iterator[Field]:
    """Fields of a message of protocol buffers; numbers hold nothing but themselves."""
    place = 0
    while place < len(message):
        start = place
        key, place = _read_varint(message, place)
        kind, inner = key & 7, message[:0]
        if kind == 0:
            _, place = _read_varint(message, place)
        elif kind == 2:
            length, place = _read_varint(message, place)
            inner = message[place : place + length]
            place += length
        elif kind in (1, 5):
            place += 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        yield key >> 3, message[start:place], inner


def _read_varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(data):
            raise ValueError("cut short")
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, inner: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(inner)) + inner


# Single small signs of a picture, as raised footnote markers are: a reader of lines sees too little of them.
#
# The net (signs.onnx, made by benchmarks/raised_signs.py, its card beside it) knows small letters, digits, the signs of
# footnotes, and what is none of them.

Grey = NDArray[np.uint8]
NET = Path(__file__).with_name("signs.onnx")
CARD = NET.with_suffix(".json")
SIDE = 24  # pixels: side of the net's input
ROOM = 20  # of these are for the sign
CLASSES = ("", *"abcdefghijklmnopqrstuvwxyz0123456789*†‡§¶#")  # the first is none of them
PURE = frozenset("*†‡§¶#")  # signs that no word ends in
TWO = 0.65  # times as wide as high: so wide are two daggers that touch
WHOLE = 0.9  # how sure a sign is that is not cut
HALF = 0.8  # how sure either half must be
SPECK = 0.03  # of the squared height of a piece: connected ink that is smaller is none
OVER = 0.5  # of the narrower of two pieces lies over the other: they are one sign, as the dot of an i
LOW = 0.45  # of the height: a piece that is lower and lies at the foot is a comma


def read_signs(crops: list[Grey]) -> list[tuple[str, float]]:
    """What each grey crop (h, w), tight around one sign, shows, and how surely; "" where it is none.

    Two signs of footnotes that touch, as "††" in some prints, are cut in the middle and read one by one.
    """
    halves = [half for crop in crops for half in np.array_split(crop, 2, axis=1) if _may_be_two(crop)]
    named = _named([*crops, *halves])
    found, rest = named[: len(crops)], named[len(crops) :]
    for place, crop in enumerate(crops):
        if _may_be_two(crop):
            (one, sure), (two, surer), *rest = rest
            whole = bool(found[place][0]) and found[place][1] >= WHOLE
            if not whole and one == two and one in PURE and min(sure, surer) >= HALF:
                found[place] = one + two, min(sure, surer)
    return found


def _may_be_two(crop: Grey) -> bool:
    return bool(TWO * crop.shape[0] <= crop.shape[1] and crop.shape[1] >= 4)


def _named(crops: list[Grey]) -> list[tuple[str, float]]:
    if not crops:
        return []
    inputs = np.stack([fit(crop) for crop in crops])[:, None]
    likely = np.asarray(_net().run(None, {"signs": inputs})[0])
    return [(CLASSES[row.argmax()], float(row.max())) for row in likely]


def cut_signs(ink: NDArray[np.bool_], box: tuple[int, int, int, int], picture: Any) -> list[Grey]:
    """Grey crops of the single signs within a box of a line, from left to right; commas are left out.

    ink: (h, w) of the line; picture: (h, w, 3) of the same place.
    """
    import cv2

    x0, y0, x1, y1 = box
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink[y0:y1, x0:x1].astype(np.uint8), connectivity=8)
    pieces = [row for row in stats[1:count].tolist() if row[4] >= max(2.0, SPECK * (y1 - y0) ** 2)]
    signs: list[list[int]] = []
    for x, y, w, h, _ in sorted(pieces):
        last = signs[-1] if signs else [0, 0, 0, 0]
        if signs and min(last[2], x + w) - max(last[0], x) >= OVER * min(w, last[2] - last[0]):
            signs[-1] = [min(last[0], x), min(last[1], y), max(last[2], x + w), max(last[3], y + h)]
        else:
            signs.append([x, y, x + w, y + h])
    highest = max((bottom - top for _, top, _, bottom in signs), default=0)
    signs = [s for s in signs if s[3] - s[1] >= LOW * highest or s[3] < y1 - y0 - LOW * highest]
    return [_grey(picture[y0 + top : y0 + bottom, x0 + left : x0 + right]) for left, top, right, bottom in signs]


def _grey(part: Any) -> Grey:
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY), np.uint8)


def fit(crop: Grey) -> NDArray[np.float32]:
    """(SIDE, SIDE) ink of a crop between 0 and 1, in its own proportions, in the middle."""
    import cv2

    height, width = crop.shape
    scale = ROOM / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC).astype(np.float32)
    dark, light = np.percentile(small, (3, 97))
    ink = np.clip((light - small) / max(20.0, light - dark), 0, 1)
    whole = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    whole[top : top + size[1], left : left + size[0]] = ink
    return whole


@lru_cache(maxsize=1)
def _net() -> Any:
    return session(str(NET), arena=False)
