"""Title, type and population track of a logical table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from soesift.document.title_page import has_schedule_title
from soesift.join.fragment import Fragment, is_continued, letters
from soesift.result.models import TableType
from soesift.table.context import TextLine, is_note, is_tail, is_title_like

_TRACK = re.compile(
    r"""\b(?:follow-?\s?up|extension|open-?label|cross-?over|sub-?stud\w+|(?:cohort|arm|part|group|stage|period)\s+(?:[a-e]|\d+|i{1,3}v?)|cohorts?|arms?|parts?|phase\s*(?:1|2|3|i{1,3})b?|
    period\s*\d|stage\s*\d|long-?term|maintenance|induction|run-?in|re-?treatment|country|japan\w*|china|
    germany|france|adult\w*|adolescent\w*|pediatric|paediatric|monotherapy|combination|cohort\s*\w+|group\s*\w+|
    early\s+(?:termination|discontinuation)|post-?treatment|home)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE_PART = re.compile(r"(?:cohort|arm|part|group)s?", re.IGNORECASE)
_NAME_BEFORE = re.compile(
    r"\b(?!(?:Study|Trial|Treatment|Each|All|Both|The|For|Of|And|Table|Schedule)\b)([A-Z][\w-]{2,})\s+$"
)
_POPULATION = re.compile(
    r"\b(?:participants?|patients?|subjects?|wom[ae]n|m[ae]n|children|infants|volunteers)\s+"
    r"(?:with(?:out)?|who|whose|in|on|of|receiving|taking|treated|randomi[sz]ed|assigned|enrolled|under|over|aged|not|[<>≥≤])\b"
    r"[^,;:()\[\]–—]{2,60}",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:time-?lines?|schedules?|flow|calendar|visits?|assessments?|procedures?|activities|events|evaluations?|plan)\b",
    re.IGNORECASE,
)
_CONTINUED = re.compile(
    r"\(?\b(?:cont(?:inued|['’]?d|inuation|\.)?|concluded)(?![a-z])\.?(?:\s+from\s+(?:the\s+)?previous\s+page)?\)?",
    re.IGNORECASE,
)
_MAIN = re.compile(r"\bmain\s+(?:study|trial|schedule|protocol|phase)\b", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\b(?:laborator\w+|clinical\s+lab\w*|questionnaires?|imaging|safety\s+lab\w*|patient-?reported)\b",
    re.IGNORECASE,
)

_SAMPLE = re.compile(
    r"""\b(?:pharmacokinetic\w*|pharmacodynamic\w*|pk|pd|sampl\w+|biomarkers?|blood\s+(?:draw|collection)s?|plasma|serum|
    immunogenicity|ada|urine\s+collection|ecg\s+(?:collection|schedule|time\w*)|collection)\b""",
    re.VERBOSE | re.IGNORECASE,
)
GENERAL = 3  # kinds of such activities that no sampling grid has
# activities that a main schedule has and a sampling grid has not
_GENERAL = re.compile(
    r"""\b(?:informed\s+consent|physical\s+exam\w*|vital\s+signs?|adverse\s+events?|concomitant|medical\s+history|
    demograph\w*|eligibility|inclusion|randomi[sz]\w+|weight|questionnaires?|contraception|compliance|dispens\w+|diary|
    s?aes?)[a-z]?\b""",  # a footnote's letter may stand at the end
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamingSettings:
    """Thresholds of naming and typing tables."""

    title_length: int = 120  # characters; longer lines above a table are prose. 80 to 160
    large: float = 14.5  # points from ascent to descent: larger than running text of 12 points. 14 to 16
    peer: float = 0.75  # of the main table's rows: another as large may be its peer, for another population. .6 to .9


DEFAULT = NamingSettings()


def title_of(group: list[Fragment]) -> tuple[str, str]:
    """(title, source) of a logical table; source is caption, heading, first_row or none."""
    for fragment in group:
        if fragment.record.caption and not is_continued(fragment.record.caption):
            return fragment.record.caption, "caption"
    if line := title_line(group[0].over):
        return line, "caption"
    first = group[0].record
    row = list(dict.fromkeys(text for text in first.grid[0] if text))
    if len(row) == 1 and len(row[0]) > 8:
        return row[0], "first_row"
    if first.heading:
        return first.heading, "heading"
    captions = [bare for f in group if (bare := without_continued(f.record.caption))]
    return (captions[0], "caption") if captions else ("", "none")


def title_line(over: list[TextLine], settings: NamingSettings = DEFAULT) -> str:
    """The line right above a table if it names a plan of times in few words, though in none of the usual forms, or is
    set in large print.
    """
    if not over:
        return ""
    line = over[-1]
    text = line.text.strip()
    first = text[:1].isupper() or text[:1].isdigit()
    plain = first and len(text) <= settings.title_length and not text.endswith((".", ",", ";")) and not is_note(line)
    unfinished = len(over) > 1 and is_tail(over, len(over) - 1)
    named = _PLAN.search(text) is not None or line.size >= settings.large
    return text if plain and not unfinished and named and is_title_like(text) else ""


def without_continued(caption: str) -> str:
    """A caption without "(continued)"; "" if nothing is left of it."""
    bare = _CONTINUED.sub("", caption).strip(" -–—:,")
    return bare if len(letters(bare)) > 2 else ""


def track_of(title: str) -> str | None:
    """The words of a title that name an arm, part or phase, or a group of participants by age or country."""
    hits = list(_TRACK.finditer(title))
    found = [_named_part(title, hit) for hit in hits]
    told = [text for text in found if not _BARE_PART.fullmatch(text)] or found
    return " ".join(dict.fromkeys(told)) or None


def _named_part(title: str, hit: re.Match[str]) -> str:
    """The words of a hit, with the name before a bare "arm", "cohort" or "part": "Placebo arm"."""
    before = _NAME_BEFORE.search(title[: hit.start()]) if _BARE_PART.fullmatch(hit.group()) else None
    named = before is not None and _TRACK.fullmatch(before[1]) is None
    return f"{before[1]} {hit.group()}" if before is not None and named else hit.group()


def population_of(title: str) -> str | None:
    """What `track_of` finds, or the words that say which participants: "participants with type 1 diabetes"."""
    said = _POPULATION.search(title)
    return track_of(title) or (said.group().strip() if said else None)


def types_of(
    groups: list[list[Fragment]], titles: list[str], settings: NamingSettings = DEFAULT
) -> list[tuple[TableType, float]]:
    """(type, probability) of each logical table of a document.

    Sampling grids are subsidiary. Of the others the largest without a track in its title is the main one; where another
    of that size is its peer for other participants, which of them is main stays open: probability one half. Where the
    model tells tracks, its word stands in place of the title's.
    """
    kinds: list[tuple[TableType, float]] = []
    sizes = [sum(len(f.record.grid) for f in group) for group in groups]
    strict = [i for i, group in enumerate(groups) if not is_sampling(group)]
    tracks = [_track_share(group) for group in groups]
    plain = [i for i in strict if not _is_track(tracks[i], titles[i])] or strict
    named = {i: (_MAIN.search(titles[i]) is not None, has_schedule_title(titles[i])) for i in plain}
    main = max(plain, key=lambda i: (*named[i], sizes[i]), default=-1)
    peers = _peers(main, plain, named, sizes, titles, settings)
    for i, group in enumerate(groups):
        weight = sum(f.sampling for f in group) / max(1e-9, sum(f.probability for f in group))
        if i not in strict:
            kinds.append(("subsidiary", max(weight, 0.5)))  # words may overrule the model, and are no surer than this
        elif i == main:
            kinds.append(("main_soa", (0.5 if i in peers else 1) * (1 - weight)))
        elif _DOMAIN.search(titles[i]) and track_of(titles[i]) is None:
            kinds.append(("domain", 0.5 * (1 - weight)))
        else:
            said = tracks[i]
            kinds.append(("track", (0.8 if said is None else max(said, 0.5)) * (1 - weight)))
    return kinds


def _track_share(group: list[Fragment]) -> float | None:
    """How sure the model is that a table is a track, weighted by how sure that it is a schedule; None: it tells not."""
    told = [(f.track, f.soe) for f in group if f.track is not None]
    whole = sum(soe for _, soe in told)
    return sum(track * soe for track, soe in told) / whole if whole > 0 else None


def _is_track(said: float | None, title: str) -> bool:
    if said is not None:
        return said > 0.5
    return track_of(title) is not None and not _MAIN.search(title)


def _peers(
    main: int,
    plain: list[int],
    named: dict[int, tuple[bool, bool]],
    sizes: list[int],
    titles: list[str],
    settings: NamingSettings,
) -> set[int]:
    """The main table and those that could as well be it: named alike, nearly as large, for other participants."""
    if main < 0:
        return set()
    others = {
        i
        for i in plain
        if i != main
        and named[i] == named[main]
        and sizes[i] >= settings.peer * sizes[main]
        and population_of(titles[i]) != population_of(titles[main])
    }
    return {main, *others} if others else set()


def is_sampling(group: list[Fragment]) -> bool:
    """Whether a table gives the finer timing of another's activities: samples by hours, nothing general."""
    cells = {text for f in group for row in f.record.grid for text in row}
    general = {letters(found.group()) for text in cells for found in _GENERAL.finditer(text)}
    if sum(f.sampling for f in group) > sum(f.soe for f in group):
        return len(general) < GENERAL  # the model's word, unless too much of a visit is in it
    titles = " ".join(f.record.caption for f in group)
    names = [row[0] for f in group for row in f.record.grid[f.record.header_rows :] if row[0]]
    if general:
        return False
    sampled = sum(_SAMPLE.search(name) is not None for name in names) / max(1, len(names))
    heads = " ".join(text for f in group for row in f.header for text in row)
    return bool(_SAMPLE.search(titles)) or sampled >= 0.5 or bool(_SAMPLE.search(heads))
