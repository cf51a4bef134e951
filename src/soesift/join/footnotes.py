"""Footnotes of a logical table: under its fragments and on the pages that follow.

What is a note is told by several witnesses: the form of a line's beginning, whether it is raised, which markers the
table's cells carry and are still open, which marker follows the last one (i was seen, j is expected), the print's size,
and what stands around it (headings, gaps, boxes that cover text). Where the cells show markers, a line that begins with
one that is neither used nor next in turn is part of the note before, or foreign.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from soesift.document.note_forms import SIGNS, marker_of
from soesift.document.raised import UP, markers_of, runs_of
from soesift.document.titles import has_schedule_title, is_head_of_notes
from soesift.join.likeness import is_continued
from soesift.result.models import Footnote
from soesift.table.context import TextLine, is_heading


@dataclass(frozen=True, slots=True)
class NoteSettings:
    """Thresholds of reading notes. Sizes are of print, gaps between lines in multiples of it."""

    most: int = 120  # notes of a table; more are a list of something else. 60 to 300
    pages: int = 4  # pages after a fragment on which its notes may go on. 2 to 6
    smaller: float = 0.93  # of the largest print below a table: what is smaller is a note without a marker. .85 to .97
    ahead: int = 6  # lines under a table among which a marked note vouches for an unmarked first one. 3 to 10
    far: float = 3.5  # a wider gap ends the notes, unless a note that is expected follows. 2.5 to 5
    heading: float = 4.0  # points above a heading that ends the notes. 2 to 8
    apart: float = 0.5  # gap before a caption of something else. .3 to 1
    paragraph: float = 0.8  # gap below an ended note from which a line where markers stand is no part of it. .6 to 1.2
    larger: float = 1.15  # of the notes' print: what is larger is none. 1.1 to 1.3
    same: float = 0.08  # share by which print of the same size may differ. .03 to .12
    block: float = 0.25  # gap, beyond the usual one, that parts two notes set apart. .15 to .6
    indent: float = 3.0  # points by which lines of one block may differ at the left. 1 to 6
    tab: float = 1.2  # of the print: so far from its marker begins a text behind a tab. 1 to 2
    head: int = 3  # lines of a running head above the notes of a picture. 2 to 5
    skipped: int = 3  # steps in a series that a picture's reading may have lost between two notes. 1 to 5


DEFAULT = NoteSettings()
PICTURE = NoteSettings(larger=1.6, same=0.35)  # of a picture, a line's height depends on its letters
MOST_PAGES = DEFAULT.pages
_NOTE = re.compile(
    rf"""^(?:[{SIGNS}](?![{SIGNS}])|[^\w{SIGNS}])?(?:  # a stray sign or bullet, but not half of "**"
    [\[(]?(?P<closed>[a-z]{{1,2}}|(?<=[\[(])[a-z]\d{{1,2}}|\d{{1,2}}|[{SIGNS}]{{1,4}})(?:[\])]|[.:=](?=\s)|\s*=)\s*
    |(?P<sign>[{SIGNS}]{{1,4}})\s*                                                       # ** Only if
    |(?P<bare>([a-z])\4?|\d{{1,2}})\s+(?:[–—-]\s+)?(?=[A-Z"(≥≤<>])                      # b Only if; b – Only if
    )(?=\S)""",
    re.VERBOSE,
)
_TIGHT = re.compile(r"^([a-z]{1,2}|\d{1,2})(?=[A-Z≥≤<>])")  # as OCR joins a raised marker to a word: "aECG"
# what OCR reads for letters in a series of small ones: figures, and capitals of the same form
_TAKEN_FOR = {"1": "l", "I": "l", "|": "l", "0": "o", "9": "g", "5": "s"} | {c.upper(): c for c in "cijkmopsuvwxyz"}
_BARE = re.compile(r"(?:[a-z]{1,2}|\d{1,2})\s")  # a marker without a bracket or stop, or a word
_LONE = re.compile(r"[\[(]?([a-zA-Z]{1,2}[\])]?[.:]?|\d{1,2}[\]).:])")  # a marker whose line was read no further
_TAKEN_FOR_1 = {"l", "I", "|"}
_FIRST = frozenset({"a", "A", "1"})
_WORDS = {"in", "it", "at", "is", "so", "do", "no", "of", "up", "by", "us", "me", "on", "to", "be", "mg", "kg", "wk"}
_STUCK = re.compile(r"^([a-z]|\d{1,2})(?=[A-Z][a-z])")
_LOOSE = re.compile(
    rf"^[\[(]?([a-zA-Z]{{1,2}}|\d{{1,2}}|[{SIGNS}]{{1,4}})(?:[\])]|[.:=](?=\s)|\s*=|\s+[–—-](?=\s))?\s*(?=\S)"
)
_EXPLAINED = re.compile(rf"^([Xx✓√●•]){UP}([^{UP}]{{1,4}})\ufdd1\s*(?:[=:–-]|means)\s*\S")  # "X^a = if diabetic"
_SECTION = re.compile(r"\d+\.\d")  # right below a table: its notes are over
_ROMAN = re.compile(r"[IVX]{1,5}\.\s+[A-Z]")  # a heading, too
_TITLE = re.compile(r"appendix\b", re.IGNORECASE)  # reprinted above notes on a page of their own
_OTHER = re.compile(r"(?:table|figure|appendix)\s+[\dA-Z]", re.IGNORECASE)  # what comes after the notes
_CAPTION = re.compile(r"(?:table|appendix)\s+\d[\d.]*\s*[:.–-]?\s*(?-i:[A-Z])", re.IGNORECASE)  # printed again
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
    r"^(?:abbreviations?|notes?|footnotes?|key|legend|x\s*=|[A-Z]\s=\s|[\w/\-]{2,12}(?:\s*[=:]\s|=\S))",
    re.IGNORECASE,
)
_LEGEND = re.compile(r"(?<!\S)([A-Za-z]{1,2}|\d{1,2}|[*†‡§¶#]{1,3})\s?[=:]\s(?=\S)")
_RUN_ON = re.compile(
    rf"(?<=[.;,:)]\s)(?:[\[(]?([A-Za-z]{{1,2}}|\d{{1,2}}|[{SIGNS}]{{1,4}})(?:[\])]\s?|[.:=]\s)|([{SIGNS}]{{1,4}})\s?)(?=\S)"
)
_NUMBER_OF = re.compile(r"\b(?:table|figure|appendix|section|part)\s*$", re.IGNORECASE)  # "Table 1: ..." is no legend
_BULLETS = frozenset("•◦▪●○■")  # of a list within a note
_ENDED = re.compile(r"[.;:!?)\]\"”’]\s*$")


@dataclass(slots=True)
class Expected:
    """What the cells of a table tell of its notes. used: their markers; known: those of notes that were read; legend:
    short texts of cells (X, S), which a note in raised print may explain as well; partial: the cells were read from a
    picture, where small raised markers are missed and misread, so that a marker that none shows may well be used.
    """

    used: frozenset[str] = frozenset()
    known: set[str] = field(default_factory=set)
    legend: frozenset[str] = frozenset()
    partial: bool = False

    @property
    def open(self) -> frozenset[str]:
        """Markers of cells that no note has explained yet."""
        return self.used - self.known

    def follows(self, marker: str, last: str) -> bool:
        """Whether a marker may open the next note behind that of `last` ("": behind none)."""
        return marker in self.used or (bool(last) and marker in successors(last))


def successors(marker: str) -> tuple[str, ...]:
    """Markers that may follow in turn: 9 and 10, i and j, z and aa, * and **."""
    if marker.isdigit():
        return (str(int(marker) + 1),)
    if len(marker) == 1 and marker.isascii() and marker.isalpha():
        first = "a" if marker.islower() else "A"
        return (2 * first,) if marker in "zZ" else (chr(ord(marker) + 1),)
    if len(marker) == 2 and marker.isascii() and marker.isalpha():
        after = chr(ord(marker[1]) + 1) if marker[1] not in "zZ" else marker[1]
        return (2 * after, marker[0] + after)
    return (marker + marker[:1],) if marker and not marker.isalnum() else ()


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
    markers = _markers_of_lines(lines, expected, before.marker if before else "", settings)
    notes: list[Footnote] = []
    last: TextLine | None = None
    edge: TextLine | None = None
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
        if marked is not None and size and line.size > settings.larger * size and not _raised(line):
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
            if _SECTION.match(text) or (_ROMAN.match(text) and text.partition(".")[0] not in expected.used):
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
            edge = line
            expected.known.update(marked[:1] if marked[0] else ())
        elif not notes and before is not None and expected.partial and _ENDED.search(before.text):
            continue  # a running head: those of pictures are not known
        elif not notes and before is not None and not _OPEN.match(text):
            before.text = _continued(before.text, text)
        elif (
            not notes
            or _opens(text, notes[-1])
            or (edge is not None and _set_apart(line, edge, gap, notes[-1], settings))
        ):
            notes.append(Footnote(marker="", text=text, page=page))
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
    for hit in re.finditer(f"{UP}([^{UP}]{{1,3}})\ufdd1\\s*", shown):
        note = notes[-1]
        after = shown[hit.end() :].replace(UP, "").replace("\ufdd1", "")
        marker = hit[1].strip()
        ends = _ENDED.search(shown[: hit.start()].rstrip()) is not None
        if ends and marker in successors(note.marker) and after.strip() and note.text.endswith(after.strip()):
            note.text = note.text[: -len(after.strip())].rstrip().removesuffix(marker).rstrip()
            notes.append(Footnote(marker=marker, text=after.strip(), page=note.page))
            expected.known.add(marker)


def _opens(text: str, note: Footnote) -> bool:
    """Whether an unmarked line opens a note of its own: "Note: ..." does, "ECG = ..." only behind a finished one."""
    if _NAMED.match(text):
        return True
    return _OPEN.match(text) is not None and note.text.rstrip()[-1:] not in ";,"


def _set_apart(line: TextLine, edge: TextLine, gap: float, note: Footnote, settings: NoteSettings) -> bool:
    """Whether an unmarked line begins a paragraph of its own: a line's room below an ended note, where the marker of
    the last one stands, not where its text hangs."""
    outside = abs(line.left - edge.left) <= settings.indent
    return (
        outside
        and gap > settings.paragraph * line.size
        and _ENDED.search(note.text) is not None
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


def _markers_of_lines(
    lines: list[TextLine], expected: Expected, last: str, settings: NoteSettings
) -> list[tuple[str, str] | None]:
    """(marker, text) for each line that opens a note, None for the others."""
    found = [_candidate(line, expected) for line in lines]
    _drop_hung(found, lines, settings)
    if expected.partial:
        _keep_series(found, lines, expected, last, settings)
    elif expected.used:
        _drop_foreign(found, lines, expected, last)
    else:
        _drop_other_kind(found, lines, last)
    refused = frozenset(k for k, line in enumerate(lines) if found[k] is None and _candidate(line, expected))
    _find_loose(found, lines, expected, last, refused, settings)
    _lift_centred(found, lines, settings)
    if expected.partial:
        _part_unread(found, lines, settings)
    return found


def _drop_hung(found: list[tuple[str, str] | None], lines: list[TextLine], settings: NoteSettings) -> None:
    """Take back a bare letter or figure that is a word of the line before: it stands where the text of a note hangs,
    right of where markers stand ("a Day 1 visit", "3 months")."""
    edge: TextLine | None = None
    for place, candidate in enumerate(found):
        line = lines[place]
        if candidate is None:
            continue
        hangs = edge is not None and edge.indent > edge.left + settings.indent
        hangs = hangs and edge is not None and abs(line.left - edge.indent) <= settings.indent
        if hangs and not _raised(line) and _BARE.match(line.text.strip()) and not _tabbed(line, settings):
            found[place] = None
        else:
            edge = line


def _tabbed(line: TextLine, settings: NoteSettings) -> bool:
    """Whether the text of a line begins behind a tab after its marker."""
    return line.indent - line.left > settings.tab * line.size


def _part_unread(found: list[tuple[str, str] | None], lines: list[TextLine], settings: NoteSettings) -> None:
    """Notes of a picture whose marker was not read at all, parted from the note before; they stay without a marker.

    Only where the series lacks as many markers as sentences begin on hung lines behind ended ones.
    """
    opening = [place for place, candidate in enumerate(found) if candidate is not None]
    for first, after in pairwise(opening):
        one, other = found[first], found[after]
        lacking = 0 if one is None or other is None else _lacking(one[0], other[0], settings)
        starts = [k for k in range(first + 1, after) if _may_open(lines[k], lines[k - 1], lines[first], settings)]
        if lacking and lacking == len(starts):
            for place in starts:
                found[place] = ("", lines[place].text.strip())


def _lacking(one: str, other: str, settings: NoteSettings) -> int:
    """How many markers of a series lie between two of them; 0 if none does, or they belong to no series."""
    for steps in range(settings.skipped + 1):
        if other in _within(one, steps):
            return steps
    return 0


def _may_open(line: TextLine, before: TextLine, edge: TextLine, settings: NoteSettings) -> bool:
    """Whether a sentence begins with a line, where the text of the note that begins with `edge` hangs."""
    hung = edge.indent > edge.left + settings.indent and abs(line.left - edge.indent) <= settings.indent
    return hung and line.text.strip()[:1].isupper() and _ENDED.search(before.text) is not None


def _candidate(line: TextLine, expected: Expected) -> tuple[str, str] | None:
    """(marker, text) of a line that looks like the beginning of a note."""
    text = line.text.strip()
    if line.shown:
        explained = _EXPLAINED.match(line.shown)
        if explained is not None:
            return explained[2].strip(), text
        runs = runs_of(line.shown)
        if runs and runs[0][1]:
            markers = markers_of(runs[0][0], "", "")
            rest = "".join(piece for piece, _ in runs[1:]).strip()
            if len(markers) == 1 and len(rest) >= 3:
                return markers[0], rest.lstrip("=:").strip() or rest
    return split_marker(text) or marker_of(text, expected.used)


def _drop_foreign(found: list[tuple[str, str] | None], lines: list[TextLine], expected: Expected, last: str) -> None:
    """Take back candidates that are neither used in cells nor next in turn, and items of a list within a note."""
    alone = Counter(candidate[0] for candidate in found if candidate)  # † and its like; a star twice is a bullet
    for place, candidate in enumerate(found):
        if candidate is None:
            continue
        marker = candidate[0]
        sign = not marker[0].isalnum()
        good = expected.follows(marker, last) or _raised(lines[place]) or (sign and (not last or alone[marker] == 1))
        good = good or (not last and any(after in expected.used for after in successors(marker)))
        if good and last and marker not in successors(last) and not _raised(lines[place]):
            good = not _comes_later(found[place + 1 :], last, marker, expected)
        if good or _EXPLAINED.match(lines[place].shown or ""):
            last = marker
        else:
            found[place] = None


def _drop_other_kind(found: list[tuple[str, str] | None], lines: list[TextLine], last: str) -> None:
    """Where the cells tell nothing: figures do not number notes among letters, but lists within them, and sections."""
    for place, candidate in enumerate(found):
        if candidate is None:
            continue
        marker = candidate[0]
        if last and last.isalpha() and marker.isdigit() and not _raised(lines[place]):
            found[place] = None
        else:
            last = marker


def _keep_series(
    found: list[tuple[str, str] | None], lines: list[TextLine], expected: Expected, last: str, settings: NoteSettings
) -> None:
    """Where the cells were read from a picture: the notes vouch for one another by their turn.

    Used markers help and their lack says nothing. What steps out of the series that goes on below is a list within a
    note, or foreign.
    """
    for place, candidate in enumerate(found):
        if candidate is None:
            continue
        later = [other[0] for other in found[place + 1 :] if other is not None]
        marker = _as_meant(candidate[0], last, later)
        if marker.isupper() and last.islower() and marker.lower() in _within(last, settings.skipped):
            marker = marker.lower()
        if _raised(lines[place]) or _in_series(marker, last, later, expected, settings):
            found[place] = (marker, candidate[1])
            last = marker
        else:
            found[place] = None


def _as_meant(marker: str, last: str, later: list[str]) -> str:
    """The marker that OCR took for another: "1" between k and m is l, "l" above 2 is 1."""
    if not last and marker in _TAKEN_FOR_1 and "2" in later:
        return "1"
    meant = _TAKEN_FOR.get(marker, "")
    return meant if last.islower() and meant in successors(last) else marker


def _in_series(marker: str, last: str, later: list[str], expected: Expected, settings: NoteSettings) -> bool:
    """Whether a marker may open the next note, to judge by the last one and by those on later lines."""
    if not marker[0].isalnum():
        return True
    goes_on_below = len(_within(marker, settings.skipped).intersection(later)) >= 2
    if not last or not last[0].isalnum():
        begins = marker in _FIRST or marker in expected.used or goes_on_below
        return begins or any(after in later for after in successors(marker))
    if marker in successors(last):
        return True
    if any(after in later for after in successors(last)):
        return False
    if marker.isdigit() != last.isdigit():
        return (last.isdigit() and goes_on_below) or marker in expected.open
    return _beyond(marker, last) and (marker in expected.used or marker in _within(last, settings.skipped))


def _within(last: str, steps: int) -> set[str]:
    """Markers up to so many steps behind the next in turn."""
    found: set[str] = set()
    now = {last}
    for _ in range(steps + 1):
        now = {after for marker in now for after in successors(marker)}
        found |= now
    return found


def _comes_later(rest: Iterable[tuple[str, str] | None], last: str, marker: str, expected: Expected) -> bool:
    """Whether the marker next in turn opens a later line, so that `marker` counts items within the note of `last`:
    "i" and "ii" between c and d."""
    later = [candidate[0] for candidate in rest if candidate is not None]
    return any(s in later and (s in expected.used or not expected.used) for s in successors(last)) and _beyond(
        marker, last
    )


def _beyond(marker: str, last: str) -> bool:
    """Whether `marker` comes more than one step after `last` in the same alphabet."""
    if marker.isdigit() and last.isdigit():
        return int(marker) > int(last) + 1
    if marker.isalpha() and last.isalpha():
        return (len(marker), marker) > (len(last), last)
    return False


def comes_after(marker: str, last: str) -> bool:
    """Whether `marker` comes later in the same alphabet than `last`; any sign may follow any other."""
    signs = not (marker.isalnum() or last.isalnum())
    return signs or marker in successors(last) or _beyond(marker, last)


def _find_loose(
    found: list[tuple[str, str] | None],
    lines: list[TextLine],
    expected: Expected,
    last: str,
    refused: frozenset[int],
    settings: NoteSettings,
) -> None:
    """Notes whose marker stands bare before a figure or a small letter, where just this marker is expected."""
    ended = True
    edge: TextLine | None = None
    for place, line in enumerate(lines):
        text = line.text.strip()
        candidate = found[place]
        edge = line if candidate is not None else edge
        if candidate is not None:
            last = candidate[0]
        elif expected.partial and last and (lone := _LONE.fullmatch(text)) is not None:
            marker = _as_meant(lone[1].rstrip("]).:"), last, [])
            if marker in successors(last):
                after = lines[place + 1].text.strip() if place + 1 < len(lines) else ""
                if after and found[place + 1] is None and _next_in_turn(after, marker) is None:
                    found[place] = (marker, "")
                last, edge, text = marker, line, ""
        elif expected.partial and place not in refused and (next_note := _next_in_turn(text, last)):
            closed = edge is None and text[1:3].strip()[:1] in (".", ")")  # below a running head
            if ended or closed or _juts_out(line, lines[place - 1], edge, settings):
                found[place] = next_note
                last, edge = next_note[0], line
        elif expected.partial and (note := _of_odd_sign(line, edge, last, found[place + 1 :], settings)) is not None:
            found[place] = note
            last, edge = note[0], line
        elif place not in refused and (match := _loose(text)) is not None and len(text) - match.end() >= 3:
            marker = match[1]
            next_ = bool(last) and marker in successors(last)
            open_ = marker in expected.open
            closed_by = text[match.end(1) : match.end(1) + 1]
            tabbed = line.indent - line.left > settings.tab * line.size
            ended = ended or (tabbed and edge is not None and _stand_alike(line, edge, settings))
            sure = _raised(line) or (ended and (closed_by in (".", ")", ":", "]") or tabbed))
            figure = marker.isdigit() and text[match.end() :][:1].isdigit()
            ended = ended or (place > 0 and _juts_out(line, lines[place - 1], edge, settings))
            if (next_ and (figure or open_) and (ended or figure)) or (open_ and sure):
                found[place] = (marker, text[match.end() :].strip())
                last, edge = marker, line
        ended = not text or _ENDED.search(text) is not None or is_head_of_notes(text)


def _loose(text: str) -> re.Match[str] | None:
    """How a line may begin with a marker, of whatever form; the number of a section is none, nor the beginning of a
    word."""
    match = None if _SECTION.match(text) else _LOOSE.match(text)
    within = match is not None and text[match.end(1) - 1 : match.end(1) + 1].isalpha() and text[match.end(1)].islower()
    return None if within else match


def _next_in_turn(text: str, last: str) -> tuple[str, str] | None:
    """(marker, text) of a line of a picture that begins with the marker next in turn: joined to the first word, before
    a small letter, or read as a capital."""
    match = _TIGHT.match(text) or _LOOSE.match(text)
    if match is None or not last or len(text) - match.end() < 3:
        return None
    marker = _as_meant(match[1], last, [])
    apart = match.re is _TIGHT or not text[match.end(1)].isalnum()
    return (marker, text[match.end() :].strip()) if apart and marker in successors(last) else None


def _of_odd_sign(
    line: TextLine,
    edge: TextLine | None,
    last: str,
    rest: list[tuple[str, str] | None],
    settings: NoteSettings,
) -> tuple[str, str] | None:
    """(marker, text) of a line whose marker was misread: a sign where markers stand, its text where theirs hang, and
    just one marker of the series is left for it."""
    sign, _, text = line.text.strip().partition(" ")
    if edge is None or len(sign) > 2 or len(text) < 3 or edge.indent <= edge.left + settings.indent:
        return None
    if not _stand_alike(line, edge, settings):
        return None
    later = {candidate[0] for candidate in rest if candidate is not None}
    left = [m for m in successors(last) if m not in later and later.intersection(successors(m))] if last else []
    return (left[0], text) if len(left) == 1 else None


def _stand_alike(line: TextLine, edge: TextLine, settings: NoteSettings) -> bool:
    """Whether two lines begin at one place, and their second words at another."""
    return max(abs(line.left - edge.left), abs(line.indent - edge.indent)) <= settings.indent


def _juts_out(line: TextLine, before: TextLine, edge: TextLine | None, settings: NoteSettings) -> bool:
    """Whether a line begins at the left edge of the last note, and the line before it, hung, to the right of that."""
    return edge is not None and abs(line.left - edge.left) <= settings.indent < before.left - edge.left


def _lift_centred(found: list[tuple[str, str] | None], lines: list[TextLine], settings: NoteSettings) -> None:
    """A marker centred beside the lines of its note opens the first of them.

    Lines form a block that wider gaps part; its only marker stands left of the others, which all begin where its own
    text does.
    """
    for block in _blocks(lines, settings):
        opening = [place for place in block if found[place] is not None]
        if len(opening) != 1 or opening[0] == block[0] or abs(2 * (opening[0] - block[0]) - len(block) + 1) > 1:
            continue
        at = opening[0]
        indent = lines[at].indent
        hang = [abs(lines[k].left - indent) <= settings.indent for k in block if k != at]
        candidate = found[at]
        if candidate is not None and indent > lines[at].left + settings.indent and all(hang):
            found[block[0]] = (candidate[0], lines[block[0]].text.strip())
            found[at] = None
            lines[at].text = candidate[1]


def _blocks(lines: list[TextLine], settings: NoteSettings) -> list[list[int]]:
    """Indices of three or more lines between gaps that are wider than the usual one by a share of the print."""
    gaps = [b.top - a.bottom for a, b in pairwise(lines)]
    if not gaps:
        return []
    usual = sorted(gaps)[len(gaps) // 3]
    blocks = [[0]]
    for place, gap in enumerate(gaps, 1):
        if gap > usual + settings.block * lines[place].size:
            blocks.append([])
        blocks[-1].append(place)
    return [block for block in blocks if len(block) > 2]


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
    sentence or clause, is one that a cell carries and no note has explained."""
    parted: list[Footnote] = []
    for note in notes:
        parted.append(note)
        for hit in _RUN_ON.finditer(note.text):
            last, marker = parted[-1], hit[1] or hit[2]
            if marker in successors(last.marker) and marker in expected.open:
                begun = last.text[: len(last.text) - len(note.text) + hit.start()].rstrip()
                parted[-1] = last.model_copy(update={"text": begun})
                parted.append(Footnote(marker=marker, text=note.text[hit.end() :], page=note.page))
                expected.known.add(marker)
    return parted


def _raised(line: TextLine) -> bool:
    """Whether a line begins with raised print."""
    return line.shown.startswith(UP)


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
    if _OPEN.match(text) or _reprinted(text):
        return True
    largest = max(line.size for line in lines)
    if lines[place].size < settings.smaller * largest:
        return True
    following = range(place + 1, min(len(lines), place + settings.ahead))
    if any(markers[k] is not None or _OPEN.match(lines[k].text.strip()) is not None for k in following):
        return True
    return used and _leads_to_note(lines, place, markers, settings)


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


def split_marker(text: str) -> tuple[str, str] | None:
    """("a", "Only if ...") of a line that begins with a footnote marker."""
    match = _STUCK.match(text) or _NOTE.match(text)
    if match is None or len(text) - match.end() < 3:
        return None
    marker = next(found for found in match.groups() if found)
    rest = text[match.end() :]
    if match.lastgroup == "sign" and rest[1:2] == " " and rest[0] in "–—-/:=":  # "* – Only if"
        rest = rest[1:]
    if marker.isdigit() and rest.isupper() and sum(map(str.isalpha, rest)) >= 5:  # a section's heading
        return None
    if marker in _WORDS and text.startswith(f"{marker}."):  # a sentence ends at the start of a line
        return None
    return marker, rest.strip()


def sends_on(text: str) -> bool:
    """Whether a text only tells the reader where to go on: "Table continued on next page"."""
    return _SENDS_ON.fullmatch(text) is not None


def _is_over_notes(text: str) -> bool:
    """Whether a line may stand over notes at the top of a page: a title printed again, a running line, "NOTES"."""
    return _reprinted(text) or _RUNNING.search(text) is not None or is_head_of_notes(text)


def markers_of_page(lines: list[TextLine], expected: Expected) -> list[tuple[int, str]]:
    """(place, marker) of each line that begins as a note does."""
    found = [(place, _candidate(line, expected)) for place, line in enumerate(lines) if line.text.strip()]
    return [(place, candidate[0]) for place, candidate in found if candidate is not None]


def opens_note(line: TextLine) -> bool:
    """Whether a line begins as notes do: with a marker, or with an abbreviation that it explains."""
    text = line.text.strip()
    return _raised(line) or split_marker(text) is not None or _OPEN.match(text) is not None


def looks_like_footnotes(lines: list[TextLine]) -> bool:
    """Whether a page begins with notes rather than prose: among its first lines, most open a note."""
    texts = [line.text.strip() for line in lines if line.text.strip()]
    while texts and len(texts[0]) < 90 and _is_over_notes(texts[0]):
        texts.pop(0)
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
    unfinished = _ENDED.search(last.text) is None
    for place, line in enumerate(lines):
        candidate = _candidate(line, expected)
        loose = _LOOSE.match(line.text.strip())
        marker = candidate[0] if candidate else loose[1] if loose and (place == 0 or expected.partial) else ""
        marker = _as_meant(marker, last.marker, []) if expected.partial else marker
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
