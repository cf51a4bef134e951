"""Schedules as pictures, or under a poor text layer, held cell by cell against the same pages read from their text.

    python benchmarks/scanned_tables.py --out DIR [--seeds 0-26] [--documents DIR FACTS] [--leave-out ID,ID]
        [--kinds "fax;turned"] [--half even|odd] [--show N]
        [--each 1] [--again]

Made-up schedules (`soesift.sample.restyled`, those that are read without a slip from their text) and, with
`--documents`, tables whose facts (benchmarks/soe_bench/tables) our reading of the text meets, are drawn in the kinds of
benchmarks/worn_pages.py and read by the usual `detect`. Places are header columns with all their levels, names of rows,
marks and other cells, notes; signs and letters count, spaces are counted apart, long texts may have some letters
wrong. Markers are counted apart. What the recogniser said is kept in DIR/ocr, scores in DIR/scores: the command goes on
where it was stopped, and `--again` reads anew with the words kept. Even seeds are for repairs, odd ones for figures.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from worn_pages import KINDS, make_worn

from soesift.detect.detector import Detector
from soesift.result.models import Result, SoeTable

LONG = 40  # letters: longer texts may have some wrong
ALIKE = 0.94
SIGNS = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "✔": "✓", "√": "✓", "×": "x", "≥": ">", "≤": "<"})
MOST_PAGES = 2  # of a table: OCR takes its time
SIZES = (7.0, 8.0, 9.0, 10.0)  # of print in made-up documents: what 100 dots an inch can show


def keep_ocr(folder: Path) -> None:
    """Let what the models say be kept by the picture they are shown: repairs after them are tried in a second."""
    from soesift.document import ocr, scan_text

    folder.mkdir(parents=True, exist_ok=True)
    real_read, real_lines = scan_text._read, ocr.detect_lines

    def kept(key: bytes, make: Callable[[], Any]) -> Any:
        name = hashlib.sha256(key).hexdigest()
        path = folder / name[:2] / name[2:22]
        if path.exists():
            return pickle.loads(path.read_bytes())
        value = make()
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".part").write_bytes(pickle.dumps(value))
        path.with_suffix(".part").rename(path)
        return value

    def read(crops: list[Any], width: int, part: scan_text.Part) -> list[Any]:
        return [read_one(crop, width, part) for crop in crops]

    def read_one(crop: Any, width: int, part: scan_text.Part) -> Any:
        key = b"" if part == "rec" else part.encode()
        said = kept(key + repr(crop.shape).encode() + crop.tobytes(), lambda: real_read([crop], width, part)[0])
        return scan_text.Reading(said.text, said.confidence, said.centres, sure=said.sure, faint=said.faint)

    def lines(picture: Any, longest: int) -> Any:
        key = f"{picture.shape} {longest}".encode() + picture.tobytes()
        return kept(key, lambda: real_lines(picture, longest))

    scan_text._read, ocr.detect_lines = read, lines  # type: ignore[assignment]


@dataclass(slots=True)
class Score:
    """Counts by kind of place ("mark", "mark right", ...) and the slips in words."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def place(self, kind: str, right: bool, doubted: bool, said: str = "") -> None:
        self.counts.update({kind: 1, f"{kind} right": right})
        if kind != "marker":
            word = "right" if right else "wrong"
            self.counts.update({word: 1, f"{word} doubted": doubted})
        if not right:
            self.counts.update({f"{kind} wrong doubted": doubted})
            self.told.append(f"{kind}{' (doubted)' if doubted else ''}: {said}")


def letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.translate(SIGNS)).casefold().translate(SIGNS)
    return "".join(c for c in plain if c.isalnum() or c in "+-<>±✓•●■▲◆→↔") or "".join(plain.split())


def same(one: str, two: str) -> bool:
    a, b = letters(one), letters(two)
    return a == b or (len(a) >= LONG and SequenceMatcher(None, a, b, autojunk=False).ratio() >= ALIKE)


def likeness(one: str, two: str) -> float:
    a, b = letters(one), letters(two)
    if a == b:
        return 1.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def aligned(one: int, two: int, like: Callable[[int, int], float], least: float) -> dict[int, int]:
    """Pairs in order with the greatest likeness (Needleman and Wunsch 1970); less alike than `least` is no pair."""
    best = np.zeros((one + 1, two + 1))
    alike = np.array([[like(a, b) for b in range(two)] for a in range(one)]).reshape(one, two)
    for a in range(one):
        for b in range(two):
            pair = best[a, b] + alike[a, b] if alike[a, b] >= least else -1
            best[a + 1, b + 1] = max(pair, best[a, b + 1], best[a + 1, b])
    pairs, a, b = {}, one, two
    while a and b:
        if alike[a - 1, b - 1] >= least and best[a, b] == best[a - 1, b - 1] + alike[a - 1, b - 1]:
            a, b = a - 1, b - 1
            pairs[a] = b
        elif best[a, b] == best[a - 1, b]:
            a -= 1
        else:
            b -= 1
    return dict(sorted(pairs.items()))


class Laid:
    """What was read, laid over the reference."""

    def __init__(self, want: SoeTable, got: SoeTable) -> None:
        self.want, self.got = want, got
        self.rows = self._rows()
        self.columns = self._columns()
        self.doubted = {
            (r, c)
            for cell in got.cells
            if cell.doubt
            for r in range(cell.row, cell.row + cell.row_span)
            for c in range(cell.column, cell.column + cell.column_span)
        }
        self.want_markers = {(c.row, c.column): c.markers for c in want.cells if c.markers}
        self.got_markers = {(c.row, c.column): c.markers for c in got.cells if c.markers}

    def _rows(self) -> dict[int, int]:
        want, got = self.want, self.got
        one, two = want.grid[want.header_rows :], got.grid[got.header_rows :]

        def like(a: int, b: int) -> float:
            name = likeness(one[a][0], two[b][0])
            rest = likeness(" ".join(one[a][1:]), " ".join(two[b][1:]))
            return name + 0.2 * rest

        pairs = aligned(len(one), len(two), like, 0.6)
        return {a + want.header_rows: b + got.header_rows for a, b in pairs.items()}

    def _columns(self) -> dict[int, int]:
        want, got = self.want, self.got

        def like(a: int, b: int) -> float:
            head = likeness(
                " ".join(row[a] for row in want.grid[: want.header_rows]),
                " ".join(row[b] for row in got.grid[: got.header_rows]),
            )
            body = [
                letters(want.grid[r][a]) == letters(got.grid[s][b])
                for r, s in self.rows.items()
                if want.grid[r][a] or got.grid[s][b]
            ]
            return 0.01 + head + (sum(body) / len(body) if body else 0.0)

        return aligned(len(want.grid[0]), len(got.grid[0]), like, 0.3)

    def gap(self, pairs: dict[int, int], place: int, end: int) -> range:
        """Found places between the neighbours of one that was not found, and those neighbours."""
        before = max((b for a, b in pairs.items() if a < place), default=0)
        after = min((b for a, b in pairs.items() if a > place), default=end - 1)
        return range(before, after + 1)


def compare(want: SoeTable, tables: Sequence[SoeTable]) -> Score:
    score = Score()
    score.counts["tables"] = 1
    names = {letters(row[0]) for row in want.grid}
    ranked = [(sum(letters(t) in names for row in table.grid for t in row[:2]), -n) for n, table in enumerate(tables)]
    best = max(ranked, default=(0, 0))
    if not best[0]:
        score.counts["lost"] += 1
        for kind, count in (("column", len(want.grid[0])), ("name", len(want.grid) - want.header_rows)):
            for _ in range(count):
                score.place(kind, False, False, "table not found")
        return score
    if len(tables) > 1:
        score.told.append(f"{len(tables)} tables")
        score.counts["in several tables"] += 1
    laid = Laid(want, tables[-best[1]])
    score_header(score, laid)
    score_body(score, laid)
    score_notes(score, laid)
    score.counts["perfect"] += not any(
        key.endswith("wrong doubted") and key != "marker wrong doubted" for key in score.counts
    )
    score.counts["mended"] += score.counts["wrong"] == score.counts["wrong doubted"]
    score.counts["header rows"] += laid.want.header_rows == laid.got.header_rows
    return score


def score_header(score: Score, laid: Laid) -> None:
    want, got = laid.want, laid.got
    for column in range(len(want.grid[0])):
        texts = [row[column] for row in want.grid[: want.header_rows]]
        if not any(texts):
            continue
        at = laid.columns.get(column)
        if at is None:
            near = laid.gap(laid.columns, column, len(got.grid[0]))
            doubted = any((r, c) in laid.doubted for r in range(got.header_rows) for c in near)
            score.place("column", False, doubted, f"{texts} was not read")
            continue
        read = [row[at] for row in got.grid[: got.header_rows]]
        doubted = any((r, at) in laid.doubted for r in range(got.header_rows))
        right = letters(" ".join(distinct(texts))) == letters(" ".join(distinct(read)))
        score.place("column", right, doubted, f"{texts} read {read}")
        for level in range(min(want.header_rows, got.header_rows)):
            score_markers(score, laid, (level, column), (level, at))
    for column in set(range(len(got.grid[0]))) - set(laid.columns.values()):
        doubted = any((r, column) in laid.doubted for r in range(got.header_rows))
        score.place("column extra", False, doubted, f"column {column}: {[row[column] for row in got.grid][:3]}")


def distinct(texts: list[str]) -> list[str]:
    return [text for n, text in enumerate(texts) if text and (not n or text != texts[n - 1])]


def score_body(score: Score, laid: Laid) -> None:
    want, got = laid.want, laid.got
    for row in range(want.header_rows, len(want.grid)):
        at = laid.rows.get(row)
        name = want.grid[row][0]
        if at is None:
            near = laid.gap(laid.rows, row, len(got.grid))
            score.place("name", False, any((r, 0) in laid.doubted for r in near), f"{name!r} was not read")
            continue
        read = got.grid[at][0]
        score.place("name", same(name, read), (at, 0) in laid.doubted, f"{name!r} read {read!r}")
        count_words(score, name, read)
        score_markers(score, laid, (row, 0), (at, 0))
        for column, place in laid.columns.items():
            said, found = want.grid[row][column], got.grid[at][place]
            if column and (said or found) and said != name:
                right, doubted = same(said, found), (at, place) in laid.doubted
                score.place("mark", right, doubted, f"row {row} column {column}: {said!r} read {found!r}")
                score_markers(score, laid, (row, column), (at, place))
    for row in range(got.header_rows, len(got.grid)):
        if row not in laid.rows.values() and any(got.grid[row]):
            score.place("row extra", False, (row, 0) in laid.doubted, f"{got.grid[row][:4]}")


def count_words(score: Score, want: str, got: str) -> None:
    """Whether the spaces of a right text are there."""
    if same(want, got) and " " in want.strip():
        score.counts.update({"spaced": 1, "spaced right": len(want.split()) == len(got.split())})


def score_markers(score: Score, laid: Laid, one: tuple[int, int], two: tuple[int, int]) -> None:
    want, got = laid.want_markers.get(one, []), laid.got_markers.get(two, [])
    if want or got:
        score.place("marker", want == got, two in laid.doubted, f"{one}: {want} read {got}")


def score_notes(score: Score, laid: Laid) -> None:
    left = list(laid.got.footnotes)
    gaps = {d.marker for d in laid.got.doubt if d.marker}
    for note in [n for n in laid.want.footnotes if n.marker]:
        hits = [n for n in left if n.marker == note.marker]
        hits.sort(key=lambda n: -likeness(n.text, note.text))
        if not hits:
            score.place("note", False, note.marker in gaps, f"{note.marker} {note.text[:50]!r} was not read")
            continue
        left.remove(hits[0])
        right = likeness(hits[0].text, note.text) >= ALIKE
        count_words(score, note.text, hits[0].text)
        said = (
            f"{note.marker} {note.text[:40]!r}..{note.text[-40:]!r} read {hits[0].text[:40]!r}..{hits[0].text[-40:]!r}"
        )
        score.place("note", right, bool(hits[0].doubt), said)
    for found in left:
        if found.marker:
            score.place("note foreign", False, bool(found.doubt), f"{found.marker} {found.text[:60]!r}")


@dataclass(frozen=True, slots=True)
class Source:
    """A document, and one of its tables as read from the text."""

    name: str
    path: Path
    seed: int
    table: SoeTable


def made(seeds: range, folder: Path, detector: Detector) -> Iterator[Source]:
    """Made-up schedules that are read from their text without a slip."""
    from whole_tables import compare as held

    from soesift.sample.restyled.press import restyle

    for seed in seeds:
        path, known = folder / f"made-{seed}.pdf", folder / f"made-{seed}.json"
        if not known.exists():
            truth = restyle(70_000 + seed, path, size=SIZES[seed // 2 % 4])
            result = detector.detect(path, ocr="never")
            tables = [t for t in result.tables if set(t.pages) & set(truth.pages)]
            good = len(tables) == 1 and held(truth, tables, seed).perfect
            known.write_text(tables[0].model_dump_json() if good else "null")
        table = json.loads(known.read_text())
        if table is not None and len({*table["pages"], *table["footnote_pages"]}) <= MOST_PAGES:
            yield Source(f"made-{seed}", path, seed, SoeTable.model_validate(table))


def labelled(documents: Path, facts: Path, leave_out: set[str], folder: Path, detector: Detector) -> Iterator[Source]:
    """Tables of at most four pages that our reading of the text has without a slip by their facts."""
    sys.path.insert(0, str(Path(__file__).parent / "soe_bench"))
    from score_facts import score_best

    for number, path in enumerate(sorted(documents.glob("*.pdf"))):
        known, gold = folder / f"{path.stem}.json", facts / f"{path.stem}.json"
        if path.stem in leave_out or not gold.exists():
            continue
        if not known.exists():
            result = detector.detect(path, ocr="never")
            known.write_text(json.dumps(right_tables(score_best, json.loads(gold.read_text()), result)))
        for index, table in enumerate(json.loads(known.read_text())):
            yield Source(f"{path.stem}-{index}", path, number, SoeTable.model_validate(table))


def right_tables(score_best: Any, facts: dict[str, Any], result: Result) -> list[Any]:
    raw = json.loads(result.model_dump_json())["tables"]
    good = []
    for table in facts["tables"]:
        pages = set(table["pages"])
        found = [t for t in raw if pages & set(t["pages"])]
        if len(found) == 1 and len(pages) <= MOST_PAGES and not score_best(table, found).errors:
            good.append(found[0])
    return good


def grids(table: SoeTable) -> dict[int, tuple[float, float, float, float] | None]:
    """Pages of a table and of its notes, with the box of its grid there."""
    boxes = {f.page: f.bbox for f in table.fragments if f.page is not None and f.role == "grid"}
    return {page: boxes.get(page) for page in sorted({*table.pages, *table.footnote_pages})}


def score_one(source: Source, kind: str, out: Path, detector: Detector, again: bool) -> dict[str, Any]:
    name = f"{source.name}-{kind.replace(' ', '-').replace(',', '')}"
    kept, worn = out / "scores" / f"{name}.json", out / "worn" / f"{name}.pdf"
    if kept.exists() and not again:
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    if not worn.exists():
        make_worn(source.path, grids(source.table), KINDS[kind], worn, source.seed)
    result = detector.detect(worn)
    (out / "results" / f"{name}.json").write_text(result.model_dump_json())
    score = compare(source.table, result.tables)
    found = {"name": name, "kind": kind, "seed": source.seed, "counts": dict(score.counts), "told": score.told}
    kept.write_text(json.dumps(found))
    return found


PLACES = ("column", "name", "mark", "note", "marker")


def report(title: str, scores: list[dict[str, Any]]) -> str:
    total: Counter[str] = Counter()
    for score in scores:
        total.update(score["counts"])
    cells = [f"{total['perfect']} ({total['mended']}) of {total['tables']}", f"{total['header rows']}"]
    cells += [f"{total[f'{kind} right']}/{total[kind]}" for kind in PLACES]
    cells += [f"{total['row extra']}, {total['column extra']}, {total['note foreign']}"]
    cells += [f"{total['spaced right']}/{total['spaced']}"]
    cells += [f"{total[f'{word} doubted']}/{total[word]}" for word in ("wrong", "right")]
    return f"| {title} | " + " | ".join(cells) + " |"


HEAD = (
    "| kind | perfect (once marked places are mended) | header rows | columns | names | marks | notes | markers "
    "| extra rows, columns, notes | spaces | wrong, doubted | right, doubted |"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", default="0-26")
    parser.add_argument("--documents", nargs=2, type=Path, metavar=("DOCUMENTS", "FACTS"))
    parser.add_argument("--leave-out", type=lambda names: set(names.split(",")), default=set())
    parser.add_argument("--kinds", type=lambda names: names.split(";"), default=list(KINDS))
    parser.add_argument("--each", type=int, default=1, help="kinds of each table")
    parser.add_argument("--half", choices=("even", "odd", "both"), default="both")
    parser.add_argument("--show", type=int, default=0, help="slips of each table of even seeds")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    for part in ("born", "worn", "results", "scores"):
        (options.out / part).mkdir(parents=True, exist_ok=True)
    keep_ocr(options.out / "ocr")
    detector = Detector.load()
    first, end = map(int, options.seeds.split("-"))
    sources = list(made(range(first, end), options.out / "born", detector))
    if options.documents:
        sources += labelled(*options.documents, options.leave_out, options.out / "born", detector)
    scores = []
    places = [0, 0]  # the halves take the kinds by turns
    for source in sources:
        if options.half != "both" and (source.seed % 2 == 0) != (options.half == "even"):
            continue
        for step in range(options.each):
            kind = options.kinds[(places[source.seed % 2] + step) % len(options.kinds)]
            scores.append(score_one(source, kind, options.out, detector, options.again))
            print(report(scores[-1]["name"], scores[-1:]), file=sys.stderr, flush=True)
        places[source.seed % 2] += 1
    for half in (0, 1):
        some = [score for score in scores if score["seed"] % 2 == half]
        print(f"\n{('even', 'odd')[half]} seeds\n\n{HEAD}\n|" + "---|" * 12)
        for kind in options.kinds:
            if of_kind := [score for score in some if score["kind"] == kind]:
                print(report(kind, of_kind))
        print(report("all", some))
    for score in scores:
        if score["seed"] % 2 == 0 and score["told"] and options.show:
            print(score["name"], *score["told"][: options.show], sep="\n    ")


if __name__ == "__main__":
    main()
