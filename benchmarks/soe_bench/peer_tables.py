"""Grids of camelot (lattice), pdfplumber and img2table for the tables of SoE-Bench, to be scored like ours.

    PYTHON benchmarks/soe_bench/peer_tables.py camelot|pdfplumber|img2table FACTS DOCUMENTS OUT
    python benchmarks/soe_bench/score_facts.py FACTS OUT

PYTHON has the library, in an environment of its own; nothing of SoESift is imported. All are told the pages of each
table and its number of header rows, which SoESift has to find. Of a page the table with most cells counts; pages are
put one below the other, without header rows that come again. Notes are not theirs: compare whole grids and columns.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

Grid = list[list[str]]
Reader = Callable[[Path, int], list[Grid]]


def camelot_grids(path: Path, page: int) -> list[Grid]:
    """Grids of a page (from 1); text of merged cells in each position."""
    found = import_module("camelot").read_pdf(str(path), pages=str(page), flavor="lattice", copy_text=["h", "v"])
    return [[[" ".join(str(text).split()) for text in row] for row in table.df.values.tolist()] for table in found]


def pdfplumber_grids(path: Path, page: int) -> list[Grid]:
    """Grids of a page (from 1); a position that a merged cell covers has the text on its left, else that above it."""
    with import_module("pdfplumber").open(path, pages=[page]) as document:
        return [spread(grid) for grid in document.pages[0].extract_tables()]


def img2table_grids(path: Path, page: int) -> list[Grid]:
    """Grids of a page (from 1), with the file's own text, no OCR; text of merged cells in each position."""
    document = import_module("img2table.document").PDF(str(path), pages=[page - 1], pdf_text_extraction=True)
    tables = document.extract_tables().get(page - 1, [])
    return [
        [[" ".join((cell.value or "").split()) for cell in row] for row in table.content.values()] for table in tables
    ]


def spread(grid: Sequence[Sequence[str | None]]) -> Grid:
    """A grid without None."""
    whole: Grid = []
    for row in grid:
        shown: list[str] = []
        for column, text in enumerate(row):
            above = whole[-1][column] if whole and column < len(whole[-1]) else ""
            shown.append(" ".join(text.split()) if text is not None else shown[-1] if shown else above)
        whole.append(shown)
    return whole


READERS: dict[str, Reader] = {"camelot": camelot_grids, "pdfplumber": pdfplumber_grids, "img2table": img2table_grids}


def whole_grid(path: Path, table: dict[str, Any], read: Reader) -> Grid:
    """The largest grid of each page of a true table, one below the other."""
    whole: Grid = []
    head = table["header_rows"] + bool(table.get("title_row"))
    for page in table["pages"]:
        grid = max(read(path, page), key=lambda g: len(g) * len(g[0]) if g else 0, default=[])
        whole += grid[head:] if whole and grid[:head] == whole[:head] else grid
    width = max(map(len, whole), default=0)
    return [[*row, *[""] * (width - len(row))] for row in whole]


def found_tables(path: Path, facts: dict[str, Any], read: Reader) -> list[dict[str, Any]]:
    tables = []
    for table in facts["tables"]:
        head = table["header_rows"] + bool(table.get("title_row"))
        grid = whole_grid(path, table, read)
        tables.append({"pages": table["pages"], "grid": grid, "header_rows": min(head, len(grid)), "footnotes": []})
    return [table for table in tables if table["grid"]]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("system", choices=sorted(READERS))
    parser.add_argument("facts", type=Path)
    parser.add_argument("documents", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args(words)
    args.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.facts.glob("*.json")):
        document = args.documents / f"{path.stem}.pdf"
        if document.exists():
            tables = found_tables(document, json.loads(path.read_text("utf-8")), READERS[args.system])
            (args.out / path.name).write_text(json.dumps({"tables": tables}), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
