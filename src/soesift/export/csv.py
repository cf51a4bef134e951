"""CSV: a file a table, and its header levels and footnotes in files of their own. RFC 4180, UTF-8 with byte order mark
(Excel needs it), the page of each row first."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from soesift.export.spans import grid_size, header_count, placed_cells, raised_grid
from soesift.export.wording import plain
from soesift.files import safe_stem, write_atomically
from soesift.result.models import Cell, Result, SoeTable

PREFIX = "'"  # what spreadsheets take for "this is text"
_STARTS = "=+-@\t\r\n＝＋－＠"  # OWASP "CSV Injection"; the wide forms are read as formulas in some locales
_INVISIBLE = " \u00a0\u200b\u200e\u200f\u2060\ufeff"
_HARMLESS = re.compile(r"[-+]?\d+(?:[.,]\d+)?|[-+]+")  # a number, or a mark of dashes or plus signs


def write_csv(
    result: Result, folder: Path | str, stem: str | None = None, prefix: str = PREFIX, repeat: bool = False
) -> list[Path]:
    """Write `STEM_table1.csv`, ... into `folder` and return the paths; no table, no file. Beside each lie
    `STEM_table1_header.csv`, one line a column with its header levels from the top, and `STEM_table1_notes.csv`, where
    the table has either.

    The text of a merged cell of the body stands once, at its first place; with `repeat` at each.

    `stem` is by default the document's name. Cells that a spreadsheet would run as a formula begin with
    `prefix`; pass "" to keep them as printed, for programs that read the file as data. Files of the same stem that an
    earlier run with more tables has left are deleted. Raises WriteError.
    """
    stem = safe_stem(Path(result.document.name).stem if stem is None else stem)
    written = []
    for number, table in enumerate(result.tables, start=1):
        texts = {
            "": table_csv(table, prefix, repeat),
            "_header": header_csv(table, prefix),
            "_notes": notes_csv(table, prefix),
        }
        for part, text in texts.items():
            place = Path(folder) / f"{stem}_table{number}{part}.csv"
            if text:
                written.append(write_atomically(place, text.encode("utf-8-sig")))
            else:
                place.unlink(missing_ok=True)
    remove_stale(Path(folder), stem, len(result.tables))
    return written


def remove_stale(folder: Path, stem: str, count: int) -> None:
    """Delete the files of tables above `count`, which an earlier run with more tables has left."""
    number = count + 1
    while (folder / f"{stem}_table{number}.csv").is_file():
        for part in ("_header", "_notes", ""):
            (folder / f"{stem}_table{number}{part}.csv").unlink(missing_ok=True)
        number += 1


def table_csv(table: SoeTable, prefix: str = PREFIX, repeat: bool = False) -> str:
    """The CSV text: a column `page`, then the grid with its header rows; short rows are padded.

    Footnote markers stand behind a cell's text in raised characters, so that "Week 2" with note 2 is no week 22.
    """
    lines = []
    n_columns, n_header = grid_size(table)[1], header_count(table)
    grid = raised_grid(table)
    for cell in [] if repeat else placed_cells(table):
        for r, c in _repeats(cell, n_header):
            grid[r][c : c + 1] = [""] if c < len(grid[r]) else []
    for r, row in enumerate(grid):
        page = table.row_pages[r] if r < len(table.row_pages) else None
        first = "page" if r == 0 and table.header_rows > 0 else "" if page is None else str(page)
        lines.append([first, *row, *[""] * (n_columns - len(row))])
    return _text(lines, prefix)


def _repeats(cell: Cell, n_header: int) -> list[tuple[int, int]]:
    """The places of a merged cell of the body but its first; a header is whole in each column."""
    if cell.row < n_header:
        return []
    return [place for place in cell.places if place != (cell.row, cell.column)]


def header_csv(table: SoeTable, prefix: str = PREFIX) -> str:
    """One line a column: its number (1-based, as in the table's file without `page`) and its header levels from the
    top; "" for a table without header."""
    n_header, n_columns = header_count(table), grid_size(table)[1]
    if not n_header:
        return ""
    grid = raised_grid(table)
    lines = [[str(c + 1), *(row[c] if c < len(row) else "" for row in grid[:n_header])] for c in range(n_columns)]
    return _text([["column", *(f"level {n}" for n in range(1, n_header + 1))], *lines], prefix)


def notes_csv(table: SoeTable, prefix: str = PREFIX) -> str:
    """One line a footnote: marker, text, page; "" for none."""
    lines = [[note.marker, note.text, "" if note.page is None else str(note.page)] for note in table.footnotes]
    return _text([["marker", "text", "page"], *lines], prefix) if lines else ""


def _text(lines: list[list[str]], prefix: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(
        [[harmless(plain(text), prefix) for text in line] for line in lines]
    )
    return out.getvalue()


def harmless(text: str, prefix: str = PREFIX) -> str:
    """`text`, behind `prefix` if a spreadsheet could run it as a formula; a number or dash is none."""
    start = text.lstrip(_INVISIBLE)
    if text[:1] in ("\t", "\r", "\n") or (start[:1] and start[0] in _STARTS):
        return text if _HARMLESS.fullmatch(text) else prefix + text
    return text
