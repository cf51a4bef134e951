"""The `soa` part of what usdm4's assembler reads, one `TimelineInput` a table, main schedule first.

Written from the public format (data4knowledge/usdm4); nothing of that package is imported. Blocks are
`{found, items}`; `epochs`, `visits`, `timepoints` and `windows` have one item a column. The assembler ignores
keys that it does not know, so `notes`, `table_type` and `table_title` are for readers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from soesift.export.hand_off import Handed, Node, handed, marks_by_activity, tree
from soesift.export.wording import plain
from soesift.files import write_atomically
from soesift.result.models import Result
from soesift.schedule import Mark


def usdm4_input(result: Result) -> dict[str, Any]:
    """The input as a dict: `{"soa": [TimelineInput, ...], "notes": [...]}`; no table, an empty list."""
    tables = handed(result)
    return {"soa": [timeline(one) for one in tables], "notes": [note for one in tables for note in one.notes]}


def write_usdm4_input(result: Result, path: Path | str) -> Path:
    """Write `usdm4_input` as JSON. Raises WriteError."""
    return write_atomically(path, plain(json.dumps(usdm4_input(result), ensure_ascii=False, indent=2)) + "\n")


def timeline(one: Handed) -> dict[str, Any]:
    """One table as the six blocks of a `TimelineInput`."""
    schedule = one.schedule
    texts: list[dict[str, str]] = []
    blocks: dict[str, list[Any]] = {
        "epochs": [{"text": schedule.epochs[e.epoch].name} for e in schedule.encounters],
        "visits": [{"text": e.name, "references": e.footnotes} for e in schedule.encounters],
        "timepoints": [
            {
                "index": index,
                "text": e.timing.text or e.name,
                "value": "" if p.value is None else p.value,
                "unit": p.unit,
            }
            for index, (e, p) in enumerate(zip(schedule.encounters, one.clock, strict=True))
        ],
        "windows": [{"before": p.before, "after": p.after, "unit": p.window_unit} for p in one.clock],
        "activities": _activities(one, texts),
    }
    notes = [{"reference": c.marker, "text": c.text} for c in schedule.conditions if c.marker and c.text]
    blocks["conditions"] = notes + texts
    head = {"table_title": schedule.title, "table_type": schedule.table_type}
    return head | {name: {"found": bool(items), "items": items} for name, items in blocks.items()}


def _activities(one: Handed, texts: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The items of the activities block; a cell's words become a condition of their own, added to `texts`."""
    marks = marks_by_activity(one.schedule)

    def item(node: Node) -> dict[str, Any]:
        return {
            "name": node.activity.name,
            "references": node.activity.footnotes,
            "visits": [_visit(mark, texts) for mark in marks.get(node.place, [])],
            "children": [item(child) for child in node.children],
        }

    return [item(node) for node in tree(one.schedule)]


def _visit(mark: Mark, texts: list[dict[str, str]]) -> dict[str, Any]:
    references = list(mark.footnotes)
    if mark.kind == "text":
        known = next((t["reference"] for t in texts if t["text"] == mark.text), None)
        reference = known or f"cell-{len(texts) + 1}"
        if known is None:
            texts.append({"reference": reference, "text": mark.text})
        references.append(reference)
    return {"index": mark.encounter, "references": references}
