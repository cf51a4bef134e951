"""How results are worded for people; shared by the Excel and HTML reports."""

from __future__ import annotations

import re
from collections.abc import Iterable

from soesift.result.models import DocumentInfo, Location, Rejected, Result, SoeTable
from soesift.schedule import Schedule, Visit

TYPE_NAMES = {
    "main_soa": "Main schedule",
    "track": "Schedule of one track",
    "domain": "Schedule of one domain",
    "subsidiary": "Subsidiary schedule",
}
FLAG_NAMES = {
    "image_only": ("Picture", "The table is printed as a picture; its text was read by OCR. Check it."),
    "rotated": ("Rotated", "The text is turned on the page."),
    "redacted": ("Redacted", "Parts are blacked out in the document; nothing was filled in for them."),
    "transposed": ("Transposed", "Visits are the rows and procedures the columns."),
    "tiled": ("Tiled", "The columns go on over several pages; the blocks were set side by side."),
    "in_synopsis": ("In synopsis", "The table stands in the protocol synopsis."),
    "borderless": ("Borderless", "The columns were found by white space, not by rules. Check them."),
}
TITLE_NAMES = {
    "title": "Title as printed",
    "identifier": "Protocol number as printed",
    "sponsor": "Sponsor as printed",
    "version": "Version as printed",
    "amendment": "Amendment as printed",
    "phase": "Phase as printed",
    "nct": "ClinicalTrials.gov",
    "eudract": "EudraCT",
}
# XML 1.0 and HTML allow none of these: control characters, surrogate halves, non-characters
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """`text` without the characters that no XML or HTML file may hold."""
    return _ILLEGAL.sub("", text)


def type_name(table_type: str) -> str:
    """The words for a table type or likely class; an unknown one with its underscores as spaces."""
    return TYPE_NAMES.get(table_type, table_type.replace("_", " ").capitalize())


def percent(probability: float) -> str:
    """A probability as "97 %"; never "100 %" or "0 %" unless it is exactly that."""
    if 0.995 <= probability < 1:
        return "> 99 %"
    if 0 < probability < 0.005:
        return "< 1 %"
    return f"{probability * 100:.0f} %"


def page_runs(pages: Iterable[int]) -> list[list[int]]:
    """[12, 13, 14, 16] as [[12, 13, 14], [16]]: runs of neighbours, in order, each page once."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return runs


def page_ranges(pages: Iterable[int], dash: str = "–") -> str:
    """[12, 13, 14, 16] as "12–14, 16"."""
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}{dash}{run[-1]}" for run in page_runs(pages))


def location_text(location: Location) -> str:
    """The place of a DOCX table: "Section › Subsection, table 3"."""
    return ", ".join([*filter(None, [" › ".join(location.heading_path)]), f"table {location.table_number}"])


def where(item: SoeTable | Rejected) -> str:
    """The place of a table: "pages 12–14", or its location in a document without pages."""
    if item.pages:
        return _pages(item.pages)
    locations = [f.location for f in item.fragments] if isinstance(item, SoeTable) else [item.location]
    return "; ".join(location_text(place) for place in locations if place is not None)


def heading_of(table: SoeTable, number: int) -> str:
    """The title of the table, or a name made of its type and 1-based number."""
    return plain(table.title).strip() or f"{type_name(table.table_type)} (table {number}, untitled)"


def running_head(result: Result) -> str:
    """What stands at the top of each printed page: the document, and the number and version that it prints."""
    facts = result.document.title_page
    named = [facts["identifier"].text] if "identifier" in facts else []
    named += [f"version {facts['version'].text}"] if "version" in facts else []
    return plain(" · ".join([result.document.name, *named]))


def review_words(result: Result) -> str:
    """ "Review: not signed: 2 still to decide"; nothing for a result as detected."""
    return plain(f"Review: {result.document.review}") if result.document.review else ""


def unsigned_words(result: Result) -> str:
    """The same where no signature holds, else nothing."""
    said = result.document.review or ""
    return "" if said.startswith("signed") else review_words(result)


def counted(number: int, name: str) -> str:
    """ "1 table", "2 tables"."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def verdict(result: Result) -> str:
    """One sentence: what was found."""
    n = len(result.tables)
    if result.document.error:
        return "The document could not be read."
    pages = {p for table in result.tables for p in table.pages}
    unsure = result.document.has_soe == "unsure"
    if n and all(table.table_type == "subsidiary" for table in result.tables):
        also = f"{counted(n, 'subsidiary table')}, such as sampling times"
        also += f", on {_pages(pages)}" if pages else ""
        more = "; please look at what is listed below" if unsure else ""
        return f"{'Unsure: no' if unsure else 'No'} Schedule of Events found, but {also}{more}."
    found = f"{counted(n, 'schedule table')} found"
    found += f" on {_pages(pages)}" if pages else ""
    if unsure:
        return f"Unsure: {found if n else 'no schedule table found'}; please look at what is listed below."
    return f"{found}." if n else "No Schedule of Events found."


def document_facts(result: Result) -> list[tuple[str, str]]:
    """Name and value of what a reader checks first, in order."""
    document, model = result.document, result.model
    facts = [
        ("Document", document.name),
        ("Result", verdict(result)),
        ("Schedule of Events", document.has_soe),
    ]
    facts += [("Review", document.review)] if document.review else []
    facts += [(TITLE_NAMES[name], fact.text) for name, fact in document.title_page.items()]
    facts += _trouble(document)
    if document.n_pages is not None:
        facts.append(("Pages", str(document.n_pages)))
    facts.append(("SHA-256 of the document", document.sha256))
    facts.append(("Model", f"{model.name} {model.version} (SHA-256 {model.sha256})"))
    facts.append(("Accepted from", f"{percent(model.threshold)}; unsure from {percent(model.unsure_threshold)}"))
    facts += [(f"Setting {key}", value) for key, value in sorted(result.settings.items())]
    return [(name, plain(value)) for name, value in facts]


def _pages(pages: Iterable[int]) -> str:
    return f"page{'s' if len(set(pages)) > 1 else ''} {page_ranges(pages)}"


def _trouble(document: DocumentInfo) -> list[tuple[str, str]]:
    facts = [("Error", document.error)] if document.error else []
    facts += [("Unsure" if u.page is None else f"Unsure about page {u.page}", u.why) for u in document.unsure_pages]
    if document.image_only_pages:
        facts.append(("Pages that are pictures", page_ranges(document.image_only_pages)))
    if document.pictures_not_read:
        pages = page_ranges([picture.page for picture in document.pictures_not_read])
        facts.append(("Pictures seen to hold no table, not read", f"{pages} (--ocr always reads them)"))
    return facts


# A visit in words, for the tables that people read.

COLUMNS = (
    "Column",
    "Visit",
    "Epoch",
    "Kind",
    "Time",
    "Window (days)",
    "Relative to",
    "Contact",
    "Repeats",
    "Conditions",
    "Procedures",
    "Where printed",
    "Doubt",
)


def visit_rows(table: SoeTable, schedule: Schedule) -> list[tuple[str, ...]]:
    """One row of texts a printed column, in the order of `COLUMNS`."""
    counts = _procedures(schedule)
    where = f"page {page_ranges(table.pages)}" if len(table.pages) == 1 else f"pages {page_ranges(table.pages)}"
    return [
        (
            str(visit.column + 1),
            " / ".join(visit.printed) or visit.name,
            visit.epoch or "",
            visit.kind,
            time_words(visit),
            window_words(visit),
            visit.relative_to or "",
            visit.contact or "",
            repeat_words(visit),
            "; ".join(visit.conditions),
            str(counts.get(visit.encounter, 0)) if visit.encounter is not None and visit.is_visit else "",
            where if table.pages else "",
            " ".join(visit.doubts),
        )
        for visit in schedule.visits
    ]


def time_words(visit: Visit) -> str:
    """ "Cycle 2, day 8", "week 4", "day -28 to -1", "30 days after last dose", "open"."""
    parts: list[str] = []
    if visit.cycle is not None:
        last = "" if visit.last_cycle in (None, visit.cycle) else f" to {visit.last_cycle}"
        last = " onwards" if visit.kind == "repeat" and visit.last_cycle is None else last
        last = "" if visit.cycles else last
        parts.append(f"cycle {', '.join(map(str, visit.cycles)) or visit.cycle}{last}")
    parts += [_span("day", visit.day, visit.last_day), _span("week", visit.week, visit.last_week)]
    parts.append("" if visit.month is None else f"month {visit.month:g}")
    parts.append("" if visit.hours is None else f"{visit.hours:g} h")
    if visit.offset_days is not None:
        side = "after" if visit.offset_days >= 0 else "before"
        parts.append(f"{abs(visit.offset_days):g} days {side} {visit.relative_to or '?'}")
    shown = ", ".join(filter(None, parts))
    if visit.is_visit:
        return shown or ("no fixed time" if visit.kind in ("event", "unscheduled") else "open")
    return shown


def window_words(visit: Visit) -> str:
    """ "±3", "-1/+2" in days, "-0/+0.5 h" where it is less than days, or nothing."""
    if visit.before_days is None and visit.after_days is None:
        return ""
    before, after = visit.before_days or 0.0, visit.after_days or 0.0
    unit = ""
    if not (before.is_integer() and after.is_integer()):
        before, after, unit = round(before * 24, 2), round(after * 24, 2), " h"
    return (f"±{before:g}" if before == after else f"-{before:g}/+{after:g}") + unit


def window_said(visit: Visit) -> str:
    """ "window ±3 days", or nothing."""
    shown = window_words(visit)
    return f"window {shown}{'' if shown.endswith('h') else ' days'}" if shown else ""


def repeat_words(visit: Visit) -> str:
    """ "every 28 days", "until week 140", "each cycle"."""
    if visit.kind != "repeat":
        return ""
    every = "" if visit.every_days is None else f"every {visit.every_days:g} days"
    every = every if visit.every_months is None else f"every {visit.every_months:g} months"
    ends = [
        ("week", visit.last_week),
        ("day", visit.last_day),
        ("cycle", None if visit.last_cycle == visit.cycle else visit.last_cycle),
    ]
    end = next((f"until {unit} {value:g}" for unit, value in ends if value is not None), "")
    return ", ".join(filter(None, [every, end])) or "repeats"


def _span(unit: str, first: float | None, last: float | None) -> str:
    if first is None and last is None:
        return ""
    if first is None:
        return f"up to {unit} {last:g}"
    return f"{unit} {first:g}" if last is None or last == first else f"{unit} {first:g} to {last:g}"


def _procedures(schedule: Schedule) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for mark in schedule.marks:
        found[mark.encounter] = found.get(mark.encounter, 0) + 1
    return found
