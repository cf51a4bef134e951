"""`soesift detect` and the command itself: exit codes, options, what is printed and where files go."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import made_protocols as made
from soesift.cli.detect import exit_code, parse_formats, parse_pages
from soesift.cli.main import GROUPS, VERBS, main, soesift
from soesift.cli.summary import by_reason, names
from soesift.errors import UsageError
from soesift.export.wording import page_ranges, verdict
from soesift.result.models import UnsurePage
from soesift.result.store import read_result


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    made.protocol(folder / "yes.pdf")
    made.no_schedule(folder / "no.pdf")
    made.pictured_protocol(folder / "picture.pdf")
    (folder / "bad.pdf").write_bytes(b"not a PDF")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, and what was printed, with the folds of the table taken out."""
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, " ".join(said.out.split()), said.err


def detect(capsys, out: Path, *paths: Path, more: tuple[str, ...] = ()) -> tuple[int, str, str]:
    fixed = ["--out", out, "--model", "linear", "--ocr", "never", "--format", "json"]
    return run(capsys, "detect", *paths, *fixed, *more)


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (["yes.pdf"], 0),
        (["yes.pdf", "no.pdf"], 0),
        (["no.pdf"], 3),
        (["picture.pdf"], 4),
        (["yes.pdf", "picture.pdf"], 4),
        (["bad.pdf"], 2),
        (["missing.pdf"], 2),
        (["yes.pdf", "bad.pdf"], 4),
        (["no.pdf", "missing.pdf"], 4),
    ],
)
def test_exit_codes(capsys, source: Path, tmp_path: Path, chosen: list[str], code: int) -> None:
    assert detect(capsys, tmp_path, *(source / name for name in chosen))[0] == code


def test_a_subsidiary_table_alone_is_no_schedule_for_all_who_say_so(capsys, tmp_path: Path) -> None:
    path = made.sampling_only(tmp_path / "sampling.pdf")
    code, said, _ = detect(capsys, tmp_path / "out", path)
    result = read_result(tmp_path / "out" / "sampling.json")
    assert [table.table_type for table in result.tables] == ["subsidiary"]
    assert (code, result.document.has_soe) == (3, "no")
    assert "t1 1 Subsidiary schedule" in said
    assert verdict(result) == "No Schedule of Events found, but 1 subsidiary table, such as sampling times, on page 1."


def test_a_page_left_open_is_exit_code_4_also_beside_tables(capsys, tmp_path: Path) -> None:
    code, said, _ = detect(capsys, tmp_path / "out", made.with_a_picture(tmp_path / "some.pdf"))
    assert read_result(tmp_path / "out" / "some.json").document.has_soe == "yes"
    assert code == 4
    assert "unsure some.pdf page 3: the page is a picture" in said


def test_the_summary_names_tables_pages_reasons_and_files(capsys, source: Path, tmp_path: Path) -> None:
    code, said, _ = detect(capsys, tmp_path, source)
    assert code == 4
    assert "yes.pdf t1 3-4 Main schedule" in said
    assert "t2 6 Schedule of one track" in said
    assert "t3 7 Subsidiary schedule" in said
    assert "no.pdf - - no" in said
    assert "unsure picture.pdf page 1: the page is a picture" in said
    assert "not read bad.pdf: " in said
    assert "4 documents, 4 files in" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.json", "no.json", "picture.json", "yes.json"]


def test_every_format_is_written_and_json_always(capsys, source: Path, tmp_path: Path) -> None:
    detect(capsys, tmp_path, source / "yes.pdf", more=("--format", "csv,xlsx,html"))
    written = sorted(p.name for p in tmp_path.iterdir())
    assert [name for name in written if not name.endswith(("_header.csv", "_notes.csv")) and name[0] != "."] == [
        "yes.html",  # and no overview: there is one result
        "yes.json",
        "yes.xlsx",
        "yes_table1.csv",
        "yes_table2.csv",
        "yes_table3.csv",
    ]
    assert {f"yes_table{n}_header.csv" for n in (1, 2, 3)} <= set(written)


def test_the_last_line_names_what_to_open(capsys, source: Path, tmp_path: Path) -> None:
    _, said, _ = detect(capsys, tmp_path, source / "yes.pdf", more=("--format", "html"))
    assert said.replace(" ", "").endswith(f"report:{tmp_path}/yes.html")
    assert not (tmp_path / "index.html").exists()
    _, said, _ = detect(capsys, tmp_path, source, more=("--format", "html"))
    assert said.replace(" ", "").endswith(f"overview:{tmp_path}/index.html")
    _, said, _ = detect(
        capsys, tmp_path, source, more=("--format", "json")
    )  # kept current, in the format that is there
    assert said.replace(" ", "").endswith(f"overview:{tmp_path}/index.html")
    assert not (tmp_path / "index.xlsx").exists()
    assert "no.pdf" in (tmp_path / "index.html").read_text("utf-8")
    (tmp_path / "index.html").write_text("mine")
    code, _, err = detect(capsys, tmp_path, source / "yes.pdf", more=("--format", "html"))
    assert code == 0
    assert "no overview of the folder" in err
    assert (tmp_path / "index.html").read_text() == "mine"


def test_only_the_pages_asked_for(capsys, source: Path, tmp_path: Path) -> None:
    assert detect(capsys, tmp_path, source / "yes.pdf", more=("--pages", "1-2"))[0] == 3
    assert detect(capsys, tmp_path, source / "yes.pdf", more=("--pages", "6"))[0] == 0
    kept = json.loads((tmp_path / "yes.json").read_text())
    assert [t["pages"] for t in kept["tables"]] == [[6]]
    assert kept["settings"]["pages"] == "6-6"


def test_resume_says_what_was_kept(capsys, source: Path, tmp_path: Path) -> None:
    detect(capsys, tmp_path, source / "yes.pdf")
    stamp = (tmp_path / "yes.json").stat().st_mtime_ns
    code, said, _ = detect(capsys, tmp_path, source / "yes.pdf", more=("--resume",))
    assert (code, "yes.pdf (kept)" in said) == (0, True)
    assert (tmp_path / "yes.json").stat().st_mtime_ns == stamp


def test_equal_names_in_different_folders_have_a_file_each(capsys, source: Path, tmp_path: Path) -> None:
    for folder, kind in (("one", "yes"), ("two", "no")):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "p.pdf").write_bytes((source / f"{kind}.pdf").read_bytes())
    assert detect(capsys, tmp_path / "out", tmp_path / "in")[0] == 0
    counts = {p.name: len(json.loads(p.read_text())["tables"]) for p in (tmp_path / "out").iterdir()}
    assert counts == {"p.json": 3, "p-2.json": 0}


def test_nothing_is_written_outside_the_folder_for_results(source: Path, tmp_path: Path) -> None:
    inner, home = tmp_path / "in", tmp_path / "home"
    inner.mkdir()
    home.mkdir()
    (inner / "..strange name;$(x).pdf").write_bytes((source / "yes.pdf").read_bytes())
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "soesift.cli.main",
            "detect",
            str(inner),
            "--out",
            "out",
            "--model",
            "linear",
            "--ocr",
            "never",
            "--format",
            "json,csv,xlsx,html",
        ],
        cwd=home,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0
    new = set(tmp_path.rglob("*")) - set(before)
    assert home / "out" in new
    assert all((home / "out") == p or (home / "out") in p.parents for p in new)
    assert {p.suffix for p in new - {home / "out"}} == {".json", ".csv", ".xlsx", ".html"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["detect"], "no document named"),
        (["detect", "x.pdf", "--pages", "9-3"], "--pages 9-3"),
        (["detect", "x.pdf", "--format", "pdf"], "--format pdf: choose from json, xlsx, csv, html"),
        (["detect", "x.pdf", "--ocr", "perhaps"], "Invalid value"),
        (["detect", "x.pdf", "--jobs", "0"], "Invalid value"),
        (["detect", "nothing-*.pdf"], "no PDF or DOCX found"),
        (["detect", "x.pdf", "--model", "nosuch"], "no model nosuch"),
        (["detect", "x.pdf", "--nosuch"], "No such option"),
        (["nosuch"], "No such command"),
    ],
)
def test_wrong_use_is_exit_code_2_and_says_what(
    capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        main(["detect", str(tmp_path), "--debug"])


def test_an_out_that_is_a_file_is_exit_code_2(capsys, source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    code, _, err = detect(capsys, tmp_path / "out" / "deeper", source / "yes.pdf")
    assert code == 2
    assert "cannot make folder" in err


@pytest.mark.parametrize(
    ("text", "span"),
    [("12", range(12, 13)), ("10-80", range(10, 81)), ("1 - 3", range(1, 4)), (None, None), ("", None)],
)
def test_spans_of_pages(text: str | None, span: range | None) -> None:
    assert parse_pages(text) == span


@pytest.mark.parametrize("text", ["0", "0-3", "5-3", "a", "1-b", "-3", "3-", "1-2-3", "²", "1.5"])
def test_what_is_no_span_of_pages(text: str) -> None:
    with pytest.raises(UsageError, match="--pages"):
        parse_pages(text)


def test_formats_are_names_once_each() -> None:
    assert parse_formats("json, XLSX,json") == ("json", "xlsx")
    assert parse_formats("") == ()


def test_pages_and_reasons_are_short_in_print() -> None:
    assert page_ranges([1, 2, 3, 7], "-") == "1-3, 7"
    assert page_ranges([]) == ""
    unsure = [UnsurePage(page=2, why="picture"), UnsurePage(page=5, why="garbled"), UnsurePage(page=3, why="picture")]
    assert by_reason([*unsure, UnsurePage(why="docx")]) == {"picture": [2, 3], "garbled": [5], "docx": []}
    assert names([Path(f"x/{k}.json") for k in range(8)]) == "0.json, 1.json, 2.json, 3.json, 4.json, 5.json and 2 more"
    assert exit_code([]) == 2


def test_help_lists_every_verb_and_every_verb_has_help() -> None:
    runner = CliRunner()
    listed = runner.invoke(soesift, ["--help"])
    assert listed.exit_code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in listed.output
        shown = runner.invoke(soesift, [verb, "--help"])
        assert shown.exit_code == 0, (verb, shown.output, shown.exception)
        assert f"soesift {verb}" in shown.output
        assert len(shown.output) > 120


def test_the_version_is_told(capsys) -> None:
    code, said, _ = run(capsys, "--version")
    assert code == 0
    assert "0." in said


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_debug(verb: str) -> None:
    command = soesift.get_command(click.Context(soesift), verb)
    assert command is not None
    for one in [command, *getattr(command, "commands", {}).values()]:
        assert [parameter.name for parameter in one.params].count("debug") == 1, one.name


def test_verbs_are_grouped_by_who_needs_them_and_a_typo_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sorted(verb for group in GROUPS.values() for verb in group.split()) == sorted(VERBS)
    with pytest.raises(SystemExit):
        main(["detct"])
    assert "did you mean detect?" in capsys.readouterr().err
