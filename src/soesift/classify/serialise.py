"""A table as one line of text that fits a small model's token budget: chosen, never cut blindly.

Or within the question that a prompted model was tuned on: the teacher's own prompt, and a view that fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from soesift.classify.model_folder import Question
from soesift.classify.wordpiece import Tokenizer
from soesift.errors import UsageError
from soesift.table.lexicon import is_mark
from soesift.table.record import TableRecord
from soesift.view import TokenBudget, render

LEAST = 32  # tokens of a table, below which there is nothing to judge
SLACK = 4  # tokens: where texts meet they may be cut otherwise than each alone

BUDGET = 256
_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_FIXED = {"caption": 0.16, "heading": 0.08, "above": 0.08, "below": 0.08, "header": 0.30}
_ROWS = 0.7  # share of what the fixed parts leave that goes to whole rows, the rest to the first column
_MAX_HEADER_ROWS = 4


def asked(record: TableRecord, question: Question, tokenizer: Tokenizer, most: int) -> str:
    """The whole question about one table in at most `most` tokens. Raises UsageError where nothing of a table fits."""

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    fixed = count(question.before) + count(question.after) + SLACK
    if most - fixed < LEAST:
        raise UsageError(f"the question alone takes {fixed} tokens: raise model.max_tokens to {fixed + LEAST} or more")
    shown = render(question.view, record, TokenBudget(most - fixed, count)).text
    return question.before + shown + question.after


@dataclass(slots=True)
class _Parts:
    facts: str
    lines: dict[str, str]
    header: list[str]
    rows: list[list[str]]


@lru_cache(maxsize=65536)
def cost(text: str) -> int:
    """Estimated tokens of a text: a piece each for words up to 7 letters, digits by threes, signs by one."""
    return sum(1 + (len(p) - 1) // (3 if p.isdigit() else 7) for p in _PIECE.findall(text))


def serialise(record: TableRecord, tokenizer: Tokenizer | None = None, budget: int = BUDGET) -> str:
    """Text of at most `budget` tokens, special tokens included (estimated tokens without a tokenizer)."""
    parts = _parts(record)
    room = max(budget - 2, 1)
    text, complete = _compose(parts, room)
    if tokenizer is None:
        return text
    best, share = "", 1.0
    for _ in range(4):
        used = _count(tokenizer, text)
        if used <= budget and len(text) > len(best):
            best = text
        if used <= budget and (complete or used >= 0.92 * budget):
            return best
        share *= 0.97 * budget / max(used, 1)
        text, complete = _compose(parts, max(int(room * share), 1))
    return best or _trim(tokenizer, text, budget)


def facts(record: TableRecord) -> str:
    """Size, share of marked and empty cells, page form and place, in words a small model can use."""
    cells = [cell for row in record.grid[_header_rows(record) :] for cell in row[1:]]
    marks = sum(map(is_mark, cells))
    empty = sum(not cell for cell in cells)
    n = max(len(cells), 1)
    width = max(map(len, record.grid), default=0)
    words = [f"rows {len(record.grid)} columns {width} marks {100 * marks // n} empty {100 * empty // n}"]
    if record.page_size is not None:
        words.append("landscape" if record.page_size[0] > record.page_size[1] else "portrait")
    if record.rotation:
        words.append("rotated")
    if record.page and record.n_pages:
        words.append(f"place {10 * (record.page - 1) // record.n_pages}")
    return " ".join(words)


def _count(tokenizer: Tokenizer, text: str) -> int:
    return len(tokenizer.encode(text).ids)


def _trim(tokenizer: Tokenizer, text: str, budget: int) -> str:
    """Last resort for budgets too small even for the facts: words from the front."""
    words = text.split()
    while words and _count(tokenizer, " ".join(words)) > budget:
        words.pop()
    return " ".join(words)


def _header_rows(record: TableRecord) -> int:
    return min(max(record.header_rows, 1), len(record.grid))


def _parts(record: TableRecord) -> _Parts:
    n = _header_rows(record)
    near = {"caption": record.caption, "heading": record.heading}
    near |= {"above": _line(record.above, -1), "below": _line(record.below, 0)}
    seen: set[str] = set()
    lines = {}
    for name, text in near.items():
        text = " ".join(text.split())
        lines[name] = "" if text in seen else text
        seen.add(text)
    header = [_header(row) for row in record.grid[:n]]
    rows = [short for row in record.grid[n:] if any(short := _runs(row))]
    return _Parts(facts(record), lines, _spread([h for h in header if h], _MAX_HEADER_ROWS), rows)


def _line(text: str, which: int) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    return lines[which][-160:] if which else lines[0][:160]


def _header(row: Sequence[str]) -> str:
    return " ; ".join(cell for cell in _runs(row) if cell)


def _runs(row: Sequence[str]) -> list[str]:
    """First cell, then the others with marks as `x`, and text repeated by a merged cell once."""
    if not row:
        return []
    short = [row[0]]
    for before, cell in pairwise(row):
        if is_mark(cell):
            short.append("x")
        elif not cell or cell != before:
            short.append(cell)
    return short


def _compose(parts: _Parts, room: int) -> tuple[str, bool]:
    """The text within `room` estimated tokens, and whether it holds everything."""
    out, left = [parts.facts], room - cost(parts.facts)
    complete = True
    for name, text in {**parts.lines, "header": " / ".join(parts.header)}.items():
        allowed = int(_FIXED[name] * room)
        kept = _header_fit(parts.header, allowed) if name == "header" else _words(text, allowed)
        complete &= kept == text
        if kept:
            out.append(f"{name} : {kept}")
            left -= cost(kept) + 2
    body, whole = _body(parts.rows, left)
    return " | ".join(out + body), complete and whole


def _header_fit(rows: Sequence[str], allowed: int) -> str:
    """Header rows, each with cells spread over the columns when they do not all fit."""
    kept = []
    for i, row in enumerate(rows):
        share = allowed // (len(rows) - i)
        cells = row.split(" ; ")
        short = " ; ".join(cells)
        n = len(cells)
        while cost(short) > share and n > 1:
            n -= max(1, n // 6)
            short = " ; ".join(_words(c, max(3, share // n)) for c in _spread(cells, n))
        short = _words(short, share)
        kept.append(short)
        allowed -= cost(short) + 1
    return " / ".join(k for k in kept if k)


def _body(rows: list[list[str]], left: int) -> tuple[list[str], bool]:
    """Whole rows evenly spread over the table, then the first cells of the rest."""
    whole = [_row(row) for row in rows]
    if sum(cost(w) + 1 for w in whole) + 3 <= left:
        return ([" / ".join(whole)] if whole else []), True
    n, room = len(rows), int(_ROWS * left)
    while n and sum(cost(_row(rows[i], 24)) + 1 for i in _places(len(rows), n)) > room:
        n -= max(1, n // 8)
    chosen = set(_places(len(rows), n))
    sample = " / ".join(_row(rows[i], 24) for i in sorted(chosen))
    names = _list([_words(row[0], 8) for i, row in enumerate(rows) if i not in chosen], left - cost(sample) - 6)
    return [part for part in (sample, f"also : {names}" if names else "") if part], False


def _row(row: Sequence[str], most: int = 1000) -> str:
    name, cells = _words(row[0], most), [_words(cell, 6 if most < 1000 else 1000) or "-" for cell in row[1:]]
    return f"{name} : {' '.join(cells[:most])}"


def _list(names: Sequence[str], allowed: int) -> str:
    distinct = [name for name in dict.fromkeys(names) if name]
    n = len(distinct)
    while n and sum(cost(name) + 1 for name in _spread(distinct, n)) > allowed:
        n -= max(1, n // 8)
    return " ; ".join(_spread(distinct, n))


def _words(text: str, allowed: int) -> str:
    """The first words of a text within `allowed` estimated tokens."""
    if cost(text) <= allowed:
        return text
    kept: list[str] = []
    for word in text.split():
        allowed -= cost(word)
        if allowed < 0:
            break
        kept.append(word)
    return " ".join(kept)


def _places(n: int, k: int) -> list[int]:
    """k of n positions, evenly spread, first and last included."""
    return [i * (n - 1) // (k - 1) for i in range(k)] if 1 < k < n else list(range(min(n, max(k, 0))))


def _spread(items: Sequence[str], k: int) -> list[str]:
    return [items[i] for i in _places(len(items), k)]
