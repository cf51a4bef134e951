"""Small protocols drawn with reportlab and python-docx, whose tables, pages and notes a test knows exactly."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Grid = list[list[str]]

HEADER: Grid = [
    ["Procedure", "Screening", "Treatment", "Treatment", "Treatment", "Follow-up"],
    ["Procedure", "Day -28", "Day 1", "Day 15", "Day 29", "Day 57"],
]
SPANS = [(0, 0, 2, 1), (0, 2, 1, 3)]  # row, column, row_span, column_span
NAMES = [
    "Informed consent",
    "Medical history",
    "Demographics",
    "Physical examination",
    "Vital signs",
    "12-lead ECG",
    "Hematology",
    "Serum chemistry",
    "Urinalysis",
    "Pregnancy test",
    "Randomization",
    "Dispense study drug",
    "Drug accountability",
    "Concomitant medications",
    "Adverse events",
    "Quality of life questionnaire",
]
BODY: Grid = [
    [name, *("X" if (row + 2 * column) % 3 or (not column and row < 3) else "" for column in range(5))]
    for row, name in enumerate(NAMES)
]
NOTES = {
    "a": "Written consent is obtained before any procedure.",
    "b": "Women of childbearing potential only.",
    "c": "Fasting samples are taken in the morning.",
    "d": "At the discretion of the investigator.",
}
EXTENSION: Grid = [
    ["Procedure", "Baseline", "Week 12", "Week 24", "Week 36", "Week 48", "End of treatment", "Follow-up"],
    *([name, *("X" if (row + column) % 4 else "" for column in range(7))] for row, name in enumerate(NAMES)),
]
SAMPLING: Grid = [
    ["Sample", "Pre-dose", "0.5 h", "1 h", "2 h", "4 h", "8 h"],
    ["PK plasma Day 1", "X", "X", "X", "X", "X", "X"],
    ["PK plasma Day 15", "X", "", "X", "", "X", ""],
    ["Serum biomarkers", "X", "", "", "X", "", "X"],
]
DOSES: Grid = [
    ["Toxicity", "Grade", "Dose modification"],
    ["Neutropenia", "Grade 3", "Withhold the dose until recovery to Grade 1, then resume at one dose level lower"],
    ["Thrombocytopenia", "Grade 4", "Permanently discontinue the study drug"],
    ["Diarrhea", "Grade 2", "Reduce the dose by one level and give supportive care"],
]
TITLE = "Table 1 Schedule of Activities"
TRACK_TITLE = "Table 2 Schedule of Activities, Open-label Extension"
SAMPLING_TITLE = "Table 3 Pharmacokinetic Sampling Schedule"
PROSE = (
    "The study has two parts and is conducted at about twelve centres. Participants are asked about their "
    "health at every contact, and the sponsor reviews the data as they come in. "
)


class Pages:
    """A PDF in the making: prose, tables and notes from the top of each page downwards."""

    def __init__(self, path: Path) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
        self.height = self.y = 0.0

    def page(self, landscape: bool = False) -> None:
        if self.height:
            self.canvas.showPage()
        width, self.height = (792.0, 612.0) if landscape else (612.0, 792.0)
        self.canvas.setPageSize((width, self.height))
        self.y = self.height - 60

    def line(self, text: str, size: float = 9, bold: bool = False) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawString(60, self.y, text)
        self.y -= size * 1.3

    def prose(self, paragraphs: int) -> None:
        words = (PROSE * 3).split()
        for _ in range(paragraphs):
            for start in range(0, len(words), 15):
                self.line(" ".join(words[start : start + 15]))
            self.y -= 8

    def table(self, grid: Grid, wide: float, spans: list[tuple[int, int, int, int]] | None = None) -> None:
        self.y -= 4
        drawn, high = drawable(grid, wide, spans or [])
        drawn.drawOn(self.canvas, 60, self.y - high)
        self.y -= high + 14

    def save(self) -> None:
        self.canvas.save()


def drawable(grid: Grid, wide: float, spans: list[tuple[int, int, int, int]]) -> tuple[Any, float]:
    """A ruled reportlab table and its height."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Table

    style = ParagraphStyle("cell", fontName="Helvetica", fontSize=8, leading=9.5)
    names = 110.0
    columns = [names, *([(wide - names) / (len(grid[0]) - 1)] * (len(grid[0]) - 1))]
    hidden = {(r + i, c + k) for r, c, high, w in spans for i in range(high) for k in range(w)} - {
        (r, c) for r, c, _, _ in spans
    }
    texts = [[Paragraph("" if (r, c) in hidden else t, style) for c, t in enumerate(row)] for r, row in enumerate(grid)]
    commands: list[Any] = [("GRID", (0, 0), (-1, -1), 0.6, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    commands += [("SPAN", (c, r), (c + w - 1, r + h - 1)) for r, c, h, w in spans]
    made = Table(texts, colWidths=columns, style=commands)
    return made, made.wrap(wide, 1000)[1]


def notes(pages: Pages, *markers: str) -> None:
    for marker in markers:
        pages.line(f"{marker}. {NOTES[marker]}", 8)


def protocol(path: Path) -> Path:
    """Seven pages: prose; a dose table; the schedule on 3 and 4 with notes on 4 and 5; a track; a PK grid."""
    pages = Pages(path)
    pages.page()
    pages.line("1 Introduction", 12, bold=True)
    pages.prose(8)
    pages.page()
    pages.line("5.4 Dose Modification", 12, bold=True)
    pages.prose(2)
    pages.line("Table 9 Dose modifications for toxicity", 10, bold=True)
    pages.table(DOSES, 480)
    pages.prose(2)
    pages.page(landscape=True)
    pages.line(TITLE, 10, bold=True)
    pages.table(HEADER + BODY[:9], 660, SPANS)
    pages.page(landscape=True)
    pages.line(f"{TITLE} (continued)", 10, bold=True)
    pages.table(HEADER + BODY[9:], 660, SPANS)
    notes(pages, "a", "b")
    pages.page()
    notes(pages, "c", "d")
    pages.page(landscape=True)
    pages.line("6.2 Extension", 12, bold=True)
    pages.line(TRACK_TITLE, 10, bold=True)
    pages.table(EXTENSION, 660)
    pages.page()
    pages.prose(1)
    pages.line(SAMPLING_TITLE, 10, bold=True)
    pages.table(SAMPLING, 480)
    pages.prose(1)
    pages.save()
    return path


def short_protocol(path: Path) -> Path:
    """Two landscape pages with the schedule and nothing else."""
    pages = Pages(path)
    for rows, more in ((BODY[:9], ""), (BODY[9:], " (continued)")):
        pages.page(landscape=True)
        pages.line(TITLE + more, 10, bold=True)
        pages.table(HEADER + rows, 660, SPANS)
    pages.save()
    return path


def no_schedule(path: Path) -> Path:
    """Prose and a dose table."""
    pages = Pages(path)
    pages.page()
    pages.prose(4)
    pages.page()
    pages.line("Table 9 Dose modifications for toxicity", 10, bold=True)
    pages.table(DOSES, 480)
    pages.prose(1)
    pages.save()
    return path


def turned_protocol(path: Path) -> Path:
    """The schedule on one portrait page, its text turned by 90 degrees."""
    pages = Pages(path)
    pages.page()
    pages.canvas.translate(612, 0)
    pages.canvas.rotate(90)
    pages.y = 612 - 60
    pages.line(TITLE, 10, bold=True)
    pages.table(HEADER + BODY, 660, SPANS)
    pages.save()
    return path


def pictured_protocol(path: Path, rows: int = 9) -> Path:
    """The schedule's first page as a picture of 150 dpi: nothing but pixels."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    digital = path.with_suffix(".digital.pdf")
    pages = Pages(digital)
    pages.page(landscape=True)
    pages.line(TITLE, 12, bold=True)
    pages.table(HEADER + BODY[:rows], 660, SPANS)
    pages.save()
    document = pypdfium2.PdfDocument(digital.read_bytes())
    picture = document[0].render(scale=150 / 72).to_pil()
    document.close()
    digital.unlink()
    canvas = Canvas(str(path), pagesize=(792, 612), invariant=1)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    buffer.seek(0)
    canvas.drawImage(ImageReader(buffer), 0, 0, 792, 612)
    canvas.save()
    return path


def sampling_only(path: Path) -> Path:
    """Prose and a grid of sampling times, the only table."""
    pages = Pages(path)
    pages.page()
    pages.prose(1)
    pages.line(SAMPLING_TITLE, 10, bold=True)
    pages.table(SAMPLING, 480)
    pages.prose(1)
    pages.save()
    return path


def with_a_picture(path: Path) -> Path:
    """The schedule on one page as text, and a page that is a picture."""
    import pypdfium2

    picture = pictured_protocol(path.with_suffix(".picture.pdf"))
    text = short_protocol(path.with_suffix(".text.pdf"))
    whole = pypdfium2.PdfDocument.new()
    for part in (text, picture):
        document = pypdfium2.PdfDocument(part.read_bytes())
        whole.import_pages(document)
        document.close()
        part.unlink()
    whole.save(str(path))
    whole.close()
    return path


def word_protocol(path: Path) -> Path:
    """A DOCX with a heading, prose, a dose table and the schedule with notes."""
    import docx

    document = docx.Document()
    document.add_heading("1 Introduction", 1)
    document.add_paragraph(PROSE)
    document.add_paragraph("Table 9 Dose modifications for toxicity")
    word_table(document, DOSES, [])
    document.add_heading("1.1 Schedule", 2)
    document.add_paragraph(TITLE)
    word_table(document, HEADER + BODY, SPANS)
    for marker in ("a", "b"):
        document.add_paragraph(f"{marker}. {NOTES[marker]}")
    document.add_heading("2 Objectives", 1)
    document.add_paragraph(PROSE)
    document.save(str(path))
    return path


def word_table(document: Any, grid: Grid, spans: list[tuple[int, int, int, int]]) -> None:
    table = document.add_table(len(grid), len(grid[0]))
    table.style = "Table Grid"
    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    for r, c, high, wide in spans:
        table.cell(r, c).merge(table.cell(r + high - 1, c + wide - 1)).text = grid[r][c]


def without_timing(text: str) -> dict[str, Any]:
    """A JSON result but for what may differ between runs."""
    import json

    from soesift.result.models import Result

    whole = Result.model_validate_json(text) if "soe-result" in text[:60] else None  # files leave empty keys out
    result: dict[str, Any] = json.loads(text if whole is None else whole.model_dump_json())
    result.pop("timing")
    return result


def spread(cells: Iterator[Any] | list[Any], height: int, width: int) -> Grid:
    """The grid that cells with spans make."""
    grid = [[""] * width for _ in range(height)]
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                grid[row][column] = cell.text
    return grid
