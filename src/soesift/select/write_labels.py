"""`labels.jsonl` as `soesift train` reads it, and the report of a selection beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from soesift.evaluate.arrays import Floats, Ints
from soesift.label.write import write_whole
from soesift.select import report
from soesift.select.by_name import Selected
from soesift.select.error_correlation import between_views
from soesift.select.from_ledger import Opinions, groups_of
from soesift.select.plot import coverage_plot
from soesift.select.rules import Reason, Selection


def label_lines(found: Opinions, selection: Selection, provenance: str, human: str = "human") -> list[str]:
    """One JSON line a kept table, as `soesift train` reads it; a soft target as two shares."""
    lines = []
    for i in selection.keep.nonzero()[0].tolist():
        target = float(selection.target[i])
        hard = target in (0.0, 1.0)
        row = {
            "table_id": found.tables[i],
            "label": ("soe" if target else "other")
            if hard
            else {"soe": round(target, 6), "other": round(1 - target, 6)},
            "weight": float(selection.weight[i]),
            "provenance": human if selection.reason[i] == Reason.HUMAN else provenance,
            "group": found.documents[i],
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return lines


def write_labels(path: Path, lines: Sequence[str]) -> None:
    """Whole file or none."""
    write_whole(path, "".join(lines))


def report_text(rule: str, done: Selected, found: Opinions, truth: Ints, weight: Floats | None = None) -> str:
    """Markdown of a selection judged on truth (n,), -1 unknown; weight (n,): 1 / chance of being judged."""
    pairs = between_views(found.beliefs, truth, groups_of(found)) if (truth >= 0).any() else {}
    lines = [report.markdown(report.report(rule, done.selection, truth, weight=weight))]
    for (a, b), phi in pairs.items():
        value = "not measured (a view without errors)" if phi.value != phi.value else f"{phi.value:.2f}"
        lines.append(
            f"- error correlation (rho) of {found.columns[a]} and {found.columns[b]}: {value} "
            f"({phi.low:.2f} to {phi.high:.2f}), errors {phi.error_a:.1%} and {phi.error_b:.1%}, "
            f"of {phi.n} judged"
        )
    for one in done.certificate.classes if done.certificate else ():
        name = report.CLASSES[one.label]
        aim = f"at most {one.alpha:.1%} wrong, risk {one.delta:.1%}"
        lines.append(f"- certificate {name} ({aim}): {one.kept} of {one.pool} kept; {one.why}")
    return "\n".join([*lines, ""])


def write_plot(path: Path, done: Selected, truth: Ints) -> Path:
    """Coverage against error by score (curve plot), one line a predicted class."""
    votes = done.votes
    curves = {}
    for c, name in ((1, "YES"), (0, "NO")):
        inside = votes.label == c
        if inside.any():
            curves[name] = report.coverage_curve(votes.score[inside], votes.label[inside], truth[inside])
    return coverage_plot(curves, path)
