"""The looks before reading (glance.json, second_look.json), made again from nothing but pages, scored, with cards.

    python benchmarks/glance.py --out FOLDER [--made 40] [--documents DOCUMENTS GOLD]... [--leave-out ID,ID]
        [--only-score] [--write second_look]

Made-up protocols of every kind, and, if given, labelled ones, are worn in five ways (flat, skewed, dark, coarse, fax):
their schedule pages, the pages beside them and some others. Signatures, letters, covers, drawings and forms are
drawn. Pages of the labelled documents that really are pictures are taken as they are. What is seen of each page is kept
in FOLDER/pages.jsonl, so that the same command goes on where it was stopped. Scores are of documents held out (eight
folds), with the rule on neighbouring pages as detection applies it. `--write` puts trees and card into the package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from soesift.detect import second_look
from soesift.detect.second_look import NAMES as AGAIN_NAMES
from soesift.detect.second_look import SETTINGS as AGAIN
from soesift.detect.second_look import likely as likely_again
from soesift.detect.second_look import look_again
from soesift.document import scan_glance
from soesift.document.pdf import is_mostly_picture, open_pdf, read_page, render_page
from soesift.document.scan_glance import NAMES, SETTINGS, chance, features, shipped_trees
from soesift.sample import make_protocol
from soesift.sample.kinds import KINDS

Grey = NDArray[np.uint8]
WEAR = {  # dots an inch, degrees, noise, blur, share of light, one bit, JPEG quality
    "flat": (150, 0.0, 0.0, 0.0, 1.0, False, 80),
    "skewed": (150, 1.3, 4.0, 0.0, 1.0, False, 60),
    "dark": (150, 0.4, 6.0, 0.6, 0.6, False, 50),
    "coarse": (90, 0.3, 3.0, 0.0, 1.0, False, 55),
    "fax": (130, -0.7, 12.0, 0.7, 1.0, True, 60),
}
DRAWN = ("signatures", "letter", "cover", "drawing", "form", "blackened")
FOLDS, TREES, DEPTH, RATE, LEAF, LOOKS, SEED = 8, 120, 4, 0.05, 10, 4, 0  # LOOKS: features that a split may look at
SUBSIDIARY = 3.0  # weight of sampling tables, which are fewer
MISSED = 0.02  # of schedule pages that the glance leaves open: at most so many may be refused by the second look
BOUNDS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)  # probabilities that the second look's may be
REAL = 2.0  # weight of pages that really are pictures


def worn(page: Grey, wear: str, seed: int) -> Grey:
    _, skew, noise, blur, light, one_bit, quality = WEAR[wear]
    page = cv2.GaussianBlur(page, (0, 0), blur) if blur else page
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), skew, 1)
    turned = cv2.warpAffine(page, matrix, page.shape[::-1], borderValue=255).astype(np.float32) * light
    turned += np.random.default_rng(seed).normal(0, noise, page.shape).astype(np.float32) if noise else 0
    levels = turned.clip(0, 255).astype(np.uint8)
    levels = np.where(levels > 150, 255, 0).astype(np.uint8) if one_bit else levels
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", levels, [1, quality])[1], 0), np.uint8)


def grey_page(document: Any, index: int, dpi: float) -> Grey:
    picture = document[index].render(scale=dpi / 72, grayscale=True).to_numpy()
    return np.ascontiguousarray(picture[..., 0] if picture.ndim == 3 else picture, dtype=np.uint8)


def drawn(what: str, seed: int) -> Grey:
    """A page without a table, at 150 dots an inch."""
    chance, page = random.Random(f"{what}-{seed}"), np.full((1650, 1275), 255, np.uint8)

    def words(x: int, y: int, text: str, size: float = 0.8) -> None:
        cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, 0, 2)

    if what in ("signatures", "form"):
        for row in range(chance.randint(2, 9)):
            y = 300 + row * chance.randint(90, 140)
            words(120, y, chance.choice(["Name", "Title", "Date", "Signature", "Address", "Telephone"]))
            if what == "form":
                cv2.rectangle(page, (420, y - 40), (1150, y + 20), 0, 2)
            else:
                cv2.line(page, (420, y + 8), (1150, y + 8), 0, 2)
                cv2.ellipse(page, (700, y - 20), (chance.randint(40, 160), 24), chance.randint(-20, 20), 0, 300, 60, 3)
    elif what in ("letter", "blackened"):
        for line in range(chance.randint(20, 44)):
            words(
                130, 200 + 32 * line, "".join(chance.choice("aeinorst  ") for _ in range(chance.randint(30, 62))), 0.7
            )
        for _ in range(chance.randint(3, 9) if what == "blackened" else 0):
            x, y = chance.randint(130, 700), chance.randint(200, 1400)
            cv2.rectangle(page, (x, y), (x + chance.randint(150, 500), y + chance.randint(24, 200)), 0, -1)
    elif what == "cover":
        for line in range(chance.randint(3, 8)):
            words(
                150,
                300 + 150 * line,
                chance.choice(["PROTOCOL", "Version 2.0", "Confidential", "A study of a drug"]),
                1.4,
            )
    else:  # boxes and arrows of a study's schema, or a graph
        spots = [(chance.randint(100, 950), chance.randint(200, 1300)) for _ in range(chance.randint(4, 14))]
        for (x, y), (u, v) in pairwise(spots):
            cv2.rectangle(page, (x, y), (x + 190, y + 90), 0, 2)
            words(x + 10, y + 50, chance.choice(["Arm A", "n=40", "Screen", "Week 12", "Treat"]))
            cv2.arrowedLine(page, (x + 95, y + 90), (u, v), 0, 2)
    return page


def made_pages(first: int, count: int, folder: Path) -> Iterator[tuple[str, str, int, str, Grey]]:
    """Group, label, page, wear, picture: schedule pages of made-up protocols, those beside, other tables, drawings."""
    kinds = [kind for kind in KINDS if kind not in ("image", "scan", "mixed", "none")]
    for seed in range(first - 70_000, first - 70_000 + count):
        wear = list(WEAR)[seed % len(WEAR)]
        truth = make_protocol(70_000 + seed, folder, kind=kinds[seed % len(kinds)], negatives=6)
        file = folder / f"{truth.id}.pdf"
        if file.exists():
            with pypdfium2.PdfDocument(file) as document:
                types = {page: t.type for t in truth.soe_tables for page in t.grid_pages}
                beside = {page + step for page in types for step in (-1, 0, 1)}
                hard = sorted({page for one in truth.hard_negatives for page in one.pages} - types.keys())
                luck = random.Random(seed)
                others = [luck.randint(1, len(document)), *luck.sample(hard, min(2, len(hard)))]
                for page in sorted(p for p in {*sorted(beside)[:6], *others} if 1 <= p <= len(document)):
                    label = "" if page not in types else "sub" if types[page] == "subsidiary" else "soe"
                    yield truth.id, label, page, wear, worn(grey_page(document, page - 1, WEAR[wear][0]), wear, page)
        for number, what in enumerate(DRAWN):
            wear = list(WEAR)[(seed + number) % len(WEAR)]
            yield f"{what}-{seed}", "", 1, wear, worn(drawn(what, seed), wear, seed)


def labelled_pages(documents: Path, golds: Path, leave_out: set[str]) -> Iterator[tuple[str, str, int, str, Grey]]:
    """The same of labelled protocols, and their pages that really are pictures, as they are (wear "real")."""
    for number, path in enumerate(sorted(golds.glob("*.json"))):
        if path.stem in leave_out:
            continue
        gold = json.loads(path.read_text())
        types = {page: t["type"] for t in gold["soe_tables"] for page in t["grid_pages"]}
        unclear = {e["page"] if isinstance(e, dict) else e for e in gold.get("uncertain_pages", [])}
        hard = sorted({page for entry in gold.get("hard_negatives", []) for page in entry["pages"]} - types.keys())
        chance, wear = random.Random(number), list(WEAR)[number % len(WEAR)]
        with open_pdf(documents / f"{path.stem}.pdf") as document:
            beside = sorted({page + step for page in types for step in (-1, 0, 1)})[:8]
            others = chance.sample(hard, min(3, len(hard))) + chance.sample(range(1, len(document) + 1), 5)
            for page in range(1, len(document) + 1):
                if page in unclear:
                    continue
                label = "" if page not in types else "sub" if types[page] == "subsidiary" else "soe"
                if is_picture(document, page - 1):
                    width, height = document[page - 1].get_size()
                    picture = render_page(document, page - 1, 2 * 72 * SETTINGS.side / max(width, height))[:, :, 1]
                    yield path.stem, label, page, "real", np.ascontiguousarray(picture)
                elif page in beside or page in others:
                    yield path.stem, label, page, wear, worn(grey_page(document, page - 1, WEAR[wear][0]), wear, page)


def is_picture(document: Any, index: int) -> bool:
    """Whether a page is read as a picture; those that pictures cover to less than half are passed over."""
    return is_mostly_picture(document, index) and read_page(document, index).problem in ("image", "scan")


def seen_pages(options: argparse.Namespace) -> list[dict[str, Any]]:
    """A row a page: group, label, page, wear and what is seen; kept in a file as they come."""
    kept = options.out / "pages.jsonl"
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    have = {(row["group"], row["page"], row["wear"]) for row in rows}
    with TemporaryDirectory() as folder, kept.open("a") as file:
        sources = [made_pages(options.first, options.made, Path(folder))]
        sources += [labelled_pages(Path(a), Path(b), options.leave_out) for a, b in options.documents]
        for group, label, page, wear, picture in (one for source in sources for one in source):
            if (group, page, wear) not in have:
                row = {"group": group, "label": label, "page": page, "wear": wear}
                rows.append(row | looked_at(picture))
                file.write(json.dumps(rows[-1]) + "\n")
                file.flush()
    return rows


def looked_at(picture: Grey) -> dict[str, Any]:
    """What the glance sees, and, where that leaves a page open, the second look: None where it cannot judge."""
    seen = features(picture)
    found: dict[str, Any] = {"seen": [round(float(v), 5) for v in seen]}
    if chance(seen, shipped_trees()) >= SETTINGS.nothing:
        scale = 2 * SETTINGS.side / max(picture.shape)
        large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        again = look_again(np.ascontiguousarray(np.stack([large] * 3, axis=2)))
        found["again"] = None if again is None else [round(float(v), 4) for v in again]
    return found


def trees() -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        learning_rate=RATE,
        subsample=0.6,
        min_samples_leaf=LEAF,
        max_features=LOOKS,
        random_state=SEED,
    )


def held_out(rows: list[dict[str, Any]]) -> NDArray[np.float64]:
    """(n,) probabilities of pages by trees that saw no page of their documents."""
    from sklearn.model_selection import GroupKFold

    x, y, weights = arrays(rows)
    found = np.zeros(len(rows))
    for learn, judge in GroupKFold(FOLDS).split(x, y, [row["group"] for row in rows]):
        found[judge] = trees().fit(x[learn], y[learn], sample_weight=weights[learn]).predict_proba(x[judge])[:, 1]
    return found


def arrays(
    rows: list[dict[str, Any]], look: str = "seen"
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    labels = [row["label"] for row in rows]
    weights = np.asarray([SUBSIDIARY if label == "sub" else 1.0 for label in labels])
    weights = weights * np.asarray([REAL if row["wear"] == "real" else 1.0 for row in rows])
    return np.asarray([row[look] for row in rows]), np.asarray([bool(label) for label in labels]), weights


def is_read(rows: list[dict[str, Any]], found: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """Pages likely enough, and those beside one that surely shows a table."""
    place = {(row["group"], row["page"], row["wear"]): p for row, p in zip(rows, found, strict=True)}
    beside = [max(place.get((row["group"], row["page"] + step, row["wear"]), 0.0) for step in (-1, 1)) for row in rows]
    near = (np.asarray(beside) >= SETTINGS.beside) & (found >= SETTINGS.nothing)
    return np.asarray((found >= least) | near)


def regression(rows: list[dict[str, Any]]) -> Any:
    """The second look's logistic regression, learnt from what it saw of these pages."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y, _ = arrays(rows, "again")
    real = np.asarray([REAL if row["wear"] == "real" else 1.0 for row in rows])
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y, logisticregression__sample_weight=real)


def held_out_again(rows: list[dict[str, Any]]) -> NDArray[np.float64]:
    """(n,) probabilities of the second look, held out as above; nan for pages that it cannot judge or need not."""
    from sklearn.model_selection import GroupKFold

    judged = np.asarray([place for place, row in enumerate(rows) if row.get("again")])
    x, y, _ = arrays([rows[place] for place in judged], "again")
    found = np.full(len(rows), np.nan)
    for learn, judge in GroupKFold(FOLDS).split(x, y, [rows[place]["group"] for place in judged]):
        model = regression([rows[place] for place in judged[learn]])
        found[judged[judge]] = model.predict_proba(x[judge])[:, 1]
    return found


def is_read_again(
    rows: list[dict[str, Any]], found: NDArray[np.float64], again: NDArray[np.float64], least: float
) -> NDArray[np.bool_]:
    """Pages that both looks leave open, as detection decides: found, again are probabilities of the two."""
    keys = [(row["group"], row["page"], row["wear"]) for row in rows]
    place = {key: k for k, key in enumerate(keys)}
    opened = is_read(rows, found, SETTINGS.read)
    read = opened & ~(again < least)
    for k in np.flatnonzero(opened & ~read).tolist():
        group, page, wear = keys[k]
        near = [place[key] for step in (-1, 1) if (key := (group, page + step, wear)) in place]
        read[k] = any(found[n] >= SETTINGS.beside and not again[n] < AGAIN.beside for n in near)
    return read


def upper_bound(misses: int, of: int) -> float:
    """Upper end of the 95 % interval of a share (Clopper and Pearson 1934), one-sided."""
    from scipy.stats import beta

    return 1.0 if misses >= of else float(beta.ppf(0.95, misses + 1, of - misses))


def least_again(rows: list[dict[str, Any]], found: NDArray[np.float64], again: NDArray[np.float64]) -> float:
    """The bound of the second look, by a rule and not by the pages that are read.

    The highest of BOUNDS at which, of the schedule pages that the glance leaves open, the share that the second look
    refuses is below MISSED by its upper bound, and none that is really a picture; 0 (nothing is refused) if none is.
    """
    labels, opened = arrays(rows)[1], is_read(rows, found, SETTINGS.read)
    real = np.asarray([row["wear"] == "real" for row in rows])
    for least in sorted(BOUNDS, reverse=True):
        lost = labels & opened & ~is_read_again(rows, found, again, least)
        print(f"{least}: {lost.sum()} of {(labels & opened).sum()} refused", file=sys.stderr)
        if upper_bound(int(lost.sum()), int((labels & opened).sum())) <= MISSED and not (lost & real).any():
            return least
    return 0.0


def scores(rows: list[dict[str, Any]], reads: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Schedule pages missed and other pages read, by source and wear; reads: which pages are read."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row, read in zip(rows, reads.tolist(), strict=True):
        source = "real" if row["wear"] == "real" else "made up" if is_made(row) else "labelled, worn"
        count = counts.setdefault((source, row["wear"]), Counter())
        kind = "other" if not row["label"] else "subsidiary" if row["label"] == "sub" else "schedule"
        count.update({kind: 1, f"{kind} read": int(read)})
    return [{"pages": source, "wear": wear, **count} for (source, wear), count in sorted(counts.items())]


def is_made(row: dict[str, Any]) -> bool:
    return row["group"].startswith("sample") or row["group"].split("-")[0] in DRAWN


def exported(rows: list[dict[str, Any]]) -> tuple[float, list[dict[str, Any]]]:
    """Log-odds to begin from, and the trees as the package reads them, learnt from all pages."""
    x, y, weights = arrays(rows)
    model, share = trees().fit(x, y, sample_weight=weights), float(np.average(y, weights=weights))
    found = []
    for (one,) in model.estimators_:
        tree = one.tree_
        found.append(
            {
                "feature": tree.feature.tolist(),
                "at": [round(float(v), 7) for v in tree.threshold],
                "low": tree.children_left.tolist(),
                "high": tree.children_right.tolist(),
                "value": [round(float(v) * RATE, 5) for v in tree.value[:, 0, 0]],
            }
        )
    return round(float(np.log(share / (1 - share))), 5), found


def tell(who: str, rows: list[dict[str, Any]], reads: NDArray[np.bool_]) -> None:
    print(f"\n{who}:\n\n| pages | wear | schedule pages read | subsidiary | others read |")
    print("|---|---|---|---|---|")
    for row in scores(rows, reads):
        told = [f"{row.get(f'{k} read', 0)} of {row.get(k, 0)}" for k in ("schedule", "subsidiary", "other")]
        print(f"| {row['pages']} | {row['wear']} | {' | '.join(told)} |")


def shipped(rows: list[dict[str, Any]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) probabilities by the package's glance and its second look."""
    found = np.asarray([chance(np.asarray(row["seen"]), shipped_trees()) for row in rows])
    again = [likely_again(np.asarray(row["again"])) if row.get("again") else np.nan for row in rows]
    return found, np.asarray(again, np.float64)


def card_of(options: argparse.Namespace, rows: list[dict[str, Any]], learnt: Any) -> dict[str, Any]:
    return {
        "command": f"benchmarks/glance.py --first {options.first} --made {options.made}"
        + " --documents ..." * len(options.documents),
        "data": dict(Counter(f"{'made up' if is_made(row) else 'labelled'}, {row['wear']}" for row in rows)),
        "groups": len({row["group"] for row in rows}),
        "seed": SEED,
        "sha256": hashlib.sha256(json.dumps(learnt).encode()).hexdigest(),
    }


def write_model(target: Path, card: dict[str, Any], model: dict[str, Any]) -> None:
    target.write_text(json.dumps({"card": card} | model, separators=(",", ":")) + "\n")
    print(f"\n{target}: {card['sha256'][:16]}", file=sys.stderr)


def make_glance(options: argparse.Namespace, rows: list[dict[str, Any]], found: NDArray[np.float64]) -> None:
    start, trees = exported(rows)
    card = {"about": "May a page picture hold a schedule? Gradient boosted trees, made by benchmarks/glance.py."}
    card |= card_of(options, rows, [start, trees]) | {"held_out": scores(rows, is_read(rows, found, SETTINGS.read))}
    card |= {"read": SETTINGS.read, "beside": SETTINGS.beside, "nothing": SETTINGS.nothing}
    write_model(options.out / "glance.json", card, {"features": list(NAMES), "start": start, "trees": trees})


def make_second_look(options: argparse.Namespace, rows: list[dict[str, Any]], found: NDArray[np.float64]) -> None:
    """found: probabilities by the glance of the package, which decides what the second look sees."""
    again = held_out_again(rows)
    least = least_again(rows, found, again)
    reads = is_read_again(rows, found, again, least)
    tell(f"the second look, held out, read from {least}", rows, reads)
    judged = [row for row in rows if row.get("again")]
    scale, model = regression(judged)
    weights = model.coef_[0] / scale.scale_
    learnt = {
        "features": list(AGAIN_NAMES),
        "weights": [round(float(weight), 5) for weight in weights],
        "bias": round(float(model.intercept_[0] - weights @ scale.mean_), 5),
    }
    card = {"about": "Does a page picture hold a schedule, by a dozen of its lines? Made by benchmarks/glance.py."}
    card |= card_of(options, judged, learnt) | {"held_out": scores(rows, reads)}
    write_model(
        options.out / "second_look.json",
        card | {"read": least, "beside": AGAIN.beside, "missed": MISSED},
        learnt,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--made", type=int, default=40, help="made-up protocols")
    parser.add_argument("--first", type=int, default=70_000, help="seed of the first of them")
    parser.add_argument("--documents", nargs=2, action="append", default=[], metavar=("DOCUMENTS", "GOLD"))
    parser.add_argument("--leave-out", type=lambda names: set(names.split(",")), default=set())
    parser.add_argument("--only-score", action="store_true", help="count what the package reads; make nothing")
    parser.add_argument("--write", choices=("glance", "second_look"), help="into the package")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = seen_pages(options)
    found, again = shipped(rows)
    tell("the package's glance (which may have learnt from these documents)", rows, is_read(rows, found, SETTINGS.read))
    tell("with the second look", rows, is_read_again(rows, found, again, AGAIN.read))
    if options.only_score:
        return
    make_second_look(options, rows, found)
    make_glance(options, rows, held_out(rows))
    if options.write:
        home = second_look if options.write == "second_look" else scan_glance
        target = Path(home.__file__).with_name(f"{options.write}.json")
        target.write_text((options.out / target.name).read_text())


if __name__ == "__main__":
    main()
