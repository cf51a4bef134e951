"""A glance at a page picture before it is read: can it hold a schedule? From a small rendering, no model of OCR.

What is seen is judged by small boosted trees (glance.json, made by benchmarks/glance.py), learnt from worn pages of
protocols and from pages that are pictures. What counts is a lattice: crossings of rules that line up in rows and
columns, or lone marks that do. Flow charts, letters, covers, agreements and blackened paragraphs have rules and boxes,
but no lattice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_rules import estimate_skew, straighten

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GlanceSettings:
    """Lengths are in pixels of a picture whose longer side has `side` pixels."""

    side: int = 1000  # pixels, 700 to 1400: finer costs time, coarser loses thin rules
    window: int = 31  # pixels, odd: neighbourhood whose mean ink must be darker than
    darker: int = 18  # grey levels
    rule: int = 22  # pixels: shortest straight run that counts as part of a rule
    skew: float = 0.15  # degrees, .1 to .3: less is not worth a resampling
    solid: int = 8  # pixels: ink as thick each way is an area, not a rule
    near: int = 3  # pixels: crossings so near in a direction line up
    row: int = 4  # crossings that make a row or a column of a lattice
    marks: int = 3  # lone marks that make one
    read: float = 0.015  # probability from which a picture is read, .01 to .05: lower reads more and misses less
    beside: float = 0.3  # probability of a neighbouring page from which a picture beside it is read too
    nothing: float = 0.004  # probability below which no neighbour has a picture read, 0 to .008: blank pages, covers


SETTINGS = GlanceSettings()


def likely(grey: Grey) -> float:
    """Probability that a page, as an (h, w) picture, holds a table like a schedule; calibrated where it was learnt."""
    return chance(features(grey), shipped_trees())


def chance(seen: Floats, trees: dict[str, Any]) -> float:
    """Probability by boosted trees, as benchmarks/glance.py writes them, for what is seen of a page."""
    total = float(trees["start"])
    for tree in trees["trees"]:
        node = 0
        while (feature := tree["feature"][node]) >= 0:
            node = tree["low" if seen[feature] <= tree["at"][node] else "high"][node]
        total += tree["value"][node]
    return float(1 / (1 + np.exp(-total)))


@lru_cache(maxsize=1)
def shipped_trees() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("glance.json").read_text("utf-8"))
    return found


def features(grey: Grey, settings: GlanceSettings = SETTINGS) -> Floats:
    """What is seen of an (h, w) picture, alike however it is turned by quarters; see NAMES."""
    import cv2

    grey = small(grey, settings.side)
    if min(grey.shape) <= settings.window:
        return np.zeros(len(NAMES))
    ink, _ = straight_ink(grey, settings)
    dark = (grey < 110).astype(np.uint8)
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((settings.solid, settings.solid), np.uint8))
    ink[cv2.dilate(solid, np.ones((7, 7), np.uint8)) > 0] = 0
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, settings.rule), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((settings.rule, 1), np.uint8))
    wide = np.ones((5, 5), np.uint8)
    fat_across, fat_down = cv2.dilate(across, wide), cv2.dilate(down, wide)
    crossings = _centres(cv2.bitwise_and(fat_across, fat_down))
    text = cv2.bitwise_and(ink, cv2.bitwise_not(cv2.bitwise_or(fat_across, fat_down)))
    lone, letters, density = _lone(text)
    rows = sorted(
        [_lines(crossings[:, 1], settings.near, settings.row), _lines(crossings[:, 0], settings.near, settings.row)]
    )
    marks = sorted(
        [_lines(lone[:, 1], settings.near, settings.marks), _lines(lone[:, 0], settings.near, settings.marks)]
    )
    height, width = ink.shape
    long_across, long_down = _long(across.sum(axis=1) / 255 / width), _long(down.sum(axis=0) / 255 / height)
    longs = sorted([long_across, long_down])
    counts = [*rows, len(crossings), *marks, len(lone), letters, *longs]
    return np.asarray([*np.log1p(counts), float(solid.mean()), density])


def straight_ink(grey: Grey, settings: GlanceSettings = SETTINGS) -> tuple[Grey, float]:
    """Ink (255) of an (h, w) picture of `side` pixels, its skew taken out, and that skew in degrees (0: too little)."""
    import cv2

    window, below = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    calm = np.asarray(cv2.medianBlur(grey, 3), np.uint8) if _grainy(grey) else grey
    ink = np.asarray(cv2.adaptiveThreshold(calm, 255, window, below, settings.window, settings.darker), np.uint8)
    skew = estimate_skew(ink[::2, ::2])
    if abs(skew) < settings.skew:
        return ink, 0.0
    ink = np.where(straighten(ink, skew) > 127, 255, 0).astype(np.uint8)
    ink[:8], ink[-8:], ink[:, :8], ink[:, -8:] = 0, 0, 0, 0
    return ink, skew


NAMES = (
    "fewer lines of crossings",
    "more lines of crossings",
    "crossings",
    "fewer lines of lone marks",
    "more lines of lone marks",
    "lone marks",
    "letters",
    "fewer long rules",
    "more long rules",
    "dark",
    "text",
)


def small(grey: Grey, side: int) -> Grey:
    """An (h, w) picture whose longer side has `side` pixels."""
    import cv2

    scale = side / max(grey.shape)
    if abs(scale - 1) < 0.01:
        return grey
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def _grainy(grey: Grey) -> bool:
    import cv2

    return float(np.median(cv2.absdiff(grey[::4, 1:], grey[::4, :-1]))) > 4


def _centres(mask: Grey) -> Floats:
    import cv2

    if not mask.any():
        return np.zeros((0, 2), np.float64)
    count, _, _, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return np.asarray(centres[1:count], np.float64).reshape(-1, 2)


def _lines(at: Floats, near: int, least: int) -> int:
    """How many lines of at least `least` points there are, given where each point is across them."""
    if not len(at):
        return 0
    order = np.sort(at)
    groups = np.split(order, np.flatnonzero(np.diff(order) > near) + 1)
    return sum(len(group) >= least for group in groups)


def _long(share: Floats) -> int:
    """Rules of at least .4 of the page's side: runs of neighbouring lines count once."""
    inked = share >= 0.4
    return int((inked & ~np.r_[False, inked[:-1]]).sum())


def _lone(text: Grey) -> tuple[Floats, int, float]:
    """Centres of marks that stand alone (nothing near on any side), how many letters there are, share of text."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(text, connectivity=8)
    width, height = stats[:, 2], stats[:, 3]
    letter = (np.maximum(width, height) >= 4) & (np.maximum(width, height) <= 30)
    letter[0] = False
    letters = int(letter.sum())
    tall = float(np.median(np.maximum(width, height)[letter])) if letters else 8.0  # alike when turned
    reach = max(3, int(1.2 * tall))
    near = cv2.dilate(np.where(letter, 255, 0).astype(np.uint8)[labels], np.ones((reach | 1, reach | 1), np.uint8))
    _, _, grown, middles = cv2.connectedComponentsWithStats(near, connectivity=8)
    most = 2.2 * tall + reach
    alone = (grown[:, 2] <= most) & (grown[:, 3] <= most)
    alone[0] = False
    return np.asarray(middles[alone], np.float64).reshape(-1, 2), letters, np.count_nonzero(near) / near.size
