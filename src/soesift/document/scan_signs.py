"""Single small signs of a picture, as raised footnote markers are: a reader of lines sees too little of them.

The net (signs.onnx, made by benchmarks/raised_signs.py, its card beside it) knows small letters, digits, the signs of
footnotes, and what is none of them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_nets import session

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
