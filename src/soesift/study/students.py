"""Students that are cheap and honest beside the fine-tuned one, taught by the labels of any arm: ARM=STUDENT.

tfidf: words and word pairs of header rows and first column, logistic regression. frozen: sentence embeddings of the
base model as it is, logistic regression. features: the counted features (the linear model's), logistic regression.
features+frozen: text and signs together, the head sees both.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from soesift.classify.serialise import serialise
from soesift.errors import MissingExtra
from soesift.evaluate.scores import Floats, Ints
from soesift.study.config import StudyConfig
from soesift.study.data import StudyData
from soesift.table.record import TableRecord

STRENGTH = {"tfidf": 10.0, "frozen": 10.0, "features": 0.1, "features+frozen": 0.1}  # inverse of the L2 penalty
BATCH = 32  # texts embedded at once


def header_and_first_column(record: TableRecord) -> str:
    """The text that the bag of words reads: header rows (the first row, where none is known) and first column."""
    top = record.grid[: max(1, record.header_rows)]
    return " ".join([*(cell for row in top for cell in row), *(row[0] for row in record.grid if row)])


def student_probability(
    student: str, config: StudyConfig, data: StudyData, items: Ints, target: Floats, weight: Floats, check: Ints
) -> Floats:
    """(m,) P(YES) of items `check` (m,), learnt from `items` (n,) with targets (n,) in [0, 1] and weights (n,)."""
    if student == "tfidf":
        return _of_words(
            [data.records[i] for i in items.tolist()], target, weight, [data.records[i] for i in check.tolist()]
        )
    parts = []
    if "features" in student:
        parts.append(data.features)
    if "frozen" in student:
        parts.append(embeddings(config, data))
    both = np.concatenate(parts, axis=1)
    return _regression(both[items], target, weight, both[check], STRENGTH[student])


def _of_words(learn: Sequence[TableRecord], target: Floats, weight: Floats, check: Sequence[TableRecord]) -> Floats:
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
    seen = words.fit_transform([header_and_first_column(r) for r in learn])
    return _fit(seen, target, weight, words.transform([header_and_first_column(r) for r in check]), STRENGTH["tfidf"])


def _regression(learn: Floats, target: Floats, weight: Floats, check: Floats, strength: float) -> Floats:
    mean, scale = learn.mean(axis=0), learn.std(axis=0) + 1e-6
    return _fit(
        np.clip((learn - mean) / scale, -4, 4), target, weight, np.clip((check - mean) / scale, -4, 4), strength
    )


def _fit(learn: object, target: Floats, weight: Floats, check: object, strength: float) -> Floats:
    """Logistic regression on rows doubled as YES and NO, weighted by their shares; one class only: its share.

    Classes are balanced: with one schedule in four, words alone stayed below one half for half of the schedules.
    """
    try:
        from scipy import sparse
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    both = np.concatenate([target * weight, (1 - target) * weight])
    used, said = both > 0, np.repeat([1, 0], len(target))
    size = check.shape[0]  # type: ignore[attr-defined]
    if len(np.unique(said[used])) < 2:
        return np.full(size, float(target.mean()))
    rows = sparse.vstack([learn, learn]).tocsr() if sparse.issparse(learn) else np.concatenate([learn, learn])
    model = LogisticRegression(C=strength, max_iter=5000, class_weight="balanced").fit(
        rows[used], said[used], sample_weight=both[used]
    )
    return np.asarray(model.predict_proba(check)[:, 1], np.float64)


def embeddings(config: StudyConfig, data: StudyData) -> Floats:
    """(n, d) normalised mean embeddings of all tables by the base as it is; kept in `config.out` for later arms."""
    assert config.model is not None  # checked by the configuration
    key = f"{config.model.base}{config.model.max_tokens}{data.digest()}"
    path = config.out / f"embeddings-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy"
    if path.is_file():
        return np.asarray(np.load(path, allow_pickle=False), np.float64)
    found = embed(data.records, config.model.base, config.model.max_tokens)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part.npy")
    np.save(part, found.astype(np.float32))
    part.replace(path)
    return np.asarray(np.load(path, allow_pickle=False), np.float64)


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
