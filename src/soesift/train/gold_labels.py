"""Labels of found tables from gold pages: which fragment on a labelled page is the schedule."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soesift.table.record import TableRecord

STRICT = {"main_soa", "track", "domain"}
SMALL = 0.35  # of the fullest table on the page: a smaller one may be a piece of something else


def read_gold(folder: Path) -> dict[str, dict[str, Any]]:
    """Gold labels by document id."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def gold_labels(records: Sequence[TableRecord], gold: dict[str, dict[str, Any]]) -> list[str | None]:
    """ "soe", "sampling", "other" or None (not to be learnt from) for each record.

    On a page with rows of a schedule its fullest tables are the schedule; small ones, footnote pages,
    pages with only a heading and uncertain pages are left out.
    """
    fullest: dict[tuple[str, int | None], int] = defaultdict(int)
    for record in records:
        place = (record.document, record.page)
        fullest[place] = max(fullest[place], _filled(record))
    return [_label(r, gold.get(r.document), fullest[(r.document, r.page)]) for r in records]


def _label(record: TableRecord, gold: dict[str, Any] | None, fullest: int) -> str | None:
    if gold is None:
        return None
    tables = [t for t in gold["soe_tables"] if record.page in t["grid_pages"]]
    uncertain = {entry["page"] for entry in gold.get("uncertain_pages", [])}
    if tables:
        strict = any(t["type"] in STRICT for t in tables)
        if _filled(record) < SMALL * fullest or (not strict and record.page in uncertain):
            return None
        return "soe" if strict else "sampling"
    beside = set(gold.get("heading_only_pages", [])) | uncertain
    beside |= {page for t in gold["soe_tables"] for page in t.get("footnote_pages", [])}
    return None if record.page in beside else "other"


def _filled(record: TableRecord) -> int:
    return sum(bool(text) for row in record.grid for text in row)
