"""`soesift burden` against a count of the page by hand: visits, visits with a blood draw, visits with an ECG.

    python benchmarks/burden_count.py RESULTS [--facts benchmarks/soe_bench/burden.tsv]

RESULTS holds `ID.json` of `soesift detect`. The facts were counted from the picture of the main schedule before the
program's counts were looked at, by these rules:

  visits  printed columns at which a participant is met or called, planned ones only: unscheduled and early termination
          are out. "Cycles 2-6" are five; what goes on without a printed end is one, and counted as `open`; so is a
          span of several days that is one column. A call that only staff make is none
  blood   of these, the visits with at least one activity that takes blood, by its name or its footnote
  ecg     of these, the visits with an ECG taken there; a monitor worn at home is none

A figure is `right` if it is equal, else `wrong`. Visits are `unstarred` where they are equal, but the program marks
fewer columns as going on (its `*`) than the page leaves open. A schedule that the program does not have is `missed`.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from soesift.burden.count import TableBurden, count_result, load_vocabulary
from soesift.result.store import read_result

FIGURES = ("visits", "blood", "ecg")
FACTS = Path(__file__).parent / "soe_bench" / "burden.tsv"


@dataclass(frozen=True)
class Hand:
    """A schedule counted by hand: `page` is its first, from 1; `open` its columns that stand for more visits."""

    id: str
    page: int
    visits: int
    open: int
    blood: int
    ecg: int


def read_facts(path: Path) -> list[Hand]:
    """Rows of the table of facts."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    numbers = ("page", "visits", "open", "blood", "ecg")
    return [Hand(row["id"], **{name: int(row[name]) for name in numbers}) for row in rows]


def counted(hand: Hand, results: Path) -> TableBurden | None:
    """What the program counts in the largest schedule that holds the page; None where there is none."""
    path = results / f"{hand.id}.json"
    if not path.exists():
        return None
    result = read_result(path)
    on_page = [table for table in result.tables if hand.page in table.pages]
    if not on_page:
        return None
    largest = max(on_page, key=lambda table: len(table.grid))
    return count_result(result, load_vocabulary(), tables=[largest.id]).tables[0]


def shown(burden: TableBurden) -> dict[str, int]:
    """The program's three figures, and the columns it marks as open."""
    by_class = burden.total.visits_by_class
    planned = [visit for visit in burden.visits if visit.contact != "unscheduled"]
    stars = sum(bool(visit.repeated) for visit in planned)
    return {
        "visits": burden.total.visits,
        "blood": by_class.get("blood", 0),
        "ecg": by_class.get("ecg", 0),
        "open": stars,
    }


def judged(hand: Hand, burden: TableBurden | None) -> dict[str, str]:
    """Each figure in one word: right, unstarred, wrong or missed."""
    if burden is None:
        return dict.fromkeys(FIGURES, "missed")
    found = shown(burden)
    words = {name: "right" if getattr(hand, name) == found[name] else "wrong" for name in FIGURES}
    if words["visits"] == "right" and found["open"] < hand.open:
        words["visits"] = "unstarred"
    return words


def line(hand: Hand, burden: TableBurden | None) -> str:
    """One schedule: by hand, by the program, and the word for it."""
    words, found = judged(hand, burden), shown(burden) if burden else {}
    parts = [f"{name} {getattr(hand, name)} / {found.get(name, '-')} {words[name]}" for name in FIGURES]
    return f"{hand.id} p. {hand.page}: " + "; ".join(parts) + f"; open {hand.open} / {found.get('open', '-')}"


def summary(words: Iterable[dict[str, str]]) -> list[str]:
    """How many schedules are right, by figure, and in all three."""
    each = list(words)
    told = [f"{name}: " + ", ".join(f"{n} {w}" for w, n in Counter(e[name] for e in each).items()) for name in FIGURES]
    whole = sum(set(e.values()) == {"right"} for e in each)
    return [*told, f"schedules with all three right: {whole} of {len(each)}"]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--facts", type=Path, default=FACTS)
    args = parser.parse_args(words)
    pairs = [(hand, counted(hand, args.results)) for hand in read_facts(args.facts)]
    print("by hand / by the program")
    print("\n".join(line(*pair) for pair in pairs))
    print("\n".join(summary(judged(*pair) for pair in pairs)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
