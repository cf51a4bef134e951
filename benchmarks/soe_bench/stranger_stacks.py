"""Headers of strangers' protocols written down as text, with their answers, before the program was run on them.

    python benchmarks/soe_bench/stranger_stacks.py [--windows] [--batch 4|5|...|21] [--errors]

`stranger_headers_N.txt` holds batch N, `stranger_windows_N.txt` one of windows as notes and rows print them;
nothing is drawn. A header begins with `## NAME`; `title ...` and `note MARKER ...` may follow; then the labels of
its header rows, parted by `|`; then a line for each column: its levels, `=>`, what it means. d8 w4 c1 h2 q28 are
day, week, cycle, hours, interval in days; d-28..-1 is a range, to29 its last day alone, +28 an offset in days, @...
from what, ±3 and -2+5 a window in days, %phone a contact, !event a kind, `?` what nobody can know from the print (a
doubt must stand there); ` / ` parts readings that are as good. First sights are in docs/lab-notes.md.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facts import WINDOWS
from visit_headers import Column, Header, pooled, print_scores, score_header

FOLDER = Path(__file__).parent
_NUMBER = r"-?\d+(?:\.\d+)?"
_KEYS = {"w": "week", "h": "hours_from_reference", "q": "every_days", "+": "offset_days"}
_TOKENS = re.compile(r"@[^@±%!?]*?(?=\s[-±%!]|$)|\S+")


def read_meaning(text: str) -> dict[str, Any]:
    """The fields of one reading."""
    found: dict[str, Any] = {}
    for token in map(str.strip, _TOKENS.findall(text)):
        if span := re.fullmatch(rf"d({_NUMBER})\.\.({_NUMBER})", token):
            found |= {"kind": "range", "day": float(span[1]), "last_day": float(span[2])}
        elif sides := re.fullmatch(rf"±({_NUMBER})|-(\d+(?:\.\d+)?)\+(\d+(?:\.\d+)?)", token):
            found |= dict(zip(WINDOWS, (float(sides[1] or sides[2]), float(sides[1] or sides[3])), strict=True))
        elif until := re.fullmatch(rf"to({_NUMBER})", token):
            found["last_day"] = float(until[1])
        elif one := re.fullmatch(rf"([dwhq+])({_NUMBER})", token):
            found[_KEYS.get(one[1], "day")] = float(one[2])
        elif cycle := re.fullmatch(r"c(\d[\d,+-]*)", token):
            found["cycle"] = int(cycle[1]) if cycle[1].isdigit() else cycle[1]
        elif token[0] in "@%!":
            found[{"@": "relative_to", "%": "contact", "!": "kind"}[token[0]]] = token[1:].strip().replace("_", " ")
        elif token == "?":
            found["must_doubt"] = True
        else:
            raise ValueError(f"{token!r} in {text!r} is none of the signs that the head of this file names")
    if found.get("kind") == "annotation":
        found["is_visit"] = False
    return found


def read_column(line: str, levels: int) -> Column:
    """A line `LEVEL | LEVEL => MEANING / OTHER MEANING`."""
    printed, _, meaning = line.partition("=>")
    texts = [text.strip() for text in printed.split("|")]
    if len(texts) != levels:
        raise ValueError(f"{line!r} has {len(texts)} levels, its labels {levels}")
    first, *others = [read_meaning(part.strip()) for part in meaning.strip().split(" / ")]
    return Column(tuple(texts), first | ({"or": others} if others else {}))


def read_headers(text: str) -> dict[str, Header]:
    """The headers of a file by their names."""
    found: dict[str, Header] = {}
    for part in text.split("## ")[1:]:
        name, *lines = [line for line in part.split("\n") if line.strip()]
        told_first = [line for line in lines if re.match(r"(?:title|note) ", line) and "=>" not in line]
        labels, *columns = [line for line in lines if line not in told_first]
        titles = [line.split(" ", 1)[1] for line in told_first if line.startswith("title")]
        notes = [line.split(" ", 2)[1:] for line in told_first if line.startswith("note")]
        shown = [text.strip() for text in labels.split("|")]
        found[name] = Header(
            shown,
            [read_column(line, len(shown)) for line in columns],
            notes=dict(notes),
            title=titles[0] if titles else "Schedule of Activities",
        )
    return found


def batches(kind: str = "headers") -> dict[int, dict[str, Header]]:
    """All headers, or tables of "windows", by batch."""
    files = sorted(FOLDER.glob(f"stranger_{kind}_*.txt"))
    return {int(path.stem.rsplit("_", 1)[1]): read_headers(path.read_text("utf-8")) for path in files}


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--batch", type=int)
    parser.add_argument("--windows", action="store_true", help="the tables made for their windows")
    parser.add_argument("--errors", action="store_true", help="differences by header")
    args = parser.parse_args(words)
    for batch, headers in batches("windows" if args.windows else "headers").items():
        if args.batch not in (None, batch):
            continue
        scores = {name: pooled([score_header(header)]) for name, header in headers.items()}
        print_scores(f"batch {batch}, {len(scores)} headers:", scores, args.errors)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
