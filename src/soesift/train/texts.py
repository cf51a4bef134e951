"""What a model reads of a table: one line of text, or the teacher's question about it."""

from __future__ import annotations

from collections.abc import Callable

from soesift.classify.features import features
from soesift.classify.serialise import asked, serialise
from soesift.table.record import TableRecord
from soesift.train.config import ModelConfig
from soesift.train.network import base_tokenizer
from soesift.train.prompted import question_of


def text_of(config: ModelConfig) -> Callable[[TableRecord], str]:
    """A table as text within `max_tokens` of the base's tokenizer. UsageError: the question leaves no room."""
    tokenizer, _ = base_tokenizer(config.base)
    if config.task == "prompted":
        question = question_of(config)
        return lambda record: asked(record, question, tokenizer, config.max_tokens)
    return lambda record: serialise(record, tokenizer, config.max_tokens)


def signs_of(record: TableRecord) -> tuple[float, ...]:
    """The counted features of one table, as a row keeps them."""
    return tuple(features([record])[0].tolist())
