"""Labelling: how the pots are drawn, what a judgement writes, what the audit still needs."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from review_ledger import made_ledger, records, said
from review_process import Reviewing, reviewing

from soesift.errors import UsageError
from soesift.label.humans import HumanLabel, add_labels, human_labels
from soesift.label.ledger import Ledger
from soesift.review.judge import Judgement, disagreements, draw_pots, drawn, needs_of, pairs_of, queue_of, record
from soesift.select.certified import needed_audit
from soesift.select.pots import first_judgements

_ids = iter(range(10**6))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    path, _ = made_ledger(tmp_path)
    book = Ledger(path)
    draw_pots(book, records(40), repair=4, seed=3)
    yield book
    book.close()


def judged(table: str, label: str | None, who: str = "anna", action: str = "judge", **more: Any) -> Judgement:
    values = {"pot": "audit", "id": f"judged{next(_ids):06}"} | more
    return Judgement.model_validate(
        {"table_id": table, "label": label, "annotator": who, "action": action, "why": ""} | values
    )


def test_no_table_is_in_both_pots_and_all_are_in_one(ledger: Ledger) -> None:
    rows = drawn(ledger)
    assert sorted(table for table, _, _ in rows) == [one.table_id for one in records(40)]
    assert len(drawn(ledger, "repair")) == 4


def test_the_repair_pot_holds_the_least_confident_first(ledger: Ledger) -> None:
    disputed = {f"table{n:04}" for n in range(40) if n % 8 == 0}
    assert {table for table, _, _ in drawn(ledger, "repair")} <= disputed


def test_the_audit_is_random_within_strata_and_drawn_once(ledger: Ledger, tmp_path: Path) -> None:
    order = drawn(ledger, "audit")
    assert draw_pots(ledger, records(40), seed=99) == {"audit": 36, "repair": 4}
    assert drawn(ledger, "audit") == order
    for stratum, word in (("0", "no"), ("1", "yes")):
        tables = [table for table, _, at in order if at == stratum]
        assert all(said(int(table[5:]), "html") == word for table in tables)
        assert tables != sorted(tables)
    assert {at for _, _, at in order[:4]} == {"0", "1"}  # both classes from the start


def test_without_answers_the_audit_is_random_over_all(tmp_path: Path) -> None:
    path, _ = made_ledger(tmp_path, answered=False)
    book = Ledger(path)
    assert draw_pots(book, records(40)) == {"audit": 40, "repair": 0}
    book.close()


def test_a_judgement_counts_once_stands_until_withdrawn_and_leaves_its_trace(ledger: Ledger) -> None:
    table = drawn(ledger, "audit")[0][0]
    first = judged(table, "yes")
    assert [record(ledger, first), record(ledger, first)] == ["yes", "yes"]
    assert record(ledger, judged(table, "no")) == "yes"
    assert record(ledger, judged(table, None, action="withdraw")) is None
    assert record(ledger, first) is None  # sent again late: it was taken back
    assert record(ledger, judged(table, "no")) == "no"
    [kept] = human_labels(ledger, "audit")
    assert (kept.label, kept.annotator, kept.source, kept.stratum) == ("no", "anna", "review", drawn(ledger)[0][2])
    assert ledger.db.execute("SELECT count(*) FROM judgement").fetchone()[0] == 4


def test_only_drawn_tables_of_the_pot_are_judged(ledger: Ledger) -> None:
    for table in ("other", drawn(ledger, "repair")[0][0]):
        with pytest.raises(UsageError, match="not in the audit pot"):
            record(ledger, judged(table, "yes"))


def test_a_second_annotator_is_given_the_tables_of_the_first(ledger: Ledger) -> None:
    order = [table for table, _, _ in drawn(ledger, "audit")]
    for table in order[2:5]:
        record(ledger, judged(table, "yes"))
    assert queue_of(ledger, "audit", "anna") == order[:2] + order[5:]
    assert queue_of(ledger, "audit", "ben")[:3] == order[2:5]
    for table in order[2:5]:
        record(ledger, judged(table, "yes", "ben"))
    assert not set(order[2:5]) & set(queue_of(ledger, "audit", "carl"))


def test_differences_are_settled_by_an_adjudicator_whose_word_counts(ledger: Ledger) -> None:
    table = drawn(ledger, "audit")[0][0]
    record(ledger, judged(table, "yes", "anna"))
    record(ledger, judged(table, "no", "ben"))
    assert list(disagreements(human_labels(ledger, "audit"))) == [table]
    assert record(ledger, judged(table, "no", "anna", "adjudicate")) == "no"
    labels = human_labels(ledger, "audit")
    assert disagreements(labels) == {}
    assert first_judgements(labels) == {table: "no"}
    assert record(ledger, judged(table, None, "anna", "withdraw")) == "yes" or len(human_labels(ledger)) == 2


def test_labels_that_came_from_elsewhere_count_as_well(ledger: Ledger) -> None:
    table = drawn(ledger, "audit")[0][0]
    add_labels(ledger, [HumanLabel(table_id=table, label="yes", annotator="file", pot="audit")])
    assert queue_of(ledger, "audit", "anna")[0] == table


def test_kappa_of_each_pair() -> None:
    labels = [
        HumanLabel(table_id=f"t{n}", label=word, annotator=who, pot="audit")  # type: ignore[arg-type]
        for who, words in (("anna", "yynnu"), ("ben", "ynnny"))
        for n, letter in enumerate(words)
        for word in [{"y": "yes", "n": "no", "u": "unsure"}[letter]]
    ]
    [pair] = pairs_of(labels)
    assert (pair.first, pair.second, pair.shared, pair.kappa) == ("anna", "ben", 4, 0.5)


@pytest.mark.parametrize("pool", [30, 200, 1000])
def test_the_labels_still_needed_are_those_of_the_exact_test(pool: int) -> None:
    rows = [(f"t{n}", "audit", "1") for n in range(pool)]
    whole = needs_of(rows, [], 0.05, 0.1)[1]
    assert whole.more == needed_audit(pool, 0.05, 0.05)
    right = [HumanLabel(table_id=f"t{n}", label="yes", pot="audit") for n in range(1, 1 + (whole.more or 0))][
        : pool - 1
    ]
    assert needs_of(rows, right, 0.05, 0.1)[1].more == (whole.more or 0) - len(right)
    wrong = [HumanLabel(table_id="t0", label="no", pot="audit")]
    more = needs_of(rows, right + wrong, 0.05, 0.1)[1].more
    assert more is None or more > 0
    everything = [HumanLabel(table_id=f"t{n}", label="no", pot="audit") for n in range(pool)]
    assert needs_of(rows, everything, 0.05, 0.1)[1].more is None


def test_the_judged_so_far_are_a_random_sample_of_their_stratum(tmp_path: Path) -> None:
    path, _ = made_ledger(tmp_path)
    firsts = []
    for seed in range(60):
        book = Ledger(tmp_path / f"{seed}.db")
        sqlite3.connect(path).backup(book.db)
        draw_pots(book, records(40), repair=0, seed=seed)
        firsts.append(next(int(t[5:]) for t, _, at in drawn(book, "audit") if at == "0"))
        book.close()
    pool = [n for n in range(40) if n % 3 and n % 8]
    assert abs(float(np.mean(firsts)) - float(np.mean(pool))) < 5  # 4 standard errors are 6
    assert len(set(firsts)) > 12


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Reviewing]:
    path, tables = made_ledger(tmp_path)
    with reviewing([path], tmp_path / "log", "--tables", str(tables), "--repair", "4") as running:
        yield running


def test_over_http_no_teachers_or_others_label_is_told_before_judging(page: Reviewing) -> None:
    [table, *_] = page.http.get("/api/label/queue?pot=audit&who=anna").json()["tables"]
    body = judged(table, "yes").model_dump()
    assert page.post("/api/label/judgements", body).json() == {"stands": "yes"}
    told = page.http.get(f"/api/label/tables/{table}").json()
    queue = page.http.get("/api/label/queue?pot=audit&who=ben").json()
    assert queue["tables"][0] == table
    assert not {"label", "labels", "stratum", "probability", "belief"} & (set(told) | set(queue))
    state = page.http.get("/api/label/state?who=ben").json()
    assert state["pots"]["audit"]["judged"] == 1
    assert {need["name"] for need in state["pots"]["audit"]["needs"]} == {"agreed NO", "agreed YES"}


def test_acknowledged_judgements_outlive_a_kill(page: Reviewing) -> None:
    tables = page.http.get("/api/label/queue?pot=audit&who=anna").json()["tables"]
    kept = random.Random(1).sample(tables, 6)
    for table in kept:
        page.post("/api/label/judgements", judged(table, "no").model_dump()).raise_for_status()
    page.kill()
    page.start()
    assert page.http.get("/api/label/state?who=anna").json()["pots"]["audit"]["mine"] == 6
    left = page.http.get("/api/label/queue?pot=audit&who=anna").json()["tables"]
    assert not set(kept) & set(left)
