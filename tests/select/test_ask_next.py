"""Which table to ask a person about next: the least sure, spread over protocols; never for an audit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.select.by_name import ask_next, chances

pytest.importorskip("sklearn")


def code(arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


def test_the_nearest_to_one_half_of_each_protocol_come_first() -> None:
    p = np.array([0.5, 0.51, 0.9, 0.3, np.nan, 0.02])
    groups = ["a", "a", "a", "b", "b", "c"]
    assert ask_next(p, groups, 3).tolist() == [0, 3, 5]
    assert ask_next(p, groups, 99).tolist() == [0, 3, 5, 1, 2]


def test_what_is_known_is_not_asked_again_and_one_kind_is_refused() -> None:
    numbers = np.array([[0.0], [1.0], [0.5], [0.1]])
    p = chances(numbers, ["n", "y", "between", "low"], {"n": 0, "y": 1})
    assert np.isnan(p[:2]).all()
    assert abs(p[2] - 0.5) < abs(p[3] - 0.5)
    with pytest.raises(UsageError, match="both kinds"):
        chances(numbers, ["n", "y", "between", "low"], {"n": 0})


def test_tasks_are_the_doubtful_tables_and_an_audit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def grid(kind: int, i: int) -> list[list[str]]:
        marks = [["Procedure", "Day 1", "Day 8"], [f"Test {i}", "X", "X"], ["Weight", "X", "X"]]
        plain = [["Term", "Meaning", "Note"], [f"Word {i}", "a thing", "b"], ["Other", "c", "d"]]
        return [plain, marks, [["Procedure", "Meaning", "Day 8"], ["Test", "a thing", "X"]]][kind]

    kinds = [0, 1, 0, 1, 0, 1, 2, 0, 1]
    lines = [
        {"table_id": f"t{i}", "document": f"d{i % 3}", "header_rows": 1, "grid": grid(k, i)}
        for i, k in enumerate(kinds)
    ]
    (tmp_path / "tables.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    known = [{"table_id": f"t{i}", "label": ("other", "soe")[kinds[i]]} for i in range(4)]
    (tmp_path / "known.jsonl").write_text("".join(json.dumps(line) + "\n" for line in known))
    out = tmp_path / "tasks.json"
    asked = ["label", "export-tasks", str(tmp_path / "tables.jsonl"), "--format", "labelstudio", "--out", str(out)]
    more = ["--next", "1", "--known", str(tmp_path / "known.jsonl")]
    assert code([*asked, "--pot", "repair", *more]) == 0
    assert '"t6"' in out.read_text()
    assert '"t7"' not in out.read_text()
    assert code([*asked, "--pot", "audit", *more]) == 2
    assert "random sample" in capsys.readouterr().err
