"""Rulings, filled areas and pictures of a PDF page, from its page objects.

A ruling is drawn in many ways: a stroked line, a thin filled rectangle, the outline of a cell, an edge
between filled cells, a one-pixel picture. All become thin boxes.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from soesift.document.characters import object_kinds
from soesift.document.page import Floats, Frame, Page, to_display

THIN = 3.0  # points: thicker is an area
BOLD = 1.5  # points: pdfium's bounds of a path lie outside its middle by the width of the stroke
WHITE = 0.985
AT_ONCE = 256  # white lines that are held against all areas at a time, for memory
COLOURED = 0.97  # luminance below which an area is seen beside white lines
MOST_OBJECTS = 60_000
MOST_SEGMENTS = 20_000
DEEPEST = 6

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawing:
    """Boxes in PDF space while reading."""

    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    pale: list[tuple[float, float, float, float]] = field(default_factory=list)  # lines as white as paper
    fills: list[tuple[float, float, float, float]] = field(default_factory=list)
    greys: list[float] = field(default_factory=list)
    images: list[tuple[float, float, float, float]] = field(default_factory=list)
    curves: int = 0
    objects: int = 0
    segments: int = 0


class _Slots:
    """Reusable out-parameters of pdfium's calls."""

    def __init__(self) -> None:
        self.box = [ctypes.c_float() for _ in range(4)]
        self.colour = [ctypes.c_uint() for _ in range(4)]
        self.mode, self.stroke = ctypes.c_int(), ctypes.c_int()
        self.x, self.y = ctypes.c_float(), ctypes.c_float()
        self.matrix = pdfium.FS_MATRIX()


def read_drawing(page: Any, frame: Frame) -> tuple[Floats, Floats, Floats, Floats, Floats, int]:
    """Horizontal rulings, vertical rulings, fills, their luminance, pictures, number of curved paths."""
    drawing, slots = Drawing(), _Slots()
    count = pdfium.FPDFPage_CountObjects(page)
    _read_objects("FPDFPage_GetObject", page, count, IDENTITY, drawing, slots, 0)
    fills, greys = _array(drawing.fills), np.asarray(drawing.greys, np.float32)
    seen = _over_colour(_array(drawing.pale[:MOST]), fills[greys < COLOURED][:MOST])
    lines = to_display(np.concatenate([_array(drawing.lines), seen]), frame)
    wide = (lines[:, 2] - lines[:, 0]) >= (lines[:, 3] - lines[:, 1])
    return (
        lines[wide],
        lines[~wide],
        to_display(fills, frame),
        greys,
        to_display(_array(drawing.images), frame),
        drawing.curves,
    )


def _array(boxes: list[tuple[float, float, float, float]]) -> Floats:
    array = np.asarray(boxes, np.float32).reshape(-1, 4)
    return np.clip(np.nan_to_num(array, nan=0.0, posinf=1e6, neginf=-1e6), -1e6, 1e6)


def _read_objects(
    get: str, holder: Any, count: int, matrix: Matrix, drawing: Drawing, slots: _Slots, depth: int
) -> None:
    """What the function named `get` finds in a page or form; text, by far the most, is only counted."""
    kinds = object_kinds(get, holder, max(0, min(count, MOST_OBJECTS - drawing.objects)))
    before, find = 0, getattr(pdfium, get)
    for index in np.flatnonzero(kinds != pdfium.FPDF_PAGEOBJ_TEXT).tolist():
        drawing.objects += index - before
        before = index
        if drawing.objects >= MOST_OBJECTS:
            return
        _read_object(find(holder, index), int(kinds[index]), matrix, drawing, slots, depth)
    drawing.objects += len(kinds) - before


def _read_object(handle: Any, kind: int, matrix: Matrix, drawing: Drawing, slots: _Slots, depth: int) -> None:
    if kind == pdfium.FPDF_PAGEOBJ_FORM:
        _read_form(handle, matrix, drawing, slots, depth)
        return
    if not pdfium.FPDFPageObj_GetBounds(handle, *slots.box):
        return
    box = _move_box(tuple(s.value for s in slots.box), matrix)  # type: ignore[arg-type]
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        _read_path(handle, box, matrix, drawing, slots)
    elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        thin = min(box[2] - box[0], box[3] - box[1]) <= THIN
        (drawing.lines if thin else drawing.images).append(box)


def _read_form(handle: Any, matrix: Matrix, drawing: Drawing, slots: _Slots, depth: int) -> None:
    if depth >= DEEPEST:
        return
    inner = matrix
    if pdfium.FPDFPageObj_GetMatrix(handle, slots.matrix):
        m = slots.matrix
        inner = _multiply((m.a, m.b, m.c, m.d, m.e, m.f), matrix)
    count = pdfium.FPDFFormObj_CountObjects(handle)
    _read_objects("FPDFFormObj_GetObject", handle, count, inner, drawing, slots, depth + 1)


def _read_path(
    handle: Any, box: tuple[float, float, float, float], matrix: Matrix, drawing: Drawing, slots: _Slots
) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    pdfium.FPDFPath_GetDrawMode(handle, slots.mode, slots.stroke)
    filled, stroked = slots.mode.value != 0, bool(slots.stroke.value)
    if not (filled or stroked):
        return  # a clipping path
    count = pdfium.FPDFPath_CountSegments(handle)
    if is_thin(width, height):
        white = _luminance(handle, slots, fill=filled and not stroked) >= WHITE
        (drawing.pale if white else drawing.lines).append(box)
    elif count <= 5 and stroked and _luminance(handle, slots, fill=False) < WHITE:
        if count >= 4 and not _is_curve(handle) and _stroke_width(handle, slots) <= BOLD:
            drawing.lines.extend(_outline(box))
        elif count >= 3 or min(width, height) <= 2 * THIN:
            _read_segments(handle, count, matrix, drawing, slots)
    elif count > 5:
        ink = _luminance(handle, slots, fill=not stroked)
        if ink < WHITE:
            _read_segments(handle, count, matrix, drawing, slots, areas=filled and not stroked, grey=ink)
    if filled and 4 <= count <= 5 and min(width, height) > THIN:
        drawing.fills.append(box)
        drawing.greys.append(_luminance(handle, slots, fill=True))


def _over_colour(lines: Floats, fills: Floats) -> Floats:
    """The white lines that are seen: coloured areas lie beneath them or beside them for half of their length."""
    if not len(lines) or not len(fills):
        return lines[:0]
    parts = np.split(lines, range(AT_ONCE, len(lines), AT_ONCE))
    return np.concatenate([part[_coloured_share(part, fills) >= 0.5] for part in parts])


def _coloured_share(lines: Floats, fills: Floats) -> Floats:
    """(n,) share of each line's length that lies on filled areas or at their sides."""
    wide = (lines[:, 2] - lines[:, 0]) >= (lines[:, 3] - lines[:, 1])
    share = np.zeros(len(lines), np.float32)
    for along, chosen in ((0, wide), (1, ~wide)):
        some, across = lines[chosen], 1 - along
        middle = (some[:, across, None] + some[:, across + 2, None]) / 2
        near = (middle > fills[:, across] - THIN) & (middle < fills[:, across + 2] + THIN)
        start = np.maximum(some[:, along, None], fills[:, along])
        end = np.minimum(some[:, along + 2, None], fills[:, along + 2])
        covered = np.where(near, np.maximum(end - start, 0), 0).sum(axis=1)
        share[chosen] = covered / np.maximum(some[:, along + 2] - some[:, along], 0.1)
    return share


def is_thin(width: float, height: float) -> bool:
    """A rule, or a long line drawn a little askew."""
    narrow, long = min(width, height), max(width, height)
    return narrow <= THIN or (narrow <= 2 * THIN and long > 50 * narrow)


def _read_segments(
    handle: Any,
    count: int,
    matrix: Matrix,
    drawing: Drawing,
    slots: _Slots,
    areas: bool = False,
    grey: float = 0.0,
) -> None:
    """Axis-parallel segments of a longer path; in a filled one each closed rectangle is a rule or an area."""
    local = matrix
    if pdfium.FPDFPageObj_GetMatrix(handle, slots.matrix):
        m = slots.matrix
        local = _multiply((m.a, m.b, m.c, m.d, m.e, m.f), matrix)
    points: list[tuple[float, float]] = []
    curved = False
    for index in range(min(count, MOST_SEGMENTS - drawing.segments)):
        drawing.segments += 1
        segment = pdfium.FPDFPath_GetPathSegment(handle, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        curved |= kind == pdfium.FPDF_SEGMENT_BEZIERTO
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            _flush(points, areas, grey, drawing)
            points = []
        pdfium.FPDFPathSegment_GetPoint(segment, slots.x, slots.y)
        points.append(_move(slots.x.value, slots.y.value, local))
        if pdfium.FPDFPathSegment_GetClose(segment) and points[-1] != points[0]:
            points.append(points[0])
        if curved:
            drawing.curves += 1
            return
    _flush(points, areas, grey, drawing)


def _flush(points: list[tuple[float, float]], areas: bool, grey: float, drawing: Drawing) -> None:
    if len(points) < 2:
        return
    if areas:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        if min(box[2] - box[0], box[3] - box[1]) <= THIN:
            drawing.lines.append(box)
        elif len(points) in (4, 5):
            drawing.fills.append(box)
            drawing.greys.append(grey)
        return
    for (ax, ay), (bx, by) in pairwise(points):
        if abs(ax - bx) < 0.5 or abs(ay - by) < 0.5:
            drawing.lines.append((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))


def _is_curve(handle: Any) -> bool:
    segment = pdfium.FPDFPath_GetPathSegment(handle, 1)
    return bool(pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_BEZIERTO)


def _stroke_width(handle: Any, slots: _Slots) -> float:
    return float(slots.x.value) if pdfium.FPDFPageObj_GetStrokeWidth(handle, slots.x) else 0.0


def _luminance(handle: Any, slots: _Slots, fill: bool) -> float:
    get = pdfium.FPDFPageObj_GetFillColor if fill else pdfium.FPDFPageObj_GetStrokeColor
    if not get(handle, *slots.colour):
        return 0.0
    red, green, blue, alpha = (s.value for s in slots.colour)
    if alpha < 8:
        return 1.0
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def _outline(box: tuple[float, float, float, float]) -> list[tuple[float, float, float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def _move(x: float, y: float, m: Matrix) -> tuple[float, float]:
    return x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]


def _move_box(box: tuple[float, float, float, float], m: Matrix) -> tuple[float, float, float, float]:
    if m is IDENTITY:
        return box
    (ax, ay), (bx, by) = _move(box[0], box[1], m), _move(box[2], box[3], m)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _multiply(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


# Cleaning of rulings: pieces, doubles and dashes become whole lines.

SNAP = 2.0  # points: rulings closer than this are one
BRIDGE = 4.0  # points: gaps in a line up to this are bridged
SHORTEST = 6.0
MOST = 4000
OFFSET = 1e7  # points: coordinates reach 1e6

Lines = NDArray[np.float32]  # (n, 3): position, start, end


def clean_rulings(page: Page) -> tuple[Lines, Lines]:
    """Horizontal lines (y, x0, x1) and vertical lines (x, y0, y1), merged and without specks."""
    return merge_lines(as_lines(page.horizontal, 1)), merge_lines(as_lines(page.vertical, 0))


def as_lines(boxes: Floats, axis: int) -> Lines:
    """Thin boxes as (position, start, end); axis 1 for horizontal, 0 for vertical ones."""
    along = 1 - axis
    position = (boxes[:, axis] + boxes[:, axis + 2]) / 2
    lines: Lines = np.stack((position, boxes[:, along], boxes[:, along + 2]), axis=1).astype(np.float32)
    return lines


def merge_lines(lines: Lines) -> Lines:
    """Join collinear pieces: same position within SNAP, gaps up to BRIDGE; drop those left below SHORTEST."""
    if not len(lines):
        return lines.reshape(0, 3)
    group = cluster(lines[:, 0], SNAP)
    centre = np.bincount(group, lines[:, 0]) / np.bincount(group)
    order = np.lexsort((lines[:, 1], group))
    group, start, end = group[order], lines[order, 1], lines[order, 2]
    # running end within a group, made comparable across groups by an offset beyond any coordinate
    reach = np.maximum.accumulate(end + group * OFFSET) - group * OFFSET
    fresh = np.ones(len(order), bool)
    fresh[1:] = (group[1:] != group[:-1]) | (start[1:] > reach[:-1] + BRIDGE)
    heads = np.flatnonzero(fresh)
    merged = np.stack((centre[group[heads]], start[heads], np.maximum.reduceat(end, heads)), axis=1)
    kept: Lines = merged[merged[:, 2] - merged[:, 1] >= SHORTEST].astype(np.float32)
    return kept[:MOST]


def cluster(values: NDArray[np.floating], tolerance: float) -> NDArray[np.intp]:
    """Group numbers of values on a line: sorted neighbours within `tolerance` share a group, in value order.

    A chain of close values is cut where it becomes longer than twice the tolerance.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    group = np.zeros(len(values), np.intp)
    start, number = ordered[0] if len(values) else 0.0, 0
    for place in range(1, len(ordered)):
        if ordered[place] - ordered[place - 1] > tolerance or ordered[place] - start > 2 * tolerance:
            number += 1
            start = ordered[place]
        group[order[place]] = number
    return group


def connected(
    horizontal: Lines, vertical: Lines, slack: float = 3.0
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Groups of lines that touch or cross: pairs of indices into the horizontal and the vertical lines."""
    h, v = horizontal, vertical
    touch = (
        (v[None, :, 0] >= h[:, None, 1] - slack)
        & (v[None, :, 0] <= h[:, None, 2] + slack)
        & (h[:, None, 0] >= v[None, :, 1] - slack)
        & (h[:, None, 0] <= v[None, :, 2] + slack)
    )
    label_h = np.full(len(h), -1)
    groups: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    for seed in range(len(h)):
        if label_h[seed] >= 0:
            continue
        in_h: NDArray[np.bool_] = np.arange(len(h)) == seed
        in_v: NDArray[np.bool_] = np.zeros(len(v), bool)
        while True:
            grown_v = np.asarray(touch[in_h].any(axis=0))
            grown_h = in_h | np.asarray(touch[:, grown_v].any(axis=1))
            if np.array_equal(grown_h, in_h) and np.array_equal(grown_v, in_v):
                break
            in_h, in_v = grown_h, grown_v
        label_h[in_h] = len(groups)
        groups.append((np.flatnonzero(in_h), np.flatnonzero(in_v)))
    return groups
