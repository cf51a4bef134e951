"""How many column headers of the cell reference get the timing that a reader gives them.

    python benchmarks/timing.py CELLS RESULTS EXPECTED.json [--wrong]

CELLS holds the reference columns (`ID.json`), RESULTS what `soesift detect` wrote for the same documents,
EXPECTED a reader's values: {"half": {"ID": "rules" | "held out"}, "columns": {"ID": [[facts of a column, ...]
of each reference table]}}. Facts are words such as "d-28..-1" (days), "c2" (cycle), "v5" (visit), "e:baseline",
"±3d" (window), "q8w" (every), "for 28d" (duration), "30d after last dose". A column counts only if all its
facts are found and no others. Tables are matched by title and marks, columns by their order.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from soesift.result.store import read_result
from soesift.schedule import Offset, Schedule, Span, Timing, read_schedule

SHORT = {"minute": "min", "hour": "h", "day": "d", "week": "w", "month": "m", "year": "y", "cycle": "c"}


def facts(timing: Timing) -> set[str]:
    """The typed parts of a timing, each as one short text."""
    found = {SHORT[s.unit] + bounds(s) for s in [*timing.times, *timing.cycles]}
    found |= {f"e:{event}" for event in timing.events} | {offset_fact(offset) for offset in timing.offsets}
    if timing.visit is not None:
        found.add("v" + timing.visit.replace(" ", ""))
    if timing.every is not None:
        found.add("q" + bounds(timing.every) + SHORT[timing.every.unit])
    if timing.duration is not None:
        found.add("for " + bounds(timing.duration) + SHORT[timing.duration.unit])
    if timing.window is not None:
        low, high = timing.window.before, timing.window.after
        unit = SHORT[timing.window.unit] if timing.window.unit else ""
        found.add((f"±{low:g}" if low == high else f"-{low:g}+{high:g}") + unit)
    return found


def bounds(span: Span) -> str:
    """ "1", "-28..-1", "4.." (open)."""
    low, high = ("" if v is None else f"{v:g}" for v in (span.first, span.last))
    return low if low == high else f"{low}..{high}"


def offset_fact(offset: Offset) -> str:
    length = bounds(offset.length) + SHORT[offset.length.unit] if offset.length else ""
    return " ".join(filter(None, (length, offset.relation, offset.anchor)))


def best_schedule(reference: dict[str, Any], schedules: list[Schedule]) -> tuple[Schedule | None, int]:
    """The schedule whose encounters carry the reference's marks, and the shift of its columns against them."""
    counts = Counter(mark["column"] for mark in reference["marks"])
    best, score = (None, 0), -1.0
    for schedule in schedules:
        ours = Counter(mark.encounter for mark in schedule.marks)
        for shift in range(-2, 3):
            title = SequenceMatcher(None, reference["title"].lower(), schedule.title.lower()).ratio()
            close = (
                20 * title
                + sum(min(n, ours[c + shift]) for c, n in counts.items())
                - 0.5 * abs(len(schedule.encounters) - len(reference["columns"]))
            )
            if close > score:
                best, score = (schedule, shift), close
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("expected", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list the columns that differ")
    options = parser.parse_args()
    expected = json.loads(options.expected.read_text())
    right, total = Counter[str](), Counter[str]()
    for name, tables in expected["columns"].items():
        references = json.loads((options.cells / f"{name}.json").read_text())["tables"]
        schedules = [read_schedule(t) for t in read_result(options.results / f"{name}.json").tables]
        half = expected["half"][name]
        for reference, columns in zip(references, tables, strict=True):
            schedule, shift = best_schedule(reference, schedules)
            done = 0
            for index, wanted in enumerate(columns):
                place = index + shift
                known = schedule is not None and 0 <= place < len(schedule.encounters)
                got = facts(schedule.encounters[place].timing) if known and schedule else {"no such column"}
                done += got == set(wanted)
                if options.wrong and got != set(wanted):
                    print(f"  {name} column {index}: wanted {sorted(wanted)}, got {sorted(got)}")
            right[half] += done
            total[half] += len(columns)
            print(f"{name:14} {half:9} {done:3} of {len(columns):3} headers as a reader would")
    for half in [*sorted(total)]:
        print(f"{half}: {right[half]} of {total[half]} = {right[half] / total[half]:.3f}")
    print(f"all: {right.total()} of {total.total()} = {right.total() / total.total():.3f}")


if __name__ == "__main__":
    main()
