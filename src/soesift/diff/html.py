"""The difference as one self-contained page: the list of edits, then both grids side by side."""

from __future__ import annotations

from importlib.resources import files

from soesift.diff.html_grids import grids_html
from soesift.diff.models import ScheduleDiff, TableDiff
from soesift.diff.words import KIND_WORDS, change, letter, where
from soesift.export.markup import element, items, page_head, text
from soesift.export.wording import page_ranges
from soesift.result.models import Result, SoeTable

LEGEND = (("A", "added"), ("R", "removed"), ("C", "changed"), ("M", "moved"))


def diff_html(found: ScheduleDiff, old: Result, new: Result) -> str:
    """The page as text. Every text of the documents is escaped; no script, nothing is fetched."""
    style = files("soesift.diff").joinpath("diff.css").read_text(encoding="utf-8")
    head = page_head(f"Schedule changes: {found.old.name} to {found.new.name}", style)
    before, after = ({t.id: t for t in result.tables} for result in (old, new))
    main = element("main", *(_table(t, n, before, after) for n, t in enumerate(found.tables, 1)))
    return f"<!DOCTYPE html>\n{element('html', head, element('body', _header(found), main), lang='en')}\n"


def badge(kind: str) -> str:
    """The letter of a change, so that no reader depends on the colour."""
    return element("b", kind, cls=f"k {kind}", title=dict(LEGEND)[kind])


def _header(found: ScheduleDiff) -> str:
    counts = found.counts()
    said = [f"{KIND_WORDS.get(kind, kind.replace('_', ' '))} {n}" for kind, n in counts.items()]
    legend = element("p", *(badge(k) + text(word + "; ") for k, word in LEGEND), "hatched: not in this version",
                     cls="quiet")  # fmt: skip
    return element(
        "header",
        element("h1", text(f"{found.old.name} → {found.new.name}"), dir="auto"),
        element("p", text(f"{sum(counts.values())} differences" + (": " + ", ".join(said) if said else "."))),
        items(found.cautions, cls="caution"),
        legend,
    )


def _table(diff: TableDiff, number: int, old: dict[str, SoeTable], new: dict[str, SoeTable]) -> str:
    name = diff.new or diff.old
    title = f"{number}. {(name.title or name.id) if name else ''}"
    heading = element("h2", text(title), dir="auto")
    if diff.old is None or diff.new is None:
        kind = "A" if diff.old is None else "R"
        state = "added: no table of the old version is like it" if diff.old is None else "removed"
        return element("section", heading, element("p", badge(kind), text(f"Table {state}.")))
    places = [page_ranges(name.pages) for name in (diff.old, diff.new)]
    pages = element("p", text(f"Pages {places[0]} → {places[1]}"), cls="quiet") if all(places) else ""
    grids = grids_html(diff, old[diff.old.id], new[diff.new.id])
    return element("section", heading, pages, _edits(diff), grids)


def _edits(diff: TableDiff) -> str:
    if not diff.edits:
        return element("p", "No differences.")
    head = element("tr", *(element("th", name, scope="col") for name in ("", "What", "Where", "Change")))
    rows = [
        element("tr", element("td", badge(letter(e))), element("td", text(KIND_WORDS[e.kind])),
                element("td", text(where(e)), dir="auto"), element("td", text(change(e)), dir="auto"))
        for e in diff.edits
    ]  # fmt: skip
    table = element("table", element("caption", "Differences"), element("thead", head), element("tbody", *rows),
                    cls="edits")  # fmt: skip
    return element("div", table, cls="frame", tabindex="0", role="region", aria_label="List of differences")
