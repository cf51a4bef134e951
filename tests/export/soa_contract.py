"""What `soa-table-extraction` 1.0 demands (public schema of kerfors/soa2usdm), as a JSON Schema of ours."""

from __future__ import annotations

from typing import Any

TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
PLACE = {"type": "integer", "minimum": 1}
RANGE = {"type": "string", "pattern": r"^(\d+:\d+)?$"}


def one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def thing(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


def many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_METADATA = thing(
    "table_number table_type table_title page_start page_end",
    table_number=PLACE,
    table_title=TEXT,
    page_start=PLACE,
    page_end=PLACE,
    notes=TEXT,
    track_label=TEXT,
    table_type=one_of("main_soa", "continuation", "domain", "subsidiary", "track", "reference"),
)
_SOURCE = thing(
    "row_position column_position cell_value",
    row_position=PLACE,
    column_position=PLACE,
    cell_value=TEXT,
    synthesized=FLAG,
)
_PROPERTY = thing(
    "table_number row_position property_name property_comment",
    table_number=PLACE,
    row_position=PLACE,
    property_name=TEXT,
    property_name_source=_SOURCE,
    property_comment={"type": "string", "minLength": 1},
    annotation_markers=TEXT,
    structure_method=one_of("inferred_from_layout", "assumed"),
    hierarchical_level={"type": ["integer", "null"], "minimum": 1},
    property_type=one_of(
        "epoch",
        "period",
        "cycle",
        "visit",
        "study_day",
        "week",
        "timepoint",
        "window",
        "modality",
        "condition",
        "visit_attribute",
        "other",
    ),
)
_GRID = thing(
    "table_number row_position column_position",
    table_number=PLACE,
    row_position=PLACE,
    column_position=PLACE,
    cell_value=TEXT,
    merged_cell_range=RANGE,
    is_merged_cell=FLAG,
    annotation_markers=TEXT,
)
_ACTIVITY = thing(
    "table_number row_position activity_name activity_name_source",
    table_number=PLACE,
    row_position=PLACE,
    source_page=PLACE,
    activity_name=TEXT,
    annotation_markers=TEXT,
    activity_name_source=thing(
        "cell_text indentation_level", cell_text=TEXT, indentation_level={"type": "integer", "minimum": 0}
    ),
)
_MARK = thing(
    "table_number row_position column_position",
    table_number=PLACE,
    row_position=PLACE,
    column_position=PLACE,
    cell_value=TEXT,
    source_range=RANGE,
    annotation_markers=TEXT,
)
_WHERE = thing(
    "table_number location_type row_position",
    table_number=PLACE,
    row_position=PLACE,
    column_position=PLACE,
    location_type=one_of("schedule_property", "activity_name", "schedule_cell", "unresolved"),
)
_NOTE = thing(
    "annotation_marker annotation_type annotation_text marker_locations",
    annotation_marker=TEXT,
    annotation_text=TEXT,
    marker_locations=many(_WHERE),
    annotation_type=one_of("footnote", "legend", "abbreviation", "source_note", "continuation_note"),
)
_PROVENANCE = thing(
    "extracted_at extractor extraction_status",
    extracted_at={"type": "string", "format": "date-time"},
    extractor=TEXT,
    extraction_notes=TEXT,
    extraction_status=one_of("draft", "verified", "ready_for_resolution"),
    source_document=thing("", filename=TEXT, document_type=one_of("protocol", "amendment", "appendix", "other")),
)
EXTRACTION = thing(
    "schema_name schema_version extraction_metadata table_metadata schedule_properties schedule_grid activities "
    "activity_schedule annotations",
    schema_name={"const": "soa-table-extraction"},
    schema_version=one_of("1.0", "1.1"),
    extraction_metadata=_PROVENANCE,
    table_metadata=_METADATA,
    schedule_properties=many(_PROPERTY),
    schedule_grid=many(_GRID),
    activities=many(_ACTIVITY),
    activity_schedule=many(_MARK),
    annotations=many(_NOTE),
) | {"additionalProperties": False}
