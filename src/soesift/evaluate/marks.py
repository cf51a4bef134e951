"""Marks of detected grids against a cell-by-cell reference: the figures of the benchmark's cell scorer.

A reference table lists activities (row id, name), columns and marks (row id, column). An activity is found
where a grid row has (nearly) its name; a mark where that row has a non-empty cell in the mark's column,
counted after the 1, 2 or 3 label columns, whichever number fits best. Reproduces the benchmark's scorer,
digit for digit.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

from soesift.errors import UsageError

Grid = list[list[Any]]
ALIKE = 0.75  # smallest similarity of two names of one activity
LABEL_COLUMNS = (1, 2, 3)


class MarkCounts(NamedTuple):
    activities: int
    activities_found: int
    marks: int
    found: int
    hit: int


class MarkScores(NamedTuple):
    """Counts per reference table, as (document, number from 1, counts), and pooled figures."""

    tables: list[tuple[str, int, MarkCounts]]
    pooled: MarkCounts
    precision: float
    recall: float
    f1: float


def letters(text: object) -> str:
    """Lower-case letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", str(text or "").lower())


def similarity(wanted: str, name: str) -> float:
    """0 to 1 for two names as `letters` gives them; a name that starts with the other one is at least .9."""
    if not wanted or not name:
        return 0.0
    if name.startswith(wanted) or (wanted.startswith(name) and len(name) > 5):
        return 0.9 + 0.1 * min(len(name), len(wanted)) / max(len(name), len(wanted))
    matcher = SequenceMatcher(None, wanted, name, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def match_rows(activities: list[dict[str, Any]], grid: Grid, label_columns: int) -> dict[int, int]:
    """Index of activity -> index of grid row, one to one, most similar first.

    Of equal names the one at the same relative height of the table wins.
    """
    names = [letters(" ".join(dict.fromkeys(row[:label_columns]))) for row in grid]
    pairs = []
    for a, activity in enumerate(activities):
        wanted = letters(activity["name"])
        for r, name in enumerate(names):
            ratio = similarity(wanted, name)
            if ratio >= ALIKE:
                apart = abs(a / max(1, len(activities)) - r / max(1, len(grid)))
                pairs.append((ratio - 0.05 * apart, a, r))
    rows: dict[int, int] = {}
    taken: set[int] = set()
    for _, a, r in sorted(pairs, reverse=True):
        if a not in rows and r not in taken:
            rows[a] = r
            taken.add(r)
    return rows


def _counts(reference: dict[str, Any], grid: Grid, label_columns: int) -> MarkCounts:
    activities, n_columns = reference["activities"], len(reference["columns"])
    rows = match_rows(activities, grid, label_columns)
    by_id = {activities[a]["row"]: grid[r] for a, r in rows.items()}
    found = {
        (row_id, column)
        for row_id, row in by_id.items()
        for column, text in enumerate(row[label_columns : label_columns + n_columns])
        if str(text or "").strip()
    }
    wanted = {(mark["row"], mark["column"]) for mark in reference["marks"]}
    return MarkCounts(len(activities), len(rows), len(wanted), len(found), len(wanted & found))


def score_grid(reference: dict[str, Any], grid: Grid) -> MarkCounts:
    """Counts of one grid against one reference table, for the number of label columns that fits best."""
    tries = [_counts(reference, grid, n) for n in LABEL_COLUMNS]
    return max(tries, key=lambda c: (c.hit, -c.found, c.activities_found))


def score_table(reference: dict[str, Any], grids: list[Grid]) -> MarkCounts:
    """Counts of the grid that fits a reference table best; without any, everything is missed."""
    nothing = MarkCounts(len(reference["activities"]), 0, len(reference["marks"]), 0, 0)
    tries = [score_grid(reference, grid) for grid in grids if grid]
    return max(tries, key=lambda c: (c.hit, c.activities_found, -c.found), default=nothing)


def pool(tables: list[tuple[str, int, MarkCounts]]) -> MarkScores:
    """Sum over tables; unlike elsewhere, a ratio without a denominator is 0 here, as in the benchmark."""
    total = MarkCounts(*(sum(column) for column in zip(*(counts for _, _, counts in tables), strict=True)))
    precision = total.hit / total.found if total.found else 0.0
    recall = total.hit / total.marks if total.marks else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return MarkScores(tables, total, precision, recall, f1)


def score_folder(cells: Path, results: Path) -> MarkScores:
    """Score every reference `ID.json` in `cells` against the result of that name; a missing or broken one is
    empty.

    UsageError without a reference.
    """
    tables = []
    for path in sorted(cells.glob("*.json")):
        grids = _grids(results / path.name)
        try:
            reference = json.loads(path.read_text(encoding="utf-8"))
            scored = [score_table(table, grids) for table in reference["tables"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # other JSON in the folder
        tables += [(path.stem, number, score) for number, score in enumerate(scored, 1)]
    if not tables:
        raise UsageError(f"no cell reference (ID.json) in {cells}")
    return pool(tables)


def _grids(path: Path) -> list[Grid]:
    try:
        return [t["grid"] for t in json.loads(path.read_text(encoding="utf-8"))["tables"] if t.get("grid")]
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return []
