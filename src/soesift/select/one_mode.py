"""Whether numbers have one mode: the excess mass test (Mueller and Sawitzki 1991), the dip test by another name.

The excess mass of k intervals over a level is the share of the numbers in them less the level times their length, at
its best. Where two intervals do much better than one, there is a gap. How much is chance is told by samples of the flat
distribution, the hardest single group (Hartigan and Hartigan 1985): half the statistic is their dip.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.arrays import Floats

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
