from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply, completion
from toys import config, toy, toys

from soesift.errors import UsageError
from soesift.label.config import LabelConfig
from soesift.label.ledger import Ledger
from soesift.label.providers.http import HttpProvider
from soesift.label.run import Outcome, label_tables
from soesift.table.record import TableRecord


def run(records: list[TableRecord], how: LabelConfig, path: Path) -> tuple[Outcome, list[dict[str, Any]]]:
    """One run on a ledger; its outcome and all rows of answers."""

    async def go() -> Outcome:
        provider = HttpProvider(how.provider)
        try:
            return await label_tables(records, how, ledger, provider)
        finally:
            await provider.close()

    ledger = Ledger(path)
    try:
        outcome = asyncio.run(go())
        return outcome, [dict(row) for row in ledger.db.execute("SELECT * FROM answer ORDER BY id")]
    finally:
        ledger.close()


def test_every_view_of_every_table_is_asked_once_and_kept(tmp_path: Path) -> None:
    with Loopback() as server:
        how = config(server.url, views={"names": ["json", "page"]})
        outcome, rows = run(toys(5), how, tmp_path / "l.db")
        again, _ = run(toys(5), how, tmp_path / "l.db")
    assert (outcome.wanted, outcome.labelled, outcome.asked, outcome.stopped) == (10, 10, 10, "")
    assert (again.before, again.asked) == (10, 0)
    assert len(server.log) == len({entry["key"] for entry in server.log}) == 10
    row = rows[0]
    assert (row["label"], row["raw"], row["token"], row["tokens_in"], row["tokens_cached"]) == (
        "yes",
        "YES",
        0,
        900,
        700,
    )
    assert '["YES", -0.1, [["YES", -0.1], ["NO", -2.4]]]' in row["logprobs"]
    assert row["cost"] == 0  # a server on this machine


def test_tables_of_equal_text_are_asked_about_once(tmp_path: Path) -> None:
    twins = [toy(1), toy(1, table_id="other", page=9), toy(2)]
    with Loopback() as server:
        outcome, rows = run(twins, config(server.url), tmp_path / "l.db")
    assert outcome.wanted == len(rows) == len(server.log) == 2


def test_concurrency_and_timeouts_never_enter_the_key_but_sampling_does(tmp_path: Path) -> None:
    with Loopback() as server:
        run(toys(3), config(server.url), tmp_path / "l.db")
        other = config(server.url, run={"concurrency": 2}, provider={"timeout_s": 9})
        assert run(toys(3), other, tmp_path / "l.db")[0].asked == 0
        longer = config(server.url, sampling={"max_tokens": 9})
        assert run(toys(3), longer, tmp_path / "l.db")[0].asked == 3


BAD: dict[str, tuple[Reply, str]] = {
    "html": ((200, {}, b"<html><body>Maintenance</body></html>"), "gateway"),
    "half json": ((200, {}, completion("YES")[2][:40]), "gateway"),
    "other json": ((200, {}, b'{"detail": "hello"}'), "gateway"),
    "empty": (completion(""), "unparsable"),
    "refusal": (completion("", refusal="I cannot help with that."), "refusal"),
    "declines": (completion("I'm sorry, but I can't do that."), "refusal"),
    "truncated": (completion("The table", finish="length"), "truncated"),
    "off label": (completion("MAYBE"), "off_label"),
    "500": ((500, {}, b"oops"), "http"),
    "dropped": ((-1, {}, b""), "http"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_reply_is_a_row_with_a_reason_and_is_asked_again(name: str, tmp_path: Path) -> None:
    bad, failure = BAD[name]
    with Loopback(lambda number, body: bad if number == 1 else completion("NO")) as server:
        outcome, rows = run([toy(1)], config(server.url), tmp_path / "l.db")
    assert [(row["label"], row["failure"]) for row in rows] == [(None, failure), ("no", None)]
    assert rows[0]["reason"]
    assert outcome.failures == {failure: 1}


@pytest.mark.parametrize("name", [name for name in BAD if BAD[name][1] not in ("http", "gateway")])
def test_bad_replies_use_up_the_attempts_over_all_runs(name: str, tmp_path: Path) -> None:
    with Loopback(lambda number, body: BAD[name][0]) as server:
        how = config(server.url, run={"attempts": 2})
        assert run([toy(1)], how, tmp_path / "l.db")[0].asked == 2
        assert run([toy(1)], how, tmp_path / "l.db")[0].asked == 0
        more = config(server.url, run={"attempts": 3})
        assert run([toy(1)], more, tmp_path / "l.db")[0].asked == 1


def test_silence_is_retried_within_a_run_and_again_in_the_next(tmp_path: Path) -> None:
    with Loopback(lambda number, body: (503, {}, b"") if number <= 4 else completion("YES")) as server:
        outcome, _ = run([toy(1)], config(server.url), tmp_path / "l.db")
        assert (outcome.asked, outcome.given_up) == (4, 1)
        outcome, rows = run([toy(1)], config(server.url), tmp_path / "l.db")
    assert (outcome.labelled, len(rows)) == (1, 5)


def test_retry_after_is_honoured_by_all(tmp_path: Path) -> None:
    busy = (429, {"retry-after": "2"}, b"slow down")
    with Loopback(lambda number, body: busy if number == 5 else completion("YES"), delay=0.01) as server:
        outcome, rows = run(toys(40), config(server.url), tmp_path / "l.db")
    times = [
        entry["time"] for entry in server.log[4:]
    ]  # from the refused one on: those on their way, silence, the rest
    assert outcome.labelled == 40
    assert max(later - sooner for sooner, later in pairwise(times)) > 1
    assert times[-1] - times[0] >= 2
    assert [row["status"] for row in rows if row["failure"]] == [429]


def test_a_longer_wait_than_allowed_stops_the_run(tmp_path: Path) -> None:
    with Loopback(lambda number, body: (429, {"retry-after": "3600"}, b"")) as server:
        started = time.monotonic()
        outcome, _ = run(toys(9), config(server.url, run={"max_wait_s": 1}), tmp_path / "l.db")
    assert "asks to wait 3600 s" in outcome.stopped
    assert time.monotonic() - started < 60


def test_a_slow_answer_is_a_timeout(tmp_path: Path) -> None:
    with Loopback(delay=0.5) as server:
        how = config(server.url, provider={"timeout_s": 0.1}, run={"retries": 1})
        outcome, rows = run([toy(1)], how, tmp_path / "l.db")
    assert [row["failure"] for row in rows] == ["timeout", "timeout"]
    assert outcome.given_up == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_fails_for_all_stops_at_once(status: int, tmp_path: Path) -> None:
    with Loopback(lambda number, body: (status, {}, b"no such model")) as server:
        outcome, _ = run(toys(50), config(server.url), tmp_path / "l.db")
    assert f"status {status}: no such model" in outcome.stopped
    assert len(server.log) <= 4  # what was in flight


def test_a_request_refused_for_itself_does_not_stop_the_others(tmp_path: Path) -> None:
    with Loopback(lambda number, body: (400, {}, b"too long") if number == 2 else completion("NO")) as server:
        outcome, rows = run(toys(10), config(server.url), tmp_path / "l.db")
    assert (outcome.labelled, outcome.given_up, outcome.stopped) == (9, 1, "")
    assert [row["reason"][-8:] for row in rows if row["failure"]] == ["too long"]


def test_a_server_that_is_down_ends_the_run_with_one_line(tmp_path: Path) -> None:
    with Loopback() as server:
        url = server.url
    outcome, rows = run(toys(30), config(url, run={"down_after": 10}), tmp_path / "l.db")
    assert "in a row without a reply" in outcome.stopped
    assert "\n" not in outcome.stopped
    assert {row["failure"] for row in rows} == {"http"}


def test_concurrency_grows_while_all_is_well_up_to_the_limit(tmp_path: Path) -> None:
    with Loopback(delay=0.15) as server:  # so that even a busy machine has them in flight at once
        run(toys(100), config(server.url, run={"concurrency": 2, "concurrency_max": 9}), tmp_path / "l.db")
    assert 7 <= server.most_flying <= 9


def test_a_token_budget_is_never_exceeded_and_not_left_unused(tmp_path: Path) -> None:
    with Loopback() as server:  # 901 tokens an answer
        how = config(server.url, budget={"tokens": 30_000})
        outcome, rows = run(toys(60), how, tmp_path / "l.db")
        spent = sum(row["tokens_in"] + row["tokens_out"] for row in rows)
        assert outcome.stopped.startswith("budget: ")
        assert 20_000 < spent <= 30_000
        again, _ = run(toys(60), how, tmp_path / "l.db")
        assert again.asked <= 5  # what is left over once the ratio is known again
        more, _ = run(toys(60), config(server.url), tmp_path / "l.db")
    assert more.labelled + again.asked + outcome.asked == 60


def test_a_money_budget_is_never_exceeded(tmp_path: Path) -> None:
    price = {"input": 1000.0, "output": 1000.0}
    with Loopback() as server:
        how = config(server.url, budget={"money": 20.0}, price=price)
        outcome, rows = run(toys(60), how, tmp_path / "l.db")
    assert "budget" in outcome.stopped
    assert 10 < sum(row["cost"] for row in rows) <= 20


def test_a_money_budget_without_a_price_is_refused(tmp_path: Path) -> None:
    how = config("http://192.0.2.1/v1", budget={"money": 1})
    with pytest.raises(UsageError, match="money budget needs a price"):
        run(toys(1), how, tmp_path / "l.db")


def without_logprobs(number: int, body: dict[str, Any]) -> Reply:
    return completion("YES", logprobs=False)


def refusing_logprobs(number: int, body: dict[str, Any]) -> Reply:
    return (400, {}, b"logprobs unknown") if "logprobs" in body else without_logprobs(number, body)


@pytest.mark.parametrize(("behave", "probes"), [(without_logprobs, 1), (refusing_logprobs, 1)])
def test_without_logprobs_there_are_repeated_samples(behave: Any, probes: int, tmp_path: Path) -> None:
    with Loopback(behave) as server:
        how = config(server.url, sampling={"mode": "auto", "samples": 3, "seed": 7})
        outcome, _ = run(toys(4), how, tmp_path / "l.db")
        again, _ = run(toys(5), how, tmp_path / "l.db")
    assert outcome.asked == 12 + probes
    assert again.asked == 3  # the ledger remembers: no probe, only the new table


def test_with_logprobs_one_sample_is_enough(tmp_path: Path) -> None:
    with Loopback() as server:
        outcome, _ = run(toys(4), config(server.url, sampling={"mode": "auto"}), tmp_path / "l.db")
    assert (outcome.asked, outcome.labelled, outcome.wanted, outcome.before) == (4, 4, 4, 0)
