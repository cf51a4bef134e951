"""Write a result in the formats asked for, one stem for all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from soesift.export.write import write
from soesift.files import safe_stem
from soesift.result.models import Result

Format = Literal["json", "xlsx", "csv", "html", "parquet"]


def write_formats(
    result: Result, out_dir: Path | str, stem: str, formats: Sequence[Format], source: Path | None = None
) -> list[Path]:
    """Write `STEM.json`, `STEM.xlsx`, `STEM_table1.csv`..., `STEM.html` into `out_dir`, and parts of a dataset into
    its folder `parquet`; the paths, in order.

    `source` is the document itself; if it is a PDF, the HTML shows its pages. JSON is written last, so that
    its presence means that all formats are there, as resuming needs. Raises WriteError.
    """
    stem, folder = safe_stem(stem), Path(out_dir)
    written: list[Path] = []
    for kind in sorted(set(formats), key=("xlsx", "csv", "html", "parquet", "json").index):
        written += write(result, kind, folder, stem, pdf=source)
    return written
