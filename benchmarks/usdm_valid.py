"""Hold our USDM studies against the field's own programs, in an environment of their own.

    python benchmarks/usdm_valid.py RESULTS --python VENV/bin/python --cache CORE_CACHE --examples EXAMPLES [--core]
        [--excel] [--found FOUND.jsonl]

VENV (Python 3.12) holds `usdm4` and `cdisc-rules-engine`; they are never installed beside soesift. CORE_CACHE is
usdm4's cache of CORE's rules and terminology, EXAMPLES a folder with CDISC's own studies. RESULTS holds `ID.json` as
`soesift detect` writes them. For each document: whether usdm4 reads the study, which of its rules (and, with --core, of
CORE's) fail, and which of these no example of CDISC fails. With --excel usdm4-excel, which VENV then holds as well,
writes the study as a workbook and reads it back: encounters, activities and timelines before and after. CORE and Excel
take minutes a study: what was found is added to FOUND as it comes, and a study whose bytes are there is not checked
again.

What study_definitions_workbench asks of a study that it imports (`ImportUSDM4`: phases, title, identifiers, sponsor) is
asked of usdm4 here, too; its web pages and its database are not run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from soesift.export.usdm import write_usdm
from soesift.result.store import read_result

Found = dict[str, Any]  # "usdm4" and "core": rules that fail; "reads"; "excel": counts before and after; "error"
CHECK = r"""
import json, shutil, sys, tempfile
from simple_error_log.errors import Errors
from usdm4 import USDM4
cache, asked, paths = sys.argv[1], sys.argv[2], sys.argv[3:]

def counts(study):
    design = study["study"]["versions"][0]["studyDesigns"][0]
    return [len(design.get(key) or []) for key in ("encounters", "activities", "scheduleTimelines")]

def by_workbook(path, folder):
    from usdm4_excel import USDM4Excel
    book = folder + "/study.xlsx"
    USDM4Excel().to_excel(path, book)
    again = json.loads(USDM4Excel().from_excel(book).to_json())
    return [counts(json.load(open(path, encoding="utf-8"))), counts(again)]

with tempfile.TemporaryDirectory() as own:
    shutil.copytree(cache, own, dirs_exist_ok=True)
    usdm = USDM4(cache_dir=own)
    for path in paths:
        found = {"path": path}
        try:
            rules = usdm.validate(path).to_dict()
            failed = [r for r in rules if str(r.get("status")).lower().startswith("fail")]
            found["usdm4"] = sorted({r.get("rule_id") or r.get("rule") for r in failed})
            study = usdm.load(path, Errors())
            found["reads"] = study is not None
            version = study.study.first_version()
            for asks in ("phases", "official_title_text", "sponsor_identifier_text", "nct_identifier", "sponsor_name"):
                getattr(version, asks)()
            if "core" in asked:
                found["core"] = sorted({f.rule_id for f in usdm.validate_core(path).findings})
            if "excel" in asked:
                found["excel"] = by_workbook(path, own)
        except Exception as error:
            found["error"] = repr(error)[:300]
        print("FOUND" + json.dumps(found), flush=True)
"""


def check(command: Sequence[str], paths: Sequence[Path]) -> Iterator[Found]:
    """What the validators say of each file, as they say it."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        run = subprocess.Popen([*command, *map(str, paths)], stdout=subprocess.PIPE, stderr=said, text=True)
        for line in run.stdout or ():
            if line.startswith("FOUND"):
                yield json.loads(line[5:])
        if run.wait():
            said.seek(0)
            raise SystemExit(said.read()[-800:])


def checked(command: Sequence[str], paths: Sequence[Path], kept: Path | None) -> list[Found]:
    """What is said of each file, in order; by its hash it is kept in `kept`."""
    keys = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    lines = kept.read_text("utf-8").splitlines() if kept is not None and kept.exists() else []
    known = {one["sha256"]: one for one in map(json.loads, lines)}
    new = [path for path in paths if keys[path] not in known]
    for found in check(command, new) if new else ():
        key = keys[Path(found.pop("path"))]
        known[key] = {"sha256": key, **found}
        if kept is not None:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(known[key]) + "\n")
    return [known[keys[path]] for path in paths]


def rules(found: Found) -> set[str]:
    return {str(rule) for kind in ("usdm4", "core") for rule in found.get(kind, ())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--python", type=Path, required=True, help="of the environment that has usdm4")
    parser.add_argument("--cache", type=Path, required=True, help="usdm4's cache of CORE's rules")
    parser.add_argument("--examples", type=Path, required=True, help="CDISC's own studies")
    parser.add_argument("--core", action="store_true", help="CORE as well")
    parser.add_argument("--excel", action="store_true", help="usdm4-excel as well")
    parser.add_argument("--found", type=Path, help="JSON Lines of what was found before, added to")
    options = parser.parse_args()
    more = [name for name in ("core", "excel") if getattr(options, name)]
    command = [str(options.python), "-c", CHECK, str(options.cache), " ".join(more)]
    theirs = checked(command, sorted(options.examples.glob("*.json")), options.found)
    bar = [rules(found) for found in theirs]
    some_fail, all_fail = set().union(*bar), set.intersection(*bar)
    print(f"CDISC's {len(bar)} examples: {len(all_fail)} rules fail in all, {len(some_fail)} in some")
    loaded = good = back = 0
    with tempfile.TemporaryDirectory() as folder:
        results = [read_result(path) for path in sorted(options.results.glob("*.json"))]
        names = [result.document.name for result in results if result.tables]
        files = [
            write_usdm(result, Path(folder) / f"{n:03}.json") for n, result in enumerate(r for r in results if r.tables)
        ]
        for name, found in zip(names, checked(command, files, options.found), strict=True):
            fresh = rules(found) - some_fail
            loaded, good = loaded + bool(found.get("reads")), good + (not fresh and "error" not in found)
            before, after = found.get("excel") or (None, ())
            back += before == after
            print(
                f"{name[:30]:30} {'reads' if found.get('reads') else 'FAILS'} rules failed {len(rules(found))}:"
                f" {' '.join(sorted(rules(found)))}; that no example fails: {' '.join(sorted(fresh)) or 'none'}"
                f" {f'workbook {before} {after}' if before else ''} {found.get('error', '')}"
            )
    print(f"{loaded} of {len(files)} read by usdm4; {good} fail no rule that CDISC's examples pass")
    if options.excel:
        print(f"{back} of {len(files)} come back from usdm4-excel with as many encounters, activities and timelines")


if __name__ == "__main__":
    main()
