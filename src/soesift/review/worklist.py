"""What needs a person's decision: unsure pages and tables, types in doubt, near misses, reviewers who differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from soesift.export.wording import percent, type_name
from soesift.result.models import Rejected, Result, SoeTable
from soesift.review.apply import Applied, settled
from soesift.review.corrections import Correction, effective
from soesift.review.understood import doubtful_visits

Kind = Literal["differ", "unsure", "type", "doubt", "near_miss", "table", "unlikely"]
ORDER: dict[Kind, int] = {"differ": 0, "unsure": 1, "type": 2, "doubt": 3, "near_miss": 4, "table": 5, "unlikely": 6}
OPEN: tuple[Kind, ...] = ("differ", "unsure", "type", "doubt", "near_miss")
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
    """Items on which two people's words differ, neither having seen the other's: item -> their names.

    A later word by somebody who had seen both settles it.
    """
    place = {str(one.get("id")): number for number, one in enumerate(corrections)}
    last: dict[str, tuple[str, str, int]] = {}
    differing: dict[str, str] = {}
    for one in effective(corrections):
        what, who = one["what"], str(one.get("who", ""))
        item, said = _word(what)
        if not item:
            continue
        before = last.get(item)
        seen = what.get("seen")
        blind = before is not None and isinstance(seen, int) and before[2] >= seen
        if before is not None and blind and before[0] != who and before[1] != said:
            differing[item] = f"{before[0]} and {who}"
        else:
            differing.pop(item, None)
        last[item] = (who, said, place[str(one.get("id"))])
    return differing


def _word(what: dict[str, Any]) -> tuple[str, str]:
    """(item, what was said of it); ("", "") for actions that name several."""
    action = str(what.get("action"))
    if action not in ("accept", "reject", "retype"):
        return "", ""
    if what.get("table") is not None:
        item = str(what["table"])
    else:
        item = f"r{what['near_miss']}" if what.get("near_miss") is not None else f"p{what.get('page')}"
    return item, f"{action} {what.get('table_type', '')}"


def _decided(item: Item, applied: Applied, differing: dict[str, str]) -> Item:
    decision, by = applied.decided.get(item.key, ("", ""))
    kind, why = item.kind, item.why
    if item.key in differing:
        kind, why = "differ", f"{differing[item.key]} differ; decide once more to settle it"
    return Item(item.key, kind, item.title, why, item.pages, item.probability, decision, by)


def _of_table(table: SoeTable) -> Item:
    kind: Kind = "table"
    why = f"{type_name(table.table_type)}, {percent(table.type_probability)}"
    if table.probability < SURE:
        kind, why = "unsure", f"a schedule? {percent(table.probability)}"
    elif table.type_probability < SURE_TYPE:
        kind, why = "type", f"type? {type_name(table.table_type)}, {percent(table.type_probability)}"
    elif why_not := _doubts(table):
        kind, why = "doubt", why_not
    pages = tuple(sorted({*table.pages, *(f.page for f in table.fragments if f.page is not None)}))
    return Item(table.id, kind, table.title or "(untitled)", why, pages, table.probability)


def _doubts(table: SoeTable) -> str:
    """How many places and visits of a table carry a doubt, in words; nothing for none."""
    said = [
        f"{count} {name}{'' if count == 1 else 's'}"
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
    """Unsure pages whose doubt is not about a listed near miss; one item a page."""
    near = {f"r{number}": item for number, item in enumerate(result.rejected, 1)}
    everything = dict.fromkeys(near, "any")
    found: dict[str, Item] = {}
    for one in result.document.unsure_pages:
        if not settled(one.page, near, everything):
            title = "The document" if one.page is None else f"Page {one.page}"
            pages = () if one.page is None else (one.page,)
            found.setdefault(f"p{one.page or 0}", Item(f"p{one.page or 0}", "unsure", title, one.why, pages, None))
    return list(found.values())
