"""Documents that are no company's protocol: academic ones, plans of analysis, drawings; their truth and their kinds."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from soesift.sample import make_protocol, pragmatic
from soesift.sample.academic import WAYS
from soesift.sample.blocks import Figure, Negative, Schedule, Table
from soesift.sample.kinds import make_study
from soesift.sample.negatives import analysis, drawings, nearby, paperwork
from soesift.sample.negatives.scene import Scene
from soesift.sample.style import page_style
from soesift.sample.words import everyday


@pytest.mark.parametrize("way", dict.fromkeys((*WAYS, *pragmatic.WAYS)), ids=lambda way: way.__name__)
def test_every_schedule_names_two_measures_and_two_times(way) -> None:
    for seed in range(20):
        grid = way(Random(seed))
        texts = grid.texts()
        assert len({len(row) for row in texts}) == 1
        assert 0 < grid.header_rows < len(texts)
        assert min(len(texts), len(texts[0])) >= 2
        assert sum(bool(text) for row in texts for text in row) >= 6


@pytest.mark.parametrize(
    "maker",
    [*paperwork.ACADEMIC, *analysis.MAKERS, *drawings.MAKERS, *nearby.NEARBY, nearby.nearby],
    ids=lambda maker: maker.__name__,
)
def test_what_plans_nothing_is_labelled_as_none(maker) -> None:
    for seed in range(5):
        rng = Random(seed)
        blocks = maker(rng, Scene(make_study(rng, None), page_style(rng)))
        labelled = [b.label for b in blocks if isinstance(b, Table | Figure)]
        assert labelled or blocks
        assert not any(isinstance(label, Schedule) for label in labelled)
        assert all(isinstance(label, Negative) for label in labelled)


@pytest.mark.parametrize("kind", ["academic", "plan", "slides", "pragmatic"])
def test_the_same_seed_writes_the_same_document(tmp_path: Path, kind: str) -> None:
    first, again = (make_protocol(4, tmp_path / name, kind=kind) for name in ("a", "b"))
    assert first == again
    assert (tmp_path / "a" / f"{first.id}.pdf").read_bytes() == (tmp_path / "b" / f"{first.id}.pdf").read_bytes()
    assert first.has_soe == bool(first.soe_tables)
    assert first.hard_negatives


def test_pragmatic_documents_are_short_and_most_hold_one_schedule(tmp_path: Path) -> None:
    made = [make_protocol(seed, tmp_path, kind="pragmatic") for seed in range(24)]
    assert max(truth.n_pages or 99 for truth in made) <= 10
    assert {len(truth.soe_tables) for truth in made} == {0, 1}
    assert sum(truth.has_soe for truth in made) >= 14
    assert all(len(truth.hard_negatives) >= 4 for truth in made)


def test_pragmatic_schedules_vary_in_size_words_and_caption() -> None:
    tables = []
    for seed in range(200):
        rng = Random(seed)
        tables.append(pragmatic.pragmatic_schedule(rng, Scene(make_study(rng, None), page_style(rng))))
    rows = [table.grid.shape[0] for table in tables]
    assert min(rows) <= 3
    assert max(rows) >= 12
    below = sum(table.caption_below and bool(table.caption) for table in tables)
    assert 30 <= below <= 100  # captions below the table, and some tables without any
    assert 10 <= sum(not table.caption for table in tables) <= 60
    names = {row[0] for table in tables for row in table.grid.texts()[table.grid.header_rows :]}
    assert len(names) > 600  # hardly a measure comes back as it was


def test_what_lies_nearby_wears_the_dress_of_the_schedules() -> None:
    sizes, borders = set[float](), set[str]()
    for seed in range(60):
        rng = Random(seed)
        for block in nearby.nearby(rng, Scene(make_study(rng, None), page_style(rng))):
            if isinstance(block, Table):
                sizes.add(block.look.size)
                borders.add(block.look.borders)
    rng = Random(1)
    of_schedules = [pragmatic.look_of(rng, "Times") for _ in range(200)]
    assert sizes == {look.size for look in of_schedules}
    assert borders == {look.borders for look in of_schedules}


@pytest.mark.parametrize("count", range(2, 9))
def test_time_points_differ_and_measures_do_not_repeat(count: int) -> None:
    for seed in range(60):
        times = everyday.time_points(Random(seed), count, count)
        assert len(set(times)) == len(times)
        assert 2 <= len(times) <= count
        assert len(set(everyday.measures(Random(seed), count))) == count
