"""What a ledger holds: counts for `status`, and everything about one table for `explain`."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from soesift.label.ledger import Ledger

FEWEST_DIGITS = 6  # of its hash by which a prompt may be named; fewer may begin another's. 4 to 8


@dataclass
class ViewStatus:
    """One view asked of one model with one prompt."""

    model: str
    view: str
    prompt: str
    source: str
    tables: int
    requests: int
    labelled: int
    yes: int
    no: int
    unsure: int
    asked: float = 0.0
    content: str = ""  # first digits of the prompt's hash: a prompt edited in place is another
    stale: bool = False  # another wording was asked of this view and model since
    put_aside: int = 0  # of the answers that are labels, those that selection leaves: asked in another way since


@dataclass
class Status:
    views: list[ViewStatus]
    failures: Counter[str]  # rows by kind
    in_flight: int  # requests claimed by living processes
    tokens: int
    cost: float
    lost_requests: int  # in flight when a process died
    lost_tokens: int  # what those had reserved
    human: dict[str, int] = field(default_factory=dict)  # labels by pot
    classes: dict[str, Counter[str]] = field(default_factory=dict)  # by view and model: of tasks with classes


def status_of(ledger: Ledger) -> Status:
    spend = ledger.db.execute("SELECT * FROM spend").fetchone()
    failures = ledger.db.execute("SELECT failure, count(*) FROM answer WHERE failure NOT NULL GROUP BY failure")
    flying = ledger.db.execute("SELECT count(*) FROM claim WHERE expires >= ?", (time.time(),)).fetchone()[0]
    human = ledger.db.execute("SELECT pot, count(*) FROM human GROUP BY pot ORDER BY pot")
    views = [ViewStatus(*row) for row in ledger.db.execute(_STATUS)]
    aside = Counter((a.view, a.model, a.prompt_hash[:8]) for a in current(stored_answers(ledger)).stale if a.label)
    for view in views:
        view.put_aside = aside[view.view, view.model, view.content]
        view.stale = any((o.view, o.model) == (view.view, view.model) and o.asked > view.asked for o in views)
    return Status(
        views=views,
        failures=Counter({row[0]: row[1] for row in failures}),
        in_flight=flying,
        tokens=spend["tokens"],
        cost=spend["cost"],
        lost_requests=spend["lost_requests"],
        lost_tokens=spend["lost_tokens"],
        human={row[0]: row[1] for row in human},
        classes=_by_class(ledger),
    )


def _by_class(ledger: Ledger) -> dict[str, Counter[str]]:
    """Labels other than yes, no and unsure, counted by "VIEW (MODEL)"."""
    found: dict[str, Counter[str]] = {}
    for view, model, label, count in ledger.db.execute(_CLASSES):
        found.setdefault(f"{view} ({model})", Counter())[label] = count
    return found


_CLASSES = """
    SELECT r.view, r.model, a.label, count(*) FROM request r JOIN answer a ON a.key = r.key
    WHERE a.label NOT IN ('yes', 'no', 'unsure') GROUP BY r.view, r.model, a.label ORDER BY r.view, r.model, a.label
"""

_STATUS = """
    SELECT r.model, r.view, r.prompt, coalesce(max(a.source), '') AS source,
        (SELECT count(DISTINCT i.table_id) FROM item i JOIN request q ON q.key = i.key
         WHERE q.model = r.model AND q.view = r.view AND q.prompt_hash = r.prompt_hash) AS tables,
        count(*), count(a.label), total(a.label = 'yes'), total(a.label = 'no'), total(a.label = 'unsure'),
        coalesce((SELECT max(i.asked) FROM item i JOIN request q ON q.key = i.key
         WHERE q.model = r.model AND q.view = r.view AND q.prompt_hash = r.prompt_hash), 0) AS asked,
        substr(r.prompt_hash, 1, 8)
    FROM request r LEFT JOIN answer a ON a.key = r.key AND a.label NOT NULL
    GROUP BY r.model, r.view, r.prompt, r.prompt_hash ORDER BY r.model, r.view, r.prompt, asked
"""


@dataclass(frozen=True)
class StoredAnswer:
    """One answer about one table as selection reads it: a label or a failure, and the raw log-probabilities.

    `logprobs`: for each answer token [token, log-probability, [[alternative, log-probability], ...]];
    `token`: index of the label's first token; `confidence`: as spoken, 0 to 100.
    """

    table_id: str
    document: str
    page: int | None
    view: str
    model: str
    prompt: str
    sample: int
    label: str | None
    failure: str | None
    reason: str
    raw: str
    logprobs: list[Any] | None
    token: int | None
    confidence: float | None
    left_out: list[str]
    source: str
    cost: float | None
    tokens: int
    created: float
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0  # of `tokens_in`
    seconds: float | None = None  # from sending to the answer; None where it was recorded elsewhere
    prompt_hash: str = ""
    view_hash: str = ""
    sampling: str = ""
    asked: float = 0.0  # when this text was last asked about
    words: str = ""  # JSON of `prompt.Labels`: the words that were asked for ("": YES and NO)

    @property
    def content(self) -> str:
        """What was asked, whatever its name: prompt, text shown and way of sampling, but not its seed."""
        how = {k: v for k, v in json.loads(self.sampling or "{}").items() if k != "seed"}
        return "\n".join([self.prompt_hash, self.view_hash, json.dumps(how, sort_keys=True)])


def stored_answers(ledger: Ledger, table_id: str | None = None) -> list[StoredAnswer]:
    """All answers, labels and failures, of all tables or of one, by table, view, model and sample."""
    where, given = ("WHERE i.table_id = ?", (table_id,)) if table_id else ("", ())
    return [_answer(row) for row in ledger.db.execute(_ANSWERS.format(where=where), given)]


def _answer(row: Any) -> StoredAnswer:
    values = dict(row)
    values["logprobs"] = json.loads(values["logprobs"]) if values["logprobs"] else None
    values["left_out"] = json.loads(values["left_out"] or "[]")
    return StoredAnswer(**values)


_ANSWERS = """
    SELECT i.table_id, i.document, i.page, i.view, r.model, r.prompt, r.sample, a.label, a.failure, a.reason,
        a.raw, a.logprobs, a.token, a.confidence, i.left_out, a.source, a.cost,
        a.tokens_in + a.tokens_out AS tokens, a.created, a.tokens_in, a.tokens_out, a.tokens_cached, a.seconds,
        r.prompt_hash, r.view_hash, r.sampling, i.asked, coalesce(w.words, '') AS words
    FROM item i JOIN request r ON r.key = i.key JOIN answer a ON a.key = r.key
        LEFT JOIN prompt_words w ON w.prompt_hash = r.prompt_hash {where}
    ORDER BY i.table_id, i.view, r.model, r.sample, a.id
"""


class Asked(NamedTuple):
    """Answers to what is asked today, and those to what was asked before."""

    current: list[StoredAnswer]
    stale: list[StoredAnswer]


def current(
    answers: Sequence[StoredAnswer], views: Sequence[str] = (), models: Sequence[str] = (), prompts: Sequence[str] = ()
) -> Asked:
    """Answers of the views, models and prompts named (none: all), parted into those of today's questions and others.

    Today's prompt of a view and model is the one asked last; prompts named (by id, or the first digits of their hash)
    stand side by side instead, each in its last wording. Of a table, the text asked about last counts.
    """
    chosen = [
        a
        for a in answers
        if _named(a.view, views) and _named(a.model, models) and prompt_named(a.prompt, a.prompt_hash, prompts)
    ]
    newest: dict[tuple[str, ...], float] = {}
    latest: dict[tuple[str, ...], float] = {}
    for a in chosen:
        column, cell = _column(a, prompts), (*_column(a, prompts), a.prompt_hash, a.table_id)
        newest[column] = max(newest.get(column, 0.0), a.asked)
        latest[cell] = max(latest.get(cell, 0.0), a.asked)
    wordings = {(*_column(a, prompts), a.prompt_hash) for a in chosen if a.asked == newest[_column(a, prompts)]}
    texts = {
        (*_column(a, prompts), a.table_id, a.content)
        for a in chosen
        if a.asked == latest[(*_column(a, prompts), a.prompt_hash, a.table_id)]
    }
    parted = Asked([], [])
    for a in chosen:
        column = _column(a, prompts)
        now = (*column, a.prompt_hash) in wordings and (*column, a.table_id, a.content) in texts
        (parted.current if now else parted.stale).append(a)
    return parted


def _column(answer: StoredAnswer, prompts: Sequence[str]) -> tuple[str, ...]:
    return (answer.view, answer.model, answer.prompt if prompts else "")


def _named(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or name in wanted


def prompt_named(prompt: str, digits: str, wanted: Sequence[str]) -> bool:
    """Whether a prompt is among those wanted (none: all), by its id or its hash, of which `digits` are known."""
    by_hash = (digits.startswith(w[: len(digits)]) for w in wanted if digits and len(w) >= FEWEST_DIGITS)
    return _named(prompt, wanted) or any(by_hash)


def votes(answers: list[StoredAnswer]) -> dict[tuple[str, str], Counter[str]]:
    """Labels counted by (view, model)."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for answer in answers:
        if answer.label:
            counted.setdefault((answer.view, answer.model), Counter())[answer.label] += 1
    return counted
