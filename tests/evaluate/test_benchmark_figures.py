"""Page and mark figures: hand-made cases, and equality with the benchmark's own scorer where it is at hand.

Set SOESIFT_BENCHMARK to the folder that holds score.py and score_cells.py to run the equality tests; the
golden numbers below were written by those programs on the same hand-made folder.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from soesift.errors import UsageError
from soesift.evaluate import marks, pages

BENCHMARK = os.environ.get("SOESIFT_BENCHMARK", "")
needs_benchmark = pytest.mark.skipif(
    not (Path(BENCHMARK) / "score.py").is_file() or not BENCHMARK,
    reason="SOESIFT_BENCHMARK names no benchmark",
)
GOLDEN = json.loads((Path(__file__).parent / "golden_benchmark_figures.json").read_text())
TYPES = ["main_soa", "track", "domain", "subsidiary"]


def make_gold(rng, n_pages=30):
    tables = []
    for _ in range(rng.randint(0, 4)):
        first = rng.randint(1, n_pages)
        grid = list(range(first, min(n_pages, first + rng.randint(0, 4)) + 1))
        notes = [grid[-1] + 1] if rng.random() < 0.4 else []
        tables.append({"type": rng.choice(TYPES), "grid_pages": grid, "footnote_pages": notes})
    return {
        "soe_tables": tables,
        "heading_only_pages": rng.sample(range(1, n_pages), rng.randint(0, 2)),
        "uncertain_pages": [{"page": p} for p in rng.sample(range(1, n_pages), rng.randint(0, 2))],
    }


def make_result(rng, gold, n_pages=30):
    tables = []
    for table in gold["soe_tables"]:
        if rng.random() < 0.8:
            kept = [p for p in table["grid_pages"] + table["footnote_pages"] if rng.random() < 0.85]
            kind = table["type"] if rng.random() < 0.8 else rng.choice(TYPES)
            tables.append({"pages": kept, "table_type": kind})
    if rng.random() < 0.3:
        tables.append({"pages": [rng.randint(1, n_pages)]})
    return {"tables": tables}


def make_cells(rng):
    words = [
        "Informed consent",
        "Vital signs",
        "Weight",
        "ECG",
        "PK sample",
        "Adverse events",
        "Vital signs (supine)",
    ]
    tables, grids = [], []
    for _ in range(rng.randint(1, 3)):
        names = [rng.choice(words) for _ in range(rng.randint(2, 8))]
        columns = [f"V{i}" for i in range(rng.randint(1, 6))]
        cells = [(r, c) for r in range(len(names)) for c in range(len(columns)) if rng.random() < 0.5]
        activities = [{"row": 3 * i, "name": name} for i, name in enumerate(names)]
        marked = [{"row": 3 * r, "column": c} for r, c in cells]
        tables.append({"activities": activities, "columns": columns, "marks": marked, "table_type": "main"})
        extra = rng.randint(1, 3)
        grid = [["Procedure"] * extra + columns]
        for r, name in enumerate(names):
            seen = name.replace("s", "", 1) if rng.random() < 0.2 else name + rng.choice(["", " a", "1"])
            row = ["X" if ((r, c) in cells) != (rng.random() < 0.1) else "" for c in range(len(columns))]
            grid.append([seen] * extra + row[: len(row) - (rng.random() < 0.1)])
        grids.append({"grid": grid})
    return {"tables": tables}, {"tables": [g for g in grids if rng.random() < 0.9] + [{"pages": [1]}]}


def write(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Forty made-up documents with gold, results (some missing) and cell references."""
    root, rng = tmp_path_factory.mktemp("made"), random.Random(7)
    for i in range(40):
        gold = make_gold(rng)
        write(root / "gold", f"P{i:02}.json", gold)
        if rng.random() < 0.9:
            write(root / "results", f"P{i:02}.json", make_result(rng, gold))
        cells, grids = make_cells(rng)
        write(root / "cells", f"P{i:02}.json", cells)
        write(root / "grids", f"P{i:02}.json", grids)
    return root


def run(script, *arguments):
    command = [sys.executable, str(Path(BENCHMARK) / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def line(scores):
    t = scores.pooled
    return (
        f"tables {len(scores.tables)}  activities {t.activities_found}/{t.activities}  "
        f"marks precision {scores.precision:.4f} recall {scores.recall:.4f} f1 {scores.f1:.4f}"
    )


def shared(summary):
    return {k: v for k, v in summary.items() if not k.startswith("share_")}


@pytest.mark.parametrize("broad", [False, True])
def test_page_figures_are_the_golden_ones(made, broad):
    scores = pages.score_folder(made / "gold", made / "results", broad=broad)
    assert shared(scores.summary) == GOLDEN["broad" if broad else "strict"]


def test_mark_figures_are_the_golden_ones(made):
    assert line(marks.score_folder(made / "cells", made / "grids")) == GOLDEN["marks"]


@needs_benchmark
@pytest.mark.parametrize("options", [[], ["--broad"]])
def test_page_figures_equal_the_benchmark_scorer(made, options):
    theirs = json.loads(run("score.py", made / "gold", made / "results", "--json", *options))
    ours = pages.score_folder(made / "gold", made / "results", broad=bool(options))
    assert theirs["summary"].pop("without_result") == ours.without_result
    assert theirs["summary"] == shared(ours.summary)
    assert theirs["documents"] == {name: score.record() for name, score in ours.documents.items()}


@needs_benchmark
def test_mark_figures_equal_the_benchmark_scorer(made):
    theirs = run("score_cells.py", made / "cells", made / "grids", "--per-table").strip().splitlines()
    ours = marks.score_folder(made / "cells", made / "grids")
    assert theirs[-1] == line(ours)
    for text, (document, number, c) in zip(theirs[:-1], ours.tables, strict=True):
        assert text.startswith(f"{document:14} {number} ")
        assert f"activities {c.activities_found}/{c.activities}  marks {c.hit}/{c.marks} (+{c.found - c.hit})" in text


@needs_benchmark
def test_page_figures_equal_on_the_real_gold_labels(tmp_path):
    gold, rng = Path(BENCHMARK) / "gold", random.Random(1)
    for path in gold.glob("*.json"):
        write(tmp_path, path.name, make_result(rng, json.loads(path.read_text()), 60))
    theirs = json.loads(run("score.py", gold, tmp_path, "--json"))["summary"]
    del theirs["without_result"]
    assert theirs == shared(pages.score_folder(gold, tmp_path).summary)


def gold_of(*tables, heading=(), uncertain=()):
    made = [{"type": kind, "grid_pages": grid, "footnote_pages": notes} for kind, grid, notes in tables]
    return {
        "soe_tables": made,
        "heading_only_pages": list(heading),
        "uncertain_pages": [{"page": p} for p in uncertain],
    }


def found(*page_lists, kind="main_soa"):
    return {"tables": [{"pages": list(p), "table_type": kind} for p in page_lists]}


def test_neutral_pages_count_neither_way():
    gold = gold_of(("main_soa", [5, 6], [7]), ("subsidiary", [9], []), heading=[4], uncertain=[6])
    for detected in ([5], [4, 5, 6, 7, 9]):
        score = pages.score_document(gold, found(detected))
        assert score.exact
        assert score.pages == (1, 1, 1)
    assert pages.score_document(gold, found([5, 8])).false == [8]
    assert pages.score_document(gold, found([5]), pages.BROAD).missed == [9]


def test_a_grid_page_stays_needed_where_it_carries_notes_of_another_table():
    gold = gold_of(("main_soa", [5], [6]), ("track", [6], []))
    assert pages.score_document(gold, found([5])).missed == [6]


def test_a_document_without_schedule_scores_one_when_left_alone_and_zero_otherwise():
    silent = pages.summarise([pages.score_document(gold_of(), {})])
    alarm = pages.summarise([pages.score_document(gold_of(), found([3]))])
    assert (silent["pages_macro_f1"], alarm["pages_macro_f1"]) == (1, 0)
    assert alarm["false_alarms_without_schedule"] == 1
    assert silent["share_full_recall"] == 1


def test_tables_match_one_to_one_at_half_overlap():
    gold = gold_of(("main_soa", [1, 2, 3, 4], []))
    assert pages.score_document(gold, found([1, 2])).tables == (1, 1, 1)
    assert pages.score_document(gold, found([1])).tables == (1, 1, 0)
    assert pages.score_document(gold, found([1, 2], [3, 4])).tables == (1, 2, 1)


def test_an_unreadable_result_is_named_and_counts_as_nothing(tmp_path):
    write(tmp_path / "gold", "A.json", gold_of(("main_soa", [1], [])))
    write(tmp_path / "gold", "B.json", gold_of(("main_soa", [1], [])))
    write(tmp_path / "results", "B.json", found([1]))
    (tmp_path / "results" / "A.json").write_text('{"tables": [')
    scores = pages.score_folder(tmp_path / "gold", tmp_path / "results")
    assert "JSONDecodeError" in scores.unreadable["A"]
    assert scores.summary["pages_pooled_recall"] == 0.5
    with pytest.raises(UsageError, match="no gold labels"):
        pages.score_folder(tmp_path, tmp_path / "results")


def toy_reference():
    return {
        "activities": [{"row": 1, "name": "Informed Consent"}, {"row": 2, "name": "ECG"}],
        "columns": ["Screening", "Day 1"],
        "marks": [{"row": 1, "column": 0}, {"row": 2, "column": 1}],
    }


def test_marks_are_found_behind_any_number_of_label_columns():
    for n in (1, 2, 3):
        grid = [["Procedure"] * n + ["Screening", "Day 1"], ["Informed consent a"] * n + ["X", ""]]
        grid.append(["ECG"] * n + ["", "X"])
        assert marks.score_grid(toy_reference(), grid) == (2, 2, 2, 2, 2)


def test_a_mark_in_the_wrong_column_is_found_but_no_hit():
    grid = [["", "S", "D"], ["Informed Consent", "", "X"], ["ECG", "", "X"]]
    assert marks.score_grid(toy_reference(), grid) == (2, 2, 2, 2, 1)


def test_without_a_grid_all_marks_are_missed(tmp_path):
    write(tmp_path / "cells", "A.json", {"tables": [toy_reference()]})
    scores = marks.score_folder(tmp_path / "cells", tmp_path)
    assert scores.pooled == (2, 0, 2, 0, 0)
    assert scores.f1 == 0
    with pytest.raises(UsageError, match="no cell reference"):
        marks.score_folder(tmp_path, tmp_path)
