"""The training loop: length buckets, autocast, gradient accumulation, early stopping, exact resumption.

Random numbers come from (seed, update, part), never from a running stream: a killed run that resumes, or
one on two processes, takes the same steps as one that was left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from soesift.evaluate.scores import hold_out
from soesift.process.child import give_back
from soesift.train import checkpoint, workers
from soesift.train.checkpoint import Progress
from soesift.train.config import FitConfig, TrainConfig
from soesift.train.data import Row, class_weights
from soesift.train.forward import (
    Floats,
    Material,
    after_frozen,
    autocast,
    epoch_batches,
    log_loss,
    make_optimizer,
    micro_batches,
    precision_of,
    predict,
    prepare,
    set_rates,
    shown,
    soft_cross_entropy,
    sure_rows,
    warm_head,
)
from soesift.train.network import Classifier, base_tokenizer, build, halve_frozen, trainable
from soesift.train.search import Trackers, open_trackers

GIVE_BACK = 4  # updates, 1 to 50, after which holes in memory go back to the system: a hundredth of their time

Notify = Callable[[Progress, int], None]  # progress, updates in all


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained classifier (best epoch) and how it got there."""

    model: Classifier
    progress: Progress


def fit(rows: Sequence[Row], config: TrainConfig, folder: Path, seed: int, notify: Notify | None = None) -> Fitted:
    """Train on rows, holding whole groups out for early stopping; resumes from `folder` if begun there.

    Raises ModelError: the base model cannot be read, or the folder holds a run of other settings.
    """
    if config.fit.threads:
        torch.set_num_threads(config.fit.threads)
    rank, world = workers.join()
    cut = workers.wants_cut(config.model.method)
    tokenizer, pad = base_tokenizer(config.model.base)
    material = prepare(rows, tokenizer, pad, config.model.max_tokens)
    held = hold_out([r.group for r in rows], material.target.argmax(axis=1), config.fit.validation, seed)
    signs = material.signs.shape[1]
    model = build(config.model, len(config.classes), seed, signs=signs).to(workers.device())
    material = material if cut else after_frozen(model, material, config.fit, folder.parent)
    learn, check = material.part(np.flatnonzero(~held).tolist()), material.part(np.flatnonzero(held).tolist())
    scale = class_weights(
        [r for r, h in zip(rows, held, strict=True) if not h], config.fit.class_weights, len(config.classes)
    )
    if signs:
        model.measure(learn.signs)
    begun: Floats | None = None
    if config.fit.warm_head and not checkpoint.begun(folder):
        begun = warm_head(model, learn, scale, config.fit)
    if precision_of(config.fit) == "bfloat16":
        halve_frozen(model)
    if cut:
        workers.cut(model)
    elif config.fit.compile:
        model.backbone.compile(dynamic=True)  # in place: parameters keep their names
    steps = config.fit.steps() | {"precision": precision_of(config.fit)}  # of another device: another run
    mark = checkpoint.fingerprint(config.model.model_dump(), steps, config.classes, seed, [_key(r) for r in rows])
    run = _Run(model, learn, check, scale, config.fit, seed, folder, mark, rank, world, begun)
    progress = run.go(notify)
    if cut:
        model = build(config.model, len(config.classes), seed, signs=signs).to(workers.device())
        if signs:
            model.measure(learn.signs)
        checkpoint.load_parameters(trainable(model), checkpoint.read_best(folder), folder / checkpoint.BEST)
    return Fitted(model, progress)


def learn_and_judge(
    learn: Sequence[Row],
    check: Sequence[Row],
    config: TrainConfig,
    folder: Path,
    seed: int,
    notify: Notify | None = None,
) -> tuple[Floats, Progress]:
    """(m, k) logits of rows `check` (m,), by a student taught with `learn`; resumes from `folder` if begun there."""
    fitted = fit(learn, config, folder, seed, notify)
    tokenizer, pad = base_tokenizer(config.model.base)
    given = prepare(check, tokenizer, pad, config.model.max_tokens)
    given = after_frozen(fitted.model, given, config.fit, folder.parent)
    return predict(fitted.model, given, config.fit), fitted.progress


@dataclass(slots=True)
class _Run:
    """One training run; every piece of its state is in the model, the optimizer and `Progress`."""

    model: Classifier
    learn: Material
    check: Material
    scale: Floats
    config: FitConfig
    seed: int
    folder: Path
    mark: str
    rank: int
    world: int
    begun: Floats | None = None  # (n, k) logits of the warm head, where this call made it

    def go(self, notify: Notify | None) -> Progress:
        optimizer, learning = make_optimizer(self.model, self.config), trainable(self.model)
        progress = checkpoint.restore(self.folder, learning, optimizer, self.mark) or Progress(fingerprint=self.mark)
        if self.config.warm_head and not progress.updates:
            self._begin_warm(optimizer, progress)
        total = -(-len(self._shown(progress)[0]) // self.config.batch) * self.config.epochs
        trackers = open_trackers([] if progress.done else self.config.report_to, self.folder, total, self.rank)
        trackers.begin(self.model.backbone)
        progress.done = progress.done or self.config.epochs == 0
        while not progress.done:
            self._epoch(optimizer, progress, total, notify, trackers)
            self._close_epoch(learning, optimizer, progress)
            trackers.log(_of_epoch(progress), progress.updates, progress.epoch)
        trackers.end()
        if notify:
            notify(progress, total)
        if (self.folder / checkpoint.BEST).is_file():
            checkpoint.load_parameters(learning, checkpoint.read_best(self.folder), self.folder / checkpoint.BEST)
        return progress

    def _begin_warm(self, optimizer: Any, progress: Progress) -> None:
        """The warm head is the first candidate for the best, and says which rows have little left to teach."""
        if self.config.sure_share < 1:
            logits = predict(self.model, self.learn, self.config) if self.begun is None else self.begun
            progress.sure = sure_rows(logits, self.learn.target)
        if self.check.ids:
            progress.warm_loss = self._validate()
            self._save(optimizer, progress, True)

    def _epoch(self, optimizer: Any, progress: Progress, total: int, notify: Notify | None, trackers: Trackers) -> None:
        lengths = self.learn.lengths
        rows, weight = self._shown(progress)
        parts = epoch_batches([lengths[i] for i in rows], self.config.batch, self.seed, progress.epoch)
        steps = [[rows[i] for i in part] for part in parts]
        if progress.step == 0:
            progress.train_losses.append(0.0)
        while progress.step < len(steps):
            begun = time.perf_counter()
            loss = self._update(optimizer, steps[progress.step], lengths, progress.updates, total, weight)
            progress.train_losses[-1] += loss / len(steps)
            progress.tokens += sum(lengths[i] for i in steps[progress.step])
            progress.step, progress.updates = progress.step + 1, progress.updates + 1
            if progress.updates % GIVE_BACK == 0:
                give_back()
            progress.seconds += time.perf_counter() - begun
            if notify:
                notify(progress, total)
            if progress.updates % self.config.log_steps == 0:
                trackers.log(
                    _of_step(progress, loss, optimizer),
                    progress.updates,
                    progress.updates / (total or 1) * self.config.epochs,
                )
            if progress.updates % self.config.checkpoint_steps == 0:
                self._save(optimizer, progress)

    def _shown(self, progress: Progress) -> tuple[list[int], Floats]:
        return shown(len(self.learn.ids), progress.sure, self.config.sure_share, self.seed, progress.epoch)

    def _update(
        self, optimizer: Any, rows: list[int], lengths: list[int], update: int, total: int, weight: Floats
    ) -> float:
        """One optimizer step; returns its mean training loss."""
        self.model.train()
        set_rates(optimizer, self.config, update, total)
        target = self._smooth(self.learn.target)
        weight = weight * self.learn.weight
        divisor = float((target[rows] * self.scale).sum(1) @ weight[rows]) or 1.0
        loss = 0.0
        parts = list(micro_batches(rows, lengths, self.config.micro_tokens))
        cut = workers.is_cut(self.model)
        for number in range(self.rank, -(-len(parts) // self.world) * self.world, self.world):
            if number < len(parts):
                torch.manual_seed(int(np.random.SeedSequence([self.seed, update, number]).generate_state(1)[0]))
                times = self.world if cut else 1  # FSDP takes means
                loss += self._backward(parts[number], target, weight, divisor, times)
            elif cut:  # the others need this process's share of the weights, and its word that it adds nothing
                self._backward(parts[0][:1], target, weight, divisor, 0)
        learning = list(trainable(self.model).values())
        if not cut:
            workers.sum_gradients(learning)
        torch.nn.utils.clip_grad_norm_(learning, self.config.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return workers.sum_number(loss, workers.device())

    def _backward(self, part: list[int], target: Floats, weight: Floats, divisor: float, times: int) -> float:
        where = workers.device()
        numbers = [torch.tensor(a, dtype=torch.float32, device=where) for a in (target[part], weight[part], self.scale)]
        with autocast(self.config):
            logits = self.model(*self.learn.inputs(part))
        loss = soft_cross_entropy(logits, *numbers) / divisor
        (loss * times).backward()
        return float(loss.detach())

    def _smooth(self, target: Floats) -> Floats:
        share = self.config.smoothing
        return target * (1 - share) + share / target.shape[1] if share else target

    def _close_epoch(self, learning: dict[str, Any], optimizer: Any, progress: Progress) -> None:
        """Validate, keep the best weights, decide whether to go on; unvalidated, the last is the best."""
        progress.epoch, progress.step = progress.epoch + 1, 0
        if self.check.ids:
            progress.losses.append(self._validate())
            begun = progress.warm_loss is not None and progress.warm_loss <= min(progress.losses)
            progress.best_epoch = -1 if begun else int(np.argmin(progress.losses))
        else:
            progress.best_epoch = progress.epoch - 1
        best = progress.best_epoch == progress.epoch - 1
        late = progress.epoch - 1 - progress.best_epoch >= self.config.patience
        progress.done = late or progress.epoch >= self.config.epochs
        self._save(optimizer, progress, best)
        workers.wait()

    def _validate(self) -> float:
        logits = predict(self.model, self.check, self.config)
        return log_loss(logits, self.check.target, self.check.weight)

    def _save(self, optimizer: Any, progress: Progress, best: bool = False) -> None:
        if self.rank and not workers.is_cut(self.model):
            return
        tensors = checkpoint.state(trainable(self.model), optimizer)
        if self.rank == 0 and best:
            checkpoint.save_best(self.folder, tensors)
        if self.rank == 0:
            checkpoint.save(self.folder, tensors, progress)


def _of_step(progress: Progress, loss: float, optimizer: Any) -> dict[str, float]:
    """What trackers are told of an update."""
    speed = progress.tokens / max(progress.seconds, 1e-9)
    return {"loss": loss, "learning_rate": optimizer.param_groups[0]["lr"], "tokens_per_second": speed}


def _of_epoch(progress: Progress) -> dict[str, float]:
    """What trackers are told of an epoch; log loss only where rows are held out."""
    told = {"epoch_loss": progress.train_losses[-1]}
    return told | ({"eval_log_loss": progress.losses[-1]} if progress.losses else {})


def _key(row: Row) -> list[Any]:
    return [row.table_id, row.text, row.target, row.weight, row.group, *([row.signs] if row.signs else [])]
