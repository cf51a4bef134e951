"""Shared by all tests: being here puts this folder on the import path, so tests can import document_maker.

Hypothesis has no deadline and does not measure how fast examples come: a busy machine would fail tests. Its examples
are the same in every run; `pytest --hypothesis-profile fresh` looks at others.

The files that take longest come first. A worker of `--dist loadfile` takes a whole file, and one begun last would be
waited for by all.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("same", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("fresh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

FIRST = (  # 15 seconds of CPU and more, as last counted; an order, not a promise
    "train/test_train_processes.py",
    "docs/test_tutorials.py",
    "faults/test_disk_and_kills.py",
    "detect/test_results_kept.py",
    "faults/test_full_disk.py",
    "detect/test_around.py",
    "hostile/test_hostile_files.py",
    "serve/test_serve_faults.py",
    "detect/test_detect_batch.py",
    "train/test_another_class.py",
    "train/test_train_kill.py",
    "train/test_study_encoder.py",
    "serve/test_serve_documents.py",
    "train/test_train_run.py",
    "review/test_review_browser.py",
    "speed/test_speed.py",
    "diff/test_diff_verb.py",
    "app/test_app.py",
    "burden/test_burden_verb.py",
    "diff/test_diff_exactness.py",
    "select/test_certified.py",
    "train/test_class_teacher.py",
    "label/test_label_kill.py",
    "label/test_label_serve.py",
    "document/test_ocr.py",
    "sample/test_sample_protocol.py",
    "fuzz/test_fuzz.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others as they were."""
    here = Path(__file__).parent
    place = {here / name: n for n, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(FIRST)))
