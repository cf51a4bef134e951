"""Made-up schedules with random edits: the difference is exactly the edits, its mirror, and nothing for itself."""

from __future__ import annotations

from types import ModuleType

import pytest

from programs import program


@pytest.fixture(scope="module")
def exactness() -> ModuleType:
    return program("benchmarks/diff_exactness.py")


def test_exactly_the_edits_and_the_mirror(exactness: ModuleType) -> None:
    made = 0
    for seed in range(5000, 5080):
        count, faults = exactness.faults_of(seed)
        made += count
        assert faults == [], seed
    assert made > 200


def test_the_order_of_tables_does_not_matter(exactness: ModuleType) -> None:
    assert not any(exactness.order_matters(seed) for seed in range(6))


def test_a_wrong_edit_would_be_noticed(exactness: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("soesift.diff.compare.mark_edits", lambda *_: [])
    assert any(exactness.faults_of(seed)[1] for seed in range(5000, 5010))
