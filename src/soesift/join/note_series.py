"""Which lines open a note of a table: the form of a line's beginning, and the series that the markers make.

What the cells carry, what is next in turn, what is raised, and how lines hang vouch for a marker; of pictures, whose
small signs are misread, the series itself does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from soesift.document.raised import CIRCLED, DOWN, SIGNS, UP, marker_of, markers_of, runs_of
from soesift.document.title_page import is_head_of_notes
from soesift.table.context import TextLine


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
    term: int = 2  # words of an abbreviation, which may stand on the line before what it means. 1 to 3
    head: int = 3  # lines of a running head above the notes of a picture. 2 to 5
    skipped: int = 3  # steps in a series that a picture's reading may have lost between two notes. 1 to 5


DEFAULT = NoteSettings()
PICTURE = NoteSettings(larger=1.6, same=0.35)  # of a picture, a line's height depends on its letters
_NOTE = re.compile(
    rf"""^(?:(?!\*\d)[{SIGNS}](?![{SIGNS}])|[^\w{SIGNS}])?(?:  # a stray sign or bullet, but not half of "**"
    [\[(]?(?P<closed>\*\d{{1,2}}|[a-z]{{1,2}}|(?<=[\[(])[a-z]\d{{1,2}}|\d{{1,2}}|[{SIGNS}]{{1,4}})(?:[\])]|[.:=](?=\s)|\s*=)\s*(?:[–—]\s+)?
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
_NAMED = re.compile(r"^(?:foot)?note\s+([a-z]|\d{1,2})\s?[:.)]\s*(?=\S)", re.IGNORECASE)  # Note 1: Only if
_STUCK = re.compile(r"^([a-z]|\d{1,2})(?=[A-Z][a-z])")
LOOSE = re.compile(
    rf"^[\[(]?([a-zA-Z]{{1,2}}|\d{{1,2}}|[{SIGNS}]{{1,4}})(?:[\])]|[.:=](?=\s)|\s*=|\s+[–—-](?=\s))?\s*(?=\S)"
)
_EXPLAINED = re.compile(rf"^([Xx✓√●•]){UP}([^{UP}]{{1,4}}){DOWN}\s*(?:[=:–-]|means)\s*\S")  # "X^a = if diabetic"
SECTION = re.compile(r"\d+\.\d")  # right below a table: its notes are over
ENDED = re.compile(r"[.;:!?)\]\"”’]\s*$")


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
    """Markers that may follow in turn: 9 and 10, i and j, z and aa, * and **, *1 and *2, ① and ②."""
    if marker.isdecimal():
        return (str(int(marker) + 1),)
    if len(marker) == 1 and marker in CIRCLED:
        return () if marker == CIRCLED[-1] else (chr(ord(marker) + 1),)
    if marker.startswith("*") and marker[1:].isdecimal():
        return (f"*{int(marker[1:]) + 1}",)
    if len(marker) == 1 and marker.isascii() and marker.isalpha():
        first = "a" if marker.islower() else "A"
        return (2 * first,) if marker in "zZ" else (chr(ord(marker) + 1),)
    if len(marker) == 2 and marker.isascii() and marker.isalpha():
        after = chr(ord(marker[1]) + 1) if marker[1] not in "zZ" else marker[1]
        return (2 * after, marker[0] + after)
    return (marker + marker[:1],) if marker and not marker.isalnum() else ()


def next_open(last: str, expected: Expected) -> frozenset[str]:
    """Markers of cells that may come behind the note of `last`: the next in turn, or the first of its alphabet that no
    note has explained, where a list leaves some out ("4)" and then "7)").
    """
    alike = (one for one in expected.open if last.isalnum() and one.isupper() == last.isupper())
    later = sorted((one for one in alike if comes_after(one, last)), key=lambda one: (len(one), one))
    return expected.open & {*successors(last), *later[:1]}


def markers_of_lines(
    lines: list[TextLine], expected: Expected, last: str, settings: NoteSettings
) -> list[tuple[str, str] | None]:
    """(marker, text) for each line that opens a note, None for the others."""
    found = [candidate_of(line, expected) for line in lines]
    _drop_hung(found, lines, settings)
    if expected.partial:
        _keep_series(found, lines, expected, last, settings)
    elif expected.used:
        _drop_foreign(found, lines, expected, last)
    else:
        _drop_other_kind(found, lines, last)
    refused = frozenset(k for k, line in enumerate(lines) if found[k] is None and candidate_of(line, expected))
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
        if hangs and not is_raised(line) and _BARE.match(line.text.strip()) and not _tabbed(line, settings):
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
    return hung and line.text.strip()[:1].isupper() and ENDED.search(before.text) is not None


def candidate_of(line: TextLine, expected: Expected) -> tuple[str, str] | None:
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
        good = expected.follows(marker, last) or is_raised(lines[place]) or (sign and (not last or alone[marker] == 1))
        good = good or (not last and any(after in expected.used for after in successors(marker)))
        if good and last and marker not in successors(last) and not is_raised(lines[place]):
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
        if last and last.isalpha() and marker.isdecimal() and not is_raised(lines[place]):
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
        marker = as_meant(candidate[0], last, later)
        if marker.isupper() and last.islower() and marker.lower() in _within(last, settings.skipped):
            marker = marker.lower()
        if is_raised(lines[place]) or _in_series(marker, last, later, expected, settings):
            found[place] = (marker, candidate[1])
            last = marker
        else:
            found[place] = None


def as_meant(marker: str, last: str, later: list[str]) -> str:
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
    if marker.isdecimal() != last.isdecimal():
        return (last.isdecimal() and goes_on_below) or marker in expected.open
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
    if marker.isdecimal() and last.isdecimal():
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
            marker = as_meant(lone[1].rstrip("]).:"), last, [])
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
            sure = is_raised(line) or (ended and (closed_by in (".", ")", ":", "]") or tabbed))
            figure = marker.isdecimal() and text[match.end() :][:1].isdecimal()
            ended = ended or (place > 0 and _juts_out(line, lines[place - 1], edge, settings))
            if (next_ and (figure or open_) and (ended or figure)) or (open_ and sure):
                found[place] = (marker, text[match.end() :].strip())
                last, edge = marker, line
        ended = not text or ENDED.search(text) is not None or is_head_of_notes(text)


def _loose(text: str) -> re.Match[str] | None:
    """How a line may begin with a marker, of whatever form; the number of a section is none, nor the beginning of a
    word."""
    match = None if SECTION.match(text) else LOOSE.match(text)
    within = match is not None and text[match.end(1) - 1 : match.end(1) + 1].isalpha() and text[match.end(1)].islower()
    return None if within else match


def _next_in_turn(text: str, last: str) -> tuple[str, str] | None:
    """(marker, text) of a line of a picture that begins with the marker next in turn: joined to the first word, before
    a small letter, or read as a capital."""
    match = _TIGHT.match(text) or LOOSE.match(text)
    if match is None or not last or len(text) - match.end() < 3:
        return None
    marker = as_meant(match[1], last, [])
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


def is_raised(line: TextLine) -> bool:
    """Whether a line begins with raised print."""
    return line.shown.startswith(UP)


def split_marker(text: str) -> tuple[str, str] | None:
    """("a", "Only if ...") of a line that begins with a footnote marker."""
    match = _STUCK.match(text) or _NAMED.match(text) or _NOTE.match(text)
    if match is None or len(text) - match.end() < 3:
        return None
    marker = next(found for found in match.groups() if found)
    rest = text[match.end() :]
    if match.lastgroup == "sign" and rest[1:2] == " " and rest[0] in "–—-/:=":  # "* – Only if"
        rest = rest[1:]
    if marker.isdecimal() and rest.isupper() and sum(map(str.isalpha, rest)) >= 5:  # a section's heading
        return None
    if marker in _WORDS and text.startswith(f"{marker}."):  # a sentence ends at the start of a line
        return None
    return marker, rest.strip()
