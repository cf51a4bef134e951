"""Header rows that a page break printed again and that were read as activities."""

from __future__ import annotations

from soesift.diff.likeness import bare
from soesift.diff.timing_text import window_text
from soesift.schedule import Encounter, Mark, Schedule

MOSTLY = 0.8


def reprinted_headers(schedule: Schedule) -> set[int]:
    """Positions of activities whose cells (two or more) mostly say what the header of their column says, or
    that repeat an earlier row of words, not marks, cell for cell.
    """
    cells: dict[int, list[Mark]] = {}
    for mark in schedule.marks:
        if bare(mark.text) != bare(schedule.activities[mark.activity].name):
            cells.setdefault(mark.activity, []).append(mark)
    heads = [_said(encounter) for encounter in schedule.encounters]
    found: set[int] = set()
    earlier: set[tuple[object, ...]] = set()
    for k in sorted(cells):
        row = cells[k]
        alike = sum(bare(m.text) in heads[m.encounter] for m in row)
        words = all(m.kind == "text" for m in row)
        key = (bare(schedule.activities[k].name), *((m.encounter, bare(m.text)) for m in row))
        if len(row) > 1 and (alike >= MOSTLY * len(row) or (words and key in earlier)):
            found.add(k)
        earlier.add(key)
    return found


def _said(encounter: Encounter) -> set[str]:
    window = encounter.timing.window
    bounds = window_text(window.model_copy(update={"unit": None})) if window else ""
    return {bare(text) for text in (*encounter.headers, bounds) if text}
