"""Running a study: one result file an arm, seed and fold, written as it is done, so a killed study goes on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from soesift.classify.features import axes
from soesift.classify.judge import softmax
from soesift.errors import MissingExtra, UsageError
from soesift.evaluate.scores import UNKNOWN, Bools, Floats, Ints, group_folds
from soesift.files import write_atomically
from soesift.select.by_name import linear_probability
from soesift.select.combine import mean_logit
from soesift.study.arms import Taught, direct, is_direct, quality, taught
from soesift.study.config import BOTH, StudyConfig, base_of, student_of
from soesift.study.data import StudyData
from soesift.train.baselines import Numbers, embed, fit_baseline, seen_by
from soesift.train.config import DataConfig, TrainConfig
from soesift.train.data import Row

Notify = Callable[[str, int, int], None]  # arm, done, in all
Job = tuple[str, int, int]  # arm, seed, fold
_here: list[Any] = []  # in a process of its own: configuration, data, mark
FOLDING = "by name 2"  # results of other folds are never taken for these


class Result(BaseModel):
    """One arm, seed and fold: p, the probability of YES of each held-out table (None: no answer), or an error.

    seconds: selection, training and judging; train_seconds: the student alone; human: labels by people it took.
    """

    model_config = ConfigDict(extra="forbid")

    mark: str
    arm: str
    seed: int
    fold: int
    seconds: float = 0.0
    train_seconds: float = 0.0
    human: int = 0
    taught: dict[str, int] = {}
    tables: list[str] = []
    p: list[float | None] = []
    error: str = ""


def run_study(
    config: StudyConfig, data: StudyData, notify: Notify | None = None, side_by_side: int = 1
) -> list[Result]:
    """All results, read back where they are there; a result of other data or settings is made again.

    side_by_side: folds computed at once, each in a process of its own; results are the same.
    """
    jobs, mark = list(_jobs(config)), mark_of(config, data)
    if side_by_side > 1:
        _all_at_once(config, data, jobs, mark, notify, side_by_side)
    results = []
    for done, job in enumerate(jobs):
        if notify and side_by_side == 1:
            notify(job[0], done, len(jobs))
        results.append(_settled(config, data, job, mark))
    return results


def _settled(config: StudyConfig, data: StudyData, job: Job, mark: str) -> Result:
    """The result of one arm, seed and fold, from its file or made now."""
    arm, seed, fold = job
    path = result_path(config.out, arm, seed, fold)
    result = read_result(path, mark)
    if result is None:
        result = one(config, data, arm, seed, fold, folds_of(config, data, seed) == fold, mark)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, result.model_dump_json() + "\n")
    return result


def _all_at_once(
    config: StudyConfig, data: StudyData, jobs: Sequence[Job], mark: str, notify: Notify | None, most: int
) -> None:
    """Make what is missing in processes; "+linear" arms come last, for they read what the arm alone said."""
    missing = [job for job in jobs if read_result(result_path(config.out, *job), mark) is None]
    if any("frozen" in student_of(arm) for arm, _, _ in missing):
        embeddings(config, data)  # once, before all want it
    alone = [job for job in missing if BOTH not in job[0]]
    done = len(jobs) - len(missing)
    with ProcessPoolExecutor(
        min(most, max(len(missing), 1)), get_context("spawn"), _begin, (config, data, mark)
    ) as pool:
        for some in (alone, [job for job in missing if BOTH in job[0]]):
            running = [pool.submit(_settle_here, job) for job in some]
            for one_of in as_completed(running):
                done += 1
                if notify and one_of.exception() is None:
                    notify(one_of.result(), done, len(jobs))
            for one_of in running:
                one_of.result()  # a fold that died (out of memory, say) is told when all others are kept


def _begin(config: StudyConfig, data: StudyData, mark: str) -> None:
    """A process of `_all_at_once` keeps what all its jobs need."""
    _here[:] = [config, data, mark]


def _settle_here(job: Job) -> str:
    config, data, mark = _here
    _settled(config, data, job, mark)
    return job[0]


def _jobs(config: StudyConfig) -> Iterator[Job]:
    """Seed by seed, so that a study cut short has all arms of its first seeds."""
    for seed in config.seeds:
        for arm in config.all_arms():
            yield from ((arm, seed, fold) for fold in range(config.folds))


def result_path(out: Path, arm: str, seed: int, fold: int) -> Path:
    return out / "results" / arm.replace(":", "-").replace("/", "_").replace("=", "--") / f"{seed}-{fold}.json"


def read_result(path: Path, mark: str) -> Result | None:
    """A finished result of the same data and settings; None if there is none."""
    try:
        found = Result.model_validate_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
    return found if found.mark == mark else None


def mark_of(config: StudyConfig, data: StudyData) -> str:
    """Names data, settings and way of folding that a result depends on; seeds and arms may be added later."""
    free = {
        "out",
        "arms",
        "seeds",
        "sizes",
        "size_arm",
        "reference",
        "resample",
        "resamples",
        "tables",
        "ledger",
        "gold",
        "prices",
        "human_price",
        "beside",
    }
    if config.student == "linear" and not any(student_of(arm) not in ("", "tfidf") for arm in config.arms):
        free |= {"model", "fit"}
    settings = config.model_dump_json(exclude=free)
    return hashlib.sha256(f"{FOLDING}{data.digest()}{settings}".encode()).hexdigest()[:16]


def folds_of(config: StudyConfig, data: StudyData, seed: int) -> Ints:
    """(n,) fold of each table: the same in all arms, whole protocols (or sponsors), by their names and the seed alone.

    Protocols without a gold label are in no fold (-1): there is nothing to score them by, so they teach in all.
    """
    judged = {block for block, truth in zip(data.blocks, data.truth.tolist(), strict=True) if truth != UNKNOWN}
    names = sorted(judged)
    fold = dict(zip(names, group_folds(names, config.folds, seed=seed).tolist(), strict=True))
    return np.array([fold.get(block, -1) for block in data.blocks], np.int64)


def one(config: StudyConfig, data: StudyData, arm: str, seed: int, fold: int, held: Bools, mark: str) -> Result:
    """Train and judge one fold; what cannot be done (fails closed, too few models) is a result with its error."""
    start, human, trained = time.perf_counter(), 0, 0.0
    check = np.flatnonzero(held)
    about: dict[str, Any] = {"mark": mark, "arm": arm, "seed": seed, "fold": fold}
    try:
        if is_direct(arm):
            p, counts = direct(arm, data, check), {}
        else:
            rows = taught(arm, data, ~held, seed, config)
            counts, human = quality(data, rows), rows.human
            begun = time.perf_counter()
            p = _judge(config, data, arm, rows, check, seed, fold, mark)
            trained = round(time.perf_counter() - begun, 3)
    except MissingExtra:
        raise
    except UsageError as error:
        return Result(**about, error=str(error))
    told = [None if np.isnan(x) else round(x, 6) for x in p.tolist()]
    names = [data.records[i].table_id for i in check.tolist()]
    seconds = round(time.perf_counter() - start, 3)
    about |= {"seconds": seconds, "train_seconds": trained, "human": human}
    return Result(**about, taught=counts, tables=names, p=told)


def _judge(
    config: StudyConfig, data: StudyData, arm: str, rows: Taught, check: Ints, seed: int, fold: int, mark: str
) -> Floats:
    """(m,) P(YES) of the held-out tables. For "+linear" the encoder's are read back where that arm is done."""
    alone = arm.replace(BOTH, "")
    if alone == arm:
        return _student(config, data, arm, rows, check, seed, fold)
    done = read_result(result_path(config.out, alone, seed, fold), mark)
    names = [data.records[i].table_id for i in check.tolist()]
    if done is not None and not done.error and done.tables == names:
        p = np.array(done.p, np.float64)
    else:
        p = _student(config, data, alone, rows, check, seed, fold)
    beside = linear_probability(data.features[rows.items], rows.target, rows.weight, data.features[check])
    return np.asarray(1 / (1 + np.exp(-mean_logit(np.stack([p, beside], axis=1)))))


def _student(config: StudyConfig, data: StudyData, arm: str, rows: Taught, check: Ints, seed: int, fold: int) -> Floats:
    """(m,) P(YES) of the held-out tables by the student taught with rows; arm `linear` is always linear."""
    if own := student_of(arm):
        return baseline_probability(own, config, data, rows, check)
    if config.student == "linear" or base_of(arm) == "linear":
        return linear_probability(data.features[rows.items], rows.target, rows.weight, data.features[check])
    return _encoder(config, data, rows, check, seed, config.out / "runs" / f"{arm.replace(':', '-')}-{seed}-{fold}")


def baseline_probability(name: str, config: StudyConfig, data: StudyData, rows: Taught, check: Ints) -> Floats:
    """(m,) P(YES) of the held-out tables by one of BASELINES taught with rows."""
    place = {record.table_id: i for i, record in enumerate(data.records)}

    def rows_of(table: Callable[[], Floats]) -> Numbers:
        return lambda records: table()[[place[record.table_id] for record in records]]

    counted = seen_numbers(config, data)
    numbers = seen_by(name, rows_of(lambda: counted), rows_of(lambda: embeddings(config, data)))
    learn, held = ([data.records[i] for i in items.tolist()] for items in (rows.items, check))
    predict = fit_baseline(name, learn, np.stack([1 - rows.target, rows.target], axis=1), rows.weight, numbers)
    return predict(held)[:, 1]


def seen_numbers(config: StudyConfig, data: StudyData) -> Floats:
    """(n, d) numbers that the head and the baselines of features see: the counted ones, with `signs = "axes"` all."""
    if config.model is None or config.model.signs != "axes":
        return data.features
    return np.concatenate([data.features, axes(data.records)], axis=1)


def embeddings(config: StudyConfig, data: StudyData) -> Floats:
    """(n, d) normalised mean embeddings of all tables by the base as it is; kept in `config.out` for later arms."""
    assert config.model is not None  # checked by the configuration
    key = f"{config.model.base}{config.model.max_tokens}{data.digest()}"
    path = config.out / f"embeddings-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy"
    if not path.is_file():
        found = embed(data.records, config.model.base, config.model.max_tokens)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part.npy")
        np.save(part, found.astype(np.float32))
        part.replace(path)
    return np.asarray(np.load(path, allow_pickle=False), np.float64)


def _encoder(config: StudyConfig, data: StudyData, rows: Taught, check: Ints, seed: int, folder: Path) -> Floats:
    """The fine-tuned student; its checkpoints in `folder` let a killed fold resume, and go when it is done."""
    from soesift.train.data import text_of
    from soesift.train.fit import learn_and_judge

    assert config.model is not None  # checked by the configuration
    settings = TrainConfig(
        classes=["other", "soe"],
        out=folder,
        data=DataConfig(tables=config.tables, labels=config.gold),
        model=config.model,
        fit=config.fit,
    )

    shown, numbers = text_of(config.model), seen_numbers(config, data)

    def row(i: int, target: float, weight: float) -> Row:
        record = data.records[i]
        text = shown(record)
        signs = tuple(numbers[i].tolist()) if settings.model.signs else ()
        return Row(record.table_id, text, (1 - target, target), weight, record.document, "", signs)

    columns = (rows.items.tolist(), rows.target.tolist(), rows.weight.tolist())
    learn = [row(i, t, w) for i, t, w in zip(*columns, strict=True)]
    logits, _ = learn_and_judge(learn, [row(i, 0.0, 1.0) for i in check.tolist()], settings, folder, seed)
    p = softmax(logits)[:, 1]
    shutil.rmtree(folder, ignore_errors=True)
    return np.asarray(p, np.float64)


def dump(results: list[Result]) -> str:
    """All results as JSON Lines without the probabilities, for a look at what each arm learnt from."""
    return "".join(json.dumps(r.model_dump(exclude={"p", "tables", "mark"})) + "\n" for r in results)
