"""Schema of the ledger: numbered, never edited once released, counted by `PRAGMA user_version`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from soesift.errors import UsageError


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


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [
    m001_requests_and_answers,
    m002_capability,
    m003_human_labels,
    m004_review,
    m005_audit,
    m006_content,
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
