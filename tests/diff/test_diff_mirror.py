"""The difference from new to old is the mirror image of that from old to new, also where names are printed twice."""

from __future__ import annotations

import random

import numpy as np
import pytest

from soesift.diff.pairing import Side, align, flipped

NAMES = ["ECG", "ECG", "Vital signs", "Vital sign", "Labs"]
VISITS = [("Week 1", "", ""), ("Week 2", "", ""), ("Visit", "", "")]


def side(chance: random.Random) -> Side:
    """A small grid in which rows and columns of one name are common: their partners are a matter of ties."""
    rows, columns = [chance.choice(NAMES) for _ in range(chance.randint(2, 5))], chance.choices(VISITS, k=4)
    marks = np.array([[chance.random() < 0.5 for _ in columns] for _ in rows])
    return Side(rows, [""] * len(rows), columns, marks)


@pytest.mark.parametrize("seed", range(40))
def test_ties_fall_the_same_in_both_directions(seed: int) -> None:
    chance = random.Random(seed)
    old, new = side(chance), side(chance)
    there, back = align(old, new), align(new, old)
    assert (there.rows, there.columns) == (flipped(back.rows), flipped(back.columns))
    assert there.moved_rows == {(i, j) for j, i in back.moved_rows}
    assert there.moved_columns == {(i, j) for j, i in back.moved_columns}
