"""The student at detect time: ONNX session and tokenizer, nothing of the training stack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soesift.classify.features import NAMES, features
from soesift.classify.model_folder import Calibration, Card, folder_sha256, read_calibration, verify
from soesift.classify.serialise import asked, serialise
from soesift.classify.trees import TREE_NAMES, tree_features
from soesift.classify.wordpiece import Tokenizer, WordPiece, is_wordpiece
from soesift.errors import MissingExtra, ModelError, UsageError
from soesift.table.record import TableRecord

# One text a run: int8 scales are taken over a whole batch, so that company would change a table's result.
BATCH_TOKENS = 1
SIGNS = {NAMES: features, TREE_NAMES: tree_features}  # numbers that a student may take beside the text, by their names


class Student:
    """A classifier of tables. `classes` names the columns of `probabilities`; thread-safe for reading."""

    def __init__(
        self,
        model: Path,
        tokenizer: Path,
        card: Card,
        calibration: Calibration,
        digest: str = "",
        threads: int = 1,
    ) -> None:
        self.card, self.calibration, self.sha256 = card, calibration, digest
        self.classes = list(card.classes)
        self._positive = [card.classes.index(name) for name in card.positive]
        self._count = SIGNS.get(tuple(card.signs))
        if card.signs and self._count is None:
            raise ModelError(
                f"{model.parent} was trained on other counted features than this version counts; train it again"
            )
        self.tokenizer = read_tokenizer(tokenizer)
        self._session = open_session(model, threads)

    def texts(self, records: Sequence[TableRecord]) -> list[str]:
        """The text the model sees of each table."""
        return [self._text(record) for record in records]

    def _text(self, record: TableRecord) -> str:
        if self.card.question is not None:
            return asked(record, self.card.question, self.tokenizer, self.card.max_tokens)
        return serialise(record, self.tokenizer, self.card.max_tokens)

    def logits(
        self, items: Sequence[str] | Sequence[TableRecord], batch_tokens: int = BATCH_TOKENS
    ) -> NDArray[np.float64]:
        """(n, k) raw scores. Texts longer than the budget are cut; equal texts (and signs) are computed once.

        Raises UsageError: the model takes counted features beside the text, and a text alone was given.
        """
        texts = [item if isinstance(item, str) else self._text(item) for item in items]
        seen = list(zip(texts, self._signs(items), strict=True))
        distinct = list(dict.fromkeys(seen))
        ids = [e.ids[: self.card.max_tokens] for e in self.tokenizer.encode_batch([text for text, _ in distinct])]
        signs = np.array([s for _, s in distinct]) if self.card.signs else None
        found = run_batches(self._session, ids, len(self.classes), batch_tokens, signs)
        place = {key: i for i, key in enumerate(distinct)}
        return found[[place[key] for key in seen]] if seen else np.zeros((0, len(self.classes)))

    def _signs(self, items: Sequence[str] | Sequence[TableRecord]) -> list[tuple[float, ...]]:
        """The counted features of each table, for a model that takes them; else nothing for each."""
        if self._count is None:
            return [()] * len(items)
        records = [item for item in items if not isinstance(item, str)]
        if len(records) < len(items):
            raise UsageError(f"model {self.card.name} judges tables by text and counted features: give table records")
        return [tuple(row) for row in self._count(records).tolist()]

    def probabilities(self, items: Sequence[str] | Sequence[TableRecord]) -> NDArray[np.float64]:
        """(n, k) calibrated probabilities; rows sum to 1."""
        return calibrated(self.logits(items), self.calibration)

    def positive(self, items: Sequence[str] | Sequence[TableRecord]) -> NDArray[np.float64]:
        """(n,) calibrated probability of the classes that count as a schedule."""
        total: NDArray[np.float64] = self.probabilities(items)[:, self._positive].sum(axis=1)
        return total


def calibrated(logits: NDArray[np.float64], calibration: Calibration) -> NDArray[np.float64]:
    """softmax(scale * logits + bias), row by row."""
    scores = calibration.scale * logits + (np.array(calibration.bias) if calibration.bias else 0.0)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    share: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return share


def read_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer without the cutting and padding that its file may ask for. Raises ModelError, MissingExtra."""
    try:
        told = json.loads(path.read_bytes())
        return WordPiece(told) if is_wordpiece(told) else _other_tokenizer(path)
    except MissingExtra:
        raise
    except Exception as error:  # the Rust side raises bare Exception
        raise ModelError(f"{path} is not a tokenizer file: {str(error)[:120]}") from error


def _other_tokenizer(path: Path) -> Tokenizer:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtra("tokenizers", "data") from None
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def open_session(model: Path, threads: int = 1) -> Any:
    """ONNX Runtime session on the CPU with `threads` threads inside an operator, on which no number depends.

    Raises ModelError.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = max(threads, 1)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # texts are of all lengths: what was laid out for one is of no use to the next
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave their core
    options.add_session_config_entry("session.disable_prepacking", "1")  # a second copy of the weights, and no quicker
    try:
        return ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exception classes differ between releases
        raise ModelError(f"{model} cannot be opened by onnxruntime: {str(error).splitlines()[0][:160]}") from error


def run_batches(
    session: Any,
    ids: Sequence[Sequence[int]],
    k: int,
    batch_tokens: int,
    signs: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """(n, k) logits; texts of like length share a batch of at most `batch_tokens` padded tokens.

    signs: (n, d) counted features, for a model that takes them beside the text.
    """
    logits = np.zeros((len(ids), k))
    order = sorted(range(len(ids)), key=lambda i: (len(ids[i]), i), reverse=True)
    start = 0
    while start < len(order):
        longest = max(len(ids[order[start]]), 1)
        chosen = order[start : start + max(1, batch_tokens // longest)]
        tokens, mask = pad([ids[i] for i in chosen], longest)
        given = {"input_ids": tokens, "attention_mask": mask}
        if signs is not None:
            given["signs"] = signs[chosen].astype(np.float32)
        logits[chosen] = session.run(["logits"], given)[0]
        start += len(chosen)
    return logits


def pad(ids: Sequence[Sequence[int]], width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and mask, both (n, width), padded right with 0 (masked, so any id would do)."""
    tokens = np.zeros((len(ids), width), np.int64)
    mask = np.zeros((len(ids), width), np.int64)
    for row, values in enumerate(ids):
        tokens[row, : len(values)] = values
        mask[row, : len(values)] = 1
    mask[:, 0] = 1  # an empty text is one masked-in pad
    return tokens, mask


def load(folder: Path, threads: int = 1) -> Student:
    """Verify a model folder and open it for use with `threads` CPU threads. Raises ModelError."""
    folder = Path(folder)
    card = verify(folder)
    return Student(
        folder / "model.onnx",
        folder / "tokenizer.json",
        card,
        read_calibration(folder, card),
        folder_sha256(folder),
        threads,
    )
