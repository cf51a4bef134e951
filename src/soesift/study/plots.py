"""The plots of a study's report, as matplotlib figures and as pictures inside the page."""

from __future__ import annotations

import base64
import io
from typing import Any

from soesift.evaluate.arrays import UNKNOWN, optional
from soesift.select.combine import combine
from soesift.select.report import coverage_curve
from soesift.study.compare import ArmScores, Comparison
from soesift.study.config import StudyConfig
from soesift.study.data import StudyData

SIMULATED = {"human_simulated": "human_simulated (simulated non-experts, not people)"}


def arm_name(a: ArmScores) -> str:
    """The name of an arm as reports show it."""
    return SIMULATED.get(a.arm, a.arm)


def picture(figure: Any) -> str:
    """A figure as an HTML paragraph with the picture inside."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return f'<p><img alt="plot" src="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"></p>'


def _axes(width: float, height: float) -> tuple[Any, Any]:
    figure = optional("matplotlib.figure", "matplotlib").Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def f1_plot(one: Comparison) -> Any:
    """Macro F1 of each arm with its interval, each seed as a small point."""
    figure, axes = _axes(8, 1 + 0.3 * len(one.arms))
    for row, a in enumerate(reversed(one.arms)):
        e = a.macro["f1"]
        axes.plot([e.low, e.high], [row, row], color="tab:blue")
        axes.plot([e.value], [row], "o", color="tab:blue")
        axes.plot(a.seed_f1, [row] * len(a.seed_f1), ".", color="black", markersize=4)  # each seed
    axes.set_yticks(range(len(one.arms)), [arm_name(a) for a in reversed(one.arms)])
    axes.set(xlabel="macro F1 over protocols, 95 %", title=f"On {one.name}")
    return figure


def precision_recall_plot(one: Comparison) -> Any:
    """Pooled precision against recall, one point an arm."""
    figure, axes = _axes(8, 5)
    for a in one.arms:
        axes.plot([a.pooled["recall"].value], [a.pooled["precision"].value], "o", label=arm_name(a))
    axes.set(xlabel="recall (pooled)", ylabel="precision (pooled)")
    axes.legend(fontsize="x-small", ncols=2)
    return figure


def curve_plot(data: StudyData) -> Any:
    """Error among kept labels as the least sure tables are left out, on tables with gold and all views."""
    votes, use = combine(data.beliefs), data.pool & (data.truth != UNKNOWN)
    figure, axes = _axes(8, 4)
    for c, name in ((1, "labelled YES"), (0, "labelled NO")):
        inside = use & (votes.label == c)
        if inside.any():
            curve = coverage_curve(votes.score[inside], votes.label[inside], data.truth[inside])
            axes.plot(100 * curve.coverage, 100 * curve.error, label=name)
            axes.fill_between(100 * curve.coverage, 100 * curve.low, 100 * curve.high, alpha=0.15)
    axes.set(xlabel="labels kept (%)", ylabel="wrong among kept (%)", title="Teacher's labels, most certain first")
    axes.legend()
    return figure


def size_plot(config: StudyConfig, one: Comparison) -> Any | None:
    """Macro F1 against the labels that taught, for the arm of the size curve; None without sizes."""
    mine = [a for a in one.arms if a.arm == config.size_arm or a.arm.startswith(f"{config.size_arm}@")]
    points = sorted((a.labels.get("rows", 0.0), *a.macro["f1"]) for a in mine)
    if not config.sizes or len(points) < 2:
        return None
    figure, axes = _axes(8, 4)
    rows, value, low, high = zip(*points, strict=True)
    axes.plot(rows, value, "o-")
    axes.fill_between(rows, low, high, alpha=0.15)
    axes.set(xlabel="labels in a training fold", ylabel="macro F1", title=f"Size curve of {config.size_arm}")
    return figure
