"""The ledger: everything asked and answered, one SQLite file (WAL) that several processes may share.

An answer is one row, committed as it arrives, so a killed run loses at most what was in flight. A request in
flight is claimed by its process; claims of dead processes are taken over, and what they had reserved of the
budget counts as spent, since the provider may have charged for it.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from soesift.errors import UsageError
from soesift.files import WriteError
from soesift.label.config import BudgetConfig
from soesift.label.providers.base import Reply
from soesift.label.request import CONTENT_FAILURES, Parsed, Request, sampling_json

# Schema of the ledger: numbered, never edited once released, counted by `PRAGMA user_version`.


def m001_requests_and_answers(db: sqlite3.Connection) -> None:
    """Requests by content key, which tables they serve, answers as they arrive, and who is asking now."""
    _run(
        db,
        """
        CREATE TABLE request (key TEXT PRIMARY KEY, prompt TEXT, prompt_hash TEXT, view TEXT, view_hash TEXT,
            model TEXT, sampling TEXT, sample INTEGER,
            created REAL);
        CREATE TABLE item (table_id TEXT, view TEXT, key TEXT REFERENCES request(key), document TEXT,
            page INTEGER, left_out TEXT, PRIMARY KEY (table_id, key));
        CREATE INDEX item_of_key ON item (key);
        CREATE TABLE answer (id INTEGER PRIMARY KEY, key TEXT REFERENCES request(key), label TEXT,
            failure TEXT, reason TEXT, raw TEXT, finish TEXT, logprobs TEXT, token INTEGER, confidence REAL,
            status INTEGER, tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, cost REAL,
            seconds REAL, source TEXT, created REAL, CHECK ((label IS NULL) <> (failure IS NULL)));
        CREATE INDEX answer_of_key ON answer (key);
        CREATE UNIQUE INDEX one_label_a_request ON answer (key) WHERE label IS NOT NULL;
        CREATE TABLE claim (key TEXT PRIMARY KEY, owner TEXT, host TEXT, pid INTEGER, expires REAL,
            tokens INTEGER, cost REAL);
        CREATE TABLE spend (one INTEGER PRIMARY KEY CHECK (one = 1), tokens INTEGER, cost REAL,
            lost_requests INTEGER, lost_tokens INTEGER, lost_cost REAL);
        INSERT INTO spend VALUES (1, 0, 0, 0, 0, 0);
        """,
    )


def m002_capability(db: sqlite3.Connection) -> None:
    """Whether a model gives log-probabilities, so that a resumed run samples as the first one did."""
    _run(db, "CREATE TABLE capability (model TEXT PRIMARY KEY, logprobs INTEGER, created REAL);")


def m003_human_labels(db: sqlite3.Connection) -> None:
    _run(
        db,
        """
        CREATE TABLE human (table_id TEXT, annotator TEXT, pot TEXT, label TEXT, source TEXT, stratum TEXT,
            probability REAL, simulated INTEGER, created REAL, PRIMARY KEY (table_id, annotator, pot));
        """,
    )


def m004_review(db: sqlite3.Connection) -> None:
    """Which tables people are to judge, in which order, a table in one pot only; and every judgement and withdrawal
    made on the review page, of which `human` holds what stands.
    """
    _run(
        db,
        """
        CREATE TABLE draw (table_id TEXT PRIMARY KEY, pot TEXT, place INTEGER, stratum TEXT, created REAL);
        CREATE UNIQUE INDEX place_in_pot ON draw (pot, place);
        CREATE TABLE judgement (id TEXT PRIMARY KEY, action TEXT, table_id TEXT, annotator TEXT, pot TEXT, label TEXT,
            why TEXT, created REAL);
        """,
    )


def m005_audit(db: sqlite3.Connection) -> None:
    """On which beliefs an audit was drawn and judged; its plan, written once, and each time it was tested."""
    _run(
        db,
        """
        ALTER TABLE human ADD COLUMN beliefs TEXT NOT NULL DEFAULT '';
        ALTER TABLE draw ADD COLUMN beliefs TEXT NOT NULL DEFAULT '';
        CREATE TABLE audit_plan (source TEXT PRIMARY KEY, seed INTEGER, size INTEGER, alpha REAL, delta REAL,
            looks INTEGER, created REAL);
        CREATE TABLE audit_look (source TEXT, rule TEXT, beliefs TEXT, judged TEXT, created REAL,
            PRIMARY KEY (source, rule, beliefs, judged));
        """,
    )


def m006_content(db: sqlite3.Connection) -> None:
    """When each text of a table was last asked about, the words a prompt asks for, and the last selection."""
    _run(
        db,
        """
        ALTER TABLE item ADD COLUMN asked REAL NOT NULL DEFAULT 0;
        UPDATE item SET asked = (SELECT created FROM request WHERE request.key = item.key);
        CREATE TABLE prompt_words (prompt_hash TEXT PRIMARY KEY, words TEXT);
        CREATE TABLE chosen (table_id TEXT PRIMARY KEY, label INTEGER, keep INTEGER, reason TEXT, rule TEXT,
            how TEXT, created REAL);
        """,
    )


def m007_audited(db: sqlite3.Connection) -> None:
    """Of which tables the labels of an audit from a file are, by which an edited file is known again."""
    _run(db, "CREATE TABLE audit_known (source TEXT, table_id TEXT, PRIMARY KEY (source, table_id));")


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [
    m001_requests_and_answers,
    m002_capability,
    m003_human_labels,
    m004_review,
    m005_audit,
    m006_content,
    m007_audited,
]


def migrate(db: sqlite3.Connection, path: str) -> None:
    """Bring a ledger up to date in one transaction. Raises UsageError for one of a newer version."""
    db.execute("BEGIN IMMEDIATE")  # two processes may open a new ledger at once
    try:
        version, known = db.execute("PRAGMA user_version").fetchone()[0], len(MIGRATIONS)
        if version > known:
            raise UsageError(f"{path}: ledger of version {version}, this program knows {known}; update soesift")
        for step in MIGRATIONS[version:]:
            step(db)
        db.execute(f"PRAGMA user_version = {known}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _run(db: sqlite3.Connection, statements: str) -> None:
    """One by one, because `executescript` would commit the open transaction."""
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)


Claimed = Literal["yes", "answered", "elsewhere", "exhausted", "budget"]


@dataclass(frozen=True)
class Answer:
    """What was said, what was read from it, and what it took. `cost` None: price unknown."""

    key: str
    parsed: Parsed
    reply: Reply
    cost: float | None = None
    seconds: float = 0.0
    status: int | None = None
    source: str = "label"
    confidence: float | None = None  # as spoken by the teacher, 0 to 100


class Ledger:
    """An open ledger; use it from one thread. Other processes may hold the same file."""

    def __init__(self, path: str | Path) -> None:
        """Opens or creates. Raises UsageError if `path` is no ledger."""
        self.path = Path(path)
        self.owner = uuid.uuid4().hex
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            self.db.row_factory = sqlite3.Row
            _to_wal(self.db)
            self.db.execute("PRAGMA synchronous = NORMAL")  # safe against kills; WAL stays whole on power loss
            migrate(self.db, str(path))
        except (sqlite3.DatabaseError, OSError) as error:
            raise UsageError(f"{path}: cannot be opened as a ledger ({error}); give another path") from None

    def close(self) -> None:
        """Gives back all claims of this process; on a full disk they run out by themselves."""
        with suppress(sqlite3.OperationalError):
            self.db.execute("DELETE FROM claim WHERE owner = ?", (self.owner,))
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing. Raises WriteError if the ledger cannot be written (disk full, say)."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield self.db
            self.db.execute("COMMIT")
        except BaseException as error:
            if self.db.in_transaction:  # after some errors SQLite has rolled back itself
                with suppress(sqlite3.OperationalError):
                    self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise WriteError(
                    f"cannot write {self.path}: {error}; free some space, then run it again: what was answered is kept"
                ) from error
            raise

    def add(self, requests: Iterable[Request]) -> None:
        """Record requests and the tables they serve, and that these are what is asked now: what was asked before of
        the same table in another wording, or with another part of it shown, is stale from here on.
        """
        now = time.time()
        with self.transaction() as db:
            for r in requests:
                what = (r.key, r.prompt.id, r.prompt.hash, r.prompt.view, r.view_hash, r.model)
                row = (*what, sampling_json(r.how), r.sample, now)
                db.execute("INSERT OR IGNORE INTO request VALUES (?,?,?,?,?,?,?,?,?)", row)
                item = (r.table_id, r.prompt.view, r.key, r.document, r.page, json.dumps(r.left_out), now)
                again = "ON CONFLICT (table_id, key) DO UPDATE SET asked = excluded.asked"
                db.execute(f"INSERT INTO item VALUES (?,?,?,?,?,?,?) {again}", item)
                words = (r.prompt.hash, json.dumps(r.prompt.labels.kinds(), ensure_ascii=False))
                db.execute("INSERT OR IGNORE INTO prompt_words VALUES (?,?)", words)

    def open_keys(self, keys: Iterable[str], attempts: int) -> list[str]:
        """Those of `keys` (each once, in order) without a label and with answers left to ask for."""
        labelled = {row[0] for row in self.db.execute("SELECT key FROM answer WHERE label IS NOT NULL")}
        spent = {
            row[0]
            for row in self.db.execute(
                f"SELECT key FROM answer WHERE failure IN {CONTENT_FAILURES} GROUP BY key HAVING count(*) >= ?",
                (attempts,),
            )
        }
        return [key for key in dict.fromkeys(keys) if key not in labelled and key not in spent]

    def claim(self, key: str, tokens: int, cost: float, budget: BudgetConfig, attempts: int, lease_s: float) -> Claimed:
        """Reserve `key` and its worst cost, unless it is answered, used up, claimed elsewhere or too dear."""
        with self.transaction() as db:
            rows = db.execute("SELECT label, failure FROM answer WHERE key = ?", (key,)).fetchall()
            if any(row["label"] for row in rows):
                return "answered"
            if sum(row["failure"] in CONTENT_FAILURES for row in rows) >= attempts:
                return "exhausted"
            held = db.execute("SELECT * FROM claim WHERE key = ?", (key,)).fetchone()
            if held is not None and held["owner"] != self.owner:
                if not _dead(held):
                    return "elsewhere"
                _bury(db, held)
            if not _affordable(db, key, tokens, cost, budget):
                return "budget"
            row = (key, self.owner, socket.gethostname(), os.getpid(), time.time() + lease_s, tokens, cost)
            db.execute("INSERT OR REPLACE INTO claim VALUES (?,?,?,?,?,?,?)", row)
            return "yes"

    def unlabelled(self, keys: Iterable[str]) -> int:
        """How many of `keys` have no label."""
        labelled = {row[0] for row in self.db.execute("SELECT key FROM answer WHERE label IS NOT NULL")}
        return sum(key not in labelled for key in dict.fromkeys(keys))

    def failures_of(self, key: str) -> list[str]:
        """Kinds of the answers to `key` that hold no label, first to last; without those that are not the model's."""
        query = f"SELECT failure FROM answer WHERE key = ? AND failure IN {CONTENT_FAILURES} ORDER BY id"
        return [row[0] for row in self.db.execute(query, (key,))]

    def renew(self, lease_s: float) -> None:
        """Keep this process's claims alive for another `lease_s` seconds."""
        self.db.execute("UPDATE claim SET expires = ? WHERE owner = ?", (time.time() + lease_s, self.owner))

    def commit(self, answer: Answer) -> None:
        """Write one answer, add what it took to the spend, and give back its claim: all or nothing."""
        with self.transaction() as db:
            _insert(db, answer)
            db.execute("DELETE FROM claim WHERE key = ? AND owner = ?", (answer.key, self.owner))

    def bury_dead(self) -> int:
        """Take over the claims of dead processes; their number (requests in flight when they died)."""
        with self.transaction() as db:
            dead = [row for row in db.execute("SELECT * FROM claim").fetchall() if _dead(row)]
            for row in dead:
                _bury(db, row)
        return len(dead)

    def spent(self) -> tuple[int, float]:
        """Tokens and money, with what requests in flight at a kill had reserved."""
        row = self.db.execute("SELECT tokens + lost_tokens, cost + lost_cost FROM spend").fetchone()
        return int(row[0]), float(row[1])

    def gives_logprobs(self, model: str) -> bool | None:
        """What an earlier probe found; None if there was none."""
        row = self.db.execute("SELECT logprobs FROM capability WHERE model = ?", (model,)).fetchone()
        return None if row is None else bool(row[0])

    def logprobs_came(self, key: str) -> bool | None:
        """Whether the last reply to `key` had log-probabilities; None if there was no reply to tell."""
        last = "SELECT logprobs, failure, status FROM answer WHERE key = ? ORDER BY id DESC LIMIT 1"
        row = self.db.execute(last, (key,)).fetchone()
        if row is None or row["failure"] == "timeout":
            return None
        if row["failure"] in ("http", "gateway"):
            return False if row["status"] in (400, 422) else None  # the parameter is refused
        return row["logprobs"] is not None

    def note_logprobs(self, model: str, given: bool) -> None:
        row = (model, given, time.time())
        self.db.execute("INSERT OR IGNORE INTO capability VALUES (?,?,?)", row)


def _to_wal(db: sqlite3.Connection) -> None:
    """Switching a new file ignores the busy timeout, so two processes that start at once need a few tries."""
    for attempt in range(100):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.05)


def _dead(claim: sqlite3.Row) -> bool:
    """Whether the claim's process is gone: its lease ran out, or it ran here and is no more."""
    if claim["expires"] < time.time():
        return True
    if claim["host"] != socket.gethostname() or claim["pid"] == os.getpid():
        return False
    try:
        os.kill(claim["pid"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _bury(db: sqlite3.Connection, claim: sqlite3.Row) -> None:
    sums = "lost_requests = lost_requests + 1, lost_tokens = lost_tokens + ?, lost_cost = lost_cost + ?"
    db.execute(f"UPDATE spend SET {sums}", (claim["tokens"], claim["cost"]))
    db.execute("DELETE FROM claim WHERE key = ?", (claim["key"],))


def _affordable(db: sqlite3.Connection, key: str, tokens: int, cost: float, budget: BudgetConfig) -> bool:
    """Whether spent, lost, in flight and this request together stay within the budget."""
    if budget.tokens is None and budget.money is None:
        return True
    spent = db.execute("SELECT tokens + lost_tokens, cost + lost_cost FROM spend").fetchone()
    total = "SELECT coalesce(sum(tokens), 0), coalesce(sum(cost), 0) FROM claim WHERE key <> ?"
    flying = db.execute(total, (key,)).fetchone()
    if budget.tokens is not None and spent[0] + flying[0] + tokens > budget.tokens:
        return False
    return budget.money is None or spent[1] + flying[1] + cost <= budget.money


def _insert(db: sqlite3.Connection, answer: Answer) -> None:
    parsed, reply = answer.parsed, answer.reply
    label: str | None = parsed.label
    failure: str | None = parsed.failure
    reason = parsed.reason
    before = "SELECT 1 FROM answer WHERE key = ? AND label NOT NULL"
    if label and db.execute(before, (answer.key,)).fetchone():
        label, failure, reason = None, "duplicate", f"answered before; this time {label}"
    logprobs = json.dumps([[t.token, t.logprob, t.top] for t in reply.logprobs]) if reply.logprobs else None
    raw = reply.text or reply.refusal
    said = (raw, reply.finish, logprobs, parsed.token, answer.confidence, answer.status)
    took = (reply.tokens_in, reply.tokens_out, reply.tokens_cached, answer.cost, answer.seconds)
    row = (answer.key, label, failure, reason, *said, *took, answer.source, time.time())
    columns = "key, label, failure, reason, raw, finish, logprobs, token, confidence, status"
    columns += ", tokens_in, tokens_out, tokens_cached, cost, seconds, source, created"
    db.execute(f"INSERT INTO answer ({columns}) VALUES ({','.join('?' * 17)})", row)
    used = (reply.tokens_in + reply.tokens_out, answer.cost or 0.0)
    db.execute("UPDATE spend SET tokens = tokens + ?, cost = cost + ?", used)
