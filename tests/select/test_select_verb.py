"""`soesift select` and `explain` on a toy ledger, through the real command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from soesift.cli.main import main
from soesift.label.humans import HumanLabel, add_labels
from soesift.label.ledger import Ledger
from soesift.label.recorded import RecordedAnswer, RecordedTable, import_answers
from soesift.label.report import StoredAnswer
from soesift.select.by_name import linear_probability
from soesift.select.from_ledger import belief_of, opinions
from soesift.table.record import TableRecord
from soesift.train.data import read_rows

N = 40
BOX = (50.0, 100.0, 400.0, 300.0)


def record(i: int) -> TableRecord:
    """Even ones are toy schedules with marks, odd ones plain lists."""
    marks = [["Procedure", "Day 1", "Day 8"], [f"Toy test {i}", "X", "X"], ["Weight", "X", "X"]]
    plain = [["Term", "Meaning", "Note"], [f"Toy word {i}", "a thing", "b"], ["Other", "c", "d"]]
    grid = plain if i % 2 else marks
    return TableRecord(table_id=f"toy{i:09d}", document=f"TOY-{i // 4}", page=i, bbox=BOX, grid=grid, header_rows=1)


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A ledger of two views; they disagree on tables 0 and 1, and table 2 has no page view."""
    records = [record(i) for i in range(N)]
    lines = "".join(r.model_dump_json() + "\n" for r in records)
    (tmp_path / "tables.jsonl").write_text(lines)
    gold = [{"table_id": r.table_id, "label": ("soe", "other")[i % 2]} for i, r in enumerate(records)]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(g) + "\n" for g in gold))
    theirs = [RecordedTable(table_id=r.table_id, document=r.document, page=r.page, bbox=BOX) for r in records]
    answers = [
        RecordedAnswer(
            table_id=r.table_id,
            view=view,
            model="toy",
            confidence=90,
            answer="YES" if (i % 2 == 0) != (view == "page" and i < 2) else "NO",
        )
        for i, r in enumerate(records)
        for view in ("json", "page")
        if (i, view) != (2, "page")
    ]
    book = Ledger(tmp_path / "labels.db")
    import_answers(book, answers, theirs, records)
    book.close()
    return tmp_path


def run(folder: Path, *words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([word.replace("@", f"{folder}/") for word in words])
    return int(stopped.value.code or 0)


def choose(folder: Path, rule: str, *more: str) -> list[dict]:
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl", "--rule", rule]
    assert run(folder, *where, *more) == 0
    return [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]


def test_agreement_drops_what_views_dispute_or_lack(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = choose(toy, "agreement", "--reference", str(toy / "gold.jsonl"))
    assert {f"toy{i:09d}" for i in range(3, N)} == {row["table_id"] for row in rows}
    first = {
        "table_id": "toy000000003",
        "label": "other",
        "weight": 1.0,
        "provenance": "toy, agreement",
        "group": "TOY-0",
    }
    assert rows[0] == first
    said = capsys.readouterr().out
    assert "true YES kept: 90.0 %" in said
    assert "error correlation (rho) of json (toy) and page (toy)" in said
    assert (toy / "out.md").read_text() in said
    assert (toy / "out.png").read_bytes().startswith(b"\x89PNG")


def test_written_labels_are_what_train_reads(toy: Path) -> None:
    choose(toy, "soft", "--audit", str(toy / "gold.jsonl"), "--audit-size", "10")
    rows = read_rows(toy / "tables.jsonl", toy / "out.jsonl", ["other", "soe"], lambda r: r.table_id)
    assert len(rows) == N
    assert sum(row.target[1] in (0, 1) for row in rows) <= 1  # the one that the audit found wrong is a person's now
    assert all(sum(row.target) == pytest.approx(1) for row in rows)
    assert rows[4].target[1] > 0.9 > 0.1 > rows[5].target[1]
    assert rows[4].group == "TOY-1"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [("all", N), ("random_drop", N - 3), ("matched_drop", N - 3), ("positive_drop", N - 1), ("relabel_or", N)],
)
def test_controls(toy: Path, rule: str, kept: int) -> None:
    assert len(choose(toy, rule)) == kept


def test_certified_keeps_pots_apart(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Ledger(toy / "labels.db")
    said = [(f"toy{i:09d}", ("yes", "no")[i % 2]) for i in range(3, N)]
    audited = [HumanLabel(table_id=table, label=label, pot="audit") for table, label in said]
    add_labels(book, audited)
    rows = choose(toy, "certified", "--audit", "humans", "--alpha", "0.2")
    assert len(rows) == N - 3
    assert "certificate YES (at most 20.0% wrong" in capsys.readouterr().out
    add_labels(book, [HumanLabel(table_id="toy000000005", label="no", pot="repair")])
    book.close()
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl"]
    where += ["--rule", "certified"]
    assert run(toy, *where, "--audit", "humans") == 2
    assert "were chosen for repair and given as audit" in capsys.readouterr().err
    repair = [label.model_copy(update={"pot": "repair"}) for label in audited[:1]]
    (toy / "pots.jsonl").write_text(repair[0].model_dump_json() + "\n")
    assert run(toy, *where, "--audit", str(toy / "pots.jsonl")) == 2
    assert "only rows drawn at random certify" in capsys.readouterr().err


def test_the_audits_judgements_replace_wrong_labels(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They were bought, and left the wrong label in place."""
    book = Ledger(toy / "labels.db")
    add_labels(book, [HumanLabel(table_id="toy000000005", label="yes", pot="audit")])
    book.close()
    row = next(row for row in choose(toy, "agreement") if row["table_id"] == "toy000000005")
    assert (row["label"], row["provenance"]) == ("soe", "human")
    assert "people's labels: 1 replace the teacher's" in capsys.readouterr().out


def test_an_audit_is_not_drawn_or_tested_again_until_it_passes(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl", "--rule", "certified"]
    where += ["--audit", "@gold.jsonl", "--audit-size", "15"]
    assert run(toy, *where) == 0
    assert "audit: test 1 of 1 planned, at risk 0.1" in capsys.readouterr().out
    assert run(toy, *where) == 0
    assert run(toy, *where, "--seed", "1") == 2
    assert "drawn again until it passes guarantees nothing" in capsys.readouterr().err
    assert run(toy, *where, "--alpha", "0.2") == 2
    assert "planned with --alpha 0.05" in capsys.readouterr().err
    assert run(toy, *where, "--views", "json") == 2
    assert "tested once; the beliefs and the judgements changed since" in capsys.readouterr().err


def test_an_edited_file_of_labels_is_no_new_audit(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line taken away had made it another source: another plan, another draw, another first test."""
    lines = (toy / "gold.jsonl").read_text().splitlines(keepends=True)
    (toy / "shorter.jsonl").write_text("".join(lines[:-1]))
    (toy / "mended.jsonl").write_text("".join([lines[0].replace("soe", "other"), *lines[1:]]))
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl", "--rule", "certified"]
    where += ["--audit-size", "15", "--audit"]
    assert run(toy, *where, "@gold.jsonl") == 0
    assert run(toy, *where, "@shorter.jsonl", "--seed", "1") == 2
    assert "another file of labels of the same tables is the same audit" in capsys.readouterr().err
    for name in ("@shorter.jsonl", "@mended.jsonl"):
        assert run(toy, *where, name) == 2
        assert "tested once; the judgements changed since" in capsys.readouterr().err


def test_labels_of_other_tables_are_another_audit(toy: Path) -> None:
    lines = (toy / "gold.jsonl").read_text().splitlines(keepends=True)
    for name, part in (("first", lines[:22]), ("second", lines[22:])):
        (toy / f"{name}.jsonl").write_text("".join(part))
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl", "--rule", "certified"]
    assert run(toy, *where, "--audit", "@first.jsonl", "--audit-size", "8") == 0
    assert run(toy, *where, "--audit", "@second.jsonl", "--audit-size", "6", "--seed", "1") == 0


def test_beliefs_that_came_after_an_outside_audit_are_refused(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Ledger(toy / "labels.db")
    labels = [HumanLabel(table_id=f"toy{i:09d}", label=("yes", "no")[i % 2], pot="audit") for i in range(3, N)]
    add_labels(book, [one.model_copy(update={"beliefs": "of last week"}) for one in labels])
    book.close()
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl", "--rule", "certified"]
    assert run(toy, *where, "--audit", "humans") == 2
    assert "judged on other beliefs than the ledger holds now" in capsys.readouterr().err


@pytest.mark.parametrize("rule", ["agreement", "self_trained"])
def test_an_audits_labels_replace_the_teachers_whatever_the_rule(toy: Path, rule: str) -> None:
    wrong = "toy000000004"
    gold = [json.loads(line) for line in (toy / "gold.jsonl").read_text().splitlines()]
    gold = [one | {"label": "other"} if one["table_id"] == wrong else one for one in gold]
    (toy / "people.jsonl").write_text("".join(json.dumps(one) + "\n" for one in gold))
    before = {row["table_id"]: row for row in choose(toy, rule)}
    after = {row["table_id"]: row for row in choose(toy, rule, "--audit", "@people.jsonl")}
    assert (before[wrong]["label"], after[wrong]["label"], after[wrong]["provenance"]) == ("soe", "other", "human")
    assert {t for t in before if before[t] != after[t]} == {wrong}


def test_hybrid_puts_human_labels_where_the_rule_drops(toy: Path) -> None:
    book = Ledger(toy / "labels.db")
    add_labels(book, [HumanLabel(table_id="toy000000001", label="no", pot="repair", simulated=True)])
    book.close()
    rows = {row["table_id"]: row for row in choose(toy, "agreement", "--hybrid")}
    assert rows["toy000000001"]["provenance"] == "simulated human"
    assert "toy000000000" not in rows


def test_errors_say_what_to_do(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["select", "@labels.db", "--tables", "@tables.jsonl", "--out", "@out.jsonl"]
    assert run(toy, *where, "--rule", "certified") == 2
    assert "needs a random audit" in capsys.readouterr().err
    assert run(toy, *where, "--rule", "crowd") == 2
    assert "Dawid-Skene needs 3" in capsys.readouterr().err
    assert run(toy, *where, "--views", "html") == 2
    assert "no answer in view 'html'; the ledger holds json, page" in capsys.readouterr().err
    assert not (toy / "out.jsonl").exists()


def test_explain_tells_belief_decision_and_reason(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(toy, "explain", "toy000000002", "--ledger", "@labels.db") == 0
    said = capsys.readouterr().out
    assert "belief json (toy): 0.900" in said
    assert "belief page (toy): none (no_answer)" in said
    assert "decision (agreement; nothing was selected yet): yes, dropped (views disagree, or one is missing)" in said


def answer(**changes: object) -> StoredAnswer:
    whole = {
        "table_id": "t",
        "document": "d",
        "page": 1,
        "view": "json",
        "model": "m",
        "prompt": "p",
        "sample": 0,
        "label": "yes",
        "failure": None,
        "reason": "",
        "raw": "",
        "logprobs": None,
        "token": None,
        "confidence": None,
        "left_out": [],
        "source": "",
        "cost": None,
        "tokens": 0,
        "created": 0.0,
    }
    return StoredAnswer(**(whole | changes))  # type: ignore[arg-type]


def test_best_source_of_belief_wins() -> None:
    tokens = [["Answer", -0.1, []], ["YES", -0.2, [["YES", np.log(0.6)], ["NO", np.log(0.2)]]]]
    assert belief_of([answer(logprobs=tokens, token=1, confidence=99)]).p == pytest.approx(0.75)
    three = [answer(sample=i, label=label) for i, label in enumerate(("yes", "yes", "no"))]
    assert belief_of(three).p == pytest.approx(2.5 / 4)
    assert belief_of([answer(confidence=80, label="no")]).p == pytest.approx(0.2)
    assert belief_of([answer(label=None, failure="parse")]).failure == "unparsable"


def test_views_are_asked_for_by_name_and_prompts_are_columns_of_their_own() -> None:
    found = opinions([answer(prompt="a"), answer(prompt="b", label="no"), answer(view="page")], ["json"])
    assert [column.prompt for column in found.columns] == ["a", "b"]
    assert found.beliefs.tolist() == [[0.75, 0.25]]


def test_soft_targets_weigh_both_classes() -> None:
    x = np.array([[0.0], [1.0]] * 300)
    p = linear_probability(x, np.tile([0.2, 0.8], 300), np.ones(600), np.array([[0.0], [1.0]]))
    assert p == pytest.approx([0.2, 0.8], abs=0.1)
    assert linear_probability(x, np.ones(600), np.ones(600), x[:2]).tolist() == [1.0, 1.0]
