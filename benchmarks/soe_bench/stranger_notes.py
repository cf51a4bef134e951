"""Notes of strangers' protocols with their class and the marker of a name or mark, answered before the program was run.

    python benchmarks/soe_bench/stranger_notes.py [--errors]

A line of `stranger_notes.txt`: class | text of the note | what the cell prints in letters of one size | its markers.
The marker is sought as in a file that does not tell what is raised, with all notes of the line's class known.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from soesift.schedule.cell_meaning import COMMON_WORDS, split_markers
from soesift.schedule.table_notes import note_class

LINES = Path(__file__).with_name("stranger_notes.txt")
KNOWN = frozenset("abcdef123*†§") | {"**"}


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", action="store_true")
    args = parser.parse_args(words)
    lines = [[part.strip() for part in line.split("|")] for line in LINES.read_text("utf-8").splitlines()]
    names = frozenset(word.lower().strip("()[]") for *_, cell, _ in lines for word in cell.split()) | COMMON_WORDS
    classes = hung = 0
    for wanted, text, cell, markers in lines:
        shown, (base, found) = note_class(text), split_markers(cell, KNOWN, names)
        classes += shown == wanted
        hung += found == markers.split(",")
        if args.errors and shown != wanted:
            print(f"{text!r} is {wanted}, was read as {shown}")
        if args.errors and found != markers.split(","):
            print(f"{cell!r} has {markers}, was read as {base!r} with {found}")
    print(f"class right {classes}/{len(lines)}, markers right {hung}/{len(lines)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
