"""Score what footnotes, cells and groups are taken to mean, by facts of the true tables.

    python benchmarks/soe_bench/score_meaning.py FACTS_DIR RESULTS_DIR [--half HALF] [--per-table] [--errors]

RESULTS_DIR holds `ID.json` of `soesift detect`; each table is understood anew (`soesift.schedule`), then held against
the true one, rows and columns aligned as in `score_facts.py`:
  notes     hang right, if every printed marker of the note hangs on its row, column or cell (of a spanning cell one
            column will do), and on nothing else; `places` counts the single markers
  cells     of what schedules nothing (not done, a reference, a column that is no visit) how much is scheduled; of
            what is done in visit columns, how much is scheduled. Cells of rows or columns not found count as lost
  groups    rows under the printed heading, or under none where none is printed
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from facts import HALVES, digest
from score_facts import Pairs, Score, columns_of, found_table, marker_of, rows_by_name, rows_of, total

from soesift.result.store import read_result
from soesift.schedule.models import Schedule
from soesift.schedule.read import read_schedule

Place = tuple[int | None, int | None]  # true row and column; None: the whole column, row
Places = frozenset[Place]  # of one printed marker: any will do


def true_places(facts: dict[str, Any]) -> dict[str, set[Places]]:
    """Where each marker hangs: a label's on its row, a header's on its columns, others on their cell."""
    head, labels = facts["header_rows"], facts["label_columns"]
    rows = {row["row"]: row for row in facts["rows"]}
    found: dict[str, set[Places]] = {}
    for row, column, markers in facts["cell_markers"]:
        if row < head and column < labels:
            continue  # the corner: it holds for the whole table
        if column < labels:
            spots: Iterable[Place] = [(row, None)]
        elif row < head:
            spots = [(None, c) for c in spanned(facts, row, column)]
        else:
            content = rows.get(row, {}).get("cells", {})
            same = [c for c in range(labels, facts["n_columns"]) if content.get(str(c)) == content.get(str(column))]
            spots = [(row, c) for c in run_of(same, column)]
        for marker in markers:
            found.setdefault(marker_of(marker), set()).add(frozenset(spots))
    return found


def run_of(columns: Sequence[int], column: int) -> list[int]:
    """The columns side by side around one."""
    first = last = column
    while first - 1 in columns:
        first -= 1
    while last + 1 in columns:
        last += 1
    return list(range(first, last + 1))


def spanned(facts: dict[str, Any], row: int, column: int) -> list[int]:
    """Columns that a header cell covers: side by side with the same text at its level."""
    levels = [wanted["levels"][row] for wanted in facts["columns"]]
    return run_of([c for c, level in enumerate(levels) if level == levels[column]], column)


def shown_places(schedule: Schedule, rows: Pairs, columns: Pairs) -> dict[str, set[Place]]:
    """Where the program hangs each marker, in true rows and columns; what it hangs on the whole table left out."""
    down, across = {j: i for i, j in rows.items()}, {j: i for i, j in columns.items()}
    found: dict[str, set[Place]] = {}
    for condition in schedule.conditions:
        for activity, encounter in condition.used:
            row = None if activity is None else down.get(schedule.activities[activity].row, -1)
            column = None if encounter is None else across.get(schedule.encounters[encounter].column, -1)
            if (row, column) != (None, None):
                found.setdefault(marker_of(condition.marker), set()).add((row, column))
    return found


def score_notes(facts: dict[str, Any], schedule: Schedule, rows: Pairs, columns: Pairs, score: Score) -> None:
    wanted, shown = true_places(facts), shown_places(schedule, rows, columns)
    for note in facts["notes"]:
        marker = marker_of(note["marker"])
        places = wanted.get(marker, set())
        if not marker or not places or not note["length"]:
            continue
        right = [spots for spots in places if spots & shown.get(marker, set())]
        extra = {place for place in shown.get(marker, set()) if not any(place in spots for spots in places)}
        score.add("notes")
        score.add("notes_ok", len(right) == len(places) and not extra)
        score.add("places", len(places))
        score.add("places_ok", len(right))
        score.add("places_extra", len(extra))
        if len(right) < len(places) or extra:
            lost = sorted(map(str, (min(spots, key=str) for spots in places if spots not in right)))
            score.errors.append(f"note {note['marker']}: lost {lost[:3]}, extra {sorted(map(str, extra))[:3]}")


def score_cells(facts: dict[str, Any], schedule: Schedule, rows: Pairs, columns: Pairs, score: Score) -> None:
    marks = {(schedule.activities[m.activity].row, schedule.encounters[m.encounter].column) for m in schedule.marks}
    silent = {visit["column"] for visit in facts["visits"] if not visit["is_visit"]}
    nothing = {(row, column): kind for row, column, kind in facts.get("unscheduled", [])}
    for number, row in enumerate(facts["rows"]):
        for key in row["cells"]:
            column = int(key)
            scheduled = (rows.get(number, -1), columns.get(column, -1)) in marks
            kind = nothing.get((row["row"], column), "annotation" if column in silent else None)
            score.add("nothing" if kind else "done")
            score.add("nothing_scheduled" if kind else "done_ok", scheduled)
            if bool(kind) is scheduled:
                score.errors.append(f"cell ({row['row']}, {column}): {kind + ' scheduled' if kind else 'lost'}")


def score_groups(facts: dict[str, Any], schedule: Schedule, rows: Pairs, score: Score) -> None:
    parents = {a.row: schedule.activities[a.parent].name if a.parent is not None else "" for a in schedule.activities}
    for number, row in enumerate(facts["rows"]):
        if not row["cells"]:
            continue
        shown = digest(parents.get(rows.get(number, -1), ""))
        score.add("groups")
        score.add("groups_ok", rows.get(number) in parents and shown == row["group"])
        if rows.get(number) in parents and shown != row["group"]:
            score.errors.append(f"row {row['row']} under {parents[rows[number]]!r}")


def score_table(facts: dict[str, Any], table: dict[str, Any], schedule: Schedule) -> Score:
    """Counts of one true table against one found table as the program understands it."""
    found, score = found_table(table, facts.get("markers_raised", True)), Score({"tables": 1})
    by_name = rows_by_name(facts, found)
    columns = columns_of(facts, found, by_name)
    named = rows_of(facts, found, by_name, columns)
    score_notes(facts, schedule, {facts["rows"][i]["row"]: j for i, j in named.items()}, columns, score)
    score_cells(facts, schedule, named, columns, score)
    score_groups(facts, schedule, named, score)
    return score


def score_folder(facts_dir: Path, results: Path, half: str | None = None) -> dict[str, Score]:
    """Scores by `ID number`; a true table that shares no page with a found one is left out."""
    scores = {}
    for path in sorted(facts_dir.glob("*.json")):
        facts, file = json.loads(path.read_text("utf-8")), results / path.name
        if half not in (None, facts["half"]) or not file.exists():
            continue
        result = read_result(file)
        pairs = [(table, table.model_dump(), read_schedule(table)) for table in result.tables]
        for number, wanted in enumerate(facts["tables"], 1):
            tried = [score_table(wanted, d, s) for t, d, s in pairs if {*t.pages} & {*wanted["pages"]} or not t.pages]
            if tried and wanted["visits"]:
                scores[f"{path.stem} {number}"] = max(tried, key=lambda s: s.counts.get("done_ok", 0))
    return scores


def told(counts: dict[str, int]) -> Iterable[str]:
    def share(key: str, whole: str) -> str:
        number, among = counts.get(key, 0), counts.get(whole, 0)
        return f"{number}/{among} ({number / among:.1%})" if among else "none"

    yield f"notes that hang right {share('notes_ok', 'notes')}"
    yield f"markers that hang right {share('places_ok', 'places')} (+{counts.get('places_extra', 0)})"
    yield f"cells that schedule nothing, scheduled {share('nothing_scheduled', 'nothing')}"
    yield f"cells of what is done, scheduled {share('done_ok', 'done')}"
    yield f"rows under the right heading {share('groups_ok', 'groups')}"


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("facts", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--per-table", action="store_true")
    parser.add_argument("--errors", action="store_true", help="every difference, by table")
    args = parser.parse_args(words)
    scores = score_folder(args.facts, args.results, args.half)
    for name, score in scores.items() if args.per_table or args.errors else ():
        print(f"{name}: " + "; ".join(told(score.counts)))
        for error in score.errors if args.errors else ():
            print("    " + error[:200])
    print("\n".join(told(total(scores.values()))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
