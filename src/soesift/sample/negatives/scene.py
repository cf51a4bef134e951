"""What the makers of hard negatives know of the document, and the table that most of them return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from soesift.sample.blocks import Mode, Negative, NegativeClass, Table
from soesift.sample.grid import Grid, plain_grid
from soesift.sample.kinds import Study
from soesift.sample.schedule import MadeSchedule
from soesift.sample.style import PageStyle, table_look


@dataclass(slots=True)
class Scene:
    study: Study
    style: PageStyle
    main: MadeSchedule | None = None  # the schedule that may be quoted


def false_table(
    rng: Random,
    scene: Scene,
    kind: NegativeClass,
    title: str,
    texts: Sequence[Sequence[str]] | Grid,
    notes: Sequence[tuple[str, str]] = (),
    mode: Mode = "portrait",
) -> Table:
    """A table with a caption, labelled as a hard negative."""
    grid = texts if isinstance(texts, Grid) else plain_grid(texts)
    if rng.random() < 0.5:
        centre(grid)
    caption = rng.choice(("Table: {}", "Table. {}", "{}", "{}")).format(title)
    return Table(grid, table_look(rng, scene.style.face), caption, list(notes), label=Negative(kind, title), mode=mode)


def centre(grid: Grid) -> None:
    """Short texts beside the first column in the middle of their cells."""
    for row in grid.cells:
        for cell in row[1:]:
            if cell is not None and len(cell.text) < 14:
                cell.centred = True


def keep(rng: Random, rows: Sequence[Sequence[str]], least: int = 3) -> list[list[str]]:
    """A random part of rows, in order."""
    count = rng.randint(min(least, len(rows)), len(rows))
    return [list(rows[i]) for i in sorted(rng.sample(range(len(rows)), count))]
