"""Results as one Parquet dataset: a row a table and a row a document, whoever runs the batch and however often."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed (soesift[data])")

import pyarrow.dataset as ds

import made_protocols as made
from soesift.cli.main import main
from soesift.export.frames import parts, rows_of, write_parquet
from soesift.result.store import read_result


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    made.protocol(folder / "a.pdf")
    made.no_schedule(folder / "b.pdf")
    made.word_protocol(folder / "c.docx")
    (folder / "d.pdf").write_bytes(b"no PDF")
    return folder


@pytest.fixture(scope="module")
def out(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    assert detect(source, folder) == 4
    return folder


def detect(documents: Path, out: Path, *more: str, formats: str = "json,parquet") -> int:
    with pytest.raises(SystemExit) as ended:
        main(["detect", str(documents), "--out", str(out), "--format", formats, "--ocr", "never", *more])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def rows(out: Path, kind: str) -> list[dict]:
    """The dataset as rows, but for timing; sorted."""
    found = ds.dataset(out / "parquet" / kind, partitioning="hive").to_table().to_pylist()
    assert all(row.pop("shard") is not None for row in found)
    for row in found:
        row.pop("seconds", None)
    return sorted(found, key=lambda row: (row["result"], row.get("table_id", "")))


def files(out: Path) -> dict[str, int]:
    return {str(p.relative_to(out)): p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}


def test_a_row_a_table_holds_what_the_json_holds(out: Path) -> None:
    found = rows(out, "tables")
    told = [(path.stem, table) for path in sorted(out.glob("*.json")) for table in read_result(path).tables]
    assert [row["result"] for row in found] == [stem for stem, _ in told] == ["a"] * 3 + ["c"]
    for row, (stem, table) in zip(found, told, strict=True):
        result = read_result(out / f"{stem}.json")
        assert json.loads(row["grid"]) == table.grid
        assert (row["n_rows"], row["n_columns"]) == (len(table.grid), len(table.grid[0]))
        assert row["pages"] == table.pages
        assert (row["table_id"], row["title"], row["table_type"]) == (table.id, table.title, table.table_type)
        assert (row["probability"], row["type_probability"]) == (table.probability, table.type_probability)
        assert row["flags"] == table.flags
        assert [note["text"] for note in json.loads(row["footnotes"])] == [note.text for note in table.footnotes]
        assert (row["document"], row["sha256"]) == (result.document.name, result.document.sha256)
        assert (row["model"], row["model_sha256"]) == (result.model.name, result.model.sha256)


def test_a_row_a_document_also_of_those_not_read(out: Path) -> None:
    found = rows(out, "documents")
    assert [(r["document"], r["has_soe"], r["n_tables"]) for r in found] == [
        ("a.pdf", "yes", 3),
        ("b.pdf", "no", 0),
        ("c.docx", "yes", 1),
        ("d.pdf", "unsure", 0),
    ]
    assert [bool(r["error"]) for r in found] == [False, False, False, True]
    assert {r["ocr"] for r in found} == {"never"}


def test_resume_writes_only_parts_that_are_missing(source: Path, out: Path) -> None:
    before = files(out)
    wanted = rows(out, "tables"), rows(out, "documents")
    kept = [p for p in before if "/" in p and p.rpartition("-")[2] in ("b.parquet", "c.parquet")]
    lost = [p for p in before if p.endswith("-a.parquet")]
    assert len(kept) == 3
    assert len(lost) == 2
    for path in lost:
        (out / path).unlink()
    assert detect(source, out, "--resume") == 4
    after = files(out)
    assert set(after) == set(before)
    assert {p: after[p] for p in kept} == {p: before[p] for p in kept}
    assert (rows(out, "tables"), rows(out, "documents")) == wanted


def test_a_document_that_changed_leaves_no_row_of_what_it_was(source: Path, tmp_path: Path) -> None:
    inner, out = tmp_path / "in", tmp_path / "out"
    inner.mkdir()
    for name, bytes_of in {"x.pdf": "a.pdf", "y.pdf": "a.pdf"}.items():  # the same bytes twice
        (inner / name).write_bytes((source / bytes_of).read_bytes())
    assert detect(inner, out) == 0
    assert [row["result"] for row in rows(out, "tables")] == ["x"] * 3 + ["y"] * 3
    (inner / "x.pdf").write_bytes((source / "b.pdf").read_bytes())
    assert detect(inner, out, "--resume", "--replace") == 0
    assert [row["result"] for row in rows(out, "tables")] == ["y"] * 3
    assert [(r["result"], r["n_tables"]) for r in rows(out, "documents")] == [("x", 0), ("y", 3)]
    (inner / "y.pdf").write_bytes(b"no PDF")
    assert detect(inner, out, "--resume") == 4
    assert [row["result"] for row in rows(out, "tables")] == ["y"] * 3  # what was found in other bytes stays
    said = {r["result"]: bool(r["error"]) for r in rows(out, "documents")}
    assert said == {"x": False, "y": False, "y-2": True}


def test_the_same_result_gives_the_same_bytes_and_no_table_no_part(out: Path, tmp_path: Path) -> None:
    result = read_result(out / "a.json")
    first = {p: p.read_bytes() for p in write_parquet(result, tmp_path, "a")}
    assert {p: p.read_bytes() for p in write_parquet(result, tmp_path, "a")} == first
    assert len(first) == 2
    result.tables = []
    written = write_parquet(result, tmp_path, "a")
    assert written == [parts(tmp_path, result.document.sha256, "a")["documents"]]
    assert list(tmp_path.rglob("*.parquet")) == written


def test_half_a_surrogate_pair_is_a_row_too(out: Path, tmp_path: Path) -> None:
    result = read_result(out / "a.json")
    result.tables[0].grid[0][0] = "broken \ud800 text"
    result.tables[0].title = "\udfff"
    write_parquet(result, tmp_path, "a")
    row = rows(tmp_path, "tables")[0]
    assert json.loads(row["grid"])[0][0] == "broken \ufffd text"
    assert row["title"] == "\ufffd"
    assert rows_of(result, "a")["documents"][0]["n_tables"] == 3


def test_many_parts_are_made_few_as_the_page_says(out: Path, tmp_path: Path) -> None:
    ds.write_dataset(ds.dataset(out / "parquet" / "tables"), tmp_path / "few", format="parquet")
    assert ds.dataset(tmp_path / "few").count_rows() == 4


@pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed (soesift[ray])")
def test_ray_writes_the_same_rows(source: Path, out: Path, tmp_path: Path) -> None:
    assert detect(source, tmp_path, "--engine", "ray") == 4
    for kind in ("tables", "documents"):
        assert rows(tmp_path, kind) == rows(out, kind)
        assert {p.name for p in (tmp_path / "parquet" / kind).rglob("*.parquet")} == {
            p.name for p in (out / "parquet" / kind).rglob("*.parquet")
        }


def test_without_pyarrow_it_says_so_before_anything_is_read(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert detect(source, tmp_path / "out") == 2
    assert "soesift[data]" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert detect(source / "b.pdf", tmp_path / "out", "--debug", formats="json") == 3
