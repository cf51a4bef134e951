"""Footnotes of a logical table: under its fragments and on the pages that follow.

What is a note is told by several witnesses: the form of a line's beginning, whether it is raised, which markers the
table's cells carry and are still open, which marker follows the last one (i was seen, j is expected), the print's size,
and what stands around it (headings, gaps, boxes that cover text). Where the cells show markers, a line that begins with
one that is neither used nor next in turn is part of the note before, or foreign.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from soesift.document.raised import DOWN, SIGNS, UP
from soesift.document.running_lines import normalise
from soesift.document.title_page import LONGEST_HEAD, has_schedule_title, is_head_of_notes
from soesift.join.fragment import is_continued
from soesift.join.note_series import (
    DEFAULT,
    ENDED,
    LOOSE,
    SECTION,
    Expected,
    NoteSettings,
    as_meant,
    candidate_of,
    is_raised,
    markers_of_lines,
    next_open,
    split_marker,
    successors,
)
from soesift.result.models import Footnote
from soesift.table.context import TextLine, is_heading

MOST_PAGES = DEFAULT.pages
_ROMAN = re.compile(r"[IVX]{1,5}\.\s+[A-Z]")  # a heading, too
_TITLE = re.compile(r"appendix\b", re.IGNORECASE)  # reprinted above notes on a page of their own
_OTHER = re.compile(r"(?:table|figure|appendix)\s+[\dA-Z]", re.IGNORECASE)  # what comes after the notes
_CAPTION = re.compile(r"(?:table|appendix)\s+\d(?:[.–-]?\d)*\s*[:.–-]?\s*(?-i:[A-Z])", re.IGNORECASE)  # printed again
_RUNNING = re.compile(r"\bpage\s+\d+(?:\s+of\s+\d+)?\s*$", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"^\W*(?:(?:see\s+)?(?:foot)?notes?\b.{0,40}\b(?:next|following|previous|last|preceding|subsequent|end)\b.{0,20}|"
    r"(?:table\s+)?continue[ds]?\b.{0,30}|.{0,30}\b(?:next|following)\s*page\W*)$",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_]{4,}")  # drawn with characters
_ABBREVIATIONS = re.compile(
    r"(?:list\s+of\s+)?abbreviations?\s*[:=–-]\s*\S|(?:[A-Z][\w/\-]{0,9}\s?[=:]\s?[^=;,]{4,60}[;,]\s*){2}",
    re.IGNORECASE,
)  # on the next page, and nothing else
_SENDS_ON = re.compile(r"\W*.{0,30}\bcontinue[ds]?\s+(?:on|at|overleaf)\b.{0,12}\bnext\s*page\W*", re.IGNORECASE)
_LEADER = re.compile(r"\.{5}|(?:\. ){4}")  # a table of contents
_NAMED = re.compile(r"^(?:abbreviations?|notes?|footnotes?|key|legend)\b", re.IGNORECASE)
_OPEN = re.compile(
    r"^(?:(?:abbreviations?|notes?|footnotes?|key|legend)\b|[(\[]?x[)\]]?\s*=|[(\[][x✓√●○■□△][)\]]\s|[A-Z]\s=\s|[\w/\-]{2,12}(?:\s*[=:]\s|=\S))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{4,}\W")  # of a sentence, unlike "hr:" or "ctDNA ="
_LEGEND = re.compile(r"(?<!\S)([A-Za-z]{1,2}|\d{1,2}|[*†‡§¶#]{1,3})\s?[=:]\s(?=\S)")
_RUN_ON = re.compile(
    rf"(?<=[.;,:)]\s)(?:[\[(]?([A-Za-z]{{1,2}}|\d{{1,2}}|[{SIGNS}]{{1,4}})(?:[\])]\s?|[.:=]\s)|([{SIGNS}]{{1,4}})\s?)(?=\S)"
)
_NUMBER_OF = re.compile(r"\b(?:table|figure|appendix|section|part)\s*$", re.IGNORECASE)  # "Table 1: ..." is no legend
_WITHIN = re.compile(f"[.;)\\]]\\s*{UP}[^{UP}]{{1,3}}{DOWN}\\s*[A-Z]")
_DAGGERS = frozenset("†‡§¶")
_BULLETS = frozenset("•◦▪●○■")  # of a list within a note


def read_footnotes(
    lines: list[TextLine],
    page: int | None,
    expected: Expected | None = None,
    before: Footnote | None = None,
    settings: NoteSettings = DEFAULT,
) -> list[Footnote]:
    """Footnotes from the lines under a table, to a heading or wide gap; unmarked lines continue the last.

    `before`: the last note of the page before, which the first lines may go on with; it is lengthened.
    """
    expected = expected or Expected()
    markers = markers_of_lines(lines, expected, before.marker if before else "", settings)
    notes: list[Footnote] = []
    last: TextLine | None = None
    edge: TextLine | None = None
    begun: TextLine | None = None
    size = 0.0
    bridged = False
    for place, line in enumerate(lines):
        text = line.text.strip()
        if line.covered:
            bridged, last = True, line if last is not None else None
            continue
        if (
            not text
            or _RUNNING.search(text)
            or _ELSEWHERE.match(text)
            or is_head_of_notes(text)
            or _RULE.fullmatch(text)
        ):
            continue
        marked = markers[place]
        if marked is not None and size and line.size > settings.larger * size and not is_raised(line):
            # signs of another font make a line of a note seem larger, but do not shorten it
            larger = is_heading(line) or not expected.follows(marked[0], notes[-1].marker if notes else "")
        else:
            larger = False
        if larger:
            break
        gap = 0.0 if last is None else line.top - last.bottom
        if marked is None and last is not None and _ends(line, gap, size, bridged, settings):
            break
        if last is None and marked is None and _stands_above(text, goes_on=before is not None):
            continue
        if last is None and marked is None and is_heading(line) and before is None:
            if SECTION.match(text) or (_ROMAN.match(text) and text.partition(".")[0] not in expected.used):
                break
            if _TITLE.match(text):
                continue
        if marked is None and notes and gap > settings.apart * line.size and _OTHER.match(text):
            break
        if not notes and marked is None:
            if before is not None:
                if _ends(line, 0.0, size, True, settings) or is_heading(line):
                    break
            elif not _is_unmarked_note(lines, place, markers, settings, used=bool(expected.used)):
                break
        if marked is not None:
            notes.append(Footnote(marker=marked[0], text=marked[1], page=page))
            edge = begun = line
            expected.known.update(marked[:1] if marked[0] else ())
        elif not notes and before is not None and expected.partial and ENDED.search(before.text):
            continue  # a running head: those of pictures are not known
        elif not notes and before is not None and not _OPEN.match(text):
            before.text = _continued(before.text, text)
        elif (
            not notes
            or (_opens(text, notes[-1]) and not _wraps(line, begun, notes[-1], settings))
            or (edge is not None and _set_apart(line, edge, gap, lines[place - 1], notes[-1], settings))
        ):
            notes.append(Footnote(marker="", text=text, page=page))
            begun = line
        else:
            notes[-1].text = _continued(notes[-1].text, text)
        last, bridged = line, False
        size = max(size, line.size) if size else line.size
        if line.shown and notes and UP in line.shown[1:]:
            _part_raised(notes, line.shown, expected)
        if len(notes) >= settings.most:
            break
    return notes


def _stands_above(text: str, *, goes_on: bool) -> bool:
    """Whether a first line is a title printed again over notes, which may go on from the page before."""
    again = is_continued(text) or _CAPTION.match(text) is not None
    return len(text) < 120 and (again or (goes_on and _reprinted(text)))


def _part_raised(notes: list[Footnote], shown: str, expected: Expected) -> None:
    """A note that begins in the middle of a line, behind the end of the one before: its marker is raised and next in
    turn."""
    for hit in re.finditer(f"{UP}([^{UP}]{{1,3}}){DOWN}\\s*", shown):
        note = notes[-1]
        after = shown[hit.end() :].replace(UP, "").replace(DOWN, "")
        marker = hit[1].strip()
        ends = ENDED.search(shown[: hit.start()].rstrip()) is not None
        turn = marker in (successors(note.marker) if note.marker else expected.open)
        if ends and turn and after.strip() and note.text.endswith(after.strip()):
            note.text = note.text[: -len(after.strip())].rstrip().removesuffix(marker).rstrip()
            notes.append(Footnote(marker=marker, text=after.strip(), page=note.page))
            expected.known.add(marker)


def _opens(text: str, note: Footnote) -> bool:
    """Whether an unmarked line opens a note of its own: "Note: ..." does, "ECG = ..." only behind a finished one."""
    if _NAMED.match(text):
        return True
    return _OPEN.match(text) is not None and note.text.rstrip()[-1:] not in ";,"


def _wraps(line: TextLine, begun: TextLine | None, note: Footnote, settings: NoteSettings) -> bool:
    """Whether a line that looks like the beginning of a note is the rest of the one before it: it hangs below an
    unfinished sentence, its word goes on with that sentence, or the line's end parted the term of an abbreviation from
    what it means ("PK = pharmacokinetics; TE" above "ADA = ...").

    begun: the line that opened the note before.
    """
    text = note.text.rstrip()
    if ENDED.search(text) is not None:
        return False
    hangs = begun is not None and line.left > begun.left + settings.indent
    sentence = bool(note.marker) and _WORD.match(line.text.strip()) is not None
    *listed, term = re.split(r"[;,]", text)
    cut = any("=" in item for item in listed) and "=" not in term and len(term.split()) <= settings.term
    return hangs or sentence or cut


def _set_apart(
    line: TextLine, edge: TextLine, gap: float, before: TextLine, note: Footnote, settings: NoteSettings
) -> bool:
    """Whether an unmarked line begins a paragraph of its own: below an ended note, where the marker of the last one
    stands, not where its text hangs, and a line's room below it or below a line that hangs."""
    outside = abs(line.left - edge.left) <= settings.indent
    hung = before.left - edge.left > settings.indent
    return (
        outside
        and (hung or gap > settings.paragraph * line.size)
        and ENDED.search(note.text) is not None
        and line.text.strip()[:1].isupper()
    )


def _continued(text: str, more: str) -> str:
    broken = text[-1:] == "-" and text[-2:-1].isalpha() and more[:1].isalpha()
    return f"{text}{more}" if broken or not text else f"{text} {more}"


def _ends(line: TextLine, gap: float, size: float, bridged: bool, settings: NoteSettings) -> bool:
    """Whether an unmarked line is beyond the notes: a heading, larger print, or far below."""
    if is_heading(line) and gap > settings.heading:
        return True
    if size and line.size > settings.larger * size:
        return True
    return gap > settings.far * max(line.size, 6.0) and not bridged


def split_legends(notes: list[Footnote], expected: Expected) -> list[Footnote]:
    """Notes parted where one line explains several markers of the cells: "A = first; B = second"."""
    parted: list[Footnote] = []
    for note in notes:
        found = [
            hit
            for hit in _LEGEND.finditer(note.text)
            if (hit[1] in expected.open or (hit[1] in expected.used and hit.start() == 0))
            and not _NUMBER_OF.search(note.text[: hit.start()])
        ]
        edges = [hit.start(1) for hit in found]
        if not found or (note.marker and len(found) == 1 and found[0].start(1) == 0):
            parted.append(note)
            continue
        if edges[0] > 0:
            parted.append(note.model_copy(update={"text": note.text[: edges[0]].rstrip(" ;,")}))
        for hit, end in zip(found, [*edges[1:], len(note.text)], strict=True):
            parted.append(Footnote(marker=hit[1], text=note.text[hit.end() : end].rstrip(" ;,"), page=note.page))
            expected.known.add(hit[1])
    return parted


def split_run_on(notes: list[Footnote], expected: Expected) -> list[Footnote]:
    """Notes parted that run on in one paragraph: "1) First; 2) Second". The next marker in turn, behind the end of a
    sentence or clause, is one that a cell carries and no note has explained. Behind a sign another one opens a note
    in any case: nothing else is written so but the sections of a law ("45 C.F.R. § 46")."""
    parted: list[Footnote] = []
    for note in notes:
        parted.append(note)
        for hit in _RUN_ON.finditer(note.text):
            last, marker = parted[-1], hit[1] or hit[2]
            sign = marker in _DAGGERS and last.marker and last.marker[0] in SIGNS and marker not in expected.known
            law = marker in "§¶" and note.text[hit.end()].isdigit()
            if (sign and not law) or marker in next_open(last.marker, expected):
                begun = last.text[: len(last.text) - len(note.text) + hit.start()].rstrip()
                parted[-1] = last.model_copy(update={"text": begun})
                parted.append(Footnote(marker=marker, text=note.text[hit.end() :], page=note.page))
                expected.known.add(marker)
    return parted


def _is_unmarked_note(
    lines: list[TextLine],
    place: int,
    markers: list[tuple[str, str] | None],
    settings: NoteSettings,
    *,
    used: bool = False,
) -> bool:
    """Whether the first line under a table is a note without a marker rather than prose that goes on."""
    text = lines[place].text.strip()
    if _OPEN.match(text) or _reprinted(text) or text[:1] in _BULLETS:
        return True
    largest = max(line.size for line in lines if not line.covered)
    if lines[place].size < settings.smaller * largest:
        return True
    following = range(place + 1, min(len(lines), place + settings.ahead))
    if any(markers[k] is not None or _OPEN.match(lines[k].text.strip()) is not None for k in following):
        return True
    runs_on = used and any(_holds_note(lines[k]) for k in range(place, following.stop))
    return runs_on or (used and _leads_to_note(lines, place, markers, settings))


def _holds_note(line: TextLine) -> bool:
    """Whether a note begins within a line, behind the end of a sentence: its marker is raised before a capital."""
    return _WITHIN.search(line.shown) is not None


def _leads_to_note(
    lines: list[TextLine], place: int, markers: list[tuple[str, str] | None], settings: NoteSettings
) -> bool:
    """Whether a marked note follows in one block of the same print, as below long lists of abbreviations."""
    for before, line, marked in zip(lines[place:], lines[place + 1 :], markers[place + 1 :], strict=False):
        gap, same = line.top - before.bottom, abs(line.size - before.size) <= settings.same * before.size
        if gap > line.size or not same or is_heading(line):
            return False
        if marked is not None:
            return True
    return False


def _reprinted(text: str) -> bool:
    """A title printed again, or a bare heading of notes."""
    return is_continued(text) or has_schedule_title(text) or _TITLE.match(text) is not None


def sends_on(text: str) -> bool:
    """Whether a text only tells the reader where to go on: "Table continued on next page"."""
    return _SENDS_ON.fullmatch(text) is not None


def _is_over_notes(text: str) -> bool:
    """Whether a line may stand over notes at the top of a page: a title printed again, a running line, "NOTES"."""
    again = _reprinted(text) or _CAPTION.match(text) is not None
    return again or _RUNNING.search(text) is not None or is_head_of_notes(text)


def below_head(lines: list[TextLine], heads: Collection[str] = ()) -> list[TextLine]:
    """The lines of a page without rows from its notes on: without titles printed again, running lines, "NOTES".

    heads: normalised lines that stand over the table, which may come again over its notes.
    """
    for place, line in enumerate(lines):
        text = line.text.strip()
        short = len(text) < LONGEST_HEAD and not is_raised(line)
        if text and not (short and (_is_over_notes(text) or normalise(text) in heads)):
            return lines[place:]
    return []


def markers_of_page(lines: list[TextLine], expected: Expected) -> list[tuple[int, str]]:
    """(place, marker) of each line that begins as a note does."""
    found = [(place, candidate_of(line, expected)) for place, line in enumerate(lines) if line.text.strip()]
    return [(place, candidate[0]) for place, candidate in found if candidate is not None]


def opens_note(line: TextLine) -> bool:
    """Whether a line begins as notes do: with a marker, or with an abbreviation that it explains."""
    text = line.text.strip()
    return is_raised(line) or split_marker(text) is not None or _OPEN.match(text) is not None


def looks_like_footnotes(lines: list[TextLine]) -> bool:
    """Whether a page begins with notes rather than prose: among its first lines, most open a note."""
    texts = [line.text.strip() for line in below_head(lines) if line.text.strip()]
    if not texts or texts[0].isupper() or sum(_LEADER.search(t) is not None for t in texts) >= 2:
        return False
    first = texts[:12]
    if _ABBREVIATIONS.match(first[0]):
        return True
    opening = sum(split_marker(t) is not None or _OPEN.match(t) is not None for t in first)
    return opening >= 2 and (split_marker(first[0]) is not None or _OPEN.match(first[0]) is not None or opening >= 4)


def goes_on(
    lines: list[TextLine], expected: Expected, last: Footnote, size: float, settings: NoteSettings = DEFAULT
) -> bool:
    """Whether the notes go on at the top of the next page: in the same print, before any heading, with the rest of an
    unfinished note, or with a note whose marker is used in a cell and still open, or is the next in turn.

    size: of the print of the notes so far.
    """
    lines = [line for line in lines if line.text.strip() and not line.covered and not _RUNNING.search(line.text)]
    unfinished = ENDED.search(last.text) is None
    for place, line in enumerate(lines):
        candidate = candidate_of(line, expected)
        loose = LOOSE.match(line.text.strip())
        marker = candidate[0] if candidate else loose[1] if loose and (place == 0 or expected.partial) else ""
        marker = as_meant(marker, last.marker, []) if expected.partial else marker
        if marker and (marker in expected.open or marker in successors(last.marker)):
            return is_same_print(line, size, settings)
        if (is_heading(line) and candidate is None) or not is_same_print(line, size, settings):
            if expected.partial and place < settings.head and not is_heading(line):
                continue  # what was read of a running head
            return False
        if place == 0 and unfinished and line.text.strip()[:1].islower():
            return True
        if place == 0 and (line.text.strip()[:1] in _BULLETS or last.text.rstrip().endswith(":")):
            return True
        if not unfinished and not expected.open:
            return False
    return False


def is_same_print(line: TextLine, size: float, settings: NoteSettings = DEFAULT) -> bool:
    return abs(line.size - size) <= settings.same * size
