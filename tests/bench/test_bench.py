"""`soesift bench`: real processes on documents made here; failures are rows, done work is not done again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from programs import program
from soesift.bench.held_out import Folding, run_held_out
from soesift.bench.one import keywords, spans, x_marks
from soesift.bench.run import Peers, System, chosen, measured, run_one
from soesift.bench.score import strata
from soesift.cli.main import main
from soesift.config import load_toml
from soesift.errors import UsageError

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "benchmarks" / "soe_bench"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small made-up protocol and its labels in the benchmark's form."""
    folder = tmp_path_factory.mktemp("bench")
    run("sample", "--kind", "small", "--seed", "5", "--count", "1", "--out", str(folder / "documents"))
    (folder / "gold").mkdir()
    for path in (folder / "documents").glob("*.json"):
        path.rename(folder / "gold" / path.name)
    return folder


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return int(stopped.value.code or 0)


def document(made: Path) -> Path:
    return next((made / "documents").glob("*.pdf"))


def script(code: str) -> System:
    return System(name="toy", command=[sys.executable, "-c", code, "{document}", "{out}"])


def test_the_benchmark_runs_scores_and_resumes(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "--documents", str(made / "documents"), "--gold", str(made / "gold"), "--resamples", "20"]
    words += ["--system", "linear", "--system", "keywords", "--out", str(made / "out")]
    assert run(*words) == 0
    found = {s["system"]: s for s in json.loads((made / "out" / "bench.json").read_text())["scores"]}
    assert found["linear"]["f1"][0] == 1.0
    assert found["linear"]["peak_mb"] > 20
    assert found["linear"]["f1"][0] >= found["keywords"]["f1"][0]
    page = (made / "out" / "bench.html").read_text()
    assert "<th scope=col>system</th>" in page
    assert "http" not in page.replace("http-equiv", "")
    before = {p: p.stat().st_mtime_ns for p in (made / "out").glob("*/*.run")}
    assert run(*words) == 0
    assert {p: p.stat().st_mtime_ns for p in (made / "out").glob("*/*.run")} == before
    capsys.readouterr()


def test_a_submission_is_scored_without_running_anything(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = made / "theirs"
    theirs.mkdir()
    out = str(made / "out2")
    words = ["bench", "--documents", str(made / "documents"), "--gold", str(made / "gold"), "--resamples", "20"]
    assert run(*words, "--only-results", "--results", f"theirs={theirs}", "--out", out) == 0
    (score,) = json.loads(Path(out, "bench.json").read_text())["scores"]
    assert score["strict"]["pages_pooled_recall"] == 0  # a folder without results finds nothing
    assert run(*words, "--only-results", "--results", "theirs") == 2
    assert "NAME=FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys; sys.exit('no such font')", "exit 1: no such font"),
        ("import os; os.kill(os.getpid(), 9)", "exit -9"),
        ("pass", "wrote no result"),
        ('import sys; open(sys.argv[2], \'w\').write(\'{"tables": [{"pages": ["4"]}]}\')', "pages that are no numbers"),
    ],
)
def test_a_failure_is_a_row_with_its_reason(made: Path, tmp_path: Path, code: str, why: str) -> None:
    row = run_one(script(code), document(made), tmp_path, 30)
    assert why in row.failure
    assert not list((tmp_path / "toy").glob("*.json"))


def test_without_the_plots_library_nothing_is_run(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr("soesift.bench.run.run_all", lambda *_: pytest.fail("ran"))
    with pytest.raises(SystemExit) as end:
        main(["bench", "--documents", str(made / "documents"), "--gold", str(made / "gold"), "--out", str(made / "no")])
    assert end.value.code == 2


def test_a_system_that_hangs_is_killed_with_its_children() -> None:
    seconds, _, failure = measured(["sh", "-c", "sleep 60 & sleep 60"], 0.5)
    assert failure == "took longer than 0.5 s"
    assert seconds < 20


def test_a_command_that_is_not_there_is_a_failure() -> None:
    assert measured(["/nowhere/at-all"], 5)[2].startswith("cannot be started")


def test_peak_memory_is_of_the_process_itself() -> None:
    big = measured([sys.executable, "-c", "x = b'1' * 200_000_000"], 30)[1]
    small = measured([sys.executable, "-c", "pass"], 30)[1]
    assert big > 190 > 100 > small


def test_runs_of_pages_are_tables() -> None:
    assert [t["pages"] for t in spans([3, 4, 5, 9])] == [[3, 4, 5], [9]]
    assert spans([]) == []


def test_the_simple_finders_find_pages_of_the_made_up_schedule(made: Path) -> None:
    path = document(made)
    truth = json.loads((made / "gold" / f"{path.stem}.json").read_text())
    grid = {page for table in truth["soe_tables"] for page in table["grid_pages"]}
    assert set(x_marks(path)) & grid
    assert set(keywords(path)) & grid


def test_strata_count_pages_by_flag_without_doubtful_ones(tmp_path: Path) -> None:
    gold, results = tmp_path / "gold", tmp_path / "results"
    gold.mkdir()
    results.mkdir()
    tables = [
        {"type": "main_soa", "grid_pages": [1, 2], "flags": ["rotated"]},
        {"type": "track", "grid_pages": [5, 6], "flags": []},
        {"type": "subsidiary", "grid_pages": [8], "flags": ["rotated"]},
    ]
    (gold / "A.json").write_text(json.dumps({"soe_tables": tables, "uncertain_pages": [{"page": 6}]}))
    (results / "A.json").write_text(json.dumps({"tables": [{"pages": [2, 5], "table_type": "main_soa"}]}))
    assert strata(gold, results) == {"rotated": (0.5, 1, 2), "text": (1.0, 1, 1)}


def test_a_peer_lives_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peers = tmp_path / "peers.toml"
    peers.write_text('[[system]]\nname = "it"\ncommand = ["${ITS_PYTHON}", "it.py", "{document}"]\n', "utf-8")
    monkeypatch.delenv("ITS_PYTHON", raising=False)
    assert chosen(["it"], peers)[0].skip == "ITS_PYTHON is not set"
    monkeypatch.setenv("ITS_PYTHON", "/opt/it/python")
    found = chosen(["it"], peers)[0]
    assert (found.skip, found.command) == ("", ["/opt/it/python", "it.py", "{document}"])


def test_rows_of_a_merged_table_are_looked_up_on_their_pages() -> None:
    peer = program("benchmarks/soe_bench/peer_usdm4_protocol.py")
    html = "<table><tr><th>Visit</th><th>1 </th></tr><tr><td>Vital <b>signs</b></td><td>X</td></tr></table>"
    table = peer.rows_of(html)
    assert table == [("Visit", "1"), ("Vitalsigns", "X")]
    where = {("Visit", "1"): [3, 4], ("Vitalsigns", "X"): [3, 9], ("ECG", "X"): [4], ("Weight", "X"): [4]}
    assert peer.pages_of([*table, ("ECG", "X"), ("Weight", "X"), ("", "")], where) == [3, 4]
    assert peer.pages_of([("ECG", "X")], where) == []


def test_an_unknown_system_is_an_error_and_peers_are_known() -> None:
    with pytest.raises(UsageError, match="known are"):
        chosen(["nobody"], None)
    assert chosen(["Protocol2USDM"], BENCH / "peers.toml")[0].skip


def test_the_shipped_benchmark_holds_facts_that_fit_together() -> None:
    assert load_toml(BENCH / "peers.toml", Peers).system
    rows = [line.split("\t") for line in (BENCH / "manifest.tsv").read_text().splitlines()[1:]]
    place = {"36": BENCH / "gold", "19": BENCH / "gold-more"}
    assert {(row[7], row[0]) for row in rows} == {(k, path.stem) for k in place for path in place[k].glob("*.json")}
    halves = {(row[2], row[8]) for row in rows}
    assert len(halves) == len({sponsor for sponsor, _ in halves})  # and in one half
    folds = {(row[2], row[6]) for row in rows}
    assert len(folds) == len({sponsor for sponsor, _ in folds})  # a sponsor lies in one fold
    for row in rows:
        facts = json.loads((place[row[7]] / f"{row[0]}.json").read_text())
        assert facts["n_pages"] == int(row[4])
        assert bool(facts["soe_tables"]) == facts["has_soe"]
        assert all(1 <= page <= facts["n_pages"] for t in facts["soe_tables"] for page in t["grid_pages"])
        assert not any("title" in table for table in facts["soe_tables"])


def test_pictures_that_were_not_read_are_counted(tmp_path: Path) -> None:
    gold = tmp_path / "gold" / "A.json"
    gold.parent.mkdir()
    tables = [{"type": "main_soa", "grid_pages": [3, 4]}, {"type": "subsidiary", "grid_pages": [9]}]
    gold.write_text(json.dumps({"soe_tables": tables}))
    left = [{"page": page, "likely": 0.01} for page in (4, 8, 9)]
    seen = {"image_only_pages": [2, 4, 8], "pictures_not_read": left}
    (tmp_path / "A.json").write_text(json.dumps({"document": seen, "tables": []}))
    pictures = program("benchmarks/soe_bench/score_pages.py").pictures
    assert pictures([gold], tmp_path) == (4, 1, 1, 1)
    assert pictures([gold], gold.parent / "nothing") == (0, 0, 0, 0)


def test_pages_are_scored_by_half(tmp_path: Path) -> None:
    for collection in ("gold", "gold-more"):
        for path in (BENCH / collection).glob("*.json"):
            gold = json.loads(path.read_text())
            tables = [{"pages": t["grid_pages"], "table_type": t["type"]} for t in gold["soe_tables"]]
            (tmp_path / path.name).write_text(json.dumps({"tables": tables}))
    run = subprocess.run(
        [sys.executable, BENCH / "score_pages.py", tmp_path, "--half", "aside"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = run.stdout.split("\n\n")[0].splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == ["| 36, aside", "| 19, aside"]
    assert all(line.split(" | ")[2:5] == ["1.0000"] * 3 for line in lines)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four small made-up protocols with their labels, one that cannot be read, and the sponsors of all."""
    folder = tmp_path_factory.mktemp("four")
    run("sample", "--kind", "small", "--seed", "40", "--count", "4", "--out", str(folder / "documents"))
    (folder / "gold").mkdir()
    names = sorted(path.stem for path in (folder / "documents").glob("*.pdf"))
    for path in (folder / "documents").glob("*.json"):
        path.rename(folder / "gold" / path.name)
    (folder / "documents" / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    label = json.loads((folder / "gold" / f"{names[0]}.json").read_text())
    (folder / "gold" / "broken.json").write_text(json.dumps(label | {"document": "broken"}))
    (folder / "sponsors.tsv").write_text("".join(f"{name}\tS{i // 2}\n" for i, name in enumerate(names)))
    return folder


def test_baselines_are_taught_with_other_folds_and_scored_like_the_rest(
    four: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    words = ["bench", "--documents", str(four / "documents"), "--gold", str(four / "gold"), "--resamples", "20"]
    words += ["--held-out", "tfidf", "--held-out", "features", "--folds", "2", "--groups", str(four / "sponsors.tsv")]
    words += ["--ocr", "never", "--out", str(four / "out")]
    assert run(*words) == 0
    said = capsys.readouterr()
    found = {s["system"]: s for s in json.loads((four / "out" / "bench.json").read_text())["scores"]}
    assert set(found) == {"held-out-tfidf", "held-out-features"}  # no other system is run beside them unasked
    assert "broken" in found["held-out-tfidf"]["failures"]
    assert found["held-out-tfidf"]["seconds"] is None
    assert 0.5 < found["held-out-features"]["strict"]["pages_pooled_recall"] < 1  # the broken one has nothing
    assert "read for the held-out systems" in said.err
    assert run(*words) == 0
    assert "read for the held-out systems" not in capsys.readouterr().err  # nothing has changed: nothing is read
    assert run(*words, "--seed", "1") == 0
    assert "read for the held-out systems" in capsys.readouterr().err


def test_a_baseline_has_not_seen_what_it_judges(four: Path, tmp_path: Path) -> None:
    """Where the other fold has no schedule, nothing is found: what is known is of other folds alone."""
    pytest.importorskip("sklearn")
    gold = tmp_path / "gold"
    gold.mkdir()
    paths = [p for p in sorted((four / "documents").glob("*.pdf")) if p.stem != "broken"]
    for number, path in enumerate(paths):
        label = json.loads((four / "gold" / f"{path.stem}.json").read_text())
        if number >= 2:
            label |= {"soe_tables": [], "has_soe": False}
        (gold / f"{path.stem}.json").write_text(json.dumps(label))
    how = Folding(folds=2, groups=four / "sponsors.tsv", ocr="never")
    assert run_held_out(["tfidf"], paths, gold, tmp_path, how) == []
    tables = {p.stem: json.loads((tmp_path / "held-out-tfidf" / f"{p.stem}.json").read_text())["tables"] for p in paths}
    assert all(not tables[path.stem] for path in paths[:2])  # taught by the two without
    assert any(tables[path.stem] for path in paths[2:])  # taught by the two with


def test_held_out_systems_say_what_they_lack(four: Path, tmp_path: Path) -> None:
    paths = sorted((four / "documents").glob("*.pdf"))
    with pytest.raises(UsageError, match="known are rule, linear, trees, tfidf"):
        run_held_out(["bow"], paths, four / "gold", tmp_path, Folding())
    with pytest.raises(UsageError, match="needs --base"):
        run_held_out(["features+frozen"], paths, four / "gold", tmp_path, Folding())
    how = Folding(folds=3, groups=four / "sponsors.tsv", ocr="never")
    with pytest.raises(UsageError, match="2 documents or sponsors"):
        run_held_out(["rule"], paths, four / "gold", tmp_path, how)


def test_img2tables_grids_are_those_of_one_page_with_the_files_text(monkeypatch: pytest.MonkeyPatch) -> None:
    peers = program("benchmarks/soe_bench/peer_tables.py")
    told: list[tuple[str, dict[str, Any]]] = []

    class Pdf:
        def __init__(self, path: str, **how: Any) -> None:
            told.append((path, how))

        def extract_tables(self) -> dict[int, list[Any]]:
            cells = {0: ["Visit", "Day\n 1"], 1: ["ECG", None]}
            table = {row: [SimpleNamespace(value=text) for text in texts] for row, texts in cells.items()}
            return {4: [SimpleNamespace(content=table)]}

    monkeypatch.setattr(peers, "import_module", lambda name: SimpleNamespace(PDF=Pdf))
    assert peers.READERS["img2table"](Path("a.pdf"), 5) == [[["Visit", "Day 1"], ["ECG", ""]]]
    assert told == [("a.pdf", {"pages": [4], "pdf_text_extraction": True})]
