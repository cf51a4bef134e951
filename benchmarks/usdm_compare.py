"""Hold our USDM studies against CDISC's published ones of the same protocols: encounters, timings, windows.

    python benchmarks/usdm_compare.py RESULTS EXAMPLES [--table]

RESULTS holds `ID.json` of `soesift detect`, EXAMPLES CDISC's studies (file names that hold the ID or `CDISC_Pilot`).
CDISC's encounters of the main timeline are paired with ours of the same day, else of a day beside it, else by the
figures and words of their names. A timing is equal if the day is the same to the hour, or its length and the encounter
that it counts from are. For each difference somebody looked at the printed page; where it is on our side the reason
stands in `usdm_argued.tsv` (page from 1, code, reason). What is neither equal nor argued is counted as ours wrong.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from soesift.export.usdm import write_usdm
from soesift.result.store import read_result

STUDIES = {"LZZT": "CDISC_Pilot", "NCT03421379": "NCT03421379", "NCT04573309": "NCT04573309"}
KINDS = ("encounter", "timing", "window")
_PER_DAY = {"D": 1.0, "W": 7.0, "H": 1 / 24, "M": 1 / 1440}


class Visit(NamedTuple):
    """An encounter: days from the first dose (None: none is given), the window's days before and after, and the days
    from the encounter whose id is `counts_from`; `words` are those of its name and description."""

    id: str
    name: str
    words: set[str]
    days: float | None
    window: tuple[float, float] | None
    length: float | None = None
    counts_from: str = ""


def days_of(duration: str | None) -> float | None:
    """Days of an ISO 8601 length: P2W, P14D, PT4H."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([WDHM])", duration or "")
    return sum(float(number) * _PER_DAY[unit] for number, unit in parts) if parts else None


def visits_of(study: dict[str, Any]) -> list[Visit]:
    """The encounters of the main timeline in order, each with the time and window of its first timing."""
    design = study["study"]["versions"][0]["studyDesigns"][0]
    lines = design["scheduleTimelines"]
    main = next(line for line in lines if line.get("mainTimeline") or len(lines) == 1)
    met = {instance.get("encounterId") for instance in main["instances"]}
    found = {e["id"]: _untimed(e) for e in design["encounters"] if e["id"] in met}
    _read(main, found)
    return list(found.values())


def _untimed(encounter: dict[str, Any]) -> Visit:
    label = encounter.get("label") or encounter["name"]
    return Visit(encounter["id"], label, words(f"{label} {encounter.get('description') or ''}"), None, None)


def _read(line: dict[str, Any], found: dict[str, Visit]) -> None:
    encounter = {i["id"]: i.get("encounterId") for i in line["instances"]}
    timing = {t["relativeFromScheduledInstanceId"]: t for t in line["timings"]}
    for instance, name in encounter.items():
        if name in found and found[name].days is None and found[name].length is None and instance in timing:
            own = timing[instance]
            window = (days_of(own.get("windowLower")) or 0.0, days_of(own.get("windowUpper")) or 0.0)
            reference = encounter.get(own["relativeToScheduledInstanceId"])
            found[name] = found[name]._replace(
                days=_from_first(instance, timing, set()),
                window=window if any(window) else None,
                length=_length(own),
                counts_from=reference if reference in found else "",
            )


def _length(timing: dict[str, Any]) -> float | None:
    """Days after (negative: before) what a timing counts from."""
    days = days_of(timing["value"])
    return -days if days is not None and timing["type"]["decode"] == "Before" else days


def _from_first(instance: str, timing: dict[str, dict[str, Any]], seen: set[str]) -> float | None:
    """Days from the fixed reference, along the instances that times count from."""
    own = timing.get(instance)
    if own is None or instance in seen:
        return None
    if own["type"]["decode"].startswith("Fixed"):
        return 0.0
    before = _from_first(own["relativeToScheduledInstanceId"], timing, seen | {instance})
    length = _length(own)
    return None if before is None or length is None else before + length


def words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+|-?\d+", name.lower())) - {"visit", "day", "week"}


def paired(theirs: list[Visit], ours: list[Visit]) -> list[tuple[Visit, Visit | None]]:
    """Each of theirs with one of ours: of the same day, else of a day beside it, else the most words in common."""
    left = list(ours)
    found: dict[int, Visit] = {}
    for most in (HOUR, 1.0, None):
        for place, visit in enumerate(theirs):
            other = None if place in found else _partner(visit, left, most)
            if other is not None:
                left.remove(other)
                found[place] = other
    return [(visit, found.get(place)) for place, visit in enumerate(theirs)]


HOUR = 1 / 24


def _partner(visit: Visit, left: list[Visit], most: float | None) -> Visit | None:
    if most is not None:
        timed = [o for o in left if o.days is not None and visit.days is not None]
        return next((o for o in timed if abs((o.days or 0) - (visit.days or 0)) <= most), None)
    untimed = [o for o in left if o.days is None or visit.days is None]
    alike = [o for o in untimed if o.words & visit.words]
    return max(alike, key=lambda o: len(o.words & visit.words), default=None)


def judged(pairs: list[tuple[Visit, Visit | None]]) -> list[tuple[str, str, bool]]:
    """(kind, CDISC's name, whether equal) of each encounter, and of its timing and window where CDISC gives one."""
    partner = {a.id: b.id for a, b in pairs if b is not None}
    found = []
    for a, b in pairs:
        found.append(("encounter", a.name, b is not None))
        if b is not None and (a.days is not None or a.length is not None):
            found.append(("timing", a.name, _same_time(a, b, partner)))
        if b is not None and a.window is not None:
            found.append(("window", a.name, a.window == b.window))
    return found


def _same_time(a: Visit, b: Visit, partner: dict[str, str]) -> bool:
    if a.days is not None and b.days is not None:
        return abs(a.days - b.days) <= HOUR
    counted = bool(a.counts_from) and partner.get(a.counts_from) == b.counts_from
    return counted and a.length is not None and a.length == b.length


def read_argued(path: Path) -> dict[tuple[str, str, str], str]:
    """What the printed page says, by study, kind and CDISC's name of the encounter."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {(r["study"], r["kind"], r["encounter"]): f"{r['code']}, p. {r['page']}: {r['reason']}" for r in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--argued", type=Path, default=Path(__file__).with_name("usdm_argued.tsv"))
    parser.add_argument("--table", action="store_true", help="every pair")
    args = parser.parse_args()
    argued, total = read_argued(args.argued), Counter[str]()
    for name, part in STUDIES.items():
        result = args.results / f"{name}.json"
        example = next((p for p in args.examples.glob("*.json") if part in p.name), None)
        if not result.exists() or example is None:
            print(f"{name}: no result or no example")
            continue
        with tempfile.TemporaryDirectory() as folder:
            ours = visits_of(json.loads(write_usdm(read_result(result), Path(folder) / "s.json").read_text("utf-8")))
        pairs = paired(visits_of(json.loads(example.read_text("utf-8"))), ours)
        total += report(name, pairs, argued)
        for a, b in pairs if args.table else ():
            print(f"    {a.name}: {a.days} {a.window} | {b and (b.name, b.days, b.window)}")
    good = total["equal"] + total["better argued"]
    print(f"all: {_shown(total)}; equal or better argued {good} of {total.total()}")


def report(name: str, pairs: list[tuple[Visit, Visit | None]], argued: dict[tuple[str, str, str], str]) -> Counter[str]:
    """Prints one study by kind, and each difference with what the page says; all of them counted."""
    counts = {kind: Counter[str]() for kind in KINDS}
    lines = []
    for kind, encounter, equal in judged(pairs):
        why = "" if equal else argued.get((name, kind, encounter), "")
        verdict = "equal" if equal else "better argued" if why else "ours wrong"
        counts[kind][verdict] += 1
        lines += [] if equal else [f"    {kind} {encounter}: {verdict}{': ' if why else ''}{why}"]
    for kind in KINDS:
        print(f"{name}: {kind}s {counts[kind].total()}: {_shown(counts[kind])}")
    print("\n".join(lines))
    return sum(counts.values(), Counter[str]())


def _shown(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("equal", "better argued", "ours wrong"))


if __name__ == "__main__":
    main()
