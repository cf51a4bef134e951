"""Cross-validation that never splits a protocol: held-out logits by table and seed, kept as they come."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.classify.model_folder import Calibration
from soesift.classify.student import calibrated
from soesift.errors import ModelError
from soesift.evaluate.calibration import HeldOutError, calibrate, fit_conformal, held_out_error
from soesift.evaluate.scores import at_threshold, group_folds, macro, per_protocol, wider_groups
from soesift.files import write_atomically
from soesift.json_lines import json_lines, pass_over
from soesift.train.checkpoint import Progress, fingerprint
from soesift.train.config import TrainConfig
from soesift.train.data import Row, class_weights, targets, weights

FILE, SUMMARY = "held_out.jsonl", "crossval.json"
Notify = Callable[[int, int, Progress, int], None]  # seed, fold, progress, updates in all


@dataclass(frozen=True, slots=True)
class HeldOut:
    """logits: (s, n, k), seeds by rows in the order of the rows given."""

    seeds: list[int]
    logits: NDArray[np.float64]
    best_epochs: list[int]


def cross_validate(rows: Sequence[Row], config: TrainConfig, notify: Notify | None = None) -> HeldOut:
    """Train and predict every fold of every seed; finished folds are read back, a begun one resumes.

    Writes `held_out.jsonl` (table_id, seed, fold, epoch, logits) and `crossval.json` (scores).
    """
    config.out.mkdir(parents=True, exist_ok=True)
    path = config.out / FILE
    mark = settings_mark(rows, config)
    done = _finished(path, mark, len(rows))
    for seed in config.crossval.seeds:
        folds = fold_of_rows(rows, config, seed)
        for fold in range(config.crossval.folds):
            if (seed, fold) not in done:
                _one(rows, config, folds, seed, fold, mark, notify)
    held = read_held_out(rows, config)
    write_atomically(config.out / SUMMARY, json.dumps(summarise(rows, config, held), indent=1, ensure_ascii=False))
    return held


def held_out_loss(rows: Sequence[Row], config: TrainConfig) -> float:
    """Pooled log loss (nats) of held-out protocols, mean over seeds: what a search of settings lowers."""
    logits = cross_validate(rows, config).logits
    logs = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
    weight = weights(rows)
    return float(-((targets(rows) * logs).sum(axis=2) @ weight).mean() / weight.sum())


def fold_of_rows(rows: Sequence[Row], config: TrainConfig, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each row; groups may be widened (protocol to sponsor) by `crossval.groups`."""
    groups = wider_groups([row.group for row in rows], config.crossval.groups)
    return group_folds(groups, config.crossval.folds, seed=seed, strata=targets(rows).argmax(axis=1))


def read_held_out(rows: Sequence[Row], config: TrainConfig) -> HeldOut:
    """Read `held_out.jsonl` back. Raises ModelError when it is of other rows or settings, or not complete."""
    mark, place = settings_mark(rows, config), {row.table_id: i for i, row in enumerate(rows)}
    seeds = config.crossval.seeds
    logits = np.full((len(seeds), len(rows), len(config.classes)), np.nan)
    epochs: dict[tuple[int, int], int] = {}
    for line in _lines(config.out / FILE):
        if line["mark"] == mark and line["seed"] in seeds:
            logits[seeds.index(line["seed"]), place[line["table_id"]]] = line["logits"]
            epochs[line["seed"], line["fold"]] = line["epoch"]
    if np.isnan(logits).any():
        raise ModelError(f"{config.out / FILE} is not complete for these rows and settings; run with --cross-validate")
    return HeldOut(seeds, logits, list(epochs.values()))


def summarise(rows: Sequence[Row], config: TrainConfig, held: HeldOut) -> dict[str, Any]:
    """Scores by seed and of the mean over seeds: pooled, and macro over groups (conventions of `evaluate.scores`).

    Thresholds are chosen on the same held-out rows for all folds at once, a choice of one number.
    """
    positive = [config.classes.index(name) for name in config.positive]
    given = class_weights(rows, config.fit.class_weights, len(config.classes))
    truth = targets(rows)[:, positive].sum(axis=1) > 0.5
    out: dict[str, Any] = {
        "folds": config.crossval.folds,
        "seeds": held.seeds,
        "best_epochs": held.best_epochs,
    }
    for name, logits in [
        *((str(s), x) for s, x in zip(held.seeds, held.logits, strict=True)),
        ("mean", held.logits.mean(0)),
    ]:
        found = calibrate(logits, targets(rows), positive, config.export.recall, "cross-validation", given)
        share = calibrated(logits, found)[:, positive].sum(axis=1)
        groups = [row.group for row in rows]
        out[name] = {
            "temperature": 1 / found.scale,
            "yes": found.yes,
            "unsure": found.unsure,
            "pooled": at_threshold(truth, share, found.yes),
            "pooled_at_half": at_threshold(truth, share, 0.5),
            "recall_at_unsure": at_threshold(truth, share, found.unsure)["recall"],
            "macro_f1": macro(per_protocol(truth, share >= found.yes, groups))["f1"],
            "conformal": conformal_scores(share, truth, groups),
            "calibration_error": told_error(
                held_out_error(logits, targets(rows), positive, groups, given, recall=config.export.recall)
            ),
        }
    return out


def told_error(found: HeldOutError | None) -> dict[str, Any] | None:
    """A calibration error as it stands in a card."""
    return (
        None if found is None else {k: round(v, 6) if isinstance(v, float) else v for k, v in found._asdict().items()}
    )


def conformal_scores(share: NDArray[np.float64], truth: NDArray[np.bool_], groups: Sequence[str]) -> dict[str, float]:
    """Conformal sets at 90 %: thresholds of all held-out rows, and the coverage by class and the share of unsure tables
    where each half of the protocols is judged with the thresholds of the other.
    """
    half = np.isin(groups, sorted(set(groups))[::2])
    yes, no = np.zeros(len(truth), bool), np.zeros(len(truth), bool)
    for part in (half, ~half):
        yes[part], no[part] = fit_conformal(truth[~part].astype(int), share[~part]).sets(share[part])
    whole = fit_conformal(truth.astype(int), share)
    covered = {
        f"covered_{name}": float(said[of].mean())
        for name, said, of in (("yes", yes, truth), ("no", no, ~truth))
        if of.any()
    }
    unsure = float((yes & no).mean()) if len(truth) else 0.0
    return {"yes_from": whole.yes, "no_to": whole.no, **covered, "unsure": unsure}


def pooled_calibration(rows: Sequence[Row], config: TrainConfig) -> Calibration:
    """Calibration of the shipped model, from all held-out rows of all seeds."""
    held = read_held_out(rows, config)
    positive = [config.classes.index(name) for name in config.positive]
    logits = held.logits.reshape(-1, held.logits.shape[2])
    target = np.tile(targets(rows), (len(held.seeds), 1))
    given = class_weights(rows, config.fit.class_weights, len(config.classes))
    told = f"cross-validation, {len(held.seeds)} seeds"
    return calibrate(logits, target, positive, config.export.recall, told, given)


def settings_mark(rows: Sequence[Row], config: TrainConfig) -> str:
    """Names rows and settings that held-out logits depend on (not the seeds: more may be added)."""
    fold = config.crossval.model_dump(exclude={"seeds"})
    fit = config.fit.model_dump(exclude={"seed", "threads", "checkpoint_steps"})
    return fingerprint(
        config.model.model_dump(),
        fit,
        fold,
        config.classes,
        [(r.table_id, r.text, r.target, r.weight, *([r.signs] if r.signs else [])) for r in rows],
    )


def _one(
    rows: Sequence[Row],
    config: TrainConfig,
    folds: NDArray[np.int64],
    seed: int,
    fold: int,
    mark: str,
    notify: Notify | None,
) -> None:
    from soesift.train.fit import learn_and_judge

    learn = [row for row, f in zip(rows, folds.tolist(), strict=True) if f != fold]
    check = [row for row, f in zip(rows, folds.tolist(), strict=True) if f == fold]
    folder = config.out / f"fold-{seed}-{fold}"
    told = None if notify is None else lambda p, n: notify(seed, fold, p, n)
    logits, progress = learn_and_judge(learn, check, config, folder, seed, told)
    epoch = progress.best_epoch + 1
    lines = [
        {
            "mark": mark,
            "table_id": row.table_id,
            "seed": seed,
            "fold": fold,
            "epoch": epoch,
            "of": len(check),
            "logits": [round(x, 6) for x in z],
        }
        for row, z in zip(check, logits.tolist(), strict=True)
    ]
    _append(config.out / FILE, lines)
    shutil.rmtree(folder, ignore_errors=True)


def _append(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Add whole lines; a line cut short by a kill is closed first and skipped on reading."""
    cut = path.is_file() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * cut + "".join(json.dumps(line) + "\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _finished(path: Path, mark: str, n: int) -> set[tuple[int, int]]:
    """Folds of which every table has its line."""
    seen: dict[tuple[int, int], set[str]] = {}
    want: dict[tuple[int, int], int] = {}
    for line in _lines(path):
        if line["mark"] == mark:
            key = (line["seed"], line["fold"])
            seen.setdefault(key, set()).add(line["table_id"])
            want[key] = line["of"]
    return {key for key, ids in seen.items() if len(ids) >= min(want[key], n)}


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return list(json_lines(path, pass_over))
