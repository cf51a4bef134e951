"""Hold the hand-off files of real results against the public schemas: FHIR R4B, ODM 1.3.2, REDCap's rules for its CSV.

    python benchmarks/hand_off_valid.py RESULTS [--found FOUND.jsonl]      (needs fhir.resources, xmlschema and odmlib)

RESULTS holds `ID.json` of `soesift detect`. What is found is added to FOUND as it comes, by the bytes of a result;
a result that is there is not checked again, so that a run that was ended goes on. REDCap has no public schema: its
documented rules are checked (names of fields and events, uniqueness, every form and event that is referred to is
defined, days between the offsets).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import tempfile
from importlib.resources import files
from pathlib import Path

from soesift.export.edc import redcap_files, write_odm
from soesift.export.fhir import fhir_bundle
from soesift.result.models import Result
from soesift.result.store import read_result


def fhir_faults(result: Result) -> list[str]:
    from fhir.resources.R4B.bundle import Bundle

    try:
        Bundle.model_validate_json(json.dumps(fhir_bundle(result)))
    except ValueError as error:
        return [str(error).splitlines()[0]]
    return []


def odm_faults(result: Result) -> list[str]:
    import xmlschema

    schema = xmlschema.XMLSchema(str(files("odmlib").joinpath("schemas/odm/1.3.2/ODM1-3-2.xsd")))
    with tempfile.TemporaryDirectory() as folder:
        path = write_odm(result, Path(folder) / "odm.xml")
        return [str(error.reason) for error in schema.iter_errors(str(path))]


def redcap_faults(result: Result) -> list[str]:
    rows = {name: list(csv.DictReader(io.StringIO(text))) for name, text in redcap_files(result).items()}
    fields = [row["Variable / Field Name"] for row in rows["dictionary"]]
    events = [row["unique_event_name"] for row in rows["events"]]
    forms = {row["Form Name"] for row in rows["dictionary"]}
    faults = [f"field {name}" for name in fields if not re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name)]
    faults += [f"event {name}" for name in events if not re.fullmatch(r"[a-z0-9_]{1,18}_arm_\d+", name)]
    faults += ["fields twice"] * (len(fields) != len(set(fields))) + ["events twice"] * (
        len(events) != len(set(events))
    )
    faults += [f"no form {r['form']}" for r in rows["mapping"] if r["form"] not in forms]
    faults += [f"no event {r['unique_event_name']}" for r in rows["mapping"] if r["unique_event_name"] not in events]
    return faults + [
        f"{key} of {row['unique_event_name']}"
        for row in rows["events"]
        for key in ("day_offset", "offset_min", "offset_max")
        if not re.fullmatch(r"-?\d+", row[key] or "0")
    ]


CHECKS = {"fhir": fhir_faults, "odm": odm_faults, "redcap": redcap_faults}


def checked(path: Path, known: dict[str, dict[str, list[str]]], into: Path | None) -> dict[str, list[str]]:
    """Faults of a result by format, from what is known or by its checks."""
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    if key not in known:
        result = read_result(path)
        known[key] = {name: check(result) for name, check in CHECKS.items()}
        if into is not None:
            with into.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"sha256": key, "faults": known[key]}) + "\n")
    return known[key]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--found", type=Path, help="JSON Lines of what was found before, added to")
    options = parser.parse_args()
    lines = options.found.read_text("utf-8").splitlines() if options.found and options.found.exists() else []
    known = {entry["sha256"]: entry["faults"] for entry in map(json.loads, lines)}
    paths = sorted(options.results.glob("*.json"))
    good = dict.fromkeys(CHECKS, 0)
    for path in paths:
        for name, faults in checked(path, known, options.found).items():
            good[name] += not faults
            if faults:
                print(f"{path.stem}: {name}: {len(faults)} faults, first: {faults[0][:160]}", flush=True)
    print(f"{len(paths)} documents; valid: " + ", ".join(f"{name} {count}" for name, count in good.items()))


if __name__ == "__main__":
    main()
