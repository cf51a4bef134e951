"""Answers recorded elsewhere, in the shape that they really have (made-up content)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import toy, write_tables

from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.label.ledger import Ledger
from soesift.label.recorded import RecordedAnswer, RecordedTable, import_answers, match, overlap, read_lines
from soesift.label.report import stored_answers

boxes = st.tuples(*[st.floats(0, 500)] * 4).map(lambda b: (b[0], b[1], b[0] + b[2] + 1, b[1] + b[3] + 1))


def theirs(name: str, page: int, bbox: tuple[float, ...], document: str = "TOY-1") -> dict[str, Any]:
    grid = [["Procedure", None], ["Line\nbreak", ""]]
    return {"table_id": name, "document": document, "page": page, "bbox": list(bbox), "grid": grid}


def said(name: str, page: int, view: str, answer: str) -> dict[str, Any]:
    about = {"table_id": name, "document": "TOY-1", "page": page, "view": view}
    return about | {"answer": answer, "confidence": 99, "model": "claude"}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


OURS = [
    toy(1, bbox=(50, 100, 400, 300)),
    toy(2, bbox=(50, 100, 400, 300)),
    toy(3, bbox=(50, 100, 400, 300)),
    toy(4, bbox=None),
]
TABLES = [
    theirs("a", 1, (52, 98, 402, 305)),  # nearly the same
    theirs("b", 2, (50, 100, 400, 180)),  # a part of ours
    theirs("c", 2, (50, 190, 400, 300)),  # another part: one to one, the better one wins
    theirs("d", 3, (50, 100, 400, 300), "TOY-2"),  # another document
    theirs("e", 4, (50, 100, 400, 300)),  # ours has no box
]
ANSWERS = [
    said("a", 1, "json", "YES"),
    said("a", 1, "page", "NO"),
    said("b", 2, "json", "NO"),
    said("c", 2, "json", "perhaps"),
    said("d", 3, "json", "YES"),
    said("zz", 3, "json", "YES"),
]


def test_tables_are_matched_by_place_one_to_one() -> None:
    matching = match([RecordedTable(**table) for table in TABLES], OURS)
    assert matching.pairs == {"a": OURS[0].table_id, "c": OURS[1].table_id}
    assert sorted(matching.theirs) == ["b", "d", "e"]
    assert matching.ours == [OURS[2].table_id, OURS[3].table_id]


def test_answers_become_rows_and_a_second_import_adds_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.db")
    tables, answers = [RecordedTable(**t) for t in TABLES], [RecordedAnswer(**a) for a in ANSWERS]
    got = import_answers(ledger, answers, tables, OURS)
    assert (got.answers, got.failures, got.of_unmatched, got.without_table) == (3, 1, 2, 1)
    again = import_answers(ledger, answers, tables, OURS)
    assert (again.answers, again.before) == (0, 3)
    rows = stored_answers(ledger)
    told = [(row.table_id, row.view, row.label, row.failure, row.confidence, row.model) for row in rows]
    assert told == [
        (OURS[0].table_id, "json", "yes", None, 99, "claude"),
        (OURS[0].table_id, "page", "no", None, 99, "claude"),
        (OURS[1].table_id, "json", None, "off_label", 99, "claude"),
    ]
    assert rows[0].logprobs is None
    assert rows[0].source == "recorded"


def test_the_verb_reads_the_two_files_and_says_what_did_not_match(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = write_tables(tmp_path / "ours.jsonl", OURS)
    answers, tables = write(tmp_path / "a.jsonl", ANSWERS), write(tmp_path / "t.jsonl", TABLES)
    command = [
        "label",
        "import-answers",
        str(ours),
        str(answers),
        str(tables),
        "--ledger",
        str(tmp_path / "l.db"),
    ]
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "tables: 2 of 5 matched; of ours 2 without an answer" in out
    assert "answers: 3 written" in out
    assert "2 of unmatched tables, 1 of unknown tables" in out


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [ANSWERS[0], {"table_id": "x"}])
    with pytest.raises(UsageError, match="line 2: view"):
        read_lines(path, RecordedAnswer)


@given(boxes, boxes)
def test_overlap_is_a_symmetric_share(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    union, inside = overlap(a, b)  # type: ignore[arg-type]
    assert (union, inside) == pytest.approx(overlap(b, a))  # type: ignore[arg-type]
    assert 0 <= union <= inside <= 1 + 1e-9
    assert overlap(a, a) == pytest.approx((1, 1))  # type: ignore[arg-type]


@given(st.lists(boxes, max_size=6), st.lists(boxes, max_size=6))
def test_a_matching_is_one_to_one_and_complete(a: list[Any], b: list[Any]) -> None:
    left = [RecordedTable(**theirs(f"t{i}", 1, box)) for i, box in enumerate(a)]
    right = [toy(1, table_id=f"o{i}", bbox=box) for i, box in enumerate(b)]
    matching = match(left, right)
    assert len(set(matching.pairs.values())) == len(matching.pairs)
    assert len(matching.pairs) + len(matching.theirs) == len(left)
    assert len(matching.pairs) + len(matching.ours) == len(right)
