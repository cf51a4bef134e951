"""A second look at a picture that may hold a schedule: what a dozen of its lines say.

The glance (document/scan_glance.py) sees lattices, which questionnaires, forms and drawings have as well. Words tell
them apart, and a few suffice: what stands at the top and at the left. They are found by morphology and read quickly,
in a tenth of the time of the whole page. A logistic regression of three numbers (second_look.json, made by
benchmarks/glance.py) corrects what the glance thinks of the page by what they say. What cannot be read, or is in
no language that is known here, is never refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.document.scan_glance import SETTINGS as GLANCE
from soesift.document.scan_glance import likely as glance
from soesift.document.scan_glance import small, straight_ink
from soesift.document.scan_rules import straighten
from soesift.document.scan_text import Picture, Reading, known_words, read_crops
from soesift.document.title_page import has_schedule_title
from soesift.table.lexicon import has_activity, has_time

Grey = NDArray[np.uint8]
Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LookSettings:
    """Lengths are in heights of small letters, where nothing else is said."""

    letter: tuple[int, int] = (4, 30)  # pixels of the glance's picture: longer side of what may be a letter
    least: int = 30  # letters of a page that can be judged by what it says, 10 to 100
    gap: float = 1.3  # letters nearer than this are of one piece of text, .8 to 2: words of a line, not columns
    low: float = 0.6  # a piece is at least so high, .4 to .7
    tall: float = 2.5  # and at most, 2 to 3
    wide: float = 1.5  # and at least so wide, 1 to 3: shorter ones are marks and single letters
    title: float = 4.0  # those at the top at least so wide, 3 to 6: a page number tells nothing
    row: float = 0.8  # middles farther apart are of two rows, .6 to 1
    edge: float = 0.35  # of the print's width: a piece that begins within it stands at the left, .25 to .5
    down: float = 2.0  # times as much text one way as the other: pages are turned or they are not, 1.5 to 3
    pad: float = 0.4  # margin of a crop: what stands above and below small letters, .4 to .7
    share: float = 17.0  # so much of a piece's length is read, 10 to 30
    top: int = 3  # pieces read from the top, 2 to 5
    head: int = 3  # pieces read from the row that has most of them, 2 to 5
    left: int = 8  # pieces read from the left, 6 to 15
    sure: float = 0.75  # confidence from which a piece counts as read, .6 to .9
    readings: int = 5  # fewer pieces that are read: the page is not judged by them, 4 to 8
    known: float = 0.5  # of its longer words are English, or the page is not judged by them, .4 to .7
    spoken: int = 3  # so many times and activities named: the page is read, 2 to 4
    usual: float = 0.15  # share of pieces that speak otherwise on any page, as running heads do, .1 to .2
    most: float = 0.4  # share of them that counts at most, .3 to 1
    faintest: float = 0.0001  # least that the glance's probability counts, 0 to .001
    surest: float = 0.9  # most that it counts, .8 to .99
    read: float = 0.1  # probability from which a page is read; chosen by the rule in benchmarks/glance.py
    beside: float = 0.5  # probability from which a page beside it is read too, .3 to .7


SETTINGS = LookSettings()
_WORD = re.compile(r"[^\W\d_]{4,}")
_OTHERS = [
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "you|your|yourself|i|my|me|please",
        r"never|rarely|sometimes|often|always|not at all|mild|moderate|severe|extremely|very|circle|score|points?|"
        r"grade\s*\d?|unable|able",
        r"signature|signed|name|title|address|telephone|phone|fax|e-?mail|date|confidential|approv\w+",
    )
]  # questionnaires, their answers, letters and agreements
NAMES = ("glance", "named", "other")


def look_again(picture: Picture, glanced: float | None = None) -> NDArray[np.float64] | None:
    """What the second look sees of an (h, w, 3) picture of twice the glance's side, in the order of `NAMES`.

    glanced: the glance's probability, where it is known.
    The log-odds of the glance; how many pieces of text name a planned time or an activity; the share that speak as
    questionnaires and letters do. None where nothing speaks against reading the page: a piece is a schedule's title,
    many name times and activities, or it cannot be judged so (too few letters, hardly any legible, not in English).
    """
    grey = np.ascontiguousarray(picture[:, :, 1])
    ink, skew = straight_ink(small(grey, GLANCE.side))
    straight = straighten(picture, skew) if skew else picture
    across, down = _pieces(ink), _pieces(np.ascontiguousarray(np.rot90(ink)))
    lengths = [float((boxes[:, 2] - boxes[:, 0]).sum()) for boxes, _ in (across, down)]
    turned = lengths[1] > SETTINGS.down * lengths[0]
    boxes, tall = down if turned else across
    if not len(boxes):
        return None
    scale = max(grey.shape) / GLANCE.side
    if turned:
        straight, boxes = _upright(np.rot90(straight), boxes, tall, scale)
    crops = [_crop(straight, boxes[i], tall, scale) for i in chosen(boxes, tall)]
    words = what_is_said(read_crops(crops, "low"))
    return None if words is None else np.asarray([log_odds(glance(grey) if glanced is None else glanced), *words])


def log_odds(probability: float) -> float:
    """Of a glance's probability, within limits: what stands in a fine lattice is told by words all the same."""
    kept = min(max(probability, SETTINGS.faintest), SETTINGS.surest)
    return float(np.log(kept / (1 - kept)))


def likely(seen: NDArray[np.float64]) -> float:
    """Probability that a page seen so holds a schedule, calibrated where it was learnt."""
    model = shipped_model()
    return float(1 / (1 + np.exp(-(seen @ np.asarray(model["weights"]) + model["bias"]))))


@lru_cache(maxsize=1)
def shipped_model() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("second_look.json").read_text("utf-8"))
    return found


def _pieces(ink: Grey) -> tuple[Boxes, float]:
    """(n, 4) boxes of pieces of text that run across, top to bottom, and the height of small letters, in pixels."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    side = stats[:, 2:4].max(axis=1)
    letter = (side >= SETTINGS.letter[0]) & (side <= SETTINGS.letter[1])
    letter[0] = False
    if letter.sum() < SETTINGS.least:
        return np.zeros((0, 4), np.float32), 0.0
    tall = float(np.median(side[letter]))
    letters = np.where(letter, 255, 0).astype(np.uint8)[labels]
    reach = max(3, round(SETTINGS.gap * tall))
    joined = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    count, _, found, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    x, y, w, h = found[1:count, :4].T.astype(np.float32)
    kept = (w >= SETTINGS.wide * tall) & (w > h) & (h <= SETTINGS.tall * tall) & (h >= SETTINGS.low * tall)
    boxes = np.stack((x, y, x + w, y + h), axis=1)[kept]
    return boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))], tall


def chosen(boxes: Boxes, tall: float) -> list[int]:
    """Which pieces are read: from the top and the fullest row, and, evenly spread, from the left."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    order = np.argsort(middle, kind="stable")
    cuts = np.flatnonzero(np.diff(middle[order]) > SETTINGS.row * tall) + 1
    rows = [row[np.argsort(boxes[row, 0], kind="stable")] for row in np.split(order, cuts)]
    wide = boxes[:, 2] - boxes[:, 0]
    upper = rows[: max(1, len(rows) * 2 // 3)]
    fullest = max(upper, key=lambda row: (len(row), -middle[row[0]]))[1:]
    head = fullest[np.linspace(0, len(fullest) - 1, min(SETTINGS.head, len(fullest))).round().astype(int)].tolist()
    heads = [int(i) for i in order if wide[i] >= SETTINGS.title * tall][: SETTINGS.top]
    start, width = float(boxes[:, 0].min()), float(boxes[:, 2].max() - boxes[:, 0].min())
    first = [int(row[0]) for row in rows if boxes[row[0], 0] <= start + SETTINGS.edge * width and row[0] not in heads]
    spread = np.linspace(0, len(first) - 1, min(SETTINGS.left, len(first))).round().astype(int)
    left = [first[i] for i in spread.tolist()]
    return list(dict.fromkeys([*heads, *head, *left]))


def _upright(picture: Picture, boxes: Boxes, tall: float, scale: float) -> tuple[Picture, Boxes]:
    """A page turned by a quarter, and its boxes, turned on by a half if its longest pieces are read more surely so."""
    long = np.argsort(boxes[:, 0] - boxes[:, 2], kind="stable")[:2]
    crops = [_crop(picture, boxes[i], tall, scale) for i in long]
    both = read_crops([*crops, *(np.ascontiguousarray(np.rot90(crop, 2)) for crop in crops)], "low")
    sure = [reading.confidence for reading in both]
    if sum(sure[: len(crops)]) >= sum(sure[len(crops) :]):
        return picture, boxes
    size = np.asarray([picture.shape[1], picture.shape[0]] * 2, np.float32) / np.float32(scale)
    turned = (size - boxes)[:, [2, 3, 0, 1]]
    return np.rot90(picture, 2), turned[np.lexsort((turned[:, 0], turned[:, 1]))]


def _crop(picture: Picture, box: Boxes, tall: float, scale: float) -> Picture:
    """The crop of a piece, with the margin that the recogniser wants."""
    x0, y0, x1, y1 = box.tolist()
    pad, end = SETTINGS.pad * tall, min(x1, x0 + SETTINGS.share * tall)
    sides = (x0 - pad / 2, y0 - pad, end + pad / 2, y1 + pad)
    x0, y0, x1, y1 = (max(0, round(v * scale)) for v in sides)
    return np.ascontiguousarray(picture[y0:y1, x0:x1])


def what_is_said(readings: Sequence[Reading]) -> list[float] | None:
    """The last two of `NAMES` for what was read; None where that says nothing against a schedule, see `look_again`."""
    texts = [r.text for r in readings if r.confidence >= SETTINGS.sure and len(r.text) > 1]
    longer = [word.lower() in known_words() for text in texts for word in _WORD.findall(text)]
    if len(texts) < SETTINGS.readings or not longer or np.mean(longer) < SETTINGS.known:
        return None
    named = sum(has_activity(text) for text in texts) + sum(has_time(text) for text in texts)
    if named >= SETTINGS.spoken or any(has_schedule_title(text) for text in texts):
        return None
    other = sum("?" in text for text in texts) + sum(bool(p.search(text)) for text in texts for p in _OTHERS)
    return [float(named), min(SETTINGS.most, max(0.0, other / len(texts) - SETTINGS.usual))]
