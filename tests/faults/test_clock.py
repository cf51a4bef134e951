"""A clock that is set back or jumps: what was said first stays first, and nothing waits for a day."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "review"))

from review_ledger import made_ledger, records

from soesift.label.humans import human_labels
from soesift.label.ledger import Ledger
from soesift.review.judge import Judgement, draw_pots, drawn, record
from soesift.select.pots import first_judgements
from soesift.serve.queue import Queue

DAY = 86_400
REAL = time.time


def jump(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(time, "time", lambda: REAL() + seconds)


@pytest.mark.parametrize("jumps", [(0, -DAY, -2 * DAY), (DAY, 0, -DAY), (0, DAY, 0)])
def test_the_first_judgement_is_the_first_that_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jumps: tuple[int, ...]
) -> None:
    path, _ = made_ledger(tmp_path)
    book = Ledger(path)
    draw_pots(book, records(40), repair=4, seed=3)
    table = drawn(book, "audit")[0][0]

    def say(number: int, who: str, label: str | None, action: str = "judge") -> None:
        jump(monkeypatch, jumps[number])
        values = {"id": f"clock-{number:04}", "action": action, "table_id": table, "annotator": who, "pot": "audit"}
        record(book, Judgement.model_validate(values | {"label": label}))

    say(0, "anna", "yes")
    say(1, "ben", "no")
    assert [one.annotator for one in human_labels(book, "audit")] == ["anna", "ben"]
    assert first_judgements(human_labels(book, "audit")) == {table: "yes"}
    say(2, "anna", None, "withdraw")
    assert first_judgements(human_labels(book, "audit")) == {table: "no"}
    book.close()


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_jobs_of_the_service_come_in_the_order_they_were_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    queue = Queue(tmp_path / "queue.sqlite")
    first = queue.add("a" * 64, "a", ".pdf", "r")[0]
    jump(monkeypatch, seconds)
    second = queue.add("b" * 64, "b", ".pdf", "r")[0]
    began = time.monotonic()
    claimed = [job.id for job in (queue.claim(0.1), queue.claim(0.1)) if job is not None]
    assert claimed == [first.id, second.id]
    assert time.monotonic() - began < 300
    queue.close()
