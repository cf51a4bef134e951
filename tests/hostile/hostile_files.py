"""Broken and hostile documents, each made here from nothing, with the outcome that it must have.

An outcome is the reason why a document was not read, or what was decided about it: "yes", "no" or "unsure".
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import made_protocols as made
from document_maker import Sheet, draw_table, full_grid, pdf_bytes

PASSWORD = "open sesame"
HEADER = ["Procedure", "Screening", "Day 1", "Week 2", "Week 4", "Follow-up"]
ROWS = ["Informed consent", "Physical examination", "Vital signs", "Blood sample", "ECG", "Adverse events"]
WORDS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True)
class Case:
    """One file: `outcome` is a regular expression that the whole outcome has to match."""

    name: str
    about: str
    make: Callable[[Path], object]
    outcome: str
    slow: bool = False


def schedule(header: list[str] = HEADER, rows: list[str] = ROWS, mark: str = "X") -> list[list[str]]:
    return [header, *([row] + [mark] * (len(header) - 1) for row in rows)]


def sheet_with(texts: list[list[str]]) -> Sheet:
    sheet = Sheet().text(60, 60, "Table 1: Schedule of Activities", 12)
    xs = [60.0, 200, *(200.0 + 60 * n for n in range(1, len(texts[0])))]
    return draw_table(sheet, xs, [100.0 + 24 * n for n in range(len(texts) + 1)], full_grid(texts))


def plain_pdf() -> bytes:
    return pdf_bytes([sheet_with(schedule())])


def objects_pdf(objects: list[bytes], root: int = 1) -> bytes:
    """A file of the given object bodies, with a right table of places."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, len(out))
    return out + start + rows + tail


def stream(head: str, data: bytes, packed: bool = False) -> bytes:
    body = zlib.compress(data) if packed else data
    filters = " /Filter /FlateDecode" if packed else ""
    return f"<< {head}{filters} /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"


def page_pdf(content: bytes, resources: str = "", box: str = "0 0 612 792", more: list[bytes] | None = None) -> bytes:
    """One page; objects of `more` have numbers from 5 on."""
    font = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << {resources or font} >> >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page.encode()]
    return objects_pdf([*objects, stream("", content, packed=len(content) > 10_000), *(more or [])])


def encrypted_pdf() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption(PASSWORD, strength=128))
    for r, row in enumerate(schedule()):
        for c, text in enumerate(row):
            canvas.rect(40 + 85 * c, 700 - 24 * r, 85, 24)
            canvas.drawString(43 + 85 * c, 708 - 24 * r, text[:16])
    canvas.save()
    return out.getvalue()


def many_pages(count: int) -> bytes:
    kids = " ".join(f"{n} 0 R" for n in range(4, count + 4))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode()]
    objects.append(stream("", b"BT /F1 10 Tf 72 700 Td (A page of prose, and nothing else.) Tj ET"))
    font = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R " + font + b" >>"
    return objects_pdf([*objects, *[page] * count])


def many_paths(count: int) -> bytes:
    lines = (f"{n % 600} {n // 600 % 780} m {n % 600 + 5} {n // 600 % 780} l S" for n in range(count))
    return page_pdf("\n".join(lines).encode())


def large_picture() -> bytes:
    """20,000 x 10,000 pixels of one bit, a few KB when packed."""
    head = "/Type /XObject /Subtype /Image /Width 20000 /Height 10000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    data = b"\xff" * 200_000_000
    return page_pdf(
        b"q 612 0 0 792 0 0 cm /Im Do Q", "/XObject << /Im 5 0 R >>", more=[stream(head, data, packed=True)]
    )


def form_that_draws_itself() -> bytes:
    head = "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X 5 0 R >> >>"
    return page_pdf(b"/X Do", "/XObject << /X 5 0 R >>", more=[stream(head, b"q 10 10 m 50 10 l S /X Do Q")])


def forms_that_double() -> bytes:
    """Thirty forms, each of which draws the next twice: 2^30 lines."""
    forms = []
    for n in range(30):
        inner = f"/X {n + 6} 0 R" if n < 29 else ""
        head = f"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << {inner} >> >>"
        forms.append(stream(head, b"/X Do /X Do" if n < 29 else b"10 10 m 50 10 l S"))
    return page_pdf(b"/X Do", "/XObject << /X 5 0 R >>", more=forms)


def broken_font() -> bytes:
    font = "/Font << /F1 << /Type /Font /Subtype /TrueType /BaseFont /Broken /FirstChar 0 /LastChar -7 "
    font += "/Widths [1e99 nan] /FontDescriptor << /Type /FontDescriptor /FontName /Broken "
    font += "/FontBBox [0 0 0 0] /FontFile2 5 0 R >> >> >>"
    return page_pdf(b"BT /F1 10 Tf 72 700 Td (words in a broken font) Tj ET", font, more=[stream("", os.urandom(900))])


def loop_of_pages() -> bytes:
    loop = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 9 /Kids [3 0 R] >>"]
    return objects_pdf([*loop, b"<< /Type /Pages /Count 9 /Kids [2 0 R] /Parent 2 0 R >>"])


def grid_500() -> bytes:
    lines = [f"{0.1 + n} 0 m {0.1 + n} 500 l S 0 {0.1 + n} m 500 {0.1 + n} l S" for n in range(501)]
    words = [f"BT /F1 0.8 Tf {c + 0.2} {r + 0.2} Td (X) Tj ET" for r in range(500) for c in range(500)]
    return page_pdf("\n".join([*lines, *words]).encode(), box="0 0 500 500")


def deep_array(depth: int) -> bytes:
    return page_pdf(b"BT /F1 10 Tf 9 9 Td (x) Tj ET", box="0 0 612 792", more=[b"[" * depth + b"]" * depth])


def page_count(count: int) -> bytes:
    """A tree of pages that says it has far more than the one that is there."""
    return plain_pdf().replace(b"/Count 1", b"/Count %d" % count)


def picture_of(width: int, height: int, kind: str) -> bytes:
    """Sizes beyond reason, and bytes that are no picture."""
    head = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
    head += f"/BitsPerComponent 8 /Filter /{kind}"
    return page_pdf(b"q 612 0 0 792 0 0 cm /Im Do Q", "/XObject << /Im 5 0 R >>", more=[stream(head, os.urandom(500))])


def cell_of_words(count: int) -> bytes:
    """A ruled table, one of whose cells holds `count` words, printed over each other."""
    words = [f"BT /F1 6 Tf {60 + n % 97} {700 - n % 11} Td (word{n}) Tj ET" for n in range(count)]
    words += [f"BT /F1 6 Tf {x} {y} Td (X) Tj ET" for x in (60, 220, 320) for y in range(120, 640, 62)]
    lines = [f"{x} 100 m {x} 720 l S" for x in (50, 200, 300, 400)]
    lines += [f"50 {y} m 400 {y} l S" for y in range(100, 721, 62)]
    return page_pdf("\n".join([*lines, *words]).encode())


def chinese_pdf() -> bytes:
    """A font that is named and not part of the file, as many Asian PDFs have it."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("STSong-Light", 9)
    for r, row in enumerate(
        [
            ["程序", "筛选期", "第1天", "第2周", "随访"],
            *[[name, "X", "X", "X", "X"] for name in ("知情同意", "体格检查", "生命体征", "血样", "不良事件")],
        ]
    ):
        for c, text in enumerate(row):
            canvas.rect(40 + 100 * c, 700 - 24 * r, 100, 24)
            canvas.drawString(43 + 100 * c, 708 - 24 * r, text)
    canvas.save()
    return out.getvalue()


def folder_of_links(path: Path) -> None:
    """A document, and links to the folder above, to themselves and to the document."""
    path.mkdir()
    (path / "links.pdf").write_bytes(plain_pdf())
    (path / "up").symlink_to(path.parent)
    (path / "self.pdf").symlink_to("self.pdf")
    (path / "zz-twice.pdf").symlink_to("links.pdf")


def docx(document: str, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", document)
        for name, data in parts.items():
            package.writestr(f"word/{name}.xml", data)
    return out.getvalue()


def word_table(texts: list[list[str]]) -> str:
    from xml.sax.saxutils import escape

    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = ("<w:tr>" + "".join(cell.format(escape(text)) for text in row) + "</w:tr>" for row in texts)
    title = "<w:p><w:r><w:t>Table 1: Schedule of Activities</w:t></w:r></w:p>"
    return f"<w:document {WORDS}><w:body>{title}<w:tbl>{''.join(rows)}</w:tbl></w:body></w:document>"


def nested_tables(depth: int) -> str:
    inner = "<w:p><w:r><w:t>X</w:t></w:r></w:p>"
    for _ in range(depth):
        inner = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    return f"<w:document {WORDS}><w:body>{inner}</w:body></w:document>"


def entity_bomb() -> str:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><w:document {WORDS}><w:body>&a11;</w:body></w:document>'


def quadratic_bomb() -> str:
    """One long entity, named often: no nesting, as limits on depth expect."""
    text = "a" * 100_000
    return f'<!DOCTYPE x [<!ENTITY a "{text}">]><w:document {WORDS}><w:body>{"&a;" * 20_000}</w:body></w:document>'


def outer_entity() -> str:
    return (
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document {WORDS}><w:body><w:p><w:r><w:t>&a;'
        "</w:t></w:r></w:p></w:body></w:document>"
    )


def wide_cells() -> str:
    """Cells that say they cover a billion columns, after a billion that are left out."""
    properties = '<w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>'
    row = '<w:trPr><w:gridBefore w:val="999999999"/><w:gridAfter w:val="999999999"/></w:trPr>'
    return word_table(schedule()).replace("<w:tc>", f"<w:tc>{properties}").replace("<w:tr>", f"<w:tr>{row}", 1)


def names_that_climb() -> bytes:
    out = io.BytesIO(docx(word_table(schedule())))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("../../climbed.txt", "x")
        package.writestr("/tmp/climbed.txt", "x")
    return out.getvalue()


def formulas() -> list[list[str]]:
    starts = ["=HYPERLINK(0)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1"]
    return [HEADER, *([row, *starts] for row in ROWS)]


def scripts() -> list[list[str]]:
    bad = ["<script>alert(1)</script>", "</td></table><img src=x onerror=alert(1)>", "{{7*7}}", "&lt;b&gt;", "X"]
    return [HEADER, *([row, *bad] for row in ROWS)]


def foreign() -> list[list[str]]:
    return [
        ["الإجراء", "الفحص", "اليوم 1", "第2周", "第4周", "随访"],
        *(
            [row, "X", "X", "✓", "是", "نعم"]
            for row in ["知情同意", "体格检查", "العلامات الحيوية", "バイタルサイン", "심전도", "Adverse events"]
        ),
    ]


def put(data: Callable[[], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data())


def word(texts: Callable[[], list[list[str]]]) -> Callable[[Path], object]:
    return put(lambda: docx(word_table(texts())))


READ = "yes|no|unsure"
NO_PDF = r".*not a readable PDF \(.+\)"
NO_DOCX = r".*not a readable DOCX \(.+\)"

CASES = [
    Case("good.pdf", "a schedule, to compare with", put(plain_pdf), "yes"),
    Case("zero.pdf", "no bytes", put(lambda: b""), NO_PDF),
    Case("zero.docx", "no bytes", put(lambda: b""), NO_DOCX),
    Case("truncated.pdf", "the first half of a PDF", put(lambda: plain_pdf()[: len(plain_pdf()) // 2]), NO_PDF),
    Case("cut-tail.pdf", "the last 200 bytes missing", put(lambda: plain_pdf()[:-200]), NO_PDF),
    Case("truncated.docx", "the first half of a DOCX", put(lambda: docx(word_table(schedule()))[:400]), NO_DOCX),
    Case("docx-inside.pdf", "a DOCX named .pdf", word(schedule), "yes"),
    Case("pdf-inside.docx", "a PDF named .docx", put(plain_pdf), "yes"),
    Case("text.pdf", "plain text named .pdf", put(lambda: b"hello\n" * 1000), NO_PDF),
    Case("noise.pdf", "random bytes", put(lambda: b"%PDF-1.7\n" + os.urandom(100_000)), NO_PDF),
    Case("folder.pdf", "an empty folder named .pdf: searched through", lambda path: path.mkdir(), "nothing"),
    Case("pipe.pdf", "a named pipe that nobody writes to", lambda path: os.mkfifo(path), ".*not a file.*"),
    Case("loop.pdf", "a link to itself", lambda path: path.symlink_to(path.name), ".*(links|not a file).*"),
    Case("links", "a folder of links that go in circles", folder_of_links, "yes"),
    Case("encrypted.pdf", "encrypted, no password given", put(encrypted_pdf), r".*encrypted; a password is needed\)"),
    Case("encrypted.docx", "encrypted by Word", put(lambda: bytes.fromhex("d0cf11e0a1b11ae1") * 99), ".*encrypted.*"),
    Case("xref.pdf", "places of objects all wrong", put(lambda: plain_pdf().replace(b"00000 n", b"00007 n")), READ),
    Case("no-xref.pdf", "no table of places", put(lambda: plain_pdf().split(b"xref")[0]), f"{READ}|{NO_PDF}"),
    Case("font.pdf", "a font of noise", put(broken_font), READ),
    Case("page-loop.pdf", "a page tree that is its own child", put(loop_of_pages), "unsure"),
    Case("self.pdf", "a form that draws itself", put(form_that_draws_itself), READ),
    Case(
        "doubling.pdf",
        "forms that draw 2^30 lines",
        put(forms_that_double),
        "unsure|.*(took longer|more memory).*",
        slow=True,
    ),
    Case("count.pdf", "says that it has 10^9 pages", put(lambda: page_count(10**9)), f"{READ}|{NO_PDF}"),
    Case("deep.pdf", "an array 10^5 deep", put(lambda: deep_array(10**5)), f"{READ}|{NO_PDF}"),
    Case(
        "far.pdf",
        "coordinates of 10^38",
        put(lambda: page_pdf(b"BT /F1 10 Tf 1e38 -1e38 Td (far) Tj ET 1e38 1e38 m -1e38 1e38 l S 0 0 1e38 1e38 re f")),
        READ,
    ),
    Case(
        "nan.pdf",
        "boxes that are no numbers",
        put(lambda: page_pdf(b"BT /F1 nan Tf nan inf Td (nan) Tj ET nan nan m inf -inf l S", box="nan nan inf -inf")),
        READ,
    ),
    Case("flat.pdf", "a page without area", put(lambda: page_pdf(b"0 0 m 9 9 l S", box="0 0 0 0")), READ),
    Case(
        "endless-page.pdf",
        "a page of 10^7 points",
        put(lambda: page_pdf(b"BT /F1 10 Tf 9 9 Td (x) Tj ET", box="0 0 10000000 10000000")),
        READ,
    ),
    Case("paths.pdf", "10^5 paths", put(lambda: many_paths(10**5)), READ),
    Case("paths-million.pdf", "10^6 paths", put(lambda: many_paths(10**6)), READ, slow=True),
    Case("pages-1000.pdf", "1,000 pages", put(lambda: many_pages(1000)), "no"),
    Case("pages-10000.pdf", "10,000 pages", put(lambda: many_pages(10_000)), "no", slow=True),
    Case("picture-200mp.pdf", "a picture of 200 megapixels", put(large_picture), READ, slow=True),
    Case(
        "picture-jpx.pdf",
        "a JPEG 2000 of 60,000 x 60,000 that is none",
        put(lambda: picture_of(60_000, 60_000, "JPXDecode")),
        READ,
    ),
    Case(
        "picture-jbig.pdf",
        "a JBIG2 of 60,000 x 60,000 that is none",
        put(lambda: picture_of(60_000, 60_000, "JBIG2Decode")),
        READ,
    ),
    Case(
        "cell-1mb.pdf",
        "10^5 words in one cell: more than is read of a page",
        put(lambda: cell_of_words(10**5)),
        "unsure",
        slow=True,
    ),
    Case("chinese.pdf", "a table in Chinese, its font not in the file", put(chinese_pdf), READ),
    Case("grid-500.pdf", "a table of 500 x 500", put(grid_500), f"{READ}|.*took longer.*", slow=True),
    Case(
        "inflate.pdf",
        "1 GB of content in 1 MB",
        put(lambda: page_pdf(b"0 0 m 1 1 l S " + b" " * 10**9)),
        f"{READ}|.*crashed.*|.*more memory.*",
        slow=True,
    ),
    Case(
        "bomb.docx",
        "500 MB in 500 KB",
        put(lambda: docx(word_table(schedule()), styles=b" " * (500 * 2**20))),
        ".*refused, it would unpack to.*",
        slow=True,
    ),
    Case(
        "bomb-part.docx",
        "a ratio of 1000",
        put(lambda: docx(word_table(schedule()), styles=b" " * (40 * 2**20))),
        ".*refused, it would unpack to.*",
    ),
    Case("entities.docx", "an entity bomb", put(lambda: docx(entity_bomb())), ".*(declares a document type|damaged).*"),
    Case(
        "quadratic.docx",
        "2 GB of text from one entity",
        put(lambda: docx(quadratic_bomb())),
        ".*(declares a document type|damaged).*",
    ),
    Case(
        "outer.docx",
        "an entity that names a file of this machine",
        put(lambda: docx(outer_entity())),
        ".*(declares a document type|damaged).*",
    ),
    Case("wide.docx", "cells over 10^9 columns", put(lambda: docx(wide_cells())), READ),
    Case("climbing.docx", "parts named ../../ and /tmp/", put(names_that_climb), "yes"),
    Case("nested.docx", "tables 300 deep in each other", put(lambda: docx(nested_tables(300))), f"{READ}|.*damaged.*"),
    Case("grid-60.docx", "a table of 60 x 60", word(lambda: schedule(["a"] * 60, ["b"] * 60)), READ),
    Case("grid-500.docx", "a table of 500 x 500", word(lambda: schedule(["a"] * 500, ["b"] * 500)), READ, slow=True),
    Case("cell-1mb.docx", "a cell of 1 MB", word(lambda: schedule(rows=[*ROWS, "word " * 200_000])), READ),
    Case("foreign.docx", "right-to-left and CJK text", word(foreign), READ),
    Case("formulas.docx", "cells that begin with = + - @", word(formulas), READ),
    Case("scripts.docx", "HTML and script in cells", word(scripts), READ),
    Case("new\nline.pdf", "a line end in the name", put(plain_pdf), "yes"),
    Case(os.fsdecode(b"no-utf8-\xff\xfe.pdf"), "a name that is not UTF-8", put(plain_pdf), "yes"),
    Case("[red]-$(id)-'\"%s.pdf", "markup and shell in the name", put(plain_pdf), "yes"),
    Case("made.pdf", "a whole protocol, to compare with", made.protocol, "yes"),
]


def make_all(folder: Path, slow: bool) -> list[Case]:
    """Write the files into `folder` and return their cases."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = [case for case in CASES if slow or not case.slow]
    for case in cases:
        case.make(folder / case.name)
    return cases
