"""Hold our USDM studies against the field's own programs, in an environment of their own.

    python benchmarks/usdm_valid.py RESULTS --python VENV/bin/python --cache CORE_CACHE --examples EXAMPLES [--core]

VENV (Python 3.12) holds `usdm4` and `cdisc-rules-engine`; they are never installed beside soesift. CORE_CACHE is
usdm4's cache of CORE's rules and terminology, EXAMPLES a folder with CDISC's own studies. RESULTS holds `ID.json` as
`soesift detect` writes them. For each document: whether usdm4 reads the study, which of its rules (and, with --core, of
CORE's) fail, and which of these no example of CDISC fails. CORE takes minutes a study.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from soesift.export.usdm import write_usdm
from soesift.result.store import read_result

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


def check(python: Path, cache: Path, core: bool, paths: list[Path]) -> list[dict[str, object]]:
    """What the validators say of each file, in order."""
    command = [str(python), "-c", CHECK, str(cache), "core" if core else "", *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True)
    found = [json.loads(line[5:]) for line in run.stdout.splitlines() if line.startswith("FOUND")]
    if len(found) < len(paths):
        raise SystemExit(run.stderr[-800:])
    return found


def rules(found: dict[str, object]) -> set[str]:
    return {str(rule) for kind in ("usdm4", "core") for rule in found.get(kind, ())}  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--python", type=Path, required=True, help="of the environment that has usdm4")
    parser.add_argument("--cache", type=Path, required=True, help="usdm4's cache of CORE's rules")
    parser.add_argument("--examples", type=Path, required=True, help="CDISC's own studies")
    parser.add_argument("--core", action="store_true", help="CORE as well")
    options = parser.parse_args()
    theirs = check(options.python, options.cache, options.core, sorted(options.examples.glob("*.json")))
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
        for name, found in zip(names, check(options.python, options.cache, options.core, files), strict=True):
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
