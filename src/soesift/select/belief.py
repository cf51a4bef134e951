"""Belief that a table is SoE, p in [0, 1], from one model's answer (or samples) in one view.

Four sources, best first: log-probabilities of the answer token, repeated samples, one sample, a spoken
confidence. "Unsure" counts one half. What cannot be read becomes a belief of NaN with a typed reason, never
a silent zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import Floats, ShapeError, ValueRangeError
from soesift.select.combine import beliefs_array, logit

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


# Beliefs of a teacher that leans one way, moved to where its answers part: without any label.
#
# Small language models say YES (or NO) to nearly everything, while their log-probabilities still order the tables.
# Per column, the logits z are taken for a mixture of two normal distributions with one variance (tables that are a
# schedule, and others). The posterior of the upper one is the new belief:
#
#     logit p = (m1 - m0) / s^2 * (z - (m0 + m1) / 2) + log(w1 / w0)
#
# with means m0 < m1, variance s^2 and weights w0, w1 (linear discriminant analysis with unknown classes; in the
# spirit of Zhao et al. 2021, "Calibrate before use", arXiv 2102.09690, which moves by a content-free prompt instead).

# Whether numbers have one mode: the excess mass test (Mueller and Sawitzki 1991), the dip test by another name.
#
# The excess mass of k intervals over a level is the share of the numbers in them less the level times their length, at
# its best. Where two intervals do much better than one, there is a gap. How much is chance is told by samples of the
# flat distribution, the hardest single group (Hartigan and Hartigan 1985): half the statistic is their dip.

SAMPLES = 300  # flat samples: a p value of .05 then has a standard error of .013
LEVELS = np.geomspace(0.05, 20, 40)  # densities, as multiples of that of a flat group over the same range
MOST = 500  # numbers in a flat sample; of more, its excess is scaled by the root of their number


def one_mode(x: ArrayLike, *, samples: int = SAMPLES, seed: int = 0) -> float:
    """P value of "x (n,) has one mode", in (0, 1]; equal numbers are spread over the gaps beside them."""
    values = _spread(np.sort(np.asarray(x, np.float64)))
    if len(values) < 4 or values[-1] <= values[0]:
        return 1.0
    size = min(len(values), MOST)
    chance = excess(np.sort(np.random.default_rng(seed).random((samples, size)), 1)) * np.sqrt(size / len(values))
    return float((1 + (chance >= excess(values[None])[0] - 1e-12).sum()) / (samples + 1))


def one_shape(x: ArrayLike) -> float:
    """Lowest BIC of x (n,) as one group: normal, skewed either way, flat, peaked, or with a long tail."""
    import warnings

    from scipy import stats

    values = np.asarray(x, np.float64)
    found = [-2 * float(stats.norm.logpdf(values, *stats.norm.fit(values)).sum()) + 2 * np.log(len(values))]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for law, data in _shapes(stats, values):
            try:
                found.append(-2 * float(law.logpdf(data, *law.fit(data)).sum()) + 3 * np.log(len(values)))
            except (ValueError, RuntimeError, FloatingPointError):
                continue  # a law that these numbers cannot have
    return float(min(b for b in found if np.isfinite(b)))


def _shapes(stats: Any, x: Floats) -> list[tuple[Any, Floats]]:
    """Laws of three numbers, with the numbers as they are and turned round."""
    both = [(law, data) for law in (stats.gamma, stats.lognorm, stats.weibull_min) for data in (x, -x)]
    return [(stats.skewnorm, x), (stats.gennorm, x), *both]


def excess(values: Floats) -> Floats:
    """(m,) how much two intervals hold more than one, over the level where that is most; values: (m, n), sorted."""
    m, n = values.shape
    width = (values[:, -1] - values[:, 0])[:, None]
    gaps = np.diff(values, axis=1) / width
    cost = LEVELS[None, :]
    one_open = np.full((m, len(LEVELS)), 1 / n)  # the best interval that ends here
    one_best, two_open, two_best = one_open.copy(), one_open.copy(), one_open.copy()
    for i in range(1, n):
        drop = cost * gaps[:, i - 1 : i]
        two_open = np.maximum(two_open - drop, one_best) + 1 / n
        one_open = np.maximum(one_open - drop, 0) + 1 / n
        one_best, two_best = np.maximum(one_best, one_open), np.maximum(two_best, two_open)
    return np.asarray((two_best - one_best).max(1))


def _spread(values: Floats) -> Floats:
    """Sorted numbers, runs of equal ones spread between the middles of the gaps beside them."""
    single, start, count = np.unique(values, return_index=True, return_counts=True)
    if len(single) < 2:
        return values
    middle = (single[1:] + single[:-1]) / 2
    low, high = np.append(single[0], middle), np.append(middle, single[-1])
    out = values.copy()
    for at, size, a, b in zip(start.tolist(), count.tolist(), low.tolist(), high.tolist(), strict=True):
        if size > 1:
            out[at : at + size] = a + (b - a) * (np.arange(size) + 0.5) / size
    return np.asarray(np.sort(out))


FEWEST = 20  # beliefs of a column below which nothing is moved
LEAST_VALUES = 8  # different logits: spoken confidences and single answers have fewer, and are left alone
APART = 2.0  # Ashman's D from which two groups of one spread count as two; below it their sum has one mode
SMALLEST = 0.02  # share of the tables that the smaller group must hold: fewer are strays, not a class
CLEARLY = 10.0  # BIC by which two normals must beat every single group, skewed and flat ones too (very strong evidence)
ONE_MODE = 0.05  # p value of "the logits have one mode" from which they are left alone


class Parting(NamedTuple):
    """Of one column: logit p = slope * (z - place); where `moved` is False, `why` says so."""

    place: float
    slope: float
    moved: bool
    why: str = ""


def stays(why: str) -> Parting:
    """Beliefs left as they are."""
    return Parting(0.0, 1.0, False, why)


def parting(z: ArrayLike) -> Parting:
    """Where the logits z (n,) part into two groups, NaN left out; `stays` where they do not, or are too few.

    That a mixture of two normals fits better than one says only that the logits are not normal: a skewed or flat single
    group does so too. So they must also be apart (Ashman's D), both hold a share, and either the gap between them is
    deeper than a single group's chance gaps (`one_mode`), or no single group of any shape fits nearly as well
    (`one_shape`).
    """
    x = np.asarray(z, np.float64)
    x = x[~np.isnan(x)]
    if len(x) < FEWEST or len(np.unique(x)) < LEAST_VALUES:
        return stays("too few beliefs, or too few different ones")
    from sklearn.mixture import GaussianMixture

    one, two = (GaussianMixture(k, covariance_type="tied", n_init=5, random_state=0).fit(x[:, None]) for k in (1, 2))
    if two.bic(x[:, None]) >= one.bic(x[:, None]):
        return stays("one group fits as well as two")
    low, high = np.argsort(two.means_[:, 0])
    apart, variance = float(two.means_[high, 0] - two.means_[low, 0]), float(two.covariances_[0, 0])
    if apart < APART * np.sqrt(variance) or two.weights_.min() < SMALLEST:
        return stays(f"no two groups apart (D {apart / np.sqrt(variance):.1f}, smaller {two.weights_.min():.1%})")
    if (chance := one_mode(x)) >= ONE_MODE and two.bic(x[:, None]) > one_shape(x) - CLEARLY:
        return stays(f"no gap between two groups (p {chance:.2f} for a single one)")
    slope = apart / variance
    odds = float(np.log(two.weights_[high] / two.weights_[low]))
    # rounded, or the last bits of a parallel sum would make a resumed study take its own results for others'
    return Parting(round(float(two.means_.mean()) - odds / slope, 4), round(slope, 4), True)


def recentred(beliefs: ArrayLike) -> tuple[Floats, list[Parting]]:
    """Beliefs (n, v) moved column by column, and how; NaN stays NaN. Raises as `beliefs_array` does."""
    z = logit(beliefs_array(beliefs))
    moves = [parting(column) for column in z.T]
    place, slope = np.array([[m.place, m.slope] for m in moves]).T
    return np.asarray(1 / (1 + np.exp(-slope * (z - place)))), moves
