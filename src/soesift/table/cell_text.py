"""Putting words into cells; cells and rows that no rule parts; misread figures put right by their row."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from soesift.document.drawing import Lines
from soesift.document.raised import UP, plain
from soesift.document.scan_text import known_words
from soesift.document.words import Words, join_line, read_lines, text_lines
from soesift.table.grid import FoundTable, GridCell
from soesift.table.lexicon import is_mark
from soesift.table.ruled import closed_sides

# Putting words into cells.

TIE = 0.2  # of its height: a word whose middle lies so little below a rule may be of the row above. .1 to .3
ALIKE = 0.1  # of the height: words of one print differ by less. .05 to .2
THROUGH = (0.2, 0.7)  # of the height: so far below a clipped line begins one of the next row. Lines of one cell: .8 on
MARGINS = 14.0  # points: what a cell keeps free on its two sides together, at most. 8 to 16
_LAST_LETTERS = re.compile(r"[^\W\d_]{4,}$")
_FIRST_LETTERS = re.compile(r"[a-zà-ÿ]+")
SHORT_REST = 3  # letters of the rest of a word that is in no list; longer ones may be words
_ENDS_OF_WORDS = re.compile(  # in the languages that are read; alone they are no words
    r"(?:[tsc]ions?|ments?|log(?:y|ies?|ical)|graph(?:y|ies?)|gram(?:me|m)?s?|metr(?:y|ies?)|scop(?:y|ies?)|"
    r"[aeä]mi[ae]|émie|ysis|itis|path(?:y|ies?)|therap(?:y|ies?|ieën)|zion[ei]|ción|ciones|ção|ções|idade?s?|ungen|"
    r"ung|heit|keit|ität|schaft)$"
)
_SHORT_WORDS = frozenset(re.findall(r"\w+", "a an at bid by id if im in is iv of on or po prn qd qid sc tid to vs wk"))
LEADING = 1.6  # of the height: so far above it begins the line before, at most. 1.3 to 2


def owners(table: FoundTable) -> NDArray[np.intp]:
    """(r, c): index of the cell that covers each position."""
    owner = np.zeros(table.shape, np.intp)
    for index, cell in enumerate(table.cells):
        owner[cell.row : cell.row + cell.row_span, cell.column : cell.column + cell.column_span] = index
    return owner


def words_by_cell(table: FoundTable, words: Words) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the words inside the table, and the cell that holds the middle of each."""
    middle = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    column = np.searchsorted(table.columns, middle[:, 0], side="right") - 1
    row = np.searchsorted(table.rows, middle[:, 1], side="right") - 1
    if len(table.moved):
        column[table.moved[:, 0]] = table.moved[:, 1]
    row = row - _is_clipped(table, words, row, column)
    height, width = table.shape
    inside = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    return inside, owners(table)[row[inside], column[inside]]


def _is_clipped(table: FoundTable, words: Words, row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(w,) words of a last line that hangs out of its row, over the rule: print of the next row lies through them."""
    clipped = np.zeros(len(words), bool)
    top, bottom = words.boxes[:, 1], words.boxes[:, 3]
    high = np.maximum(bottom - top, 1.0)
    place = np.clip(row, 1, len(table.rows) - 1)
    sunk = (top + bottom) / 2 - table.rows[place]
    for index in np.flatnonzero((row == place) & (sunk >= 0) & (sunk < TIE * high)).tolist():
        same = (column == column[index]) & (np.abs(high - high[index]) < ALIKE * high[index])
        step = (top - top[index]) / high[index]
        through = same & (row == row[index]) & (step > THROUGH[0]) & (step < THROUGH[1])
        above = same & (row == row[index] - 1) & (step < -THROUGH[1]) & (step > -LEADING)
        clipped[index] = bool(through.any() and above.any())
    return clipped


def fill_cells(table: FoundTable, words: Words, lost: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    """Write each cell's text, with what is raised in it; returns the indices of the words used.

    lost: indices of words that are left out; they keep their numbers, by which a table may have moved words.
    """
    inside, cell_of = words_by_cell(table, words)
    if lost is not None and len(lost):
        kept = ~np.isin(inside, lost)
        inside, cell_of = inside[kept], cell_of[kept]
    order = np.argsort(cell_of, kind="stable")
    inside, cell_of = inside[order], cell_of[order]
    starts = np.flatnonzero(np.diff(cell_of, prepend=-1))
    named: list[GridCell] = []
    sides: list[tuple[float, float]] = []  # of their first lines
    for start, chosen in zip(starts, np.split(inside, starts[1:]), strict=False):
        cell = table.cells[cell_of[start]]
        width = float(table.columns[cell.column + cell.column_span] - table.columns[cell.column])
        shown = join_cut_words(read_lines(words, chosen, shown=True), words, chosen, width)
        cell.text, cell.shown = (plain(shown), shown) if UP in shown else (shown, "")
        if cell.column == 0:
            line = words.boxes[text_lines(words, chosen)[0]]
            cell.indent = float(line[0, 0] - table.columns[0])
            named.append(cell)
            sides.append((float(line[0, 0]), float(line[-1, 2])))
    if not begin_in_line(np.array(sides).reshape(-1, 2)):
        for cell in named:
            cell.indent = 0.0
    return inside


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """When the names of a table are set in the middle of their column or at its right side.

    fewest: names; of fewer nothing is told (4 to 8).
    slip: points between the sides or middles of names that stand in line (1.5 to 3: scanned lines vary by 2).
    most: share of the names whose middles or right sides stand in line where they are set by these (.6 to .9).
    """

    fewest: int = 5
    slip: float = 2.0
    most: float = 0.75


ALIGNMENT = AlignmentSettings()


def begin_in_line(sides: Floats, s: AlignmentSettings = ALIGNMENT) -> bool:
    """Whether names, of which the left and right sides (n, 2) are given, are set by their left sides, so that one which
    begins further right is set in."""
    left, right = sides.T
    if len(sides) < s.fewest:
        return True
    by_left, *others = (_in_line(x, s.slip) for x in (left, (left + right) / 2, right))
    return max(others) < s.most or by_left >= max(others)


def _in_line(places: Floats, slip: float) -> float:
    """Largest share of the places that lie within `slip` of one of them."""
    x = np.sort(places)
    near = np.searchsorted(x, x + slip, side="right") - np.searchsorted(x, x - slip, side="left")
    return float(near.max()) / len(x)


def join_cut_words(shown: str, words: Words, chosen: NDArray[np.intp], width: float) -> str:
    """A cell's text with words whole that a narrow cell cut without a hyphen: the first part fills its line, and the
    rest is no word. width: of the cell."""
    own = words.boxes[chosen, 2] - words.boxes[chosen, 0]
    printed: frozenset[str] | None = None
    if len(chosen) < 2 or float(own.max() + words.size[chosen].max()) < width - MARGINS or words.turn[chosen].any():
        return shown
    for line, after in pairwise(text_lines(words, chosen)):
        first, rest = words.text[line[0]], words.text[after[0]]
        room = width - float(words.boxes[line[0], 2] - words.boxes[line[0], 0])
        if len(line) > 1 or room >= MARGINS + room_of_sign(words, int(line[0])):
            continue
        if printed is None:
            own_words = set(chosen.tolist())
            printed = frozenset(text.lower() for place, text in enumerate(words.text) if place not in own_words)
        if is_cut(first, rest, printed):
            letters = _FIRST_LETTERS.match(rest)
            tail = "" if letters is None else letters[0]
            shown = shown.replace(f"{first} {tail}", f"{first}{tail}", 1)
    return shown


def room_of_sign(words: Words, index: int) -> float:
    """Usual width of a word's characters."""
    return float(words.boxes[index, 2] - words.boxes[index, 0]) / max(1, len(words.text[index]))


def is_cut(first: str, rest: str, printed: frozenset[str] = frozenset()) -> bool:
    """Whether two texts are one word cut in two: both parts make a known word, or one that the page has whole, and are
    not two of them ("Biomarke" and "rs"); or the first is none and the rest is very short, or the cut lies in an
    ending ("Inhalati" and "on"), as of names that no list has. printed: other words of the page in small letters."""
    head, tail = _LAST_LETTERS.search(first), _FIRST_LETTERS.match(rest)
    known = known_words()
    if head is None or tail is None or not known:
        return False
    whole, part = (head[0] + tail[0]).lower(), head[0].lower()
    ending = _ENDS_OF_WORDS.search(whole) if part not in known and part not in printed else None
    if (
        ending is not None
        and ending.start() <= len(part) - (tail[0] in known)
        and not any(map(str.isalpha, rest[tail.end() :]))
    ):
        return True
    if tail[0] in known or tail[0] in _SHORT_WORDS:
        return False
    if whole in known or (whole in printed and not {part, tail[0]} <= printed):
        return True
    return part not in known and len(tail[0]) <= SHORT_REST


# Figures that a reader of pictures took for letters ("wo" among W2, W4, W6), put right by the cells of their row.

LETTERS = 5  # of a word that is put right by one that its row repeats
OTHERS = 3  # cells of the row of one pattern, by which another is put right
_FIGURES = str.maketrans("OoQlI|!SsBZz", "000111155822")
_NUMBER = re.compile(r"\d+")


def mend_figures(table: FoundTable) -> None:
    """Give cells of a row that has a pattern of letters and figures ("W#", "Day #") that pattern, where only signs that
    look like figures stand in the way."""
    for row in range(table.shape[0]):
        _mend_letters(
            [cell for cell in table.cells if cell.row == row and cell.column and cell.text and not cell.shown]
        )
        cells = [cell for cell in table.cells if cell.row == row and cell.column and cell.text and not cell.shown]
        patterns = Counter(_NUMBER.sub("#", cell.text) for cell in cells)
        usual = [p for p, count in patterns.items() if "#" in p and any(map(str.isalpha, p)) and count >= OTHERS]
        for cell in cells:
            if _NUMBER.sub("#", cell.text) not in usual:
                cell.text = next((said for p in usual if (said := as_pattern(cell.text, p))), cell.text)


def _mend_letters(cells: list[GridCell]) -> None:
    """Give cells the text that others of their row have often, where they differ in one letter ("Clinie": "Clinic")."""
    counts = Counter(cell.text for cell in cells)
    usual = [text for text, count in counts.items() if count >= OTHERS and len(text) >= LETTERS and text.isalpha()]
    for cell in cells:
        if cell.text.isalpha():
            often = [text for text in usual if counts[text] >= 2 * counts[cell.text]]
            cell.text = next((text for text in often if _differ(cell.text, text) == 1), cell.text)


def _differ(one: str, two: str) -> int:
    """In how many places two texts of one length differ; other lengths: in all."""
    return sum(a != b for a, b in zip(one, two, strict=True)) if len(one) == len(two) else len(one)


def as_pattern(text: str, pattern: str) -> str:
    """`text` with letters in the figures' places of a pattern read as figures; empty if it does not fit.

    The letters of the pattern must be there, large or small.
    """
    parts = [re.escape(part) for part in pattern.split("#")]
    match = re.fullmatch(r"([\dOoQlI|!SsBZz]{1,3})".join(parts), text, re.IGNORECASE)
    if match is None:
        return ""
    figures = [group.translate(_FIGURES) for group in match.groups()]
    pieces = pattern.split("#")
    said = pieces[0] + "".join(figure + piece for figure, piece in zip(figures, pieces[1:], strict=True))
    return said if all(map(str.isdigit, figures)) else ""


# Cells left open by missing vertical rules, parted again where the words keep to the table's columns.

CROSS = 2.0  # points by which a word may pass a boundary
WIDE = 0.9  # of the character height: a gap that parts columns rather than words


def part_open_cells(table: FoundTable, words: Words) -> None:
    """Cut each wide cell at the column boundaries if its words respect them all: a rule was lost."""
    wide = [i for i, c in enumerate(table.cells) if c.column_span >= 2]
    if not wide:
        return
    inside, cell_of = words_by_cell(table, words)
    parted: dict[int, list[GridCell]] = {}
    for index in wide:
        chosen = inside[cell_of == index]
        if len(chosen) >= 2 and keeps_to_columns(table, table.cells[index], words, chosen):
            parted[index] = cut_columns(table.cells[index])
    if parted:
        table.cells = [c for i, cell in enumerate(table.cells) for c in parted.get(i, [cell])]


def keeps_to_columns(table: FoundTable, cell: GridCell, words: Words, chosen: NDArray[np.intp]) -> bool:
    """No word crosses an inner boundary, and wherever a printed line changes column there is a wide gap; one does."""
    inner = table.columns[cell.column + 1 : cell.column + cell.column_span]
    boxes = words.boxes[chosen]
    if ((boxes[:, 0, None] < inner - CROSS) & (boxes[:, 2, None] > inner + CROSS)).any():
        return False
    column = np.searchsorted(inner, (boxes[:, 0] + boxes[:, 2]) / 2)
    if len(np.unique(column)) < 2:
        return False
    shared = False
    place = dict(zip(chosen.tolist(), column.tolist(), strict=True))
    for line in text_lines(words, chosen):
        for before, after in zip(line.tolist(), line[1:].tolist(), strict=False):
            gap = words.boxes[after, 0] - words.boxes[before, 2]
            if place[before] != place[after] and gap < WIDE * words.size[before]:
                return False
            shared |= place[before] != place[after]
    return shared


def cut_columns(cell: GridCell) -> list[GridCell]:
    return [GridCell(cell.row, cell.column + k, cell.row_span, 1) for k in range(cell.column_span)]


# Rows of a band that no rule parts, by the room between the names that are printed in it.


@dataclass(frozen=True, slots=True)
class BandSettings:
    """When the room between names tells the rows of a band. Heights are those of characters."""

    least: int = 4  # lines of names: fewer tell nothing of the usual room. 3 to 6
    jump: float = 1.08  # times the pitch of lines of one name that of two rows is, at least. 1.05 to 1.2
    same: float = 0.6  # of the height: a mark this far from the middle or first line of a name stands beside it
    wrong: float = 0.05  # of the marks may stand beside no name, or two in one row. 0 to .1


BAND = BandSettings()
Floats = NDArray[np.float64]


def cuts_between(names: list[float], marks: list[float], size: float, s: BandSettings = BAND) -> Floats | None:
    """Heights between the rows of a band; None if no way to part its names agrees with its marks.

    names: heights of the middles of the lines of its first cell; marks: of the marks beside them, one for each row of
    marks; size: of the print.
    """
    if len(names) < s.least or not marks:
        return None
    lines = np.sort(np.asarray(names))
    pitch = np.diff(lines)
    tried = [rows_at(lines, pitch > limit) for limit in limits(pitch, s)]
    ranked = [(missed(rows, marks, size, s), number) for number, rows in enumerate(tried)]
    wrong, best = min(ranked)
    if wrong > s.wrong * len(marks) or len(tried[best]) < 2:
        return None
    rows = tried[best]
    return np.asarray([(a[-1] + b[0]) / 2 for a, b in pairwise(rows)])


def limits(pitch: Floats, s: BandSettings) -> list[float]:
    """Pitches above which a new row may begin: each jump between the pitches, the largest first, and none."""
    order = np.sort(pitch)
    ratio = order[1:] / np.maximum(order[:-1], 0.1)
    jumps = [int(at) for at in np.argsort(-ratio) if ratio[at] >= s.jump]
    return [*(float(order[at] + order[at + 1]) / 2 for at in jumps[:3]), 0.0]


def rows_at(lines: Floats, begins: NDArray[np.bool_]) -> list[Floats]:
    """The lines of each row, where `begins` tells which line opens a new one (all but the first)."""
    return np.split(lines, np.flatnonzero(begins) + 1)


def missed(rows: list[Floats], marks: list[float], size: float, s: BandSettings) -> int:
    """Marks that stand beside no name, or with another in one row."""
    places = [(row[0], (row[0] + row[-1]) / 2) for row in rows]
    held = [min(range(len(places)), key=lambda k: min(abs(m - p) for p in places[k])) for m in marks]
    far = sum(min(abs(m - p) for p in places[k]) > s.same * size for m, k in zip(marks, held, strict=True))
    return int(far) + len(held) - len(set(held))


# Rows that no rule parts: where several cells of one band hold a column of marks, each printed line is a row.


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """When one band between rules holds several rows."""

    least_rows: int = 2  # lines of marks in one band that make it several rows. 2
    sure_rows: int = 3  # so many need no name beside each of them. 3 to 4
    least_cells: int = 2  # cells of the band that hold such a column of marks. 2 to 3
    same: float = 0.6  # of the character height: marks closer than this stand in one row. .4 to .8
    own: float = 1.6  # of the character height: a name this far from any mark is a row of its own. 1.2 to 2.2
    padded: float = 1.25  # of the character height: rows of marks this far apart have room between them. 1.2 to 1.4
    pitch: float = 0.9  # of the least distance of two such rows: a name so far from any mark is a row. .85 to .95


SETTINGS = SplitSettings()


def split_rows(table: FoundTable, words: Words, vertical: Lines | None = None) -> None:
    """Cut each band that holds columns of marks into the rows of those marks, in place.

    vertical: rules (x, y0, y1); where none parts two columns beside a new row, its cell reaches over both.
    """
    inside, cell_of = words_by_cell(table, words)
    held = np.bincount(cell_of, minlength=len(table.cells))
    # a band is several rows only if its first cell names them: few words there end the question
    named = {
        c.row for i, c in enumerate(table.cells) if c.column == 0 and c.row_span == 1 and held[i] >= SETTINGS.least_rows
    }
    held_by = np.split(inside[np.argsort(cell_of, kind="stable")], np.cumsum(held)[:-1])
    bands: dict[int, list[tuple[GridCell, NDArray[np.intp]]]] = {}
    for cell, chosen in zip(table.cells, held_by, strict=True):
        if cell.row in named and cell.row_span == 1 and len(chosen):
            bands.setdefault(cell.row, []).append((cell, chosen))
    cuts = {row: band_cuts(bands.get(row, []), words) for row in range(table.shape[0])}
    if any(len(cut) for cut in cuts.values()):
        cut_bands(table, cuts, vertical)


def band_cuts(cells: list[tuple[GridCell, NDArray[np.intp]]], words: Words) -> NDArray[np.float32]:
    """Heights at which a band is to be cut; empty for an ordinary row. cells: of the band, with their words."""
    marks: list[float] = []
    names: list[float] = []
    loose: list[float] = []  # marks, of cells too that hold something else besides
    size, stacked, several = 0.0, 0, 0
    for cell, chosen in cells:
        if words.turn[chosen].any():
            continue
        lines = text_lines(words, chosen)
        middles = [float((words.boxes[line, 1] + words.boxes[line, 3]).mean() / 2) for line in lines]
        if cell.column == 0:
            names, size = middles, float(np.median(words.size[chosen]))
        else:
            told = [is_mark(join_line(words, line)) for line in lines]
            loose += [middle for middle, mark in zip(middles, told, strict=True) if mark]
            several += sum(told) >= 2
            if all(told):
                marks += middles
                stacked += len(lines) >= 2
    if several >= SETTINGS.least_cells:
        roomy = cuts_between(names, row_anchors(loose, [], size).tolist(), size)
        if roomy is not None:
            return roomy.astype(np.float32)
    if stacked < SETTINGS.least_cells or len(names) < SETTINGS.least_rows:
        return np.zeros(0, np.float32)
    anchors = row_anchors(marks, names, size)
    beside = [min(abs(n - a) for n in names) <= SETTINGS.same * size for a in anchors]
    if len(anchors) < SETTINGS.least_rows or (len(anchors) < SETTINGS.sure_rows and not all(beside)):
        return np.zeros(0, np.float32)
    return ((anchors[1:] + anchors[:-1]) / 2).astype(np.float32)


def row_anchors(marks: list[float], names: list[float], size: float) -> NDArray[np.float64]:
    """Sorted heights of rows: those of marks, and of names that are far from all marks."""
    anchors: list[float] = []
    for middle in sorted(marks):
        if not anchors or middle - anchors[-1] > SETTINGS.same * size:
            anchors.append(middle)
    far = SETTINGS.own * size
    pitch = min(np.diff(anchors)) if len(anchors) >= SETTINGS.sure_rows else 0.0
    if pitch > SETTINGS.padded * size:  # rows stand wider than lines of one name do
        far = min(far, SETTINGS.pitch * float(pitch))
    alone = [n for n in names if min(abs(n - a) for a in anchors) > far]
    return np.asarray(sorted(anchors + alone))


def cut_bands(table: FoundTable, cuts: dict[int, NDArray[np.float32]], vertical: Lines | None = None) -> None:
    """Insert the new boundaries; cells of a cut band become one a row, others keep their extent."""
    first = np.concatenate([[0], np.cumsum([1 + len(cuts[row]) for row in range(table.shape[0])])])
    bounds = [np.concatenate([[table.rows[row]], cuts[row]]) for row in range(table.shape[0])]
    table.rows = np.concatenate([*bounds, table.rows[-1:]]).astype(np.float32)
    cells = []
    for cell in table.cells:
        top, bottom = int(first[cell.row]), int(first[cell.row + cell.row_span])
        if cell.row_span == 1:
            cells += [GridCell(row, cell.column, 1, cell.column_span) for row in range(top, bottom)]
        else:
            cells.append(GridCell(top, cell.column, bottom - top, cell.column_span))
    new = {int(first[row]) + k for row, cut in cuts.items() if len(cut) for k in range(len(cut) + 1)}
    table.cells = cells if vertical is None else bridged(table, cells, new, vertical)


def bridged(table: FoundTable, cells: list[GridCell], new: set[int], vertical: Lines) -> list[GridCell]:
    """The cells, those of new rows joined where no rule parts them beside their row, but one does beside others."""
    parted = closed_sides(vertical, table.columns, table.rows).T  # (r, c + 1)
    ruled: NDArray[np.bool_] = np.logical_or.reduce(parted[sorted(new)], axis=0)
    kept: dict[tuple[int, int], GridCell] = {}
    for cell in sorted(cells, key=lambda c: (c.row, c.column)):
        before = next((c for c in kept.values() if c.row == cell.row and c.column + c.column_span == cell.column), None)
        open_ = ruled[cell.column] and not parted[cell.row, cell.column]
        if cell.row in new and before is not None and cell.column > 1 and open_:
            before.column_span += cell.column_span
        else:
            kept[cell.row, cell.column] = cell
    return list(kept.values())
