"""The sidecar: only ever longer, one line a correction, whoever writes at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from review_made import correction, made_result, write_made

from soesift.files import WriteError
from soesift.result.store import sidecar_of
from soesift.review.corrections import (
    add_corrections,
    effective,
    read_corrections,
)
from soesift.review.documents import corrected_result

WRITER = """
import sys
from pathlib import Path
from soesift.review.corrections import add_corrections
for n in range(int(sys.argv[3])):
    one = {"id": f"{sys.argv[2]}-{n:08}", "who": sys.argv[2], "what": {"action": "accept", "table": "t1"}, "why": "é"}
    add_corrections(Path(sys.argv[1]), [one])
    print(one["id"], flush=True)
"""


def writer(path: Path, who: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), who, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_a_correction_is_one_line_with_who_when_what_why(tmp_path: Path) -> None:
    path = sidecar_of(tmp_path / "made.json")
    one = correction("zoë", "only the extension", action="retype", table="t1", table_type="track")
    add_corrections(path, [one])
    assert path.name == "made.corrections.jsonl"
    [line] = path.read_text("utf-8").splitlines()
    assert json.loads(line) | {"when": ""} == one | {"when": ""}
    assert json.loads(line)["when"].endswith("+00:00")


def test_the_same_id_counts_once_and_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x.corrections.jsonl"
    one = correction(action="accept", table="t1")
    add_corrections(path, [one])
    before = path.read_bytes()
    assert len(add_corrections(path, [one, one])) == 1
    assert path.read_bytes() == before
    add_corrections(path, [correction(action="reject", table="t1")])
    assert path.read_bytes().startswith(before)


def test_half_a_line_is_passed_over_and_stays_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.corrections.jsonl"
    add_corrections(path, [correction(action="accept", table="t1")])
    with path.open("ab") as file:
        file.write(b'{"id": "torn", "wh\xc3')
    assert len(read_corrections(path)) == 1
    assert len(add_corrections(path, [correction(action="accept", table="t2")])) == 2
    assert len(read_corrections(path)) == 2


def test_processes_and_threads_that_write_together_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.corrections.jsonl"
    others = [writer(path, who, 25) for who in ("anna", "ben")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: add_corrections(path, [correction(action="accept", table="t1")]), range(40)))
    assert [other.wait(300) for other in others] == [0, 0]
    assert len(read_corrections(path)) == len(path.read_text().splitlines()) == 90


def test_a_killed_writer_leaves_no_lock_and_loses_nothing_it_said_it_wrote(tmp_path: Path) -> None:
    path = tmp_path / "x.corrections.jsonl"
    other = writer(path, "anna", 100_000)
    assert other.stdout is not None
    said = [other.stdout.readline().strip() for _ in range(20)]
    os.kill(other.pid, signal.SIGKILL)
    said += other.stdout.read().split()
    other.wait(300)
    kept = {one["id"] for one in add_corrections(path, [correction(action="accept", table="t1")])}
    assert set(said) <= kept


def test_undo_takes_back_and_can_be_taken_back() -> None:
    first, second = correction(action="accept", table="t1"), correction(action="reject", table="t1")
    undo = correction(action="undo", correction=second["id"])
    redo = correction(action="undo", correction=undo["id"])
    assert effective([first, second]) == [first, second]
    assert effective([first, second, undo]) == [first]
    assert effective([first, second, undo, redo]) == [first, second]


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot write"):
        add_corrections(tmp_path / "none" / "x.corrections.jsonl", [correction(action="accept", table="t1")])


def test_a_result_is_read_with_its_sidecar(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    untouched, said = corrected_result(path)
    assert (untouched.tables, said) == (made_result().tables, [])
    assert untouched.document.review == "not signed: 3 still to decide, 1 table nobody has looked at"
    add_corrections(
        sidecar_of(path), [correction(action="reject", table="t2"), correction(action="reject", table="t9")]
    )
    result, said = corrected_result(path)
    assert [table.id for table in result.tables] == ["t1"]
    assert len(said) == 1
    assert said[0].endswith("by anna: no table t9")
