"""Fitting the weights with which fragments are joined (`join.group`), on fragments of labelled protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from soesift.classify.judge import CLASSES
from soesift.errors import MissingExtra
from soesift.join.fragment import Fragment
from soesift.join.group import BIAS, WEIGHTS
from soesift.join.pairs import PAIR_NAMES, pair_features
from soesift.train.gold_documents import ReadDocument

SOE, SAMPLING = CLASSES.index("soe"), CLASSES.index("sampling")
STRENGTH = 1.0  # inverse of the L2 penalty


class PairRow(BaseModel):
    """A fragment after those of a labelled table: numbers of PAIR_NAMES, and whether it goes on with it."""

    model_config = ConfigDict(extra="forbid")

    features: list[float]
    goes_on: bool


def pair_rows(document: ReadDocument, gold: Mapping[str, Any]) -> list[PairRow]:
    """A row for each fragment of a labelled table but the first of the document, after the table before it."""
    rows: list[PairRow] = []
    group: list[Fragment] = []
    before: int | None = None
    for fragment, label in zip(document.fragments, document.labels.tolist(), strict=True):
        fragment.soe, fragment.sampling = (
            float(label == CLASSES.index("soe")),
            float(label == CLASSES.index("sampling")),
        )
        table = table_of(fragment, gold) if label > 0 else None
        if table is None:
            continue
        if group:
            rows.append(PairRow(features=pair_features(group, fragment), goes_on=table == before))
        group = [*group, fragment] if table == before else [fragment]
        before = table
    return rows


def table_of(fragment: Fragment, gold: Mapping[str, Any]) -> int | None:
    """The number of the one gold table with rows on the fragment's page; None where there is none, or several."""
    here = [i for i, table in enumerate(gold["soe_tables"]) if fragment.page in table["grid_pages"]]
    return here[0] if len(here) == 1 else None


def fit_joins(rows: Sequence[PairRow], weights: Sequence[float]) -> dict[str, Any]:
    """Logistic regression on the pairs; its weights, the shipped ones, and the share each decides rightly.

    The shipped weights are such a fit, rounded, with those of rare signs set by hand: figures are alike, not bytes.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    x, y = np.array([row.features for row in rows], np.float64), np.array([row.goes_on for row in rows], bool)
    if len(set(y.tolist())) < 2:
        return {"pairs": len(rows), "right_fitted": None, "right_shipped": None, "weights": {}, "bias": None}
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(x, y, sample_weight=np.asarray(weights))
    shipped = x @ np.array([WEIGHTS[name] for name in PAIR_NAMES]) + BIAS > 0
    return {
        "pairs": len(rows),
        "go_on": int(y.sum()),
        "right_fitted": round(float((model.predict(x) == y).mean()), 4),
        "right_shipped": round(float((shipped == y).mean()), 4),
        "weights": dict(zip(PAIR_NAMES, np.round(model.coef_[0], 3).tolist(), strict=True)),
        "shipped": {name: WEIGHTS[name] for name in PAIR_NAMES},
        "bias": round(float(model.intercept_[0]), 3),
    }
