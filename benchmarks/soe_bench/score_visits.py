"""Score what `soesift export --to visits` understood of the columns by facts of the true tables.

    python benchmarks/soe_bench/score_visits.py FACTS_DIR VISITS_DIR [--half HALF] [--per-table] [--errors]

FACTS_DIR holds `ID.json` of `facts.py`, VISITS_DIR `ID.json` in format `soe-visits/1` (`ID.visits.json` and
the like will do). Columns are aligned in order by the hash of their printed levels, those left over by their place.
A column of the page is

  right     if all of this agrees with the page:
              annotation  the page's column is no visit: neither is the program's
              kind        repeat, unscheduled, or one of planned, range and event, which the numbers tell apart
              cycle, day, last_day, week, hours_from_reference, offset_days, every_days
                          equal (numbers to .01; cycles as 2, "1-3", "2,4" or "7+"); null where the page does not
                          say, so that a day reckoned from a printed week is wrong
              relative_to its class (first dose, last dose, randomisation, ...), where the page names one for a number
            where a page can be read in two ways, the facts hold both (`or`) and either will do
  open      if it is not right, and the program put a `doubt` on it
  wrong     if it is not right, without a word: also a column that the program lacks

A span of days or a limit ("within 28 days before") may be given as day and last_day or as a window around an offset:
the days that it covers count. A window is right if both sides agree (the side not printed of "+7 days" is 0 or null);
a window where the page has none is extra. Contact modes and epochs are counted where the page says one; an epoch may be
named with or without what is printed behind its name ("Treatment (1 cycle = 28 days)"), as readers wrote both.
Cycle lengths are compared whole.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from facts import HALVES, TIMES, WINDOWS, digest, event_class, joined
from score_facts import Score as Counts
from score_facts import align, total, with_gaps

TIMED = ("planned", "range", "event")  # kinds that the numbers tell apart
SPAN = ("day", "last_day", "offset_days")
CLOSE = 0.01  # days or hours: how far two numbers may lie apart and be the same


def same(first: Any, second: Any) -> bool:
    """Whether two values agree: numbers to `CLOSE`, else as text; null only with null."""
    if first is None or second is None:
        return first is second
    try:
        return abs(float(first) - float(second)) <= CLOSE
    except (TypeError, ValueError):
        return plain(first) == plain(second)


def plain(value: Any) -> str:
    """A cycle or contact in one spelling: "3 and beyond" is "3+"."""
    text = re.sub(r"\s|cycles?", "", str(value).casefold().replace("–", "-").replace(" to ", "-"))
    text = re.sub(r"(≥|>=)(\d+)|(\d+)(\+|and(beyond|after|later|onwards?).*)", r"\2\3+", text)
    return listed(text) if re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", text) else text


def listed(text: str) -> str:
    """ "1-3" as "1,2,3", so that both are the same."""
    parts = [part.split("-") for part in text.split(",") if part]
    return ",".join(str(n) for part in parts for n in range(int(part[0]), int(part[-1]) + 1))


def same_side(first: Any, second: Any) -> bool:
    return same(first or 0, second or 0)


def differences(wanted: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    """Fields of time in which a program's column differs from the page's, in the reading that is nearest to it."""
    return min((differences_of(reading, shown) for reading in readings(wanted)), key=len)


def interval(record: dict[str, Any]) -> tuple[float, float] | None:
    """First and last day on which a column may be, from its anchor; None where no day or offset is given."""
    start = record.get("day") if record.get("day") is not None else record.get("offset_days")
    if start is None and record.get("relative_to"):
        start = 0
    if start is None:
        return None
    last = record.get("last_day") if record.get("last_day") is not None else start
    return start - (record.get(WINDOWS[0]) or 0), (last or 0) + (record.get(WINDOWS[1]) or 0)


def no_point(wanted: dict[str, Any]) -> bool:
    """Whether the page gives a column a span of days or a limit ("within 28 days before"), but no day of its own."""
    return wanted["last_day"] is not None or (wanted["day"] is None and wanted["offset_days"] is None)


def readings(wanted: dict[str, Any]) -> list[dict[str, Any]]:
    return [wanted, *({**wanted, **other} for other in wanted.get("or", []))]


def differences_of(wanted: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    if wanted["kind"] == "annotation" or not wanted["is_visit"]:
        return ["is_visit"] if shown.get("is_visit", True) else []
    found = [] if shown.get("is_visit", True) else ["is_visit"]
    kinds = [TIMED if kind in TIMED else (kind,) for kind in (wanted["kind"], shown.get("kind"))]
    found += ["kind"] if kinds[0] != kinds[1] else []
    same_span = no_point(wanted) and interval(wanted) is not None and interval(wanted) == interval(shown)
    found += [key for key in TIMES if not same(wanted[key], shown.get(key)) and not (same_span and key in SPAN)]
    counts = any(wanted[key] is not None for key in ("offset_days", "hours_from_reference", "day", "week"))
    named = counts and wanted["relative_to"] is not None
    return found + (["relative_to"] if named and wanted["relative_to"] != event_class(shown.get("relative_to")) else [])


def pairs_of(wanted: dict[str, Any], columns: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Visit of the facts -> column of the program: in order by header, those between by their place."""
    hashes = [wanted["columns"][visit["column"]]["whole"] for visit in wanted["visits"]]
    shown = [digest(joined(column.get("printed") or [])) for column in columns]
    pairs = align(len(hashes), len(shown), lambda i, j: float(shown[j] in hashes[i]))
    return with_gaps(pairs, len(hashes), len(shown), lambda i, j: True)


def score_windows(wanted: dict[str, Any], shown: dict[str, Any], doubted: bool, score: Counts) -> None:
    printed = any(wanted[key] is not None for key in WINDOWS)
    given = any(shown.get(key) for key in WINDOWS)  # a window of no days is none
    spans = [interval(reading) for reading in readings(wanted) if no_point(reading)]
    same_span = interval(shown) is not None and interval(shown) in spans
    given = given and (printed or not same_span)
    good = printed and (same_span or (given and all(same_side(wanted[key], shown.get(key)) for key in WINDOWS)))
    score.add("windows", printed)
    score.add("windows_ok", good)
    score.add("windows_open", printed and not good and doubted)
    score.add("windows_extra", given and not printed)
    if given != printed or good != printed:
        values = [(wanted[key], shown.get(key)) for key in WINDOWS]
        score.errors.append(f"column {wanted['column']}: window {values}{' (doubted)' if doubted else ''}")


def score_column(wanted: dict[str, Any], shown: dict[str, Any] | None, score: Counts) -> None:
    score.add("columns")
    doubted = bool(shown and shown.get("doubt"))
    wrong = differences(wanted, shown) if shown else ["missed"]
    for key, counts in (("timed", not wrong), ("open", wrong and doubted), ("silent", wrong and not doubted)):
        score.add(key, bool(counts))
    score.add("right_doubted", not wrong and doubted)
    score.add("missed", shown is None)
    for key in wrong:
        score.add(f"wrong_{key}")
    if wrong:
        values = [(key, wanted.get(key), (shown or {}).get(key)) for key in wrong]
        score.errors.append(f"column {wanted['column']}: {values}{' (doubted)' if doubted else ''}")
    score_windows(wanted, shown or {}, doubted, score)
    good = {
        "contact": same(wanted["contact"], (shown or {}).get("contact")),
        "epoch": as_epoch(wanted["epoch"], shown or {}),
    }
    for key, right in good.items():
        if wanted[key] is not None:
            score.add(key)
            score.add(f"{key}_ok", right)


def as_epoch(wanted: str | None, shown: dict[str, Any]) -> bool:
    """Whether a phase is named as printed, with or without the length or times printed behind its name."""
    name = shown.get("epoch") or ""
    levels = [text for text in shown.get("printed") or [] if name and text.startswith(name)]
    return wanted in {digest(text) for text in (name, *levels)}


def score_table(wanted: dict[str, Any], table: dict[str, Any]) -> Counts:
    """Counts of the columns of one true table."""
    score, columns = Counts({"tables": 1}), table.get("columns", [])
    pairs = pairs_of(wanted, columns)
    for number, visit in enumerate(wanted["visits"]):
        score_column(visit, columns[pairs[number]] if number in pairs else None, score)
    extra = [c for j, c in enumerate(columns) if j not in pairs.values() and c.get("is_visit", True)]
    score.add("extra", len(extra))
    score.errors += [f"no such column: {column.get('printed')}" for column in extra]
    lengths = wanted["cycle_length_days"]
    score.add("cycles", lengths is not None)
    good = lengths is not None and lengths == table.get("cycle_length_days")
    score.add("cycles_ok", good)
    return score


def score_best(wanted: dict[str, Any], tables: Sequence[dict[str, Any]]) -> Counts:
    """The score against the table of the program that shares a page and fits best."""
    near = [t for t in tables if not t.get("pages") or {*t["pages"]} & {*wanted["pages"]}]
    scores = [score_table(wanted, table) for table in near or [{}]]
    return max(scores, key=lambda s: (s.counts.get("timed", 0), -s.counts.get("missed", 0)))


def of(folder: Path, name: str) -> list[dict[str, Any]]:
    """The tables that a program wrote for a document."""
    named = (p for p in folder.glob(f"{name}*.json") if p.name[len(name)] in "._-")
    paths = sorted(named, key=lambda p: ("._-".index(p.name[len(name)]), p.name))  # ID.json before ID-M11.json
    tables: list[dict[str, Any]] = json.loads(paths[0].read_text("utf-8"))["tables"] if paths else []
    return tables


def score_folder(facts_dir: Path, visits: Path, half: str | None = None) -> dict[str, Counts]:
    """Scores by `ID number` of all true tables of a half whose columns' meaning is in the facts."""
    scores = {}
    for path in sorted(facts_dir.glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        for number, table in enumerate(facts["tables"], 1):
            if half in (None, facts["half"]) and table["visits"]:
                scores[f"{path.stem} {number}"] = score_best(table, of(visits, path.stem))
    return scores


def share(counts: dict[str, int], key: str, whole: str) -> str:
    number, among = counts.get(key, 0), counts.get(whole, 0)
    return f"{number}/{among} ({number / among:.1%})" if among else "none"


def told(counts: dict[str, int]) -> Iterable[str]:
    yield f"columns timed right {share(counts, 'timed', 'columns')}, of them {counts.get('right_doubted', 0)} doubted"
    silent = share(counts, "silent", "columns")
    yield f"wrong in silence {silent}, of them {counts.get('missed', 0)} missed; {counts.get('extra', 0)} extra"
    yield f"open with a doubt {share(counts, 'open', 'columns')}"
    wrong = sorted(((n, key[6:]) for key, n in counts.items() if key.startswith("wrong_")), reverse=True)
    yield "fields that differ: " + (", ".join(f"{key} {n}" for n, key in wrong) or "none")
    extra, doubts = counts.get("windows_extra", 0), counts.get("windows_open", 0)
    yield f"windows right {share(counts, 'windows_ok', 'windows')}, {doubts} open, {extra} where none is printed"
    for key, name in (("contact", "contacts"), ("epoch", "epochs"), ("cycles", "cycle lengths")):
        yield f"{name} right {share(counts, f'{key}_ok', key)}"


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("facts", type=Path)
    parser.add_argument("visits", type=Path)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--per-table", action="store_true")
    parser.add_argument("--errors", action="store_true", help="every difference, by table")
    args = parser.parse_args(words)
    scores = score_folder(args.facts, args.visits, args.half)
    for name, score in scores.items() if args.per_table or args.errors else ():
        print(f"{name}: " + "; ".join(list(told(score.counts))[:3]))
        for error in score.errors if args.errors else ():
            print("    " + error[:200])
    print("\n".join(told(total(scores.values()))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
