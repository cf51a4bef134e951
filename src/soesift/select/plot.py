"""The coverage/error curve as a picture (matplotlib, imported when drawn)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from soesift.evaluate.arrays import optional
from soesift.select.report import Curve


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
    return save(figure, path)


def save(figure: object, path: Path) -> Path:
    """Write a figure under a temporary name, then rename it, so that no half picture is left behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        figure.savefig(file, format=path.suffix.lstrip(".") or "png", dpi=150)  # type: ignore[attr-defined]
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path
