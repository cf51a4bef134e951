"""Scores of a system's results: the shipped scorers, with intervals over documents and a row per stratum."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from soesift.bench.run import Row
from soesift.evaluate import marks, pages
from soesift.evaluate.report import page_f1
from soesift.evaluate.scores import ratios

PLAIN = "text"  # stratum of tables without a flag


class Score(NamedTuple):
    """strict, broad: summaries of `evaluate.pages`. f1: page F1 strict, low, high. strata: recall, found, pages."""

    system: str
    note: str
    strict: dict[str, float]
    broad: dict[str, float]
    f1: list[float]
    marks: float | None
    strata: dict[str, tuple[float, int, int]]
    documents: int
    failures: dict[str, str]
    seconds: float | None
    peak_mb: float | None


def score(
    system: str, note: str, results: Path, gold: Path, cells: Path | None, rows: list[Row], resamples: int
) -> Score:
    """Score a folder of results; documents without one count as nothing found. Raises UsageError."""
    strict, broad = pages.score_folder(gold, results), pages.score_folder(gold, results, broad=True)
    counts = np.array([one.pages for one in strict.documents.values()])
    ran = [row for row in rows if row.system == system]
    return Score(
        system,
        note,
        strict.summary,
        broad.summary,
        page_f1(counts, resamples),
        round(marks.score_folder(cells, results).f1, 4) if cells and _has_grids(results) else None,
        strata(gold, results),
        len(strict.documents),
        {row.document: row.failure for row in ran if row.failure},
        round(float(np.median([row.seconds for row in ran])), 2) if ran else None,
        round(max(row.peak_mb for row in ran)) if ran else None,
    )


def strata(gold: Path, results: Path) -> dict[str, tuple[float, int, int]]:
    """Page recall (strict tables) by the flags of gold tables: (recall, found, pages) of each."""
    wanted: dict[str, set[tuple[str, int]]] = defaultdict(set)
    found: set[tuple[str, int]] = set()
    for name, label in pages.read_gold(gold)[0].items():
        path = gold / name
        found |= {(path.stem, page) for page in found_pages(results / path.name)}
        doubtful = {entry["page"] for entry in label.get("uncertain_pages", [])}
        for table in label["soe_tables"]:
            if table["type"] in pages.STRICT:
                for flag in table.get("flags") or [PLAIN]:
                    wanted[flag] |= {(path.stem, page) for page in set(table["grid_pages"]) - doubtful}
    hits = {flag: len(places & found) for flag, places in wanted.items()}
    return {
        flag: (round(float(ratios(hits[flag], hits[flag], len(places)).recall), 4), hits[flag], len(places))
        for flag, places in sorted(wanted.items())
        if places
    }


def found_pages(path: Path) -> set[int]:
    """Pages of the schedules of a result; none where it cannot be read."""
    try:
        tables: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["tables"]
        return {page for table in tables if table["table_type"] in pages.STRICT for page in table["pages"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _has_grids(results: Path) -> bool:
    return any('"grid"' in path.read_text("utf-8") for path in sorted(results.glob("*.json"))[:20])
