"""One content in many styles of print, and its truth."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from soesift.document.pdf import open_pdf, read_page
from soesift.document.words import find_words
from soesift.sample.restyled.press import restyle
from soesift.sample.restyled.style import choose_style


def printed(path: Path) -> str:
    with open_pdf(path) as document:
        return "".join(t for n in range(len(document)) for t in find_words(read_page(document, n)).text)


@pytest.mark.parametrize("seed", range(6))
def test_all_of_the_truth_is_printed(seed: int, tmp_path: Path) -> None:
    truth = restyle(seed, tmp_path / "a.pdf", redacted=False, turned_head=False, tiles=1)
    said = printed(tmp_path / "a.pdf")
    names = [row[0].split()[0] for row in truth.grid[truth.header_rows :] if row[0]]
    assert names
    assert all(name in said for name in names)
    assert all("".join(text.split()[-1:]) in said for _, text in truth.notes)


def test_a_seed_is_printed_alike_each_time(tmp_path: Path) -> None:
    one, two = restyle(5, tmp_path / "a.pdf"), restyle(5, tmp_path / "b.pdf")
    assert one == two
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_the_truth_is_one_grid(tmp_path: Path) -> None:
    for seed in range(20):
        truth = restyle(seed, tmp_path / "a.pdf")
        assert len({len(row) for row in truth.grid}) == 1
        assert 0 < truth.header_rows < len(truth.grid)
        assert truth.pages
        assert {m for found in truth.markers.values() for m in found} == {marker for marker, _ in truth.notes}


def test_styles_vary_in_each_factor() -> None:
    rng = Random(1)
    styles = [choose_style(rng).factors() for _ in range(300)]
    assert all(len({style[factor] for style in styles}) > 1 for factor in styles[0])
