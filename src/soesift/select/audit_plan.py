"""The plan of an audit, written once into the ledger, and how often the audit was tested.

A guarantee holds for a test that was fixed before its outcome was known. Who draws again until it passes, or tries
other beliefs, rules or levels on the same judgements, has none. So the first use of an audit writes down its seed and
size; the first test writes alpha, delta and how many tests there will be in all (`looks`); each test has delta / looks.
The same test again is no new one.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from soesift.errors import UsageError
from soesift.label.ledger import Ledger

HUMANS = "humans"  # source of an audit that is the ledger's own pot


class AuditSpent(UsageError):
    """The audit's plan says otherwise, or all tests that it allows were made."""


class Draw(NamedTuple):
    """What decides which tables of a source are audited. source: HUMANS, or a hash of the reference labels."""

    source: str
    seed: int = 0
    size: int = 0


class Look(NamedTuple):
    """One test of an audit. beliefs, judged: fingerprints of what is tested, and by which judgements."""

    rule: str
    alpha: float
    delta: float
    looks: int
    beliefs: str
    judged: str


def keep_draw(ledger: Ledger, draw: Draw) -> None:
    """Write the draw down at its first use; AuditSpent where another was written for this source."""
    with ledger.transaction() as db:
        row = db.execute("SELECT seed, size FROM audit_plan WHERE source = ?", (draw.source,)).fetchone()
        if row is None:
            columns = "INSERT INTO audit_plan (source, seed, size, created) VALUES (?,?,?,?)"
            db.execute(columns, (*draw, time.time()))
        elif tuple(row) != (draw.seed, draw.size):
            raise AuditSpent(
                f"this audit was drawn with --seed {row['seed']} --audit-size {row['size']}: an audit that is drawn "
                "again until it passes guarantees nothing; give these, or judge other tables"
            )


def keep_test(ledger: Ledger, source: str, test: Look) -> tuple[float, int]:
    """Write the test down; the risk that it has (delta / looks), and its number among those made of this audit.

    AuditSpent: another alpha, delta or number of looks was planned, or no look is left.
    """
    with ledger.transaction() as db:
        row = db.execute("SELECT alpha, delta, looks FROM audit_plan WHERE source = ?", (source,)).fetchone()
        if row["alpha"] is None:
            query = "UPDATE audit_plan SET alpha = ?, delta = ?, looks = ? WHERE source = ?"
            db.execute(query, (test.alpha, test.delta, test.looks, source))
        elif tuple(row) != (test.alpha, test.delta, test.looks):
            raise AuditSpent(
                f"this audit was planned with --alpha {row['alpha']:g} --delta {row['delta']:g} "
                f"--looks {row['looks']}: give these; levels chosen after its outcome guarantee nothing"
            )
        made = db.execute("SELECT rule, beliefs, judged FROM audit_look WHERE source = ? ORDER BY created", (source,))
        before = [tuple(one) for one in made]
        now = (test.rule, test.beliefs, test.judged)
        if now not in before:
            if len(before) >= test.looks:
                raise AuditSpent(_spent(before, now, test.looks))
            db.execute("INSERT INTO audit_look VALUES (?,?,?,?,?)", (source, *now, time.time()))
            before.append(now)
    return test.delta / test.looks, before.index(now) + 1


def _spent(before: list[tuple[str, ...]], now: tuple[str, ...], looks: int) -> str:
    names = ("the rule", "the beliefs", "the judgements")
    other = [name for name, old, new in zip(names, before[-1], now, strict=True) if old != new]
    times = "once" if looks == 1 else f"{looks} times, as planned"
    return (
        f"this audit was tested {times}; {' and '.join(other)} changed since, and a further test would guarantee "
        "nothing: go on with what was tested, or judge other tables (next time plan it with --looks)"
    )
