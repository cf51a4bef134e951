"""Facts of schedules read from the page by hand: counts, numbers and hashes, no text of a protocol.

    python benchmarks/soe_bench/facts.py PLAIN_DIR FACTS_DIR [--check]

PLAIN_DIR holds one `ID.json` a document, written by somebody who looked at the pages (layout: README, "Tables");
it stays outside the project. FACTS_DIR gets `ID.json`, format `soe-facts/1`, which may be given away: a text is
there as the first 12 hex digits of the sha256 of its letters and digits, so that a reading can be compared with it but
nothing can be read from it. With `--check` nothing is written; slips of the plain files are listed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FORMAT = "soe-facts/1"
SKETCH = 24  # smallest shingle hashes kept of a sentence
SHINGLE = 12  # letters of a shingle: too many to be guessed one by one, so that a sketch gives no text away
LONG = 40  # letters from which a cell is a sentence, compared as a note is
TIMES = ("cycle", "day", "last_day", "week", "hours_from_reference", "offset_days", "every_days")
WINDOWS = ("window_before_days", "window_after_days")
# parts of the benchmark; how the tables of `closed-2` are read was looked at only by who wrote the gold
HALVES = ("dev", "aside", "unlabelled-dev", "unlabelled-aside", "closed-2")
KINDS = ("planned", "range", "repeat", "event", "unscheduled", "annotation")
ARROWS = re.compile(r"[←-⇿⟵-⟿⬅-⮕►◄▶◀➔-➾]|[-–—_=]{2,}>|<[-–—_=]{2,}")
LABEL = re.compile(
    r"^\s*((table|appendix|figure|attachment|section)\s+[\w.–-]{1,9}\s*[.:–-]?\s+|\d+(\.\d+)*\.?\s+)+", re.IGNORECASE
)
EVENTS = {
    "last_dose": r"(last|final) (\w+ ){0,3}(dose|admin|infusion|treatment|study (drug|treatment)|intake|injection"
    r"|vaccination)|end of (study )?treat",
    "first_dose": r"first (dose|admin|infusion|treatment|study|intake|injection)|start of treat|initial dose|day 1\b",
    "randomisation": r"randomi[sz]|enrol|registration",
    "surgery": r"surg|operati|anaesth|anesth|resection|incision",
    "previous_visit": r"(previous|prior|preceding|last) (visit|scan|assessment)",
    "period": r"period",
    "cycle": r"cycle",
    "dose": r"dose|infusion|admin|injection",
    "consent": r"consent",
    "progression": r"progress|relapse|recurren",
    "discontinuation": r"discon|withdraw|terminat|end of",
    "baseline": r"baseline|screening",
}


def letters(text: str) -> str:
    """Letters and digits of a text, lower case; a text of signs alone becomes the class of its sign."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c for c in plain if c.isalnum())
    return kept or (sign(text.strip()) if text.strip() else "")


def sign(text: str) -> str:
    """What a text without letters and digits stands for: `arrow`, `dash`, `phone`, `box` or `mark`."""
    if ARROWS.search(text):
        return "(arrow)"
    if re.fullmatch(r"[-–—−\s]+", text):
        return "(dash)"
    if re.search("[☎☏✆📞🕻🕽]", text):
        return "(phone)"
    return "(box)" if re.fullmatch(r"[☐□❏❑\s]+", text) else "(mark)"


def digest(text: str) -> str | None:
    """Hash of a text's letters and digits; None of an empty one."""
    plain = letters(text)
    return hashlib.sha256(plain.encode()).hexdigest()[:12] if plain else None


def joined(levels: Iterable[str]) -> str:
    """The levels of a header as one text; a level that repeats the one above it counts once."""
    kept: list[str] = []
    for level in levels:
        plain = letters(level)
        if plain and (not kept or kept[-1] != plain):
            kept.append(plain)
    return "".join(kept)


def sketch(text: str) -> list[str]:
    """The `SKETCH` smallest hashes of a text's shingles: enough to say how alike two readings of a note are."""
    plain = letters(text)
    pieces = {plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1))} if plain else set()
    return sorted(hashlib.sha256(p.encode()).hexdigest()[:8] for p in pieces)[:SKETCH]


def alike(first: Sequence[str], second: Sequence[str]) -> float:
    """Estimated share of shingles that two texts have in common, from their sketches."""
    smallest = sorted({*first, *second})[:SKETCH]
    both = {*first} & {*second}
    return sum(1 for s in smallest if s in both) / len(smallest) if smallest else 1.0


def words(text: str) -> int:
    """Runs of letters and digits in a text: fewer where a reader lost spaces."""
    plain = unicodedata.normalize("NFKC", text)
    return sum(c.isalnum() and (not i or not plain[i - 1].isalnum()) for i, c in enumerate(plain))


def bare_title(text: str) -> str:
    """A title without its "Table 2." or "Appendix C" in front, which readers take along or leave."""
    return LABEL.sub("", text)


def event_class(text: str | None) -> str | None:
    """Class of an event that a time counts from, after the field's words; `other` where none fits."""
    if not text:
        return None
    for name, words in EVENTS.items():
        if text == name or re.search(words, text.lower()):
            return name
    return "other"


def glued(text: str, markers: Sequence[str], before: str | None = None) -> str:
    """A cell's text as a reader writes it that knows no raised characters: markers behind it, or behind `before`."""
    place = len(before) if before is not None and text.startswith(before) else len(text)
    return text[:place] + "".join(markers) + text[place:]


def glued_grid(table: dict[str, Any]) -> list[list[str]]:
    """The grid with all markers behind their texts."""
    grid = [list(row) for row in table["grid"]]
    for row, column, markers, *before in reversed(table.get("cell_markers", [])):
        grid[row][column] = glued(grid[row][column], markers, before[0] if before else None)
    return grid


def pair(plain: str, with_markers: str) -> list[str]:
    """Hash of a text, and of the text with its markers behind it where that is another."""
    return [h for h in dict.fromkeys((digest(plain), digest(with_markers))) if h]


def column_facts(table: dict[str, Any], marked: list[list[str]], column: int) -> dict[str, Any]:
    head = range(table["header_rows"])
    levels = [table["grid"][row][column] for row in head]
    whole, other = (joined(level for level in texts) for texts in (levels, [marked[row][column] for row in head]))
    return {"levels": [digest(level) for level in levels], "whole": pair(whole, other)}


def row_facts(table: dict[str, Any], marked: list[list[str]], row: int) -> dict[str, Any]:
    texts, name = table["grid"][row], table.get("name_column", 0)
    labels = table["label_columns"]
    pages = table.get("row_pages") or [None] * len(table["grid"])
    cells = {str(c): pair(texts[c], marked[row][c]) for c in range(labels, len(texts)) if letters(texts[c])}
    spans = {c for c, found in cells.items() if found[0] == digest(texts[name])}  # a heading over all columns
    kept = {c: found for c, found in cells.items() if c not in spans}
    plain, glued_too = {digest(texts[name]): None}, {digest(marked[row][name]): None}
    if labels > 1:
        plain[digest(joined(texts[:labels]))] = glued_too[digest(joined(marked[row][:labels]))] = None
    groups = {int(r): g for r, g in table.get("groups", [])}
    return {
        "row": row,
        "page": pages[row],
        "name": [h for h in plain if h],
        "glued": [h for h in glued_too if h and h not in plain],
        "group": digest(groups.get(row) or ""),
        "cells": kept,
        "long": {c: text_facts(texts[int(c)]) for c in kept if len(letters(texts[int(c)])) >= LONG},
    }


def text_facts(text: str) -> dict[str, Any]:
    """What is kept of a sentence: enough to know a reading of it that has a wrong letter or two."""
    return {"hash": digest(text), "length": len(letters(text)), "words": words(text), "sketch": sketch(text)}


def note_facts(note: dict[str, str]) -> dict[str, Any]:
    return {"marker": note["marker"], **text_facts(note["text"])}


def time_facts(visit: dict[str, Any]) -> dict[str, Any]:
    """When a column is, in numbers and enumerations."""
    numbers = {key: visit.get(key) for key in TIMES}
    return {"kind": visit["kind"], **numbers, "relative_to": event_class(visit.get("relative_to"))}


def visit_facts(visit: dict[str, Any]) -> dict[str, Any]:
    """A `soe-visits/1` column without its texts."""
    return {
        "column": visit["column"],
        "is_visit": visit["is_visit"],
        **time_facts(visit),
        **{key: visit.get(key) for key in WINDOWS},
        "contact": visit.get("contact"),
        "epoch": digest(visit.get("epoch") or ""),
        **({"or": [time_facts(other) for other in visit["or"]]} if visit.get("or") else {}),
    }


def table_facts(table: dict[str, Any]) -> dict[str, Any]:
    marked = glued_grid(table)
    titles = [table["title"]] if isinstance(table["title"], str) else table["title"]
    width = len(table["grid"][0])
    rows = [row_facts(table, marked, row) for row in range(table["header_rows"], len(table["grid"]))]
    return {
        "pages": table["pages"],
        "type": table["type"],
        "titles": list(dict.fromkeys(h for t in titles for h in pair(bare_title(t), t))),
        "header_rows": table["header_rows"],
        "title_row": table.get("title_row", False),
        "label_columns": table["label_columns"],
        "n_columns": width,
        "markers_raised": table.get("markers_raised", True),
        "columns": [column_facts(table, marked, column) for column in range(width)],
        "rows": [row for row in rows if row["name"] or row["cells"]],
        "cell_markers": [[row, column, markers] for row, column, markers, *_ in table.get("cell_markers", [])],
        "notes": [note_facts(note) for note in table.get("notes", [])],
        "states": table.get("states", []),
        "unscheduled": table.get("unscheduled", []),
        "visits": [visit_facts(visit) for visit in table.get("columns", [])],
        "cycle_length_days": table.get("cycle_length_days"),
    }


def document_facts(plain: dict[str, Any]) -> dict[str, Any]:
    """Facts of one plain file."""
    head = {key: plain[key] for key in ("id", "sponsor", "half")}
    return {"format": FORMAT, **head, "tables": [table_facts(table) for table in plain["tables"]]}


def slips(table: dict[str, Any]) -> list[str]:
    """What cannot be right in a plain table: a ragged grid, places outside it, columns without a visit entry."""
    grid, found = table["grid"], []
    width = len(grid[0])
    found += [f"row {r}: {len(row)} cells, not {width}" for r, row in enumerate(grid) if len(row) != width]
    places = [(r, c) for r, c, *_ in [*table.get("cell_markers", []), *table.get("states", [])]]
    found += [f"no cell {p}" for p in places if not (0 <= p[0] < len(grid) and 0 <= p[1] < width)]
    visits = [visit["column"] for visit in table.get("columns", [])]
    wanted = list(range(table["label_columns"], width))
    found += [f"visits of columns {visits}, not {wanted}"] if visits != wanted else []
    found += [f"kind {v['kind']!r}" for v in table.get("columns", []) if v["kind"] not in KINDS]
    explained = {note["marker"] for note in table.get("notes", [])}
    used = {m for _, _, markers, *_ in table.get("cell_markers", []) for m in markers}
    found += [f"marker {m!r} has no note" for m in sorted(used - explained)]
    found += [f"note {m!r} hangs on nothing" for m in sorted(explained - used) if m]
    pages = table.get("row_pages")
    return found + ([f"{len(pages)} row pages"] if pages and len(pages) != len(grid) else [])


def lines_of(value: Any) -> str:
    """A list of records one a line, anything else on one line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n   " + ",\n   ".join(json.dumps(v, ensure_ascii=False) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def dumped(facts: dict[str, Any]) -> str:
    """Facts as JSON, one row, column, note or visit a line, so that a change shows as such."""
    tables = [",\n  ".join(f'"{key}": {lines_of(value)}' for key, value in t.items()) for t in facts["tables"]]
    head = [f'"{key}": {json.dumps(value)}' for key, value in facts.items() if key != "tables"]
    return "{" + ",\n ".join([*head, '"tables": [\n {' + "},\n {".join(tables) + "}]"]) + "}\n"


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("plain", type=Path)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(words)
    for path in sorted(args.plain.glob("*.json")):
        plain = json.loads(path.read_text("utf-8"))
        for number, table in enumerate(plain["tables"], 1):
            for slip in slips(table):
                print(f"{path.stem} table {number}: {slip}")
        if not args.check:
            args.facts.mkdir(parents=True, exist_ok=True)
            (args.facts / path.name).write_text(dumped(document_facts(plain)), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
