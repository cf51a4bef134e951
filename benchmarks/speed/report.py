"""The figures of a run as Markdown."""

from __future__ import annotations

from typing import Any

NAMES = {
    "pdfium_reads": "**pdfium's own reading** (characters with boxes, objects with bounds)",
    "pdfium_text": "pdfium, text in one call, without places",
    "soesift_reads": "soesift, reading",
    "soesift_tables": "**soesift, reading and table finding**",
    "pdfplumber_reads": "pdfplumber, reading",
    "pdfplumber_tables": "pdfplumber, `extract_tables`",
    "camelot_lattice": "camelot, lattice",
    "pymupdf_tables": "PyMuPDF, `find_tables`",
    "pdf_oxide_reads": "pdf_oxide, reading",
    "pdf_oxide_tables": "pdf_oxide, `extract_tables`",
    "docling_parse_reads": "docling-parse, reading",
    "pdfium_pictures": "pdfium, drawing at 200 dpi",
    "soesift_ocr": "soesift, OCR with rulings",
}
STAGE = {
    "pdfium": "pdfium's own reading",
    "read": "reading",
    "find": "table finding, records, running lines",
    "classify": "classification",
    "join": "joining",
    "json": "export JSON",
    "xlsx": "export Excel",
    "csv": "export CSV",
    "html": "export HTML with page pictures",
    "detect": "**detect, whole** (bytes to JSON)",
}


def markdown(report: dict[str, Any]) -> str:
    """Three tables under a line about the machine."""
    machine, load = report["machine"], report["load"]
    head = (
        f"{report['documents']} documents ({report['made_up']} made up), {report['rounds']} rounds; "
        f"{machine['cores']} cores {machine['machine']} ({machine['processor']}), Python {machine['python']}; "
        f"load average {load['before'][0]} before, {load['after'][0]} after. CPU seconds."
    )
    parts = [head, "", "Same pages:", "", *systems(report["same_pages"], "pdfium_reads", "tables or characters")]
    parts += ["", f"Whole documents, {report['whole']['pages']:.0f} pages, without OCR:", "", *whole(report["whole"])]
    if any("cpu" in row and row["pages"] for row in report["pictures"].values()):
        parts += ["", "Pages that are pictures:", "", *systems(report["pictures"], "pdfium_pictures", "characters")]
    return "\n".join(parts) + "\n"


def systems(rows: dict[str, dict[str, Any]], base: str, counted: str) -> list[str]:
    """One row a system, as a ratio to `base` on the same pages."""
    lines = [f"| system | pages | CPU s | x | ms a page | {counted} | peak MB |", "|---|---|---|---|---|---|---|"]
    for name, row in rows.items():
        if "error" in row:
            lines.append(f"| {NAMES[name]} | | | did not run: {row['error']} | | | |")
            continue
        each = 1000 * row["cpu"] / max(row["pages"], 1)
        ratio = row["cpu"] / max(rows[base].get("cpu", 0.0), 1e-9)
        lines.append(
            f"| {NAMES[name]} | {row['pages']} | {row['cpu']:.2f} | {ratio:.2f} | {each:.1f} "
            f"| {row['count']} | {row['peak_mb']} |"
        )
    return lines


def whole(spent: dict[str, float]) -> list[str]:
    """One row a stage."""
    lines = ["| stage | CPU s | x | pages a second |", "|---|---|---|---|"]
    for stage, name in STAGE.items():
        rate = f"{spent['pages'] / max(spent[stage], 1e-9):.0f}"
        lines.append(f"| {name} | {spent[stage]:.2f} | {spent[stage] / max(spent['pdfium'], 1e-9):.2f} | {rate} |")
    return lines
