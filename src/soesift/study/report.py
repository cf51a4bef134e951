"""The report of a study: a Markdown table beside the paper's, and one HTML file with its plots inside."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from soesift.evaluate.bootstrap import Difference, Estimate, holm, two_sided
from soesift.evaluate.scores import UNKNOWN, optional
from soesift.select.by_name import gate_name
from soesift.select.combine import combine
from soesift.select.report import coverage_curve
from soesift.study.compare import THRESHOLDS, ArmScores, Comparison
from soesift.study.config import StudyConfig
from soesift.study.data import COSTS, StudyData

# The plots of a study's report, as matplotlib figures and as pictures inside the page.

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


# recall %, precision %, F1, accuracy % of the paper's table; its arm Filtered is agreement here
PAPER = {
    "human": (98.9, 87.3, 0.908, 96.0),
    "all": (100.0, 63.8, 0.744, 88.1),
    "agreement": (97.7, 85.9, 0.894, 95.7),
    "hybrid": (98.9, 86.4, 0.903, 95.8),
    "zero_shot:or": (99.4, 65.7, 0.761, 90.0),
}
Table = list[list[str]]


def markdown(config: StudyConfig, data: StudyData, found: Sequence[Comparison]) -> str:
    """All tables of the report."""
    lines = ["# Study of label sources", "", *(f"- {fact}" for fact in facts(config, data)), ""]
    for one in found:
        lines += [f"## On {one.name}: {one.tables} tables ({one.yes} SoE) of {one.protocols} protocols", ""]
        for title, table in tables(config, one):
            lines += [f"### {title}", "", *_rows(table), ""]
        lines += [f"- not scored, {arm}: {why}" for arm, why in one.not_scored.items()]
        lines += [""] if one.not_scored else []
    return "\n".join(lines)


def facts(config: StudyConfig, data: StudyData) -> list[str]:
    """What was compared, in sentences."""
    asked = ", ".join(map(str, data.columns))
    tokens, money = data.spent
    out = [
        f"student: {config.student}; {len(config.seeds)} seeds, {config.folds} folds that split no "
        f"{'protocol' if config.groups is None else 'sponsor'}; YES above one half",
        f"teacher: {asked}; {int(data.pool.sum())} tables may teach; spent {tokens} tokens, {money:g} money",
        f"intervals: 95 %, {config.resamples} bootstrap resamples of {config.resample}"
        + (
            " and seeds, widened for the number of seeds"
            if len(config.seeds) > 1
            else "; ONE seed: how far another would move an arm is not in them"
        )
        + f"; differences are paired, against `{config.reference}`; near 1 they are too short",
        "p (Holm): two-sided, of no difference of F1, corrected for the number of arms beside the reference",
        "a protocol without a schedule counts 1 when left alone and 0 after a false alarm",
    ]
    paid = [f"{name}: {p.input:g} in, {p.output:g} out {p.currency}" for name, p in config.prices.items()]
    people = "unknown" if config.human_price is None else f"{config.human_price:g}"
    out.append(
        f"money: {'; '.join(paid) + ' a million tokens' if paid else 'of the teacher as its ledger noted it'}; "
        f"a label by a person: {people}; teacher seconds are answers one after another"
    )
    if config.gate is not None and data.gate is not None:
        out.append(f"gate, {gate_name(config.gate)}: {data.gate}; the rest is not asked about and NO of the teacher")
    if data.beside is not None:
        out.append(
            f"beside: {len(data.beside.items)} further tables ({int(data.beside.truth.sum())} SoE) teach every arm in "
            "every fold; none is scored, and `labels` below leaves them out"
        )
    if "human_simulated" in config.arms or config.humans == "simulated":
        out.append("simulated non-experts are made from the gold labels; they are not people")
    if config.student == "linear" and "linear" in config.arms:
        out.append("the student is the linear model, so the arms `linear` and `human_all` are one and the same")
    return out


def tables(config: StudyConfig, one: Comparison) -> list[tuple[str, Table]]:
    return [
        ("Macro over protocols", _macro(config, one)),
        ("Pooled over tables; whole protocols", _whole(one)),
        ("At other thresholds, macro: recall / precision / F1", _levels(one)),
        ("Labels that taught, mean of a training fold; time", _taught(one)),
        ("Cost and time, mean of a training fold (arms that do not learn: of a held-out fold)", _cost(one)),
        ("Beside the paper (other protocols, teacher and student)", _paper(one)),
    ]


def _macro(config: StudyConfig, one: Comparison) -> Table:
    head = [
        "arm",
        "recall",
        "precision",
        "F1",
        "accuracy",
        "average precision",
        "F1 of the seeds",
        f"F1 - {config.reference}",
        "p (Holm)",
    ]
    names = ("recall", "precision", "f1", "accuracy", "average_precision")
    gaps = [a.difference.get("f1") for a in one.arms]
    p = holm([float("nan") if gap is None else two_sided(gap, config.resamples) for gap in gaps]).tolist()
    rows = [
        [arm_name(a), *(_estimate(a.macro[n]) for n in names), _range(a.seed_f1), _gap(gap), _chance(x)]
        for a, gap, x in zip(one.arms, gaps, p, strict=True)
    ]
    return [head, *rows]


def _whole(one: Comparison) -> Table:
    head = [
        "arm",
        "recall",
        "precision",
        "F1",
        "accuracy",
        "average precision",
        "full recall",
        "full precision",
        "both",
    ]
    names = ("recall", "precision", "f1", "accuracy", "average_precision")
    shares = ("full_recall", "full_precision", "full_both")
    rows = [
        [arm_name(a), *(_estimate(a.pooled[n]) for n in names), *(f"{a.full[s]:.1%}" for s in shares)] for a in one.arms
    ]
    return [head, *rows]


def _levels(one: Comparison) -> Table:
    head = ["arm", *(f"YES above {level:g}" for level in THRESHOLDS)]
    return [head, *([arm_name(a), *(" / ".join(f"{x:.3f}" for x in a.at[t]) for t in THRESHOLDS)] for a in one.arms)]


def _taught(one: Comparison) -> Table:
    head = ["arm", "labels", "YES", "judged by gold", "wrong", "tables without an answer", "seconds in all"]
    keys = ("rows", "yes", "judged", "wrong")
    rows = [
        [arm_name(a), *(f"{a.labels[k]:.1f}" if a.labels else "-" for k in keys), str(a.unanswered), f"{a.seconds:.1f}"]
        for a in one.arms
    ]
    return [head, *rows]


def _cost(one: Comparison) -> Table:
    head = [
        "arm",
        "tables asked about",
        "labels by people",
        "teacher tokens",
        "money",
        "teacher seconds",
        "training seconds",
    ]
    rows = []
    for a in one.arms:
        c = {name: a.cost.get(name, 0.0) for name in COSTS}
        paid = "unknown" if np.isnan(c["money"]) else f"{c['money']:.4f}"
        rows.append(
            [
                arm_name(a),
                f"{c['asked']:.1f}",
                f"{c['human']:.1f}",
                f"{c['tokens']:.0f}",
                paid,
                f"{c['label_seconds']:.1f}",
                f"{c['train_seconds']:.2f}",
            ]
        )
    return [head, *rows]


def _paper(one: Comparison) -> Table:
    head = [
        "arm",
        "recall %: here",
        "paper",
        "precision %: here",
        "paper",
        "F1: here",
        "paper",
        "accuracy %: here",
        "paper",
    ]
    rows = []
    for a in one.arms:
        if a.arm in PAPER:
            theirs = dict(zip(("recall", "precision", "f1", "accuracy"), PAPER[a.arm], strict=True))
            row = [arm_name(a)]
            for name, value in theirs.items():
                scale = 1 if name == "f1" else 100
                row += [f"{scale * a.macro[name].value:.{3 if scale == 1 else 1}f}", f"{value:g}"]
            rows.append(row)
    return [head, *rows]


def _estimate(e: Estimate) -> str:
    if np.isnan(e.value):
        return "-"
    return f"{e.value:.3f}" + ("" if np.isnan(e.low) else f" ({e.low:.3f}-{e.high:.3f})")


def _chance(p: float) -> str:
    return "-" if np.isnan(p) else f"{p:.3f}" if p >= 0.001 else "below .001"


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"


def _gap(d: Difference | None) -> str:
    return "reference" if d is None else f"{d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})"


def _rows(table: Table) -> list[str]:
    head, *body = table
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body)]


def page(config: StudyConfig, data: StudyData, found: Sequence[Comparison]) -> str:
    """The report as one HTML file; pictures are inside it, nothing is fetched."""
    parts = ["<h1>Study of label sources</h1>", "<ul>"]
    parts += [f"<li>{html.escape(fact)}</li>" for fact in facts(config, data)] + ["</ul>"]
    for one in found:
        parts.append(f"<h2>On {html.escape(one.name)}: {one.tables} tables of {one.protocols} protocols</h2>")
        parts += [picture(f1_plot(one)), picture(precision_recall_plot(one))] if one.arms else []
        for title, table in tables(config, one):
            parts.append(f"<h3>{html.escape(title)}</h3>{_html_table(table)}")
        parts += [f"<p>not scored, {html.escape(a)}: {html.escape(w)}</p>" for a, w in one.not_scored.items()]
    sizes = size_plot(config, found[0])
    parts += ["<h2>Labels of the teacher</h2>", picture(curve_plot(data)), picture(sizes) if sizes else ""]
    return f'<!doctype html><meta charset="utf-8"><title>SoESift study</title>{STYLE}{"".join(parts)}\n'


STYLE = (
    "<style>body{font:15px sans-serif;margin:2em auto;max-width:80em}table{border-collapse:collapse}"
    "td,th{border:1px solid #bbb;padding:.25em .5em;text-align:left}img{max-width:100%}</style>"
)


def _html_table(table: Table) -> str:
    head, *body = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in table]
    return f"<table><tr>{head.replace('td>', 'th>')}</tr>{''.join(f'<tr>{row}</tr>' for row in body)}</table>"
