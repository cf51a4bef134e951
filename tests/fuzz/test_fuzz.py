"""Cases by the hundred for what reads the outside world; `benchmarks/fuzz.py` runs them by the million."""

from __future__ import annotations

import pytest
from fuzz_targets import TARGETS
from hypothesis import HealthCheck, given, settings
from numbered_cases import CASES

from soesift.table.find import find_tables


@pytest.mark.parametrize("name", TARGETS)
def test_no_case_fails(name: str) -> None:
    target = TARGETS[name]
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=slow)
    @given(target.cases)
    def run(case: object) -> None:
        target.check(case)

    run()


@pytest.mark.parametrize("name", CASES)
def test_no_numbered_case_fails_and_a_number_is_a_case(name: str) -> None:
    assert set(CASES) == set(TARGETS)
    for number in range(120):
        case = CASES[name](number)
        assert repr(CASES[name](number)) == repr(case)
        TARGETS[name].check(case)
    assert len({repr(CASES[name](number)) for number in range(120)}) > 60


def test_numbered_pages_hold_tables_of_many_shapes() -> None:
    found = [table.shape for number in range(150) for table in find_tables(CASES["page"](number)).tables]
    assert len(found) > 50
    assert len(set(found)) > 15
