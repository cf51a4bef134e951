from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply, completion
from toys import toy, toys, write_tables

from soesift.cli.main import main

CONFIG = '[provider]\nmodel = "toy"\nbase_url = "{url}"\n[sampling]\nmode = "logprobs"\n'


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    told = capsys.readouterr()
    return int(caught.value.code or 0), told.out, told.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tables(tmp_path / "t.jsonl", toys(3))
    return tmp_path


def test_plan_label_status_explain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, ledger, how = folder / "t.jsonl", folder / "l.db", folder / "c.toml"
    with Loopback(lambda n, body: completion("MAYBE") if n == 1 else completion("YES")) as server:
        how.write_text(CONFIG.format(url=server.url))
        code, out, _ = call(capsys, "plan", tables, "-c", how)
        assert "calls: 6 (json 3, page 3)" in out
        assert server.log == []  # a plan sends nothing
        code, out, _ = call(capsys, "label", tables, "-c", how, "--ledger", ledger)
    assert code == 0
    assert "6 labels written" in out
    assert "1 off_label" in out
    _, out, _ = call(capsys, "plan", tables, "-c", how, "--ledger", ledger)
    assert "calls: 0 (none)" in out
    _, out, _ = call(capsys, "status", ledger)
    assert "failures: 1 off_label" in out
    assert call(capsys, "status", "--ledger", ledger)[1] == out
    assert "soe-v1/page-v1" in out
    _, out, _ = call(capsys, "explain", toy(1).table_id, "--ledger", ledger)
    assert "table toy000000001: TOY-1, page 1" in out
    assert "votes json, toy: 1 yes" in out
    assert "'NO' -2.400" in out


def test_what_models_say_becomes_soft_labels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from soesift.classify.shipped import load_judge

    tables, out = folder / "t.jsonl", folder / "labels.jsonl"
    code, told, _ = call(capsys, "label", "distil", tables, "--model", "rule", "--model", "linear", "--out", out)
    assert (code, "soft labels of 3 tables" in told) == (0, True)
    mean = sum(load_judge(name).probabilities(toys(3))[:, :2] for name in ("rule", "linear")) / 2
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    shares = [[row["label"]["soe"], row["label"]["sampling"]] for row in rows]
    assert shares == [pytest.approx(two.tolist(), abs=1e-5) for two in mean]
    assert all(sum(row["label"].values()) == pytest.approx(1, abs=1e-5) for row in rows)
    assert {row["provenance"] for row in rows} == {"models: rule, linear"}
    call(capsys, "label", "distil", tables, "--model", "linear", "--two-classes", "--out", out)
    assert {tuple(json.loads(line)["label"]) for line in out.read_text().splitlines()} == {("other", "soe")}
    code, _, err = call(capsys, "label", "distil", tables, "--model", "none-such", "--out", out)
    assert (code, "no model none-such" in err) == (2, True)


def test_batch_files_go_out_and_come_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    how = folder / "c.toml"
    how.write_text('[provider]\nmodel = "gpt-4o-mini"\n[views]\nnames = ["json"]\n')
    common = ["--ledger", folder / "l.db", "-c", how, "--format", "openai"]
    _, out, _ = call(capsys, "label", "write-batch", folder / "t.jsonl", *common, "--out", folder / "b.jsonl")
    assert "3 requests written" in out
    body = json.loads(completion("NO")[2])
    keys = [json.loads(line)["custom_id"] for line in (folder / "b.jsonl").read_text().splitlines()]
    results = [{"custom_id": key, "response": {"status_code": 200, "body": body}} for key in keys]
    (folder / "r.jsonl").write_text("".join(json.dumps(item) + "\n" for item in results))
    _, out, _ = call(capsys, "label", "read-batch", folder / "r.jsonl", *common)
    assert "3 labels and 0 failures" in out
    _, out, _ = call(capsys, "label", "write-batch", folder / "t.jsonl", *common, "--out", folder / "b.jsonl")
    assert "0 requests written" in out


def test_task_and_prompt_lie_beside_the_configuration_wherever_one_stands(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = 'id = "own"\nname = "kind"\nsource = "protocols"\ndefinition = "D."\ntraits = ["T."]\n'
    classes = "".join(f'[[labels.class]]\nname = "{name}"\ndefinition = "D."\n' for name in ("calendar", "rest"))
    (folder / "task.toml").write_text(task + classes)
    asked = 'id = "mine"\nviews = ["json"]\nsystem = "My words: {{classes}}"\nuser = "{{view}} {{answers}}?"\n'
    (folder / "prompt.toml").write_text(asked)
    own = '\n[views]\nnames = ["json"]\nprompts = { json = "prompt.toml" }\n'
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    bodies: list[dict[str, Any]] = []

    def answer(n: int, body: dict[str, Any]) -> Reply:
        bodies.append(body)
        return completion("CALENDAR", logprobs=False)

    with Loopback(answer) as server:
        how = CONFIG.format(url=server.url).replace('"logprobs"', '"samples"\nsamples = 1')
        (folder / "c.toml").write_text('task = "task.toml"\n' + how + own)
        code, _, err = call(capsys, "label", folder / "t.jsonl", "-c", folder / "c.toml", "--ledger", folder / "l.db")
    assert code == 0, err
    said = bodies[0]["messages"]
    assert said[0]["content"].startswith("My words: CALENDAR: D.")
    assert said[-1]["content"].endswith("CALENDAR or REST?")


def test_human_labels_go_in_and_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "h.csv").write_text("table_id,label\ntoy000000001,yes\n")
    ledger = ["--ledger", folder / "l.db"]
    _, out, _ = call(capsys, "label", "import-humans", folder / "h.csv", *ledger, "--format", "csv", "--pot", "audit")
    assert "1 of 1 labels written" in out
    _, out, _ = call(capsys, "explain", "toy000000001", *ledger)
    assert "human (audit, human): yes" in out
    call(capsys, "label", "export-humans", *ledger, "--format", "jsonl", "--out", folder / "h.jsonl")
    assert json.loads((folder / "h.jsonl").read_text())["pot"] == "audit"
    tasks = ["--format", "argilla", "--pot", "repair", "--out", folder / "tasks.json"]
    _, out, _ = call(capsys, "label", "export-tasks", folder / "t.jsonl", *tasks)
    assert "3 tasks written" in out


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ('[provider]\nmodle = "x"\n', "did you mean model?"),
        ('[provider]\nmodel = "x"\napi_key_env = "SOESIFT_NO_SUCH_KEY"\n', "SOESIFT_NO_SUCH_KEY is not set"),
        ('[provider]\nmodel = "x"\n[views]\nnames = ["jsn"]\n', "no view 'jsn'; did you mean json?"),
        ('task = "soe"\n[provider]\nmodel = "x"\n', "no task 'soe'"),
        ('[provider]\nmodel = "x"\n[run]\nconcurrency = 99\n', "must not exceed concurrency_max"),
    ],
)
def test_mistakes_are_one_line_with_exit_2(
    config: str, says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "c.toml").write_text(config)
    ledger = ["--ledger", folder / "l.db"]
    code, _, err = call(capsys, "label", folder / "t.jsonl", "-c", folder / "c.toml", *ledger)
    assert code == 2
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("verb", [["status", "none.db"], ["explain", "x", "--ledger", "none.db"]])
def test_looking_at_no_ledger_makes_none(
    verb: list[str], folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    code, _, err = call(capsys, *verb)
    assert code == 2
    assert "no such ledger" in err
    assert not (folder / "none.db").exists()


@pytest.mark.parametrize("verb", ["plan", "label", "explain", "status"])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, verb, "--help")
    assert code == 0
    assert "Usage:" in out
