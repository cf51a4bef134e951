"""Score what `soesift detect` wrote by facts of the true tables.

    python benchmarks/soe_bench/score_facts.py FACTS_DIR RESULTS_DIR [--half HALF] [--per-table] [--errors]

FACTS_DIR holds `ID.json` of `facts.py`, RESULTS_DIR `ID.json` of any `soe-result`, of which this is read: of each
table pages, title, grid, header_rows, footnotes, and, where there are any, markers, states and doubts of cells.

Each true table is held against the found one that shares a page and fits best. Rows are aligned in order by their
names, columns by header and marks; then
  header   columns, those of the labels included, whose levels, read downwards, are the true ones. A text that spans
           counts once; levels may be cut into rows in another way; rows too many do not matter here
  rows     with the right name, below the header; found rows that are none are extra
  marks    non-empty cells right of the labels: right text, wrong text, missed, extra. A sentence (40 letters and
           more) may have some letters wrong
  notes    marker and text right, or a text alike to about 94 %; missed; marked notes that are none
  raised   cells with exactly their raised markers, of those that have any; cells with markers that have none. Only of
           results that know raised markers, in tables that print them raised; elsewhere a marker behind its text is no
           error
  sentences notes and cells of 40 letters and more that are right, with as many words as on the page: spaces kept
  redacted what is only "CCI" or "PPD", as printed on black boxes, counts neither way; nor does a note redacted whole
  grids    header, rows and marks without a slip, nothing extra
  perfect  header, rows, marks and notes without a slip, nothing extra. Title, type, header rows count apart
  doubts   of what is wrong and stands in a cell or note of the result, how much carries a doubt; of what is right,
           how much does; tables without a slip that carries none. A note that was missed counts as doubted where a
           doubt about the table names its marker
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facts import HALVES, LONG, alike, bare_title, digest, joined, letters, sketch, words

NEAR = 0.3  # share of shingles from which two sentences are one: about one letter in sixteen may be wrong
LENGTH = 0.06  # how much their lengths may differ
SAME_MARKS = 0.5  # overlap of marks from which rows between two known ones are the same, their name misread

REDACTIONS = {"CCI", "PPD"}
Pairs = dict[int, int]  # place in the facts -> place in the found grid


@dataclass
class Score:
    """Counts of one table, and every difference in words."""

    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, key: str, number: int = 1) -> None:
        self.counts[key] = self.counts.get(key, 0) + number

    def wrong(self, what: str, doubted: bool | None) -> None:
        """A slip; `doubted` is None where the result has no cell that could carry a doubt."""
        self.errors.append(f"{what}{' (doubted)' if doubted else ''}")
        self.add("slips")
        self.add("slips_doubted", bool(doubted))

    def spaced(self, text: str, sentence: dict[str, Any] | None) -> None:
        """Whether a sentence that is right has as many words as on the page."""
        if sentence:
            self.add("sentences")
            self.add("sentences_ok", words(text) == sentence["words"])

    def right(self, doubted: bool) -> None:
        self.add("right")
        self.add("right_doubted", doubted)


@dataclass(frozen=True)
class Found:
    """A found table, with what its cells carry by place."""

    raw: dict[str, Any]
    grid: list[list[str]]
    head: int
    cells: dict[tuple[int, int], dict[str, Any]]
    knows_raised: bool
    strict: bool  # markers are raised in print, and the result knows such

    def doubted(self, row: int, column: int) -> bool:
        return has_doubt(self.cells.get((row, column), {}))

    def names(self, row: int) -> set[str]:
        """Hashes a row's name may have: its first cells alone and joined."""
        texts = [text or "" for text in self.grid[row][:3]]
        options = [*texts[:2], joined(texts[:2]), joined(texts)]
        return {h for h in map(digest, options) if h}


def has_doubt(record: dict[str, Any]) -> bool:
    return bool(record.get("doubt") or record.get("doubts"))


def cell_map(table: dict[str, Any]) -> dict[tuple[int, int], dict[str, Any]]:
    """Cells by each place of the grid that they cover."""
    return {
        (cell["row"] + down, cell["column"] + right): cell
        for cell in table.get("cells", [])
        for down in range(cell.get("row_span", 1))
        for right in range(cell.get("column_span", 1))
    }


def found_table(table: dict[str, Any], in_print: bool) -> Found:
    cells = cell_map(table)
    raised = any("markers" in cell for cell in table.get("cells", []))
    grid = [[text or "" for text in row] for row in table["grid"]]
    return Found(table, grid, table.get("header_rows", 1), cells, raised, raised and in_print)


def align(n: int, m: int, weight: Callable[[int, int], float]) -> Pairs:
    """The pairs (i, j), both rising, of greatest total weight; pairs of weight 0 are none."""
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    weights = [[weight(i, j) for j in range(m)] for i in range(n)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            both = weights[i][j] + best[i + 1][j + 1] if weights[i][j] > 0 else 0.0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    pairs, i, j = {}, 0, 0
    while i < n and j < m:
        if weights[i][j] > 0 and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            pairs[i], i, j = j, i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def gaps(pairs: Pairs, n: int, m: int) -> Iterable[tuple[range, range]]:
    """What lies unpaired between two pairs, before the first and behind the last."""
    ends = [(-1, -1), *sorted(pairs.items()), (n, m)]
    for (i, j), (k, last) in itertools.pairwise(ends):
        if k - i > 1 and last - j > 1:
            yield range(i + 1, k), range(j + 1, last)


def with_gaps(pairs: Pairs, n: int, m: int, same: Callable[[int, int], bool]) -> Pairs:
    """The pairs, and in gaps of the same size on both sides those that `same` accepts."""
    more = {
        i: j
        for left, right in gaps(pairs, n, m)
        if len(left) == len(right)
        for i, j in zip(left, right, strict=True)
        if same(i, j)
    }
    return pairs | more


def filled(grid: Sequence[Sequence[str]], row: int) -> set[int]:
    return {column for column, text in enumerate(grid[row]) if letters(text) and not redaction(text)}


def redaction(text: str) -> bool:
    """Whether a text is only what is printed on black boxes: such cells and rows count neither way."""
    return bool(text.split()) and {*text.split()} <= REDACTIONS


def whole_column(found: Found, column: int) -> set[str]:
    """Hashes of every run of a column's header levels."""
    levels = [row[column] if column < len(row) else "" for row in found.grid[: found.head]]
    runs = (levels[i:j] for i in range(len(levels)) for j in range(i + 1, len(levels) + 1))
    return {h for h in (digest(joined(run)) for run in runs) if h}


def same_text(wanted: Sequence[str], sentence: dict[str, Any] | None, text: str) -> bool:
    """Whether a text has one of the hashes, or is the same sentence but for a few letters."""
    if digest(text) in wanted or not sentence:
        return digest(text) in wanted
    length = len(letters(text))
    near = abs(length - sentence["length"]) <= max(2, LENGTH * sentence["length"])
    return near and sentence["length"] >= LONG and alike(sentence["sketch"], sketch(text)) >= NEAR


def accepted(hashes: Sequence[str], found: Found) -> Sequence[str]:
    """The hashes that count: of a result that knows raised markers only the text without them."""
    return hashes[:1] if found.strict else hashes


def rows_by_name(facts: dict[str, Any], found: Found) -> Pairs:
    names = [found.names(row) for row in range(len(found.grid))]
    wanted = [{*row["name"], *row.get("glued", [])} for row in facts["rows"]]
    return align(len(wanted), len(names), lambda i, j: float(bool(names[j] & wanted[i])))


def columns_of(facts: dict[str, Any], found: Found, rows: Pairs) -> Pairs:
    """True columns right of the labels -> found columns: by header, else by the share of equal marks."""
    width, labels = max(map(len, found.grid), default=0), facts["label_columns"]
    whole = [whole_column(found, column) for column in range(width)]
    grid = found.grid
    texts = [{j: digest(grid[j][c]) if c < len(grid[j]) else None for j in rows.values()} for c in range(width)]

    def weight(i: int, j: int) -> float:
        if not j:
            return 0.0
        marks = {
            rows[r]: row["cells"][str(i + labels)]
            for r, row in enumerate(facts["rows"])
            if r in rows and str(i + labels) in row["cells"]
        }
        shared = sum(texts[j][r] in wanted for r, wanted in marks.items())
        found_marks = sum(h is not None for h in texts[j].values())
        union = len(marks) + found_marks - shared
        head = bool(whole[j].intersection(facts["columns"][i + labels]["whole"]))
        return head + shared / union if union else head * 1.0

    count = facts["n_columns"] - labels
    pairs = align(count, width, weight)
    return {i + labels: j for i, j in with_gaps(pairs, count, width, lambda i, j: j > 0).items()}


def rows_of(facts: dict[str, Any], found: Found, by_name: Pairs, columns: Pairs) -> Pairs:
    """The pairs by name, and rows between them with a misread name that have the same marks."""
    back = {j: i for i, j in columns.items()}

    def same(i: int, j: int) -> bool:
        wanted = {int(c) for c in facts["rows"][i]["cells"]}
        shown = {back[c] for c in filled(found.grid, j) if c in back}
        return not wanted | shown or len(wanted & shown) / len(wanted | shown) >= SAME_MARKS

    return with_gaps(by_name, len(facts["rows"]), len(found.grid), same)


def header_places(facts: dict[str, Any], found: Found, columns: Pairs) -> dict[int, list[int]]:
    """Found columns that a true column's header may stand in: one of a visit, any of the labels for a label."""
    ends = min(columns.values(), default=1)
    labels = {column: list(range(ends)) for column in range(facts["label_columns"])}
    return labels | {column: [place] for column, place in columns.items()}


def score_header(facts: dict[str, Any], found: Found, columns: Pairs, score: Score) -> None:
    places = header_places(facts, found, columns)
    for column, wanted in enumerate(facts["columns"]):
        if not wanted["whole"]:
            continue
        spots, hashes = places.get(column, []), {*accepted(wanted["whole"], found)}
        good = any(whole_column(found, place) & hashes for place in spots)
        doubted = any(found.doubted(row, place) for row in range(found.head) for place in spots)
        score.add("header")
        score.add("header_ok", good)
        if good:
            score.right(doubted)
        else:
            shown = [row[place] for place in spots[:1] for row in found.grid[: found.head] if place < len(row)]
            score.wrong(f"header of column {column}: {shown or None}", doubted if spots else None)
    rows = facts["header_rows"]
    score.add("header_rows_ok", found.head in (rows, rows + bool(facts.get("title_row"))))


def score_rows(facts: dict[str, Any], found: Found, rows: Pairs, score: Score) -> None:
    for number, row in enumerate(facts["rows"]):
        place = rows.get(number)
        good = place is not None and place >= found.head
        names = {*row["name"], *(() if found.strict else row.get("glued", []))}
        good = good and bool(found.names(place or 0) & names or not names)
        doubted = place is not None and found.doubted(place, 0)
        score.add("rows")
        score.add("rows_ok", good)
        if good:
            score.right(doubted)
        else:
            where = " in the header" if place is not None and place < found.head else ""
            score.wrong(
                f"row {row['row']}: {found.grid[place][0]!r}{where}"
                if place is not None
                else f"row {row['row']}: missed",
                doubted,
            )
    extra = [r for r in range(found.head, len(found.grid)) if r not in rows.values() and filled(found.grid, r)]
    score.add("rows_extra", len(extra))
    for place in extra:
        score.wrong(f"no such row: {found.grid[place][:2]}", any(found.doubted(place, c) for c in range(2)))


def found_marks(found: Found, place: int, columns: Pairs) -> dict[int, str]:
    """Texts of a row by found column; a heading over all columns is none."""
    row = found.grid[place]
    name, labels = letters(row[0]), min(columns.values(), default=1)
    return {c: t for c, t in enumerate(row) if c >= labels and letters(t) not in ("", name) and not redaction(t)}


def score_marks(facts: dict[str, Any], found: Found, rows: Pairs, columns: Pairs, score: Score) -> None:
    for number, row in enumerate(facts["rows"]):
        place = rows.get(number)
        shown = found_marks(found, place, columns) if place is not None else {}
        score.add("marks", len(row["cells"]))
        for key, wanted in row["cells"].items():
            spot = columns.get(int(key))
            text = shown.pop(spot, None) if spot is not None else None
            good = text is not None and same_text(accepted(wanted, found), row["long"].get(key), text)
            score.add("marks_ok", good)
            score.add("marks_wrong", not good and text is not None)
            doubted = place is not None and spot is not None and found.doubted(place, spot)
            if good:
                score.right(doubted)
                score.spaced(text or "", row["long"].get(key))
            else:
                score.wrong(f"mark ({row['row']}, {key}): {text!r}", doubted)
        score.add("marks_extra", len(shown))
        for spot, text in shown.items():
            score.wrong(f"no mark ({row['row']}, found column {spot}): {text!r}", found.doubted(place or 0, spot))


def marker_of(text: str) -> str:
    return letters(text) if any(c.isalnum() for c in text) else "".join(text.split()).strip("().:")


def score_notes(facts: dict[str, Any], found: Found, score: Score) -> None:
    left = list(found.raw.get("footnotes", []))
    named = {marker_of(doubt.get("marker") or "") for doubt in found.raw.get("doubt", [])} - {""}
    for wanted in facts["notes"]:
        marker = marker_of(wanted["marker"])
        hits = [n for n in left if same_text([wanted["hash"]], wanted, n["text"])]
        hits = [n for n in hits if not marker or marker_of(n["marker"]) == marker]
        if hits:
            left.remove(hits[0])
        if not wanted["marker"]:
            continue
        if not wanted["length"]:  # redacted: with its marker alone it counts neither way
            left = [n for n in left if marker_of(n["marker"]) != marker or len(letters(n["text"])) > LONG]
            continue
        score.add("notes")
        score.add("notes_ok", bool(hits))
        if hits:
            score.right(has_doubt(hits[0]))
            score.spaced(hits[0]["text"], wanted)
            continue
        close = [n for n in left if marker_of(n["marker"]) == marker]
        shown = close[0]["text"] if close else None
        for note in close[:1]:
            left.remove(note)
        doubted = has_doubt(close[0]) if close else marker in named
        score.wrong(f"note {wanted['marker']!r} of {wanted['length']} letters: {shown!r}", doubted)
    extra = [n for n in left if n["marker"]]
    score.add("notes_extra", len(extra))
    for note in extra:
        score.wrong(f"no such note {note['marker']!r}: {note['text'][:60]!r}", has_doubt(note))


def score_raised(facts: dict[str, Any], found: Found, rows: Pairs, columns: Pairs, score: Score) -> None:
    """Raised markers of cells, where the result knows such."""
    if not found.strict:
        return
    head = facts["header_rows"]
    shift = found.head - head if facts.get("title_row") else 0  # the title counted as a header row
    down = {row["row"]: rows.get(n) for n, row in enumerate(facts["rows"])} | {r: r + shift for r in range(head)}
    across = {c: c for c in range(facts["label_columns"])} | columns
    wanted: dict[tuple[int | None, int | None], list[str]] = {}
    for row, column, markers in facts["cell_markers"]:
        wanted.setdefault((down.get(row), across.get(column)), []).extend(map(marker_of, markers))
    shown = {place: sorted(map(marker_of, cell.get("markers") or [])) for place, cell in found.cells.items()}
    score.add("raised", len(wanted))
    score.add(
        "raised_ok", sum(shown.get((r or 0, c or 0)) == sorted(m) for (r, c), m in wanted.items() if None not in (r, c))
    )
    places = {(cell["row"], cell["column"]) for cell in found.raw.get("cells", [])}
    score.add("raised_extra", sum(1 for place in places if shown.get(place) and place not in wanted))


def score_states(facts: dict[str, Any], found: Found, rows: Pairs, columns: Pairs, score: Score) -> None:
    down = {row["row"]: rows.get(n) for n, row in enumerate(facts["rows"])}
    down |= nameless(facts, found, down)
    for row, column, state in facts["states"]:
        cell = found.cells.get((down.get(row) or -1, columns.get(column, -1)), {})
        states = cell.get("states") or cell.get("state") or []
        score.add("states")
        score.add("states_ok", state in ([states] if isinstance(states, str) else states))


def nameless(facts: dict[str, Any], found: Found, down: dict[int, int | None]) -> dict[int, int | None]:
    """Rows whose text was taken out, so that only states are known: between rows with names, as many as were found."""
    wanted = sorted({row for row, _, _ in facts["states"]} - down.keys())
    named = sorted((row, at) for row, at in down.items() if at is not None)
    ends = [(-1, found.head - 1), *named, (max([*wanted, -1]) + 1, len(found.grid))]
    places: dict[int, int | None] = {}
    for (row, at), (after, until) in itertools.pairwise(ends):
        between = [one for one in wanted if row < one < after]
        if between and until - at - 1 == len(between):
            places |= dict(zip(between, range(at + 1, until), strict=True))
    return places


def score_table(facts: dict[str, Any], table: dict[str, Any]) -> Score:
    """Counts of one true table held against one found table."""
    found, score = found_table(table, facts.get("markers_raised", True)), Score({"tables": 1, "found": 1})
    by_name = rows_by_name(facts, found)
    columns = columns_of(facts, found, by_name)
    rows = rows_of(facts, found, by_name, columns)
    score_header(facts, found, columns, score)
    score_rows(facts, found, rows, score)
    score_marks(facts, found, rows, columns, score)
    score_notes(facts, found, score)
    score_raised(facts, found, rows, columns, score)
    score_states(facts, found, rows, columns, score)
    title = table.get("title", "")
    score.add("titles_ok", bool({digest(title), digest(bare_title(title))} & {*facts["titles"]}))
    score.add("types_ok", table.get("table_type") == facts["type"])
    slips, doubted = score.counts.get("slips", 0), score.counts.get("slips_doubted", 0)
    whole = all(score.counts.get(f"{key}_ok", 0) == score.counts.get(key, 0) for key in ("header", "rows", "marks"))
    score.add("grids_ok", whole and not (score.counts.get("rows_extra") or score.counts.get("marks_extra")))
    score.add("perfect", not slips)
    score.add("perfect_once_mended", slips == doubted)
    return score


def missing(facts: dict[str, Any]) -> Score:
    """Counts of a true table that was not found."""
    marks = sum(len(row["cells"]) for row in facts["rows"])
    notes = sum(bool(note["marker"] and note["length"]) for note in facts["notes"])
    header = sum(bool(column["whole"]) for column in facts["columns"])
    counts = {"tables": 1, "header": header, "rows": len(facts["rows"]), "marks": marks, "notes": notes}
    return Score(counts | {"states": len(facts["states"])}, ["no table"])


def score_best(facts: dict[str, Any], tables: Sequence[dict[str, Any]]) -> Score:
    """The score against the found table that shares a page, or has no pages, and fits best."""
    near = [t for t in tables if t.get("grid") and (not t.get("pages") or {*t["pages"]} & {*facts["pages"]})]
    scores = [score_table(facts, table) for table in near]
    return max(scores, key=lambda s: s.counts["marks_ok"] + s.counts["rows_ok"], default=missing(facts))


LINES = (
    ("header columns", "header_ok", "header", None),
    ("activity rows", "rows_ok", "rows", "rows_extra"),
    ("marks", "marks_ok", "marks", "marks_extra"),
    ("notes", "notes_ok", "notes", "notes_extra"),
    ("raised markers", "raised_ok", "raised", "raised_extra"),
    ("states", "states_ok", "states", None),
    ("header rows", "header_rows_ok", "tables", None),
    ("titles", "titles_ok", "tables", None),
    ("types", "types_ok", "tables", None),
    ("sentences with their spaces", "sentences_ok", "sentences", None),
    ("wrong with a doubt", "slips_doubted", "slips", None),
    ("right with a doubt", "right_doubted", "right", None),
    ("whole grids", "grids_ok", "tables", None),
    ("perfect once mended", "perfect_once_mended", "tables", None),
    ("perfect", "perfect", "tables", None),
)


def told(counts: dict[str, int], end: str = "\n") -> str:
    shown = []
    for name, ok, of, extra in LINES:
        if counts.get(of):
            more = f" (+{counts[extra]})" if extra and counts.get(extra) else ""
            shown.append(f"{name} {counts.get(ok, 0)}/{counts[of]}{more}")
    return end.join(shown)


def total(scores: Iterable[Score]) -> dict[str, int]:
    whole = Score()
    for score in scores:
        for key, number in score.counts.items():
            whole.add(key, int(number))
    return whole.counts


def score_folder(facts_dir: Path, results: Path, half: str | None = None) -> dict[str, Score]:
    """Scores by `ID number` of all true tables of a half."""
    scores = {}
    for path in sorted(facts_dir.glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        if half in (None, facts["half"]):
            found = results / path.name
            tables = json.loads(found.read_text("utf-8"))["tables"] if found.exists() else []
            for number, table in enumerate(facts["tables"], 1):
                scores[f"{path.stem} {number}"] = score_best(table, tables)
    return scores


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("facts", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--per-table", action="store_true")
    parser.add_argument("--errors", action="store_true", help="every difference, by table")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(words)
    scores = score_folder(args.facts, args.results, args.half)
    if args.json:
        each = {name: {**score.counts, "errors": score.errors} for name, score in scores.items()}
        print(json.dumps({"all": total(scores.values()), "each": each}, indent=1))
        return 0
    for name, score in scores.items() if args.per_table or args.errors else ():
        print(f"{name}: {told(score.counts, '  ')}")
        for error in score.errors if args.errors else ():
            print("    " + error[:200])
    print(told(total(scores.values())))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
