"""Cells against the picture of their page: what is dark there beside what was read.

The picture knows nothing of characters, rules or reading order, so it errs in other places than the reader. On pages
that were read from a picture: what the reader was unsure of, and the text against the file's own layer of text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soesift.document.kind import has_pages
from soesift.document.page import Box, Page, text_of
from soesift.document.pdf import characters_of, draw_page, open_pdf
from soesift.document.scan_text import KNOWN_FROM, commoner_word, is_familiar, known_words
from soesift.errors import DocumentError
from soesift.result.models import Cell, Doubt, PlacedDoubt, SoeTable
from soesift.table.lexicon import is_mark
from soesift.table.states import ARROW
from soesift.witness.conserved import Print, letters_of, print_of
from soesift.witness.settings import WitnessSettings

Grey = NDArray[np.uint8]
PAPER = 0.85  # of a cell's pixels are darker than its paper, or as dark
LARGEST = 4000  # pixels of a side: a larger page is drawn smaller
_DRAWN = ("→", "↔", "←", "⟶", "↓", "↑")  # arrows are lines, which are not counted as ink

_LETTERS = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"(?!1+$)\d{1,3}")  # ones are narrow in many fonts
_UPRIGHT = re.compile(r"[1lI|]+")  # in a low row as high as a rule
SHORT = 2  # letters of a mark without words behind it, whose ink is that of other marks
RARE = 2  # cells with a sign that is not the table's mark; more are a second mark
THIN = 6.0  # times as long as thick: connected ink that is a line
MIDDLE = 0.25  # of a cell's height from its rules: a line there is none of them
_RANGE = re.compile(r"(?<![\d.+−–-])\b(\d+)\s*(?:to|–|-)\s*(\d+)\b")
_SEEN = frozenset(("ocr", "ink", "no_ink", "layer"))  # kinds of doubts that rest on the picture
CROSSED = "A line is drawn through this cell: an arrow may have been lost."
BEGINNING = 14  # characters of a note by which it is found on its page


class Ink(NamedTuple):
    """Dark pixels of a cell that belong to no drawn line, how many columns of pixels lie from the first of them to the
    last, and whether a line is drawn through the cell's middle from side to side."""

    dark: int
    wide: int
    crossed: bool = False


def looks_of(
    tables: Sequence[SoeTable], pdf: Path | None, seen: Container[int], settings: WitnessSettings, password: str | None
) -> tuple[list[dict[int, Ink]], dict[int, Print]]:
    """For each table, the ink of its cells by their place in `table.cells`, and the characters of each page with a
    table by its number; pages `seen` are left out.

    Pages are drawn one after another, each once, and no picture is kept: a long document takes no more memory than a
    short one. Empty where there are no pages to draw.
    """
    found: list[dict[int, Ink]] = [{} for _ in tables]
    prints: dict[int, Print] = {}
    pages: dict[int, list[tuple[int, int, Cell, Box]]] = {}
    for place, table in enumerate(tables):
        for index, cell in enumerate(table.cells):
            if cell.page is not None and cell.page not in seen and cell.bbox is not None:
                pages.setdefault(cell.page, []).append((place, index, cell, cell.bbox))
    if pdf is None or not has_pages(pdf) or not pages:
        return found, prints
    try:
        with open_pdf(pdf, password) as document:
            for number in sorted(pages):
                drawn = _draw(document, number, settings) if 1 <= number <= len(document) else None
                if drawn is None:
                    continue
                prints[number] = print_of(*characters_of(document, number - 1))
                for place, index, cell, box in pages[number]:
                    if "redacted" not in cell.states:
                        found[place][index] = ink_of(*drawn, box, settings)
    except DocumentError:
        return [{} for _ in tables], {}
    return found, prints


def _draw(document: object, number: int, settings: WitnessSettings) -> tuple[Grey, float] | None:
    import pypdfium2

    try:
        drawn = draw_page(document, number - 1, settings.scale, LARGEST, grey=True)
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None
    return drawn.pixels, drawn.scale


def ink_of(grey: Grey, scale: float, box: tuple[float, float, float, float], settings: WitnessSettings) -> Ink:
    """The ink of a cell, `box` in points; none in one that is too small to look into."""
    x0, y0 = (round((v + settings.inset) * scale) for v in box[:2])
    x1, y1 = (round((v - settings.inset) * scale) for v in box[2:])
    cell = grey[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    if min(cell.shape) < 3 or int(cell.min()) >= 255 - settings.dark:  # no paper is so light that this is ink
        return Ink(0, 0)
    dark = cell < _paper(cell) - settings.dark
    lines = np.count_nonzero(dark, axis=1) / cell.shape[1] >= settings.rule
    columns = np.count_nonzero(dark, axis=0) / cell.shape[0] >= settings.rule
    dark[lines], dark[:, columns] = False, False
    held, room = np.flatnonzero(dark.any(axis=0)), round(MIDDLE * cell.shape[0])
    crossed = bool(lines[room : cell.shape[0] - room].any())
    return Ink(int(np.count_nonzero(dark)), int(held[-1] - held[0]) + 1 if len(held) else 0, crossed)


def _paper(cell: Grey) -> int:
    """Grey of the paper: the 85th percentile, rounded down; sorting the cell costs a third of numpy's own."""
    place = PAPER * (cell.size - 1)
    low = int(place)
    below, above = np.partition(cell, [low, min(low + 1, cell.size - 1)], axis=None)[low : low + 2].tolist()
    return int(below + (place - low) * (above - below))


def ink_doubts(table: SoeTable, inks: dict[int, Ink], settings: WitnessSettings) -> list[tuple[int, Doubt]]:
    """Doubts about cells, by their place in `table.cells`, as `inks` (of `looks_of`) are."""
    scanned = "image_only" in table.flags
    seen = [(index, cell, inks[index].dark) for index, cell in enumerate(table.cells) if index in inks]
    rate = _ink_a_letter(seen, settings)
    found = []
    for index, cell, ink in seen:
        if inks[index].crossed and not cell.printed and cell.column and cell.row >= table.header_rows:
            found.append((index, Doubt(kind="ink", why=CROSSED)))
        doubt = _doubt(cell, ink, rate, settings.scan_ink if scanned else settings.least_ink, settings)
        if doubt is not None:
            found.append((index, doubt))
    return [*found, *_wide_figures(table, inks, settings)]


def _wide_figures(table: SoeTable, inks: dict[int, Ink], settings: WitnessSettings) -> Iterator[tuple[int, Doubt]]:
    """Figures with ink beside them: files whose fonts do not say which sign a glyph is lose "≤", "±" and the like."""
    widths: dict[int, list[tuple[int, int]]] = {}
    for index, ink in inks.items():
        text = table.cells[index].printed.strip()
        if _FIGURE.fullmatch(text):
            widths.setdefault(len(text), []).append((index, ink.wide))
    for length, found in widths.items():
        usual = float(np.median([wide for _, wide in found]))
        for index, wide in found:
            if len(found) >= settings.figures and wide > (1 + settings.wider / length) * usual > 0:
                yield index, Doubt(kind="ink", why="A sign is printed beside this figure that was not read.")


def _ink_a_letter(seen: list[tuple[int, Cell, int]], settings: WitnessSettings) -> float | None:
    """Median ink a letter over the cells with words; None for a table with few letters."""
    counted = [(ink, _letter_count(cell)) for _, cell, ink in seen if _letter_count(cell) >= 4 and ink > 0]
    if sum(letters for _, letters in counted) < settings.letters:
        return None
    return float(np.median([ink / letters for ink, letters in counted]))


def _letter_count(cell: Cell) -> int:
    return sum(not c.isspace() for c in cell.printed)


def _doubt(cell: Cell, ink: int, rate: float | None, least: int, settings: WitnessSettings) -> Doubt | None:
    if not cell.printed.strip():
        return Doubt(kind="ink", why="Something is printed in this cell that was not read.") if ink >= least else None
    if rate is None or cell.text in _DRAWN or any(sign in cell.text for sign in _DRAWN):
        return None
    expected = rate * _letter_count(cell)
    if ink < settings.scarce * expected and not _UPRIGHT.fullmatch(cell.printed.strip()):
        return Doubt(kind="no_ink", why="This text is not seen in the picture of the page.")
    if ink > settings.plenty * expected and ink - expected > settings.least_excess:
        return Doubt(kind="ink", why="More is printed in this cell than was read.")
    return None


@dataclass(slots=True)
class SeenPage:
    """A page as read from its picture, and as its text layer has it, None if it has none worth the name."""

    page: Page
    layer: Page | None = None
    _centres: NDArray[np.float32] | None = field(default=None, repr=False)

    def within(self, box: Box) -> NDArray[np.intp]:
        """Indices of the visible characters whose middle lies in a box, in reading order."""
        if self._centres is None:
            self._centres = _middles(self.page)
        return _inside(self._centres, box)

    def ink(self, box: Box, inset: float) -> float:
        """Ink in a box in square points, without lines that run through it."""
        x0, y0, x1, y1 = box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset
        pieces = self.page.pieces
        x, y = (pieces[:, 0] + pieces[:, 2]) / 2, (pieces[:, 1] + pieces[:, 3]) / 2
        own = (x > x0) & (x < x1) & (y > y0) & (y < y1)
        own &= (pieces[:, 2] - pieces[:, 0] < x1 - x0 + inset) & (pieces[:, 3] - pieces[:, 1] < y1 - y0 + inset)
        return float(self.page.piece_ink[own].sum())


def _middles(page: Page) -> NDArray[np.float32]:
    """(n, 2) middles of characters; those that are not seen lie nowhere."""
    middles = ((page.boxes[:, :2] + page.boxes[:, 2:]) / 2).astype(np.float32)
    middles[(page.codes <= 32) | (page.boxes[:, 3] <= page.boxes[:, 1])] = np.nan
    return middles


def _inside(middles: NDArray[np.float32], box: Box) -> NDArray[np.intp]:
    with np.errstate(invalid="ignore"):
        x, y = middles[:, 0], middles[:, 1]
        return np.flatnonzero((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))


def scan_doubts(
    table: SoeTable, seen: Mapping[int, SeenPage], settings: WitnessSettings
) -> Iterator[tuple[int, Doubt]]:
    """Doubts about cells, by their place in `table.cells`."""
    placed = [
        (index, cell, page, cell.bbox)
        for index, cell in enumerate(table.cells)
        if (page := seen.get(cell.page or 0)) and cell.bbox is not None and "redacted" not in cell.states
    ]
    inks = {index: page.ink(box, settings.inset) for index, _, page, box in placed}
    mark = _usual_mark(table, inks)
    sign = _usual_sign(table)
    layers = _layers(placed, settings)
    counts = Counter(cell.text.casefold() for _, cell, _, _ in placed)
    odd = _odd_words(table, settings) if placed else {}
    for index, cell, page, box in placed:
        body = cell.row >= table.header_rows
        if index in layers:
            yield index, Doubt(kind="layer", why=f"The file's own text over this picture says “{layers[index]}”.")
        usual = bool(sign) and cell.text.casefold() == sign and not cell.markers
        drawn = cell.text == ARROW  # by a line that was found
        if not (usual and mark and settings.like_mark[0] <= inks[index] / mark <= settings.like_mark[1]):
            why = _unsure(page, box, settings) or odd.get(index, "")
            if why:
                yield index, Doubt(kind="ocr", why=why)
        lone = len(cell.text) == 1 and not (usual or drawn) and counts[cell.text.casefold()] <= RARE
        if body and cell.column and sign and lone:
            yield index, Doubt(kind="ocr", why=f"“{cell.text}” stands alone in this table, whose mark is {sign}.")
        if not body and (backwards := _backwards(cell.text)):
            yield index, Doubt(kind="ocr", why=f"“{backwards}” runs backwards: a sign may have been lost.")
        why = _ink_against_text(cell, inks[index], mark, settings)
        if why:
            yield index, Doubt(kind="ink", why=why)
        if body and cell.column and not drawn and _is_crossed(page.page, box):
            yield index, Doubt(kind="ink", why=CROSSED)


def poor_picture(table: SoeTable, settings: WitnessSettings) -> Iterator[PlacedDoubt]:
    """A doubt about the table as a whole where many of its cells are doubted by the picture they were read from.

    A bad picture loses letters, marks and columns without a trace, so that no cell of it is sure.
    """
    doubted = sum(any(doubt.kind in _SEEN for doubt in cell.doubt) for cell in table.cells)
    filled = sum(bool(cell.text) for cell in table.cells)
    if "image_only" in table.flags and doubted >= settings.poor_least and doubted >= settings.poor * filled:
        why = f"Poor picture: {doubted} doubts in {filled} cells that hold something. Hold every cell against the page."
        yield PlacedDoubt(kind="picture", why=why, place="table")


def _usual_sign(table: SoeTable) -> str:
    """The mark that most marked cells of the body hold, in small letters; empty where few do."""
    marks = [
        c.text.casefold() for c in table.cells if c.row >= table.header_rows and is_mark(c.text) and len(c.text) == 1
    ]
    (sign, count), *_ = Counter(marks).most_common(1) or [("", 0)]
    return sign if count >= 5 and 2 * count > len(marks) else ""


def _backwards(text: str) -> str:
    """A range of two numbers without a sign of which the second is smaller."""
    match = _RANGE.search(text)
    return match.group() if match and int(match[1]) > int(match[2]) else ""


def _is_crossed(page: Page, box: Box) -> bool:
    """Whether a horizontal line runs through the middle of a cell, whichever way the page is turned."""
    for some, along in ((page.horizontal, 0), (page.vertical, 1)):
        sides = page.pieces[:, 2:] - page.pieces[:, :2]
        rules = np.concatenate([some, page.pieces[sides[:, along] > THIN * sides[:, 1 - along]]])
        if (box[2] - box[0] < box[3] - box[1]) == (along == 0):
            continue  # a turned page's cells are higher than wide
        across = 1 - along
        at = (rules[:, across] + rules[:, across + 2]) / 2
        room = MIDDLE * (box[across + 2] - box[across])
        inside = (at > box[across] + room) & (at < box[across + 2] - room)
        covered = np.minimum(rules[:, along + 2], box[along + 2]) - np.maximum(rules[:, along], box[along])
        if (inside & (covered > 0.4 * (box[along + 2] - box[along]))).any():
            return True
    return False


def _usual_mark(table: SoeTable, inks: dict[int, float]) -> float | None:
    """Median ink of the cells that hold one mark; None where few do."""
    found = [ink for index, ink in inks.items() if is_mark(table.cells[index].text) and ink > 0]
    return float(np.median(found)) if len(found) >= 5 else None


def _unsure(seen: SeenPage, box: Box, settings: WitnessSettings) -> str:
    """The word in a box that the reader of the picture was least sure of, empty if it was sure enough of all.

    A known word is hardly ever read wrongly, and may have one unsure letter; an odd one, a figure or a mark may not.
    """
    page = seen.page
    own = seen.within(box)
    if not len(own) or len(page.sure) != len(page.codes):
        return ""
    for index in own[np.argsort(page.sure[own], kind="stable")].tolist():
        if page.sure[index] >= settings.unsure_odd:
            return ""
        word = _word_at(page, index)
        if page.sure[index] < _limit(word, settings):
            return f"“{word}” was read from a picture, and not for sure."
    return ""


def _odd_words(table: SoeTable, settings: WitnessSettings) -> dict[int, str]:
    """Why a cell's word may have lost a letter without a trace, by the cell's place in `table.cells`: it is unknown and
    stands nowhere else in the table or its notes, or a word with one thin letter more is far commoner."""
    texts = [table.title, *(cell.text for cell in table.cells), *(note.text for note in table.footnotes)]
    counts = Counter(word.lower() for text in texts for word in _plain_words(text))
    strange = {word for word in counts if not is_familiar(word)}
    if len(strange) > settings.foreign * len(counts):
        strange = set()
    found = {}
    for index, cell in enumerate(table.cells):
        for word in _plain_words(cell.text):
            small = word.lower()
            if small in strange and counts[small] == 1:
                found[index] = f"“{word}” was read from a picture, and is no known word: a letter may be lost."
            elif likely := commoner_word(small, settings.rare):
                found[index] = f"“{word}” was read from a picture, and may be “{likely}”."
    return found


def _plain_words(text: str) -> list[str]:
    """Words of three letters and more in small letters but for the first."""
    return [word for word in _LETTERS.findall(text) if len(word) >= KNOWN_FROM and word[1:].islower()]


def _limit(word: str, settings: WitnessSettings) -> float:
    """How sure each letter of a word must be."""
    parts = [part for part in _LETTERS.findall(word.lower()) if len(part) >= KNOWN_FROM]
    if parts and all(part in known_words() for part in parts):
        return settings.unsure_known
    if len(_LETTERS.sub("", word)) < len(word) and len(word) >= KNOWN_FROM:
        return settings.unsure_odd
    return settings.unsure


def _word_at(page: Page, index: int) -> str:
    """The run of characters around one."""
    first = last = index
    while first and page.codes[first - 1] > 32:
        first -= 1
    while last + 1 < len(page.codes) and page.codes[last + 1] > 32:
        last += 1
    return text_of(page.codes[first : last + 1])


def _ink_against_text(cell: Cell, ink: float, mark: float | None, settings: WitnessSettings) -> str:
    if mark is None:
        return ""
    if not cell.printed.strip():
        return "Something is printed in this cell that was not read." if ink >= settings.blank * mark else ""
    if len(cell.text) <= SHORT and is_mark(cell.text) and not cell.markers and ink > settings.crowded * mark:
        return "More is printed in this cell than was read."
    return ""


def _layers(placed: list[tuple[int, Cell, SeenPage, Box]], settings: WitnessSettings) -> dict[int, str]:
    """What the text layer over a picture says of cells, where it says another thing.

    A layer that differs in many cells is a poor one, and no witness.
    """
    texts = {index: _layer_text(page.layer, box) for index, _, page, box in placed if page.layer is not None}
    compared = [
        (index, letters_of(cell.printed), letters_of(texts[index])) for index, cell, _, _ in placed if index in texts
    ]
    compared = [(index, read, said) for index, read, said in compared if read or said]
    differ = [index for index, read, said in compared if read != said]
    if len(compared) < settings.compared or len(differ) > settings.differ * len(compared):
        return {}
    return {index: texts[index] for index in differ}


def _layer_text(layer: Page, box: Box) -> str:
    chosen = _inside(_middles(layer), box)
    return text_of(layer.codes[chosen])


def scan_note_doubts(
    table: SoeTable, seen: Mapping[int, SeenPage], settings: WitnessSettings
) -> Iterator[tuple[int, Doubt]]:
    """Doubts about notes, by their place in `table.footnotes`: of what the reader was unsure in text and marker."""
    for index, note in enumerate(table.footnotes):
        found = seen.get(note.page or 0)
        if found is None or len(found.page.sure) != len(found.page.codes):
            continue
        page = found.page
        said = page.text()
        start = said.find(note.text[:BEGINNING])
        if start < 0:
            continue
        sure = page.sure[start : start + len(note.text)]
        if float((sure < settings.unsure).mean()) >= settings.unsure_share:
            word = _word_at(page, start + int(sure.argmin()))
            yield index, Doubt(kind="ocr", why=f"This note was read from a picture, and “{word}” not for sure.")
        before = page.sure[max(0, start - len(note.marker) - 2) : start]
        if note.marker and len(before) and before.min() < settings.unsure:
            yield index, Doubt(kind="ocr", why=f"Marker {note.marker} was read from a picture, and not for sure.")
