"""Footnote markers of cells: raised ones as printed, others guessed from the text where a note bears them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from soesift.document.raised import CIRCLED, split_raised
from soesift.document.scan_text import known_words
from soesift.join.fragment import Fragment
from soesift.join.stack import Joined
from soesift.result.models import Cell, Footnote
from soesift.schedule.cell_meaning import split_markers, words_in
from soesift.table.grid import without_markers

_MARK_TAIL = re.compile(r"([Xx✓✔√●•■◆○▪☑☒✗])\s?[\[(]?([a-z0-9*†‡§¶#](?:[,\s]*[a-z0-9*†‡§¶#])*)[\])]?")
_COLUMN_TAIL = re.compile(  # "Every 6 monthsf,g", "Follow-Upa", "29a": no such words exist; d, h, m, w, y are units
    r"(.*(?:weeks?|days?|months?|years?|visits?|cycles?|screening|baseline|follow[- ]?up|phase|period|treatment|study))"
    r"([a-rt-z](?:,\s?[a-z])*)|(.*\d)([a-ce-gi-ln-vxz](?:,[a-z])*)",
    re.IGNORECASE,
)
_TAIL = f"[*†‡§¶#‖∫Δ◊{CIRCLED}]{{1,6}}"
_SIGN_TAIL = re.compile(rf"(?<=\S)\s?({_TAIL}(?:(?:,\s?|\s){_TAIL}){{0,8}})(?=$|\s|[(\[:])")
ALWAYS = frozenset(f"†‡§¶‖{CIRCLED}")  # behind a word they call a note, whether or not it was found
# a sign behind a text; stops, brackets, dashes, arrows and what opens the items of lists are none
LAST_SIGN = re.compile(r"[\w)\]%✓✔●☒]\s?([^\w\s.,;:!?()\[\]{}'\"’”%°/+=<>≤≥±•▪●○■–—−→←↔⟶↑↓-])$")
SIGNED_TEXT = 12  # characters from a text's end within which its sign is sought, as a cell may hold a megabyte
_BRACKETED = re.compile(
    r"(?:\s?,?\s?\[(?:[a-z]{1,2}|\d{1,2})(?:,\s?(?:[a-z]{1,2}|\d{1,2}))*\])+"
)  # with a note, no guess
_INSIDE = re.compile(r"(?:(?<=\]),\s?)?(?P<see>\bsee\s+)?\[(?P<all>[a-z]{1,2}(?:,\s?[a-z]{1,2})*)\](?=$|[\s(),;])")
_UNIT_TAIL = re.compile(r"\d\s+[hdmswyg]$")  # "pre-dose, 2 h"
SHORT = 4  # letters of a word that may be an abbreviation with a letter of its own
LONGEST_POINT = 24  # characters of a header cell whose last letter may be a marker


FIGURES_BEHIND = re.compile(r"\b([^\W\d_]{3,})(\d{1,2})(?=$|[\s;,:()/])")
COUNTS = re.compile(  # "Visit3" has lost a space, not a marker
    r"(?:tele)?visits?|days?|weeks?|wks?|months?|years?|hours?|cycles?|periods?|parts?|phases?|arms?|groups?|cohorts?|steps?|"
    r"stages?|doses?|grades?|types?|version|appendix|section|table|figure|note",
    re.IGNORECASE,
)
_LONE_LETTER = re.compile(r"(?<=[^\W\d_]) (?:[b-z]|ª)(?= [(A-Z]|$)|(?<=\))[b-z](?=[\d\s]|$)")
_SEAM = re.compile(r"([^\W\d_]{2,}[a-zß-öø-ÿ])(\d)")  # a word with a figure that may be half of a raised number


@dataclass(frozen=True, slots=True)
class FigureSettings:
    """When figures of a picture are a note's marker though they were not read as such.

    near: marked names behind a cell among which the next one in order is sought (1 to 5: two misread in a row are
    rare).
    """

    near: int = 3


FIGURES = FigureSettings()


def without_raised(fragment: Fragment) -> Fragment:
    """The fragment with a grid that is free of raised markers; models judge it as printed, joining compares it so."""
    grid = without_markers(fragment.record.grid, fragment.cells)
    if grid is fragment.record.grid:
        return fragment
    return replace(fragment, record=fragment.record.model_copy(update={"grid": grid}))


def used_markers(joined: Joined) -> frozenset[str]:
    """Markers that are printed raised in the cells of a table."""
    return frozenset(marker for cell in joined.cells for marker in cell.markers)


def bracketed_markers(joined: Joined) -> frozenset[str]:
    """What stands in square brackets at the end of body cells, at the text's own size: "eGFR [1]". A line below the
    table that begins so is its note."""
    ends = (re.search(rf"(?<=\w){_BRACKETED.pattern}$", cell.text) for cell in joined.cells)
    return frozenset(marker for end in ends if end for marker in re.findall(r"\w+", end[0]))


def short_texts(joined: Joined, longest: int = 2) -> frozenset[str]:
    """Texts of a few characters in body cells: X, S, P, which a legend may explain."""
    body = joined.grid[joined.header_rows :]
    return frozenset(text for row in body for text in row[1:] if 0 < len(text) <= longest)


def read_markers(joined: Joined, notes: list[Footnote]) -> None:
    """Give the cells of a joined table their markers, and the grid their texts without them.

    Raised runs are read once more with the notes known ("12" is one marker or two). A marker of the text's own size
    ("Xa") is taken only where a note bears it and none of that name is printed raised in this table; it is a guess,
    unless it stands in square brackets.
    """
    _settle_rare_signs(joined, notes)
    known = frozenset(note.marker for note in notes if note.marker)
    raised: set[str] = set()
    for cell in joined.cells:
        if cell.runs:
            text, markers = split_raised([(run.text, run.raised) for run in cell.runs], known)
            _give(joined, cell, text, markers)
            raised.update(markers)
    open_ = known - raised
    words = words_in([text for row in joined.grid for text in row] + [note.text for note in notes])
    words |= bases_of(words) if any(map(str.isalpha, open_)) else frozenset()
    signs = frozenset(m for m in known if not any(map(str.isalnum, m.replace("Δ", ""))))  # behind a word, raised or not
    for cell in joined.cells:
        text, found = part_signs(cell.text, signs)
        if found:
            text = text.rstrip(" ,") if cell.runs else text  # a raised comma between them
            _give(joined, cell, text, [*cell.markers, *(m for m in found if m not in cell.markers)])
    for cell in joined.cells:
        if cell.text and not cell.markers and not cell.runs:
            guess = guess_column if cell.row < joined.header_rows else guess_markers
            text, markers = guess(cell.text, known, open_, words)
            if markers:
                cell.marker_guess = not _BRACKETED.fullmatch(cell.text.removeprefix(text))
                _give(joined, cell, text, markers)
    for cell in joined.cells:
        if cell.text and cell.row >= joined.header_rows:
            text, markers = within_brackets(cell.text, known)
            if markers:
                _give(joined, cell, text, list(dict.fromkeys([*cell.markers, *markers])))


def _settle_rare_signs(joined: Joined, notes: list[Footnote]) -> None:
    """Give notes their signs that few tables use (◆, √), in place, and the cells whose texts end in them.

    A note without a marker that begins with such a sign is its note, and so is what another note holds behind its
    first sentence from the sign on.
    """
    ends = [(cell, hit[1]) for cell in joined.cells if (hit := LAST_SIGN.search(cell.text[-SIGNED_TEXT:]))]
    for sign in sorted({sign for _, sign in ends} - {note.marker for note in notes}):
        first = re.compile(rf"{re.escape(sign)}\s?(?=[^\W\d_])")
        later = re.compile(rf"(?<=[.;:!?)])\s*{re.escape(sign)}\s?(?=[A-Z])")
        own = [(at, "", note.text[hit.end() :]) for at, note in enumerate(notes) if (hit := first.match(note.text))]
        found = [one for one in own if not notes[one[0]].marker]
        for at, note in enumerate(notes):
            if hit := later.search(note.text):
                found.append((at, note.text[: hit.start()], note.text[hit.end() :]))
        if len(found) != 1:
            continue
        at, before, text = found[0]
        notes[at : at + 1] = [
            *([notes[at].model_copy(update={"text": before})] if before else []),
            notes[at].model_copy(update={"marker": sign, "text": text}),
        ]
        for cell in (cell for cell, last in ends if last == sign and not cell.runs):
            _give(joined, cell, cell.text[:-1].rstrip(), [*cell.markers, sign])


def guess_markers(
    text: str, known: frozenset[str], open_: frozenset[str], words: frozenset[str]
) -> tuple[str, list[str]]:
    """Text and markers of a body cell. What stands right behind a mark is one, whether or not others are raised."""
    tail = _MARK_TAIL.fullmatch(text)
    if tail is not None:
        found = re.findall(r"[a-z0-9]+|[^\s,\w]+", tail[2])
        glued = text[1:2].strip() != ""
        if all(marker in known or (glued and marker.isalpha()) for marker in found):
            return tail[1], found
    if not open_ or _UNIT_TAIL.search(text):
        return text, []
    base, markers = split_markers(text, open_, words)
    return (base, markers) if markers else behind_time(text, open_, numbers=False)


def bases_of(words: frozenset[str]) -> frozenset[str]:
    """Words of English in front of the last letter of what is none: "blooda" is blood and a note's a, "signsb" is no
    word either."""
    known = known_words()
    return frozenset(word[:-1] for word in words if len(word) > SHORT and word not in known and word[:-1] in known)


def within_brackets(text: str, known: frozenset[str]) -> tuple[str, list[str]]:
    """Text and markers of a body cell with letters of notes in square brackets, at its end or before other words.

    "Chest CT [i] (Arm B)": nothing else is written so, and it is no guess, whether or not others are raised. What
    refers to a note ("see [c]") hangs on it and stays in the text.
    """
    found: list[str] = []

    def take(hit: re.Match[str]) -> str:
        letters = re.findall(r"[a-z]+", hit["all"])
        if not all(letter in known for letter in letters) or hit.end() <= 3 + len(hit["all"]):
            return hit.group()
        found.extend(letters)
        return hit.group() if hit["see"] else ""

    shown = _INSIDE.sub(take, text)
    return (" ".join(shown.split()) if shown != text else text), found


def part_signs(text: str, signs: frozenset[str]) -> tuple[str, list[str]]:
    """Text and markers of a cell with signs of notes (†, **) in print of its own size: behind a word, at the end or
    before a space or bracket. Nothing else is written so, and it is no guess: daggers and the like need no note of
    theirs, stars do."""
    found: list[str] = []

    def take(hit: re.Match[str]) -> str:
        parts = [run.group() for run in re.finditer(r"([^\s,])\1*", hit[1])]  # "*, **" is one and two, "*††" as well
        if not all(part in signs or part[0] in ALWAYS for part in parts) or (
            hit.group()[0].isspace() and hit.end() < len(text)
        ):
            return hit.group()
        found.extend(part for part in parts if part not in found)
        return ""

    return _SIGN_TAIL.sub(take, text).strip() if text else text, found


def guess_column(
    text: str, known: frozenset[str], open_: frozenset[str], words: frozenset[str]
) -> tuple[str, list[str]]:
    """Text and markers of a header cell; figures there count visits and days, and are never guessed to be markers."""
    letters = frozenset(marker for marker in open_ if not marker.isdecimal())
    base, markers = split_markers(text, letters, words) if letters else (text, [])
    return (base, markers) if markers or not letters else behind_time(text, letters)


def behind_time(text: str, letters: frozenset[str], *, numbers: bool = True) -> tuple[str, list[str]]:
    """Text and markers of a short text in which letters stand behind a word of time: "Every 6 weeksf".

    numbers: or behind a number, as in headers.
    """
    tail = _COLUMN_TAIL.fullmatch(text) if len(text) <= LONGEST_POINT else None
    if tail is not None and (numbers or tail[1]):
        base, ending = (tail[1], tail[2]) if tail[1] else (tail[3], tail[4])
        found = re.findall(r"[a-z]", ending)
        if found and ending.islower() and all(marker in letters for marker in found):
            return base, found
    return text, []


def settle_figures(notes: list[Footnote], joined: Joined, settings: FigureSettings = FIGURES) -> None:
    """Give cells of a picture the markers that OCR read in part, or as large as the word before them.

    "Axitinib2" with a raised 2 bears 22 where a note does; "Avelumab18" and "ICF6" bear what no other cell does; a lone
    4 between 23 and 26 is 24, if that hangs nowhere; so is b of "Pregnancy test b (9.4)". All of them are guesses.
    """
    _settle_letters(joined, {note.marker for note in notes if len(note.marker) == 1 and note.marker.islower()})
    known = {note.marker for note in notes if note.marker.isdecimal()}
    if not known:
        return
    for cell in joined.cells:
        _join_halves(joined, cell, known)
    open_ = known - used_markers(joined)
    behind = [(cell, hit) for cell in joined.cells for hit in FIGURES_BEHIND.finditer(cell.text)]
    several = {h[1] for _, h in behind for _, other in behind if other[1] == h[1] and other[2] != h[2]}
    for cell, hit in reversed(behind):
        half = bool(cell.markers) and hit.end() == len(cell.text)  # a figure goes on raised
        counted = hit[1] in several or COUNTS.fullmatch(hit[1]) is not None
        if hit[2] in open_ and not half and not counted and _in_turn(joined, cell, hit):
            text = cell.text[: hit.end(1)] + cell.text[hit.end() :]
            _guessed(joined, cell, text.rstrip(" ,"), [hit[2], *cell.markers])
    _settle_order(joined, known, settings)


def _settle_letters(joined: Joined, known: set[str]) -> None:
    """Letters by themselves behind a name or glued to its bracket, whose note hangs nowhere."""
    open_ = known - used_markers(joined)
    for cell in joined.cells:
        for hit in _LONE_LETTER.finditer(cell.text) if open_ and cell.column == 0 else ():
            letter = hit[0].strip().replace("ª", "a")
            if letter in open_:
                text = " ".join([*cell.text[: hit.start()].split(), *cell.text[hit.end() :].split()])
                _guessed(joined, cell, text, [*cell.markers, letter])
                break


def _guessed(joined: Joined, cell: Cell, text: str, markers: list[str]) -> None:
    _give(joined, cell, text, list(dict.fromkeys(markers)))
    cell.marker_guess = True


def _join_halves(joined: Joined, cell: Cell, known: set[str]) -> None:
    """The number whose first figure was read as part of the word: "Treatment2" before a raised 1."""
    for plain, up in zip(cell.runs, cell.runs[1:], strict=False):
        half = None if plain.raised or not up.raised else re.search(rf"{_SEAM.pattern}$", plain.text)
        if half is None or half[2] + up.text.strip() not in known or COUNTS.fullmatch(half[1]):
            continue
        whole, old = half[2] + up.text.strip(), up.text.strip()
        text = cell.text.replace(half.group(), half[1], 1)
        _guessed(joined, cell, text, [whole if marker == old else marker for marker in cell.markers] or [whole])


def _in_turn(joined: Joined, cell: Cell, hit: re.Match[str]) -> bool:
    """Whether figures behind capitals ("ICF6", or a name as "PHQ9") stand between the markers of the names around."""
    if hit[1][-1].islower():
        return True
    names = [(c.row, int(m)) for c in _marked_names(joined) for m in c.markers if c is not cell]
    before = max(((row, m) for row, m in names if row < cell.row), default=(0, 0))
    after = min(((row, m) for row, m in names if row > cell.row), default=(0, -1))
    return cell.column == 0 and before[1] <= int(hit[2]) <= after[1]


def _marked_names(joined: Joined) -> list[Cell]:
    """Names of activities that bear numbered markers alone, from the top."""
    names = [c for c in joined.cells if c.column == 0 and c.row >= joined.header_rows and c.markers]
    return sorted((c for c in names if all(map(str.isdecimal, c.markers))), key=lambda c: c.row)


def _settle_order(joined: Joined, known: set[str], settings: FigureSettings) -> None:
    """A marker out of turn of which a figure was lost, or that was read as two: "2, 5" between 24 and 26."""
    names = _marked_names(joined)
    open_ = known - used_markers(joined)
    for place in range(1, len(names)):
        cell, before = names[place], int(names[place - 1].markers[-1])
        behind = [int(c.markers[0]) for c in names[place + 1 : place + 1 + settings.near]]
        after = next((number for number in behind if number >= before), None)
        if after is None or any(before <= int(marker) <= after for marker in cell.markers):
            continue
        whole = "".join(cell.markers)
        lost = [m for m in open_ if before <= int(m) <= after and whole in m]
        if len(cell.markers) > 1 and before <= int(whole) <= after:
            lost = [whole]
        if len(lost) == 1:
            _guessed(joined, cell, cell.text, lost)
            open_ -= set(lost)


def _give(joined: Joined, cell: Cell, text: str, markers: list[str]) -> None:
    """Set text and markers of a cell, and the text in the positions of the grid that it covers."""
    if text != cell.text:
        for row in joined.grid[cell.row : cell.row + cell.row_span]:
            for column in range(cell.column, cell.column + cell.column_span):
                row[column] = text if row[column] == cell.text else row[column].replace(cell.text, text, 1)
    cell.text, cell.markers = text, markers
