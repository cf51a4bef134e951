"""How much of a table fits: a token budget and the choice of what is shown.

The choice is a ladder from "everything" down to "a few cells"; the first rung whose text fits is taken. Going
down, long cells are cut first, then body rows are thinned out (evenly, first and last kept; their first
column stays), then the first column, and only at the end the columns. Header rows stay to the last rung.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from soesift.errors import MissingExtra, UsageError
from soesift.table.record import TableRecord

Counter = Callable[[str], int]
GAP = "…"  # stands for what was left out


def estimate_tokens(text: str) -> int:
    """Tokens of `text` at four characters a token, rounded up: used where no tokenizer is given."""
    return -(-len(text) // 4)


@lru_cache(maxsize=4)
def tokenizer_counter(path: str) -> Counter:
    """Exact counts by a `tokenizer.json`. Raises UsageError if it cannot be read."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtra("tokenizers", "train") from None
    if not Path(path).is_file():
        raise UsageError(f"{path}: no such tokenizer file; give a tokenizer.json or leave `tokenizer` out")
    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


@dataclass(frozen=True)
class TokenBudget:
    """At most `limit` tokens a view (None: no limit), counted by `count`."""

    limit: int | None = None
    count: Counter = estimate_tokens

    def holds(self, text: str) -> bool:
        return self.limit is None or self.count(text) <= self.limit


@dataclass(frozen=True)
class Choice:
    """What is shown of a grid: `rows` with at least their first column, `full` ones wholly."""

    rows: tuple[int, ...]
    full: frozenset[int]
    columns: tuple[int, ...]
    clip: int | None = None

    def cell(self, grid: list[list[str]], row: int, column: int) -> str | None:
        """Text of a cell as shown; None where it was left out (not where it is empty)."""
        if row not in self.full and column != 0:
            return None
        text = grid[row][column] if column < len(grid[row]) else ""
        return text if self.clip is None or len(text) <= self.clip else text[: self.clip].rstrip() + GAP


def spread(count: int, of: int) -> list[int]:
    """`count` positions spread evenly over range(of), first and last among them; always the same."""
    if count >= of:
        return list(range(of))
    if count <= 1:
        return [0][:count]
    return [round(i * (of - 1) / (count - 1)) for i in range(count)]


def ladder(record: TableRecord) -> Iterator[Choice]:
    """Choices from everything to least; each shows no more cells than the one before."""
    n_rows, n_columns = len(record.grid), max((len(row) for row in record.grid), default=0)
    head = min(record.header_rows, n_rows) or min(1, n_rows)
    body = n_rows - head
    for clip in (None, 200, 80):
        yield _choice(head, n_rows, body, body, n_columns, n_columns, clip)
    for count in _steps(body, 4):
        yield _choice(head, n_rows, body, count, n_columns, n_columns, 80)
    for count in _steps(body, 12):
        yield _choice(head, n_rows, count, 4, n_columns, n_columns, 80)
    for count in _steps(n_columns, 2):
        yield _choice(head, n_rows, 12, 4, count, n_columns, 40)
    for count in _steps(min(body, 12), 1):
        yield _choice(head, n_rows, count, 1, 2, n_columns, 40)


def _steps(count: int, least: int) -> list[int]:
    """Falling counts from below `count` to `least`, every one at the end and coarser where there are many."""
    steps = []
    while count > least:
        count = max(least, min(count - 1, int(count * 0.97) + 1))
        steps.append(count)
    return steps


def _choice(head: int, n_rows: int, body: int, full: int, columns: int, n_columns: int, clip: int | None) -> Choice:
    """Header rows, `body` rows of which `full` are whole, and `columns`, each spread evenly."""
    header = tuple(range(head))
    kept = [head + i for i in spread(body, n_rows - head)]
    whole = frozenset(header) | {kept[i] for i in spread(full, len(kept))}
    return Choice((*header, *kept), whole, tuple(spread(columns, n_columns)), clip)


def fit(record: TableRecord, budget: TokenBudget, draw: Callable[[Choice], str]) -> tuple[str, list[str]]:
    """Draw the richest choice that fits `budget`, and say what was left out; cut the text if none fits."""
    choices = list(ladder(record))
    low, high = 0, len(choices) - 1
    text = draw(choices[0])
    if budget.holds(text):
        return text, []
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if budget.holds(draw(choices[middle])) else (middle + 1, high)
    text = draw(choices[low])
    left_out = _left_out(record, choices[low])
    return (text, left_out) if budget.holds(text) else (cut(text, budget), [*left_out, "text cut"])


def cut(text: str, budget: TokenBudget) -> str:
    """The longest start of `text` that fits together with the gap sign (found by halving)."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if budget.holds(text[:middle] + GAP) else (low, middle - 1)
    return text[:low] + GAP


def _left_out(record: TableRecord, choice: Choice) -> list[str]:
    n_rows, n_columns = len(record.grid), max((len(row) for row in record.grid), default=0)
    said = []
    if len(choice.full) < n_rows:
        said.append(f"rows: {len(choice.full)} of {n_rows} shown whole")
    if len(choice.rows) < n_rows:
        said.append(f"first column: {len(choice.rows)} of {n_rows} rows shown")
    if len(choice.columns) < n_columns:
        said.append(f"columns: {len(choice.columns)} of {n_columns} shown")
    clipped = sum(choice.clip is not None and len(cell) > choice.clip for row in record.grid for cell in row)
    return [*said, f"cells: {clipped} cut at {choice.clip} characters"] if clipped else said
