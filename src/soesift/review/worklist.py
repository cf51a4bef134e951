"""What needs a person's decision: unsure pages and tables, types in doubt, near misses, reviewers who differ."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from soesift.export.wording import COLUMNS, counted, percent, plain, type_name, visit_rows
from soesift.result.models import Rejected, Result, SoeTable
from soesift.review.apply import Applied, settled
from soesift.review.corrections import Correction, effective
from soesift.schedule import Schedule, Visit, read_schedule
from soesift.schedule.said import SaidValues

Kind = Literal["differ", "unsure", "type", "doubt", "near_miss", "table", "unlikely"]
ORDER: dict[Kind, int] = {"differ": 0, "unsure": 1, "type": 2, "doubt": 3, "near_miss": 4, "table": 5, "unlikely": 6}
OPEN: tuple[Kind, ...] = ("differ", "unsure", "type", "doubt", "near_miss")
SAID = ("text", "markers", "states", "title", "marker", "said", "rows", "row_span", "column_span")  # of a mended place
SURE = 0.9  # probability from which on an accepted table is not asked about
SURE_TYPE = 0.7
NEAR = 0.02  # as in detection: a less likely table is listed and not asked about


@dataclass(frozen=True, slots=True)
class Item:
    """One table, near miss or page. key: "t1", "r1", "p12"; decision: "accept", "reject" or ""; by: who decided."""

    key: str
    kind: Kind
    title: str
    why: str
    pages: tuple[int, ...]
    probability: float | None
    decision: str = ""
    by: str = ""

    @property
    def open(self) -> bool:
        return self.kind == "differ" or (self.kind in OPEN and not self.decision)

    @property
    def unseen(self) -> bool:
        """Whether it is a table that the model was sure of and nobody has said a word about: signing waits for one."""
        return self.kind == "table" and not self.decision


def items_of(result: Result, applied: Applied, corrections: Sequence[Correction]) -> list[Item]:
    """All items of a document, those to be decided first."""
    near = {f"r{number}" for number in range(1, len(result.rejected) + 1)}
    found = [_of_table(table) for table in applied.result.tables if table.id not in near]
    gone = {name for name, (said, _) in applied.decided.items() if said == "reject"}
    found += [_of_table(table) for table in result.tables if table.id in gone]
    found += [_of_near(number, item, result) for number, item in enumerate(result.rejected, 1)]
    found += _of_pages(result)
    differing = differing_items(corrections)
    done = [_decided(item, applied, differing) for item in found]
    return sorted(done, key=lambda item: (not item.open, ORDER[item.kind], -(item.probability or 0.0)))


def differing_items(corrections: Sequence[Correction]) -> dict[str, str]:
    """Items on which two people's words differ, neither having seen the other's: item -> their names, and where.

    A later word on the same place by somebody who had seen both settles it, and so does a word on the whole item.
    """
    place = {str(one.get("id")): number for number, one in enumerate(corrections)}
    last: dict[tuple[str, str], tuple[str, str, int]] = {}
    differing: dict[tuple[str, str], str] = {}
    for one in effective(corrections):
        what, who = one["what"], str(one.get("who", ""))
        item, where, said = _word(what)
        if not item:
            continue
        before = last.get((item, where))
        seen = what.get("seen")
        blind = before is not None and isinstance(seen, int) and before[2] >= seen
        if before is not None and blind and before[0] != who and before[1] != said:
            differing[item, where] = f"{before[0]} and {who}"
        else:
            differing.pop((item, where), None)
        if not where and isinstance(seen, int):  # a word on the item as it stood settles its places
            for key in [key for key in differing if key[0] == item and key[1] and last[key][2] < seen]:
                differing.pop(key)
        last[item, where] = (who, said, place[str(one.get("id"))])
    said_of: dict[str, list[str]] = {}
    for (item, where), names in differing.items():
        said_of.setdefault(item, []).append(f"{names} on {where}" if where else names)
    return {item: "; ".join(said) for item, said in said_of.items()}


def _word(what: dict[str, Any]) -> tuple[str, str, str]:
    """(item, place in it, what was said of it); place "" is the whole item; ("", "", "") for actions that name
    several."""
    action = str(what.get("action"))
    if action in ("accept", "reject", "retype"):
        if what.get("table") is not None:
            item = str(what["table"])
        else:
            item = f"r{what['near_miss']}" if what.get("near_miss") is not None else f"p{what.get('page')}"
        return item, "", f"{action} {what.get('table_type', '')}"
    where = _place_of(action, what)
    said = {name: what[name] for name in SAID if name in what}
    return (str(what.get("table")), where, json.dumps([action, said], sort_keys=True)) if where else ("", "", "")


def _place_of(action: str, what: dict[str, Any]) -> str:
    """What of a table a word is about, in words; "" where it is about none or several."""
    if what.get("row") is not None and action in ("edit_cell", "check", "merge_cells"):
        cell = f"row {_one(what['row'])}, column {_one(what.get('column'))}"
        return f"what is merged at {cell}" if action == "merge_cells" else cell
    if what.get("note") is not None and action in ("edit_note", "remove_note", "check"):
        return f"footnote {_one(what['note'])}"
    if action == "edit_visit" or (action == "check" and what.get("visit") is not None):
        return f"the visit of column {_one(what.get('column', what.get('visit')))}"
    return {"edit_title": "the title", "header_rows": "the header"}.get(action, "")


def _one(place: object) -> object:
    return place + 1 if isinstance(place, int) else place


def _decided(item: Item, applied: Applied, differing: dict[str, str]) -> Item:
    decision, by = applied.decided.get(item.key, ("", ""))
    kind, why = item.kind, item.why
    if item.key in differing:
        kind, why = "differ", f"{differing[item.key]} differ; say it once more, or accept it as it stands, to settle it"
    return Item(item.key, kind, item.title, why, item.pages, item.probability, decision, by)


def _of_table(table: SoeTable) -> Item:
    kind: Kind = "table"
    why = f"{type_name(table.table_type)}, {percent(table.type_probability)}"
    if table.probability < SURE:
        kind, why = "unsure", f"a schedule? {percent(table.probability)}"
    elif table.type_probability < SURE_TYPE:
        kind, why = "type", f"type? {type_name(table.table_type)}, {percent(table.type_probability)}"
    elif why_not := _to_check(table):
        kind, why = "doubt", why_not
    pages = tuple(sorted({*table.pages, *(f.page for f in table.fragments if f.page is not None)}))
    return Item(table.id, kind, table.title or "(untitled)", why, pages, table.probability)


def _doubts(table: SoeTable) -> str:
    """How many places and visits of a table carry a doubt, in words; nothing for none."""
    said = [
        counted(count, name)
        for count, name in ((doubtful_places(table), "place"), (doubtful_visits(table), "visit"))
        if count
    ]
    return f"{' and '.join(said)} to check in the table" if said else ""


def doubtful_places(table: SoeTable) -> int:
    """How many cells, notes, and things about the whole table carry a doubt."""
    return sum(bool(part.doubt) for part in table.parts) + len(table.doubt)


def _of_near(number: int, item: Rejected, result: Result) -> Item:
    kind: Kind = "near_miss" if item.probability >= NEAR else "unlikely"
    if item.probability >= result.model.unsure_threshold:
        kind = "unsure"
    why = f"left out: {percent(item.probability)}, looks like {type_name(item.likely_class).lower()}"
    return Item(f"r{number}", kind, item.title or "(untitled)", why, tuple(item.pages), item.probability)


def _of_pages(result: Result) -> list[Item]:
    """Unsure pages whose doubt is not about a listed near miss, then pictures left unread; one item a page."""
    near = {f"r{number}": item for number, item in enumerate(result.rejected, 1)}
    everything = dict.fromkeys(near, "any")
    found: dict[str, Item] = {}
    for one in result.document.unsure_pages:
        if not settled(one.page, near, everything):
            title = "The document" if one.page is None else f"Page {one.page}"
            pages = () if one.page is None else (one.page,)
            found.setdefault(f"p{one.page or 0}", Item(f"p{one.page or 0}", "unsure", title, one.why, pages, None))
    for picture in result.document.pictures_not_read:
        name, title = f"p{picture.page}", f"Page {picture.page}, a picture"
        why = f"not read, as it seems to hold no schedule: {percent(picture.likely)} that it does"
        found.setdefault(name, Item(name, "unlikely", title, why, (picture.page,), picture.likely))
    return list(found.values())


# How far people are with a document: what waits to be looked at, who signed it as it stands, and that in words.


class Standing(NamedTuple):
    """open: decisions that wait; unseen: tables that nobody said a word about; differ: items on which people differ
    (open, too); left_out: corrections that no longer fit; signed: the signatures that hold."""

    open: int
    unseen: int
    differ: int
    left_out: int
    signed: list[Correction]

    @property
    def waits(self) -> list[str]:
        """What a signature waits for, in words; nothing where the document may be signed."""
        decide, fits = self.open - self.differ, "fits" if self.left_out == 1 else "fit"
        said = {
            f"{decide} still to decide": decide,
            f"people differ on {self.differ}": self.differ,
            f"{counted(self.unseen, 'table')} nobody has looked at": self.unseen,
            f"{counted(self.left_out, 'correction')} no longer {fits}": self.left_out,
        }
        return [words for words, count in said.items() if count]

    @property
    def words(self) -> str:
        """ "signed by Anna (checked), 2026-11-27 10:03 UTC", or why not."""
        if self.signed:
            return "; ".join(map(_signature, self.signed))
        return f"not signed: {', '.join(self.waits)}" if self.waits else "looked at, not signed"


def standing_of(applied: Applied, corrections: Sequence[Correction], items: Sequence[Item]) -> Standing:
    """No signature holds where people differ, or where a correction no longer fits what was read anew."""
    differ, left_out = sum(item.kind == "differ" for item in items), len(applied.left_out)
    signed = [] if differ or left_out else signatures(applied.result, corrections)
    return Standing(sum(item.open for item in items), sum(item.unseen for item in items), differ, left_out, signed)


def signatures(result: Result, corrections: Sequence[Correction]) -> list[Correction]:
    """The signatures that hold for a corrected result: nothing was changed after them, and the tables are those that
    were signed (a document that was read anew has others)."""
    standing = effective(corrections)
    changed = [place for place, one in enumerate(standing) if one["what"].get("action") != "sign"]
    last = max(changed, default=-1)
    found = [one for place, one in enumerate(standing) if place > last and one["what"].get("action") == "sign"]
    now = contents(result) if any(one["what"].get("of") for one in found) else ""
    return [one for one in found if one["what"].get("of", now) == now]


def contents(result: Result) -> str:
    """16 hex digits of the tables of a result, all that they say."""
    tables: list[dict[str, Any]] = [table.model_dump(mode="json", exclude_defaults=True) for table in result.tables]
    return hashlib.sha256(json.dumps([result.document.sha256, tables], sort_keys=True).encode()).hexdigest()[:16]


def _signature(one: Correction) -> str:
    when = str(one.get("when", ""))[:16].replace("T", " ")
    return f"signed by {one.get('who')} ({one['what'].get('meaning', 'checked')}), {when} UTC"


# Tables as visit tables, read once each: a table that nobody mended is the same object from one look to the next

KEPT = 400  # tables whose meaning is held in memory
T = TypeVar("T")


class OfTable(Generic[T]):
    """What a function makes of a table, kept for the table objects last asked for."""

    def __init__(self, make: Callable[[SoeTable], T]) -> None:
        self.make = make
        self.kept: OrderedDict[int, tuple[SoeTable, T]] = OrderedDict()  # the table is held, so its id stays its own
        self.lock = threading.Lock()

    def __call__(self, table: SoeTable) -> T:
        with self.lock:
            if id(table) in self.kept:
                self.kept.move_to_end(id(table))
                return self.kept[id(table)][1]
        made = self.make(table)
        with self.lock:
            self.kept[id(table)] = (table, made)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return made


understood: OfTable[Schedule] = OfTable(read_schedule)
_to_check: OfTable[str] = OfTable(lambda table: _doubts(table))


def doubtful_visits(table: SoeTable) -> int:
    """How many columns carry a doubt about what they mean as visits, and doubts about the whole visit table."""
    schedule = understood(table)
    return sum(bool(visit.doubts) for visit in schedule.visits) + len(schedule.doubts)


def visits_view(table: SoeTable) -> dict[str, Any]:
    """The visit table for the page's script: its columns' names, one row of words and of values a printed column."""
    schedule = understood(table)
    said = {one.column for one in table.visits_said}
    lines = zip(schedule.visits, visit_rows(table, schedule), strict=True)
    return {
        "columns": list(COLUMNS),
        "rows": [
            {
                "column": visit.column,
                "words": [plain(word) for word in words],
                "values": _values(visit),
                "doubt": plain(" ".join(visit.doubts)),
                "mended": visit.column in said,
                "annotation": visit.encounter is None,
            }
            for visit, words in lines
        ],
        "doubts": [plain(doubt) for doubt in schedule.doubts],
        "transposed": schedule.transposed,
    }


def _values(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in SaidValues.model_fields}
