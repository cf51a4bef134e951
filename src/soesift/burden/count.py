"""A schedule counted per participant, format `soe-burden/1`, each count with what it assumes.

The words that tell classes of activities, visits by telephone and conditional marks come from an editable TOML.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from soesift.config import load_toml
from soesift.diff.sheet import reprinted_headers
from soesift.errors import UsageError
from soesift.export.wording import unsigned_words
from soesift.result.models import Result
from soesift.schedule import Activity, Encounter, Mark, Schedule, Visit, read_schedule, read_timing

OTHER = "other"

FORMAT = "soe-burden/1"
Contact = Literal["site", "phone", "site_or_phone", "unscheduled", "none"]  # none: nobody is met, a system is told

# Columns that stand for several visits, and how often they are counted.
_OPEN = re.compile(
    r"\d\s*\+(?!\s*[/\d])|\b(?:and|&) (?:beyond|later|onwards?)\b|\bsubsequent\b|\bthereafter\b|\bevery\b|\beach\b"
    r"|\bq\d+\s*[wdm]\b"
    r"|\b(?:folge|weitere|jede)\w*|\bsuivants?\b|\bchaque\b|\bsiguientes?\b|\bposteriores\b|\bcada\b",
    re.IGNORECASE,
)

MOST_REPEATS = 120  # above it the numbers were read wrongly
_PHASE = re.compile(  # a whole phase as one column, by its name
    r"\bvisits\b|\b(?:period|phase|maintenance(?: (?:therapy|treatment))?|survival)$", re.IGNORECASE
)
_EARLY_PHASE = re.compile(r"screen|baseline|run-?\s?in", re.IGNORECASE)  # each is one visit
_SYSTEM = re.compile(r"\bi[vwx]rs\b|\bi[vwx]rs?/\w+|\birt\b|\brtsm\b", re.IGNORECASE)  # that randomises or counts drugs

_NUMBERED = re.compile(r"\(?[Vv](?:isits?)?\s?(?P<first>\d+)\s*(?:[-–—]|to)\s*[Vv]?(?:isit)?\s?(?P<last>\d+)\)?")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(_Entry):
    """Words by language; all languages are looked for in every document."""

    en: list[str] = []
    de: list[str] = []
    fr: list[str] = []
    es: list[str] = []

    @model_validator(mode="after")
    def some(self) -> Words:
        words = self.all()
        if not words:
            raise ValueError("no word in any language")
        bad = [w for w in words if not w.strip("* ").strip() or "*" in w.strip("*")]
        if bad:
            raise ValueError(f"{bad[0]!r} is no word: letters, with * only at an end")
        return self

    def all(self) -> list[str]:
        return [*self.en, *self.de, *self.fr, *self.es]


class ContactWords(_Entry):
    phone: Words
    maybe: Words
    unscheduled: Words


class ActivityClass(_Entry):
    """`participant` is false for what staff do without the participant."""

    key: str = Field(pattern=r"^[a-z][a-z_]*$")
    name: str = Field(min_length=1)
    participant: bool = True
    words: Words


class Vocabulary(_Entry):
    contact: ContactWords
    conditional: Words
    classes: list[ActivityClass] = Field(min_length=1)

    @model_validator(mode="after")
    def distinct(self) -> Vocabulary:
        """Every key once and not "other"; no word in two classes, or the count would depend on their order."""
        keys = [c.key for c in self.classes]
        twice = next((k for k in keys if keys.count(k) > 1 or k == OTHER), None)
        if twice is not None:
            raise ValueError(f"class key {twice!r} is used twice or reserved")
        owner: dict[str, str] = {}
        for one in self.classes:
            for word in map(plain_case, one.words.all()):
                if owner.setdefault(word, one.key) != one.key:
                    raise ValueError(f"word {word!r} is in the classes {owner[word]!r} and {one.key!r}")
        return self

    def class_of(self, texts: Iterable[str]) -> str:
        """The key of the class whose longest word the first matching text holds; "other" if none matches."""
        for text in texts:
            lengths = {c.key: longest_match(text, tuple(c.words.all())) for c in self.classes}
            best = max(lengths, key=lengths.__getitem__)
            if lengths[best]:
                return best
        return OTHER

    def names(self) -> dict[str, str]:
        return {**{c.key: c.name for c in self.classes}, OTHER: "Other"}

    def staff_only(self) -> frozenset[str]:
        return frozenset(c.key for c in self.classes if not c.participant)


def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """The vocabulary at `path`, or the shipped one. Raises UsageError naming the key that is wrong."""
    if path is not None:
        return load_toml(path, Vocabulary)
    with as_file(files("soesift.burden").joinpath("vocabulary.toml")) as shipped:
        return load_toml(shipped, Vocabulary)


def shipped_text() -> str:
    """The shipped vocabulary, to edit a copy of."""
    return files("soesift.burden").joinpath("vocabulary.toml").read_text(encoding="utf-8")


def plain_case(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def longest_match(text: str, words: tuple[str, ...]) -> int:
    """Length of the longest part of `text` that one of the words matches; 0 if none does."""
    return max((len(m.group()) for m in _pattern(words).finditer(plain_case(text))), default=0)


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Longest words first, so that one position yields its longest match."""
    plain = sorted({plain_case(w) for w in words}, key=len, reverse=True)
    return re.compile("|".join(map(_word, plain)))


def _word(word: str) -> str:
    front = r"\w*" if word.startswith("*") else r"(?<!\w)"
    back = r"\w*" if word.endswith("*") else r"(?!\w)"
    return front + re.escape(word.strip("*")) + back


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Counts(_Part):
    """Sums over visits. `procedures`: marks of activities with the participant; `staff`: of those without;
    `conditional`: marks of both that do not hold for everyone or each time (counted in the others as well);
    `by_class`: marks by class key; `visits_by_class`: visits with at least one mark of the class.
    """

    visits: int = 0
    site: int = 0
    phone: int = 0
    site_or_phone: int = 0
    unscheduled: int = 0
    procedures: int = 0
    staff: int = 0
    conditional: int = 0
    by_class: dict[str, int] = {}
    visits_by_class: dict[str, int] = {}


class VisitCount(_Part):
    """One printed column. `repeats`: how often it is counted; `repeated`: why it may stand for more visits."""

    column: int
    visit: str
    epoch: str
    contact: Contact
    repeats: int = 1
    repeated: str = ""
    printed_repeats: int | None = None  # `repeats`, if the print gives it: "Cycles 2-6" are five
    counts: Counts  # of one repeat


class TableBurden(_Part):
    """One schedule. `total` is what a participant goes through who completes it as planned: unscheduled
    visits are not in it, but in `unscheduled`.
    """

    table_id: str
    title: str
    visits: list[VisitCount] = []
    by_epoch: dict[str, Counts] = {}
    total: Counts = Counts()
    unscheduled: Counts = Counts()
    other: list[str] = []  # activities that no class matches
    assumptions: list[str] = []


class Burden(_Part):
    """All schedules of a document, each by itself: their visits overlap, so they are not added up."""

    format: Literal["soe-burden/1"] = "soe-burden/1"
    document: str
    class_names: dict[str, str]
    tables: list[TableBurden] = []


def why_repeated(encounter: Encounter, shared: str = "") -> str:
    """Why a column may stand for several visits; "" if it is one visit.

    `shared`: the name of an epoch that other columns have as well, which says nothing about this one.
    """
    own = [t for t in dict.fromkeys([encounter.name, *encounter.headers]) if t != shared]
    timings = [encounter.timing] if not shared else [read_timing(t).timing for t in own]
    times, cycles = [s for t in timings for s in t.times], [s for t in timings for s in t.cycles]
    endless = any(s.last is None for s in (*times, *cycles)) or any(t.every is not None for t in timings)
    if endless or _OPEN.search(" ".join(own)):
        return "goes on without a printed end"
    if any(s.first != s.last for s in cycles):
        return "holds several cycles"
    units = [s.unit for s in {(s.unit, s.first, s.last): s for s in times}.values()]
    if any(units.count(unit) > 2 for unit in units):
        return "holds several times"
    return ""


def why_several(visit: Visit, shared: str = "") -> str:
    """Why a column without a printed repeat may still stand for several visits: it spans days of the treatment, or is
    named as a phase ("Post-Treatment Visits", "Survival Period") and has no time; "" if neither.
    """
    if visit.kind == "range" and visit.day is not None and visit.day >= 0 and visit.last_day is not None:
        return f"holds the days {visit.day:g} to {visit.last_day:g}"
    timed = (visit.day, visit.week, visit.month, visit.cycle, visit.offset_days, visit.hours)
    if any(value is not None for value in timed) or _EARLY_PHASE.search(" ".join(visit.printed)):
        return ""
    own = [text.strip(" .:") for text in visit.printed if text != shared]
    # the last level alone: "Treatment Period" over "Visit 3" is one visit
    return "is named as a phase, and no time is printed" if own and _PHASE.search(own[-1]) else ""


def printed_repeats(visit: Visit) -> int | None:
    """How many visits a column stands for by its print: "Cycles 2-6", "Weeks 8 to 32, every 4 weeks", "V10-V21".

    None without both ends and an interval, or where two of them disagree.
    """
    if visit.kind != "repeat":
        return None
    found: set[int] = set()
    if visit.cycle is not None and visit.last_cycle is not None and visit.last_cycle > visit.cycle:
        found.add(len(visit.cycles) or visit.last_cycle - visit.cycle + 1)
    for first, last, days in ((visit.week, visit.last_week, 7), (visit.day, visit.last_day, 1)):
        if first is not None and last is not None and visit.every_days and visit.cycle is None:
            steps = (last - first) * days / visit.every_days
            if steps == int(steps):
                found.add(int(steps) + 1)
    numbers = [match for text in visit.printed if (match := _NUMBERED.fullmatch(text))]
    found |= {int(m["last"]) - int(m["first"]) + 1 for m in numbers if int(m["last"]) > int(m["first"])}
    return found.pop() if len(found) == 1 and 1 < min(found) <= MOST_REPEATS else None


def read_repeats(options: Sequence[str]) -> dict[str, int]:
    """ "C3=6" as {"C3": 6}. Raises UsageError for anything else, and for a name given twice."""
    found: dict[str, int] = {}
    for option in options:
        name, equals, number = option.rpartition("=")
        if not equals or not name.strip() or not number.strip().isdecimal():
            raise UsageError(f"--repeats {option}: give the name of a visit and a number, such as C3=6")
        if name.strip() in found:
            raise UsageError(f"--repeats {name.strip()} is given twice; keep one")
        found[name.strip()] = int(number)
    return found


def columns_named(name: str, encounters: Sequence[Encounter]) -> list[int]:
    """Positions of the columns with this name, header text or number ("column 7"); else of the only ones
    that hold it as words.
    """
    wanted = plain_case(name)
    told = [(e.name, *e.headers, " / ".join(e.headers), f"column {e.column + 1}") for e in encounters]
    texts = [[plain_case(t) for t in own] for own in told]
    equal = [k for k, own in enumerate(texts) if wanted in own]
    if equal:
        return equal
    inside = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    return [k for k, own in enumerate(texts) if any(inside.search(t) for t in own)]


def repeats_of(wanted: dict[str, int], encounters: Sequence[Encounter], used: set[str]) -> dict[int, int]:
    """How often each named column counts; names that were found are added to `used`.

    Raises UsageError where a name fits several columns.
    """
    counts: dict[int, int] = {}
    for name, number in wanted.items():
        columns = columns_named(name, encounters)
        if len(columns) > 1:
            fits = ", ".join(f"column {encounters[k].column + 1} ({encounters[k].name})" for k in columns[:5])
            raise UsageError(f"--repeats {name}: fits several visits: {fits}; name one, or give its column")
        if columns:
            used.add(name)
            counts[columns[0]] = number
    return counts


def refuse_unknown(wanted: dict[str, int], used: set[str], names: Sequence[str]) -> None:
    """Raises UsageError for a name that no table has, with the nearest."""
    for name in wanted:
        if name not in used:
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"visits: {', '.join(names[:12])}"
            raise UsageError(f"--repeats {name}: no visit has this name; {hint}")


# What the counts of a schedule assume, in sentences.
def assumptions(schedule: Schedule, visits: list[VisitCount], repeated: set[int]) -> list[str]:
    """Those that hold for any schedule, then those that this one needs."""
    said = [
        "Each mark counts once, whatever its footnotes ask for (triplicate ECGs, several tubes).",
        "A blood draw is a visit with at least one blood test; tests of one visit share one draw.",
        "A visit is on site unless its header or a footnote of the header says otherwise.",
    ]
    said += _on_repeats(visits, repeated)
    said += _on_contact(visits)
    said += _on_marks(schedule, visits)
    silent = [v.visit for v in visits if not v.counts.by_class]
    if silent:
        said.append(f"Columns without any mark count as visits: {_listed(silent)}.")
    return said


def _on_repeats(visits: list[VisitCount], repeated: set[int]) -> list[str]:
    said = [
        f"“{v.visit}” {v.repeated}: counted once, as printed; give --repeats to count it as often as planned."
        for v in visits
        if v.repeated
    ]
    said += [
        f"“{v.visit}” is counted {v.repeats} times, as the print has both ends and the interval."
        for v in visits
        if v.printed_repeats
    ]
    said += [f"“{visits[k].visit}” is counted {visits[k].repeats} times, as given." for k in sorted(repeated)]
    return said


def _on_contact(visits: list[VisitCount]) -> list[str]:
    said = []
    extra = [v.visit for v in visits if v.contact == "unscheduled"]
    if extra:
        said.append(f"Not in the total, as not everyone has them: {_listed(extra)}.")
    alone = [v.visit for v in visits if v.contact == "none"]
    if alone:
        said.append(f"No visit, as a system alone is told or asked: {_listed(alone)}.")
    maybe = [v.visit for v in visits if v.contact == "site_or_phone"]
    if maybe:
        said.append(f"On site or by telephone, by footnote; counted apart: {_listed(maybe)}.")
    return said


def _on_marks(schedule: Schedule, visits: list[VisitCount]) -> list[str]:
    said = []
    conditional = sum(v.counts.conditional for v in visits)
    if conditional:
        marks = "1 mark is" if conditional == 1 else f"{conditional} marks are"
        said.append(
            f"{marks} conditional or optional (in parentheses, or by words or footnote); counted as done, "
            "and shown apart."
        )
    merged = sum(m.span > 1 for m in schedule.marks)
    if merged:
        cells = "1 merged cell counts" if merged == 1 else f"{merged} merged cells count"
        said.append(f"{cells} at every visit that {'it covers' if merged == 1 else 'they cover'}.")
    words = sum(m.kind == "text" and m.span > 0 for m in schedule.marks)
    if words:
        cells = "1 cell holds" if words == 1 else f"{words} cells hold"
        said.append(f"{cells} words (“predose, 2 h”) in place of a mark; each counts once.")
    undefined = sorted({c.marker for c in schedule.conditions if c.used and not c.text})
    if undefined:
        said.append(f"Footnotes without a text were not read for conditions: {_listed(undefined)}.")
    return said


def _listed(names: list[str]) -> str:
    return "; ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def count_result(
    result: Result, vocabulary: Vocabulary, repeats: dict[str, int] | None = None, tables: Sequence[str] = ()
) -> Burden:
    """Every schedule of a result by itself, or those with the ids `tables`.

    `repeats`: how often a named visit takes place. Raises UsageError for an unknown table or visit.
    """
    known = [t.id for t in result.tables]
    missing = [t for t in tables if t not in known]
    if missing:
        raise UsageError(f"--table {missing[0]}: no such table; there are: {', '.join(known) or 'none'}")
    wanted, used = repeats or {}, set[str]()
    schedules = [read_schedule(t) for t in result.tables if not tables or t.id in tables]
    counted = [count_schedule(s, vocabulary, repeats_of(wanted, s.encounters, used)) for s in schedules]
    refuse_unknown(wanted, used, [e.name for s in schedules for e in s.encounters])
    if said := unsigned_words(result):
        counted = [t.model_copy(update={"assumptions": [said, *t.assumptions]}) for t in counted]
    return Burden(document=result.document.name, class_names=vocabulary.names(), tables=counted)


def count_schedule(schedule: Schedule, vocabulary: Vocabulary, repeats: dict[int, int]) -> TableBurden:
    """One schedule; `repeats` by position of the encounter, 1 where it has none."""
    classes = classes_of(schedule, vocabulary)
    again = reprinted_headers(schedule)
    notes = {c.marker: c.text for c in schedule.conditions}
    many = Counter(e.epoch for e in schedule.encounters)
    visits, places = [], list[int]()
    meant = {v.encounter: v for v in schedule.visits if v.encounter is not None}
    for k, encounter in enumerate(schedule.encounters):
        if k in meant and not meant[k].is_visit:
            continue  # a column of notes, or one without a time and a mark
        marks = [m for m in schedule.marks if m.encounter == k and m.activity not in again]
        marks = [m for m in marks if _counts(m, schedule.activities[m.activity])]
        contact = contact_of(encounter, notes, vocabulary, meant.get(k))
        if marks and all(_SYSTEM.search(schedule.activities[m.activity].name) for m in marks):
            contact = "none"
        epoch = schedule.epochs[encounter.epoch].name if schedule.epochs else ""
        shared = epoch if many[encounter.epoch] > 1 else ""
        printed = printed_repeats(meant[k]) if k in meant else None
        why = why_repeated(encounter, shared) or (why_several(meant[k], shared) if k in meant else "")
        places.append(k)
        visits.append(
            VisitCount(
                column=encounter.column,
                visit=visit_name(encounter),
                epoch=epoch,
                contact=contact,
                repeats=repeats.get(k, printed or 1),
                repeated="" if k in repeats or printed or contact == "none" else why,
                printed_repeats=None if k in repeats else printed,
                counts=_visit_counts(marks, classes, schedule, notes, contact, vocabulary),
            )
        )
    planned = [v for v in visits if v.contact != "unscheduled"]
    epochs = dict.fromkeys(v.epoch for v in visits)
    unknown = [a.name for k, a in enumerate(schedule.activities) if classes.get(k) == OTHER and k not in again]
    return TableBurden(
        table_id=schedule.table_id,
        title=schedule.title,
        visits=visits,
        by_epoch={e: summed(v for v in planned if v.epoch == e) for e in epochs if any(v.epoch == e for v in planned)},
        total=summed(planned),
        unscheduled=summed(v for v in visits if v.contact == "unscheduled"),
        other=list(dict.fromkeys(unknown)),
        assumptions=assumptions(schedule, visits, {places.index(k) for k in repeats if k in places}),
    )


def classes_of(schedule: Schedule, vocabulary: Vocabulary) -> dict[int, str]:
    """Class of each activity by its name, else by its category's; categories themselves have none."""
    found = {}
    markers = tuple(c.marker for c in schedule.conditions if c.marker)
    for k, activity in enumerate(schedule.activities):
        if not activity.category:
            above = [] if activity.parent is None else [schedule.activities[activity.parent].name]
            # a marker that could not be told from the word: "Hematologyb"
            cut = [activity.name.removesuffix(m) for m in markers if activity.name.endswith(m)]
            found[k] = vocabulary.class_of([activity.name, *cut, *above])
    return found


def contact_of(
    encounter: Encounter, notes: dict[str, str], vocabulary: Vocabulary, visit: Visit | None = None
) -> Contact:
    """How the visit takes place, where its header, a legend or a footnote of the header says so; else on site."""
    words, header = vocabulary.contact, " ".join([encounter.name, *encounter.headers])
    if is_extra(encounter, header, words, visit):
        return "unscheduled"
    if _holds(header, words.phone.all()):
        return "phone"
    if visit is not None and visit.contact in ("phone", "site or phone"):
        return "phone" if visit.contact == "phone" else "site_or_phone"
    for text in (notes.get(marker, "") for marker in encounter.footnotes):
        if _holds(text, words.phone.all()):
            return "site_or_phone" if _holds(text, words.maybe.all()) else "phone"
    return "site"


def is_extra(encounter: Encounter, header: str, words: ContactWords, visit: Visit | None) -> bool:
    """Whether a visit is not on everyone's way. A planned visit with a day of its own is, whatever it follows or
    serves for besides: "Week 24 / ET", "Day 379, two weeks after EOT or ET".
    """
    if "unscheduled" in encounter.timing.events:
        return True
    if visit is not None and visit.kind != "unscheduled" and (visit.day is not None or visit.week is not None):
        return False
    left_early = {"early_termination", "retrieval"} & set(encounter.timing.events)
    return bool(left_early) or _holds(header, words.unscheduled.all())


def is_conditional(mark: Mark, activity: Activity, notes: dict[str, str], vocabulary: Vocabulary) -> bool:
    """Whether the mark is in parentheses, or its words, its notes or those of the activity set a condition."""
    if mark.text.startswith(("(", "[")):
        return True
    said = [mark.text, activity.name, *(notes.get(m, "") for m in (*mark.footnotes, *activity.footnotes))]
    return any(_holds(text, vocabulary.conditional.all()) for text in said)


def visit_name(encounter: Encounter) -> str:
    return " / ".join(encounter.headers) or encounter.name or f"column {encounter.column + 1}"


def summed(visits: Iterable[VisitCount]) -> Counts:
    """Counts times repeats, added up."""
    total: Counter[str] = Counter()
    by_class: Counter[str] = Counter()
    visits_by: Counter[str] = Counter()
    for visit in visits:
        for name, value in visit.counts.model_dump(exclude={"by_class", "visits_by_class"}).items():
            total[name] += value * visit.repeats
        by_class.update({k: n * visit.repeats for k, n in visit.counts.by_class.items()})
        visits_by.update({k: n * visit.repeats for k, n in visit.counts.visits_by_class.items()})
    return Counts(**total, by_class=dict(by_class), visits_by_class=dict(visits_by))


def _visit_counts(
    marks: list[Mark],
    classes: dict[int, str],
    schedule: Schedule,
    notes: dict[str, str],
    contact: Contact,
    vocabulary: Vocabulary,
) -> Counts:
    by_class = Counter(classes[m.activity] for m in marks)
    staff = sum(by_class[key] for key in vocabulary.staff_only())
    conditional = sum(is_conditional(m, schedule.activities[m.activity], notes, vocabulary) for m in marks)
    return Counts(
        visits=int(contact != "none"),
        procedures=len(marks) - staff,
        staff=staff,
        conditional=conditional,
        by_class=dict(by_class),
        visits_by_class=dict.fromkeys(by_class, 1),
        **({} if contact == "none" else {contact: 1}),
    )


def _counts(mark: Mark, activity: Activity) -> bool:
    """Not a category name repeated over the row, and not words that say no."""
    text = plain_case(mark.text)
    return not activity.category and text not in (plain_case(activity.name), "-", "–", "—", "n/a", "na", "no")


def _holds(text: str, words: list[str]) -> bool:
    return longest_match(text, tuple(words)) > 0
