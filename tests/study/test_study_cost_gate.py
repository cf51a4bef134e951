"""What arms cost, and a gate within a study: sums counted by hand on toy ledgers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from test_study_verb import N, material, run, study, toml, whole

from soesift.label.config import GateConfig, PriceConfig
from soesift.label.ledger import Ledger
from soesift.label.report import StoredAnswer, stored_answers
from soesift.study.arms import columns_read, direct, learners, taught
from soesift.study.compare import compare
from soesift.study.data import money, read_data, spent_on, teacher_cost
from soesift.study.run import run_study

__all__ = ["study", "whole"]


def answer(table: str, view: str = "json", **changes: object) -> StoredAnswer:
    whole = {
        "table_id": table,
        "document": "D",
        "page": 1,
        "view": view,
        "model": "toy",
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
        "cost": 0.5,
        "tokens": 110,
        "created": 0.0,
        "tokens_in": 100,
        "tokens_out": 10,
        "tokens_cached": 40,
        "seconds": 2.0,
    }
    return StoredAnswer(**(whole | changes))  # type: ignore[arg-type]


def test_money_by_configured_prices_or_as_noted_or_unknown() -> None:
    price = PriceConfig(input=10, output=100, cached_input=1)
    assert money(answer("a"), price) == pytest.approx((60 * 10 + 40 * 1 + 10 * 100) / 1e6)
    assert money(answer("a"), PriceConfig(input=10, output=0)) == pytest.approx(100 * 10 / 1e6)
    assert money(answer("a"), None) == 0.5
    assert np.isnan(money(answer("a", cost=None), None))


def test_tokens_and_seconds_are_summed_by_table_and_column_with_failures() -> None:
    from soesift.select.from_ledger import Column

    columns = [Column("json", "toy", "p"), Column("page", "toy", "p")]
    answers = [answer("a"), answer("a", label=None, failure="off_label"), answer("b", "page"), answer("elsewhere")]
    spent = spent_on(answers, {"a": 0, "b": 1}, columns, {})
    assert spent.tokens.tolist() == [[220, 0], [0, 110]]
    assert spent.seconds.tolist() == [[4, 0], [0, 2]]
    cost = teacher_cost(spent, np.array([True, True]), np.array([True, False]))
    assert cost == {"asked": 2, "tokens": 220, "money": 1.0, "label_seconds": 4}


def test_an_arm_pays_for_what_it_reads(study: Path) -> None:
    config, data = material(study)
    learn = np.ones(N, bool)
    assert columns_read("human", data).sum() == columns_read("rule", data).sum() == 0
    assert columns_read("view:json", data).tolist() == [c.view == "json" for c in data.columns]
    assert columns_read("zero_shot:or", data).all()
    assert columns_read("agreement@0.5", data).all()
    assert learners("agreement", data, learn, 1).sum() == N - 2  # dropped tables had to be asked about too
    assert taught("agreement", data, learn, 1, config).human == 0
    assert taught("human", data, learn, 1, config).human == N - 2
    disputed = N - 2 - len(taught("agreement", data, learn, 1, config).items)
    assert taught("hybrid", data, learn, 1, config).human == disputed
    assert taught("soft", data, learn, 1, config).human >= 2 * config.audit.size


def test_the_report_has_the_cost_of_every_arm(study: Path, whole: Path, tmp_path: Path) -> None:
    for name in ("report.md", "report.html"):
        assert "Cost and time, mean of a training fold" in (whole / name).read_text()
    priced = toml(["human", "agreement", "zero_shot:or"], "human_price = 2.0\n") + (
        "[prices.toy]\ninput = 1\noutput = 1\n"
    )
    (study / "priced.toml").write_text(priced)
    assert run("study", str(study / "priced.toml"), "--out", str(tmp_path), "--quiet") == 0
    rows = (tmp_path / "report.md").read_text().split("### Cost and time")[1].split("###")[0].splitlines()
    cells = {row.split("|")[1].strip(): [c.strip() for c in row.split("|")[2:-1]] for row in rows if row[:1] == "|"}
    people = float(cells["human"][1])
    assert people == pytest.approx((N - 2) * 2 / 3, abs=0.1)  # the mean training fold is two thirds
    assert float(cells["human"][3]) == pytest.approx(2 * people, abs=0.2)
    assert cells["agreement"][1:4] == ["0.0", "0", "0.0000"]  # recorded answers have no tokens


def test_what_stops_at_the_gate_neither_teaches_nor_is_the_teachers_yes(study: Path, tmp_path: Path) -> None:
    config, data = material(study, gate=GateConfig(model="rule", threshold=0.005, gold=study / "gold.jsonl"))
    assert data.gate is not None
    stopped = ~data.gate.passes
    assert 0 < stopped.sum() < N
    assert not (data.pool & stopped).any()
    p = direct("zero_shot:or", data, np.arange(N))
    assert (p[stopped] == 0).all()
    config = config.model_copy(update={"out": tmp_path, "arms": ["human", "zero_shot:or"], "sizes": [], "seeds": [1]})
    found = compare(config, data, run_study(config, data))
    asked = {a.arm: a.cost["asked"] for a in found[0].arms}
    assert asked["zero_shot:or"] <= data.gate.passes.sum() / 2
    from soesift.study.report import markdown

    assert f"gate, rule: {data.gate}" in markdown(config, data, found)


def test_a_base_models_answers_are_a_gate(study: Path) -> None:
    """As in the paper: YES in either view passes; the two tables never asked about pass too."""
    config, data = material(study, gate=GateConfig(ledger=study / "labels.db", threshold=0.5))
    assert data.gate is not None
    book = Ledger(study / "labels.db")
    yes = {a.table_id for a in stored_answers(book) if a.label == "yes"}
    asked = {a.table_id for a in stored_answers(book)}
    book.close()
    passed = {r.table_id for r, ok in zip(data.records, data.gate.passes, strict=True) if ok}
    assert passed == yes | ({r.table_id for r in data.records} - asked)
    assert data.gate.recall.value == 1.0
    none = config.model_copy(update={"gate": GateConfig(ledger=study / "none.db")})
    with pytest.raises(Exception, match="no such ledger"):
        read_data(none)


def test_a_gate_in_the_label_configuration(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """plan and label ask only about what passes; human labels of the ledger measure what is lost."""
    config = tmp_path / "c.toml"
    config.write_text('[provider]\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n[gate]\nthreshold = 0.005\n')
    ledger, tables = tmp_path / "l.db", str(study / "tables.jsonl")
    assert run("plan", tables, "-c", str(config)) == 0
    out = capsys.readouterr().out
    assert "recall unknown: no labels given" in out
    passed = int(out.split("gate, rule: ")[1].split()[0])
    assert 0 < passed < N
    assert f"tables: {passed}\n" in out
    humans = [{"table_id": f"toy{i:09d}", "label": "yes", "pot": "audit"} for i in (0, 1)]
    (tmp_path / "h.jsonl").write_text("".join(json.dumps(h) + "\n" for h in humans))
    human = [str(tmp_path / "h.jsonl"), "--ledger", str(ledger), "--format", "jsonl"]
    assert run("label", "import-humans", *human) == 0
    capsys.readouterr()
    assert run("plan", tables, "-c", str(config), "--ledger", str(ledger)) == 0
    assert "recall 0.5000" in capsys.readouterr().out  # an odd table is a plain list: the gate loses that "schedule"
    batch = ["--format", "openai", "--out", str(tmp_path / "b.jsonl")]
    assert run("label", "write-batch", tables, "-c", str(config), "--ledger", str(ledger), *batch) == 0
    assert "gate, rule:" in capsys.readouterr().out
    assert run("gate", tables, "--threshold", "0.005", "--humans", str(ledger), "--out", str(tmp_path / "g.jsonl")) == 0
    assert "recall 0.5000" in capsys.readouterr().out
    config.write_text(config.read_text().replace("threshold", "treshold"))
    assert run("plan", tables, "-c", str(config)) == 2
    assert "did you mean threshold?" in capsys.readouterr().err
