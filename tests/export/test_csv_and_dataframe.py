"""CSV that spreadsheets read as text, DataFrames with addressable columns, all formats in one go."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.errors import MissingExtra
from soesift.export.csv import harmless, write_csv
from soesift.export.frames import unique_labels
from soesift.export.write import write_formats
from soesift.files import WriteError
from soesift.result.models import Result, SoeTable
from soesift.result.store import read_result


def rows_of(path: Path) -> list[list[str]]:
    csv.field_size_limit(2_000_000)
    with open(path, encoding="utf-8-sig", newline="") as handle:
        return list(csv.reader(handle, strict=True))


def test_one_file_a_table(toy: Result, tmp_path: Path) -> None:
    first, header, notes, second = toy.to_csv(tmp_path)
    names = ["table1.csv", "table1_header.csv", "table1_notes.csv", "table2.csv"]
    assert [path.name for path in (first, header, notes, second)] == [f"toy protocol_{name}" for name in names]
    assert rows_of(header)[:2] == [["column", "level 1", "level 2"], ["1", "Procedure", "Procedure"]]
    assert rows_of(notes)[0] == ["marker", "text", "page"]
    assert len(rows_of(notes)) == 1 + len(toy.tables[0].footnotes)
    assert first.read_bytes().startswith(b"\xef\xbb\xbfpage,Procedure,Screening,Treatment,Treatment\r\n1,Procedure,")
    assert rows_of(first)[4] == ["2", "ECG b", "Xb", "X", "X"]
    assert rows_of(second) == [["2", "Pre-dose", "X"], ["2", "'=1+1 h", ""]]


def test_prefix_can_be_left_out(toy: Result, tmp_path: Path) -> None:
    assert rows_of(write_csv(toy, tmp_path, prefix="")[-1])[1] == ["2", "=1+1 h", ""]


def test_hostile_cells(hostile: Result, tmp_path: Path) -> None:
    first = write_csv(hostile, tmp_path)[0]
    assert first.parent == tmp_path
    rows = rows_of(first)
    table = hostile.tables[0]
    assert len(rows) == len(table.grid)
    assert not any(cell.lstrip()[:1] in ("=", "+", "-", "@") for row in rows for cell in row if cell)
    assert rows[10][1] == "ab"
    assert rows[12][1] == 'quote " comma , line\nbreak'
    assert len(rows[14][2]) == 1_000_000


def test_a_merged_cell_stands_once_or_at_each_of_its_places(toy: Result, tmp_path: Path) -> None:
    assert rows_of(write_csv(toy, tmp_path)[0])[5][2:] == ["Continuously", "", ""]
    assert rows_of(write_csv(toy, tmp_path, repeat=True)[0])[5][2:] == ["Continuously"] * 3
    assert rows_of(write_csv(toy, tmp_path)[0])[0][3:] == ["Treatment", "Treatment"]


@pytest.mark.parametrize("text", ["-28", "+3.5", "-1,5", "-", "--", "+", "X", "a=b", "", " X"])
def test_numbers_and_dashes_stay(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    "text", ["=1", " =1", "\u200b=1", "-28 to -1", "-1+1", "＝1", "@x", "\tX", "+30 days", "-1\n=2"]
)
def test_what_could_run_gets_the_prefix(text: str) -> None:
    assert harmless(text) == "'" + text


@given(st.text())
def test_text_is_only_ever_prefixed(text: str) -> None:
    assert harmless(text) in (text, "'" + text)


def test_dataframe(schedule: SoeTable) -> None:
    pytest.importorskip("pandas")  # of the extra data, which the light tests go without
    frame = schedule.to_dataframe()
    assert frame.shape == (4, 4)
    assert list(frame.columns) == [
        ("Procedure", "Procedure"),
        ("Screening", "Day -28"),
        ("Treatment", "Day 1"),
        ("Treatment", "Day 15"),
    ]
    assert frame[("Treatment", "Day 15")].tolist() == ["", "Safety", "X", "Continuously"]
    assert frame["Treatment"].shape == (4, 2)


def test_dataframe_of_odd_tables(toy: Result) -> None:
    pytest.importorskip("pandas")  # of the extra data, which the light tests go without
    plain = toy.tables[1].to_dataframe()
    assert plain.values.tolist() == [["Pre-dose", "X"], ["=1+1 h", ""]]
    assert list(plain.columns) == [0, 1]
    one = toy.tables[1].model_copy(update={"header_rows": 1, "grid": [["X", "X"], ["1", "2"]]}).to_dataframe()
    assert one["X (2)"].tolist() == ["2"]
    assert toy.tables[1].model_copy(update={"header_rows": 9}).to_dataframe().shape == (0, 2)
    for headers in (0, 1, 2):
        empty = toy.tables[1].model_copy(update={"header_rows": headers, "grid": [[], []]})
        assert empty.to_dataframe().shape[1] == 0


def test_labels_do_not_collide_with_numbered_ones() -> None:
    assert unique_labels([("a",), ("a (2)",), ("a",), ("a",)]) == [("a",), ("a (2)",), ("a (3)",), ("a (4)",)]


@given(st.lists(st.tuples(st.sampled_from(["", "a", "a (2)"]), st.sampled_from(["", "b", "(2)"]))))
def test_labels_are_unique(labels: list[tuple[str, ...]]) -> None:
    found = unique_labels(labels)
    assert len(set(found)) == len(found) == len(labels)


def test_without_pandas(schedule: SoeTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"pip install 'soesift\[data\]'"):
        schedule.to_dataframe()


def test_all_formats(toy: Result, tmp_path: Path) -> None:
    written = write_formats(toy, tmp_path / "out", "toy", ["json", "html", "csv", "xlsx", "csv"])
    parts = ["toy_table1.csv", "toy_table1_header.csv", "toy_table1_notes.csv", "toy_table2.csv"]
    names = ["toy.xlsx", *parts, "toy.html", "toy.json"]
    assert [p.name for p in written] == names
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(names)
    assert read_result(written[-1]) == toy


@pytest.mark.parametrize("kind", ["json", "xlsx", "csv", "html"])
def test_unwritable_folder(toy: Result, tmp_path: Path, kind: str) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(WriteError, match=r"cannot write .*choose another place"):
        write_formats(toy, tmp_path / "out", "toy", [kind])  # type: ignore[list-item]
