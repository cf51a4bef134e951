"""Page and table scores of a folder of results, by collection and half of SoE-Bench 2.

    python benchmarks/soe_bench/score_pages.py RESULTS [--half dev|aside] [--collection 36|19]

RESULTS: ID.json of `soesift detect`, or of any system that writes `{"tables": [{"pages", "table_type"}]}`. A document
without a result counts as one in which nothing was found. Of results of `soesift detect` a second table says how many
pages are pictures, how many of these were read, and how many of a schedule (neither `subsidiary`) were not.
"""

from __future__ import annotations

import argparse
import json
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


def pictures(paths: Sequence[Path], results: Path) -> tuple[int, int, int, int]:
    """Pages that are pictures, those read, pages of a schedule among the pictures, and of these not read."""
    total = [0, 0, 0, 0]
    for gold in paths:
        found = results / gold.name
        document = json.loads(found.read_text("utf-8")).get("document", {}) if found.is_file() else {}
        left = {one["page"] for one in document.get("pictures_not_read", ())}
        shown = {*document.get("image_only_pages", ()), *left}
        kept = [table for table in json.loads(gold.read_text("utf-8"))["soe_tables"] if table["type"] != "subsidiary"]
        true = {page for table in kept for page in table["grid_pages"]} & shown
        total = [a + b for a, b in zip(total, map(len, (shown, shown - left, true, true & left)), strict=True)]
    return total[0], total[1], total[2], total[3]


def groups(options: argparse.Namespace) -> list[tuple[str, list[Path]]]:
    """Collections and halves asked for, each by name with its gold files."""
    collections = [options.collection] if options.collection else ["36", "19"]
    halves = [options.half] if options.half else ["dev", "aside"]
    return [(f"{collection}, {half}", chosen(half, collection)) for collection in collections for half in halves]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--half", choices=["dev", "aside"])
    parser.add_argument("--collection", choices=["36", "19"])
    options = parser.parse_args()
    print("| documents | number | page F1 strict | recall | tables F1 | page F1 broad | complete | false alarms |")
    print("| --- " * 8 + "|")
    for name, paths in groups(options):
        print(line(name, paths, options.results))
    print("\n| documents | pages that are pictures | read | of a schedule | of these not read |")
    print("| --- " * 5 + "|")
    for name, paths in groups(options):
        print(f"| {name} | {' | '.join(map(str, pictures(paths, options.results)))} |")


if __name__ == "__main__":
    main()
