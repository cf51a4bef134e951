"""`soesift study` on a toy ledger with the linear student, through the real command line; also killed and resumed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.evaluate.bootstrap import holm, two_sided
from soesift.label.ledger import Ledger
from soesift.label.recorded import RecordedAnswer, RecordedTable, import_answers
from soesift.study.arms import direct, quality, taught
from soesift.study.compare import THRESHOLDS, blocks_of, compare
from soesift.study.config import StudyConfig, read_config
from soesift.study.data import StudyData, read_data
from soesift.study.report import _chance, f1_plot, markdown
from soesift.study.run import Result, folds_of, mark_of, one, read_result, result_path, run_study
from soesift.table.record import TableRecord

N, PER = 64, 4  # tables, tables of one protocol
BOX = (50.0, 100.0, 400.0, 300.0)
ARMS = [
    "human",
    "human_all",
    "human_simulated",
    "all",
    "agreement",
    "hybrid",
    "certified",
    "soft",
    "confident",
    "crowd",
    "random_drop",
    "matched_drop",
    "positive_drop",
    "human=tfidf",
    "all=features",
    "relabel_or",
    "relabel_and",
    "view:json",
    "linear",
    "rule",
    "zero_shot:json",
    "zero_shot:or",
    "zero_shot:and",
    "vote:2",
]


def record(i: int) -> TableRecord:
    """Even ones are toy schedules with marks, odd ones plain lists."""
    marks = [["Procedure", "Day 1", "Day 8"], [f"Toy test {i}", "X", "X"], ["Weight", "X", "X"]]
    plain = [["Term", "Meaning", "Note"], [f"Toy word {i}", "a thing", "b"], ["Other", "c", "d"]]
    return TableRecord(
        table_id=f"toy{i:09d}",
        document=f"TOY-{i // PER}",
        page=i,
        bbox=BOX,
        grid=plain if i % 2 else marks,
        header_rows=1,
    )


def said(i: int, view: str) -> bool:
    """Gold is "even"; json calls every eighth plain list a schedule, page misses the schedule of TOY-0."""
    return (i % 8 == 1 or i % 2 == 0) if view == "json" else (i % 2 == 0 and i != 0)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables, ledger (two views; the last two tables never asked), gold labels, configuration."""
    folder = tmp_path_factory.mktemp("study")
    records = [record(i) for i in range(N)]
    (folder / "tables.jsonl").write_text("".join(r.model_dump_json() + "\n" for r in records))
    gold = [{"table_id": r.table_id, "label": ("soe", "other")[i % 2]} for i, r in enumerate(records)]
    (folder / "gold.jsonl").write_text("".join(json.dumps(g) + "\n" for g in gold))
    theirs = [RecordedTable(table_id=r.table_id, document=r.document, page=r.page, bbox=BOX) for r in records]
    answers = [
        RecordedAnswer(table_id=r.table_id, view=view, model="toy", answer="YES" if said(i, view) else "NO")
        for i, r in enumerate(records[:-2])
        for view in ("json", "page")
    ]
    book = Ledger(folder / "labels.db")
    import_answers(book, answers, theirs, records)
    book.close()
    (folder / "study.toml").write_text(toml(ARMS, "sizes = [0.5]\n"))
    return folder


def toml(arms: list[str], more: str = "") -> str:
    return f"""tables = "tables.jsonl"
ledger = "labels.db"
gold = "gold.jsonl"
out = "out"
arms = {json.dumps(arms)}
seeds = [1, 2]
folds = 3
resamples = 200
{more}
[audit]
size = 12
alpha = 0.3
"""


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def whole(study: Path) -> Path:
    assert run("study", str(study / "study.toml"), "--quiet") == 0
    return study / "out"


def test_report_has_every_arm_and_says_why_one_is_missing(whole: Path) -> None:
    text = (whole / "report.md").read_text()
    scored = [arm for arm in ARMS if arm != "crowd"]
    for arm in [*scored, "agreement@0.5"]:
        assert re.search(rf"^\| {re.escape(arm)}( \(simulated non-experts, not people\))? \|", text, re.M), arm
    assert "- not scored, crowd: 1 different models (toy): Dawid-Skene needs 3" in text
    assert "## On tables that the teacher answered: 62 tables (31 SoE) of 16 protocols" in text
    assert "## On all gold tables: 64 tables (32 SoE) of 16 protocols" in text
    assert "| agreement | " in text.split("Beside the paper")[1]
    assert "0.894" in text


def test_zero_shot_scores_are_those_counted_by_hand(whole: Path) -> None:
    text = (whole / "report.md").read_text().split("### Pooled")[1]
    line = re.search(r"^\| zero_shot:json \| (\S+) .*?\| (\S+) ", text, re.M)
    assert line is not None
    assert line.groups() == ("1.000", f"{31 / 39:.3f}")  # 8 plain lists called schedules
    line = re.search(r"^\| zero_shot:and \| (\S+) .*?\| (\S+) ", text, re.M)
    assert line is not None
    assert line.groups() == (f"{30 / 31:.3f}", "1.000")


def test_page_is_one_file_that_fetches_nothing(whole: Path) -> None:
    text = (whole / "report.html").read_text()
    assert text.count("data:image/png;base64,") == 6  # two plots for each set of tables, curve, size curve
    assert not re.search(r"(src|href)=\"(?!data:)", text)


def test_the_seeds_of_an_arm_are_points_beside_its_interval(study: Path, whole: Path) -> None:
    settings = read_config(study / "study.toml")
    data = read_data(settings)
    (first, *_) = compare(settings, data, run_study(settings, data))
    lines = f1_plot(first).axes[0].get_lines()
    points = [line for line in lines if line.get_marker() == "."]
    assert [list(line.get_xdata()) for line in points] == [list(arm.seed_f1) for arm in reversed(first.arms)]
    assert {len(line.get_xdata()) for line in points} >= {2}


def test_results_of_other_settings_are_made_again_and_others_kept(study: Path, whole: Path) -> None:
    path = whole / "results" / "all" / "1-0.json"
    before = path.read_text()
    spoilt = Result.model_validate_json(before).model_copy(update={"mark": "other"})
    path.write_text(spoilt.model_dump_json())
    cut = whole / "results" / "all" / "1-1.json"
    kept = (whole / "results" / "all" / "1-2.json").stat().st_mtime_ns
    cut.write_text(cut.read_text()[:50])
    assert run("study", str(study / "study.toml"), "--quiet") == 0
    again = Result.model_validate_json(path.read_text())
    assert again.p == Result.model_validate_json(before).p
    assert len(Result.model_validate_json(cut.read_text()).p) > 0
    assert (whole / "results" / "all" / "1-2.json").stat().st_mtime_ns == kept


def test_killed_study_goes_on_and_ends_the_same(study: Path, whole: Path, tmp_path: Path) -> None:
    few = ["human", "agreement", "soft", "confident"]
    (study / "few.toml").write_text(toml(few))
    words = [sys.executable, "-m", "soesift.cli.main", "study", str(study / "few.toml"), "--out", str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    results = tmp_path / "results"
    end = time.monotonic() + 300
    while len(list(results.rglob("*.json"))) < 5 and time.monotonic() < end:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    first = {path: path.stat().st_mtime_ns for path in results.rglob("?-?.json")}
    assert 5 <= len(first) < 2 * 3 * len(few)
    assert run("study", str(study / "few.toml"), "--out", str(tmp_path), "--quiet") == 0
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in first.items())
    ended = list(results.rglob("*.json"))
    assert len(ended) == 2 * 3 * len(few)
    for path in ended:
        theirs = Result.model_validate_json((whole / "results" / path.relative_to(results)).read_text())
        assert theirs.p == Result.model_validate_json(path.read_text()).p


def material(study: Path, **changes: object) -> tuple[StudyConfig, StudyData]:
    config = read_config(study / "study.toml").model_copy(update=changes)
    return config, read_data(config)


def test_arms_teach_what_their_names_say(study: Path) -> None:
    config, data = material(study)
    learn = np.ones(N, bool)
    assert len(taught("human", data, learn, 1, config).items) == N - 2
    assert len(taught("human_all", data, learn, 1, config).items) == N
    disputed = [i for i in range(N - 2) if said(i, "json") != said(i, "page")]
    agreed = taught("agreement", data, learn, 1, config)
    assert set(range(N - 2)) - set(agreed.items.tolist()) == set(disputed)
    hybrid = taught("hybrid", data, learn, 1, config)
    assert hybrid.target.tolist() == [float(i % 2 == 0) for i in range(N - 2)]
    single = taught("view:json", data, learn, 1, config)
    assert single.target.tolist() == [float(said(i, "json")) for i in range(N - 2)]
    soft = taught("soft", data, learn, 1, config).target
    assert ((soft > 0) & (soft < 1)).all()
    assert len(taught("random_drop", data, learn, 1, config).items) == N - 2 - len(disputed)
    half = taught("agreement@0.5", data, learn, 1, config)
    assert len(np.unique(data.groups[half.items])) == 8


def test_nothing_held_out_teaches(study: Path) -> None:
    config, data = material(study)
    fold = folds_of(config, data, 1)
    for number in range(config.folds):
        assert not set(data.groups[fold == number]) & set(data.groups[fold != number])
        for arm in ("human_all", "agreement", "hybrid", "certified", "confident", "agreement@0.5"):
            assert (fold[taught(arm, data, fold != number, 1, config).items] != number).all()


def test_folds_depend_on_the_protocols_and_the_seed_alone(study: Path) -> None:
    """A ledger that grew, other gold of the same protocols, another order: every protocol stays in its fold."""
    config, data = material(study)

    def folds(some: StudyData, seed: int) -> dict[str, int]:
        return dict(zip(some.groups.tolist(), folds_of(config, some, seed).tolist(), strict=True))

    whole = folds(data, 1)
    assert folds(data, 2) != whole
    rng, compared = np.random.default_rng(0), 0
    for _ in range(20):
        rows = rng.permutation(N)[: rng.integers(N // 2, N)]
        truth = np.where(rng.random(len(rows)) < 0.5, 1 - data.truth[rows], data.truth[rows])
        some = data._replace(
            records=[data.records[i] for i in rows],
            truth=truth,
            groups=data.groups[rows],
            blocks=[data.blocks[i] for i in rows],
            pool=rng.random(len(rows)) < 0.5,
        )
        if set(some.blocks) == set(data.blocks):
            assert folds(some, 1) == whole
            compared += 1
    assert compared > 5


def test_protocols_without_gold_teach_in_every_fold(study: Path) -> None:
    config, data = material(study)
    truth = np.where(data.groups == "TOY-3", -1, data.truth)
    fold = folds_of(config, data._replace(truth=truth), 1)
    assert set(fold[data.groups == "TOY-3"].tolist()) == {-1}
    assert set(fold[data.groups != "TOY-3"].tolist()) == {0, 1, 2}


def test_votes_span_or_to_and(study: Path) -> None:
    _, data = material(study)
    known, every = data.pool, np.arange(N)
    assert np.array_equal(direct("vote:1", data, every)[known], direct("zero_shot:or", data, every)[known])
    assert np.array_equal(direct("vote:2", data, every)[known], direct("zero_shot:and", data, every)[known])
    assert np.isnan(direct("zero_shot:or", data, every)[~known]).all()
    with pytest.raises(UsageError, match="1 to 2"):
        direct("vote:3", data, every)
    with pytest.raises(UsageError, match="'html'; the ledger holds json, page, toy"):
        direct("zero_shot:html", data, every)


def test_an_arm_that_keeps_nothing_is_named_not_scored(study: Path, tmp_path: Path) -> None:
    config, _ = material(study)
    config = config.model_copy(update={"out": tmp_path, "arms": ["human", "certified"], "sizes": [], "seeds": [1]})
    config.audit = config.audit.model_copy(update={"alpha": 0.001})
    data = read_data(config)
    found = compare(config, data, run_study(config, data))[0]
    assert [a.arm for a in found.arms] == ["human"]
    assert found.not_scored["certified"].startswith("arm certified keeps no label in a training fold")
    assert found.arms[0].difference == {}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("seed = 3", "unknown key seed; did you mean seeds?"),
        ('size_arm = "agreemnt"', "unknown arm agreemnt; did you mean agreement?"),
        ('reference = "soft"', "reference soft is not among the arms"),
        ('student = "encoder"', "needs a [model]"),
        ("sizes = [2]", "sizes are shares"),
        ('resample = "sponsors"', "needs groups, a file of protocols and sponsors"),
    ],
)
def test_wrong_settings_are_named(
    tmp_path: Path, line: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.toml").write_text(toml(["human", "all"], line + "\n"))
    assert run("study", str(tmp_path / "study.toml")) == 2
    assert complaint in capsys.readouterr().err


def test_missing_files_are_named(tmp_path: Path, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study.toml").write_text(toml(["human"]))
    assert run("study", str(tmp_path / "study.toml")) == 2
    assert "no such ledger" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert read_result(tmp_path / "none.json", "mark") is None


def test_scores_at_other_thresholds_are_those_counted_anew(study: Path) -> None:
    config = read_config(study / "study.toml").model_copy(update={"arms": ["human", "rule"], "sizes": []})
    data = read_data(config)
    mine = compare(config, data, run_study(config, data))[0].arms
    rule = next(a for a in mine if a.arm == "rule")
    p = direct("rule", data, np.arange(N))
    for level in THRESHOLDS:
        hit = [(p[rows] > level) & (data.truth[rows] == 1) for rows in protocols(data)]
        wanted = [h.sum() / max(1, (data.truth[rows] == 1).sum()) for h, rows in zip(hit, protocols(data), strict=True)]
        assert rule.at[level][0] == pytest.approx(np.mean(wanted))
    recalls = [rule.at[level][0] for level in THRESHOLDS]
    assert recalls == sorted(recalls, reverse=True)


def test_pooled_average_precision_has_an_interval_around_it(study: Path) -> None:
    config, data = material(study, arms=["linear", "zero_shot:json"], seeds=[1, 2])
    for arm in compare(config, data, run_study(config, data))[0].arms:
        ranked = arm.pooled["average_precision"]
        assert 0 <= ranked.low <= ranked.value <= ranked.high <= 1


def protocols(data: StudyData) -> list[np.ndarray]:
    use = (data.truth >= 0) & data.pool
    return [np.flatnonzero((data.groups == g) & use) for g in np.unique(data.groups[use])]


def encoder_study(study: Path, out: Path) -> StudyConfig:
    """The toy study with an encoder that is not there: only results that lie in `out` can be used."""
    text = toml(["human", "all", "all+linear"], 'student = "encoder"')
    (study / "both.toml").write_text(text.replace("[audit]", '[model]\nbase = "none"\n[audit]'))
    return read_config(study / "both.toml").model_copy(update={"out": out})


def test_beside_the_linear_model_an_encoder_counts_half_its_logit(study: Path, tmp_path: Path) -> None:
    config = encoder_study(study, tmp_path)
    data = read_data(config)
    mark, held = mark_of(config, data), folds_of(config, data, 1) == 0
    names = [data.records[i].table_id for i in np.flatnonzero(held)]
    told = np.linspace(0.1, 0.9, len(names))
    path = result_path(tmp_path, "all", 1, 0)
    path.parent.mkdir(parents=True)
    path.write_text(Result(mark=mark, arm="all", seed=1, fold=0, tables=names, p=told.tolist()).model_dump_json())
    both = one(config, data, "all+linear", 1, 0, held, mark)
    alone = one(config.model_copy(update={"student": "linear"}), data, "all", 1, 0, held, mark)
    assert (both.error, both.tables, both.taught) == ("", names, alone.taught)
    linear = np.clip(np.log(np.array(alone.p) / (1 - np.array(alone.p))), -6, 6)
    wanted = 1 / (1 + np.exp(-(np.log(told / (1 - told)) + linear) / 2))
    np.testing.assert_allclose(both.p, wanted, atol=1e-4)


@pytest.mark.parametrize("arm", ["rule+linear", "zero_shot:or+linear", "linear+linear"])
def test_beside_the_linear_model_only_a_student_is_put(study: Path, arm: str) -> None:
    (study / "wrong.toml").write_text(
        toml(["human", arm], 'student = "encoder"').replace("[audit]", '[model]\nbase = "none"\n[audit]')
    )
    with pytest.raises(UsageError, match=r"\+linear"):
        read_config(study / "wrong.toml")


def test_beside_the_linear_model_needs_an_encoder(study: Path) -> None:
    (study / "wrong.toml").write_text(toml(["human", "all+linear"]))
    with pytest.raises(UsageError, match="encoder"):
        read_config(study / "wrong.toml")


def test_sponsors_are_resampled_on_request_and_chances_are_corrected(study: Path) -> None:
    lines = map(json.loads, (study / "tables.jsonl").read_text().splitlines())
    names = sorted({line["document"] for line in lines})
    (study / "sponsors.tsv").write_text("".join(f"{name}\tS{i // 4}\n" for i, name in enumerate(names)))
    arms = ["human", "zero_shot:or", "zero_shot:json"]
    changes = {"groups": study / "sponsors.tsv", "folds": 2, "arms": arms, "sizes": [], "seeds": [1]}
    config, data = material(study, out=study / "by-sponsor", **changes)
    results = run_study(config, data)
    by_protocol = compare(config, data, results)[0]
    config.resample = "sponsors"
    by_sponsor = compare(config, data, results)[0]
    assert blocks_of(config, data, data.pool) == [f"S{i // 4}" for i in range(16)]
    for here, there in zip(by_protocol.arms, by_sponsor.arms, strict=True):
        assert here.macro["f1"].value == there.macro["f1"].value
    assert [a.macro["f1"] for a in by_protocol.arms] != [a.macro["f1"] for a in by_sponsor.arms]
    text = markdown(config, data, [by_sponsor])
    assert "200 bootstrap resamples of sponsors" in text
    row = next(line for line in text.splitlines() if line.startswith("| zero_shot:json |"))
    gaps = [a.difference["f1"] for a in by_sponsor.arms if a.arm != "human"]
    assert row.split("|")[-2].strip() == _chance(holm([two_sided(g, 200) for g in gaps])[1])


def beside_files(folder: Path, label: str = "soe") -> str:
    """Files of six invented protocols with a table each, `label` all of them, and the [[beside]] that names them."""
    records = [record(i).model_copy(update={"table_id": f"made{i}", "document": f"MADE-{i}"}) for i in range(6)]
    (folder / "made.jsonl").write_text("".join(r.model_dump_json() + "\n" for r in records))
    lines = [json.dumps({"table_id": r.table_id, "label": label}) + "\n" for r in records]
    (folder / "made-labels.jsonl").write_text("".join(lines))
    return '[[beside]]\ntables = "made.jsonl"\nlabels = "made-labels.jsonl"\nweight = 0.4\n'


def test_tables_beside_teach_every_arm_and_are_in_no_fold(study: Path) -> None:
    alone, data = material(study)
    (study / "beside.toml").write_text(toml(["human", "agreement", "human=features"], beside_files(study)))
    config = read_config(study / "beside.toml")
    more = read_data(config)
    fold = folds_of(config, more, 1)
    assert np.array_equal(fold[:N], folds_of(alone, data, 1))
    assert set(fold[N:].tolist()) == {-1}
    for arm in ("human", "human_all", "agreement", "confident", "view:json"):
        rows, own = (taught(arm, some, np.ones(len(some.records), bool), 1, config) for some in (more, data))
        assert np.array_equal(rows.items[:-6], own.items)
        assert rows.items[-6:].tolist() == list(range(N, N + 6))
        assert rows.target[-6:].tolist() == [1.0] * 6
        assert rows.weight[-6:].tolist() == [0.4] * 6
        assert (quality(more, rows)["rows"], quality(more, rows)["beside"]) == (len(own.items), 6)
        assert quality(more, rows)["yes"] == quality(data, own)["yes"]


def test_tables_beside_change_what_is_learnt_and_are_not_scored(study: Path, tmp_path: Path) -> None:
    """All are called schedules, plain lists too: a student that heard it thinks more of plain lists."""
    (study / "beside.toml").write_text(toml(["human"], beside_files(study)))
    shares = []
    for name in ("study", "beside"):
        config = read_config(study / f"{name}.toml").model_copy(
            update={"arms": ["human"], "sizes": [], "seeds": [1], "out": tmp_path / name}
        )
        data = read_data(config)
        results = run_study(config, data)
        assert sorted(t for r in results for t in r.tables) == sorted(f"toy{i:09d}" for i in range(N))
        p = {t: x for r in results for t, x in zip(r.tables, r.p, strict=True)}
        shares.append(np.mean([p[f"toy{i:09d}"] for i in range(1, N, 2)]))
        found = compare(config, data, results)[-1]
        assert (found.tables, found.protocols) == (N, N // PER)
        assert ("beside: 6 further tables (6 SoE)" in markdown(config, data, [found])) == (name == "beside")
    assert shares[1] > shares[0] + 0.01


def test_results_with_other_tables_beside_are_not_taken_over(study: Path) -> None:
    marks = set()
    for label in ("soe", "other"):
        (study / "beside.toml").write_text(toml(["human"], beside_files(study, label)))
        config = read_config(study / "beside.toml")
        marks.add(mark_of(config, read_data(config)))
    (study / "beside.toml").write_text(toml(["human"]))
    config = read_config(study / "beside.toml")
    marks.add(mark_of(config, read_data(config)))
    assert len(marks) == 3


def test_a_table_beside_may_not_be_one_of_the_study(study: Path) -> None:
    block = beside_files(study).replace("made.jsonl", "tables.jsonl").replace("made-labels.jsonl", "gold.jsonl")
    (study / "beside.toml").write_text(toml(["human"], block))
    with pytest.raises(UsageError, match="is of the study itself"):
        read_data(read_config(study / "beside.toml"))
    (study / "beside.toml").write_text(toml(["human"], beside_files(study).replace("made-labels", "gold")))
    with pytest.raises(UsageError, match="no label matches"):
        read_data(read_config(study / "beside.toml"))


def test_pooled_intervals_stay_between_0_and_1(study: Path) -> None:
    """Seeds that differ widen an interval by a normal draw, which knows no bound: shares above 1 were printed."""
    config, data = material(study, arms=["human"], sizes=[], seeds=[1, 2])
    right = np.where(data.truth == 1, 0.9, 0.1)
    wrong = np.where(np.arange(N) % 8 == 0, 1 - right, right)  # one seed misses every fourth schedule, the other none
    names = [r.table_id for r in data.records]
    results = [
        Result(mark="m", arm="human", seed=seed, fold=0, tables=names, p=p.tolist())
        for seed, p in ((1, wrong), (2, right))
    ]
    (arm,) = compare(config, data, results)[-1].arms
    for found in (*arm.pooled.values(), *arm.macro.values()):
        assert 0 <= found.low <= found.value <= found.high <= 1
    assert arm.pooled["recall"].high == 1
