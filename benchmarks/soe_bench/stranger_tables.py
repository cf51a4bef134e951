"""Schedules as strangers print them: made up by hand as text, printed, read and held against what was written.

    python benchmarks/soe_bench/stranger_tables.py [--errors] [--batch N] [--only ID] [--folder F] [--chromium PATH]
        [--office PATH]

Chromium prints each table as a PDF among pages of a made-up protocol (`stranger_tables.html`), in the fonts that are
there; LibreOffice those with by=word, from a Word file (`stranger_word.py`). A place is a column's header, a row's
name, a cell, a note or the key. It is right where text and markers are as written; spaces of notes and titles are not
counted. First sights are in docs/lab-notes.md.

`stranger_tables_N.txt` holds batch N. A table begins with `@@ id=ID` and options; its lines then begin with a letter:
T its title; B a paragraph before it; H, G, R a header row, group, row, cells parted by `|`. `>` is the cell to the
left, `^` the cell above, ARROW an arrow drawn; `~` before a name indents it; {a,b} are markers, /n/ a new line.
PAGE: a page begins. L: a line of the key. A: HTML that follows. N MARKER: NOTE; NL: its marker may be read as text.

size, nsize, font, css, namew (width of names), fill (of the header), running (LEFT|RIGHT on top of pages); land=0
rules: full, h, sides, book, outer, zebra, none; groups: band, merged, italic, center, cells, under
mform, nform: how a marker, and a marker with its note, are printed; nhead: a line above the notes
notes: list, run, next, twocol, table, foot, footrows
legend_last=1: key after notes; eachnotes=1: notes on each page; labels: columns of labels; cap: above, below, row
cont=none: no caption on further pages; reprint=0: header once; tile=N: N columns a page; tight=1: no page of its own
turn=90, 270: pages turned; swap=1: the first two columns may be read in either order
tables=2: so many may be found, where one is printed below it
by=word: from a Word file, whose pages break where they are full; notew: width of a last column of notes; vert=1:
headers turned (rules: full, h, book, none)
by=reportlab, typst: by these libraries (`stranger_writers.py`), whose pages break where they are full
"""

from __future__ import annotations

import argparse
import ctypes
import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import pairwise, product
from pathlib import Path
from string import Template

import pypdfium2
from stranger_word import MadeTable, WordCell, write_word
from stranger_writers import print_reportlab, print_typst

from soesift.detect.detector import Detector
from soesift.result.models import SoeTable

HERE = Path(__file__).parent
PAGE = HERE / "stranger_tables.html"
Place = tuple[str, list[str]]  # text and its markers
MARKERS = re.compile(r"\s?\{([^}]*)\}")
RAISED, RAISED_BEFORE = "<sup>{}</sup>", "<sup>{}</sup> {}"  # markers, and notes, where no option tells
ARROW = (
    '<svg width="100%" height="8" preserveAspectRatio="none"><defs><marker id="a" orient="auto" markerWidth="6" '
    'markerHeight="6" refX="5" refY="3"><path d="M0,0L6,3L0,6z"/></marker></defs><line x1="4%" x2="96%" y1="4" y2="4" '
    'stroke="black" marker-end="url(#a)" marker-start="url(#a)"/></svg>'
)


@dataclass
class Stranger:
    """A table as written: texts with their signs, `rows` of kind and cells."""

    options: dict[str, str]
    title: str = ""
    before: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)  # rows before which a page begins
    notes: list[tuple[str, str]] = field(default_factory=list)
    plain_notes: set[str] = field(default_factory=set)  # markers that need not be told from the text
    key: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)  # as HTML

    def get(self, option: str, otherwise: str = "") -> str:
        return self.options.get(option, otherwise)

    @property
    def head(self) -> int:
        """Number of header rows."""
        return sum(kind == "H" for kind, _ in self.rows)

    def places(self) -> tuple[list[list[str]], list[list[tuple[int, int]]]]:
        """The text of every place, merged cells filled, and the row and column where its cell begins."""
        width = max(len(cells) for _, cells in self.rows)
        grid: list[list[str]] = []
        begins: list[list[tuple[int, int]]] = []
        for row, (kind, cells) in enumerate(self.rows):
            texts, owners = [""] * width, [(row, column) for column in range(width)]
            for column, text in enumerate(cells[:1] if kind == "G" else cells):
                if text == ">":
                    texts[column], owners[column] = texts[column - 1], owners[column - 1]
                elif text == "^":
                    texts[column], owners[column] = grid[row - 1][column], begins[row - 1][column]
                else:
                    texts[column] = text
            grid.append(texts)
            begins.append(owners)
        return grid, begins

    def truth(self) -> list[list[Place]]:
        """What should be read at every place."""
        return [[(bare(text), markers_in(text)) for text in row] for row in self.places()[0]]

    def swapped(self) -> Stranger:
        """The same with its first two columns in the other order."""
        rows = [(kind, cells if kind == "G" else [cells[1], cells[0], *cells[2:]]) for kind, cells in self.rows]
        return replace(self, rows=rows)


def parse(text: str) -> list[Stranger]:
    """The tables of a file; raises ValueError at a line that is none of those named at the head of this program."""
    found: list[Stranger] = []
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if not line.strip() or line.startswith("#"):
            continue
        if kind == "@@":
            options = re.findall(r"""(\w+)=(?:'([^']*)'|"([^"]*)"|(\S+))""", rest)
            found.append(Stranger({name: one or two or three for name, one, two, three in options}))
        elif kind == "T":
            found[-1].title = rest
        elif kind in ("H", "G", "R"):
            found[-1].rows.append((kind, [cell.strip() for cell in rest.split("|")]))
        elif kind == "PAGE":
            found[-1].breaks.append(len(found[-1].rows))
        elif kind in ("N", "NL"):
            marker, _, note = rest.partition(": ")
            found[-1].notes.append((marker, note))
            found[-1].plain_notes |= {marker} if kind == "NL" else set()
        elif kind in ("L", "B", "A"):
            {"L": found[-1].key, "B": found[-1].before, "A": found[-1].after}[kind].append(rest)
        else:
            raise ValueError(f"{line!r} is no line of a table")
    return found


def bare(text: str) -> str:
    """A text as it should be read, without its markers."""
    plain = "→" if text == "ARROW" else MARKERS.sub("", text).replace("/n/", " ").lstrip("~")
    return " ".join(plain.replace("‑", "-").replace("\u00ad", "").split())


def markers_in(text: str) -> list[str]:
    return [marker.strip() for several in MARKERS.findall(text) for marker in several.split(",")]


def marked_up(text: str, form: str = RAISED) -> str:
    """A text as HTML, its markers in one of the forms."""
    parts = [html.escape(part, quote=False) for part in MARKERS.split(text.lstrip("~"))]
    parts[1::2] = [form.format(part) for part in parts[1::2]]
    return "".join(parts).replace("/n/", "<br>")


def lines_below(table: Stranger) -> list[str]:
    """Key and notes as lines of HTML, in the order of print."""
    form = table.get("nform", RAISED_BEFORE)
    notes = [form.format(marker, marked_up(note)) for marker, note in table.notes]
    key = [marked_up(line) for line in table.key]
    return notes + key if table.get("legend_last") == "1" else key + notes


def notes_html(table: Stranger) -> str:
    lines, form = lines_below(table), table.get("notes", "list")
    if not lines or form in ("foot", "footrows"):
        return ""
    if form == "table":
        rows = [f"<tr><td colspan=2>{marked_up(line)}</td></tr>" for line in table.key]
        rows += [f'<tr><td class="m">{marker}</td><td>{marked_up(note)}</td></tr>' for marker, note in table.notes]
        return '<table class="notes">' + "".join(rows) + "</table>"
    shown = [table.get("nhead")] if table.get("nhead") else []
    shown += [" ".join(lines)] if form == "run" else lines
    return f'<div class="notes {form}">' + "".join(f"<p>{line}</p>" for line in shown) + "</div>"


def rows_html(table: Stranger, rows: Iterable[int], columns: Sequence[int]) -> str:
    grid, begins = table.places()
    labels, form, out = int(table.get("labels", "1")), table.get("mform", RAISED), ""
    for row in rows:
        kind, cells = table.rows[row][0], ""
        if kind == "G":
            one = f'<td class="all" colspan={len(columns)}>{marked_up(grid[row][0], form)}</td>'
            several = f'<td class="n">{marked_up(grid[row][0], form)}</td>' + "<td></td>" * (len(columns) - 1)
            groups = table.get("groups", "band")
            out += f'<tr class="g {groups}">{several if groups == "cells" else one}</tr>'
            continue
        for column in columns:
            place, text = (row, column), grid[row][column]
            if begins[row][column] != place:
                continue
            down, across = sum(owners[column] == place for owners in begins), begins[row].count(place)
            shown = ARROW if text == "ARROW" else marked_up(text, form)
            name = "n" if column < labels else "v" if row == table.head - 1 else ""
            shown = f'<span class="v">{shown}</span>' if name == "v" else shown
            name, tag = name + " in" * text.startswith("~"), "th" if kind == "H" else "td"
            cells += f'<{tag} class="{name}" colspan={across} rowspan={down}>{shown}</{tag}>'
        out += f"<tr>{cells}</tr>"
    return out


def blocks(table: Stranger) -> list[tuple[range, list[int]]]:
    """Rows and columns of each part that is printed as a table of its own."""
    width, ends = len(table.places()[0][0]), [table.head, *table.breaks, len(table.rows)]
    tile = int(table.get("tile", str(width)))
    tiles = [[0, *range(first, min(first + tile, width))] for first in range(1, width, tile)]
    return [(range(*pair), columns) for columns in tiles for pair in pairwise(ends)]


def schedule_html(table: Stranger) -> str:
    title, cap, notes, out = marked_up(table.title), table.get("cap", "above"), table.get("notes"), []
    parts = blocks(table)
    for number, (rows, columns) in enumerate(parts, 1):
        if number > 1:
            out.append((notes_html(table) if table.get("eachnotes") else "") + '<div class="pause"></div>')
        if cap == "above" and (number == 1 or table.get("cont") != "none"):
            out.append(f'<div class="cap">{title}{" (continued)" if number > 1 else ""}</div>')
        wide, once = f'class="all" colspan={len(columns)}', "once" if table.get("reprint") == "0" else ""
        out.append(f'<table class="s {table.get("rules", "full")} {once}"><thead>')
        out.append(f"<tr><th {wide}>{title}</th></tr>" if cap == "row" else "")
        out.append(rows_html(table, range(table.head), columns) + "</thead><tbody>" + rows_html(table, rows, columns))
        if number == len(parts) and notes in ("foot", "footrows"):
            lines = lines_below(table) if notes == "footrows" else ["<br>".join(lines_below(table))]
            out += [f'<tr class="notes"><td {wide}>{line}</td></tr>' for line in lines]
        out.append("</tbody></table>")
    out.append((f'<div class="cap">{title}</div>' if cap == "below" else "") + notes_html(table))
    return "\n".join([*out, *table.after])


def words_of(table: Stranger) -> dict[str, str]:
    """The options of a table with those that it does not name, and its running lines."""
    left, _, right = table.get("running").partition("|")
    usual = {"font": "Arial", "size": "8", "nsize": table.get("size", "8"), "fill": "none", "namew": "auto", "css": ""}
    land, tight = "portrait" if table.get("land") == "0" else "landscape", "tight" * bool(table.get("tight"))
    return usual | table.options | {"land": land, "tight": tight, "left": left, "right": right}


def page_html(table: Stranger) -> str:
    """The whole document as HTML."""
    told = "".join(f"<p>{html.escape(text)}</p>" for text in table.before)
    return Template(PAGE.read_text("utf-8")).substitute(words_of(table), table=told + schedule_html(table))


def made_table(table: Stranger) -> MadeTable:
    """A table as writers other than a browser want it, each cell once."""
    grid, begins = table.places()
    form, cells = table.get("mform", RAISED), []
    for row, column in product(range(len(grid)), range(len(grid[0]))):
        kind, place = table.rows[row][0], (row, column)
        wide = kind == "G" and table.get("groups", "band") != "cells"
        if begins[row][column] == place and not (wide and column):
            down, across = sum(owners[column] == place for owners in begins), begins[row].count(place)
            across = len(grid[0]) if wide else across
            shown = "→" if grid[row][column] == "ARROW" else marked_up(grid[row][column], form)
            cells.append(WordCell(shown, row, column, down, across, kind))
    shape = (len(grid), len(grid[0]))
    return MadeTable(words_of(table), marked_up(table.title), cells, shape, table.head, lines_below(table))


def print_word(table: Stranger, folder: Path, office: str) -> Path:
    """The table as a Word file printed by LibreOffice; raises CalledProcessError or TimeoutExpired where it fails."""
    source = folder / f"{table.get('id')}.docx"
    write_word(source, made_table(table))
    with tempfile.TemporaryDirectory() as profile:
        said = [f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
        subprocess.run([office, *said, str(source)], capture_output=True, timeout=180, check=True)
    return source.with_suffix(".pdf")


def print_by_library(table: Stranger, folder: Path) -> Path:
    """The table as reportlab or typst prints it; raises ModuleNotFoundError where that is not installed."""
    path = folder / f"{table.get('id')}.pdf"
    writer = print_typst if table.get("by") == "typst" else print_reportlab
    writer(path, made_table(table))
    return path


def turn(path: Path, clockwise: bool) -> None:
    """Turn what wide pages show by a right angle, as a landscape table bound into a portrait document."""
    document = pypdfium2.PdfDocument(path.read_bytes())
    for page in document:
        width, height = page.get_size()
        if width > height:
            numbers = (0, -1, 1, 0, 0, width) if clockwise else (0, 1, -1, 0, height, 0)
            matrix = pypdfium2.raw.FS_MATRIX(*numbers)
            pypdfium2.raw.FPDFPage_TransFormWithClip(page.raw, ctypes.byref(matrix), None)
            page.set_mediabox(0, 0, height, width)
    document.save(path)


def print_pdf(table: Stranger, folder: Path, chromium: str) -> Path:
    """The table in a PDF in the folder; raises CalledProcessError or TimeoutExpired where Chromium fails."""
    source, path = folder / f"{table.get('id')}.html", folder / f"{table.get('id')}.pdf"
    source.write_text(page_html(table), "utf-8")
    with tempfile.TemporaryDirectory() as profile:
        said = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"]
        files = [f"--user-data-dir={profile}", f"--print-to-pdf={path.resolve()}", str(source.resolve())]
        subprocess.run([chromium, *said, *files], capture_output=True, timeout=180, check=True)
    if table.get("turn"):
        turn(path, clockwise=table.get("turn") == "90")
    return path


@dataclass
class Score:
    """What is wrong in a table that was read, doubted or not, and how many places are right, and right but doubted."""

    wrong: list[tuple[bool, str]] = field(default_factory=list)
    right: int = 0
    right_doubted: int = 0

    def place(self, doubted: bool, where: str, wanted: object, shown: object, right: bool | None = None) -> None:
        """Count one place, right where what was wanted is shown."""
        if wanted == shown if right is None else right:
            self.right, self.right_doubted = self.right + 1, self.right_doubted + doubted
        else:
            self.wrong.append((doubted, f"{where}: {wanted!r} was read as {shown!r}"))


def as_read(table: SoeTable) -> tuple[list[list[Place]], set[tuple[int, int]]]:
    """Text and markers of every place of a table that was read, and the places in doubt."""
    markers: dict[tuple[int, int], list[str]] = {}
    doubted: set[tuple[int, int]] = set()
    for cell in table.cells:
        rows, columns = range(cell.row, cell.row + cell.row_span), range(cell.column, cell.column + cell.column_span)
        markers |= dict.fromkeys(product(rows, columns), cell.markers)
        doubted |= set(product(rows, columns)) if cell.doubt else set()
    texts = [[" ".join(text.replace("‑", "-").split()) for text in row] for row in table.grid]
    return [[(x, markers.get((r, c), [])) for c, x in enumerate(row)] for r, row in enumerate(texts)], doubted


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def levels(places: Iterable[Place]) -> list[Place]:
    """The texts of a header from above to below, a merged one once."""
    shown = [place for place in places if place[0]]
    return [place for number, place in enumerate(shown) if not number or place[0] != shown[number - 1][0]]


def same_header(one: list[Place], two: list[Place]) -> bool:
    """Whether they have the same markers, and the same texts in any order or the same letters in this order."""
    texts = [[text for text, _ in found] for found in (one, two)]
    alike = sorted(texts[0]) == sorted(texts[1]) or letters("".join(texts[0])) == letters("".join(texts[1]))
    return alike and sorted(m for _, m in one if m) == sorted(m for _, m in two if m)


def same_columns(wanted: list[list[Place]], shown: list[list[Place]]) -> list[int]:
    """For each column as written, the one read that is most like it; of two that are as like, the nearer."""
    if len(wanted[0]) == len(shown[0]):
        return list(range(len(wanted[0])))
    one, two = (
        ["".join(letters(x) for x, _ in column) for column in zip(*grid, strict=True)] for grid in (wanted, shown)
    )
    alike = [
        [SequenceMatcher(None, a[:200], b[:200]).ratio() - abs(c - k) / 1000 for k, b in enumerate(two)]
        for c, a in enumerate(one)
    ]
    return [max(range(len(two)), key=row.__getitem__) for row in alike]


def compare(table: Stranger, found: Sequence[SoeTable], unsure: bool = False) -> Score:
    """Hold the table that has most of the names against what was written, in either order of labels if told so.

    unsure: a page was told to hold what may be a schedule, so that one that was not found is doubted.
    """
    ways = [table, table.swapped()] if table.get("swap") else [table]
    return min((compare_grid(way, found, unsure) for way in ways), key=lambda score: len(score.wrong))


def compare_grid(table: Stranger, found: Sequence[SoeTable], unsure: bool) -> Score:
    score, wanted, head = Score(), table.truth(), table.head
    names = [letters(row[0][0]) for row in wanted[head:]]
    shared = [sum(letters(text) in names for row in one.grid for text in row[:2]) for one in found]
    if not any(shared):
        return Score([(unsure, "the table was not found")])
    if len(found) > int(table.get("tables", "1")):
        score.wrong.append((False, f"{len(found)} tables were found: {[one.title for one in found]}"))
    read = found[shared.index(max(shared))]
    (shown, doubted), first = as_read(read), read.header_rows
    columns = same_columns(wanted, shown)
    if len(shown[0]) != len(wanted[0]):
        score.wrong.append((bool(read.doubt), f"{len(shown[0])} columns were read of {len(wanted[0])}"))
    whole = any(doubt.place in ("table", "header") and not doubt.marker for doubt in read.doubt)
    for column, there in enumerate(columns):
        one, two = levels(row[column] for row in wanted[:head]), levels(row[there] for row in shown[:first])
        right, unsure = same_header(one, two), any((row, there) in doubted for row in range(first))
        score.place(unsure or (whole and not right), f"header {column}", one, two, right)
    rows: dict[int, int] = {}
    matcher = SequenceMatcher(None, names, [letters(row[0][0]) for row in shown[first:]], autojunk=False)
    for block in matcher.get_matching_blocks():
        rows |= {block.a + k + head: block.b + k + first for k in range(block.size)}
    for row in range(head, len(wanted)):
        name, place = wanted[row][0][0], rows.get(row)
        if place is None:
            fused = any((at, 0) in doubted and letters(name) in letters(shown[at][0][0]) for at in range(len(shown)))
            named = any(d.kind == "words" and name.split()[-1] in d.why for d in read.doubt)
            cut = any(
                (at, 0) in doubted and len(part := letters(shown[at][0][0])) > 2 and letters(name).startswith(part)
                for at in range(first, len(shown))
            )
            open_ = fused or cut or named or (rows.get(row - 1, -1), 0) in doubted
            score.wrong.append((open_, f"row {row}, {name!r}, was not read"))
            continue
        for column, there in enumerate(columns):
            cell, other = wanted[row][column], shown[place][there]
            over_all = table.rows[row][0] == "G" and column > 0 and other[0] == name
            if (cell[0] or other[0]) and not over_all:
                score.place((place, there) in doubted, f"row {row}, {name!r}, column {column}", cell, other)
    for row in range(first, len(shown)):
        if row not in rows.values() and any(text for text, _ in shown[row]):
            score.wrong.append(((row, 0) in doubted, f"row {row} was not written: {[text for text, _ in shown[row]]}"))
    compare_notes(table, read, score)
    return score


def compare_notes(table: Stranger, read: SoeTable, score: Score) -> None:
    left, key = list(read.footnotes), [bare(line) for line in table.key]
    missing = {doubt.marker for doubt in read.doubt if doubt.marker}
    for marker, text in table.notes:
        hit = next((note for note in left if note.marker == marker), None)
        if hit:
            left.remove(hit)
            score.place(bool(hit.doubt), f"note {marker}", letters(bare(text)), letters(hit.text))
        elif marker in table.plain_notes:
            key.append(re.sub("<.*?>", "", table.get("nform", RAISED_BEFORE)).format(marker, bare(text)))
        else:
            score.wrong.append((marker in missing, f"note {marker} was not read: {bare(text)!r}"))
    for note in left:
        if note.marker:
            score.wrong.append((bool(note.doubt), f"note {note.marker} was not written: {note.text!r}"))
    plain = [note for note in left if not note.marker]
    if key or plain:
        wanted, shown = letters("".join(key)), letters("".join(note.text for note in plain))
        score.place(any(note.doubt for note in plain), "key", wanted, shown)


def summary(scores: Sequence[Score]) -> str:
    wrong = [doubted for score in scores for doubted, _ in score.wrong]
    perfect = sum(not score.wrong for score in scores)
    mended = sum(all(doubted for doubted, _ in score.wrong) for score in scores)
    right, doubted = sum(score.right for score in scores), sum(score.right_doubted for score in scores)
    return (
        f"{len(scores)} tables, {perfect} perfect, {mended} once doubted places are mended; wrong places "
        f"{sum(wrong)} doubted, {len(wrong) - sum(wrong)} silent; right {right}, of them {doubted} doubted"
    )


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="each difference")
    parser.add_argument("--batch", metavar="N", type=int, nargs="+", help="these batches alone")
    parser.add_argument("--only", metavar="ID", help="one table")
    parser.add_argument("--folder", type=Path, help="keep the prints here")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    parser.add_argument("--office", default=shutil.which("soffice") or shutil.which("libreoffice"))
    args = parser.parse_args(words)
    if not args.chromium:
        parser.error("Chromium was not found; name it with --chromium")
    detector, everything = Detector.load(), []
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = args.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        found = {int(path.stem.rsplit("_", 1)[1]): path for path in HERE.glob("stranger_tables_*.txt")}
        for number, path in sorted(found.items()):
            if number not in (args.batch or found):
                continue
            scores: list[Score] = []
            for table in parse(path.read_text("utf-8")):
                if args.only not in (None, table.get("id")):
                    continue
                by = table.get("by")
                if by == "word" and not args.office:
                    parser.error("LibreOffice was not found; name it with --office")
                if by in ("reportlab", "typst"):
                    pdf = print_by_library(table, folder)
                elif by == "word":
                    pdf = print_word(table, folder, args.office)
                else:
                    pdf = print_pdf(table, folder, args.chromium)
                result = detector.detect(pdf, ocr="never")
                scores.append(compare(table, result.tables, bool(result.document.unsure_pages)))
                for doubted, what in scores[-1].wrong if args.errors else ():
                    print(f"{table.get('id')} {'doubted' if doubted else 'silent'}: {what}", flush=True)
            if scores:
                print(f"batch {number}: {summary(scores)}", flush=True)
            everything += scores
    print(f"all: {summary(everything)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
