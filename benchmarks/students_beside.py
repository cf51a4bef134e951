"""Arms of several studies on the same tables, folds and seeds in one table: other bases, other tasks.

    python benchmarks/students_beside.py TABLES.jsonl GOLD.jsonl NAME=STUDY/ARM... [--only NAMES.txt] [--without FILE]

STUDY/ARM is a folder of results that `soesift study` wrote; with the first the others are compared. Seeds that are not
whole in an arm are left out of it. Macro F1 over protocols and the paired difference, 95 % over protocols
and seeds (10,000 resamples); of one seed, over protocols alone. --only, --without: files of protocol names, one a line.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from soesift.evaluate.bootstrap import macro_difference, macro_estimate
from soesift.evaluate.scores import per_protocol, pooled
from soesift.json_lines import model_lines
from soesift.select.pots import read_known
from soesift.study.run import Result
from soesift.table.record import TableRecord

HEAD = (
    "student",
    "seeds",
    "macro F1 (95 %)",
    "of the seeds",
    "recall",
    "precision",
    "pooled F1",
    "average precision",
    "wrong",
    "first - this",
)


def by_seed(folder: Path) -> dict[int, dict[str, float]]:
    """Held-out probability of each table, by seed; an arm without an answer says NO."""
    found: dict[int, dict[str, float]] = {}
    for path in sorted(folder.glob("*.json")):
        one = Result.model_validate_json(path.read_text("utf-8"))
        found.setdefault(one.seed, {}).update({t: p or 0.0 for t, p in zip(one.tables, one.p, strict=True)})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("arms", nargs="+", metavar="NAME=STUDY/ARM")
    parser.add_argument("--only", type=Path)
    parser.add_argument("--without", type=Path)
    given = parser.parse_args()
    known = read_known(given.gold, ["soe"])
    documents = {r.table_id: r.document for r in model_lines(given.tables, TableRecord)}
    if given.only:
        names = set(given.only.read_text("utf-8").split())
        documents = {t: d for t, d in documents.items() if d in names}
    if given.without:
        names = set(given.without.read_text("utf-8").split())
        documents = {t: d for t, d in documents.items() if d not in names}
    ids = sorted(t for t in known if t in documents)
    arms = {name: by_seed(Path(path)) for name, _, path in (arm.partition("=") for arm in given.arms)}
    show(ids, np.array([known[t] for t in ids]), np.array([documents[t] for t in ids]), arms)


def show(ids: list[str], truth: np.ndarray, groups: np.ndarray, arms: dict[str, dict[int, dict[str, float]]]) -> None:
    """One line an arm: seeds, macro F1, its seeds, recall, precision, pooled scores, and the difference."""
    print(f"{len(ids)} tables, {int(truth.sum())} schedules, {len(np.unique(groups))} protocols")
    print(f"| {' | '.join(HEAD)} |")
    print("|---" * len(HEAD) + "|")
    first: dict[int, np.ndarray] = {}
    for name, told in arms.items():
        whole = {seed: p for seed, p in sorted(told.items()) if all(t in p for t in ids)}
        said = {seed: np.array([p[t] for t in ids]) for seed, p in whole.items()}
        each = {seed: per_protocol(truth, p > 0.5, groups, p).values for seed, p in said.items()}
        if not each:
            print(f"| {name} | none is whole | | | | | | | | |")
            continue
        value, low, high = macro_estimate(np.stack([v[:, 2] for v in each.values()]))
        precision, recall = (float(np.mean([v[:, i].mean() for v in each.values()])) for i in (0, 1))
        all_of = [pooled(truth, p > 0.5, p) for p in said.values()]
        f1, ranked = (float(np.mean([one[key] for one in all_of])) for key in ("f1", "average_precision"))
        wrong = np.mean([((p > 0.5) != (truth == 1)).sum() for p in said.values()])
        both = sorted(set(first) & set(each))
        gap = ""
        if both:
            d = macro_difference(*(np.stack([of[s][:, 2] for s in both]) for of in (first, each)))
            gap = f"{d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})"
        seeds = [float(v[:, 2].mean()) for v in each.values()]
        spread = f"{min(seeds):.3f} to {max(seeds):.3f}"
        told_by = (name, ", ".join(map(str, each)), f"{value:.3f} ({low:.3f}-{high:.3f})", spread)
        scores = (f"{recall:.3f}", f"{precision:.3f}", f"{f1:.3f}", f"{ranked:.4f}", f"{wrong:.1f}", gap)
        print(f"| {' | '.join((*told_by, *scores))} |")
        first = first or each


if __name__ == "__main__":
    main()
