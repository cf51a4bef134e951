"""Which outputs obey people's corrections: every verb and format, on a made-up result with one of each kind.

    python benchmarks/corrected_everywhere.py

A cell, a header cell, the title, a note, the day of a visit are mended, and a row is taken out, in a result that the
program makes itself. Each output is made as detected and with the corrections; it obeys where every word that was typed
stands in it and, of what it shows, none that was mended. Prints a line an output, and how many ignore corrections.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path += [str(Path(__file__).resolve().parents[1] / "tests" / name) for name in ("app", "review")]

from app_process import in_full
from restarted import SOESIFT
from review_made import correction, write_made

from soesift.app.takeaway import formats
from soesift.cli.export import FORMATS
from soesift.result.store import sidecar_of
from soesift.review.corrections import add_corrections
from soesift.review.documents import open_documents

TITLE, CELL, NOTE = "Mended title", "Mended name", "Mended note."
SAID = (
    {"action": "edit_title", "table": "t1", "title": TITLE},
    {"action": "edit_cell", "table": "t1", "row": 1, "column": 0, "text": CELL},
    {"action": "edit_note", "table": "t1", "note": 0, "marker": "a", "text": NOTE},
    {"action": "edit_visit", "table": "t1", "column": 2, "said": {"day": 77.0}},
)
WORDS = {  # what an output has room for; all others show a cell's text
    "fhir": (CELL, "76"),  # days after the first
    "csv": (CELL, NOTE),  # tables have no titles there
    "overview": (TITLE,),  # a line a document
    "odm": (CELL, "77"),
    "redcap": (CELL.lower().replace(" ", "_"), "77"),
    "visits": ("77", TITLE),
    "burden": (TITLE,),
}
ALL = (TITLE, CELL)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        source = write_made(Path(folder))
        add_corrections(sidecar_of(source), [correction(**what) for what in SAID])
        ignored = [name for name, text in outputs(source) if not told(name, text)]
    print(f"outputs that ignore corrections: {len(ignored)}")
    return int(bool(ignored))


def told(name: str, text: str) -> bool:
    """Print whether an output obeys."""
    kind = name.split()[-1]
    lost = [word for word in WORDS.get(kind, ALL) if word.lower() not in text.lower()]
    print(f"{name}: {'obeys' if not lost else f'ignores {lost}'}")
    return not lost


def outputs(source: Path) -> list[tuple[str, str]]:
    """Name and text of what each verb writes."""
    from soesift.app.takeaway import taken

    found = []
    for kind in [kind for kind in FORMATS if kind != "overview"]:
        out = source.parent / f"by-{kind}" / "made"
        run("export", source, "--to", kind, "--out", out if kind not in ("json",) else out.with_suffix(".json"))
        found.append((f"export --to {kind}", texts(out.parent)))
    run("export", source.parent, "--to", "overview")
    found.append(("export --to overview", texts_of(source.parent.glob("index.*"))))
    found.append(("burden", run("burden", source)))
    found.append(("burden --csv burden", file_of("burden", source, "--csv")))
    found.append(("burden --html burden", file_of("burden", source, "--html")))
    plain = source.parent / "plain" / "made.json"
    plain.parent.mkdir()
    plain.write_bytes(source.read_bytes())
    found.append(("diff", run("diff", plain, source)))
    found.append(("diff --html", file_of("diff", plain, source, "--html")))
    [document] = open_documents([source], []).values()
    found += [(f"app {kind}", in_full(taken(document, kind)[1])) for kind in formats()]
    return found


def run(*words: object) -> str:
    done = subprocess.run([*SOESIFT, *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout


def file_of(*words: object) -> str:
    with tempfile.TemporaryDirectory() as folder:
        run(*words, Path(folder) / "out")
        return texts(Path(folder))


def texts(folder: Path) -> str:
    return texts_of(folder.rglob("*"))


def texts_of(paths: object) -> str:
    return "\n".join(in_full(path.read_bytes()) for path in sorted(paths) if path.is_file())  # type: ignore[call-overload]


if __name__ == "__main__":
    raise SystemExit(main())
