"""usdm4_protocol's schedule of a PDF as a system of SoE-Bench.

    PYTHON benchmarks/soe_bench/peer_usdm4_protocol.py DOCUMENT OUT

PYTHON has `usdm4_protocol[pdf]` (AGPL-3.0, Python 3.12), in an environment of its own; nothing of SoESift is imported.
It reads with PyMuPDF and without its hosted models, gives one table a protocol and says no page: each row is looked up
among the rows of the page that PyMuPDF gave it, and a page counts with two rows or more.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

ROWS = 2  # rows of the table on a page before it counts; one may be a text that stands elsewhere too
LEGACY = "usdm4_protocol.legacy.import_."
Row = tuple[str, ...]


class Rows(HTMLParser):
    """Rows of the tables in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A row or a cell begins."""
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        """Text of the cell."""
        if self._inside:
            self.rows[-1][-1] += data


def rows_of(html: str) -> list[Row]:
    """Texts of the cells of each row, without any white space, so that both readings of a row are alike."""
    parser = Rows()
    parser.feed(html)
    return [tuple("".join(cell.split()) for cell in row) for row in parser.rows]


def pages_of(table: list[Row], where: dict[Row, list[int]]) -> list[int]:
    """Pages (from 1) with at least ROWS rows of the table; a row printed on several pages counts for the first."""
    votes = Counter(where[row][0] for row in table if row in where and any(row))
    return sorted(page for page, rows in votes.items() if rows >= ROWS)


def watched(reader: type[Any], where: dict[Row, list[int]]) -> None:
    """Let the PDF reader note on which page each row stood."""
    of_page, of_table = reader._process_page, reader._table_to_html
    current = [0]

    def page_seen(self: Any, page: Any) -> Any:
        current[0] = page.number + 1
        return of_page(self, page)

    def table_seen(self: Any, table: Any) -> Any:
        html = of_table(self, table)
        for row in rows_of(html or ""):
            where[row].append(current[0])
        return html

    reader._process_page, reader._table_to_html = page_seen, table_seen


def schedule(document: str) -> dict[str, Any]:
    """The one table it takes for the schedule, with pages; none without."""
    where: dict[Row, list[int]] = defaultdict(list)
    watched(import_module(LEGACY + "load.to_html_pymupdf").ToHTMLPyMuPDF, where)
    errors = import_module("simple_error_log.errors").Errors()
    sections = import_module(LEGACY + "load").LoadPDF(document, errors, pdf_converter="pymupdf").process()
    reader = import_module(LEGACY + "extract.schedule_of_activities").ScheduleOfActivities(sections, errors)
    table = rows_of(reader._collect_and_merge_tables(reader._find_all_soa_sections()))
    pages = pages_of(table, where)
    return {"tables": [{"pages": pages, "table_type": "main_soa"}] if pages else []}


def main() -> None:
    """Read the document named first, write the file named second."""
    document, out = sys.argv[1:3]
    Path(out).write_text(json.dumps(schedule(document)), "utf-8")


if __name__ == "__main__":
    main()
