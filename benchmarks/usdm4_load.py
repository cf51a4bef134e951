"""Load the USDM export of each document of the cell reference with usdm4, in an environment of its own.

    python benchmarks/usdm4_load.py CELLS RESULTS --python VENV/bin/python

VENV holds `usdm4` (pip install usdm4; it is never installed beside soesift). RESULTS holds `ID.json` as `soesift
detect` writes them. For each document: whether the assembler validates and builds it without an error, and how many of
the reference's activities and visits that our grid had are in the USDM study (activities by name, visits as
encounters of the timeline).
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from soesift.export.usdm4_input import usdm4_input
from soesift.result.store import read_result

LOADER = r"""
import json, sys
from pathlib import Path
import usdm4
from simple_error_log.errors import Errors
from usdm4.assembler.assembler import Assembler
errors = Errors()
data = json.loads(Path(sys.argv[1]).read_text())
data |= {
    "identification": {"titles": {"official": "A study"}, "identifiers": [
        {"identifier": "S-1", "scope": {"non_standard": {"type": "pharma", "role": "sponsor", "name": "A sponsor",
         "description": "", "label": "A sponsor", "identifier": "1", "identifierScheme": "none"}}}], "roles": {}},
    "document": {"document": {"label": "Protocol", "version": "1", "status": "Final", "template": "none",
                              "version_date": "2020-01-01"}, "sections": []},
    "population": {"label": "Adults", "inclusion_exclusion": {"inclusion": ["Consent"], "exclusion": []}},
    "study_design": {"label": "Design", "rationale": "none", "trial_phase": "phase-1"},
    "study": {"name": {"identifier": "S-1"}, "version": "1", "rationale": "none"},
}
assembler = Assembler(Path(usdm4.__file__).parent.as_posix(), errors)
assembler.execute(data)
wrapper = assembler.wrapper("check", "1")
bad = [str(e.to_dict()) for e in errors._items if e.level >= Errors.ERROR]
found = {"errors": bad[:5], "loaded": wrapper is not None and assembler.study is not None}
if found["loaded"]:
    design = wrapper.study.versions[0].studyDesigns[0]
    found["activities"] = [a.label for a in design.activities]
    found["encounters"] = len(design.encounters)
    found["timelines"] = [[t.label, t.mainTimeline, len(t.instances), sum(len(i.activityIds) for i in t.instances)]
                          for t in design.scheduleTimelines]
    found["conditions"] = len(wrapper.study.versions[0].conditions)
print("FOUND" + json.dumps(found))
"""


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def like(wanted: str, names: list[str]) -> bool:
    """Whether a name is this one, but for a marker or a line break."""
    one = letters(wanted)
    return any(
        n == one
        or (n and (n.startswith(one) or one.startswith(n)))
        or difflib.SequenceMatcher(None, one, n).ratio() > 0.8
        for n in map(letters, names)
    )


def load(data: dict[str, Any], python: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input.json"
        path.write_text(json.dumps(data))
        run = subprocess.run([python, "-c", LOADER, path], capture_output=True, text=True, timeout=600)
    line = next((x for x in run.stdout.splitlines() if x.startswith("FOUND")), None)
    return json.loads(line[5:]) if line else {"loaded": False, "errors": [run.stderr[-400:]]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--python", type=Path, required=True, help="of the environment that has usdm4")
    options = parser.parse_args()
    loaded = documents = 0
    for path in sorted(options.cells.glob("*.json")):
        result = read_result(options.results / path.name)
        data = usdm4_input(result)
        found = load(data, options.python)
        ours = [row for table in result.tables for row in table.grid]
        grid_names = [text for row in ours for text in row[:3]]
        wanted = [a["name"] for t in json.loads(path.read_text())["tables"] for a in t["activities"]]
        present = [name for name in wanted if like(name, grid_names)]
        kept = [name for name in present if like(name, found.get("activities", []))]
        columns = sum(len(t["visits"]["items"]) for t in data["soa"])
        marks = sum(len(mark["visits"]) for t in data["soa"] for mark in flat(t["activities"]["items"]))
        linked = sum(t[3] for t in found.get("timelines", []))
        good = found["loaded"] and not found["errors"]
        documents, loaded = documents + 1, loaded + good
        print(
            f"{path.stem:14} {'loads' if good else 'FAILS':6} activities {len(kept)} of {len(present)} in our grid"
            f" ({len(wanted)} in the reference), encounters {found.get('encounters', 0)} of {columns},"
            f" marks {linked} of {marks},"
            f" conditions {found.get('conditions', 0)}, timelines {len(found.get('timelines', []))}"
        )
        for name in sorted(set(present) - set(kept)):
            print("    missing:", name[:70])
        for error in found["errors"]:
            print("    error:", error[:300])
    print(f"{loaded} of {documents} documents load")


def flat(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for item in items for one in (item, *flat(item["children"]))]


if __name__ == "__main__":
    main()
