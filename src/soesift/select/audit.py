"""The two pots of human labels: `audit` (random: it certifies and calibrates) and `repair` (least confident:
it trains). They never share an item, and repair rows can never certify.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.errors import UsageError
from soesift.evaluate.arrays import Bools, Floats, Ints, ValueRangeError, same_length, vector

SHINGLE = 3  # words
ALIKE = 0.8  # Jaccard similarity of shingles from which on two tables are near-duplicates


class RepairRowsCertify(UsageError):
    """Rows chosen for repair were given as audit: they were not drawn at random, so they certify nothing."""


class AuditDraw(NamedTuple):
    """items: (m,) indices drawn, sorted. stratum: (m,) their stratum. chance: (m,) probability of having been
    drawn.

    frame: (n,) stratum in which each item could have been drawn, -1 for none: what the audit speaks for.
    """

    items: Ints
    stratum: Ints
    chance: Floats
    frame: Ints


class RepairDraw(NamedTuple):
    """items: (m,) indices drawn, least confident first. duplicates: item passed over -> the drawn one it
    repeats.
    """

    items: Ints
    duplicates: dict[int, int]


def strata(label: ArrayLike, agree: ArrayLike) -> Ints:
    """(n,) stratum of each item: 0 and 1 agreed NO and YES, 2 views disagree or one is missing, -1 no
    belief.
    """
    same_length(label=label, agree=agree)
    said = np.asarray(label, np.int64)
    return np.where(said < 0, -1, np.where(np.asarray(agree, bool), said, 2))


def draw_audit(stratum: ArrayLike, counts: Mapping[int, int], *, seed: int, exclude: ArrayLike = ()) -> AuditDraw:
    """Draw counts[c] items of each stratum c at random without replacement; a stratum smaller than that is
    drawn whole. stratum: (n,) ints, see `strata`. exclude: indices that already are in the repair pot.

    Certification needs strata 0 and 1; a few of stratum 2 let the soft rule calibrate on disagreements too.
    With `exclude`, the draw is random among the remaining items only, and certifies only those.
    """
    groups = np.asarray(stratum, np.int64)
    free = mask(len(groups), exclude, invert=True)
    rng = np.random.default_rng(seed)
    parts = []
    for c in sorted(counts):
        if counts[c] < 0 or c < 0:
            raise ValueRangeError(f"stratum {c} asks for {counts[c]} items: give a stratum and a count of 0 or more")
        pool = np.flatnonzero((groups == c) & free)
        drawn = rng.choice(pool, size=min(counts[c], len(pool)), replace=False)
        parts.append((drawn, np.full(len(drawn), len(drawn) / max(1, len(pool)))))
    index = np.concatenate([np.zeros(0, np.int64), *(drawn for drawn, _ in parts)])
    chance = np.concatenate([np.zeros(0), *(p for _, p in parts)])
    order = np.argsort(index)
    frame = np.where(free & np.isin(groups, list(counts)), groups, -1)
    return AuditDraw(index[order], groups[index[order]], chance[order], frame)


def draw_repair(
    confidence: ArrayLike, texts: Sequence[str], size: int, *, exclude: ArrayLike = (), alike: float = ALIKE
) -> RepairDraw:
    """Choose `size` items, least confident first, passing over near-duplicates of those already chosen.

    confidence: (n,) e.g. |z|, NaN (no belief) counts as least confident; texts: n table texts; exclude:
    indices of the audit pot. Fewer are returned where nothing else is left.
    """
    same_length(confidence=confidence, texts=np.asarray(texts, object))
    sure = np.nan_to_num(vector("confidence", confidence), nan=-1.0)
    free = mask(len(sure), exclude, invert=True)
    chosen: list[int] = []
    seen: list[frozenset[int]] = []
    duplicates: dict[int, int] = {}
    for item in np.argsort(sure, kind="stable").tolist():
        if len(chosen) >= size:
            break
        if not free[item]:
            continue
        pieces = shingles(texts[item])
        twin = next((c for c, other in zip(chosen, seen, strict=True) if jaccard(pieces, other) >= alike), None)
        if twin is not None:
            duplicates[item] = twin
            continue
        chosen.append(item)
        seen.append(pieces)
    return RepairDraw(np.array(chosen, np.int64), duplicates)


def shingles(text: str, width: int = SHINGLE) -> frozenset[int]:
    """Hashes of all runs of `width` words, lower case; of the whole text where it is shorter."""
    words = text.casefold().split()
    return frozenset(hash(tuple(words[i : i + width])) for i in range(max(1, len(words) - width + 1)))


def jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    """Shared over all shingles, 0 to 1."""
    return len(a & b) / len(a | b) if a or b else 1.0


def mask(n: int, index: ArrayLike, *, invert: bool = False) -> Bools:
    """(n,) bool, true at `index`; ValueRangeError where an index lies outside 0..n-1."""
    places = np.asarray(index, np.int64)
    if len(places) and not 0 <= places.min() <= places.max() < n:
        raise ValueRangeError(f"index {places.max()} lies outside the {n} items")
    inside = np.zeros(n, bool)
    inside[places] = True
    return ~inside if invert else inside


def refuse_repair(audit: ArrayLike, repair: ArrayLike) -> None:
    """RepairRowsCertify if the pots share an item (both are indices)."""
    shared = np.intersect1d(np.asarray(audit, np.int64), np.asarray(repair, np.int64))
    if len(shared):
        raise RepairRowsCertify(
            f"{len(shared)} rows (first: {shared[0]}) were chosen for repair and given as audit: "
            "only rows drawn at random certify, so leave them out of the audit"
        )
