"""A result as a document of docling-core, read back by the package's own model."""

from __future__ import annotations

from pathlib import Path

import pytest

from soesift.export.docling import docling_document, write_docling
from soesift.result.models import Result, SoeTable

doc = pytest.importorskip("docling_core.types.doc", reason="docling-core is not installed (soesift[data])")


@pytest.fixture
def read(toy: Result, tmp_path: Path):
    """As a pipeline reads it: from the file, by the package."""
    return doc.DoclingDocument.load_from_json(write_docling(toy, tmp_path / "toy_docling.json"))


def test_tables_are_whole_with_caption_places_and_notes(read, schedule: SoeTable) -> None:
    first = read.tables[0]
    assert first.caption_text(read) == schedule.title
    assert [(place.page_no, place.bbox.t) for place in first.prov] == [(1, 60), (2, 60)]
    notes = [ref.resolve(read).text for ref in first.footnotes]
    assert notes == [
        "a Before any procedure; consent is renewed.",
        "b In triplicate.",
        "ECG = electrocardiogram.",
    ]
    assert first.meta.get_custom_part()["soesift__table_type"] == "main_soa"


def test_spans_headers_and_sections(read) -> None:
    cells = {(c.start_row_offset_idx, c.start_col_offset_idx): c for c in read.tables[0].data.table_cells}
    assert (cells[0, 0].row_span, cells[0, 0].column_header, cells[0, 0].text) == (2, True, "Procedure")
    assert (cells[0, 2].col_span, cells[0, 2].end_col_offset_idx) == (2, 4)
    assert cells[3, 0].row_section
    assert cells[4, 0].row_header
    assert not cells[4, 1].row_header


def test_docling_renders_them(read, schedule: SoeTable) -> None:
    frame = read.tables[0].export_to_dataframe(read)
    assert len(frame) == len(schedule.grid) - 2
    assert "Informed consent" in read.export_to_markdown()
    assert 'colspan="2"' in read.tables[0].export_to_html(read)


def test_the_protocol_gives_the_sizes_of_pages(toy: Result, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    from made_protocols import short_protocol

    found = docling_document(toy, short_protocol(tmp_path / "short.pdf"))
    assert [(n, page.size.width, page.size.height) for n, page in found.pages.items()] == [(1, 792, 612), (2, 792, 612)]
    assert docling_document(toy).pages == {}


def test_the_same_result_gives_the_same_bytes(toy: Result, tmp_path: Path) -> None:
    assert write_docling(toy, tmp_path / "a").read_bytes() == write_docling(toy, tmp_path / "b").read_bytes()
