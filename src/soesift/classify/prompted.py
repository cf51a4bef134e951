"""A table within the question that a prompted model was tuned on: the teacher's own prompt, and a view that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soesift.classify.model_folder import Question
from soesift.errors import UsageError
from soesift.table.record import TableRecord
from soesift.view import TokenBudget, render

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LEAST = 32  # tokens of a table, below which there is nothing to judge
SLACK = 4  # tokens: where texts meet they may be cut otherwise than each alone


def asked(record: TableRecord, question: Question, tokenizer: Tokenizer, most: int) -> str:
    """The whole question about one table in at most `most` tokens. Raises UsageError where nothing of a table fits."""

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    fixed = count(question.before) + count(question.after) + SLACK
    if most - fixed < LEAST:
        raise UsageError(f"the question alone takes {fixed} tokens: raise model.max_tokens to {fixed + LEAST} or more")
    shown = render(question.view, record, TokenBudget(most - fixed, count)).text
    return question.before + shown + question.after
