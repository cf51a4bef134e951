"""`confident`: drop labels that a student trained on the others finds wrong (confident learning, Northcutt
et al. 2021), by cleanlab.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import UNKNOWN, Bools, check_folds, optional, probabilities, same_length
from soesift.evaluate.scores import labels as label_array
from soesift.select.combine import Combined
from soesift.select.rules import Reason, Selection, select


def label_issues(said: ArrayLike, p: ArrayLike, *, filter_by: str = "prune_by_noise_rate") -> Bools:
    """(n,) whether each label 0/1 looks wrong. p: (n,) probability of YES, out of fold.

    Valid only for probabilities of a student that did not see the item (nor another table of its protocol).
    filter_by: cleanlab's method. Nothing is flagged where only one class is labelled: there is nothing to
    confuse.
    """
    same_length(label=said, p=p)
    given, yes = label_array("label", said, unknown=False), probabilities("p", p)
    if len(np.unique(given)) < 2:
        return np.zeros(len(given), bool)
    find = optional("cleanlab.filter", "cleanlab").find_label_issues
    # one process: the arrays are small, and cleanlab's workers cost more than they save
    flagged = find(given, np.column_stack([1 - yes, yes]), filter_by=filter_by, n_jobs=1, min_examples_per_class=0)
    return np.asarray(flagged, bool)


def confident(
    votes: Combined,
    p: ArrayLike,
    protocol: ArrayLike,
    fold: ArrayLike,
    *,
    filter_by: str = "prune_by_noise_rate",
) -> Selection:
    """Keep the items whose label the out-of-fold student does not find wrong.

    p: (n,) student's probability of YES, NaN where it judged nothing (such items are kept). protocol, fold:
    (n,) of the items; LeakingFolds if one protocol lies in two folds.
    """
    same_length(votes=votes.label, p=p, protocol=protocol, fold=fold)
    check_folds(protocol, fold)
    yes = probabilities("p", p, missing=True)
    judged = (votes.label != UNKNOWN) & ~np.isnan(yes)
    wrong = np.zeros(len(yes), bool)
    wrong[judged] = label_issues(votes.label[judged], yes[judged], filter_by=filter_by)
    return select(votes.label, ~wrong, Reason.LABEL_ISSUE)
