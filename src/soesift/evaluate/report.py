"""What `soesift evaluate` says, as numbers: of results against page labels, or of a model against table labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from soesift.errors import UsageError
from soesift.evaluate import marks, pages
from soesift.evaluate.bootstrap import draw, interval, macro_samples, pooled_samples
from soesift.evaluate.calibration import brier, expected_calibration_error
from soesift.evaluate.scores import Floats, Strings, full_shares, macro, per_protocol, pooled

METRICS = ("precision", "recall", "f1", "accuracy")


def of_tables(truth: ArrayLike, p: ArrayLike, protocol: ArrayLike, threshold: float, resamples: int) -> dict[str, Any]:
    """Scores of probabilities p (n,) of YES against truth (n,) 0/1 of tables in protocols (n,).

    Macro over protocols and pooled, each with the 95 % interval of `resamples` draws of protocols; average
    precision, Brier score, calibration error; shares of protocols with full recall and precision (the paper's).
    UsageError without a labelled table.
    """
    known, score = np.asarray(truth, np.int64), np.asarray(p, np.float64)
    names: Strings = np.asarray(protocol, np.str_)
    if not len(known):
        raise UsageError("no labelled table: do the ids of tables and labels come from one run of `soesift tables`?")
    scores = per_protocol(known, (score >= threshold).astype(np.int64), names, score)
    weights = draw(len(scores.protocol), resamples=resamples)
    whole = pooled(known, (score >= threshold).astype(np.int64), score)
    samples = pooled_samples(scores.counts, weights)
    mean = macro(scores)
    return {
        "tables": len(known),
        "schedules": int(known.sum()),
        "protocols": len(scores.protocol),
        "threshold": threshold,
        "macro": {
            m: _with_interval(mean[m], macro_samples(scores.values[:, i], weights)) for i, m in enumerate(METRICS)
        },
        "pooled": {m: _with_interval(whole[m], samples[:, i]) for i, m in enumerate(METRICS)},
        "average_precision": {"macro": mean["average_precision"], "pooled": whole["average_precision"]},
        "brier": brier(known, score),
        "calibration_error": expected_calibration_error(known, score),
        "whole_protocols": full_shares(scores),
    }


def of_results(results: Path, gold: Path, cells: Path | None, resamples: int) -> dict[str, Any]:
    """Page, table and document figures of a folder of results, strict and broad; marks where `cells` is given.

    Raises UsageError as the scorers do.
    """
    found: dict[str, Any] = {}
    for name, broad in (("strict", False), ("broad", True)):
        scored = pages.score_folder(gold, results, broad=broad)
        counts = np.array([s.pages for s in scored.documents.values()])
        found[name] = {
            "summary": scored.summary,
            "page_f1": page_f1(counts, resamples),
            "documents": {d: s.record() for d, s in scored.documents.items()},
            "without_result": scored.without_result,
            "unreadable": scored.unreadable,
            "passed_over": list(scored.passed_over),
        }
    if cells is not None:
        found["marks"] = marks.score_folder(cells, results)._asdict() | {"tables": None}
    return found


def page_f1(counts: Any, resamples: int) -> list[float]:
    """Pooled page F1 with its interval over draws of documents, from counts (d, 3) true, found, hit."""
    weights = draw(len(counts), resamples=resamples)

    def f1(true: Floats, found: Floats, hit: Floats) -> Floats:
        return np.asarray(np.where(true + found > 0, 2 * hit / np.maximum(true + found, 1), 1.0))

    whole = float(f1(*counts.sum(0).astype(np.float64)[:, None])[0])
    return _with_interval(whole, f1(*(weights @ counts).astype(np.float64).T))


def _with_interval(value: float, samples: Floats) -> list[float]:
    """[value, low, high], four digits."""
    return [round(float(x), 4) for x in interval(value, samples)]
