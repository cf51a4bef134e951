"""What the counts of a schedule assume, in sentences."""

from __future__ import annotations

from soesift.burden.models import VisitCount
from soesift.schedule import Schedule


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
    maybe = [v.visit for v in visits if v.contact == "site_or_phone"]
    if maybe:
        said.append(f"On site or by telephone, by footnote; counted apart: {_listed(maybe)}.")
    return said


def _on_marks(schedule: Schedule, visits: list[VisitCount]) -> list[str]:
    said = []
    conditional = sum(v.counts.conditional for v in visits)
    if conditional:
        marks = "1 mark is" if conditional == 1 else f"{conditional} marks are"
        said.append(f"{marks} conditional or optional (in parentheses, or by words or footnote); counted as done, "
                    "and shown apart.")  # fmt: skip
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
