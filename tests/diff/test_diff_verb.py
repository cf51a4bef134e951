"""`soesift diff` as a user calls it, on made protocols and on edited results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from toy_results import toy_grid, toy_result, toy_table

from soesift.diff.models import ScheduleDiff
from soesift.sample import make_protocol


def soesift(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soesift.cli.main", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200", **environment})


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    grid = toy_grid()
    grid[3][2] = "X"
    grid.append(["<script>alert(1)</script> & co", "X", "", "", "", ""])
    old = toy_result(toy_table(), name="v1.pdf").to_json(tmp_path / "v1.json")
    new = toy_result(toy_table(grid), name="v2 <b>.pdf").to_json(tmp_path / "v2.json")
    return old, new


def test_terminal_json_and_html(versions: tuple[Path, Path], tmp_path: Path) -> None:
    page, data = tmp_path / "d.html", tmp_path / "d.json"
    run = soesift("diff", *versions, "--html", page, "--json", data)
    assert run.returncode == 1, run.stderr
    assert "mark added" in run.stdout
    assert "Informed consent at Visit 2" in run.stdout
    found = ScheduleDiff.model_validate_json(data.read_bytes())
    assert found.counts() == {"activity_added": 1, "mark_added": 1}
    html = page.read_text("utf-8")
    assert html.count("<script") == 1  # its own, named by hash in the page's policy
    assert "script-src &#x27;sha256-" in html
    assert "&lt;script&gt;" in html
    assert "http" not in html.replace("http-equiv", "")
    assert html.count('class="k A"') >= 2  # letters, not colour alone


def test_the_page_is_well_formed_and_both_grids_agree_in_shape(versions: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "d.html"
    soesift("diff", *versions, "--html", page)
    shapes: list[list[int]] = []
    open_tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "img"):
                open_tags.append(tag)
            if tag == "table" and ("class", "grid") in attrs:
                shapes.append([])
            if tag == "tr" and shapes:
                shapes[-1].append(0)
            if tag in ("td", "th") and shapes:
                shapes[-1][-1] += 1

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Reader().feed(page.read_text("utf-8"))
    assert open_tags == []
    assert len(shapes) == 2
    assert shapes[0] == shapes[1]
    assert len(set(shapes[0])) == 1


def test_equal_versions_exit_0(versions: tuple[Path, Path]) -> None:
    run = soesift("diff", versions[0], versions[0])
    assert run.returncode == 0
    assert "0 differences" in run.stdout


@pytest.mark.parametrize("docx", [False, True])
def test_two_versions_of_a_made_protocol(tmp_path: Path, docx: bool) -> None:
    """Documents in, detected first; the edits of the truth come out."""
    make_protocol(SEED, tmp_path, kind="small", borders="full", docx=docx)
    truth = make_protocol(SEED, tmp_path, kind="small", borders="full", docx=docx, amended=4)
    end = "-docx.docx" if docx else ".pdf"
    old, new = (tmp_path / f"sample-small-{SEED:04d}{name}{end}" for name in ("", "-amended"))
    run = soesift("diff", old, new, "--json", tmp_path / "d.json", "--quiet")
    assert run.returncode == 1, run.stderr
    found = json.loads((tmp_path / "d.json").read_text("utf-8"))
    made = sorted(edit.kind for edit in truth.edits)
    assert len(made) == 4
    assert sorted(edit["kind"] for table in found["tables"] for edit in table["edits"]) == made


SEED = 2


def test_cautions_say_when_a_difference_may_be_one_of_reading(tmp_path: Path) -> None:
    unsure = toy_result(toy_table(flags=["image_only"]), name="scan.pdf")
    unsure.document.has_soe = "unsure"
    old, new = unsure.to_json(tmp_path / "a.json"), toy_result(name="none.pdf").to_json(tmp_path / "b.json")
    run = soesift("diff", old, new)
    assert run.returncode == 1
    assert "unsure whether all schedules were found" in run.stdout
    assert "is a picture" in run.stdout
    assert "new: no schedule was found" in run.stdout
    assert "R table removed" in run.stdout


def test_bad_input_is_one_line(versions: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "x.txt"
    other.write_text("no result")
    broken = tmp_path / "x.json"
    broken.write_text("{}")
    for bad in (other, broken, tmp_path / "missing.json", tmp_path / "missing.pdf"):
        run = soesift("diff", versions[0], bad)
        assert run.returncode == 2, bad
        assert bad.name in run.stderr
        assert run.stderr.count("\n") == 1
    same = soesift("diff", *versions, "--html", tmp_path / "o", "--json", tmp_path / "o")
    assert same.returncode == 2


def test_without_rapidfuzz_the_extra_is_named(versions: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "rapidfuzz").mkdir()
    (tmp_path / "rapidfuzz" / "__init__.py").write_text("raise ImportError('not here')")
    run = soesift("diff", *versions, PYTHONPATH=f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    assert run.returncode == 2
    assert "pip install 'soesift[app]'" in run.stderr
