"""What a ledger holds: counts for `status`, and everything about one table for `explain`."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from soesift.label.ledger import Ledger


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


def status_of(ledger: Ledger) -> Status:
    spend = ledger.db.execute("SELECT * FROM spend").fetchone()
    failures = ledger.db.execute("SELECT failure, count(*) FROM answer WHERE failure NOT NULL GROUP BY failure")
    flying = ledger.db.execute("SELECT count(*) FROM claim WHERE expires >= ?", (time.time(),)).fetchone()[0]
    human = ledger.db.execute("SELECT pot, count(*) FROM human GROUP BY pot ORDER BY pot")
    rows = ledger.db.execute(_STATUS).fetchall()
    return Status(
        views=[ViewStatus(*row) for row in rows],
        failures=Counter({row[0]: row[1] for row in failures}),
        in_flight=flying,
        tokens=spend["tokens"],
        cost=spend["cost"],
        lost_requests=spend["lost_requests"],
        lost_tokens=spend["lost_tokens"],
        human={row[0]: row[1] for row in human},
    )


_STATUS = """
    SELECT r.model, r.view, r.prompt, coalesce(max(a.source), '') AS source,
        (SELECT count(DISTINCT i.table_id) FROM item i JOIN request q ON q.key = i.key
         WHERE q.model = r.model AND q.view = r.view AND q.prompt = r.prompt) AS tables,
        count(*), count(a.label), total(a.label = 'yes'), total(a.label = 'no'), total(a.label = 'unsure')
    FROM request r LEFT JOIN answer a ON a.key = r.key AND a.label NOT NULL
    GROUP BY r.model, r.view, r.prompt ORDER BY r.model, r.view, r.prompt
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
        a.tokens_in + a.tokens_out AS tokens, a.created, a.tokens_in, a.tokens_out, a.tokens_cached, a.seconds
    FROM item i JOIN request r ON r.key = i.key JOIN answer a ON a.key = r.key {where}
    ORDER BY i.table_id, i.view, r.model, r.sample, a.id
"""


def votes(answers: list[StoredAnswer]) -> dict[tuple[str, str], Counter[str]]:
    """Labels counted by (view, model)."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for answer in answers:
        if answer.label:
            counted.setdefault((answer.view, answer.model), Counter())[answer.label] += 1
    return counted
