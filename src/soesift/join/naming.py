"""Title, type and population track of a logical table."""

from __future__ import annotations

import re

from soesift.document.titles import has_schedule_title
from soesift.join.fragment import Fragment
from soesift.join.likeness import is_continued, letters
from soesift.result.models import TableType

_TRACK = re.compile(
    r"""\b(?:follow-?\s?up|extension|open-?label|cross-?over|sub-?stud\w+|(?:cohort|arm|part|group|stage|period)\s+(?:[a-e]|\d+|i{1,3}v?)|cohorts?|arms?|parts?|phase\s*(?:1|2|3|i{1,3})b?|
    period\s*\d|stage\s*\d|long-?term|maintenance|induction|run-?in|re-?treatment|country|japan\w*|china|
    germany|france|adult\w*|adolescent\w*|pediatric|paediatric|monotherapy|combination|cohort\s*\w+|group\s*\w+|
    early\s+(?:termination|discontinuation)|post-?treatment|home)\b""",
    re.VERBOSE | re.IGNORECASE,
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


def title_of(group: list[Fragment]) -> tuple[str, str]:
    """(title, source) of a logical table; source is caption, heading, first_row or none."""
    for fragment in group:
        if fragment.record.caption and not is_continued(fragment.record.caption):
            return fragment.record.caption, "caption"
    first = group[0].record
    row = list(dict.fromkeys(text for text in first.grid[0] if text))
    if len(row) == 1 and len(row[0]) > 8:
        return row[0], "first_row"
    if first.heading:
        return first.heading, "heading"
    captions = [f.record.caption for f in group if f.record.caption]
    return (captions[0], "caption") if captions else ("", "none")


def track_of(title: str) -> str | None:
    """The words of a title that name a population, arm, part or phase."""
    found = [m.group(0) for m in _TRACK.finditer(title)]
    return " ".join(dict.fromkeys(found)) or None


def types_of(groups: list[list[Fragment]], titles: list[str]) -> list[tuple[TableType, float]]:
    """(type, probability) of each logical table of a document.

    Sampling grids are subsidiary. Of the others the largest without a track in its title is the main one.
    """
    kinds: list[tuple[TableType, float]] = []
    sizes = [sum(len(f.record.grid) for f in group) for group in groups]
    strict = [i for i, group in enumerate(groups) if not is_sampling(group)]
    plain = [i for i in strict if track_of(titles[i]) is None or _MAIN.search(titles[i])] or strict
    named = {i: (_MAIN.search(titles[i]) is not None, has_schedule_title(titles[i])) for i in plain}
    main = max(plain, key=lambda i: (*named[i], sizes[i]), default=-1)
    for i, group in enumerate(groups):
        weight = sum(f.sampling for f in group) / max(1e-9, sum(f.probability for f in group))
        if i not in strict:
            kinds.append(("subsidiary", max(weight, 0.5)))  # words may overrule the model, and are no surer than this
        elif i == main:
            kinds.append(("main_soa", 1 - weight))
        elif _DOMAIN.search(titles[i]) and track_of(titles[i]) is None:
            kinds.append(("domain", 0.5 * (1 - weight)))
        else:
            kinds.append(("track", 0.8 * (1 - weight)))
    return kinds


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
