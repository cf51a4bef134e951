"""A result with people's corrections put into effect; the result itself stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from soesift.result.models import DocumentInfo, Rejected, Result, SoeTable
from soesift.result.store import fingerprint
from soesift.review.corrections import (
    Accept,
    Add,
    Correction,
    Join,
    Mend,
    Reject,
    Retype,
    Sign,
    Split,
    Undo,
    effective,
    read_action,
)
from soesift.review.mend import join_tables, mended, split_table


class Applied(NamedTuple):
    """left_out: corrections that do not fit, each with the reason. decided: item -> (accept or reject, who).

    Items: the id of a table; "r1" the first near miss; "p12" an unsure page ("p0": no page named).
    """

    result: Result
    left_out: list[tuple[Correction, str]]
    decided: dict[str, tuple[str, str]]


@dataclass(slots=True)
class _State:
    tables: dict[str, SoeTable]
    near: dict[str, Rejected]
    decided: dict[str, tuple[str, str]] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State({**self.tables}, self.near, {**self.decided})


@dataclass(slots=True)
class Memo:
    """Where the corrections of one result led, step by step: with one more, only that one is put into effect."""

    steps: list[tuple[Correction, _State, list[tuple[Correction, str]]]] = field(default_factory=list)

    def shared(self, standing: Sequence[Correction]) -> int:
        """How many of the first corrections are those of the steps, which are cut to them."""
        pairs = zip(self.steps, standing, strict=False)
        told = ("id", "who", "what")
        same = next(
            (n for n, (step, one) in enumerate(pairs) if any(step[0].get(k) != one.get(k) for k in told)),
            min(len(self.steps), len(standing)),
        )
        del self.steps[same:]
        return same


def apply_corrections(result: Result, corrections: Sequence[Correction], memo: Memo | None = None) -> Applied:
    """Put the standing corrections into effect, oldest first; the last word on an item counts.

    Corrections made on other tables than `result` holds (it was detected anew), and such as cannot be read, are left
    out and told. `memo`: of the same result, for the next time.
    """
    memo = Memo() if memo is None else memo
    near = {f"r{number}": item for number, item in enumerate(result.rejected, 1)}
    state = _State({table.id: table for table in result.tables}, near)
    now, left_out = fingerprint(result), list[tuple[Correction, str]]()
    standing = effective(corrections)
    if not standing:
        return Applied(result, [], {})
    done = memo.shared(standing)
    if done:
        state, left_out = memo.steps[-1][1].copy(), [*memo.steps[-1][2]]
    for one in standing[done:]:
        try:
            action = read_action(one.get("what"))
            if action.result and action.result != now:
                raise ValueError("made on another result of this document; look at it again")
            _do(state, action, str(one.get("who", "")), str(one.get("id", "")))
        except (ValueError, KeyError) as error:
            left_out.append((one, str(error).strip("'\"")))
        memo.steps.append((one, state.copy(), [*left_out]))
    return Applied(_finished(result, state), left_out, state.decided)


def _do(state: _State, action: object, who: str, correction: str) -> None:
    if isinstance(action, Accept):
        _accept(state, action, who)
    elif isinstance(action, Reject):
        _reject(state, action, who)
    elif isinstance(action, Retype):
        table = _table(state, action.table)
        said = [*table.evidence, f"type set by {who}"]
        update = {"table_type": action.table_type, "type_probability": 1.0, "evidence": said}
        state.tables[action.table] = table.model_copy(update=update)
        state.decided[action.table] = ("accept", who)
    elif isinstance(action, Join):
        _join(state, action, who)
    elif isinstance(action, Split):
        _split(state, action, who)
    elif isinstance(action, Mend):
        table = _table(state, action.table)
        state.tables[action.table] = mended(table, action).model_copy(update={"evidence": _said(table, who)})
    elif isinstance(action, Add):
        name = f"added-{correction[:12]}"
        state.tables[name] = _by_hand(action.content, name, f"added by {who}")
        state.decided[name] = ("accept", who)
    elif not isinstance(action, (Sign, Undo)):
        raise ValueError("an action that this program does not know")


def _said(table: SoeTable, who: str) -> list[str]:
    """The table's evidence with one line a person who mended it."""
    line = f"mended by {who}"
    return table.evidence if line in table.evidence else [*table.evidence, line]


def _accept(state: _State, action: Accept, who: str) -> None:
    if action.near_miss is not None:
        name = f"r{action.near_miss}"
        if name not in state.near:
            raise KeyError(f"no near miss {action.near_miss}")
        if action.content is None and name not in state.tables:
            raise ValueError("a near miss is accepted with its content")
        if action.content is not None:
            table = _by_hand(action.content, name, f"accepted by {who}")
            said = {"table_type": action.table_type, "type_probability": 1.0} if action.table_type else {}
            state.tables[name] = table.model_copy(update=said)
        state.decided[name] = ("accept", who)
    elif action.table is not None:
        _table(state, action.table)
        state.decided[action.table] = ("accept", who)


def _reject(state: _State, action: Reject, who: str) -> None:
    if action.near_miss is not None and f"r{action.near_miss}" not in state.near:
        raise KeyError(f"no near miss {action.near_miss}")
    if action.table is not None:
        _table(state, action.table)
    number = action.near_miss
    name = action.table or (f"r{number}" if number is not None else f"p{action.page}")
    state.decided[name] = ("reject", who)


def _join(state: _State, action: Join, who: str) -> None:
    if len(set(action.tables)) != len(action.tables):
        raise ValueError("a table cannot be joined with itself")
    joined = join_tables([_table(state, name) for name in action.tables])
    first, *rest = action.tables
    state.tables[first] = joined.model_copy(update={"evidence": [*joined.evidence, f"joined by {who}"]})
    for name in rest:
        del state.tables[name]
        state.decided.pop(name, None)
    state.decided[first] = ("accept", who)


def _split(state: _State, action: Split, who: str) -> None:
    number = 2
    while f"{action.table}-{number}" in state.tables:
        number += 1
    parts = split_table(_table(state, action.table), action.row, f"{action.table}-{number}")
    for part in parts:
        state.tables[part.id] = part.model_copy(update={"evidence": [*part.evidence, f"split by {who}"]})
        state.decided[part.id] = ("accept", who)


def _table(state: _State, name: str) -> SoeTable:
    if name not in state.tables:
        raise KeyError(f"no table {name}")
    return state.tables[name]


def _by_hand(table: SoeTable, name: str, said: str) -> SoeTable:
    return table.model_copy(update={"id": name, "evidence": [*table.evidence, said]})


def _finished(result: Result, state: _State) -> Result:
    """The result that the decisions leave: rejected tables become near misses, accepted near misses tables."""
    verdict = {name: said for name, (said, _) in state.decided.items()}
    kept = [table for name, table in state.tables.items() if verdict.get(name) != "reject"]
    fell = [
        _as_rejected(table, state.decided[name][1])
        for name, table in state.tables.items()
        if verdict.get(name) == "reject" and name not in state.near
    ]
    near = [item for name, item in state.near.items() if verdict.get(name) != "accept"]
    new = any(name not in {table.id for table in result.tables} for name in state.tables)
    tables = sorted(kept, key=_place) if new else kept
    info = _document(result, tables, state, verdict)
    return result.model_copy(update={"document": info, "tables": tables, "rejected": [*near, *fell]})


def _place(table: SoeTable) -> tuple[float, float]:
    """Where a table begins; tables without pages keep their order behind those with."""
    boxed = [(f.page, f.bbox[1] if f.bbox else 0.0) for f in table.fragments if f.page is not None]
    return min(boxed, default=(float("inf"), 0.0))


def _as_rejected(table: SoeTable, who: str) -> Rejected:
    first = table.fragments[0] if table.fragments else None
    return Rejected(
        pages=table.pages,
        bbox=first.bbox if first else None,
        location=first.location if first else None,
        title=table.title,
        probability=table.probability,
        likely_class="rejected_by_reviewer",
        evidence=[*table.evidence, f"rejected by {who}"],
    )


def _document(result: Result, tables: list[SoeTable], state: _State, verdict: dict[str, str]) -> DocumentInfo:
    shown = {page for table in tables for page in table.pages}
    unsure = [
        one
        for one in result.document.unsure_pages
        if f"p{one.page or 0}" not in verdict and one.page not in shown and not settled(one.page, state.near, verdict)
    ]
    strict = any(table.table_type != "subsidiary" for table in tables)
    has_soe = "yes" if strict else "unsure" if unsure or result.document.error else "no"
    return result.document.model_copy(update={"unsure_pages": unsure, "has_soe": has_soe})


def settled(page: int | None, near: dict[str, Rejected], verdict: dict[str, str]) -> bool:
    """Whether the doubt about a page came from near misses that are all decided."""
    there = [name for name, item in near.items() if page is not None and page in item.pages]
    return bool(there) and all(name in verdict for name in there)
