"""Scores on labelled documents: `soesift evaluate` (a model, or results), `soesift bench` (systems side by side)."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from soesift.detect.options import Ocr
from soesift.errors import UsageError

PATH = click.Path(path_type=Path)

FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("evaluate")
@click.argument("what", type=PATH)
@click.option(
    "--gold",
    type=PATH,
    required=True,
    help="Folder of page labels (ID.json) for results, or a file of table labels for tables.",
)
@click.option("--cells", type=PATH, help="Folder of cell references: scores the marks too (results only).")
@click.option("--model", default="default", show_default=True, help="Shipped name or folder (tables only).")
@click.option("--threshold", type=click.FloatRange(0, 1), help="YES from here on (default: the model's own).")
@click.option("--resamples", type=click.IntRange(10), default=10_000, show_default=True, help="Of protocols.")
@click.option("--as-detected", is_flag=True, help="Without people's corrections (results only).")
@click.option("--out", type=PATH, help="All figures as JSON.")
def evaluate_verb(
    what: Path,
    gold: Path,
    cells: Path | None,
    model: str,
    threshold: float | None,
    resamples: int,
    as_detected: bool,
    out: Path | None,
) -> None:
    """Score WHAT: a folder of results of `soesift detect`, or the tables of `soesift tables` judged by a model."""
    from soesift.files import write_atomically

    if what.is_dir():
        found = _results(what, gold, cells, resamples, as_detected)
    else:
        found = _tables(what, gold, model, threshold, resamples)
    for line in _results_lines(found) if "strict" in found else _tables_lines(found):
        click.echo(line)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, json.dumps(found, indent=1, default=str) + "\n")
        click.echo(f"wrote {out}")


def _results(what: Path, gold: Path, cells: Path | None, resamples: int, as_detected: bool) -> dict[str, Any]:
    from soesift.evaluate.report import of_results
    from soesift.review.documents import corrected_folder

    with TemporaryDirectory() as place:
        corrected = [] if as_detected else corrected_folder(what, Path(place))
        if corrected:
            click.echo(f"with people's corrections of {', '.join(corrected)}; --as-detected leaves them out", err=True)
        return of_results(Path(place) if corrected else what, gold, cells, resamples)


def _tables(what: Path, gold: Path, model: str, threshold: float | None, resamples: int) -> dict[str, Any]:
    import numpy as np

    from soesift.classify.shipped import load_judge
    from soesift.evaluate.report import of_tables
    from soesift.label.request import read_tables
    from soesift.select.pots import read_known

    if gold.is_dir():
        raise UsageError(f"{gold} is a folder of page labels: give it with a folder of results, not with tables")
    known = read_known(gold)
    records = [r for r in read_tables(what)[0] if r.table_id in known]
    judge = load_judge(model)
    p = judge.probabilities(records)[:, 0] if records else np.zeros(0)
    at = judge.info.threshold if threshold is None else threshold
    truth, names = [known[r.table_id] for r in records], [r.document for r in records]
    return {"model": judge.info.name, "sha256": judge.info.sha256} | of_tables(truth, p, names, at, resamples)


def _tables_lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{found['model']}: {found['tables']} labelled tables ({found['schedules']} schedules) of "
        f"{found['protocols']} protocols; YES from {found['threshold']:g}",
        "| | recall | precision | F1 | accuracy | average precision |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for way in ("macro", "pooled"):
        cells = [_spread(found[way][m]) for m in ("recall", "precision", "f1", "accuracy")]
        lines.append(f"| {way} | {' | '.join(cells)} | {found['average_precision'][way]:.4f} |")
    shares = found["whole_protocols"]
    return [
        *lines,
        f"Brier {found['brier']:.4f}, calibration error {found['calibration_error']:.4f}; protocols with "
        f"full recall {shares['full_recall']:.1%}, full precision {shares['full_precision']:.1%}",
    ]


def _results_lines(found: dict[str, Any]) -> list[str]:
    lines = []
    for name in ("strict", "broad"):
        one = found[name]
        figures = ", ".join(f"{key} {value:g}" for key, value in one["summary"].items())
        lines += [f"{name}: page F1 {_spread(one['page_f1'])}; {figures}"]
        lines += [f"  without result: {', '.join(one['without_result'])}"] if one["without_result"] else []
        if name == "strict" and one.get("passed_over"):
            lines += [f"  passed over, no labels: {', '.join(one['passed_over'])}"]
        lines += [f"  unreadable: {document}: {why}" for document, why in one["unreadable"].items()]
    if "marks" in found:
        told = {k: v for k, v in found["marks"].items() if k != "tables"}
        lines.append("marks: " + ", ".join(f"{k} {_plain(v)}" for k, v in told.items()))
    return lines


def _plain(value: Any) -> str:
    if hasattr(value, "_asdict"):
        return " ".join(f"{k} {v}" for k, v in value._asdict().items())
    return f"{value:.4f}"


def _spread(three: list[float]) -> str:
    value, low, high = three
    return f"{value:.4f} ({low:.4f} to {high:.4f})"


@click.command("bench")
@click.option("--documents", type=FOLDER, required=True, help="Folder of ID.pdf and ID.docx.")
@click.option("--gold", type=FOLDER, required=True, help="Folder of page labels, ID.json.")
@click.option("--cells", type=FOLDER, help="Folder of cell references: scores the marks of systems with grids.")
@click.option("--system", "names", multiple=True, help="Only these (default: all, none beside --held-out); repeat it.")
@click.option("--peers", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with systems of others.")
@click.option(
    "--held-out",
    "taught",
    multiple=True,
    metavar="NAME",
    help="A system that learns from these labels, held out by folds: rule, linear, trees, and the baselines "
    "tfidf, frozen, features, features+frozen; repeat it.",
)
@click.option("--folds", type=click.IntRange(2), default=5, show_default=True, help="Of --held-out.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the folds.")
@click.option(
    "--groups", type=click.Path(path_type=Path, dir_okay=False), help="document<TAB>sponsor: folds split by the latter."
)
@click.option("--base", default="", help="Model folder or hub name that the frozen baselines embed tables with.")
@click.option(
    "--ocr",
    type=click.Choice(["auto", "never", "always"]),
    default="auto",
    show_default=True,
    help="Of --held-out: whether pages that are pictures are read.",
)
@click.option("--results", "given", multiple=True, help="NAME=FOLDER: results that are there, such as a submission's.")
@click.option("--only-results", is_flag=True, help="Run nothing; score what --results names.")
@click.option("--timeout", type=click.FloatRange(1), default=1200, show_default=True, help="Seconds a document.")
@click.option("--resamples", type=click.IntRange(10), default=10_000, show_default=True, help="Of documents.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out/bench"), show_default=True)
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Page whose figures are put in anew.")
def bench_verb(
    documents: Path,
    gold: Path,
    cells: Path | None,
    names: tuple[str, ...],
    peers: Path | None,
    taught: tuple[str, ...],
    folds: int,
    seed: int,
    groups: Path | None,
    base: str,
    ocr: Ocr,
    given: tuple[str, ...],
    only_results: bool,
    timeout: float,
    resamples: int,
    out: Path,
    write: Path | None,
) -> None:
    """Run systems on labelled documents, score them alike, and write bench.md, bench.json and bench.html."""
    from soesift.bench.held_out import PREFIX, Folding, run_held_out
    from soesift.bench.run import chosen, run_all
    from soesift.bench.score import markdown, score, write_between, write_tables
    from soesift.evaluate.scores import optional

    optional("matplotlib.figure", "matplotlib", "train")  # hours of runs are not to end without their page
    labelled = {path.stem for path in gold.glob("*.json")}
    paths = sorted(
        p for p in documents.iterdir() if p.stem in labelled and p.suffix.lower() in (".pdf", ".docx", ".docm")
    )
    if not paths:
        raise UsageError(f"no document of {documents} has a label in {gold}: they are matched by file name")
    folders = dict(_named(text) for text in given)
    systems = [] if only_results or (taught and not names) else chosen(list(names), peers)
    rows = run_all(systems, paths, out, timeout, _tell)
    ran = [s for s in systems if not s.skip]
    scores = [
        score(s.name, _about(s.note, s.version, s.licence), out / s.name, gold, cells, rows, resamples) for s in ran
    ]
    scores += [
        score(name, f"results of {name}", folder, gold, cells, [], resamples) for name, folder in folders.items()
    ]
    if taught:
        rows = run_held_out(taught, paths, gold, out, Folding(folds, seed, groups, base, ocr=ocr), _tell)
        note = f"learnt from these labels, held out by {folds} folds; our finder and joins"
        scores += [
            score(PREFIX + name, note, out / (PREFIX + name), gold, cells, rows, resamples)
            for name in dict.fromkeys(taught)
        ]
    if not scores:
        raise UsageError("nothing to score: name systems that can run, or --results NAME=FOLDER")
    skipped = {s.name: s.skip for s in systems if s.skip}
    click.echo(markdown(scores, skipped))
    if write:
        write_between(write, markdown(scores, skipped))
    click.echo("wrote " + ", ".join(str(path) for path in write_tables(out, scores, skipped)))


def _tell(what: str, done: int, of: int) -> None:
    click.echo(f"{done + 1}/{of} {what}", err=True)


def _about(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _named(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not equals or not Path(folder).is_dir():
        raise UsageError(f"--results {text}: give NAME=FOLDER, with a folder that is there")
    return name, Path(folder)
