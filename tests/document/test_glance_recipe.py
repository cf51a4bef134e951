"""The recipe of the glance: what it writes judges as what it learnt, and its scores count as detection reads."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from soesift.document.scan_glance import NAMES, SETTINGS, chance, features

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def recipe() -> ModuleType:
    folder = Path(__file__).parents[2] / "benchmarks"
    sys.path.insert(0, str(folder))
    try:
        import glance
    finally:
        sys.path.remove(str(folder))
    return glance


def rows(count: int) -> list[dict[str, Any]]:
    made = np.random.default_rng(3)
    found = []
    for number in range(count):
        seen = made.normal(size=len(NAMES)).round(5)
        label = "" if seen[0] + seen[2] + 0.3 * made.normal() < 0 else ("soe", "sub")[number % 2]
        found.append({"group": f"sample-{number // 3}", "label": label, "page": number % 3 + 1, "wear": "flat"})
        found[-1]["seen"] = seen.tolist()
    return found


def test_trees_that_are_written_judge_as_those_that_learnt(recipe: ModuleType) -> None:
    some = rows(120)
    x, y, weights = recipe.arrays(some)
    start, trees = recipe.exported(some)
    expected = recipe.trees().fit(x, y, sample_weight=weights).predict_proba(x)[:, 1]
    found = [chance(seen, {"start": start, "trees": trees}) for seen in x]
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_a_page_beside_a_sure_one_counts_as_read(recipe: ModuleType) -> None:
    some = [row | {"label": label} for row, label in zip(rows(6), ("soe", "soe", "", "", "soe", ""), strict=True)]
    found = np.asarray([0.9, 0.01, 0.01, 0.01, 0.01, 0.06])
    assert recipe.is_read(some, found, SETTINGS.read).tolist() == [True, True, False, False, False, True]
    (score,) = recipe.scores(some, found, SETTINGS.read)
    assert (score["schedule"], score["schedule read"], score["other"], score["other read"]) == (3, 2, 3, 1)


@pytest.mark.parametrize("what", ["signatures", "letter", "cover", "drawing", "form", "blackened"])
def test_drawn_pages_hold_ink_and_differ_by_seed(recipe: ModuleType, what: str) -> None:
    pages = [recipe.drawn(what, seed) for seed in (1, 1, 2)]
    assert (pages[0] < 128).sum() > 500
    np.testing.assert_array_equal(pages[0], pages[1])
    assert (pages[0] != pages[2]).any()


@pytest.mark.parametrize("wear", ["flat", "skewed", "dark", "coarse", "fax"])
def test_wear_leaves_a_page_that_can_be_looked_at(recipe: ModuleType, wear: str) -> None:
    page = recipe.worn(recipe.drawn("form", 5), wear, 1)
    assert page.dtype == np.uint8
    assert np.isfinite(features(page)).all()
