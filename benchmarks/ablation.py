"""What each kind of training material brings the linear model, under cross-validation by protocol.

    python benchmarks/ablation.py DOCUMENTS GOLD --made-up DIR --unlabelled DIR [--ocr never] [--out FILE]

Rows: gold tables alone; their views augmented (without titles and surroundings; half of the rows); made-up protocols;
self-training on unlabelled documents (the fold's own model, sure from .9 on); the same above the scores that are
certified on held-out tables of the fold (alpha .05, delta .1; the certificate speaks for those tables, not for the
unlabelled ones). Seeds are foldings. Prints one Markdown table.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import features
from soesift.classify.judge import Judge, Linear, softmax
from soesift.evaluate.calibration import brier, expected_calibration_error
from soesift.evaluate.pages import score_folder
from soesift.evaluate.scores import group_folds
from soesift.result.models import ModelInfo
from soesift.select.audit import draw_audit
from soesift.select.certified import certify
from soesift.study.detection import detect_read
from soesift.table.record import TableRecord
from soesift.train.gold import ReadDocument, read_document, read_gold, read_made_up
from soesift.train.gold import rows_of as made_up_rows
from soesift.train.light_fit import Extra, fit_with_extra, held_out_linear
from soesift.train.recipe import WEIGHT

Array = NDArray[np.float64]
Learn = Callable[[Sequence[ReadDocument]], Linear]
SURE, AUGMENTED = 0.9, 0.3  # from which a label of one's own is taken; weight of an augmented row
ALPHA, DELTA = 0.05, 0.1


def rows_of(seen: Sequence[ReadDocument]) -> tuple[Array, NDArray[np.intp]]:
    return np.concatenate([d.features for d in seen]), np.concatenate([d.labels for d in seen])


def joined(parts: Sequence[Extra | None]) -> Extra | None:
    """Rows of several sources as one; a source that counts more is repeated at the first one's weight."""
    some = [part for part in parts if part is not None and len(part.labels)]
    if not some:
        return None
    weight = min(float(part.weights.min()) for part in some)
    times = [round(float(part.weights.min()) / weight) for part in some]
    feats = np.concatenate([np.repeat(p.features, n, axis=0) for p, n in zip(some, times, strict=True)])
    return Extra(feats, np.concatenate([np.repeat(p.labels, n) for p, n in zip(some, times, strict=True)]), weight)


def augmented(seen: Sequence[ReadDocument]) -> Extra:
    """Each labelled table once without what stands around it, once with every other row of its body."""
    records: list[TableRecord] = []
    labels: list[int] = []
    for document in seen:
        for fragment, label in zip(document.fragments, document.labels.tolist(), strict=True):
            if label < 0:
                continue
            record = fragment.record
            head, body = record.grid[: record.header_rows], record.grid[record.header_rows :]
            bare = {"caption": "", "heading": "", "above": "", "below": ""}
            records += [record.model_copy(update=bare), record.model_copy(update={"grid": [*head, *body[::2]]})]
            labels += [label, label]
    return Extra(features(records), np.array(labels), AUGMENTED)


def self_trained(seen: Sequence[ReadDocument], pool: Array, extra: Extra | None, certified: bool) -> Extra:
    """Unlabelled tables (n, d) with the label that the model of `seen` gives them, where it is sure enough."""
    feats, labels = rows_of(seen)
    p = softmax(fit_with_extra(feats, labels, extra).logits(pool))
    said, sure = p.argmax(1), np.where(p[:, 1] > 0.5, p[:, 1], 1 - p[:, 1])
    least = certified_scores(seen, extra) if certified else (SURE, SURE)
    kept = sure >= np.array(least)[(p[:, 1] > 0.5).astype(int)]
    return Extra(pool[kept], said[kept], WEIGHT)


def certified_scores(seen: Sequence[ReadDocument], extra: Extra | None) -> tuple[float, float]:
    """Scores from which NO and YES are certified on the fold's own held-out tables; inf where none is."""
    feats, labels = rows_of(seen)
    fold = np.repeat(group_folds([d.path.stem for d in seen], 5, seed=0), [len(d.labels) for d in seen])
    known = labels >= 0
    p = held_out_linear(feats, labels, fold, extra)[known, 1]
    said = (p > 0.5).astype(np.int64)
    sure = np.maximum(p, 1 - p)
    audit = draw_audit(said, {0: 60, 1: 60}, seed=0)
    truth = (labels[known] == 1).astype(int)[audit.items]
    done = certify(said, np.ones(len(said), bool), sure, audit, truth, alpha=ALPHA, delta=DELTA)
    return done.classes[0].threshold, done.classes[1].threshold


def score(documents: Sequence[ReadDocument], gold: Path, learn: Learn, seed: int) -> list[float]:
    """Page F1, page recall, complete documents, table F1, Brier, ECE of one folding."""
    fold = group_folds([d.path.stem for d in documents], 5, seed=seed)
    info = ModelInfo(name="linear", version="ablation", sha256="", threshold=0.5, unsure_threshold=0.15)
    chance, truth = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(5):
            model = learn([d for d, f in zip(documents, fold, strict=True) if f != number])
            judge = Judge(info, lambda records, m=model: softmax(m.logits(features(records)))[:, 1:])
            for document in (d for d, f in zip(documents, fold, strict=True) if f == number):
                (Path(folder) / f"{document.path.stem}.json").write_text(detect_read(document, judge).model_dump_json())
                chance.append(softmax(model.logits(document.features))[document.labels >= 0, 1])
                truth.append((document.labels[document.labels >= 0] == 1).astype(float))
        pages = score_folder(gold, Path(folder)).summary
    p, y = np.concatenate(chance), np.concatenate(truth)
    told = [pages[k] for k in ("pages_pooled_f1", "pages_pooled_recall", "all_pages_found", "tables_pooled_f1")]
    return [*map(float, told), brier(y, p), expected_calibration_error(y, p)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--made-up", type=Path, required=True)
    parser.add_argument("--unlabelled", type=Path, required=True)
    parser.add_argument("--ocr", default="never", choices=["auto", "never"])
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    gold = read_gold(options.gold)
    documents = [read_document(path, gold, options.ocr) for path in sorted(options.documents.glob("*.pdf"))]
    pool = np.concatenate([read_document(path, {}, "never").features for path in options.unlabelled.glob("*.pdf")])
    made = made_up_rows(read_made_up(options.made_up), WEIGHT)
    print(f"{len(documents)} documents, {len(pool)} unlabelled tables, {len(made.labels)} made-up ones", flush=True)
    arms: dict[str, Learn] = {
        "gold": lambda seen: fit_with_extra(*rows_of(seen), None),
        "gold, augmented": lambda seen: fit_with_extra(*rows_of(seen), augmented(seen)),
        "gold, made-up": lambda seen: fit_with_extra(*rows_of(seen), made),
        "gold, made-up, augmented": lambda seen: fit_with_extra(*rows_of(seen), joined([made, augmented(seen)])),
        "gold, made-up, self-trained": lambda seen: fit_with_extra(
            *rows_of(seen), joined([made, self_trained(seen, pool, made, False)])
        ),
        "gold, made-up, self-trained above certified scores": lambda seen: fit_with_extra(
            *rows_of(seen), joined([made, self_trained(seen, pool, made, True)])
        ),
        "made-up alone": lambda seen: fit_with_extra(made.features, made.labels, None),
    }
    print("| learnt from | page F1 | recall | complete | tables F1 | Brier | ECE |\n|---|---|---|---|---|---|---|")
    for name, learn in arms.items():
        mean = np.mean([score(documents, options.gold, learn, seed) for seed in range(options.seeds)], axis=0)
        cells = [f"{x:.1f}" if i == 2 else f"{x:.4f}" for i, x in enumerate(mean.tolist())]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
