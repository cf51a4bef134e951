from __future__ import annotations

import os
from pathlib import Path

import pytest
from toy_tables import SCHEDULE, long_schedule

from soesift.view import VIEWS, TokenBudget, render

GOLDEN = Path(__file__).parent / "golden"
REGENERATE = os.environ.get("SOESIFT_REGENERATE") == "1"


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("size", ["whole", "cut"])
def test_the_view_is_the_golden_file(name: str, size: str) -> None:
    record, budget = (SCHEDULE, TokenBudget()) if size == "whole" else (long_schedule(), TokenBudget(300))
    view = render(name, record, budget)
    text = view.text + "\n---\n" + "\n".join(view.left_out) + "\n"
    path = GOLDEN / f"{name}-{size}.txt"
    if REGENERATE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_golden_files_are_not_being_regenerated() -> None:
    assert not REGENERATE, "unset SOESIFT_REGENERATE and look at the differences"


def test_every_golden_file_belongs_to_a_view() -> None:
    names = {f"{name}-{size}.txt" for name in VIEWS for size in ("whole", "cut")}
    assert {path.name for path in GOLDEN.iterdir()} == names
