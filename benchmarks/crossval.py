"""Cross-validated scores of the whole detector on labelled protocols.

    python benchmarks/crossval.py DOCUMENTS GOLD [--cells DIR] [--held-out FILE] [--sponsors TSV] [--out DIR]

Prints page, table and document figures (strict and broad), marks, calibration, and the documents that fall short,
for the hand rule, the linear model, the trees, and, with a student's held-out logits (`soesift train CONFIG
--cross-validate`), the student alone, and student and trees together.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from soesift.classify.trees import tree_features
from soesift.evaluate.calibration import brier, expected_calibration_error
from soesift.evaluate.marks import score_folder as score_marks
from soesift.evaluate.pages import score_folder as score_pages
from soesift.sample.protocol import OTHERS
from soesift.study.detection import cross_detect
from soesift.train.gold import read_document, read_gold, read_made_up, read_student, rows_of
from soesift.train.recipe import WEIGHT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--cells", type=Path)
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--sponsors", type=Path, help="lines 'document<TAB>sponsor': never split a sponsor")
    parser.add_argument("--ocr", default="auto", choices=["auto", "never"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--yes", type=float, default=0.5)
    parser.add_argument("--made-up", type=Path, help="folder of `soesift sample` documents to learn from too")
    parser.add_argument("--out", type=Path, default=Path("out/crossval"))
    options = parser.parse_args()
    gold = read_gold(options.gold)
    documents = []
    for path in sorted(options.documents.glob("*.pdf")):
        documents.append(read_document(path, gold, options.ocr))
        print(f"read {path.stem}: {len(documents[-1].fragments)} tables", flush=True)
    report(documents, options)


def report(documents: list, options: argparse.Namespace) -> None:
    student = read_student(options.held_out) if options.held_out else None
    sponsors = (
        dict(line.split("\t")[:2] for line in options.sponsors.read_text().splitlines()) if options.sponsors else {}
    )
    groups = [sponsors[d.path.stem] for d in documents] if sponsors else None
    labels = {f.record.table_id: k for d in documents for f, k in zip(d.fragments, d.labels, strict=True)}
    made = read_made_up(options.made_up) if options.made_up else []
    extra = rows_of(made, WEIGHT, without=OTHERS) if made else None
    tree_extra = rows_of(made, WEIGHT, tree_features) if made else None
    for system in ("rule", "linear", "trees", *(("student", "stack") if student else ())):
        for seed in range(options.seeds):
            out = options.out / f"{system}-{seed}"
            found = cross_detect(
                documents,
                system,
                out,
                student=student,
                groups=groups,
                seed=seed,
                yes=options.yes,
                extra=extra,
                tree_extra=tree_extra,
            )
            print(line(system, seed, out, options, found, labels), flush=True)
    for name, score in zip(*fallen(options.gold, out), strict=True):
        print(f"  {system} {name}: missed {score.missed} false {score.false}")


def line(system: str, seed: int, out: Path, options: argparse.Namespace, found: dict, labels: dict) -> str:
    strict, broad = score_pages(options.gold, out).summary, score_pages(options.gold, out, broad=True).summary
    known = [key for key in found if labels[key] >= 0]
    truth = np.array([labels[key] == 1 for key in known], float)
    chance = np.array([found[key][0] for key in known])
    marks = score_marks(options.cells, out) if options.cells else None
    text = (
        f"{system:8} seed {seed}: pages F1 {strict['pages_pooled_f1']:.4f} (recall {strict['pages_pooled_recall']:.4f},"
        f" broad {broad['pages_pooled_f1']:.4f}), complete {strict['all_pages_found']}/{strict['with_schedule']},"
        f" false alarms without schedule {strict['false_alarms_without_schedule']},"
        f" tables F1 {strict['tables_pooled_f1']:.4f} (broad {broad['tables_pooled_f1']:.4f}),"
        f" Brier {brier(truth, chance):.4f}, ECE {expected_calibration_error(truth, chance):.4f}"
    )
    return text + (f", marks F1 {marks.f1:.4f}" if marks else "")


def fallen(gold: Path, out: Path) -> tuple[list, list]:
    documents = score_pages(gold, out).documents
    names = [name for name, score in documents.items() if score.missed or score.false]
    return names, [documents[name] for name in names]


if __name__ == "__main__":
    main()
