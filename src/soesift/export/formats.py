"""Write a result in the formats asked for, one stem for all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

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
        if kind == "csv":
            from soesift.export.csv import write_csv

            written += write_csv(result, folder, stem)
        elif kind == "parquet":
            from soesift.export.parquet import write_parquet

            written += write_parquet(result, folder, stem)
        else:
            written.append(_write_one(result, folder / f"{stem}.{kind}", kind, source))
    return written


def _write_one(result: Result, path: Path, kind: Format, source: Path | None) -> Path:
    if kind == "xlsx":
        return result.to_xlsx(path)
    return result.to_json(path) if kind == "json" else result.to_html(path, source)
