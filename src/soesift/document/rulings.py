"""Cleaning of rulings: pieces, doubles and dashes become whole lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soesift.document.page import Floats, Page

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
