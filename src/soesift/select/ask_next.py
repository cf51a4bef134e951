"""Active learning: which tables to ask a person about next, so that few labels teach much.

Uncertainty sampling (Lewis & Gale 1994): what a model of the labels so far is least sure of, spread over protocols:
the doubtful tables of one protocol are much alike. The labels are no random sample: they may teach, and never certify.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from soesift.errors import UsageError
from soesift.evaluate.scores import Floats, Ints
from soesift.select.by_name import linear_probability


def ask_next(p: Floats, groups: Sequence[str], count: int) -> Ints:
    """Indices of at most `count` tables, most worth asking first, of p (n,) chances of YES and their protocols.

    The table nearest to one half of each protocol, then the second of each, and so on. NaN is never asked about.
    """
    order = sorted(np.flatnonzero(~np.isnan(p)).tolist(), key=lambda i: (abs(p[i] - 0.5), i))
    taken: Counter[str] = Counter()
    turn = {}
    for i in order:
        turn[i] = taken[groups[i]]
        taken[groups[i]] += 1
    return np.array(sorted(order, key=lambda i: (turn[i], abs(p[i] - 0.5), i))[:count], np.int64)


def chances(features: Floats, tables: Sequence[str], known: Mapping[str, int]) -> Floats:
    """(n,) P(YES) by a linear model of the tables with a known label, 1 or 0; NaN for those themselves.

    Raises UsageError where the known labels are not of both kinds.
    """
    label = np.array([known.get(table, -1) for table in tables], np.int64)
    learn = label >= 0
    if len(np.unique(label[learn])) < 2:
        raise UsageError("the known labels of these tables are not of both kinds: label a few of each at random first")
    p = linear_probability(features[learn], label[learn].astype(float), np.ones(int(learn.sum())), features)
    return np.where(learn, np.nan, p)
