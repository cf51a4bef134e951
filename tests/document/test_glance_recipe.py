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
    (score,) = recipe.scores(some, recipe.is_read(some, found, SETTINGS.read))
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


def looked(count: int, label: str = "soe", wear: str = "flat") -> list[dict[str, Any]]:
    """Pages apart from one another that a glance leaves open."""
    return [{"group": f"sample-{wear}-{n}", "label": label, "page": 1, "wear": wear, "seen": []} for n in range(count)]


def test_what_the_second_look_refuses(recipe: ModuleType) -> None:
    some = [row | {"group": "one", "page": page} for page, row in enumerate(looked(6), 1)]
    found = np.asarray([0.9, 0.9, 0.9, 0.001, 0.9, 0.9])
    again = np.asarray([0.9, 0.01, np.nan, np.nan, 0.01, 0.3])
    # 1 and 6 are likely, 2 lies beside one that is, 3 cannot be judged, 4 shows nothing, 5 lies beside none likely
    assert recipe.is_read_again(some, found, again, 0.05).tolist() == [True, True, True, False, False, True]
    again[3], found[3] = np.nan, 0.9
    assert recipe.is_read_again(some, found, again, 0.05).all()


def test_the_bound_loses_few_made_up_pages_and_no_real_one(recipe: ModuleType) -> None:
    assert recipe.upper_bound(0, 299) == pytest.approx(0.01, abs=1e-4)
    assert recipe.upper_bound(3, 3) == 1
    rows = [*looked(300), *looked(2, wear="real")]
    found, again = np.full(302, 0.5), np.full(302, 0.9)
    assert recipe.least_again(rows, found, again) == max(recipe.BOUNDS)
    again[:3] = 0.12
    assert recipe.least_again(rows, found, again) == 0.1
    again[:3] = 0.9
    again[-1] = 0.04
    assert recipe.least_again(rows, found, again) == 0.02
    assert recipe.least_again(rows[200:], found[200:], again[200:]) == 0  # of 102 pages none suffices


def test_the_second_look_is_learnt_and_written(recipe: ModuleType, tmp_path: Path) -> None:
    import argparse
    import json

    made = np.random.default_rng(5)
    rows = [*looked(120), *looked(120, label="", wear="fax")]
    for row in rows:
        named = made.integers(2, 7) if row["label"] else made.integers(0, 3)
        row["again"] = [float(made.normal()), float(named), float(made.random() * (0.2 if row["label"] else 1))]
    options = argparse.Namespace(out=tmp_path, first=1, made=0, documents=[])
    recipe.make_second_look(options, rows, np.full(240, 0.5))
    written = json.loads((tmp_path / "second_look.json").read_text())
    model = recipe.regression(rows)
    seen = np.asarray([row["again"] for row in rows])
    by_hand = 1 / (1 + np.exp(-(seen @ written["weights"] + written["bias"])))
    np.testing.assert_allclose(by_hand, model.predict_proba(seen)[:, 1], atol=1e-3)
    assert written["card"]["held_out"]
