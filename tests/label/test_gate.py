"""The candidate gate: thresholds by recall, what is lost is named, an unknown recall is never a number."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.label.gate import gate, highest_threshold
from soesift.table.record import TableRecord

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(SHARES, st.floats(0.01, 1))
def test_the_threshold_keeps_the_recall_and_a_higher_one_does_not(p: list[float], recall: float) -> None:
    score = np.array(p)
    at = highest_threshold(score, recall)
    assert (score >= at).mean() >= recall - 1e-9
    assert (score > at).mean() < recall or (score > at).sum() == len(score) - (score == at).sum()
    above = score[score > at]
    if len(above):
        assert (score >= above.min()).mean() < recall + 1e-9


def test_what_is_lost_is_counted_and_named() -> None:
    done = gate([0.9, 0.2, 0.4, 0.1], [1, 1, 0, -1], threshold=0.3)
    assert done.passes.tolist() == [True, False, True, False]
    assert done.lost == [1]
    assert done.recall.value == 0.5
    assert done.recall.low < 0.5 < done.recall.high


def test_an_unknown_recall_is_said_to_be_unknown() -> None:
    done = gate([0.9, 0.2], [-1, -1], threshold=0.3)
    assert "recall unknown" in str(done)
    assert done.summary()["recall"] is None


def test_no_schedule_to_choose_by_is_an_error() -> None:
    with pytest.raises(UsageError, match="no known schedule"):
        gate([0.9, 0.2], [0, -1])


def write(folder: Path) -> None:
    """Two toy schedules, two plain lists."""
    soe = [
        ["Procedure", "Screening", "Day 1", "Week 4"],
        ["Informed consent", "X", "", ""],
        ["ECG", "X", "X", "X"],
        ["Vital signs", "X", "X", "X"],
        ["Adverse events", "", "X", "X"],
    ]
    plain = [["Term", "Meaning"], ["toy", "a thing"]]
    grids = {"a": soe, "b": plain, "c": soe, "d": plain}
    records = [TableRecord(table_id=k, document="TOY", page=1, grid=g, header_rows=1) for k, g in grids.items()]
    (folder / "tables.jsonl").write_text("".join(r.model_dump_json() + "\n" for r in records))
    gold = [{"table_id": k, "label": "soe" if k in "ac" else "other"} for k in grids]
    (folder / "gold.jsonl").write_text("".join(json.dumps(g) + "\n" for g in gold))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return int(stopped.value.code or 0)


def test_the_verb_writes_what_passes_and_its_recall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    gold, out = str(tmp_path / "gold.jsonl"), tmp_path / "gated.jsonl"
    assert run("gate", str(tmp_path / "tables.jsonl"), "--gold", gold, "--out", str(out)) == 0
    assert [json.loads(line)["table_id"] for line in out.read_text().splitlines()] == ["a", "c"]
    assert json.loads((tmp_path / "gated.gate.json").read_text())["recall"] == 1.0
    assert "2 of 4 tables pass" in capsys.readouterr().out


def test_the_verb_without_labels_wants_a_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    assert run("gate", str(tmp_path / "tables.jsonl"), "--out", str(tmp_path / "g.jsonl")) == 2
    assert "--threshold" in capsys.readouterr().err
    assert not (tmp_path / "g.jsonl").exists()


def test_evaluate_scores_the_tables_of_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    words = ["evaluate", str(tmp_path / "tables.jsonl"), "--model", "rule", "--resamples", "50"]
    assert run(*words, "--gold", str(tmp_path / "gold.jsonl"), "--out", str(tmp_path / "e.json")) == 0
    found = json.loads((tmp_path / "e.json").read_text())
    assert found["tables"] == 4
    assert found["schedules"] == 2
    assert found["pooled"]["precision"][0] == 1.0
    assert found["pooled"]["f1"][1] <= found["pooled"]["f1"][0] <= found["pooled"]["f1"][2]
    assert (
        run(*words, "--threshold", "0", "--gold", str(tmp_path / "gold.jsonl"), "--out", str(tmp_path / "e.json")) == 0
    )
    assert json.loads((tmp_path / "e.json").read_text())["pooled"]["precision"][0] == 0.5
    capsys.readouterr()
    assert run(*words, "--gold", str(tmp_path)) == 2
    assert "folder of page labels" in capsys.readouterr().err


def test_evaluate_scores_a_folder_of_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, results = tmp_path / "gold", tmp_path / "results"
    gold.mkdir(), results.mkdir()
    for name, pages in (("A", [3, 4]), ("B", [7])):
        table = {"type": "main_soa", "grid_pages": pages, "footnote_pages": []}
        (gold / f"{name}.json").write_text(json.dumps({"soe_tables": [table]}))
    found = {"document": "A", "tables": [{"pages": [3, 4], "table_type": "main_soa"}]}
    (results / "A.json").write_text(json.dumps(found))
    out = tmp_path / "e.json"
    assert run("evaluate", str(results), "--gold", str(gold), "--resamples", "50", "--out", str(out)) == 0
    told = json.loads(out.read_text())["strict"]
    assert told["page_f1"][0] == 0.8  # 2 of 3 pages, none false
    assert told["without_result"] == ["B"]
    assert "without result: B" in capsys.readouterr().out
