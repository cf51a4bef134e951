"""How many requests fly at once: one more for each good round, half after a complaint, once for one overload."""

from __future__ import annotations

import pytest

from soesift.label import run as limiter
from soesift.label.run import Limiter


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(limiter.time, "monotonic", lambda: now[0])
    return now


def test_a_complaint_halves_and_good_answers_let_it_grow_again(clock: list[float]) -> None:
    one = Limiter(8, 9)
    one.leave(50.0, overloaded=True)
    assert one.limit == 4
    for _ in range(4):  # a round of four
        one.leave(100.0)
    assert 4.9 < one.limit < 5
    for _ in range(200):
        one.leave(100.0)
    assert one.limit == 9


def test_a_complaint_from_before_the_last_cut_does_not_count(clock: list[float]) -> None:
    one = Limiter(16, 16)
    one.leave(90.0, overloaded=True)
    for started in (91.0, 99.0, 100.0):  # they flew before the limit was cut, at 100
        one.leave(started, overloaded=True)
    assert one.limit == 8
    clock[0] = 102.0
    one.leave(101.0, overloaded=True)  # this one was sent under the new limit
    assert one.limit == 4


def test_the_limit_is_never_below_one(clock: list[float]) -> None:
    one = Limiter(1, 4)
    one.leave(90.0, overloaded=True)
    assert one.limit == 1


def test_what_was_not_sent_teaches_nothing(clock: list[float]) -> None:
    one = Limiter(2, 9)
    one.leave(100.0, fair=False)
    assert one.limit == 2
