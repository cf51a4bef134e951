"""What is reported each time labels are selected: coverage and error per class with exact intervals, the
share of true YES kept, the class balance, the confusion of teacher against reference, the error correlation,
and the cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from soesift.evaluate.bootstrap import NOTHING, Share, clopper_pearson, exact_share, weighted_share
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, ValueRangeError, optional, same_length, vector
from soesift.evaluate.scores import labels as label_array
from soesift.files import write_atomically
from soesift.select.agreement import Phi, kept_error, kept_share
from soesift.select.rules import Selection

CLASSES = ("NO", "YES")


class Cost(NamedTuple):
    """What the labels of an arm cost. money is in `currency`."""

    calls: int
    tokens_in: int
    tokens_out: int
    money: float
    currency: str = "USD"
    human_labels: int = 0


class ClassReport(NamedTuple):
    """One predicted class (or all): items labelled so, kept, coverage; judged kept items, wrong ones,
    error.
    """

    name: str
    items: int
    kept: int
    coverage: Share
    judged: int
    wrong: int
    error: Share


class SelectionReport(NamedTuple):
    """balance_before, balance_after: share of YES labels. true_yes_kept: of true YES, the share kept (with
    whatever label); true_yes_as_yes: kept and labelled YES. confusion: (2, 2) counts [reference, label] over
    judged items."""

    rule: str
    classes: tuple[ClassReport, ...]
    true_yes_kept: Share
    true_yes_as_yes: Share
    balance_before: float
    balance_after: float
    confusion: Ints
    rho: Phi | None
    cost: Cost | None


class Curve(NamedTuple):
    """Keeping the best-scored items: (k,) coverage, error among the judged ones kept, and its exact
    interval.
    """

    coverage: Floats
    error: Floats
    low: Floats
    high: Floats


def report(
    rule: str,
    selection: Selection,
    reference: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    rho: Phi | None = None,
    cost: Cost | None = None,
    confidence: float = 0.95,
) -> SelectionReport:
    """Judge a selection against reference labels (n,) 0/1, -1 where unknown.

    weight: (n,) 1 / chance of having been judged where the reference is a stratified sample; intervals then
    use the effective sample size. Without it the judged items count alike, right where all are judged, or
    within a class that was sampled evenly.
    """
    same_length(selection=selection.label, reference=reference)
    truth, said = label_array("reference", reference), selection.label
    w = np.ones(len(truth)) if weight is None else vector("weight", weight)
    same_length(reference=truth, weight=w)
    usable = said != UNKNOWN
    groups = [("NO", said == 0), ("YES", said == 1), ("all", usable)]
    judged, true_yes = truth != UNKNOWN, truth == 1
    as_yes = (selection.keep & (said == 1))[true_yes]
    seen = judged & usable
    return SelectionReport(
        rule,
        tuple(_class(name, inside, selection, truth, w, confidence) for name, inside in groups),
        weighted_share(selection.keep[true_yes], w[true_yes], confidence),
        weighted_share(as_yes, w[true_yes], confidence),
        _mean(said[usable] == 1),
        _mean(said[selection.keep] == 1),
        confusion(truth[seen], said[seen]),
        rho,
        cost,
    )


def _class(
    name: str, inside: Bools, selection: Selection, truth: Ints, weight: Floats, confidence: float
) -> ClassReport:
    kept = inside & selection.keep
    judged = kept & (truth != UNKNOWN)
    wrong = truth[judged] != selection.label[judged]
    coverage = exact_share(int(kept.sum()), int(inside.sum()), confidence) if inside.any() else NOTHING
    error = weighted_share(wrong, weight[judged], confidence)
    return ClassReport(name, int(inside.sum()), int(kept.sum()), coverage, int(judged.sum()), int(wrong.sum()), error)


def _mean(values: ArrayLike) -> float:
    array = np.asarray(values, np.float64)
    return float(array.mean()) if len(array) else float("nan")


def confusion(reference: ArrayLike, said: ArrayLike) -> Ints:
    """(2, 2) counts [reference, label] of items where both are known; labels (n,) 0/1, -1."""
    same_length(reference=reference, label=said)
    t, s = label_array("reference", reference), label_array("label", said)
    both = (t != UNKNOWN) & (s != UNKNOWN)
    return np.bincount(2 * t[both] + s[both], minlength=4).reshape(2, 2)


def coverage_curve(score: ArrayLike, said: ArrayLike, reference: ArrayLike, *, confidence: float = 0.95) -> Curve:
    """Coverage and error at every distinct score, strict to loose; all (n,). Items without a label are left
    out.

    Error is NaN and its interval [0, 1] until the first judged item is kept. Each interval holds at its own
    point, not for all at once.
    """
    same_length(score=score, label=said, reference=reference)
    s, given, truth = vector("score", score), label_array("label", said), label_array("reference", reference)
    order = np.flatnonzero(given != UNKNOWN)
    order = order[np.argsort(-s[order], kind="stable")]
    if not len(order):
        return Curve(*(np.zeros(0) for _ in range(4)))
    ends = np.flatnonzero(np.append(np.diff(s[order]) != 0, True))
    judged = truth[order] != UNKNOWN
    n = np.cumsum(judged)[ends]
    k = np.cumsum(judged & (truth[order] != given[order]))[ends]
    low, high = clopper_pearson(k, n, confidence)
    return Curve((ends + 1) / len(order), np.where(n > 0, k / np.maximum(n, 1), np.nan), low, high)


def percent(share: Share) -> str:
    """`98.2 % (95.1-99.6)`, or `not measured`."""
    if np.isnan(share.value):
        return "not measured"
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f}-{100 * share.high:.1f})"


def rows(result: SelectionReport) -> list[list[str]]:
    """Header and one row a class, as text: for rich tables and Markdown alike."""
    head = ["predicted", "items", "kept", "coverage", "judged", "wrong", "error among kept"]
    body = [
        [
            c.name,
            str(c.items),
            str(c.kept),
            percent(c.coverage),
            str(c.judged),
            str(c.wrong),
            percent(c.error),
        ]
        for c in result.classes
    ]
    return [head, *body]


def facts(result: SelectionReport) -> list[tuple[str, str]]:
    """The figures that are not per class, as (name, text)."""
    table = result.confusion
    lines = [
        ("true YES kept", percent(result.true_yes_kept)),
        ("true YES kept as YES", percent(result.true_yes_as_yes)),
        ("YES among labels", f"before {result.balance_before:.1%}, after {result.balance_after:.1%}"),
        ("label against reference", f"{table[1, 1]} YES and {table[0, 0]} NO right" if table.any() else "not measured"),
        ("wrong labels", f"{table[0, 1]} false YES, {table[1, 0]} false NO" if table.any() else "not measured"),
    ]
    if result.rho is not None:
        r = result.rho
        value = "not measured (a view without errors)" if np.isnan(r.value) else f"{r.value:.2f}"
        views = f"errors {r.error_a:.1%} and {r.error_b:.1%}, {r.both} shared, of {r.n} judged"
        lines.append(("error correlation of views", f"{value} ({r.low:.2f} to {r.high:.2f}); {views}"))
        lines += _expected(r)
    if result.cost is not None:
        c = result.cost
        spent = f"{c.calls} calls, {c.tokens_in} + {c.tokens_out} tokens, {c.money:.2f} {c.currency}"
        lines.append(("cost", f"{spent}, {c.human_labels} human labels"))
    return lines


def _expected(rho: Phi) -> list[tuple[str, str]]:
    """What agreement should leave at the views' mean error and this correlation, and with independent errors."""
    e = (rho.error_a + rho.error_b) / 2
    try:
        left, share = float(kept_error(e, rho.value)), float(kept_share(e, rho.value))
        independent = float(kept_error(e, 0))
    except ValueRangeError:
        return []
    if np.isnan(left):
        return []
    text = f"{left:.1%} wrong of {share:.1%} kept, by formula; {independent:.1%} wrong if errors were independent"
    return [("expected of agreement", text)]


def markdown(result: SelectionReport) -> str:
    """The whole report as Markdown."""
    head, *body = rows(result)
    lines = [
        f"### Selection: {result.rule}",
        "",
        _line(head),
        _line(["---"] * len(head)),
        *map(_line, body),
        "",
    ]
    return "\n".join([*lines, *(f"- {name}: {text}" for name, text in facts(result)), ""])


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


# The coverage/error curve as a picture (matplotlib, imported when drawn).


def coverage_plot(curves: Mapping[str, Curve], path: Path, *, title: str = "Error among kept labels") -> Path:
    """Draw one line a curve with its interval as a band; the suffix of `path` chooses the format (png, svg,
    pdf).
    """
    figure_class = optional("matplotlib.figure", "matplotlib").Figure  # no pyplot: no display, no global state
    figure = figure_class(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, curve in curves.items():
        (line,) = axes.plot(100 * curve.coverage, 100 * curve.error, label=name)
        measured = ~np.isnan(curve.error)
        band = (100 * values[measured] for values in (curve.coverage, curve.low, curve.high))
        axes.fill_between(*band, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.set(xlabel="coverage: labels kept (%)", ylabel="wrong among kept (%)", title=title)
    axes.set(xlim=(0, 100), ylim=(0, None))
    if curves:
        axes.legend()
    picture = BytesIO()
    figure.savefig(picture, format=path.suffix.lstrip(".") or "png", dpi=150)
    return write_atomically(path, picture.getvalue())
