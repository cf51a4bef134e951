"""Procedures of each visit by class as a heat map (matplotlib, imported when drawn)."""

from __future__ import annotations

import io
from typing import Any

from soesift.burden.models import Burden, TableBurden
from soesift.burden.rows import shown_classes
from soesift.errors import MissingExtra
from soesift.export.hand_off import unique
from soesift.export.wording import plain

LONGEST = 44  # characters of a visit's name; longer ones keep their two ends, which tell them apart
ROW, COLUMN = 0.24, 0.62  # inches of one visit and of one class
LABELS = 3.4  # inches for the names of the visits


def burden_png(table: TableBurden, burden: Burden) -> bytes:
    """A PNG picture: a row a visit, a column a class, the number of marks in each field. Raises MissingExtra without
    matplotlib.
    """
    out = io.BytesIO()
    burden_figure(table, burden).savefig(out, format="png", dpi=110, metadata={"Software": None})
    return out.getvalue()


def burden_figure(table: TableBurden, burden: Burden) -> Any:
    """The figure itself, as large as its visits and classes need."""
    classes = shown_classes(table, burden)
    counts = [[visit.counts.by_class.get(key, 0) for key in classes] for visit in table.visits]
    high, wide = ROW * max(1, len(counts)), COLUMN * max(1, len(classes))
    figure = _figure()(figsize=(LABELS + wide + 0.4, high + 1.9), layout="constrained")
    axes = figure.add_subplot()
    if counts and classes:
        axes.imshow(counts, cmap="Blues", aspect="auto", vmin=0, vmax=max(1, max(map(max, counts))) * 1.25)
    _write(axes, counts)
    axes.set_xticks(
        range(len(classes)),
        [_literal(burden.class_names[key]) for key in classes],
        rotation=40,
        ha="left",
        rotation_mode="anchor",
        fontsize=8,
    )
    axes.set_yticks(range(len(counts)), visit_names(table), fontsize=8)
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    axes.set_xlabel("marks at one visit", fontsize=8)
    axes.set_xticks([k - 0.5 for k in range(1, len(classes))], minor=True)
    axes.set_yticks([k - 0.5 for k in range(1, len(counts))], minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    return figure


def visit_names(table: TableBurden) -> list[str]:
    """The visits' names, each once, shortened in the middle, with how often a visit takes place."""
    times = [f" ×{visit.repeats}" if visit.repeats != 1 else "" for visit in table.visits]
    names = [_shortened(visit.visit) + often for visit, often in zip(table.visits, times, strict=True)]
    return [_literal(name) for name in unique(names)]


def _write(axes: Any, counts: list[list[int]]) -> None:
    most = max((max(row, default=0) for row in counts), default=0)
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            if count:
                axes.text(
                    x,
                    y,
                    str(count),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if count > 0.75 * most else "black",
                )


def _shortened(name: str) -> str:
    name = " ".join(name.split()) or "(no name)"
    half = (LONGEST - 3) // 2
    return name if len(name) <= LONGEST else f"{name[:half].rstrip()} … {name[-half:].lstrip()}"


def _literal(text: str) -> str:
    """Text that matplotlib shows as it is: a dollar sign would start a formula."""
    return plain(text).replace("$", r"\$")


def _figure() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "app") from error
    return Figure
