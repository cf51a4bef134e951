"""A `docling-core` document of the schedules, for pipelines built on Docling.

Each schedule is one table over all its pages, with a place (`prov`) a page, its title as caption and its notes as
footnotes. Cells hold what is printed, footnote markers too. What Docling has no field for stands in the table's `meta`
under the namespace `soesift`: type, probability, doubts. Boxes count from the top left. Sizes of pages are there where
the protocol is given; a cell has a box only where its table is on one page, as Docling's cells name no page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from soesift.errors import MissingExtra
from soesift.export.spans import grid_size, header_count, placed_cells
from soesift.export.wording import plain
from soesift.files import write_atomically
from soesift.result.models import Box, Footnote, Result, SoeTable

SPACE = "soesift"
_KINDS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}


def write_docling(result: Result, path: Path | str, pdf: Path | None = None) -> Path:
    """Write the document as Docling's JSON. Raises WriteError, MissingExtra."""
    return write_atomically(
        path, docling_document(result, pdf).model_dump_json(exclude_none=True, by_alias=True) + "\n"
    )


def docling_document(result: Result, pdf: Path | None = None) -> Any:
    """A `docling_core.types.doc.DoclingDocument`; `pdf`, the protocol, gives the sizes of pages. MissingExtra."""
    doc = _docling()
    about = result.document
    found = doc.DoclingDocument(name=Path(about.name).stem)
    kind = _KINDS.get(Path(about.name).suffix.lower(), "application/octet-stream")
    found.origin = doc.DocumentOrigin(mimetype=kind, binary_hash=int(about.sha256[:16] or "0", 16), filename=about.name)
    for number, (width, height) in enumerate(_sizes(pdf), start=1):
        found.add_page(page_no=number, size=doc.Size(width=width, height=height))
    for table in result.tables:
        _add(found, table, doc, result.document.review)
    return found


def _add(found: Any, table: SoeTable, doc: Any, review: str | None) -> None:
    caption = found.add_text(label=doc.DocItemLabel.CAPTION, text=table.title) if table.title else None
    item = found.add_table(data=_data(table, doc), caption=caption)
    item.prov = [
        doc.ProvenanceItem(page_no=part.page, bbox=_box(part.bbox, doc), charspan=(0, 0))
        for part in table.fragments
        if part.page is not None and part.bbox is not None and part.role == "grid"
    ]
    for note in table.footnotes:
        text = found.add_text(label=doc.DocItemLabel.FOOTNOTE, text=_note(note), parent=item)
        item.footnotes.append(text.get_ref())
    item.meta = doc.FloatingMeta()
    said = {"review": plain(review)} if review else {}
    for name, value in {**_besides(table), **said}.items():
        item.meta.set_custom_field(SPACE, name, value)


def _data(table: SoeTable, doc: Any) -> Any:
    rows, columns = grid_size(table)
    one_page = len(table.pages) == 1
    cells = [
        doc.TableCell(
            text=cell.printed,
            bbox=_box(cell.bbox, doc) if one_page and cell.bbox is not None else None,
            row_span=cell.row_span,
            col_span=cell.column_span,
            start_row_offset_idx=cell.row,
            end_row_offset_idx=cell.row + cell.row_span,
            start_col_offset_idx=cell.column,
            end_col_offset_idx=cell.column + cell.column_span,
            column_header=cell.row < header_count(table),
            row_header=cell.column == 0 and cell.row >= header_count(table),
            row_section=cell.column_span == columns > 1 and cell.row >= header_count(table),
        )
        for cell in placed_cells(table)
    ]
    return doc.TableData(table_cells=cells, num_rows=rows, num_cols=columns)


def _box(box: Box, doc: Any) -> Any:
    return doc.BoundingBox(l=box[0], t=box[1], r=box[2], b=box[3], coord_origin=doc.CoordOrigin.TOPLEFT)


def _note(note: Footnote) -> str:
    return f"{note.marker} {note.text}".strip()


def _besides(table: SoeTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "table_type": table.table_type,
        "probability": table.probability,
        "doubts": [one.why for one in (*table.doubt, *(d for part in table.parts for d in part.doubt))],
    }


def _sizes(pdf: Path | None) -> list[tuple[float, float]]:
    if pdf is None or pdf.suffix.lower() != ".pdf":
        return []
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return [(float(width), float(height)) for width, height in (page.get_size() for page in document)]


def _docling() -> Any:
    try:
        import docling_core.types.doc as doc
    except ImportError as error:
        raise MissingExtra("docling-core", "data") from error
    return doc
