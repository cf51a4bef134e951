"""Belief that a table is SoE, p in [0, 1], from one model's answer (or samples) in one view.

Four sources, best first: log-probabilities of the answer token, repeated samples, one sample, a spoken
confidence. "Unsure" counts one half. What cannot be read becomes a belief of NaN with a typed reason, never
a silent zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import Floats, ShapeError, ValueRangeError

Answer = Literal["yes", "no", "unsure"]

# first tokens that tokenizers make of YES, NO and UNSURE, after `plain`
YES = frozenset({"yes", "ye", "y"})
NO = frozenset({"no", "n"})
UNSURE = frozenset({"unsure", "uns", "unsur"})
OFF_LABEL_LIMIT = 0.5
# punctuation, and the marks of a leading blank or line break in vocabularies
EDGES = " \t\r\n.,:;!*_#'\"`()[]{}<>\u2581\u0120\u010a"


class Failure(StrEnum):
    """Why an answer gives no belief."""

    NO_ANSWER = "no_answer"  # nothing was asked, or nothing came back
    UNPARSABLE = "unparsable"  # neither YES, NO nor UNSURE could be read
    OFF_LABEL = "off_label"  # more than half of the probability lies on other tokens
    BAD_LOGPROBS = "bad_logprobs"  # above 0, NaN, or their probabilities sum to more than 1
    BAD_CONFIDENCE = "bad_confidence"  # not a number within its scale


class Belief(NamedTuple):
    """p: in [0, 1], NaN with a `failure`. off_label: probability on other tokens, NaN where unknown."""

    p: float
    off_label: float = math.nan
    failure: Failure | None = None


def failed(reason: Failure, off_label: float = math.nan) -> Belief:
    return Belief(math.nan, off_label, reason)


def plain(token: str) -> str:
    """A token as compared with the variants: no blanks or punctuation around it, lower case."""
    return token.strip(EDGES).casefold()


def from_logprobs(
    logprobs: Mapping[str, float] | Sequence[tuple[str, float]],
    *,
    yes: frozenset[str] = YES,
    no: frozenset[str] = NO,
    unsure: frozenset[str] = UNSURE,
) -> Belief:
    """Belief from the natural log-probabilities of the tokens offered at the position of the label.

    p = (YES + UNSURE / 2) / (YES + NO + UNSURE), each the summed probability of its variants; `off_label` is
    all the rest, including tokens the provider did not list. Refused (OFF_LABEL) where that exceeds one half.
    The variants are first tokens: if the answer has several, give the position of its first.
    """
    mass, off_label, failure = mass_on(logprobs, (yes, no, unsure))
    if failure is not None:
        return failed(failure, off_label)
    return Belief((mass[0] + mass[2] / 2) / sum(mass), off_label)


def mass_on(
    logprobs: Mapping[str, float] | Sequence[tuple[str, float]], variants: Sequence[frozenset[str]]
) -> tuple[list[float], float, Failure | None]:
    """Summed probability of each set of variants, that of all other tokens, and why it gives no belief (None)."""
    pairs = list(logprobs.items() if isinstance(logprobs, Mapping) else logprobs)
    if not pairs:
        return [], math.nan, Failure.NO_ANSWER
    chances = [math.exp(value) if value <= 1e-6 else math.nan for _, value in pairs]
    if not sum(chances) <= 1.01:  # a little above 1 is rounding; NaN fails here too
        return [], math.nan, Failure.BAD_LOGPROBS
    words = [plain(token) for token, _ in pairs]
    mass = [sum(c for c, word in zip(chances, words, strict=True) if word in s) for s in variants]
    off_label = max(0.0, 1.0 - sum(mass))
    return mass, off_label, Failure.OFF_LABEL if off_label > OFF_LABEL_LIMIT else None


def from_samples(answers: Sequence[Answer | None]) -> Belief:
    """p = (yes + 1/2) / (S + 1) over the S answers that could be read; None is one that could not."""
    if not answers:
        return failed(Failure.NO_ANSWER)
    read = [answer for answer in answers if answer is not None]
    if not read:
        return failed(Failure.UNPARSABLE)
    return Belief((sum(map(_worth, read)) + 0.5) / (len(read) + 1))


def from_one(answer: Answer | None) -> Belief:
    """One sample without log-probabilities: 3/4, 1/4, or 1/2 for "unsure" (`from_samples` with S = 1)."""
    return from_samples([answer])


def from_confidence(answer: Answer | None, confidence: float | None, *, scale: float = 100) -> Belief:
    """Belief from a confidence that the model states with its answer, 0 to `scale`.

    Without a confidence it is `from_one`. A confidence below one half contradicts the answer given with it
    and counts as unsure, 1/2. Spoken confidences are crude and rarely calibrated: fit `rules.soft` before
    use as probabilities.
    """
    if answer is None or confidence is None:
        return from_one(answer)
    share = confidence / scale
    if not 0 <= share <= 1:
        return failed(Failure.BAD_CONFIDENCE)
    if answer == "unsure":
        return Belief(0.5)
    certain = max(share, 0.5)
    return Belief(certain if answer == "yes" else 1 - certain)


def _worth(answer: Answer) -> float:
    values = {"yes": 1.0, "unsure": 0.5, "no": 0.0}
    if answer not in values:
        raise ValueRangeError(f"answer is {answer!r}: give 'yes', 'no', 'unsure' or None")
    return values[answer]


def from_counts(yes: ArrayLike, no: ArrayLike, unsure: ArrayLike = 0) -> Floats:
    """`from_samples` on arrays of counts of one shape; NaN where nothing could be read."""
    y, n, u = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (yes, no, unsure)))
    total = y + n + u
    return np.asarray(np.where(total > 0, (y + u / 2 + 0.5) / (total + 1), np.nan))


def table(rows: Sequence[Sequence[Belief]]) -> tuple[Floats, list[list[Failure | None]]]:
    """Beliefs of n items by v views -> p (n, v) with NaN, and the reason for each NaN."""
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise ShapeError(f"rows have {min(widths)} to {max(widths)} beliefs: give one a view, failed ones too")
    p = np.array([[belief.p for belief in row] for row in rows], np.float64).reshape(len(rows), max(widths, default=0))
    return p, [[belief.failure for belief in row] for row in rows]
