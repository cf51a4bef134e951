"""Hold our USDM studies against the field's own programs, in an environment of their own.

    python benchmarks/usdm_valid.py RESULTS --python VENV/bin/python --cache CORE_CACHE --examples EXAMPLES [--core]
        [--found FOUND.jsonl]

VENV (Python 3.12) holds `usdm4` and `cdisc-rules-engine`; they are never installed beside soesift. CORE_CACHE is
usdm4's cache of CORE's rules and terminology, EXAMPLES a folder with CDISC's own studies. RESULTS holds `ID.json` as
`soesift detect` writes them. For each document: whether usdm4 reads the study, which of its rules (and, with --core, of
CORE's) fail, and which of these no example of CDISC fails. CORE takes minutes a study: what was found is added to FOUND
as it comes, and a study whose bytes are there is not checked again.
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

Found = dict[str, Any]  # "usdm4" and "core": rules that fail; "reads"; "error"
CHECK = r"""
import json, shutil, sys, tempfile
from simple_error_log.errors import Errors
from usdm4 import USDM4
cache, core, paths = sys.argv[1], sys.argv[2] == "core", sys.argv[3:]
with tempfile.TemporaryDirectory() as own:
    shutil.copytree(cache, own, dirs_exist_ok=True)
    usdm = USDM4(cache_dir=own)
    for path in paths:
        found = {"path": path}
        try:
            rules = usdm.validate(path).to_dict()
            failed = [r for r in rules if str(r.get("status")).lower().startswith("fail")]
            found["usdm4"] = sorted({r.get("rule_id") or r.get("rule") for r in failed})
            found["reads"] = usdm.load(path, Errors()) is not None
            if core:
                found["core"] = sorted({f.rule_id for f in usdm.validate_core(path).findings})
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
    parser.add_argument("--found", type=Path, help="JSON Lines of what was found before, added to")
    options = parser.parse_args()
    command = [str(options.python), "-c", CHECK, str(options.cache), "core" if options.core else ""]
    theirs = checked(command, sorted(options.examples.glob("*.json")), options.found)
    bar = [rules(found) for found in theirs]
    some_fail, all_fail = set().union(*bar), set.intersection(*bar)
    print(f"CDISC's {len(bar)} examples: {len(all_fail)} rules fail in all, {len(some_fail)} in some")
    loaded = good = 0
    with tempfile.TemporaryDirectory() as folder:
        results = [read_result(path) for path in sorted(options.results.glob("*.json"))]
        names = [result.document.name for result in results if result.tables]
        files = [
            write_usdm(result, Path(folder) / f"{n:03}.json") for n, result in enumerate(r for r in results if r.tables)
        ]
        for name, found in zip(names, checked(command, files, options.found), strict=True):
            fresh = rules(found) - some_fail
            loaded, good = loaded + bool(found.get("reads")), good + (not fresh and "error" not in found)
            print(
                f"{name[:30]:30} {'reads' if found.get('reads') else 'FAILS'} rules failed {len(rules(found))}:"
                f" {' '.join(sorted(rules(found)))}; that no example fails: {' '.join(sorted(fresh)) or 'none'}"
                f" {found.get('error', '')}"
            )
    print(f"{loaded} of {len(files)} read by usdm4; {good} fail no rule that CDISC's examples pass")


if __name__ == "__main__":
    main()
