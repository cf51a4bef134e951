"""Labels that a third witness confirms: a student that learnt from the agreed labels of other protocols only.

Two views of one teacher err together; a student that reads counted features of the table, and never saw its
protocol, errs otherwise. No human label is used, so an audit may certify what is left (`certified_confirmed`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.scores import UNKNOWN, ValueRangeError, probabilities, same_length
from soesift.select.combine import Combined
from soesift.select.rules import Reason, Selection, select

SURE = 0.8  # probability from which `self_trained` takes the student's word, on either side


def confirm(votes: Combined, p: ArrayLike, *, sure: float = 0.5) -> Combined:
    """The votes, agreed only where the student gives their label more than `sure`.

    p: (n,) student's P(YES), out of fold by protocol; NaN where it judged nothing (such items are not confirmed).
    sure: in [0.5, 1); more keeps less, and lets fewer orders in a document through.
    """
    same_length(votes=votes.label, p=p)
    if not 0.5 <= sure < 1:
        raise ValueRangeError(f"sure is {sure}: give at least 0.5 and less than 1")
    yes = probabilities("p", p, missing=True)
    said = np.select([yes > sure, 1 - yes >= sure], [1, 0], UNKNOWN)  # NaN: neither
    return votes._replace(agree=votes.agree & (said == votes.label))


def confirmed(votes: Combined, p: ArrayLike, *, sure: float = 0.5) -> Selection:
    """Keep agreed labels that the student confirms. p and sure as in `confirm`."""
    agreed = confirm(votes, p, sure=sure).agree
    return select(votes.label, agreed, np.where(votes.agree, Reason.UNCONFIRMED, Reason.DISAGREE))


def self_trained(p: ArrayLike, *, sure: float = SURE) -> Selection:
    """The student's own labels, where P(YES) is at least `sure` on one side; the teacher's are left aside.

    p: (n,) as in `confirm`. Items between are not kept.
    """
    yes = probabilities("p", p, missing=True)
    judged = ~np.isnan(yes)
    said = np.where(judged, yes > 0.5, UNKNOWN)
    return select(said, judged & (np.abs(yes - 0.5) >= sure - 0.5), Reason.UNSURE)
