"""A schedule counted per participant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from soesift.burden.assume import assumptions
from soesift.burden.models import Burden, Contact, Counts, TableBurden, VisitCount
from soesift.burden.repeats import printed_repeats, refuse_unknown, repeats_of, why_repeated
from soesift.burden.vocabulary import OTHER, Vocabulary, longest_match, plain_case
from soesift.diff.sheet import reprinted_headers
from soesift.errors import UsageError
from soesift.result.models import Result
from soesift.schedule import Activity, Encounter, Mark, Schedule, Visit, read_schedule


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
        epoch = schedule.epochs[encounter.epoch].name if schedule.epochs else ""
        shared = epoch if many[encounter.epoch] > 1 else ""
        printed = printed_repeats(meant[k]) if k in meant else None
        places.append(k)
        visits.append(VisitCount(
            column=encounter.column, visit=visit_name(encounter), epoch=epoch, contact=contact,
            repeats=repeats.get(k, printed or 1),
            repeated="" if k in repeats or printed else why_repeated(encounter, shared),
            printed_repeats=None if k in repeats else printed,
            counts=_visit_counts(marks, classes, schedule, notes, contact, vocabulary),
        ))  # fmt: skip
    planned = [v for v in visits if v.contact != "unscheduled"]
    epochs = dict.fromkeys(v.epoch for v in visits)
    unknown = [a.name for k, a in enumerate(schedule.activities) if classes.get(k) == OTHER and k not in again]
    return TableBurden(
        table_id=schedule.table_id, title=schedule.title, visits=visits,
        by_epoch={e: summed(v for v in planned if v.epoch == e) for e in epochs if any(v.epoch == e for v in planned)},
        total=summed(planned),
        unscheduled=summed(v for v in visits if v.contact == "unscheduled"),
        other=list(dict.fromkeys(unknown)),
        assumptions=assumptions(schedule, visits, {places.index(k) for k in repeats if k in places}),
    )  # fmt: skip


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
    if {"unscheduled", "early_termination"} & set(encounter.timing.events) or _holds(header, words.unscheduled.all()):
        return "unscheduled"
    if _holds(header, words.phone.all()):
        return "phone"
    if visit is not None and visit.contact in ("phone", "site or phone"):
        return "phone" if visit.contact == "phone" else "site_or_phone"
    for text in (notes.get(marker, "") for marker in encounter.footnotes):
        if _holds(text, words.phone.all()):
            return "site_or_phone" if _holds(text, words.maybe.all()) else "phone"
    return "site"


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


def _visit_counts(marks: list[Mark], classes: dict[int, str], schedule: Schedule, notes: dict[str, str],
                  contact: Contact, vocabulary: Vocabulary) -> Counts:  # fmt: skip
    by_class = Counter(classes[m.activity] for m in marks)
    staff = sum(by_class[key] for key in vocabulary.staff_only())
    conditional = sum(is_conditional(m, schedule.activities[m.activity], notes, vocabulary) for m in marks)
    return Counts(
        visits=1, procedures=len(marks) - staff, staff=staff, conditional=conditional, by_class=dict(by_class),
        visits_by_class=dict.fromkeys(by_class, 1), **{contact: 1},
    )  # fmt: skip


def _counts(mark: Mark, activity: Activity) -> bool:
    """Not a category name repeated over the row, and not words that say no."""
    text = plain_case(mark.text)
    return not activity.category and text not in (plain_case(activity.name), "-", "–", "—", "n/a", "na", "no")


def _holds(text: str, words: list[str]) -> bool:
    return longest_match(text, tuple(words)) > 0
