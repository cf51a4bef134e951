"""Shared by all tests: being here puts this folder on the import path, so tests can import document_maker.

Hypothesis has no deadline and does not measure how fast examples come: a busy machine would fail tests. Its examples
are the same in every run; `pytest --hypothesis-profile fresh` looks at others.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("same", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("fresh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")
