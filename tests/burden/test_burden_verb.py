"""`soesift burden` as a user calls it."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from toy_schedules import toy_result, toy_table

from soesift.burden.count import Burden
from soesift.sample import make_protocol


def soesift(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soesift.cli.main", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "160", **environment})


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return toy_result(toy_table(title="Costs $5 & <b>more</b>")).to_json(tmp_path / "toy.json")


def test_table_csv_json_and_page_with_a_plot(result: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the plot needs soesift[app]")
    files = [tmp_path / f"b.{kind}" for kind in ("csv", "json", "html")]
    outputs = [part for path in files for part in (f"--{path.suffix[1:]}", path)]
    run = soesift("burden", result, "--repeats", "Cycles 3+=6", *outputs)
    assert run.returncode == 0, run.stderr
    assert "is counted 6 times, as given" in run.stdout
    assert "counted as other: Zorbing" in run.stdout
    burden = Burden.model_validate_json(files[1].read_bytes())
    assert burden.tables[0].total.visits == 10
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbf")
    html = files[2].read_text("utf-8")
    assert "<b>more</b>" not in html
    assert "http" not in html.replace("http-equiv", "")
    picture = re.search(r'src="data:image/png;base64,([^"]+)" alt="[^"]+"', html)
    assert picture is not None
    drawn = Image.open(io.BytesIO(base64.b64decode(picture[1])))
    assert len(drawn.convert("RGB").getcolors(1 << 20) or []) > 8  # several classes were drawn


def test_a_made_protocol_from_document_to_counts(tmp_path: Path) -> None:
    make_protocol(2, tmp_path, kind="small", borders="full")
    run = soesift("burden", tmp_path / "sample-small-0002.pdf", "--json", tmp_path / "b.json")
    assert run.returncode == 0, run.stderr
    table = Burden.model_validate_json((tmp_path / "b.json").read_bytes()).tables[0]
    assert table.total.by_class["talk"] > 0
    assert table.total.visits + table.unscheduled.visits == len(table.visits) > 3


def test_no_schedule_is_exit_3_and_mistakes_are_2(result: Path, tmp_path: Path) -> None:
    assert soesift("burden", toy_result().to_json(tmp_path / "none.json")).returncode == 3
    missing = tmp_path / "no.toml"
    for arguments in (["--repeats", "Cycle 99=2"], ["--repeats", "x"], ["--table", "t9"], ["--vocabulary", missing]):
        run = soesift("burden", result, *arguments)
        assert run.returncode == 2, arguments
        assert run.stderr.count("\n") == 1


def test_the_shipped_words_are_printed_to_edit(result: Path, tmp_path: Path) -> None:
    run = soesift("burden", "--show-vocabulary")
    assert run.returncode == 0
    copy = tmp_path / "mine.toml"
    copy.write_text(run.stdout.replace('"zarit"', '"zarit", "zorbing"'), "utf-8")
    again = soesift("burden", result, "--vocabulary", copy)
    assert "counted as other" not in again.stdout
    assert again.returncode == 0


def test_without_matplotlib_the_page_names_the_extra_and_nothing_is_written(result: Path, tmp_path: Path) -> None:
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "__init__.py").write_text("raise ImportError('not here')")
    path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    run = soesift("burden", result, "--csv", tmp_path / "b.csv", "--html", tmp_path / "b.html", PYTHONPATH=path)
    assert run.returncode == 2
    assert "pip install 'soesift[app]'" in run.stderr
    assert not (tmp_path / "b.csv").exists()
    assert soesift("burden", result, PYTHONPATH=path).returncode == 0
