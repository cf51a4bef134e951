"""One reader of JSON Lines: what ends a line, and what becomes of a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from soesift.errors import UsageError
from soesift.json_lines import json_lines, model_lines, pass_over


class One(BaseModel):
    name: str
    size: int = 0


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"name": "a\u2028b\x85c"}\r\n\n  \n{"name": "d"}'.encode())
    assert [row["name"] for row in json_lines(path)] == ["a\u2028b\x85c", "d"]
    assert [one.name for one in model_lines(path, One)] == ["a\u2028b\x85c", "d"]


def test_a_bad_line_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"name": "a"}\n\n{"name"\n')
    with pytest.raises(UsageError, match=r"a\.jsonl, line 3: is no JSON"):
        list(json_lines(path))
    path.write_text('{"name": "a"}\n{"name": "a", "size": "many"}\n')
    with pytest.raises(UsageError, match=r"a\.jsonl, line 2: size: "):
        list(model_lines(path, One))


def test_or_passed_over_or_told(tmp_path: Path) -> None:
    path, told = tmp_path / "a.jsonl", list[str]()
    path.write_text('{"name": "a"}\n{"name"\n[]\n{"name": "b"}\n{"na')
    assert list(json_lines(path, pass_over)) == [{"name": "a"}, [], {"name": "b"}]
    assert [one.name for one in model_lines(path, One, told.append)] == ["a", "b"]
    assert [line.split(":")[0] for line in told] == [f"{path}, line {number}" for number in (2, 3, 5)]


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"not UTF-8\); give another"):
        list(model_lines(tmp_path / "b", One, hint="; give another"))
    with pytest.raises(UsageError, match="No such file"):
        list(json_lines(tmp_path / "none"))
