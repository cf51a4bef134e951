"""Fuzz for a time and print how many cases were run: `python benchmarks/fuzz.py --seconds 600 [--target page ...]`.

Cases that fail are printed and kept in `--database` (they are run again first); a case worth
keeping for good goes into tests/fuzz/test_fuzz_found.py by hand.

`--numbered COUNT [--first N]` runs cases N to N + COUNT - 1 of plain random numbers instead: far more a second, none
made smaller, each known by its number.
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
from numbered_cases import CASES  # noqa: E402

ROUND = 500  # cases between looks at the clock
TOLD = 50_000  # numbered cases between two lines about where it is
MOST = 5  # findings after which a target's numbered cases end


def fuzz(name: str, seconds: float, database: Path) -> tuple[int, list[str]]:
    """Cases run in about `seconds`, and one line for each failure found (a target ends with its first)."""
    target, count, end = TARGETS[name], 0, time.monotonic() + seconds
    slow = list(HealthCheck)
    quick = [Phase.reuse, Phase.generate]  # making a case smaller can take longer than finding it

    @settings(
        max_examples=ROUND,
        deadline=None,
        suppress_health_check=slow,
        phases=quick,
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


def numbered(name: str, first: int, count: int) -> tuple[int, list[str]]:
    """Cases run, and one line for each failure found."""
    found: list[str] = []
    for done in range(count):
        try:
            TARGETS[name].check(CASES[name](first + done))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            found.append(f"{name} {first + done}: {error!r}"[:2000])
            if len(found) == MOST:
                return done + 1, found
        if (done + 1) % TOLD == 0:
            print(f"{name}: {done + 1:,} cases, {len(found)} failures", file=sys.stderr, flush=True)
    return count, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--target", action="append", choices=list(TARGETS))
    parser.add_argument("--numbered", type=int, default=0, metavar="COUNT", help="numbered cases for each target")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--database", type=Path, default=Path(".hypothesis/fuzz"))
    options = parser.parse_args()
    failures: list[str] = []
    print("| target | cases | processor seconds | failures |\n|---|---|---|---|", flush=True)
    for name in options.target or TARGETS:
        began = time.process_time()
        if options.numbered:
            count, found = numbered(name, options.first, options.numbered)
        else:
            count, found = fuzz(name, options.seconds, options.database)
        failures += found
        print(f"| {name} | {count:,} | {time.process_time() - began:,.0f} | {len(found)} |", flush=True)
    print("\n".join(failures))
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()
