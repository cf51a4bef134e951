"""`soesift models`: the shipped models made again from a configuration, small and from made-up protocols."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from soesift.classify.shipped import load_judge
from soesift.cli.models import models_verb
from soesift.errors import UsageError
from soesift.join.group import PAIR_NAMES
from soesift.sample import make_protocol
from soesift.train.recipe import Kept, PairRow, fit_joins, read_recipe

RECIPE = """
out = "{out}"
folds = 2
[made_up]
seed = 0
kinds = {{small = 4, academic = 2}}
"""
SMALL = """
[student]
base = "{base}"
max_tokens = 48
[student.fit]
epochs = 1
precision = "float32"
threads = 1
[student.crossval]
folds = 2
seeds = [1]
[student.export]
quantise = false
"""


def run(folder: Path, out: str, more: str = "", *options: str) -> dict[str, object]:
    config = folder / "models.toml"
    config.write_text(RECIPE.format(out=out) + more)
    result = CliRunner().invoke(models_verb, [str(config), *options])
    assert result.exit_code == 0, result.output
    return json.loads((folder / out / "rebuilt.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("recipe")
    return folder, run(folder, "first", "", "--step", "linear", "--step", "trees", "--step", "joins")


def test_the_same_recipe_finds_the_same_numbers(built: tuple[Path, dict[str, object]]) -> None:
    folder, first = built
    again = run(folder, "second", "", "--step", "linear", "--step", "trees", "--step", "joins")
    assert again == first
    for name in ("linear/linear.json", "linear/card.json", "trees/trees.json", "trees/card.json"):
        assert (folder / "first" / name).read_bytes() == (folder / "second" / name).read_bytes()


def test_what_was_read_is_not_read_again(built: tuple[Path, dict[str, object]]) -> None:
    folder, first = built
    shutil.copytree(folder / "first", folder / "third")
    place = folder / "third" / "read" / "sample-small-0000.json"
    kept = Kept.model_validate_json(place.read_text("utf-8"))
    kept.labels = [None] * len(kept.labels)
    place.write_text(kept.model_dump_json())
    fewer = run(folder, "third", "", "--step", "linear")
    assert fewer["linear"]["tables"] < first["linear"]["tables"]  # type: ignore[index]


@pytest.mark.parametrize("name", ["linear", "trees"])
def test_a_light_folder_is_a_model(built: tuple[Path, dict[str, object]], name: str) -> None:
    folder, first = built
    judge = load_judge(folder / "first" / name)
    kept = Kept.model_validate_json((folder / "first/read/sample-small-0001.json").read_text("utf-8"))
    chance = judge.probabilities(kept.tables)[:, 0]
    schedule = np.array([label == "soe" for label in kept.labels])
    if name == "linear":  # trees of so few tables ask no question: tests/classify/test_trees.py
        assert chance[schedule].min() > 0.5 > chance[~schedule].max()
    assert np.isfinite(chance).all()
    card = json.loads((folder / "first" / name / "card.json").read_text("utf-8"))
    assert card["scores"]["cross_validation"] == first[name]
    assert set(card["files"]) == {f"{name}.json", "stack.json"}


def test_the_linear_model_leaves_kinds_out_that_the_trees_learn_from(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for seed in range(2):
        make_protocol(20 + seed, tmp_path / "real", kind="small")
    config = tmp_path / "models.toml"
    text = RECIPE.format(out="out").replace("seed = 0", 'seed = 0\nnot_linear = ["academic"]')
    config.write_text(text + '[[collection]]\ndocuments = "real"\ngold = "real"\nocr = "never"\n')
    done = CliRunner().invoke(models_verb, [str(config), "--step", "linear", "--step", "trees"])
    assert done.exit_code == 0, done.output
    rows = {name: json.loads((tmp_path / f"out/{name}/card.json").read_text())["data"] for name in ("linear", "trees")}
    assert rows["linear"]["made_up_tables"] < rows["trees"]["made_up_tables"]
    assert rows["linear"]["tables"] == rows["trees"]["tables"]


def test_the_default_folder_is_made_of_student_and_linear_model(tiny_base: Path, tmp_path: Path) -> None:
    told = run(tmp_path, "out", SMALL.format(base=tiny_base))
    files = {name for name in told["files"] if name.startswith("default/")}  # type: ignore[attr-defined]
    wanted = ("card.json", "trees.json", "stack.json", "model.onnx")
    assert {f"default/{name}" for name in wanted} <= files
    card = json.loads((tmp_path / "out/default/card.json").read_text("utf-8"))
    assert card["data"]["provenance"] == {"made-up": card["data"]["rows"]}
    judge = load_judge(tmp_path / "out" / "default")
    kept = Kept.model_validate_json((tmp_path / "out/read/sample-small-0001.json").read_text("utf-8"))
    assert judge.probabilities(kept.tables).shape == (len(kept.tables), 2)


def test_labelled_documents_are_folded_by_sponsor_and_made_up_ones_teach_beside(tmp_path: Path) -> None:
    for seed in range(3):
        make_protocol(20 + seed, tmp_path / "real", kind="small")
    (tmp_path / "sponsors.tsv").write_text("sample-small-0020\tA\nsample-small-0021\tA\nsample-small-0022\tB\n")
    more = '[[collection]]\ndocuments = "real"\ngold = "real"\nocr = "never"\n'
    config = tmp_path / "models.toml"
    config.write_text('groups = "sponsors.tsv"\n' + RECIPE.format(out="out") + more)
    assert CliRunner().invoke(models_verb, [str(config), "--step", "linear"]).exit_code == 0
    told = json.loads((tmp_path / "out/rebuilt.json").read_text("utf-8"))
    assert told["linear"]["groups"] == 2
    assert len(told["documents"]) == 9


def test_weights_of_the_joins_follow_the_pairs() -> None:
    def row(header: float, other: float) -> PairRow:
        numbers = dict.fromkeys(PAIR_NAMES, 0.0) | {"header": header, "caption_other": other}
        return PairRow(features=[numbers[name] for name in PAIR_NAMES], goes_on=header > other)

    found = fit_joins([row(1.0, 0.0), row(0.9, 0.0), row(0.1, 1.0), row(0.0, 1.0)], [1.0] * 4)
    assert found["weights"]["header"] > 0 > found["weights"]["caption_other"]
    assert found["right_fitted"] == 1.0


def test_a_recipe_without_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text('out = "out"\n[made_up]\nkinds = {}\n')
    result = CliRunner().invoke(models_verb, [str(tmp_path / "models.toml")])
    assert isinstance(result.exception, UsageError)


def test_the_shipped_recipe_is_read(tmp_path: Path) -> None:
    recipe = read_recipe(Path(__file__).resolve().parents[2] / "configs" / "models.toml")
    assert recipe.student is not None
    assert recipe.student.export.encoder is False  # the shipped folder holds no second copy of the base
    assert set(recipe.made_up.not_linear) <= set(recipe.made_up.kinds)
    assert sum(recipe.made_up.kinds.values()) == 336
