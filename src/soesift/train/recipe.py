"""The shipped models made again, from documents to folders: `soesift models CONFIG`, step by step, each resumed.

Steps: made-up protocols are written; every document is read once and its tables labelled; the linear model and the
trees are fitted on all of them; the student learns from those that pass the gate; trees and student are combined;
the joins' weights are fitted (`join.group`). Everything follows from the configuration, the documents' bytes and
this version of the program.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from soesift.classify.features import features
from soesift.classify.judge import CLASSES, write_linear
from soesift.classify.model_folder import sha256, verify
from soesift.classify.shipped import Stack, of_trees, stacked_probabilities
from soesift.classify.trees import tree_features, write_trees
from soesift.config import load_toml
from soesift.errors import MissingExtra, UsageError
from soesift.evaluate.calibration import brier, expected_calibration_error
from soesift.evaluate.scores import at_threshold, group_folds, macro, per_protocol, read_groups
from soesift.files import file_sha256, write_atomically
from soesift.join.fragment import Fragment
from soesift.join.group import BIAS, PAIR_NAMES, WEIGHTS, pair_features
from soesift.json_lines import json_lines
from soesift.sample import make_protocol
from soesift.table.record import TableRecord
from soesift.train.config import DataConfig, ExportConfig, FitConfig, FoldConfig, ModelConfig, TrainConfig
from soesift.train.gold import ReadDocument, held, read_document, read_student
from soesift.train.light_fit import (
    Extra,
    Fitted,
    fit_stack,
    fit_trees_with_extra,
    fit_with_extra,
    held_out_linear,
    held_out_trees,
)

SOE, SAMPLING = CLASSES.index("soe"), CLASSES.index("sampling")
STRENGTH = 1.0  # inverse of the L2 penalty

WEIGHT = 0.5  # of a made-up table against a labelled one
FOLDS = 5

Array = NDArray[np.float64]
Say = Callable[[str], None]
Numbers = Callable[[Sequence[TableRecord]], Array]
YES, UNSURE = 0.5, 0.15  # chances, not tuned scores: the shipped thresholds
STEPS = ("linear", "trees", "joins", "student")


class PairRow(BaseModel):
    """A fragment after those of a labelled table: numbers of PAIR_NAMES, and whether it goes on with it."""

    model_config = ConfigDict(extra="forbid")

    features: list[float]
    goes_on: bool


def pair_rows(document: ReadDocument, gold: Mapping[str, Any]) -> list[PairRow]:
    """A row for each fragment of a labelled table but the first of the document, after the table before it."""
    rows: list[PairRow] = []
    group: list[Fragment] = []
    before: int | None = None
    for fragment, label in zip(document.fragments, document.labels.tolist(), strict=True):
        fragment.soe, fragment.sampling = (
            float(label == CLASSES.index("soe")),
            float(label == CLASSES.index("sampling")),
        )
        table = table_of(fragment, gold) if label > 0 else None
        if table is None:
            continue
        if group:
            rows.append(PairRow(features=pair_features(group, fragment), goes_on=table == before))
        group = [*group, fragment] if table == before else [fragment]
        before = table
    return rows


def table_of(fragment: Fragment, gold: Mapping[str, Any]) -> int | None:
    """The number of the one gold table with rows on the fragment's page; None where there is none, or several."""
    here = [i for i, table in enumerate(gold["soe_tables"]) if fragment.page in table["grid_pages"]]
    return here[0] if len(here) == 1 else None


def fit_joins(rows: Sequence[PairRow], weights: Sequence[float]) -> dict[str, Any]:
    """Logistic regression on the pairs; its weights, the shipped ones, and the share each decides rightly.

    The shipped weights are such a fit, rounded, with those of rare signs set by hand: figures are alike, not bytes.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtra("scikit-learn", "train") from error
    x, y = np.array([row.features for row in rows], np.float64), np.array([row.goes_on for row in rows], bool)
    if len(set(y.tolist())) < 2:
        return {"pairs": len(rows), "right_fitted": None, "right_shipped": None, "weights": {}, "bias": None}
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(x, y, sample_weight=np.asarray(weights))
    shipped = x @ np.array([WEIGHTS[name] for name in PAIR_NAMES]) + BIAS > 0
    return {
        "pairs": len(rows),
        "go_on": int(y.sum()),
        "right_fitted": round(float((model.predict(x) == y).mean()), 4),
        "right_shipped": round(float((shipped == y).mean()), 4),
        "weights": dict(zip(PAIR_NAMES, np.round(model.coef_[0], 3).tolist(), strict=True)),
        "shipped": {name: WEIGHTS[name] for name in PAIR_NAMES},
        "bias": round(float(model.intercept_[0]), 3),
    }


def combine_models(
    records: Sequence[TableRecord],
    labels: NDArray[np.intp],
    held_out: Path,
    extra: Extra | None,
    groups: Sequence[str] | None = None,
) -> tuple[Fitted, Stack, Array]:
    """The trees on all labels, the stack on held-out probabilities of both, and what it makes of them.

    labels (n,): -1 unknown. The last is (n, 2): "soe" and "sampling".

    extra: rows of `tree_features`. groups (n,): what folds never split, such as sponsors; default: the documents.
    """
    numbers = tree_features(records)
    fold = group_folds(groups or [r.document for r in records], FOLDS, seed=0)
    trees = held_out_trees(numbers, labels, fold, extra)
    student = held(records, read_student(held_out))
    stack = fit_stack(student, trees, labels)
    together = stacked_probabilities(records, _known(records, trees), _known(records, student), stack)
    return fit_trees_with_extra(numbers, labels, extra), stack, together


def _known(records: Sequence[TableRecord], known: Array) -> Numbers:
    """Probabilities (n, k) that are known for `records`, as a judge of some of them."""
    place = {record.table_id: row for row, record in enumerate(records)}
    return lambda some: known[[place[record.table_id] for record in some]]


def seal_folder(student: Path, trees: Fitted, stack: Stack, out: Path) -> None:
    """Copy a student's folder, add trees.json and stack.json, and list them in its card; verified at the end."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(student, out)
    write_trees(out / "trees.json", trees.rows, trees.of, trees.start)
    (out / "stack.json").write_text(stack.model_dump_json(indent=1), "utf-8")
    card = json.loads((out / "card.json").read_text("utf-8"))
    card["files"] |= {name: sha256(out / name) for name in ("trees.json", "stack.json")}
    (out / "card.json").write_text(json.dumps(card, indent=1, sort_keys=True), "utf-8")
    verify(out)


def read_labels(path: Path, records: Sequence[TableRecord]) -> NDArray[np.intp]:
    """(n,) places in CLASSES, -1 where a table has no label."""
    known = {line["table_id"]: CLASSES.index(line["label"]) for line in json_lines(path)}
    return np.asarray([known.get(record.table_id, -1) for record in records], np.intp)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Collection(_Section):
    """A folder of ID.pdf and one of page labels, ID.json (as of `soesift sample`, or made by people)."""

    documents: Path
    gold: Path
    ocr: str = Field(default="auto", pattern="^(auto|never|always)$")


class MadeUp(_Section):
    """What `soesift sample` writes: documents of each kind, seeds counted up from `seed`; weight of a table's row.

    weights: of the kinds for which it is another.
    not_linear: kinds that the linear model does not learn from; one plane cannot hold them and the others.
    """

    kinds: dict[str, int]
    not_linear: list[str] = []
    seed: int = 1000
    weight: float = Field(default=0.5, gt=0, le=1)
    weights: dict[str, float] = {}

    def of(self, kind: str) -> float:
        return self.weights.get(kind, self.weight)


class Student(_Section):
    """base: folder or hub name; base_name: what the card calls a folder (empty: its own name). gate: tables below
    this held-out chance of the trees teach no student.
    made_up: of these kinds, documents that teach the student too, at `weight`.
    """

    base: str
    base_name: str = ""
    name: str = "default"
    max_tokens: int = Field(default=192, ge=16)
    gate: float = Field(default=0.01, ge=0, lt=1)
    weight: float = Field(default=0.7, gt=0, le=1)
    freeze_layers: int = Field(default=0, ge=0)
    fit: FitConfig = FitConfig()
    crossval: FoldConfig = FoldConfig()
    export: ExportConfig = ExportConfig()


class Recipe(_Section):
    """Settings of `soesift models`. groups: lines "document<TAB>sponsor", never split; paths relative to the file."""

    out: Path
    collection: list[Collection] = []
    made_up: MadeUp
    groups: Path | None = None
    folds: int = Field(default=5, ge=2)
    student: Student | None = None


class Kept(_Section):
    """One document as it was read: its tables, their labels (of CLASSES, None where unknown), pairs for the joins."""

    sha256: str
    ocr: str
    made_up: bool
    group: str
    tables: list[TableRecord]
    labels: list[str | None]
    pairs: list[PairRow]


class Material(BaseModel):
    """All documents, real ones first, in the order of their names."""

    kept: list[Kept]

    def real(self) -> Material:
        return Material(kept=[one for one in self.kept if not one.made_up])

    def made_up(self, without: Sequence[str] = ()) -> Material:
        """The made-up documents but those of some kinds."""
        return Material(kept=[one for one in self.kept if one.made_up and kind_of(one) not in without])

    @property
    def records(self) -> list[TableRecord]:
        return [record for one in self.kept for record in one.tables]

    @property
    def labels(self) -> NDArray[np.intp]:
        """(n,) places in CLASSES, -1 unknown."""
        return np.array([-1 if k is None else CLASSES.index(k) for one in self.kept for k in one.labels], np.intp)

    @property
    def groups(self) -> list[str]:
        return [one.group for one in self.kept for _ in one.tables]


def read_recipe(path: Path) -> Recipe:
    """Read a TOML file; paths in it are relative to it. Raises UsageError, one line."""
    recipe, root = load_toml(path, Recipe), Path(path).parent
    recipe.out = root / recipe.out
    recipe.groups = root / recipe.groups if recipe.groups else None
    for one in recipe.collection:
        one.documents, one.gold = root / one.documents, root / one.gold
    if recipe.student and (root / recipe.student.base).is_dir():
        recipe.student.base = str(root / recipe.student.base)
    return recipe


def make_models(recipe: Recipe, say: Say = print, steps: Sequence[str] = STEPS) -> Path:
    """Make the models of these steps; returns OUT/rebuilt.json: figures, counts and the hash of each file written."""
    material = gather(recipe, say)
    told: dict[str, object] = {"documents": {one.tables[0].document: one.sha256 for one in material.kept if one.tables}}
    if "linear" in steps:
        told["linear"] = make_linear(recipe, material, say)
    if "trees" in steps:
        told["trees"] = make_trees(recipe, material, say)
    if "joins" in steps:
        told["joins"] = make_joins(recipe, material, say)
    if "student" in steps and recipe.student is not None:
        told["default"] = make_default(recipe, recipe.student, material, say)
    files = [p for name in ("linear", "trees", "default") for p in sorted((recipe.out / name).glob("*")) if p.is_file()]
    told["files"] = {p.relative_to(recipe.out).as_posix(): sha256(p) for p in files}
    path = recipe.out / "rebuilt.json"
    write_atomically(path, json.dumps(told, indent=1) + "\n")
    return path


def gather(recipe: Recipe, say: Say) -> Material:
    """Every document of the recipe, read now or, if its bytes are the same, in an earlier run (OUT/read)."""
    made = recipe.out / "made-up"
    for kind, count in recipe.made_up.kinds.items():
        for seed in range(recipe.made_up.seed, recipe.made_up.seed + count):
            if not any(made.glob(f"sample-{kind}-{seed:04d}.pdf" if kind != "full" else f"sample-{seed:04d}.pdf")):
                make_protocol(seed, made, kind=kind)
    sponsors = dict(read_groups(recipe.groups)) if recipe.groups else {}
    places = [(one, False) for one in recipe.collection] + [(Collection(documents=made, gold=made, ocr="never"), True)]
    kept = []
    for one, invented in places:
        kept += [keep_document(path, one, invented, sponsors, recipe.out, say) for path in documents_of(one)]
    if not kept:
        raise UsageError("the recipe names no documents: give [[collection]] or [made_up] kinds")
    return Material(kept=kept)


def documents_of(collection: Collection) -> list[Path]:
    labelled = {path.stem for path in collection.gold.glob("*.json")}
    return [path for path in sorted(collection.documents.glob("*.pdf")) if path.stem in labelled]


def keep_document(
    path: Path, collection: Collection, made_up: bool, sponsors: dict[str, str], out: Path, say: Say
) -> Kept:
    """The document's tables and labels, from OUT/read where they are of these bytes."""
    place, digest = out / "read" / f"{path.stem}.json", file_sha256(path)
    if place.is_file():
        kept = Kept.model_validate_json(place.read_text("utf-8"))
        if (kept.sha256, kept.ocr) == (digest, collection.ocr):
            return kept
    document = read_document(path, read_gold_of(collection.gold, path.stem), collection.ocr)  # type: ignore[arg-type]
    gold = read_gold_of(collection.gold, path.stem)[path.stem]
    kept = kept_of(document, gold, made_up, sponsors.get(path.stem, path.stem), collection.ocr)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, kept.model_dump_json())
    say(f"read {path.stem}: {len(kept.tables)} tables")
    return kept


def read_gold_of(folder: Path, name: str) -> dict[str, dict[str, object]]:
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8"))}


def kept_of(document: ReadDocument, gold: dict[str, object], made_up: bool, group: str, ocr: str) -> Kept:
    labels = [None if k < 0 else CLASSES[k] for k in document.labels.tolist()]
    return Kept(
        sha256=document.sha256,
        ocr=ocr,
        made_up=made_up,
        group=group,
        tables=[f.record for f in document.fragments],
        labels=labels,
        pairs=pair_rows(document, gold),
    )


def kind_of(one: Kept) -> str:
    """The kind of a made-up document, from its name: sample-KIND-SEED, or sample-SEED of the full kind."""
    parts = one.tables[0].document.split("-") if one.tables else []
    return parts[1] if len(parts) > 2 else "full"


def extra_of(material: Material, made_up: MadeUp, numbers: Numbers) -> Extra | None:
    """Rows of the documents at the weights of their kinds; None where there are none."""
    labels = material.labels
    weights = np.array([made_up.of(kind_of(one)) for one in material.kept for _ in one.tables])
    known = labels >= 0
    return Extra(numbers(material.records)[known], labels[known], weights[known]) if len(labels) else None


def parts_of(recipe: Recipe, material: Material, linear: bool = False) -> tuple[Material, Extra | None]:
    """What is folded and what is learnt from in every fold: real and made-up tables, or made-up ones alone."""
    without = recipe.made_up.not_linear if linear else []
    if recipe.collection:
        made = material.made_up(without)
        return material.real(), extra_of(made, recipe.made_up, features if linear else tree_features)
    return material.made_up(without), None


def make_linear(recipe: Recipe, material: Material, say: Say) -> dict[str, object]:
    """OUT/linear: linear.json, stack.json (thresholds alone), card; returns its cross-validated figures."""
    base, extra = parts_of(recipe, material, linear=True)
    numbers, labels = features(base.records), base.labels
    held = held_out_linear(numbers, labels, group_folds(base.groups, recipe.folds), extra)
    folder = recipe.out / "linear"
    folder.mkdir(parents=True, exist_ok=True)
    write_linear(fit_with_extra(numbers, labels, extra), folder / "linear.json")
    told = figures(held[:, 1], labels, base.groups)
    seal_light(folder, "linear.json", told, base, extra)
    say(f"linear, held out by group: {told}")
    return told


def make_trees(recipe: Recipe, material: Material, say: Say) -> dict[str, object]:
    """OUT/trees: trees.json, stack.json (thresholds alone), card; returns its cross-validated figures."""
    base, extra = parts_of(recipe, material)
    numbers, labels = tree_features(base.records), base.labels
    held = held_out_trees(numbers, labels, group_folds(base.groups, recipe.folds), extra)
    folder = recipe.out / "trees"
    folder.mkdir(parents=True, exist_ok=True)
    found = fit_trees_with_extra(numbers, labels, extra)
    write_trees(folder / "trees.json", found.rows, found.of, found.start)
    told = figures(held[:, 1], labels, base.groups)
    seal_light(folder, "trees.json", told, base, extra)
    say(f"trees, held out by group: {told}")
    return told


def seal_light(folder: Path, file: str, scores: dict[str, object], base: Material, extra: Extra | None) -> None:
    """stack.json of a model without a student, and a card without a date: from what, how well, hashes of the files."""
    write_atomically(folder / "stack.json", Stack(weights=[], bias=[], yes=YES, unsure=UNSURE).model_dump_json())
    card = {
        "format": "soe-light/1",
        "name": folder.name,
        "classes": list(CLASSES),
        "data": {
            "documents": len(base.kept),
            "tables": int((base.labels >= 0).sum()),
            "made_up_tables": 0 if extra is None else len(extra.labels),
            "documents_sha256": hashlib.sha256("".join(one.sha256 for one in base.kept).encode()).hexdigest(),
        },
        "scores": {"cross_validation": scores},
        "files": {name: sha256(folder / name) for name in (file, "stack.json")},
    }
    write_atomically(folder / "card.json", json.dumps(card, indent=1, sort_keys=True) + "\n")


def figures(share: Array, labels: NDArray[np.intp], groups: Sequence[str]) -> dict[str, object]:
    """Scores of held-out probabilities of schedules (n,), where the label is known."""
    known = labels >= 0
    truth, p = labels[known] == 1, share[known]
    names = [group for group, k in zip(groups, known.tolist(), strict=True) if k]
    return {
        "tables": int(known.sum()),
        "schedules": int(truth.sum()),
        "groups": len(set(names)),
        "pooled": {name: round(value, 6) for name, value in at_threshold(truth, p, YES).items()},
        "macro_f1": round(macro(per_protocol(truth, p >= YES, names))["f1"], 6),
        "brier": round(brier(truth, p), 6),
        "calibration_error": round(expected_calibration_error(truth, p), 6),
    }


def make_joins(recipe: Recipe, material: Material, say: Say) -> dict[str, object]:
    """OUT/joins.json: the fitted weights beside those of `join.group`, and how often each set decides rightly."""
    rows = [row for one in material.kept for row in one.pairs]
    weights = [recipe.made_up.weight if one.made_up else 1.0 for one in material.kept for _ in one.pairs]
    told = fit_joins(rows, weights)
    write_atomically(recipe.out / "joins.json", json.dumps(told, indent=1) + "\n")
    say(f"joins: {told['pairs']} pairs, fitted {told['right_fitted']}, shipped {told['right_shipped']} right")
    return told


def make_default(recipe: Recipe, student: Student, material: Material, say: Say) -> dict[str, object]:
    """OUT/default: the student on tables that pass the gate, sealed with the trees and their combination."""
    from soesift.train.crossval import cross_validate
    from soesift.train.ship import rows_of, ship

    config = student_config(recipe, student, material)
    rows = rows_of(config)
    say(f"student: {len(rows)} tables pass the gate")
    cross_validate(rows, config)
    folder = ship(rows, config)
    base, extra = parts_of(recipe, material)
    trees, stack, together = combine_models(
        base.records, base.labels, config.out / "held_out.jsonl", extra, base.groups
    )
    seal_folder(folder, trees, stack, recipe.out / "default")
    card = json.loads((recipe.out / "default" / "card.json").read_text("utf-8"))
    told = figures(together[:, 0], base.labels, base.groups)
    say(f"default: gate {stack.gate}, {len(rows)} tables; student and trees, held out by group: {told}")
    return {"gate": stack.gate, "rows": len(rows), "together": told, "scores": card["scores"]}


def student_config(recipe: Recipe, student: Student, material: Material) -> TrainConfig:
    """Tables and labels of the student as files in OUT, and its training configuration.

    A made-up table passes by the chance of the trees that learnt from all of them: of it, only the plain ones are to be
    left out.
    """
    base, extra = parts_of(recipe, material)
    numbers = tree_features(base.records)
    held = held_out_trees(numbers, base.labels, group_folds(base.groups, recipe.folds), extra)
    everything = of_trees(fit_trees_with_extra(numbers, base.labels, extra).trees)
    chance = {r.table_id: float(p) for r, p in zip(base.records, held[:, 1:].sum(axis=1), strict=True)}
    for one in material.kept:
        if one.tables and one.tables[0].table_id not in chance:
            likely = everything(one.tables)[:, 1:].sum(axis=1)
            chance |= {r.table_id: float(p) for r, p in zip(one.tables, likely, strict=True)}
    tables, labels = [], []
    for one in material.kept:
        for record, label in zip(one.tables, one.labels, strict=True):
            if label is not None and (chance[record.table_id] >= student.gate or label != "other"):
                weight = student.weight if one.made_up else 1.0
                said = {"table_id": record.table_id, "label": label, "weight": weight, "group": one.group}
                labels.append(json.dumps(said | {"provenance": "made-up" if one.made_up else "gold"}))
                tables.append(record.model_dump_json())
    for name, lines in (("tables", tables), ("labels", labels)):
        write_atomically(recipe.out / f"{name}.jsonl", "".join(f"{line}\n" for line in lines))
    return TrainConfig(
        out=recipe.out / "student",
        data=DataConfig(tables=recipe.out / "tables.jsonl", labels=recipe.out / "labels.jsonl", arm="gold+made-up"),
        model=ModelConfig(
            base=student.base,
            base_name=student.base_name,
            name=student.name,
            max_tokens=student.max_tokens,
            freeze_layers=student.freeze_layers,
        ),
        fit=student.fit,
        crossval=student.crossval,
        export=student.export,
    )
