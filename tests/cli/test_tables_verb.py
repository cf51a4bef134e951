"""`soesift tables`: every table as a record a line, going on after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest

import made_protocols as made
from soesift.cli.main import main
from soesift.detect.all_tables import document_records, finished, write_tables
from soesift.errors import DocumentError
from soesift.table.record import TableRecord


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    made.protocol(folder / "a.pdf")
    made.no_schedule(folder / "b.pdf")
    made.word_protocol(folder / "c.docx")
    return folder


def records(path: Path) -> list[TableRecord]:
    return [TableRecord.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["tables", *map(str, arguments), "--ocr", "never"])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_every_table_is_written_schedule_or_not(source: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "deep" / "tables.jsonl"
    assert run(source, "--out", out) == 0
    found = records(out)
    places = [(r.document, r.page, len(r.grid)) for r in found]
    assert places == [
        ("a", 2, 4),
        ("a", 3, 11),
        ("a", 4, 9),
        ("a", 6, 17),
        ("a", 7, 4),
        ("b", 2, 4),
        ("c", None, 4),
        ("c", None, 18),
    ]
    assert found[1].grid == made.HEADER + made.BODY[:9]
    assert found[1].caption == made.TITLE
    assert len({r.table_id for r in found}) == len(found)
    assert all(len(r.sha256) == 64 for r in found)
    said = capsys.readouterr()
    assert "8 tables written to" in " ".join(said.out.split())
    assert "a.pdf: 5 tables" in said.err


def test_a_document_is_written_once_and_half_a_line_is_mended(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "tables.jsonl"
    assert run(source / "a.pdf", "--out", out) == 0
    whole = out.read_bytes()
    assert run(source / "a.pdf", "--out", out) == 0
    assert out.read_bytes() == whole
    with out.open("ab") as file:
        file.write(b'{"table_id": "cut off he')
    assert run(source, "--out", out) == 0
    assert out.read_bytes().startswith(whole)
    assert [r.document for r in records(out)] == ["a"] * 5 + ["b"] + ["c"] * 2


@pytest.mark.parametrize("line", ["no json", "[1]", '{"sha": 1}', "7"])
def test_a_file_of_other_lines_is_left_alone(source: Path, tmp_path: Path, line: str) -> None:
    out = tmp_path / "mine.jsonl"
    out.write_text(line + "\n")
    assert run(source / "b.pdf", "--out", out) == 2
    assert out.read_text() == line + "\n"


def test_a_bad_document_is_named_and_the_others_are_written(source: Path, tmp_path: Path, capsys) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"no PDF")
    out = tmp_path / "tables.jsonl"
    assert run(bad, source / "b.pdf", "--out", out) == 4
    assert "not read bad.pdf" in capsys.readouterr().err
    assert [r.document for r in records(out)] == ["b"]
    assert run(bad, "--out", tmp_path / "other.jsonl") == 2


def test_what_was_written_and_what_failed_is_returned(source: Path, tmp_path: Path) -> None:
    ticks: list[tuple[str, int]] = []
    count, failures = write_tables(
        [source / "b.pdf", tmp_path / "missing.pdf"],
        tmp_path / "t.jsonl",
        "never",
        lambda path, n, _: ticks.append((path.name, n)),
    )
    assert (count, ticks) == (1, [("b.pdf", 1)])
    assert [(path.name, "check the path" in why) for path, why in failures] == [("missing.pdf", True)]
    assert finished(tmp_path / "none.jsonl") == set()
    assert len(finished(tmp_path / "t.jsonl")) == 1


def test_records_of_one_document_or_an_error(source: Path, tmp_path: Path) -> None:
    assert len(document_records(source / "c.docx")) == 2
    with pytest.raises(DocumentError):
        document_records(tmp_path / "missing.docx")


def test_documents_side_by_side_give_the_same_file_and_an_unread_one_is_told(source: Path, tmp_path: Path) -> None:
    (tmp_path / "z.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    assert run(source, "--out", tmp_path / "one.jsonl") == 0
    assert run(source, tmp_path / "z.pdf", "--out", tmp_path / "two.jsonl", "--jobs", "3") == 4
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert run(tmp_path / "z.pdf", "--out", tmp_path / "none.jsonl") == 2
