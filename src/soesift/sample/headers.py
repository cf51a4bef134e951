"""The header of a schedule: epoch, visit, time and window rows, merged where neighbours agree."""

from __future__ import annotations

from itertools import groupby
from random import Random

from soesift.sample.columns import Column
from soesift.sample.grid import Cell, Row
from soesift.sample.words import timing

LEVELS = (
    ("epoch", "visit", "time"),
    ("epoch", "visit"),
    ("epoch", "visit", "time", "window"),
    ("visit",),
    ("visit", "time"),
    ("epoch", "time"),
    ("epoch", "number", "visit", "window"),
    ("visit", "time", "window"),
    ("epoch", "visit", "time", "window"),
)
LABELS = {
    "epoch": timing.EPOCH_LABELS,
    "visit": timing.VISIT_LABELS,
    "time": timing.TIME_LABELS,
    "window": timing.WINDOW_LABELS,
    "number": ("Visit Number", "Visit No.", "#"),
}


def header_rows(rng: Random, columns: list[Column], language: str = "") -> list[Row]:
    """One row a level; the first column names the level, or the activities over all levels."""
    levels = [name for name in rng.choice(LEVELS) if len({value(name, i, c) for i, c in enumerate(columns)}) > 1]
    levels = levels or ["visit"]
    upright = len(columns) > 9 and "visit" in levels and rng.random() < 0.15
    rows = [level_row(rng, name, columns, upright and name == "visit", language) for name in levels]
    title = rng.choice(timing.ACTIVITY_LABELS) if not language else timing.FOREIGN[language]["Activity"]
    if len(rows) == 1 or rng.random() < 0.45:
        rows[0][0] = Cell(title, rows=len(rows), bold=True)
        for row in rows[1:]:
            row[0] = None
    return rows


def value(level: str, position: int, column: Column) -> str:
    return {
        "epoch": column.epoch,
        "visit": column.visit,
        "time": column.time,
        "window": column.window,
        "number": str(position + 1),
    }[level]


def level_row(rng: Random, level: str, columns: list[Column], upright: bool, language: str) -> Row:
    label = rng.choice(LABELS[level])
    texts = [translate(value(level, i, c), language) for i, c in enumerate(columns)]
    row: Row = [Cell(translate(label, language), bold=True)]
    if level != "epoch":
        return [*row, *(Cell(t, bold=True, centred=True, upright=upright and len(t) > 4) for t in texts)]
    for text, run in groupby(texts):
        length = len(list(run))
        row += [Cell(text, columns=length, bold=True, centred=True), *[None] * (length - 1)]
    return row


def translate(text: str, language: str) -> str:
    """Words of the header in another language, as far as they are known."""
    for english, word in timing.FOREIGN.get(language, {}).items():
        text = text.replace(english, word)
    return text
