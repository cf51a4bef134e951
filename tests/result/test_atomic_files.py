"""A file is whole or not there, and names stay in their folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift import files
from soesift.files import WriteError, safe_stem, write_atomically


def test_writes_text_and_bytes_and_makes_folders(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "a" / "b" / "x.txt", "é\n")
    assert path.read_bytes() == "é\n".encode()
    assert write_atomically(str(path), b"\x00").read_bytes() == b"\x00"
    assert write_atomically(path, iter(["é", "", "\n"])).read_bytes() == "é\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["x.txt"]


def test_pieces_that_end_in_a_fault_leave_the_old_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "new"
        raise RuntimeError("no more")

    path = write_atomically(tmp_path / "x.txt", "old")
    with pytest.raises(RuntimeError, match="no more"):
        write_atomically(path, pieces())
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_a_failed_write_leaves_the_old_file_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_atomically(tmp_path / "x.txt", "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WriteError, match="No space left on device; choose another place"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.txt"]


def test_folder_in_the_way_and_null_byte(tmp_path: Path) -> None:
    (tmp_path / "x.txt").mkdir()
    for name in ("x.txt", "a\x00b"):
        with pytest.raises(WriteError):
            write_atomically(tmp_path / name, "new")
    assert os.listdir(tmp_path) == ["x.txt"]


def test_new_files_follow_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        assert write_atomically(tmp_path / "x", "").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(old)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("NCT01 v2.1 (final)", "NCT01 v2.1 (final)"),
        ("プロトコル", "プロトコル"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a<b>:"c"|d?', "a_b_c_d_"),
        ("con", "_con"),
        ("nul.txt", "_nul.txt"),
        (" .. ", "document"),
        ("", "document"),
    ],
)
def test_stems(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@given(st.text(st.characters(), max_size=400))
def test_stems_stay_in_their_folder_and_settle(name: str) -> None:
    stem = safe_stem(name)
    assert Path("out", f"{stem}.json").parent == Path("out")
    assert 0 < len(stem.encode()) <= files.LONGEST_STEM + 1
    assert safe_stem(stem) == stem
