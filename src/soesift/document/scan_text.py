"""Lines of text in a picture with PP-OCR's models, from RapidOCR's wheel: where they are and what they say."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

import soesift
from soesift.document.scan_nets import (
    Net,
    at_height,
    cut_classes,
    kept_classes,
    metadata,
    net,
    quick_core,
    without_subnormals,
)
from soesift.errors import UsageError

Picture = NDArray[np.uint8]  # (h, w, 3) RGB
HEIGHT = 48  # pixels: the recogniser's input height
LOW = 32  # pixels: the height at which a quick reading sees a line
WIDE = 1.3  # times as wide it sees it, as letters must not be narrower than the net's steps
STEP = 8  # pixels of its input for each of its outputs
STEPS = 3  # bits of a width that are told apart where the nets are made anew for each width, which takes .07 s
NARROWEST = 48  # pixels: narrower crops are padded to this
WIDEST = 2400  # pixels of one recogniser input
BATCH = 8
SIDES = 32  # pixels: the detector's input is a multiple of this
TEXT = 0.3  # of certainty: a pixel of a line
LINE = 0.5  # mean certainty within a line
LEAST = 3.0  # pixels of the detector's map: the thinnest line
GROW = 1.6  # how far a line is grown back, as the detector was trained
_SPARE = 0.25  # of a batch's width may be padding
_LEVELS = np.arange(256, dtype=np.float32) / np.float32(127.5) - np.float32(1)


@dataclass(slots=True)
class Reading:
    """What a crop says, without spaces at its ends.

    centres: (n,) position of each character along the crop, 0 (left) to 1. raised, lifted: so many characters at its
    end and at its start are raised.
    sure: (n,) confidence of each character; empty for signs that are told by their shape.
    faint: (n + 1,) the small letter heard best, though not written down, before each character and after the last,
    and how surely; empty where that was not asked.
    """

    text: str
    confidence: float
    centres: NDArray[np.float32]
    raised: int = 0
    lifted: int = 0
    sure: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    faint: tuple[str, NDArray[np.float32]] = field(default_factory=lambda: ("", np.zeros(0, np.float32)))


def weights(part: Literal["det", "rec"]) -> Path | None:
    """A model in the wheel of `rapidocr`, None if absent; that code, which could download, is never loaded."""
    found = find_spec("rapidocr")
    folders = [] if found is None else found.submodule_search_locations or []
    files = sorted(file for folder in folders for file in Path(folder, "models").glob(f"*_{part}_*.onnx"))
    return files[-1] if files else None


def without_ocr() -> str:
    """Why pictures cannot be read here, with what to do; empty where they can."""
    if find_spec("cv2") and weights("det") and weights("rec"):
        return ""
    return "rapidocr, which brings what reads pictures, is not installed; run: pip install 'rapidocr>=3.10,<4'"


Part = Literal["det", "rec", "low"]  # detector; recogniser; the same for quick readings


@lru_cache(maxsize=3)
def _net(part: Part) -> Net:
    """A model, opened once."""
    file = weights("det")
    if file is None:
        raise UsageError(f"{without_ocr()}, or use --ocr never")
    # the recogniser is a fifth faster with an arena; pages differ in size, and the detector's would keep each
    model = file.read_bytes() if part == "det" else _recogniser(part)[0]
    return net(without_subnormals(model), arena=part != "det")


@lru_cache(maxsize=2)
def _recogniser(part: Part = "rec") -> tuple[bytes, list[str], int]:
    """The recogniser's model, its characters by class, and the height of its input in pixels.

    Class 0 is none, the last a space; no ideographs. Another build of the model is taken as it is: it reads the same,
    only slower.
    """
    file = weights("rec")
    if file is None:
        raise UsageError(f"{without_ocr()}, or use --ocr never")
    data, high = file.read_bytes(), HEIGHT
    every = ["", *metadata(data)["character"].splitlines(), " "]
    kept = kept_classes(every)
    if part == "low":
        with suppress(ValueError):
            data, high = at_height(data, HEIGHT, LOW), LOW
    try:
        return cut_classes(data, len(every), kept), [every[index] for index in kept], high
    except ValueError:
        return data, every, high


def _run(part: Part, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    return _net(part)(inputs)


def detect_lines(picture: Picture, longest: int) -> NDArray[np.float32]:
    """(n, 4) boxes of text lines in pixels by PP-OCR's detector, which sees at most `longest` pixels a side."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    sides = [max(SIDES, round(scale * side / SIDES) * SIDES) for side in (width, height)]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(picture, sides, interpolation=method), np.uint8)
    likely = _run("det", _centred(small)[None])[0, 0]
    boxes = text_boxes(likely) * np.asarray([width / sides[0], height / sides[1]] * 2, np.float32)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    return boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))].astype(np.float32)


def _centred(picture: Picture) -> NDArray[np.float32]:
    """(3, h, w) levels between -1 and 1, blue first, as the models were trained."""
    import cv2

    return np.stack([np.asarray(cv2.LUT(channel, _LEVELS), np.float32) for channel in cv2.split(picture)[::-1]])


def text_boxes(likely: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 4) boxes [x0, y0, x1, y1] around the text in an (h, w) map of how likely each pixel is text.

    Differentiable binarization (Liao et al. 2020): the map shows shrunken lines, which are grown back by their
    area over their circumference.
    """
    import cv2

    inside = cv2.dilate((likely > TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours:
        centre, (wide, high), turn = cv2.minAreaRect(contour)
        if min(wide, high) < LEAST or _inner_mean(likely, cv2.boxPoints((centre, (wide, high), turn))) < LINE:
            continue
        grow = 2 * GROW * wide * high / (2 * (wide + high))
        corners = cv2.boxPoints((centre, (wide + grow, high + grow), turn))
        boxes.append(np.concatenate([corners.min(axis=0), corners.max(axis=0)]))
    return np.asarray(boxes, np.float32).reshape(-1, 4)


def _inner_mean(likely: NDArray[np.float32], corners: Any) -> float:
    """Mean of the map within a turned rectangle, (4, 2) corners."""
    import cv2

    height, width = likely.shape
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [width - 1, height - 1])
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [width - 1, height - 1])
    mask = np.zeros((high[1] - low[1] + 1, high[0] - low[0] + 1), np.uint8)
    cv2.fillPoly(mask, (corners - low).reshape(1, -1, 2).astype(np.int32), 1)
    return float(cv2.mean(likely[low[1] : high[1] + 1, low[0] : high[0] + 1], mask)[0])


def read_crops(crops: list[Picture], part: Part = "rec") -> list[Reading]:
    """What each crop (one upright line) says, in order; similar widths are read together. part: "low" reads quickly."""
    widths = [_width(crop, _recogniser(part)[2]) for crop in crops]
    order = sorted(range(len(crops)), key=lambda i: (widths[i], i))
    readings: list[Reading] = [Reading("", 0.0, np.zeros(0, np.float32))] * len(crops)
    for batch in _batches(order, widths):
        some = [crops[i] for i in batch]
        for index, reading in zip(batch, _read(some, widths[batch[-1]], part), strict=True):
            readings[index] = reading
    return readings


def _width(crop: Picture, high: int) -> int:
    height, width = crop.shape[:2]
    scaled = int(np.ceil(width * _wide(high) / max(1, height)))
    step = STEP if quick_core() is None else max(STEP, 1 << max(0, scaled.bit_length() - STEPS))
    return int(np.clip(-(-scaled // step) * step, NARROWEST, WIDEST))


def _wide(high: int) -> float:
    """Pixels of the recogniser's input, `high` pixels high, in which a square is wide."""
    return high * (WIDE if high == LOW else 1.0)


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


def _read(crops: list[Picture], width: int, part: Part) -> list[Reading]:
    _, characters, high = _recogniser(part)
    inputs = np.zeros((len(crops), 3, high, width), np.float32)
    used = []
    for place, crop in enumerate(crops):
        filled = _fit(crop, width, high)
        inputs[place, :, :, : filled.shape[1]] = _centred(filled)
        used.append(filled.shape[1])
    small = np.asarray([characters.index(letter) for letter in ascii_lowercase])
    return [_decode(row, characters, small, width / used[i]) for i, row in enumerate(_run(part, inputs))]


def _fit(crop: Picture, width: int, high: int) -> Picture:
    """A crop at the recogniser's height, at most `width` wide."""
    import cv2

    height, given = crop.shape[:2]
    scaled = int(np.clip(np.ceil(given * _wide(high) / max(1, height)), 1, width))
    method = cv2.INTER_AREA if height > high else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (scaled, high), interpolation=method), np.uint8)


def _decode(scores: NDArray[np.float32], characters: list[str], small: NDArray[np.intp], stretch: float) -> Reading:
    """Greedy CTC decoding (Graves et al. 2006): repeats are one character, class 0 is none.

    scores: (t, c) probabilities; small: (26,) classes of the small letters; stretch: width of the padded input over
    the crop's share of it.
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
    sure = scores[starts, best[starts]].astype(np.float32)
    kept = slice(first, max(first, last))
    heard, how = _faint(scores, best, starts, small)
    faint = heard[first : last + 1], how[first : last + 1]
    return Reading(text[first:last], float(sure.mean()), np.minimum(centres, 1)[kept], sure=sure[kept], faint=faint)


def _faint(
    scores: NDArray[np.float32], best: NDArray[np.intp], starts: NDArray[np.intp], places: NDArray[np.intp]
) -> tuple[str, NDArray[np.float32]]:
    """For each gap before, between and after the characters read, the small letter that scores best in its steps.

    places: (26,) classes of the small letters. A neighbour's own letter is left out: it is heard beside its place, too.
    """
    quiet = scores[:, places] * (best == 0)[:, None]
    gap = np.searchsorted(starts, np.arange(len(best)), side="right")  # of each step; of blanks alone it matters
    sides = np.concatenate([[0], best[starts], [0]])
    quiet[(places == sides[gap][:, None]) | (places == sides[gap + 1][:, None])] = 0
    most = np.zeros((len(starts) + 1, len(places)), np.float32)
    np.maximum.at(most, gap, quiet)
    return "".join(ascii_lowercase[i] for i in most.argmax(axis=1)), most.max(axis=1)


# Words that a reader of pictures got wrong by a letter it was unsure of, or by two letters that run into one.

FIELD_WORDS = Path(__file__).with_name("field_words.toml")
TOKENIZER = Path(soesift.__file__).parent / "models" / "default" / "tokenizer.json"
KNOWN_FROM = 3  # letters of a word that can be known
LEAST_LETTERS = 4  # letters of a word that is mended; shorter ones are too like one another
UNSURE = 0.97  # certainty below which a letter may be another: those that are right mostly have 1
MENDED = 0.75  # how sure a letter is that was put in
GUESSED = 0.4  # the same where nothing but the word speaks for it: the witness doubts it
LONG = 6  # letters of a word that gets a letter by guess
THIN = "il"
ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""))
BEGINNINGS = ("pre", "post", "non", "re", "un", "anti", "bio", "micro", "immuno", "hemo")
FAINT = 0.02  # of certainty: a letter that was heard and not written down
RUN_INTO = {
    "m": ("rn", "rm"),
    "rn": ("m",),
    "h": ("in",),
    "f": ("ti",),
}  # however sure the reader is; not d and cl: "Dosing" is a word
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    """Words of English and their places in the vocabulary of the shipped student (empty without it), which begins with
    the commonest."""
    try:
        return dict(json.loads(TOKENIZER.read_bytes())["model"]["vocab"])
    except (OSError, ValueError, KeyError):
        return {}


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Words of English, as the tokenizer of the shipped student has them (none without it), and of trials."""
    words = [*_places(), *tomllib.loads(FIELD_WORDS.read_text("utf-8"))["words"].split()]
    return frozenset(word for word in words if word.isalpha() and len(word) >= KNOWN_FROM)


def mend_words(reading: Reading) -> None:
    """Put known words in the place of unknown ones, in place, where just one is meant by what the reader was unsure of.

    Raised signs are left alone, and the last letter of a word, which may be one.
    """
    if len(reading.sure) != len(reading.text):
        return
    plain = reading.text[: len(reading.text) - reading.raised]
    for match in reversed(list(_WORD.finditer(plain, reading.lifted))):
        word = match.group()
        if len(word) < LEAST_LETTERS or word.isupper() or word.lower() in known_words():
            continue
        if len(word.lower()) != len(word):  # "İ" has two small signs
            continue
        here = slice(match.start(), match.end())
        found = set(_others(word.lower(), reading.sure[here].tolist()))
        found |= set(_with_faint(word, match.start(), reading))
        sure = MENDED if found else GUESSED
        found = found or set(_with_thin(word))
        if len({made for made, *_ in found}) == 1:
            _replace(reading, match.start(), *min(found, key=lambda one: one[1]), sure)


def _others(word: str, sure: list[float]) -> list[tuple[str, int, int, int]]:
    """Known words that another may be: the word, and where how many letters became how many."""
    changes = [
        (word[:at] + new + word[at + len(old) :], at, len(old), len(new))
        for old, news in RUN_INTO.items()
        for at in range(len(word))
        if word.startswith(old, at)
        for new in news
    ]
    for at in range(len(word) - 1):
        if sure[at] < UNSURE:
            changes += [(word[:at] + new + word[at + 1 :], at, 1, 1) for new in ascii_lowercase]
            changes += [(word[:at] + new + word[at:], at, 0, 1) for new in ascii_lowercase if at]
            changes += [(word[: at + 1] + new + word[at + 1 :], at + 1, 0, 1) for new in ascii_lowercase]
    return [change for change in changes if change[0] in known_words()]


def _with_faint(word: str, start: int, reading: Reading) -> Iterator[tuple[str, int, int, int]]:
    """Known words that another is with one letter more, heard faintly just there: thin ones get lost."""
    letters, how = reading.faint
    if len(letters) != len(reading.text) + 1:  # what was read anew has none
        return
    for at in _gaps(word):
        if how[start + at] >= FAINT and (made := _with(letters[start + at], word, at)) in known_words():
            yield made, at, 0, 1


def _with_thin(word: str) -> Iterator[tuple[str, int, int, int]]:
    """Known long words that another is with one thin letter more: on grey paper these are lost without a trace."""
    for at in _gaps(word) if len(word) >= LONG else ():
        for letter in THIN:
            if (made := _with(letter, word, at)) in known_words():
                yield made, at, 0, 1


def is_familiar(word: str) -> bool:
    """Whether a word in small letters is known, or a form of a known one ("sampled", "prestudy")."""
    known = known_words()
    stems = [word]
    stems += [word[: -len(end)] + more for end, more in ENDINGS if word.endswith(end)]
    stems += [word[len(start) :] for start in BEGINNINGS if word.startswith(start)]
    return any(stem in known for stem in stems)


def commoner_word(word: str, times: float) -> str:
    """The known word that a known one in small letters is with a thin letter more, and that is `times` as common or
    more ("general" for "genera"); empty where there is none."""
    places = _places()
    made = [_with(letter, word, at) for at in _gaps(word) for letter in THIN] if word in places else []
    return next((one for one in made if one in places and places[one] * times < places[word]), "")


def _gaps(word: str) -> range:
    """Where a small letter may be lost: not before a capital."""
    return range(int(word[0].isupper()), len(word) + 1)


def _with(letter: str, word: str, at: int) -> str:
    return (word[:at] + letter + word[at:]).lower()


def _replace(reading: Reading, start: int, word: str, at: int, old: int, new: int, sure: float) -> None:
    first, last = start + at, start + at + old
    letters = word[at : at + new]
    if old and reading.text[first].isupper():
        letters = letters[0].upper() + letters[1:]
    reading.text = reading.text[:first] + letters + reading.text[last:]
    heard, how = reading.faint
    if len(heard) == len(reading.centres) + 1:  # what is heard beside the new letters is not known
        how = np.concatenate([how[:first], np.zeros(new + 1, np.float32), how[last + 1 :]])
        reading.faint = heard[:first] + letters[:1] * (new + 1) + heard[last + 1 :], how
    known = reading.centres
    ends = known[max(0, first - 1)], known[min(len(known) - 1, last)]
    low, high = (known[first], known[last - 1]) if old else ends
    places = np.linspace(low, high, new + 2)[1:-1] if new > old else np.full(new, low)
    reading.centres = np.concatenate([known[:first], places, known[last:]]).astype(np.float32)
    reading.sure = np.concatenate([reading.sure[:first], np.full(new, sure), reading.sure[last:]]).astype(np.float32)
