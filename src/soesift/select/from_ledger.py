"""From a ledger's answers to arrays of beliefs: one row a table, one column a view asked of one model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np

from soesift.errors import UsageError
from soesift.evaluate.scores import UNKNOWN, Floats, Ints, Strings
from soesift.label.ledger import Ledger
from soesift.label.prompt import sha256
from soesift.label.report import StoredAnswer, current, stored_answers
from soesift.select import belief as beliefs_of
from soesift.select.belief import Belief, Failure
from soesift.select.combine import label

NO_BELIEFS = "none"  # fingerprint of a ledger without an answer


class Column(NamedTuple):
    """What was asked: a view, by a prompt, of a model."""

    view: str
    model: str
    prompt: str
    content: str = ""  # the prompt's hash: a prompt edited in place is another

    def __str__(self) -> str:
        return f"{self.view} ({self.model})"


class Opinions(NamedTuple):
    """tables, documents: (n,). columns: v of them. beliefs: (n, v), NaN without one; failures: why.

    stale: answers put aside because their question was asked in another way since, counted by column.
    """

    tables: list[str]
    documents: list[str]
    columns: list[Column]
    beliefs: Floats
    failures: list[list[Failure | None]]
    stale: Mapping[str, int] = {}


def opinions(
    answers: Sequence[StoredAnswer], views: Sequence[str] = (), models: Sequence[str] = (), prompts: Sequence[str] = ()
) -> Opinions:
    """Beliefs of all tables that were asked about, in the order of their ids.

    views, models, prompts: only these, views in this order (none given: all). Of a view and model the prompt asked last
    counts, in its last wording and with the text shown last, unless prompts are named: see `label.report.current`.
    UsageError where the ledger lacks a view, or holds no such answer.
    """
    cells = cells_of(answers, views, models, prompts)
    if other := {a.label for some in cells.of.values() for a in some if a.label} - {"yes", "no", "unsure"}:
        raise UsageError(
            f"the teacher told {', '.join(sorted(other))} apart, not YES and NO: only `soesift select` and "
            "`soesift train` know more than two classes"
        )
    rows = [[belief_of(cells.of.get((table, column), [])) for column in cells.columns] for table in cells.tables]
    p, failures = beliefs_of.table(rows)
    return Opinions(cells.tables, cells.documents, cells.columns, p, failures, cells.stale)


class Cells(NamedTuple):
    """Answers by table and column; tables, documents: (n,); columns: v of them; stale: see `Opinions`."""

    tables: list[str]
    documents: list[str]
    columns: list[Column]
    of: dict[tuple[str, Column], list[StoredAnswer]]
    stale: Mapping[str, int]


def cells_of(
    answers: Sequence[StoredAnswer], views: Sequence[str] = (), models: Sequence[str] = (), prompts: Sequence[str] = ()
) -> Cells:
    """The answers to what is asked today, parted into cells; see `opinions`, also for UsageError."""
    found = sorted({a.view for a in answers})
    missing = [view for view in views if view not in found]
    if missing or not found:
        raise UsageError(
            f"no answer in view {missing[0]!r}; the ledger holds {', '.join(found) or 'no answers'}"
            if missing
            else "the ledger holds no answers: run `soesift label` first"
        )
    order = list(views) or found
    asked = current(answers, order, models, prompts)
    if not asked.current:
        raise UsageError(
            f"no answer of model {', '.join(models) or 'any'} to prompt {', '.join(prompts) or 'any'}: "
            "`soesift status` lists them"
        )
    cells: dict[tuple[str, Column], list[StoredAnswer]] = {}
    for answer in asked.current:
        column = Column(answer.view, answer.model, answer.prompt, answer.prompt_hash)
        cells.setdefault((answer.table_id, column), []).append(answer)
    columns = sorted({c for _, c in cells}, key=lambda c: (order.index(c.view), c))
    documents = {a.table_id: a.document for a in asked.current}
    tables = sorted(documents)
    stale = Counter(f"{a.view} ({a.model}), prompt {a.prompt} {a.prompt_hash[:8]}" for a in asked.stale)
    return Cells(tables, [documents[t] for t in tables], columns, cells, stale)


def belief_of(answers: Sequence[StoredAnswer]) -> Belief:
    """The best that a cell's answers give: log-probabilities, repeated samples, one with confidence.

    Where a log-probability cannot be used (most mass off the labels, say), its reason stands.
    """
    readable = [a for a in answers if a.label]
    with_tokens = [a for a in readable if a.logprobs and a.token is not None]
    if with_tokens:
        logprobs, at = with_tokens[0].logprobs or [], with_tokens[0].token or 0
        offered = [(token, value) for token, value in logprobs[at][2]]
        return beliefs_of.from_logprobs(offered, **_variants(with_tokens[0].words, [token for token, _ in offered]))
    if not readable:
        return beliefs_of.failed(Failure.UNPARSABLE if answers else Failure.NO_ANSWER)
    if len({a.sample for a in readable}) > 1:
        return beliefs_of.from_samples([cast(beliefs_of.Answer, a.label) for a in readable])
    one = readable[0]
    return beliefs_of.from_confidence(cast(beliefs_of.Answer, one.label), one.confidence)


def fingerprint(found: Opinions) -> str:
    """64 hex digits of all beliefs, tables and columns: another belief anywhere gives another fingerprint."""
    return _digest(found.columns, found.tables, found.beliefs)


def fingerprint_of_shares(cells: Cells, beliefs: Floats) -> str:
    """`fingerprint` of beliefs in more than two classes, (n, v, k)."""
    return _digest(cells.columns, cells.tables, beliefs.reshape(len(cells.tables), -1))


def _digest(columns: Sequence[Column], tables: Sequence[str], beliefs: Floats) -> str:
    rows = [[f"{p:.6f}" for p in row] for row in beliefs.tolist()]
    told = [[tuple(column) for column in columns], list(zip(tables, rows, strict=True))]
    return sha256(json.dumps(told, ensure_ascii=False))


def fingerprint_of(ledger: Ledger) -> str:
    """That of all beliefs in YES and NO in a ledger; `NO_BELIEFS` where nothing was answered yet."""
    answers = [a for a in stored_answers(ledger) if a.label in (None, "yes", "no", "unsure")]
    return fingerprint(opinions(answers)) if answers else NO_BELIEFS


def _variants(words: str, tokens: Sequence[str]) -> dict[str, frozenset[str]]:
    """The tokens offered that begin a label word of one kind, by kind; {} for YES and NO, which have their own list."""
    asked = json.loads(words) if words else {}
    plain = {kind: [word.casefold() for word in spelt] for kind, spelt in asked.items()}
    if not asked or (plain.get("yes") == ["yes"] and plain.get("no") == ["no"]):
        return {}
    return variants(asked, tokens)


def variants(words: Mapping[str, Sequence[str]], tokens: Sequence[str]) -> dict[str, frozenset[str]]:
    """By kind, the tokens offered that begin one of its words, as `belief.plain` writes them.

    A token that begins words of two kinds tells nothing, and counts as off the labels.
    """
    found: dict[str, set[str]] = {kind: set() for kind in words}
    for token in {beliefs_of.plain(token) for token in tokens} - {""}:
        kinds = [kind for kind, spelt in words.items() if any(w.casefold().startswith(token) for w in spelt)]
        if len(kinds) == 1:
            found[kinds[0]].add(token)
    return {kind: frozenset(names) for kind, names in found.items()}


def votes_of_models(found: Opinions) -> tuple[Ints, list[str]]:
    """(n, m) one vote a model over its views (mean logit), and the m models: what `crowd` reads."""
    models = sorted({column.model for column in found.columns})
    votes = [label(found.beliefs[:, [c.model == m for c in found.columns]]) for m in models]
    return np.stack(votes, 1), models


def truth_of(tables: Sequence[str], known: Mapping[str, int]) -> Ints:
    """(n,) 1, 0, or -1 where `known` says nothing of a table."""
    return np.array([known.get(table, UNKNOWN) for table in tables], np.int64)


def groups_of(found: Opinions) -> Strings:
    """(n,) the protocol (document) of each table."""
    return np.asarray(found.documents, np.str_)
