"""Notes inside the frame of a table: rows of one long merged text, in which several notes run on."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from soesift.document.raised import DOWN, UP, markers_of
from soesift.join.footnotes import sends_on
from soesift.join.note_series import Expected, next_open, successors
from soesift.join.stack import Joined, keep_rows
from soesift.result.models import Cell, Footnote


@dataclass(frozen=True, slots=True)
class NoteRowSettings:
    """Thresholds of notes inside the frame."""

    length: int = 140  # characters from which a row of one merged text is a note. 100 to 200
    width: int = 3  # columns that a merged text covers at least. 3 to 5


DEFAULT = NoteRowSettings()
RAISED = "raised"
FIRST = frozenset({"a", "A", "1", "*", "†", "i"})  # markers with which notes begin
_FORM = re.compile(
    r"(?:^|(?<=\s))(?:([\[(]?)([A-Za-z]{1,2}|\d{1,2}|[*†‡§¶#]{1,4})([.):\]](?=\s)|\s?=\s|\s[–—-]\s)"
    r"|([a-z]{1,2}|[*†‡§¶#]{1,4})(?=\s(?:[A-Z]|\d+\s?m?[A-Za-z-])))"
)
# "Abbreviations: ...", or "AE = adverse event; ECG = ..." behind a sentence
_LIST = re.compile(r"(?<=[.;)\w]\s)(?:Abbreviations?\s*[:=]|(?:[A-Z][\w/\-]{0,9}\s?=\s?[^=;]{3,60};\s){2})")
_LISTED = re.compile(r"Abbreviations?\s*[:=]|(?:[A-Z][\w/\-]{0,9}\s?=\s?[^=;]{3,60};\s){2}")
_LEGEND = re.compile(r"^(?:abbreviations?|notes?|key|legend)\b|\S\s?[=:]\s\S", re.IGNORECASE)
_OPENING = re.compile(r"(?:abbreviations?|notes?|footnotes?|key|legend)\b", re.IGNORECASE)
_WITHIN = re.compile(f"{UP}([^{UP}{DOWN}]+){DOWN}\\s?(?=[A-Z])")  # a raised marker before a sentence
_BEFORE = re.compile(r"(?:^|[.;:)\]])\s*$")  # a note begins behind the end of another


def take_note_rows(
    joined: Joined, expected: Expected | None = None, settings: NoteRowSettings = DEFAULT
) -> list[Footnote]:
    """Remove long texts that span the whole width, as notes inside the frame do, and return them as notes."""
    body = range(joined.header_rows, len(joined.grid))
    found = {row: cell for row in body if (cell := _note(joined, row, settings)) and not _heads_rows(cell, row, joined)}
    found |= _last_notes(joined, expected or Expected(), settings)
    sent_on = {row for row in body if sends_on(" ".join(dict.fromkeys(filter(None, joined.grid[row]))))}
    kept = [row for row in range(len(joined.grid)) if row not in found and row not in sent_on]
    if not (found or sent_on) or len(kept) <= joined.header_rows:
        return []
    notes: list[Footnote] = []
    run: list[Cell] = []
    for row in sorted(found):
        if run and _begins_anew(found[row]):
            notes += split_notes(run, expected or Expected())
            run = []
        run.append(found[row])
    notes += split_notes(run, expected or Expected()) if run else []
    keep_rows(joined, kept)
    return notes


def _heads_rows(cell: Cell, row: int, joined: Joined) -> bool:
    """Whether a long text is a band over the rows below, which may say more than their name: "Safety - Note: ..."."""
    opens = _OPENING.match(cell.text) is not None or _FORM.match(_shown(cell)) is not None or cell.text[:1] == UP
    goes_on = any(len(set(filter(None, texts))) > 1 for texts in joined.grid[row + 1 : row + 3])
    return "shaded" in cell.states and goes_on and not opens


def _last_notes(joined: Joined, expected: Expected, settings: NoteRowSettings) -> dict[int, Cell]:
    """The last rows of a table, where each is one text over the width that begins with a marker in turn, or goes on in
    one that does: shorter than notes within the table need to be."""
    short = NoteRowSettings(length=1, width=settings.width)
    last, rows = len(joined.grid), {}
    while last > joined.header_rows + 1 and (cell := _note(joined, last - 1, short)):
        last -= 1
        rows[last] = cell
    opening = [row for row in sorted(rows) if _opens_note(rows[row], expected)]
    return {row: cell for row, cell in sorted(rows.items()) if opening and row >= _first_note(opening[0], rows)}


def _first_note(first: int, rows: dict[int, Cell]) -> int:
    """The first row of notes: that of the first marker, or a list of abbreviations above it."""
    above = rows.get(first - 1)
    return first - 1 if above is not None and _LEGEND.search(above.text) else first


def _opens_note(cell: Cell, expected: Expected) -> bool:
    """Whether a text begins with a marker that the table's cells carry, or with "Key" or a list and has one within."""
    shown = _shown(cell)
    if _OPENING.match(cell.text) and any(hit[1].strip() in expected.used for hit in _WITHIN.finditer(shown)):
        return True
    form = _FORM.match(shown)
    raised = re.match(f"{UP}([^{UP}{DOWN}]+){DOWN}", shown)
    marker = raised[1].strip() if raised else (form[2] or form[4]) if form else ""
    return marker in expected.used or _LISTED.match(cell.text) is not None


def _note(joined: Joined, row: int, settings: NoteRowSettings) -> Cell | None:
    """The cell of a row that says nothing but one text, wide and longer than names are; None for other rows."""
    said = [text for text in joined.grid[row] if text]
    if len(said) < min(settings.width, joined.width) or len(set(said)) > 1 or len(said[0]) <= settings.length:
        return None
    own = next((c for c in joined.cells if c.row == row and c.text == said[0]), None)
    return own or Cell(row=row, column=0, text=said[0], page=joined.pages[row])


def _begins_anew(cell: Cell) -> bool:
    """Whether a row of notes opens with the first of a sequence again, as under the next table of a document."""
    text = cell.text
    form = _FORM.match(text)
    return form is not None and (form[2] or form[4]) in FIRST


def split_notes(cells: list[Cell], expected: Expected) -> list[Footnote]:
    """The notes that run on in the texts of some cells: each opens with a raised marker, or one in turn."""
    shown, starts = "", []
    for cell in cells:
        shown += " " if shown else ""
        starts.append(len(shown))
        shown += _shown(cell)
    edges = _edges(shown, expected, frozenset(starts[1:]))
    if not edges:
        return [Footnote(marker="", text=_plain(shown), page=cells[0].page)]
    notes = [Footnote(marker="", text=head, page=cells[0].page)] if (head := _plain(shown[: edges[0][0]])) else []
    ends = [start for start, _, _ in edges[1:]] + [len(shown)]
    for (start, text_start, marker), end in zip(edges, ends, strict=True):
        page = cells[max(0, bisect_right(starts, start) - 1)].page
        notes.append(Footnote(marker=marker, text=_plain(shown[text_start:end]), page=page))
        expected.known.add(marker)
    return _legend_apart(notes)


def _legend_apart(notes: list[Footnote]) -> list[Footnote]:
    """A list of abbreviations behind the last note, as a note without a marker."""
    last = notes[-1]
    hit = _LIST.search(last.text)
    if hit is None:
        return notes
    rest = last.model_copy(update={"marker": "", "text": last.text[hit.start() :]})
    return [*notes[:-1], last.model_copy(update={"text": last.text[: hit.start()].rstrip()}), rest]


def _style(form: re.Match[str]) -> str:
    """How a marker is written: "()", ")", "."; empty where nothing stands around it."""
    return f"{form[1]}{form[3].strip()}" if form[3] else ""


def _shown(cell: Cell) -> str:
    if not cell.runs:
        return cell.text
    return "".join(f"{UP}{run.text}{DOWN}" if run.raised else run.text for run in cell.runs)


def _plain(shown: str) -> str:
    return " ".join(shown.replace(UP, "").replace(DOWN, "").split())


def _edges(shown: str, expected: Expected, rows: frozenset[int] = frozenset()) -> list[tuple[int, int, str]]:
    """(start, start of its text, marker) of each note, in order; rows: where the second and later rows begin."""
    candidates = [(m.start(), m.end(), m[2] or m[4], _style(m)) for m in _FORM.finditer(shown)]
    for hit in re.finditer(f"{UP}([^{UP}{DOWN}]+){DOWN}\\s*", shown):
        before, after = shown[max(0, hit.start() - 6) : hit.start()], shown[hit.end(1) + 1 : hit.end(1) + 4]
        markers = markers_of(hit[1], before, after)
        if len(markers) == 1:
            candidates.append((hit.start(), hit.end(), markers[0], RAISED))
    edges: list[tuple[int, int, str]] = []
    last = usual = ""
    for start, end, marker, style in sorted(candidates):
        raised = style == RAISED
        behind = _BEFORE.search(shown[max(0, start - 4) : start]) is not None
        explains = raised and (marker in expected.open or marker in expected.legend)
        alike = style == usual != ""
        if not last:
            good = marker in FIRST or marker in expected.used or (raised and start == 0)
        else:
            good = marker in successors(last) or explains or (start in rows and marker in expected.open)
            good = good or (behind and alike and marker in next_open(last, expected))
        # a reference ("see Section 7.1") ends without a stop, too
        sure = (bool(last) or marker in FIRST) and explains
        sure |= bool(last) and (raised or (marker in expected.open and (alike or shown[end:].lstrip()[:1].isupper())))
        if good and (behind or sure) and marker not in expected.known:
            edges.append((start, end, marker))
            last, usual = marker, usual or style
    return edges
