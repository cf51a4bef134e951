"""The overview of a folder of results: one line a document, as a page (`index.html`) and a sheet (`index.xlsx`)."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from soesift.app.signing import state_of
from soesift.errors import SoesiftError, UsageError
from soesift.export.html import chip, element, page_head, text
from soesift.export.sheet_cells import PADDING, StyledSheet, shortened
from soesift.export.wording import counted, page_ranges, plain, type_name
from soesift.export.write import REGISTER, placed, same_bytes
from soesift.files import write_atomically
from soesift.result.models import DocumentInfo
from soesift.result.store import is_result, sidecar_of
from soesift.review.corrections import effective
from soesift.review.documents import Document
from soesift.review.worklist import doubtful_places

NAMES = ("index.html", "index.xlsx")
WHICH = "overview"  # as the register of exports calls it
CACHE = ".soesift-overview.json"  # rows by result, with size and time of the files that they are of
FORMAT = 2  # of the cached rows; those of another are made anew
STATES = {
    "to check": "to check",
    "checked": "checked, not signed",
    "signed once": "signed once",
    "signed": "signed",
    "not read": "not read",
}
COLUMNS = ("Document", "Number", "Sponsor", "Version", "State", "Schedules", "To check", "Corrections", "Signed by")
WIDTHS = (28, 14, 18, 11, 17, 40, 17, 13, 22)


@dataclass(frozen=True, slots=True)
class Row:
    """One document. number, sponsor, version: as its title page prints them; tables: type, pages and title of each;
    doubts: places that carry one; open: what waits for a word; left_out: corrections that no longer fit; signed: who,
    when; files: reports that lie beside the result."""

    stem: str
    name: str
    number: str = ""
    sponsor: str = ""
    version: str = ""
    state: str = "to check"
    tables: list[tuple[str, str, str]] = field(default_factory=list)
    doubts: int = 0
    open: int = 0
    corrections: int = 0
    left_out: int = 0
    signed: list[str] = field(default_factory=list)
    why: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def schedules(self) -> str:
        """The tables by type, in words: "Main schedule, pages 10–12; Subsidiary schedule, page 30"."""
        return "; ".join(f"{kind}, {pages}" if pages else kind for kind, pages, _ in self.tables) or self.why or "none"

    @property
    def to_check(self) -> str:
        """How much is left to look at; nothing for none."""
        said = [counted(self.doubts, "place")] if self.doubts else []
        said += [f"{self.open} to look at"] if self.open else []
        return ", ".join(said)

    @property
    def corrected(self) -> str:
        left = f"{self.left_out} left out" if self.left_out else ""
        return ", ".join(filter(None, [str(self.corrections) if self.corrections else "", left]))

    def texts(self) -> tuple[str, ...]:
        """What stands in the columns."""
        signed = "; ".join(self.signed)
        state = STATES.get(self.state, self.state)
        facts = (self.name, self.number, self.sponsor, self.version, state)
        return (*facts, self.schedules, self.to_check, self.corrected, signed)


def row_of(document: Document, readers: int = 1) -> Row:
    """The line of one document, with its corrections in effect. Raises UsageError for a file that is no result."""
    look = document.look()
    result = look.applied.result
    info = result.document
    printed = {name: plain(fact.text) for name, fact in info.title_page.items()}
    signed = [f"{one['who']}, {str(one['when'])[:10]}" for one in look.standing.signed]
    standing = [one for one in effective(look.corrections) if one["what"].get("action") not in ("sign", "check")]
    return Row(
        stem=document.path.stem,
        name=plain(info.name),
        number=next((printed[name] for name in ("identifier", "nct", "eudract") if name in printed), ""),
        sponsor=printed.get("sponsor", ""),
        version=printed.get("version", printed.get("amendment", "")),
        state="not read" if info.error else state_of(look, readers),
        tables=[(type_name(t.table_type), _where(t.pages), plain(t.title)) for t in result.tables],
        doubts=sum(doubtful_places(table) for table in result.tables),
        open=look.standing.open + look.standing.unseen,
        corrections=len(standing),
        left_out=len(look.applied.left_out),
        signed=[plain(one) for one in signed],
        why=plain(info.error or ""),
    )


def _where(pages: Sequence[int]) -> str:
    return f"page{'' if len(pages) == 1 else 's'} {page_ranges(pages)}" if pages else ""


def rows_of(folder: Path, readers: int = 1) -> list[Row]:
    """The lines of all results in a folder, in the order of their names; those whose files did not change since the
    last time are not read again."""
    kept = _kept(folder)
    rows, stamps = [], {}
    for path in sorted(folder.glob("*.json")):
        stamp = [FORMAT, readers, *_stamp(path), *_stamp(sidecar_of(path))]
        before = kept.get(path.stem)
        if before is not None and before.get("stamp") == stamp:
            row = Row(**{**before["row"], "tables": [tuple(table) for table in before["row"]["tables"]]})
        elif is_result(path):
            try:
                row = row_of(Document(path.stem, path, None), readers)
            except SoesiftError as error:
                row = Row(path.stem, path.name, state="not read", why=str(error))
        else:
            continue
        stamps[path.stem] = {"stamp": stamp, "row": asdict(row)}
        there = [f"{path.stem}{ending}" for ending in (".html", ".xlsx") if (folder / f"{path.stem}{ending}").is_file()]
        rows.append(Row(**{**asdict(row), "files": there}))
    if stamps != kept:
        write_atomically(folder / CACHE, json.dumps(stamps, ensure_ascii=False))
    return rows


def _kept(folder: Path) -> dict[str, dict[str, Any]]:
    with suppress(OSError, ValueError):
        found = json.loads((folder / CACHE).read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def write_overview(folder: Path, readers: int = 1, replace: bool = False, names: Sequence[str] = NAMES) -> list[Path]:
    """Write `index.html` and `index.xlsx`, or one of them, beside the results of a folder; the paths. The same results
    give the same bytes; without a result nothing is written.

    Raises UsageError, and writes nothing, where a file of that name is there that no overview wrote or that somebody
    changed, unless `replace`; and where a document is called index. WriteError.
    """
    if is_result(folder / "index.json"):
        raise UsageError(
            f"{folder / 'index.json'} is the result of a document; the overview of {folder} needs its name"
        )
    rows = rows_of(folder, readers)
    if not rows:
        return []
    make_of = {
        "index.html": lambda name: overview_html(rows, name).encode(),
        "index.xlsx": lambda name: overview_xlsx(rows, name),
    }

    def make(stage: Path) -> list[Path]:
        return [write_atomically(stage / name, make_of[name](folder.resolve().name)) for name in names]

    return placed(make, folder, WHICH, replace)


def kept_overviews(folder: Path) -> list[str]:
    """The names of the overviews that were written into a folder before."""
    try:
        known = json.loads((folder / REGISTER).read_text("utf-8"))
        return [name for name in NAMES if name in known and known[name][1] == WHICH]
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        return []


def summed(rows: Sequence[Row]) -> str:
    """One sentence: how many documents, in which states, and how many schedules."""
    states = Counter(row.state for row in rows)
    parts = ", ".join(f"{states[name]} {said}" for name, said in STATES.items() if states[name])
    schedules = sum(len(row.tables) for row in rows)
    return f"{counted(len(rows), 'document')}: {parts}. {counted(schedules, 'schedule')}." if rows else "No documents."


def overview_html(rows: Sequence[Row], name: str) -> str:
    """The page, self-contained; links go to the reports that lie beside it."""
    style = (files("soesift.export") / "report.css").read_text("utf-8") + STYLE
    head = element("tr", *(element("th", text(column), scope="col") for column in (*COLUMNS, "Reports")))
    lines = [_line(row) for row in rows]
    table = element("table", element("thead", head), element("tbody", *lines), cls="overview folder")
    frame = element("div", table, cls="wide", tabindex=0, role="region", aria_label="Documents")
    body = element(
        "body",
        element(
            "header",
            element("p", "SoESift", cls="kicker"),
            element("h1", text(f"Protocols in {name}")),
            element("p", text(summed(rows)), cls="verdict"),
        ),
        element("main", element("section", frame, aria_label="Overview")),
        element("footer", text(f"{NOTE} Written by soesift {version('soesift')}.")),
    )
    return f"<!doctype html>\n{element('html', page_head(f'Protocols in {name}', style), body, lang='en')}\n"


NOTE = (
    "Corrections that people made are in effect in states, schedules and counts here. A report beside a result shows "
    "what was detected; export writes it anew with the corrections."
)
STYLE = """
.folder { min-width: 60rem; }
.folder td:nth-child(n) { white-space: normal; }
.folder tbody th { max-width: 18rem; overflow-wrap: anywhere; }
.folder td { overflow-wrap: break-word; }
.folder .chip { white-space: nowrap; }
@media print { .folder { min-width: 0; font-size: 8pt; } .wide { overflow: visible; } }
"""
_KINDS = {"signed": "yes", "not read": "error", "to check": "unsure"}


def _line(row: Row) -> str:
    link = next((one for one in row.files if one.endswith(".html")), None)
    name = element("a", text(row.name), href=quote(link)) if link else text(row.name)
    number, sponsor, printed = (element("td", text(value)) for value in (row.number, row.sponsor, row.version))
    state = element("td", chip(STATES.get(row.state, row.state), _KINDS.get(row.state, "")))
    tables = [
        element("div", text(f"{kind}, {pages}" if pages else kind), title=title or None)
        for kind, pages, title in row.tables
    ]
    schedules = element("td", *(tables or [text(row.schedules)]))
    rest = [element("td", text(value)) for value in (row.to_check, row.corrected, "; ".join(row.signed))]
    links = " ".join(element("a", text(Path(one).suffix[1:]), href=quote(one)) for one in row.files)
    heading = element("th", name, scope="row")
    return element("tr", heading, number, sponsor, printed, state, schedules, *rest, element("td", links))


def overview_xlsx(rows: Sequence[Row], name: str) -> bytes:
    """The sheet, with a filter over its header; the same rows give the same bytes."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    workbook = Workbook()
    workbook.active.title = "Protocols"
    sheet = StyledSheet(workbook.active, [])
    for column, width in enumerate(WIDTHS, 1):
        sheet.width(column, width)
    sheet.put(1, 1, f"Protocols in {name}", "title")
    sheet.put(2, 1, summed(rows), "text_line")
    sheet.fit(4, COLUMNS, WIDTHS, bold=True)
    for column, heading in enumerate(COLUMNS, 1):
        sheet.put(4, column, heading, "header")
    for place, row in enumerate(rows, 5):
        texts = list(row.texts())
        link = next((one for one in row.files if one.endswith(".xlsx")), None)
        if link:
            texts[0] = shortened(texts[0], WIDTHS[0] - PADDING)
        sheet.fit(place, texts, WIDTHS)
        for column, said in enumerate(texts, 1):
            sheet.put(place, column, said, "text")
        if link:
            sheet.link_file(place, 1, quote(link))
    last = f"{get_column_letter(len(COLUMNS))}{4 + len(rows)}"
    workbook.active.auto_filter.ref = f"A4:{last}"
    workbook.active.freeze_panes = "B5"
    sheet.print_landscape("4:4")
    out = io.BytesIO()
    workbook.properties.creator = "soesift"
    workbook.save(out)
    return same_bytes(out.getvalue())


# Versions of one protocol among the documents of an app: what their title pages print links them.

_OF_ONE = ("nct", "eudract", "identifier")  # what names a protocol over its versions
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
SHORTEST = 5  # letters of a protocol's number; a shorter one may be that of several


class Link(NamedTuple):
    """Another version: its key, and what its title page prints of the version ("" for nothing)."""

    key: str
    version: str


def versions_of(documents: Mapping[str, DocumentInfo]) -> dict[str, list[Link]]:
    """The other versions of each document, in the order given; documents that share no printed number have none."""
    named = {key: numbers_of(info) for key, info in documents.items()}
    return {key: [Link(other, version_of(documents[other])) for other in others(key, named)] for key in documents}


def others(key: str, named: Mapping[str, frozenset[str]]) -> Sequence[str]:
    """The documents that share a number with one."""
    return [other for other in named if other != key and named[key] & named[other]]


def numbers_of(info: DocumentInfo) -> frozenset[str]:
    """The printed numbers of the protocol, without spaces and signs."""
    facts = (info.title_page[name].text for name in _OF_ONE if name in info.title_page)
    return frozenset(text for fact in facts if len(text := _NOT_LETTERS.sub("", fact.lower())) >= SHORTEST)


def version_of(info: DocumentInfo) -> str:
    """What the title page prints of the version, else of the amendment."""
    fact = info.title_page.get("version") or info.title_page.get("amendment")
    return fact.text if fact is not None else ""
