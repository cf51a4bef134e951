"""One fold: fit on some rows, judge others that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from soesift.train.checkpoint import Progress
from soesift.train.config import TrainConfig
from soesift.train.data import Row
from soesift.train.fit import Notify, fit
from soesift.train.forward import Floats, after_frozen, predict, prepare
from soesift.train.network import base_tokenizer


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
