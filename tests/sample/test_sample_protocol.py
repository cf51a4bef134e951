"""Generated protocols: the same bytes each time, and a truth that the pages bear out."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pypdfium2
import pytest
from click.testing import CliRunner

from soesift.cli.documents import KIND_NAMES
from soesift.cli.documents import sample_verb as sample_command
from soesift.errors import MissingExtra, UsageError
from soesift.sample import Truth, make_protocol
from soesift.sample.kinds import KINDS

CASES = [(kind, seed) for kind in KINDS if kind not in ("scan", "mixed") for seed in (0, 3)]


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def made(kind: str, seed: int) -> tuple[Truth, Path, tuple[str, ...]]:
    """Truth, file and the text of each page, without white space."""
    out = Path(mkdtemp())
    truth = make_protocol(seed, out, kind=kind)
    path = out / f"{truth.id}.pdf"
    with pypdfium2.PdfDocument(path) as pdf:
        texts = tuple(letters(page.get_textpage().get_text_range()) for page in pdf)
    return truth, path, texts


@pytest.mark.parametrize("options", [{"kind": "full"}, {"kind": "scan"}, {"kind": "tiled", "docx": True}])
def test_a_seed_gives_the_same_bytes(tmp_path: Path, options: dict[str, object]) -> None:
    for folder in ("a", "b"):
        make_protocol(5, tmp_path / folder, **options)
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    assert len(first) == 2


def test_seeds_differ() -> None:
    assert made("small", 0)[1].read_bytes() != made("small", 3)[1].read_bytes()


def test_the_readme_sample_has_what_the_readme_says() -> None:
    truth, _, texts = made("full", 0)
    assert 14 <= len(texts) <= 20
    main, *others = truth.soe_tables
    assert main.type == "main_soa"
    assert len(main.grid_pages) >= 2
    assert main.footnotes
    assert any("image_only" in table.flags for table in others)
    assert len({n.kind for n in truth.hard_negatives}) >= 8


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_pages_of_the_truth_exist(kind: str, seed: int) -> None:
    truth, _, texts = made(kind, seed)
    pages = [p for t in truth.soe_tables for p in (*t.grid_pages, *t.footnote_pages)]
    pages += [p for n in truth.hard_negatives for p in n.pages] + truth.heading_only_pages
    assert truth.n_pages == len(texts)
    assert all(1 <= p <= len(texts) for p in pages)
    assert all(t.grid_pages for t in truth.soe_tables)
    assert all(n.pages for n in truth.hard_negatives)
    assert truth.has_soe == bool(truth.soe_tables)


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_no_page_is_both_a_schedule_and_a_hard_negative(kind: str, seed: int) -> None:
    truth = made(kind, seed)[0]
    grid_pages = Counter(p for t in truth.soe_tables for p in t.grid_pages)
    assert all(count == 1 for count in grid_pages.values())
    false_pages = {p for n in truth.hard_negatives if n.kind != "synopsis_mention" for p in n.pages}
    assert not grid_pages.keys() & (false_pages | set(truth.heading_only_pages))


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_cells_stand_on_their_pages(kind: str, seed: int) -> None:
    truth, _, texts = made(kind, seed)
    for table in truth.soe_tables:
        words = {letters(t) for row in table.grid for t in row if t and "→" not in t}
        text = "".join(texts[p - 1] for p in table.grid_pages)
        if "image_only" in table.flags:
            assert not any(word in text for word in words if len(word) > 14)
        else:
            missing = [word for word in words if word not in text]
            assert len(missing) <= (0.03 if "rotated" not in table.flags else 0.1) * len(words), missing
            for note in table.footnotes:
                notes = "".join(texts[p - 1] for p in (*table.grid_pages, *table.footnote_pages))
                assert letters(note.text)[:30] in notes


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_grids_are_rectangles_with_a_header_and_two_activities(kind: str, seed: int) -> None:
    for table in made(kind, seed)[0].soe_tables:
        assert len({len(row) for row in table.grid}) == 1
        assert 1 <= table.header_rows <= len(table.grid) - 2


def test_a_protocol_without_a_schedule_has_negatives_only() -> None:
    truth, _, texts = made("none", 0)
    assert not truth.has_soe
    assert not truth.heading_only_pages
    assert len(truth.hard_negatives) >= 5
    assert not any(n.kind == "amendment_excerpt" and "rows" in n.title for n in truth.hard_negatives)
    assert texts


def test_contents_list_the_page_on_which_the_schedule_begins() -> None:
    truth, path, _ = made("full", 0)
    table = truth.soe_tables[0]
    with pypdfium2.PdfDocument(path) as pdf:
        lines = pdf[1].get_textpage().get_text_range().splitlines()
        footer = pdf[table.grid_pages[0] - 1].get_textpage().get_text_range()
    entry = next(line for line in lines if table.title.lower() in line.lower() and "..." in line)
    label = entry.split(".")[-1].strip()
    if not label:
        label = next(t for t in lines[lines.index(entry) + 1 :] if t.strip().isdigit()).strip()
    assert re.search(rf"\b{label}\b", footer)


def test_turned_pages_are_portrait_and_landscape_pages_are_wide() -> None:
    truth, path, _ = made("rotated", 0)
    with pypdfium2.PdfDocument(path) as pdf:
        width, height = pdf[truth.soe_tables[0].grid_pages[0] - 1].get_size()
    assert "rotated" in truth.soe_tables[0].flags
    assert width < height
    full, path, _ = made("full", 0)
    with pypdfium2.PdfDocument(path) as pdf:
        width, height = pdf[full.soe_tables[0].grid_pages[0] - 1].get_size()
    assert width > height


def test_rotate_makes_a_portrait_sheet_display_wide(tmp_path: Path) -> None:
    truth = make_protocol(1, tmp_path, kind="small", mode="rotate")
    with pypdfium2.PdfDocument(tmp_path / f"{truth.id}.pdf") as pdf:
        page = pdf[truth.soe_tables[0].grid_pages[0] - 1]
        assert page.get_rotation() == 90
        assert page.get_width() > page.get_height()


def test_column_blocks_stand_on_further_pages_and_are_joined_in_the_truth() -> None:
    truth, _, texts = made("tiled", 0)
    table = truth.soe_tables[0]
    assert "tiled" in table.flags
    assert len(table.grid_pages) >= 2
    name = letters(table.grid[table.header_rows][0])
    assert sum(name in texts[p - 1] for p in table.grid_pages) >= 2


def test_a_scan_has_no_text_and_keeps_its_pages() -> None:
    truth, _, texts = made("scan", 0)
    assert truth.n_pages == len(texts)
    assert not any(texts)
    assert "image_only" in truth.soe_tables[0].flags


def test_truth_files_have_the_keys_of_gold_files() -> None:
    truth, path, _ = made("tracks", 0)
    data = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert {
        "id",
        "n_pages",
        "has_soe",
        "soe_tables",
        "heading_only_pages",
        "hard_negatives",
        "uncertain_pages",
    } <= set(data)
    assert {"title", "type", "grid_pages", "footnote_pages", "flags"} <= set(data["soe_tables"][0])
    assert {"pages", "class", "title"} <= set(data["hard_negatives"][0])
    assert Truth.model_validate(data) == truth


def test_unknown_options_and_kinds_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="colour"):
        make_protocol(0, tmp_path, colour="red")
    with pytest.raises(UsageError, match="kind"):
        make_protocol(0, tmp_path, kind="huge")


def test_an_unknown_area_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="oncology"):
        make_protocol(0, tmp_path, area="astrology")


def test_without_reportlab_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reportlab", None)
    with pytest.raises(MissingExtra, match=r"soesift\[app\]"):
        make_protocol(0, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command_offers_the_kinds_there_are(tmp_path: Path) -> None:
    assert KIND_NAMES == KINDS
    result = CliRunner().invoke(
        sample_command, ["--out", str(tmp_path), "--kind", "small", "--count", "2", "--seed", "7"]
    )
    assert result.exit_code == 0, result.output
    names = [
        "sample-small-0007.json",
        "sample-small-0007.pdf",
        "sample-small-0008.json",
        "sample-small-0008.pdf",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == names
    assert "sample-small-0008.pdf" in result.output


def test_mixed_seeds_bring_every_border_language_and_sign() -> None:
    """Variety: what twenty documents hold, seen in their truth."""
    truths = [made("mixed", seed)[0] for seed in range(20)]
    assert len({t.kind for t in truths}) >= 6
    assert len({table.type for t in truths for table in t.soe_tables}) == 4
    assert len({table.title for t in truths for table in t.soe_tables}) >= 15
    marks = Counter(
        text for t in truths for table in t.soe_tables for row in table.grid for text in row if len(text) == 1
    )
    assert {"X", "✓"} <= set(marks)
