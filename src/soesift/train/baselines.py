"""Students that are cheap and honest beside the fine-tuned one: arms of a study (ARM=NAME), systems of the benchmark.

tfidf: words and word pairs of header rows and first column, logistic regression. frozen: sentence embeddings of a
base model as it is, logistic regression. features: the counted features (the linear model's), logistic regression.
features+frozen: text and signs together, the head sees both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from soesift.classify.serialise import serialise
from soesift.errors import MissingExtra
from soesift.evaluate.scores import Floats
from soesift.table.record import TableRecord

BASELINES = ("tfidf", "frozen", "features", "features+frozen")
STRENGTH = {"tfidf": 10.0, "frozen": 10.0, "features": 0.1, "features+frozen": 0.1}  # inverse of the L2 penalty
BATCH = 32  # texts embedded at once

Numbers = Callable[[Sequence[TableRecord]], Floats]  # records -> (n, d), what a baseline sees of them
Predict = Callable[[Sequence[TableRecord]], Floats]  # records -> (n, k) probabilities


def header_and_first_column(record: TableRecord) -> str:
    """The text that the bag of words reads: header rows (the first row, where none is known) and first column."""
    top = record.grid[: max(1, record.header_rows)]
    return " ".join([*(cell for row in top for cell in row), *(row[0] for row in record.grid if row)])


def fit_baseline(
    name: str, records: Sequence[TableRecord], target: Floats, weight: Floats, numbers: Numbers
) -> Predict:
    """One of BASELINES, taught by n records with targets (n, k), rows that sum to 1, and weights (n,).

    numbers: what is seen of tables (`seen_by`); the bag of words asks for none. Raises MissingExtra.
    """
    if name == "tfidf":
        return _of_words(records, target, weight)
    learn = numbers(records)
    mean, scale = learn.mean(axis=0), learn.std(axis=0) + 1e-6

    def scaled(given: Floats) -> Floats:
        return np.asarray(np.clip((given - mean) / scale, -4, 4), np.float64)

    predict = _regression(scaled(learn), target, weight, STRENGTH[name])
    return lambda some: predict(scaled(numbers(some)))


def seen_by(name: str, counted: Numbers, frozen: Numbers) -> Numbers:
    """What one of BASELINES sees of tables: counted features, embeddings of a frozen base, or both side by side."""
    parts = [*([counted] if "features" in name else []), *([frozen] if "frozen" in name else [])]
    return lambda records: np.concatenate([part(records) for part in parts], axis=1)


def remembered(base: str, most: int) -> Numbers:
    """`embed`, each table once: folds and judging ask for the same ones again."""
    known: dict[str, Floats] = {}

    def numbers(records: Sequence[TableRecord]) -> Floats:
        keys = [hashlib.sha256(record.model_dump_json().encode()).hexdigest() for record in records]
        new = {key: record for key, record in zip(keys, records, strict=True) if key not in known}
        if new:
            known.update(zip(new, embed(list(new.values()), base, most), strict=True))
        return np.stack([known[key] for key in keys])

    return numbers


def _of_words(records: Sequence[TableRecord], target: Floats, weight: Floats) -> Predict:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
    seen = words.fit_transform([header_and_first_column(r) for r in records])
    predict = _regression(seen, target, weight, STRENGTH["tfidf"])
    return lambda some: predict(words.transform([header_and_first_column(r) for r in some]))


def _regression(learn: Any, target: Floats, weight: Floats, strength: float) -> Callable[[Any], Floats]:
    """Logistic regression on rows repeated for each class, weighted by their shares; one class only: its share.

    Classes are balanced: with one schedule in four, words alone stayed below one half for half of the schedules.
    """
    try:
        from scipy import sparse
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    n, k = target.shape
    shares, said = (target * weight[:, None]).T.ravel(), np.repeat(np.arange(k), n)
    used = shares > 0
    taught = np.unique(said[used])
    if len(taught) < 2:
        return lambda given: np.tile(target.mean(axis=0), (given.shape[0], 1))
    rows = sparse.vstack([learn] * k).tocsr() if sparse.issparse(learn) else np.concatenate([learn] * k)
    model = LogisticRegression(C=strength, max_iter=5000, class_weight="balanced").fit(
        rows[used], said[used], sample_weight=shares[used]
    )

    def predict(given: Any) -> Floats:
        found = np.zeros((given.shape[0], k))
        found[:, taught] = model.predict_proba(given)
        return found

    return predict


def embed(records: Sequence[TableRecord], base: str, most: int) -> Floats:
    """(n, d) unit vectors: the mean of the base's last hidden states over the tokens of each table's text."""
    try:
        import torch
        from transformers import AutoModel
    except ImportError as error:
        raise MissingExtra("transformers", "train") from error
    from soesift.train.network import base_tokenizer

    tokenizer, pad = base_tokenizer(base)
    texts = [serialise(record, tokenizer, most) for record in records]
    ids = [tokenizer.encode(text).ids[:most] or [pad] for text in texts]
    where = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = AutoModel.from_pretrained(str(Path(base)) if Path(base).is_dir() else base).eval().to(where)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # texts of like length together: little padding
    out: list[Floats] = [np.zeros(0)] * len(ids)
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            longest = max(len(ids[i]) for i in some)
            tokens = torch.tensor([ids[i] + [pad] * (longest - len(ids[i])) for i in some])
            mask = torch.tensor([[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in some])
            tokens, mask = tokens.to(where), mask.to(where)
            hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            unit = torch.nn.functional.normalize(mean, dim=1).double().cpu().numpy()
            for row, i in enumerate(some):
                out[i] = unit[row]
    return np.stack(out)
