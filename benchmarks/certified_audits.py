"""How often certified labels break their promise, over simulated audits of made-up teachers.

    python benchmarks/certified_audits.py [--audits 1000] [--seed 0]

Wanted: at most 5 % of the kept labels wrong in each predicted class, with probability 90 %. Each line is a kind of
teacher: its violations, and the share of the labels kept by class. "edge": one error more than allowed, spread at
random, the hardest case. Violations should stay below 10 % plus Monte Carlo error, and what is uninformative must
keep nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "select"))

import test_guarantee_moved as moved
from test_certified import ALPHA, DELTA, simulate

MOVED = ("plain", "recentred", "view added")  # each audit is stratified, at different rates a stratum
KINDS = ("informative", "uninformative", "anti-informative", "edge", "ties", "perfect")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audits", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    limit = DELTA + 3 * (DELTA * (1 - DELTA) / given.audits) ** 0.5
    print(f"alpha {ALPHA}, delta {DELTA}, {given.audits} audits a kind; delta plus three standard errors: {limit:.4f}")
    worst = 0.0
    for kind in KINDS:
        rate, kept = simulate(kind, audits=given.audits, seed=given.seed)
        worst = max(worst, rate)
        print(
            f"{kind:17s} violations {round(rate * given.audits):4d} ({rate:.4f}); kept NO {kept[0]:.3f}, "
            f"YES {kept[1]:.3f}"
        )
    print(f"beliefs moved after the draw; alpha {moved.ALPHA}, delta {moved.DELTA}; the audit has {moved.SIZES} items")
    for kind in MOVED:
        rate = moved.broken(kind, given.audits, seed=given.seed)
        worst = max(worst, rate)
        print(f"{kind:17s} violations {round(rate * given.audits):4d} ({rate:.4f})")
    rate = moved.broken("recentred", given.audits, old_way=True, seed=given.seed)
    print(f"recentred, taken for a uniform sample of the new class (as it was): {rate:.4f}")
    return int(worst > limit)


if __name__ == "__main__":
    raise SystemExit(main())
