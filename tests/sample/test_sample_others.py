"""Documents that are no company's protocol: academic ones, plans of analysis, drawings; their truth and their kinds."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from soesift.sample import make_protocol
from soesift.sample.academic import WAYS
from soesift.sample.blocks import Figure, Negative, Schedule, Table
from soesift.sample.kinds import make_study
from soesift.sample.negatives import analysis, drawings, paperwork
from soesift.sample.negatives.scene import Scene
from soesift.sample.style import page_style


@pytest.mark.parametrize("way", dict.fromkeys(WAYS), ids=lambda way: way.__name__)
def test_every_academic_schedule_names_two_measures_and_two_times(way) -> None:
    for seed in range(20):
        grid = way(Random(seed))
        texts = grid.texts()
        assert len({len(row) for row in texts}) == 1
        assert 0 < grid.header_rows < len(texts)
        assert min(len(texts), len(texts[0])) >= 2
        assert sum(bool(text) for row in texts for text in row) >= 6


@pytest.mark.parametrize(
    "maker", [*paperwork.ACADEMIC, *analysis.MAKERS, *drawings.MAKERS], ids=lambda maker: maker.__name__
)
def test_what_plans_nothing_is_labelled_as_none(maker) -> None:
    for seed in range(5):
        rng = Random(seed)
        blocks = maker(rng, Scene(make_study(rng, None), page_style(rng)))
        labelled = [b.label for b in blocks if isinstance(b, Table | Figure)]
        assert labelled or blocks
        assert not any(isinstance(label, Schedule) for label in labelled)
        assert all(isinstance(label, Negative) for label in labelled)


@pytest.mark.parametrize("kind", ["academic", "plan", "slides"])
def test_the_same_seed_writes_the_same_document(tmp_path: Path, kind: str) -> None:
    first, again = (make_protocol(4, tmp_path / name, kind=kind) for name in ("a", "b"))
    assert first == again
    assert (tmp_path / "a" / f"{first.id}.pdf").read_bytes() == (tmp_path / "b" / f"{first.id}.pdf").read_bytes()
    assert first.has_soe == bool(first.soe_tables)
    assert first.hard_negatives
