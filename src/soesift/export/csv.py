"""One CSV file a table: RFC 4180, UTF-8 with byte order mark (Excel needs it), the page of each row first."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from soesift.export.raised import raised_grid
from soesift.export.spans import grid_size
from soesift.export.wording import plain
from soesift.files import safe_stem, write_atomically
from soesift.result.models import Result, SoeTable

PREFIX = "'"  # what spreadsheets take for "this is text"
_STARTS = "=+-@\t\r\n＝＋－＠"  # OWASP "CSV Injection"; the wide forms are read as formulas in some locales
_INVISIBLE = " \u00a0\u200b\u200e\u200f\u2060\ufeff"
_HARMLESS = re.compile(r"[-+]?\d+(?:[.,]\d+)?|[-+]+")  # a number, or a mark of dashes or plus signs


def write_csv(result: Result, folder: Path | str, stem: str | None = None, prefix: str = PREFIX) -> list[Path]:
    """Write `STEM_table1.csv`, ... into `folder` and return the paths; no table, no file.

    `stem` is by default the document's name. Cells that a spreadsheet would run as a formula begin with
    `prefix`; pass "" to keep them as printed, for programs that read the file as data. Files of the same stem that an
    earlier run with more tables has left are deleted. Raises WriteError.
    """
    stem = safe_stem(Path(result.document.name).stem if stem is None else stem)
    written = [
        write_atomically(Path(folder) / f"{stem}_table{number}.csv", table_csv(table, prefix).encode("utf-8-sig"))
        for number, table in enumerate(result.tables, start=1)
    ]
    remove_stale(Path(folder), stem, len(written))
    return written


def remove_stale(folder: Path, stem: str, count: int) -> None:
    """Delete `STEM_tableN.csv` with N above `count`, which an earlier run with more tables has left."""
    number = count + 1
    while (stale := folder / f"{stem}_table{number}.csv").is_file():
        stale.unlink()
        number += 1


def table_csv(table: SoeTable, prefix: str = PREFIX) -> str:
    """The CSV text: a column `page`, then the grid with its header rows; short rows are padded.

    Footnote markers stand behind a cell's text in raised characters, so that "Week 2" with note 2 is no week 22.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    n_columns = grid_size(table)[1]
    for r, row in enumerate(raised_grid(table)):
        page = table.row_pages[r] if r < len(table.row_pages) else None
        first = "page" if r == 0 and table.header_rows > 0 else "" if page is None else str(page)
        writer.writerow([first, *(harmless(plain(text), prefix) for text in row), *[""] * (n_columns - len(row))])
    return out.getvalue()


def harmless(text: str, prefix: str = PREFIX) -> str:
    """`text`, behind `prefix` if a spreadsheet could run it as a formula; a number or dash is none."""
    start = text.lstrip(_INVISIBLE)
    if text[:1] in ("\t", "\r", "\n") or (start[:1] and start[0] in _STARTS):
        return text if _HARMLESS.fullmatch(text) else prefix + text
    return text
