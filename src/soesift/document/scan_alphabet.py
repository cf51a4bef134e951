"""The recogniser's last layer cut to the characters that protocols are printed in.

PP-OCR's recogniser tells 18,700 characters apart, nine of ten of them ideographs. That last layer costs an eighth of
its time, and now and then makes an ideograph of a dash or a disc. The model file is left as it is: while it is
loaded, the columns of the last layer for ideographs are left out. ONNX files are protocol buffers; three of
their fields are rewritten here, without the package `onnx`, which is larger than all of detection.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

IDEOGRAPHS = 0x3000  # first code point of them; letters, figures and signs of Europe lie below
WIDE = range(0xFF01, 0xFF5F)  # wide forms of ASCII, which are read as ASCII
_GRAPH, _METADATA, _INITIALIZER, _OUTPUT = 7, 14, 5, 12  # numbers of ONNX's fields
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
