"""Cases by the hundred for what reads the outside world; `benchmarks/fuzz.py` runs them by the million."""

from __future__ import annotations

import pytest
from fuzz_targets import TARGETS
from hypothesis import HealthCheck, given, settings


@pytest.mark.parametrize("name", TARGETS)
def test_no_case_fails(name: str) -> None:
    target = TARGETS[name]
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=slow)
    @given(target.cases)
    def run(case: object) -> None:
        target.check(case)

    run()
