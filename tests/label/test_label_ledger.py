from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from toys import config, toys

from soesift.errors import UsageError
from soesift.label.config import BudgetConfig
from soesift.label.ledger import MIGRATIONS, Answer, Ledger
from soesift.label.providers.base import Reply
from soesift.label.request import Parsed, Request, build_requests

FREE = BudgetConfig()


@pytest.fixture
def requests() -> list[Request]:
    return list(build_requests(toys(4), config("http://127.0.0.1:1/v1"), True))


@pytest.fixture
def ledger(tmp_path: Path, requests: list[Request]) -> Ledger:
    book = Ledger(tmp_path / "l.db")
    book.add(requests)
    return book


def yes(key: str) -> Answer:
    return Answer(key, Parsed(label="yes"), Reply("YES", tokens_in=10, tokens_out=1), cost=0.5)


def test_a_claimed_request_is_not_anothers(ledger: Ledger, requests: list[Request]) -> None:
    other, key = Ledger(ledger.path), requests[0].key
    assert ledger.claim(key, 0, 0, FREE, 2, 60) == "yes"
    assert other.claim(key, 0, 0, FREE, 2, 60) == "elsewhere"
    ledger.commit(yes(key))
    assert other.claim(key, 0, 0, FREE, 2, 60) == "answered"
    assert other.spent() == (11, 0.5)


def test_a_claim_runs_out_unless_it_is_renewed(ledger: Ledger, requests: list[Request]) -> None:
    other = Ledger(ledger.path)
    for request in requests[:2]:
        ledger.claim(request.key, 100, 0.1, FREE, 2, 0.05)
    time.sleep(0.1)
    assert other.claim(requests[0].key, 0, 0, FREE, 2, 60) == "yes"
    assert other.spent() == (100, 0.1)  # the provider may have charged for it
    ledger.renew(60)
    assert other.claim(requests[1].key, 0, 0, FREE, 2, 60) == "elsewhere"


def test_claims_of_a_dead_process_are_taken_over_at_once(ledger: Ledger, requests: list[Request]) -> None:
    code = (
        "import os, sys\nfrom soesift.label.ledger import Ledger\n"
        "from soesift.label.config import BudgetConfig\n"
        "Ledger(sys.argv[1]).claim(sys.argv[2], 70, 0, BudgetConfig(), 2, 600)\nos._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(ledger.path), requests[0].key], check=False)
    assert ledger.bury_dead() == 1
    assert ledger.spent() == (70, 0)
    assert ledger.claim(requests[0].key, 0, 0, FREE, 2, 60) == "yes"


def test_closing_gives_claims_back(ledger: Ledger, requests: list[Request]) -> None:
    other = Ledger(ledger.path)
    ledger.claim(requests[0].key, 0, 0, FREE, 2, 60)
    ledger.close()
    assert other.claim(requests[0].key, 0, 0, FREE, 2, 60) == "yes"


def test_the_budget_counts_spent_lost_and_in_flight(ledger: Ledger, requests: list[Request]) -> None:
    budget, keys = BudgetConfig(tokens=111), [request.key for request in requests]
    assert ledger.claim(keys[0], 50, 0, budget, 2, 60) == "yes"
    assert ledger.claim(keys[1], 50, 0, budget, 2, 60) == "yes"
    assert ledger.claim(keys[2], 12, 0, budget, 2, 60) == "budget"
    assert ledger.claim(keys[2], 11, 0, budget, 2, 60) == "yes"
    ledger.commit(yes(keys[0]))  # 11 used of 50 reserved
    assert ledger.claim(keys[3], 39, 0, budget, 2, 60) == "yes"
    assert ledger.claim(keys[3], 40, 0, budget, 2, 60) == "budget"


def test_a_second_label_is_kept_as_a_duplicate_not_as_a_label(ledger: Ledger, requests: list[Request]) -> None:
    ledger.commit(yes(requests[0].key))
    ledger.commit(Answer(requests[0].key, Parsed(label="no"), Reply("NO", tokens_in=5)))
    rows = ledger.db.execute("SELECT label, failure, reason FROM answer ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("yes", None, ""),
        (None, "duplicate", "answered before; this time no"),
    ]
    assert ledger.spent()[0] == 16


def test_content_failures_use_up_attempts_and_silence_does_not(ledger: Ledger, requests: list[Request]) -> None:
    key, other = requests[0].key, requests[1].key
    for _ in range(2):
        ledger.commit(Answer(key, Parsed(failure="refusal", reason="r"), Reply("")))
        ledger.commit(Answer(other, Parsed(failure="timeout", reason="t"), Reply("")))
    assert ledger.open_keys([key, other], attempts=2) == [other]
    assert ledger.claim(key, 0, 0, FREE, 2, 60) == "exhausted"
    assert ledger.claim(key, 0, 0, FREE, 3, 60) == "yes"


def test_threads_with_own_connections_never_claim_the_same(ledger: Ledger, requests: list[Request]) -> None:
    won: list[str] = []

    def grab() -> None:
        book = Ledger(ledger.path)
        won.extend(r.key for r in requests if book.claim(r.key, 0, 0, FREE, 2, 60) == "yes")

    threads = [threading.Thread(target=grab) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(request.key for request in requests)


def test_an_answer_is_a_label_or_a_failure_by_the_schema(ledger: Ledger) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        ledger.db.execute("INSERT INTO answer (key) VALUES ('x')")


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_every_older_ledger_is_brought_up_to_date(version: int, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "l.db", isolation_level=None)
    for step in MIGRATIONS[:version]:
        step(db)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    new, old = Ledger(tmp_path / "new.db"), Ledger(tmp_path / "l.db")
    schema = "SELECT sql FROM sqlite_master ORDER BY name"
    assert [tuple(r) for r in old.db.execute(schema)] == [tuple(r) for r in new.db.execute(schema)]


def test_a_newer_ledger_and_no_ledger_are_refused(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "new.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError, match="ledger of version 99"):
        Ledger(tmp_path / "new.db")
    (tmp_path / "text.db").write_text("this is not a database, it is a text of some length\n" * 30)
    with pytest.raises(UsageError, match="cannot be opened as a ledger"):
        Ledger(tmp_path / "text.db")
