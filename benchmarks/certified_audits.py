"""How often certified labels break their promise, over simulated audits of made-up teachers.

    python benchmarks/certified_audits.py [--audits 1000] [--seed 0]

Wanted: at most 5 % of the kept labels wrong in each predicted class, with probability 90 %. Each line is a kind of
teacher: its violations, and the share of the labels kept by class. "edge": one error more than allowed, spread at
random, the hardest case. Violations should stay below 10 % plus Monte Carlo error, and what is uninformative must
keep nothing. The last two lines are what the test is worth: a class with 2 % wrong labels, alpha .10, 100
audited of 1,000.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "select"))

import numpy as np
import test_guarantee_moved as moved
from test_certified import ALPHA, DELTA, simulate

from soesift.select.certified import certify_class

MOVED = (
    "plain",
    "recentred",
    "view added",
    "view taken away",
)  # each audit is stratified, at different rates a stratum
KINDS = ("informative", "uninformative", "anti-informative", "edge", "ties", "perfect")


def worth(audits: int, seed: int) -> tuple[float, float]:
    """Share of the audits that certify something, and mean share kept, of a class of 1,000 with 2 % wrong."""
    rng, kept = np.random.default_rng(seed), []
    for _ in range(audits):
        wrong, seen = rng.permutation(1000) < 20, rng.permutation(1000) < 100
        kept.append(certify_class(rng.random(1000), seen, wrong, label=1, alpha=0.10, delta=DELTA / 2).kept / 1000)
    return float(np.mean(np.array(kept) > 0)), float(np.mean(kept))


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
        print(f"{kind:17s} violations {round(rate * given.audits):4d} ({rate:.4f})", flush=True)
    for kind in ("recentred", "view taken away"):
        rate = moved.broken(kind, given.audits, old_way=True, seed=given.seed)
        print(f"{kind}, taken for a uniform sample of the new class (as it was): {rate:.4f}", flush=True)
    some, mean = worth(given.audits, given.seed)
    print(f"2 % wrong, alpha .10, 100 of 1,000 audited: something is certified in {some:.3f} of the audits,")
    print(f"and {mean:.3f} of the class on average")
    return int(worst > limit)


if __name__ == "__main__":
    raise SystemExit(main())
