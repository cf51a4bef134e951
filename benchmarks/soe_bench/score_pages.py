"""Page and table scores of a folder of results, by collection and half of SoE-Bench 2.

    python benchmarks/soe_bench/score_pages.py RESULTS [--half dev|aside] [--collection 36|19]

RESULTS: ID.json of `soesift detect`, or of any system that writes `{"tables": [{"pages", "table_type"}]}`. A document
without a result counts as one in which nothing was found.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from soesift.evaluate.pages import score_folder

HERE = Path(__file__).resolve().parent
GOLD = {"36": HERE / "gold", "19": HERE / "gold-more"}
TOLD = ("pages_pooled_f1", "pages_pooled_recall", "tables_pooled_f1")


def chosen(half: str | None, collection: str | None) -> list[Path]:
    """Gold files of the documents asked for, by the manifest."""
    head, *lines = [line.split("\t") for line in (HERE / "manifest.tsv").read_text("utf-8").splitlines()]
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    kept = [r for r in rows if half in (None, r["half"]) and collection in (None, r["collection"])]
    return [GOLD[row["collection"]] / f"{row['id']}.json" for row in kept]


def score(paths: Sequence[Path], results: Path, broad: bool = False) -> dict[str, float]:
    """Summary of `evaluate.pages` over these documents alone."""
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            (Path(folder) / path.name).write_bytes(path.read_bytes())
        return score_folder(Path(folder), results, broad=broad).summary


def line(name: str, paths: Sequence[Path], results: Path) -> str:
    strict, broad = score(paths, results), score(paths, results, broad=True)
    told = [f"{strict[key]:.4f}" for key in TOLD] + [f"{broad['pages_pooled_f1']:.4f}"]
    complete = f"{strict['all_pages_found']:g}/{strict['with_schedule']:g}"
    return f"| {name} | {len(paths)} | {' | '.join(told)} | {complete} | {strict['false_alarms_without_schedule']:g} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--half", choices=["dev", "aside"])
    parser.add_argument("--collection", choices=["36", "19"])
    options = parser.parse_args()
    print("| documents | number | page F1 strict | recall | tables F1 | page F1 broad | complete | false alarms |")
    print("| --- " * 8 + "|")
    for collection in [options.collection] if options.collection else ["36", "19"]:
        for half in [options.half] if options.half else ["dev", "aside"]:
            print(line(f"{collection}, {half}", chosen(half, collection), options.results))


if __name__ == "__main__":
    main()
