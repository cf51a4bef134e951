"""Fuzz for a time and print how many cases were run: `python benchmarks/fuzz.py --seconds 600 [--target page ...]`.

Cases that fail are printed and kept in `--database` (they are run again first); a case worth
keeping for good goes into tests/fuzz/test_fuzz_found.py by hand.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "fuzz")]

from fuzz_targets import TARGETS  # noqa: E402
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis.database import DirectoryBasedExampleDatabase  # noqa: E402

ROUND = 500  # cases between looks at the clock


def fuzz(name: str, seconds: float, database: Path) -> tuple[int, list[str]]:
    """Cases run in about `seconds`, and one line for each failure found (a target ends with its first)."""
    target, count, end = TARGETS[name], 0, time.monotonic() + seconds
    slow = list(HealthCheck)
    quick = [Phase.reuse, Phase.generate]  # making a case smaller can take longer than finding it

    @settings(
        max_examples=ROUND, deadline=None, suppress_health_check=slow, phases=quick,
        database=DirectoryBasedExampleDatabase(database),
    )
    @given(target.cases)
    def run(case: object) -> None:
        nonlocal count
        count += 1
        target.check(case)

    while time.monotonic() < end:
        try:
            run()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            notes = "; ".join(getattr(error, "__notes__", []))
            return count, [f"{name}: {error!r} {notes}"[:2000]]
    return count, []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--target", action="append", choices=list(TARGETS))
    parser.add_argument("--database", type=Path, default=Path(".hypothesis/fuzz"))
    options = parser.parse_args()
    failures: list[str] = []
    print("| target | cases | failures |\n|---|---|---|", flush=True)
    for name in options.target or TARGETS:
        count, found = fuzz(name, options.seconds, options.database)
        failures += found
        print(f"| {name} | {count:,} | {len(found)} |", flush=True)
    print("\n".join(failures))
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()
