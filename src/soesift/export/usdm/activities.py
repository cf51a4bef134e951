"""The activities of all tables as one list: a row that stands in two tables under one group is one activity."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from soesift.export.hand_off import Handed, Node, tree
from soesift.export.usdm.parts import Ids, Part, comment, linked, make

# The CDASH domain of an activity, by a word list of ours: an aid to find the form, never a code.

# domain, and words that stand whole or begin a word ("*") in the activity's name; the first that fits counts
_WORDS: tuple[tuple[str, str], ...] = (
    ("IE", "eligibility|inclusion|exclusion|entry criteria"),
    ("DM", "demograph*|date of birth"),
    ("AE", "adverse event*|serious adverse event*|aes?|saes?|toxicit*"),
    ("CM", "concomitant|prior medication*|concurrent medication*|con ?meds?|prior therap*"),
    ("MH", "medical history|disease history|cancer history|prior treatment*|history"),
    ("SU", "alcohol use|tobacco|smoking|nicotine use|substance use"),
    ("PE", "physical exam*|neurological exam*|skin exam*"),
    ("VS", "vital sign*|blood pressure|height|weight|temperature|pulse rate|heart rate|waist|body mass index|bmi"),
    ("EG", "ecg*|electrocardiogra*|12-lead|holter"),
    ("PC", "pharmacokinetic*|pk"),
    ("IS", "immunogenicity|anti-drug antibod*|ada|neutralizing antibod*"),
    ("TU", "tumou?r assess*|tumou?r imaging|recist|disease assess*|response assess*"),
    ("MI", "biops*|bone marrow|tumou?r tissue|tissue sample*"),
    ("RP", "menstru*|childbearing potential|menopaus*"),
    (
        "LB",
        "hematolog*|haematolog*|chemistr*|urinalys*|coagulation|pregnancy test*|serolog*|hepatitis*|hiv|lipid*"
        "|glucose|hba1c|thyroid*|biomarker*|laborator*|blood sample*|urine|serum|plasma|fsh|drug screen",
    ),
    ("PR", "x-?ray|ct|mri|echocardiogra*|muga|ultrasound|imaging|surgery|lumbar puncture|spirometry|dxa|dexa"),
    ("QS", "questionnaire*|scale*|eq-5d*|sf-36|diary|quality of life|patient.reported|c-ssrs|columbia*|inventory|pro"),
    ("DA", "drug accountability|dispens*|compliance|return of study"),
    ("EX", "study drug|study treatment|study medication|administ*|dosing|infusion|investigational product"),
    ("DS", "informed consent|randomi[sz]*|disposition|survival|discontinu*|enrol*"),
)
_PATTERNS = [
    (domain, re.compile(rf"\b(?:{words.replace('*', r'[a-z]*')})\b", re.IGNORECASE)) for domain, words in _WORDS
]


def domain_of(name: str) -> str:
    """The domain whose words the name has; "" if none."""
    return next((domain for domain, pattern in _PATTERNS if pattern.search(name)), "")


Path = tuple[str, ...]


@dataclass
class Activities:
    """parts: USDM activities, a group before its members; places: id by (table id, place in its schedule)."""

    parts: list[Part] = field(default_factory=list)
    surrogates: list[Part] = field(default_factory=list)
    places: dict[tuple[str, int], str] = field(default_factory=dict)

    def id_of(self, table: str, place: int) -> str:
        return str(self.places[table, place])

    def say(self, ids: Ids, activity: str, texts: list[str]) -> None:
        """Add notes to an activity, each text once."""
        part = next(part for part in self.parts if part["id"] == activity)
        said = {note["text"] for note in part["notes"]}
        part["notes"] += [note for text in texts if (note := comment(ids, text))["text"] not in said]

    def order(self) -> dict[str, int]:
        return {part["id"]: index for index, part in enumerate(self.parts)}


def activities_of(ids: Ids, tables: list[Handed]) -> Activities:
    """All activities, linked in order; each that is no group has a surrogate, since a schedule names no concept."""
    merged: dict[Path, _Row] = {}
    for one in tables:
        for node in tree(one.schedule):
            _collect(one, node, (), merged)
    found = Activities()
    by_path: dict[Path, Part] = {}
    for path in _parents_first(merged):
        part = _activity(ids, merged[path], found)
        by_path[path] = part
        if len(path) > 1:
            by_path[path[:-1]]["childIds"].append(part["id"])
    names = _unique([part["label"] for part in found.parts])
    for part, name in zip(found.parts, names, strict=True):
        part["name"] = name
    linked(found.parts)
    return found


@dataclass
class _Row:
    name: str
    group: bool
    places: list[tuple[str, int]]
    comments: list[str]


def _collect(one: Handed, node: Node, above: Path, merged: dict[Path, _Row]) -> None:
    activity = node.activity
    path = (*above, activity.name.lower())
    while (row := merged.get(path)) is not None and any(table == one.table.id for table, _ in row.places):
        path = (*path[:-1], path[-1] + " ")  # the same name again in one group of one table is another activity
    row = merged.setdefault(path, _Row(activity.name or f"Row {activity.row + 1}, without a name", False, [], []))
    row.group = row.group or bool(node.children)
    row.places.append((one.table.id, node.place))
    row.comments += _comments(one, node)
    for child in node.children:
        _collect(one, child, path, merged)


def _comments(one: Handed, node: Node) -> list[str]:
    activity = node.activity
    notes = {c.marker: c.text for c in one.schedule.conditions if c.marker and c.text}
    page = "" if activity.page is None else f", page {activity.page}"
    texts = [f"{ref}: {notes[ref]}" for ref in activity.footnotes if ref in notes]
    texts += [f"{title}: {text}" for title, text in activity.details.items()]
    return [*texts, f"Read from row {activity.row + 1} of table {one.table.id}{page}."]


def _parents_first(merged: dict[Path, _Row]) -> list[Path]:
    """Paths with each group directly before its members, groups in the order in which they were met."""
    children: dict[Path, list[Path]] = {}
    for path in merged:
        children.setdefault(path[:-1], []).append(path)
    done: list[Path] = []
    stack = list(reversed(children.get((), [])))
    while stack:
        path = stack.pop()
        done.append(path)
        stack += reversed(children.get(path, []))
    return done


def _activity(ids: Ids, row: _Row, found: Activities) -> Part:
    part = make(
        ids,
        "Activity",
        name=row.name,
        label=row.name,
        description="",
        previousId=None,
        nextId=None,
        childIds=[],
        definedProcedures=[],
        biomedicalConceptIds=[],
        bcCategoryIds=[],
        bcSurrogateIds=[],
        timelineId=None,
        notes=[comment(ids, text) for text in row.comments],
    )
    if not row.group:
        found.surrogates.append(_surrogate(ids, row.name))
        part["bcSurrogateIds"].append(found.surrogates[-1]["id"])
    found.parts.append(part)
    for place in row.places:
        found.places[place] = part["id"]
    return part


def _surrogate(ids: Ids, name: str) -> Part:
    domain = domain_of(name)
    said = f"CDASH domain {domain}, by a word list" if domain else "No domain found by the word list"
    number = ids["BiomedicalConceptSurrogate"] + 1
    return make(
        ids,
        "BiomedicalConceptSurrogate",
        name=f"SURROGATE_{number}",
        label=name,
        description=f"{said}; a surrogate, since the schedule names no biomedical concept.",
        reference="None set",
        notes=[],
    )


def _unique(names: list[str]) -> list[str]:
    """Names with a number behind those that occurred before."""
    seen: set[str] = set()
    done = []
    for name in names:
        number, fresh = 1, name
        while fresh.lower() in seen:
            number += 1
            fresh = f"{name} ({number})"
        seen.add(fresh.lower())
        done.append(fresh)
    return done
