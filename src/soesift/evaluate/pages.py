"""Pages, tables and whole documents of results against gold labels: the figures of the benchmark.

Units and conventions (they reproduce the benchmark's scorer, digit for digit):

- Strict counts gold and detected tables of type main_soa, track and domain; broad adds subsidiary ones.
- Neutral pages count neither way: uncertain, heading-only and footnote pages and, in strict, pages of tables
  that are not wanted. A grid page of a wanted table stays a positive even if it carries another table's
  notes, unless it is uncertain.
- Tables match one to one, best overlap first, where intersection over union of their pages without the
  neutral ones is at least one half. A table with neutral pages only is left out on either side.
- A document without a result counts as nothing detected. Ratios without a denominator: see `evaluate.scores`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from soesift.errors import UsageError
from soesift.evaluate.scores import ratios

STRICT = frozenset({"main_soa", "track", "domain"})
BROAD = STRICT | {"subsidiary"}
OVERLAP = 0.5
UNITS = ("pages", "tables")


class Counts(NamedTuple):
    true: int
    found: int
    hit: int


class DocumentScore(NamedTuple):
    """What was found and missed in one document; `missed` and `false` are page numbers."""

    pages: Counts
    tables: Counts
    missed: list[int]
    false: list[int]
    exact: bool

    def record(self) -> dict[str, Any]:
        """As the benchmark's scorer writes it."""
        return self._asdict() | {"pages": self.pages._asdict(), "tables": self.tables._asdict()}


class PageScores(NamedTuple):
    """`summary` over all documents, scores by document id, ids without a result, ids whose result is
    unreadable.
    """

    summary: dict[str, float]
    documents: dict[str, DocumentScore]
    without_result: list[str]
    unreadable: dict[str, str]
    passed_over: Sequence[str] = ()  # files of the gold folder that hold no labels


def expected_pages(gold: dict[str, Any], types: frozenset[str]) -> tuple[set[int], set[int]]:
    """Pages that must be found, and neutral ones."""
    uncertain = {entry["page"] for entry in gold.get("uncertain_pages", [])}
    needed: set[int] = set()
    neutral = uncertain | set(gold.get("heading_only_pages", []))
    for table in gold["soe_tables"]:
        (needed if table["type"] in types else neutral).update(table["grid_pages"])
        neutral.update(table.get("footnote_pages", []))
    needed -= uncertain
    return needed, neutral - needed


def match(gold: list[set[int]], found: list[set[int]]) -> int:
    """Number of one-to-one pairs of page sets with an overlap of at least one half, best overlap first."""
    overlaps = [(len(g & f) / len(g | f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found)]
    gold_left, found_left = set(range(len(gold))), set(range(len(found)))
    for overlap, i, j in sorted(overlaps, reverse=True):  # equal overlaps: later tables first, as the benchmark
        if overlap >= OVERLAP and i in gold_left and j in found_left:
            gold_left.remove(i)
            found_left.remove(j)
    return len(gold) - len(gold_left)


def score_document(gold: dict[str, Any], result: dict[str, Any], types: frozenset[str] = STRICT) -> DocumentScore:
    """Compare one document's gold labels with its result (only `pages` and `table_type` of tables are
    read).
    """
    needed, neutral = expected_pages(gold, types)
    detected = [set(t["pages"]) for t in result.get("tables", []) if t.get("table_type", "main_soa") in types]
    pages = set().union(*detected) - neutral
    gold_sets = [set(t["grid_pages"]) - neutral for t in gold["soe_tables"] if t["type"] in types]
    gold_sets = [pages_of for pages_of in gold_sets if pages_of]
    found_sets = [rest for pages_of in detected if (rest := pages_of - neutral)]
    return DocumentScore(
        Counts(len(needed), len(pages), len(needed & pages)),
        Counts(len(gold_sets), len(found_sets), match(gold_sets, found_sets)),
        sorted(needed - pages),
        sorted(pages - needed),
        needed == pages,
    )


def summarise(scores: list[DocumentScore]) -> dict[str, float]:
    """Figures over documents: pooled and macro ratios of pages and tables, and counts of whole documents.

    The first block has the benchmark's keys and rounding (4 digits). The shares of protocols with full
    recall and full precision of pages follow the paper.
    """
    if not scores:
        raise UsageError("no document to score: give at least one")
    with_schedule = [s for s in scores if s.pages.true]
    summary: dict[str, float] = {
        "documents": len(scores),
        "exact_documents": sum(s.exact for s in scores),
        "all_pages_found": sum(not s.missed for s in with_schedule),
        "with_schedule": len(with_schedule),
        "false_alarms_without_schedule": sum(bool(s.false) for s in scores if not s.pages.true),
    }
    for unit in UNITS:
        summary |= unit_summary(unit, np.array([getattr(s, unit) for s in scores]))
    pages = ratios(*np.array([(s.pages.hit, s.pages.found, s.pages.true) for s in scores]).T)
    summary["share_full_recall"] = round(float((pages.recall >= 1).mean()), 4)
    summary["share_full_precision"] = round(float((pages.precision >= 1).mean()), 4)
    return summary


def unit_summary(unit: str, counts: Any) -> dict[str, float]:
    """Pooled and macro precision, recall and F1 of counts (documents, 3) true, found, hit."""
    true, found, hit = np.asarray(counts).T
    summary = {}
    for way, values in (
        ("pooled", ratios(hit.sum(), found.sum(), true.sum())),
        ("macro", ratios(hit, found, true)),
    ):
        for name, value in values._asdict().items():
            # summed in document order as plain floats, so that the last digit agrees with the benchmark's
            entries = np.atleast_1d(value).tolist()
            summary[f"{unit}_{way}_{name}"] = round(sum(entries) / len(entries), 4)
    return summary


def read_gold(folder: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Labels by file name (`ID.json`), and the names of other JSON in the folder. Raises UsageError if it is none."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder of gold labels (ID.json)")
    known: dict[str, dict[str, Any]] = {}
    others: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            labels = json.loads(path.read_text(encoding="utf-8"))
            expected_pages(labels, BROAD)
            known[path.name] = labels
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            others.append(path.name)
    return known, others


def score_folder(gold: Path, results: Path, *, broad: bool = False) -> PageScores:
    """Score every `ID.json` of folder `gold` against the file of the same name in `results`.

    An unreadable result counts as nothing detected and is named with the reason. UsageError without gold
    labels.
    """
    documents: dict[str, DocumentScore] = {}
    missing: list[str] = []
    unreadable: dict[str, str] = {}
    known, others = read_gold(gold)
    for name, labels in known.items():
        path = gold / name
        result: dict[str, Any] = {}
        types = BROAD if broad else STRICT
        try:
            result = json.loads((results / path.name).read_text(encoding="utf-8"))
            documents[path.stem] = score_document(labels, result, types)
        except FileNotFoundError:
            missing.append(path.stem)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            unreadable[path.stem] = f"{type(error).__name__}: {error}"
        if path.stem not in documents:
            documents[path.stem] = score_document(labels, {}, types)
    if not documents:
        raise UsageError(f"no gold labels (ID.json) in {gold}")
    return PageScores(summarise(list(documents.values())), documents, missing, unreadable, others)
