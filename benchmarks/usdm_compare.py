"""Hold our USDM studies against CDISC's published ones of the same protocols: encounters, timings, windows.

    python benchmarks/usdm_compare.py RESULTS EXAMPLES [--table]

RESULTS holds `ID.json` of `soesift detect`, EXAMPLES CDISC's studies (file names that hold the ID or `CDISC_Pilot`).
CDISC's encounters of the main timeline are paired with ours by their days from the first dose, else by the figures and
words of their names. Where the two differ and the printed schedule is on our side, the reason stands in `ARGUED`.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from soesift.export.usdm import write_usdm
from soesift.result.store import read_result

STUDIES = {"LZZT": "CDISC_Pilot", "NCT03421379": "NCT03421379", "NCT04573309": "NCT04573309"}
ARGUED = {
    ("LZZT", "window"): "the schedule prints no windows; CDISC took them from the text",
    ("NCT03421379", "timing"): "of period 2 the schedule prints only days of its own, and of the wash-out a length; "
    "which visit the last treatment is, from which the follow-up counts, it does not say",
    ("NCT03421379", "window"): "it stands at a follow-up without a column to count from, and is a note there",
}
_PER_DAY = {"D": 1.0, "W": 7.0, "H": 1 / 24, "M": 1 / 1440}


class Visit(NamedTuple):
    """An encounter: days from the first dose (None: none is given), and the window's days before and after."""

    name: str
    days: float | None
    window: tuple[float, float] | None


def days_of(duration: str | None) -> float | None:
    """Days of an ISO 8601 length: P2W, P14D, PT4H."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([WDHM])", duration or "")
    return sum(float(number) * _PER_DAY[unit] for number, unit in parts) if parts else None


def visits_of(study: dict[str, Any]) -> list[Visit]:
    """The encounters of the main timelines in order, each with the time and window of its first timing."""
    design = study["study"]["versions"][0]["studyDesigns"][0]
    names = {e["id"]: f"{e.get('label') or e['name']} {e.get('description') or ''}" for e in design["encounters"]}
    found: dict[str, Visit] = {name: Visit(label, None, None) for name, label in names.items()}
    for line in design["scheduleTimelines"]:
        if line.get("mainTimeline") or len(design["scheduleTimelines"]) == 1:
            _read(line, found)
    return list(found.values())


def _read(line: dict[str, Any], found: dict[str, Visit]) -> None:
    encounter = {i["id"]: i.get("encounterId") for i in line["instances"]}
    timing = {t["relativeFromScheduledInstanceId"]: t for t in line["timings"]}
    for instance, name in encounter.items():
        if name in found and found[name].days is None and instance in timing:
            own = timing[instance]
            window = (days_of(own.get("windowLower")) or 0.0, days_of(own.get("windowUpper")) or 0.0)
            days = _from_first(instance, timing, set())
            found[name] = found[name]._replace(days=days, window=window if any(window) else None)


def _from_first(instance: str, timing: dict[str, dict[str, Any]], seen: set[str]) -> float | None:
    """Days from the fixed reference, along the instances that times count from."""
    own = timing.get(instance)
    if own is None or instance in seen:
        return None
    if own["type"]["decode"].startswith("Fixed"):
        return 0.0
    before = _from_first(own["relativeToScheduledInstanceId"], timing, seen | {instance})
    length = days_of(own["value"])
    if before is None or length is None:
        return None
    return before + (-length if own["type"]["decode"] == "Before" else length)


def words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+|-?\d+", name.lower())) - {"visit", "day", "week"}


def paired(theirs: list[Visit], ours: list[Visit]) -> list[tuple[Visit, Visit | None]]:
    """Each of theirs with one of ours: of the same day (to one), else the most words in common."""
    left = list(ours)
    found: list[tuple[Visit, Visit | None]] = []
    for visit in theirs:
        same = [o for o in left if visit.days is not None and o.days is not None and abs(o.days - visit.days) <= 1]
        alike = sorted(left, key=lambda o: -len(words(o.name) & words(visit.name)))
        alike = [o for o in alike if words(o.name) & words(visit.name)]
        other = next(iter(same or alike), None)
        if other is not None:
            left.remove(other)
        found.append((visit, other))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--table", action="store_true", help="every pair")
    args = parser.parse_args()
    for name, part in STUDIES.items():
        result = args.results / f"{name}.json"
        example = next((p for p in args.examples.glob("*.json") if part in p.name), None)
        if not result.exists() or example is None:
            print(f"{name}: no result or no example")
            continue
        with tempfile.TemporaryDirectory() as folder:
            ours = visits_of(json.loads(write_usdm(read_result(result), Path(folder) / "s.json").read_text("utf-8")))
        report(name, paired(visits_of(json.loads(example.read_text("utf-8"))), ours), args.table)


def report(name: str, pairs: list[tuple[Visit, Visit | None]], table: bool) -> None:
    both = [(a, b) for a, b in pairs if b is not None]
    timed = [(a, b) for a, b in both if a.days is not None]
    equal = [(a, b) for a, b in timed if b.days is not None and abs(a.days - b.days) <= 1]  # type: ignore[operator]
    windows = [(a, b) for a, b in both if a.window is not None]
    same = [(a, b) for a, b in windows if a.window == b.window]
    print(
        f"{name}: encounters {len(both)} of {len(pairs)}, timings {len(equal)} of {len(timed)}, "
        f"windows {len(same)} of {len(windows)}"
    )
    for kind in ("timing", "window"):
        if (name, kind) in ARGUED:
            print(f"    {kind}s that differ: {ARGUED[name, kind]}")
    for a, b in pairs if table else ():
        print(f"    {a.name}: {a.days} {a.window} | {b}")


if __name__ == "__main__":
    main()
