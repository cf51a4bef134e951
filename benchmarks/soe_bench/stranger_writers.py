"""Made-up schedules as PDFs by two more writers: reportlab, which places each line, and typst, which sets pages.

Both are found when they are used (`pip install reportlab typst`); the project needs neither. Texts come marked up as
`stranger_tables.py` does it: `<sup>` and `<br>`, nothing else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from stranger_word import MadeTable, WordCell

_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_BEFORE = "Participants who stop early are asked to attend the remaining visits, so that all can be analysed."
_AFTER = "Medication is supplied in blister packs, labelled in the language of each country, and kept below 25 °C."


def print_reportlab(path: Path, made: MadeTable) -> None:
    """Write the table between two pages of text, its header again on each page; wide pages unless land is portrait."""
    lib, pages = import_module("reportlab.platypus"), import_module("reportlab.lib.pagesizes")
    options, shape, head = made.options, made.shape, made.head
    size, style = float(options["size"]), _styles(options)
    sheet = pages.A4 if options["land"] == "portrait" else pages.landscape(pages.A4)
    width = sheet[0] - 100
    name = width * float(options["namew"].rstrip("%") if options["namew"] != "auto" else 26) / 100
    widths = [name, *[(width - name) / (shape[1] - 1)] * (shape[1] - 1)]
    content: list[list[Any]] = [[""] * shape[1] for _ in range(shape[0])]
    drawn: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    drawn += [(side, (0, 0), (-1, -1), size / 5) for side in ("TOPPADDING", "BOTTOMPADDING")]
    drawn += [(side, (0, 0), (-1, -1), 2) for side in ("LEFTPADDING", "RIGHTPADDING")]
    drawn += _rules(options.get("rules", "full"), head)
    for one in made.cells:
        kind = "head" if one.kind == "H" else "group" if one.kind == "G" else "name" if not one.column else "cell"
        content[one.row][one.column] = lib.Paragraph(one.text.replace("<br>", "<br/>"), style[kind])
        last = (one.column + one.across - 1, one.row + one.down - 1)
        drawn += [("SPAN", (one.column, one.row), last)] if last != (one.column, one.row) else []
        fill = options["fill"] if one.kind == "H" else "#e0e0e0" if one.kind == "G" else "none"
        drawn += [("BACKGROUND", (one.column, one.row), last, fill)] if fill != "none" else []
    table = lib.Table(content, widths, repeatRows=head, style=lib.TableStyle(drawn))
    story = [lib.Paragraph(_BEFORE, style["text"]), lib.PageBreak(), lib.Paragraph(made.title, style["title"]), table]
    story += [lib.Paragraph(line, style["note"]) for line in made.below]
    story += [lib.PageBreak(), lib.Paragraph(_AFTER, style["text"])]

    def running(canvas: Any, document: Any) -> None:
        canvas.setFont(options["font"], 7)
        canvas.drawString(50, sheet[1] - 30, options["left"])
        canvas.drawRightString(sheet[0] - 50, sheet[1] - 30, options["right"])
        canvas.drawCentredString(sheet[0] / 2, 22, str(document.page))

    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 50)
    lib.SimpleDocTemplate(str(path), pagesize=sheet, **margins).build(story, onFirstPage=running, onLaterPages=running)


def _styles(options: Mapping[str, str]) -> dict[str, Any]:
    fonts, metrics = import_module("reportlab.pdfbase.ttfonts"), import_module("reportlab.pdfbase.pdfmetrics")
    family = options["font"]
    for suffix, file in (("", ""), ("-Bold", "-Bold")):
        if (path := _FONTS / f"{family.replace(' ', '')}{file}.ttf").is_file():
            metrics.registerFont(fonts.TTFont(family + suffix, str(path)))
    style = import_module("reportlab.lib.styles").ParagraphStyle
    size, small = float(options["size"]), float(options["nsize"])

    def made(name: str, points: float, bold: bool, middle: bool) -> Any:
        font = family + "-Bold" * bold
        return style(name, fontName=font, fontSize=points, leading=points * 1.18, alignment=int(middle))

    return {
        "text": made("text", 10, False, False),
        "title": made("title", size + 2, True, False),
        "head": made("head", size, True, True),
        "group": made("group", size, True, False),
        "name": made("name", size, False, False),
        "cell": made("cell", size, False, True),
        "note": made("note", small, False, False),
    }


def _rules(rules: str, head: int) -> Iterator[tuple[Any, ...]]:
    if rules == "full":
        yield ("GRID", (0, 0), (-1, -1), 0.4, "black")
    elif rules == "h":
        yield ("LINEABOVE", (0, 0), (-1, -1), 0.4, "black")
        yield ("LINEBELOW", (0, -1), (-1, -1), 0.4, "black")
    elif rules == "book":
        yield from (("LINEABOVE", (0, row), (-1, row), 0.8, "black") for row in (0, head))
        yield ("LINEBELOW", (0, -1), (-1, -1), 0.8, "black")
    elif rules == "outer":
        yield ("BOX", (0, 0), (-1, -1), 0.8, "black")
        yield ("LINEBELOW", (0, head - 1), (-1, head - 1), 0.8, "black")


_STROKES = {
    "full": "stroke: 0.5pt",
    "h": "stroke: (x, y) => (top: 0.5pt, bottom: 0.5pt)",
    "book": "stroke: (x, y) => (top: if y == 0 or y == HEAD {0.8pt}, bottom: if y == LAST {0.8pt})",
    "outer": "stroke: (x, y) => (top: if y == 0 or y == HEAD {0.8pt}, bottom: if y == LAST {0.8pt}, "
    "left: if x == 0 {0.8pt}, right: if x == WIDE {0.8pt})",
    "none": "stroke: none",
}


def print_typst(path: Path, made: MadeTable) -> None:
    """The same by typst."""
    options, shape, head = made.options, made.shape, made.head
    share = options["namew"] if options["namew"] != "auto" else "26%"
    stroke = _STROKES[options.get("rules", "full")]
    for name, number in (("HEAD", head), ("LAST", shape[0] - 1), ("WIDE", shape[1] - 1)):
        stroke = stroke.replace(name, str(number))
    body = [_typst_cell(one, options, head) for one in made.cells if one.row >= head]
    top = [_typst_cell(one, options, head) for one in made.cells if one.row < head]
    table = f"table(columns: ({share}, {'1fr, ' * (shape[1] - 1)}), align: (x, y) => if x == 0 {{left + horizon}} "
    table += f"else {{center + horizon}}, inset: 2pt, {stroke}, table.header({', '.join(top)}), {', '.join(body)})"
    flipped = "false" if options["land"] == "portrait" else "true"
    above = f"{_typst(options['left'])} #h(1fr) {_typst(options['right'])}"
    text = (
        f'#set page(paper: "a4", flipped: {flipped}, margin: 18mm, header: text(size: 7pt)[{above}], numbering: "1")\n'
        f'#set text(font: "{options["font"]}", size: 10pt)\n{_BEFORE}\n#pagebreak()\n'
        f"#strong[{_typst(made.title)}]\n\n#text(size: {options['size']}pt)[#{table}]\n"
    )
    text += "\n".join(f"#text(size: {options['nsize']}pt)[{_typst(line)}]\n" for line in made.below)
    path.write_bytes(import_module("typst").compile((text + f"\n#pagebreak()\n{_AFTER}\n").encode("utf-8")))


def _typst_cell(one: WordCell, options: Mapping[str, str], head: int) -> str:
    text = f"[{_typst(one.text)}]"
    text = f"strong({text})" if one.row < head or one.kind == "G" else text
    fill = options["fill"] if one.row < head else "#e0e0e0" if one.kind == "G" else "none"
    shade = f'fill: rgb("{fill}"), ' if fill != "none" else ""
    return f"table.cell(x: {one.column}, y: {one.row}, colspan: {one.across}, rowspan: {one.down}, {shade}{text})"


def _typst(text: str) -> str:
    parts = re.split(r"(</?sup>|<br>)", text)
    shown = {"<sup>": "#super[", "</sup>": "];", "<br>": " \\ "}
    return "".join(shown.get(x) or re.sub(r"([\\#*_$@<>`~=+\-/\[\]])", r"\\\1", html.unescape(x)) for x in parts)
