"""Procedures of each visit as stacked bars (matplotlib, imported when drawn)."""

from __future__ import annotations

import io
from typing import Any

from soesift.burden.models import Burden, TableBurden
from soesift.burden.rows import shown_classes
from soesift.errors import MissingExtra
from soesift.export.wording import plain

HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo", "--")  # classes differ by pattern as well as by colour


def burden_png(table: TableBurden, burden: Burden) -> bytes:
    """A PNG picture. Raises MissingExtra without matplotlib."""
    figure = _figure()(figsize=(max(6.0, 0.5 * len(table.visits) + 3), 4.5), layout="constrained")
    axes = figure.add_subplot()
    floor = [0] * len(table.visits)
    for k, key in enumerate(shown_classes(table, burden)):
        heights = [visit.counts.by_class.get(key, 0) for visit in table.visits]
        axes.bar(range(len(heights)), heights, bottom=floor, label=_literal(burden.class_names[key]),
                 color=f"C{k % 10}", hatch=HATCHES[k % len(HATCHES)], edgecolor="white", linewidth=0.5)  # fmt: skip
        floor = [a + b for a, b in zip(floor, heights, strict=True)]
    times = [f" ×{visit.repeats}" if visit.repeats != 1 else "" for visit in table.visits]
    names = [_literal(visit.visit[:28] + often) for visit, often in zip(table.visits, times, strict=True)]
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=7)
    axes.set(ylabel="marks at one visit")
    if table.visits:
        figure.legend(loc="outside right upper", fontsize=7)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()


def _literal(text: str) -> str:
    """Text that matplotlib shows as it is: a dollar sign would start a formula."""
    return plain(text).replace("$", r"\$")


def _figure() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "app") from error
    return Figure
