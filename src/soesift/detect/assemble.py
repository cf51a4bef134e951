"""From found tables to the tables and near misses of a result: fragments to be judged, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from soesift.classify.evidence import evidence, likely_class
from soesift.document.page import Box, Floats
from soesift.document.running_lines import normalise
from soesift.join.far_notes import far_notes, notes_of_signs, once_alike, settle_markers, settle_names
from soesift.join.flags import flags_of
from soesift.join.footnotes import (
    MOST_PAGES,
    below_head,
    goes_on,
    looks_like_footnotes,
    markers_of_page,
    read_footnotes,
    split_legends,
    split_run_on,
)
from soesift.join.fragment import Fragment
from soesift.join.group import group_fragments
from soesift.join.indents import settle_indents
from soesift.join.markers import (
    bracketed_markers,
    read_markers,
    settle_figures,
    short_texts,
    used_markers,
    without_raised,
)
from soesift.join.naming import population_of, title_of, types_of
from soesift.join.note_rows import take_note_rows
from soesift.join.note_series import DEFAULT, PICTURE, Expected, comes_after
from soesift.join.running import running_lines
from soesift.join.stack import Joined, activities_first, join_fragments, packed
from soesift.result.models import Footnote, Rejected, SoeTable
from soesift.result.models import Fragment as FragmentModel
from soesift.table.context import TextLine
from soesift.table.find import PageTables
from soesift.table.record import TableRecord

EDGE = 4.0  # points by which a line may reach up into a table and still stand below it
BLACK = 0.1  # grey below which a fill hides what is under it

FIRST_LINES = 20  # of a page, whose markers tell whether its list is that of a table
NEAR_MISSES = 8
ALWAYS = 3
NEAR = 0.02  # probability from which a rejected table is worth showing


def fragments_of(
    found: PageTables, records: Sequence[TableRecord], fills: Floats, fill_grey: Floats, first: int = 0
) -> list[Fragment]:
    """A fragment for each table of a page, in order, counted from `first`; `fills` and their grey are the page's."""
    return [
        Fragment(
            record,
            table.cells,
            table.rows,
            table.columns,
            order,
            turn=found.turn,
            redacted=is_redacted(fills, fill_grey, table.bbox),
            below=[line for line in found.lines_and_boxes if line.top >= table.hull[3] - EDGE],
            over=[line for line in found.lines if line.bottom <= table.hull[1] + EDGE],
            shades=table.shades,
        )
        for order, (table, record) in enumerate(zip(found.tables, records, strict=True), first)
    ]


def is_redacted(fills: Floats, grey: Floats, box: Box) -> bool:
    """Whether a black box of at least 8 x 5 points lies over the table."""
    if not len(fills):
        return False
    wide, high = fills[:, 2] - fills[:, 0], fills[:, 3] - fills[:, 1]
    over = (np.minimum(fills[:, 2], box[2]) - np.maximum(fills[:, 0], box[0]) > 4) & (
        np.minimum(fills[:, 3], box[3]) - np.maximum(fills[:, 1], box[1]) > 3
    )
    return bool((over & (grey < BLACK) & (wide >= 8) & (high >= 5)).any())


def assemble_tables(accepted: list[Fragment], lines: dict[int, list[TextLine]]) -> list[SoeTable]:
    """Logical tables in document order; `lines` are the printed lines outside tables, by page."""
    running = running_lines(lines)
    lines = {page: [line for line in found if id(line) not in running] for page, found in lines.items()}
    accepted = [without_raised(fragment) for fragment in accepted]
    accepted = [replace(f, below=[line for line in f.below if id(line) not in running]) for f in accepted]
    groups = group_fragments(accepted)
    titles = [title_of(group) for group in groups]
    kinds = types_of(groups, [title for title, _ in titles])
    taken = {fragment.page for fragment in accepted}
    tables = []
    for number, (group, (title, source), (kind, sure)) in enumerate(zip(groups, titles, kinds, strict=True), 1):
        joined = join_fragments(group)
        pictured = any("image_only" in fragment.record.flags for fragment in group)
        expected = Expected(
            used_markers(joined) | bracketed_markers(joined), legend=short_texts(joined), partial=pictured
        )
        rows_of_notes = take_note_rows(joined, expected)
        notes, note_pages = _footnotes(group, lines, taken, expected)
        notes = _once([*rows_of_notes, *notes])
        notes = once_alike(notes) if pictured else notes
        rowed = _pages_with_rows(group, joined)
        settle_indents(joined, any("borderless" in fragment.record.flags for fragment in group))
        read_markers(joined, notes)
        if pictured:
            settle_markers(notes, joined)
            settle_figures(notes, joined)
            settle_names(notes, joined)
        before = activities_first(joined)
        tables.append(
            SoeTable(
                id=f"t{number}",
                title=title,
                title_source=source,  # type: ignore[arg-type]
                table_type=kind,
                type_probability=round(min(1.0, max(0.0, sure)), 4),
                probability=round(max(f.probability for f in group), 4),
                population_track=population_of(title),
                pages=rowed,
                footnote_pages=sorted({*note_pages, *(f.page for f in group if f.page not in rowed and f.page)}),
                fragments=[_fragment(f) for f in group],
                header_rows=joined.header_rows,
                grid=joined.grid,
                cells=packed(joined.cells),
                row_pages=joined.pages,
                footnotes=notes,
                flags=flags_of(group, joined, title),
                evidence=[*evidence(max(group, key=lambda f: f.probability).record), *_moved(before)],
            )
        )
    return tables


def _moved(before: int) -> list[str]:
    """What is said where the grid is not in the printed order."""
    named = "a column" if before == 1 else f"{before} columns"
    return [f"the activities come first here; {named} printed before them stand behind them"] if before else []


def _pages_with_rows(group: list[Fragment], joined: Joined) -> list[int]:
    """Pages that show rows of a table, or the rest of one: a reprinted header over notes has none."""
    placed = {cell.page for cell in joined.cells if cell.row + cell.row_span > joined.header_rows} | joined.rests
    return sorted({f.page for f in group if f.record.page is not None and f.shows_rows and f.page in placed})


def near_misses(rejected: list[Fragment]) -> list[Rejected]:
    """The likeliest of the rejected fragments, best first; the best few however unlikely they are."""
    ranked = sorted(rejected, key=lambda f: (-f.probability, f.order))
    ranked = [f for place, f in enumerate(ranked) if place < ALWAYS or f.probability >= NEAR]
    return [
        Rejected(
            pages=[f.page] if f.record.page is not None else [],
            bbox=_rounded(f.record.bbox),
            location=f.record.location,
            title=f.record.caption or f.record.heading,
            probability=round(f.probability, 4),
            likely_class="sampling_list" if f.sampling > f.soe else likely_class(f.record),
            evidence=evidence(f.record),
        )
        for f in ranked[:NEAR_MISSES]
    ]


def _fragment(fragment: Fragment) -> FragmentModel:
    record = fragment.record
    return FragmentModel(
        page=record.page,
        page_label=record.page_label,
        bbox=_rounded(record.bbox),
        location=record.location,
        rotation=record.rotation,
        role="grid" if fragment.shows_rows else "footnotes",
        probability=round(fragment.probability, 4),
    )


def _rounded(box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
    return None if box is None else (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))


def _footnotes(
    group: list[Fragment], lines: dict[int, list[TextLine]], taken: set[int], expected: Expected
) -> tuple[list[Footnote], list[int]]:
    """Notes under each fragment and on the pages that follow it without rows, and those pages."""
    notes: list[Footnote] = []
    pages: list[int] = []
    settings = PICTURE if expected.partial else DEFAULT
    heads = {normalise(line.text) for fragment in group for line in fragment.over}
    for fragment in group:
        own = read_footnotes(fragment.below, fragment.record.page, expected, settings=settings)
        notes += [n for n in own if n not in notes]
        size = _print_size(fragment.below)
        page = fragment.page + 1
        while fragment.record.page is not None and page in lines and page not in {*taken, *pages}:
            below = below_head(lines[page], heads)
            on = bool(own) and goes_on(below, expected, own[-1], size, settings)
            if page - fragment.page > MOST_PAGES or not (on or _is_page_of_notes(below, expected, notes)):
                break
            own = read_footnotes(below, page, expected, own[-1] if on else None, settings)
            if not (own or on):
                break
            notes += own
            size = _print_size(below[:1]) or size
            own = own or notes[-1:]
            pages.append(page)
            page += 1
    far, far_pages = far_notes(group, lines, expected)
    notes += [*far, *notes_of_signs(group, expected)]
    return split_run_on(split_legends(notes, expected), expected), [*pages, *far_pages]


def _is_page_of_notes(lines: list[TextLine], expected: Expected, notes: list[Footnote]) -> bool:
    """Whether a page without rows begins with notes of the table, whose notes so far are given.

    Once all markers of the cells are explained, none is wanted, nor a list of other markers than those that are open.
    Where the cells tell nothing, the list goes on in the series. Of a picture, not all markers of the cells are known.
    """
    if not looks_like_footnotes(lines):
        return False
    markers = [marker for _, marker in markers_of_page(lines[:FIRST_LINES], expected)]
    if expected.partial or not markers:
        return expected.partial or not (notes and expected.used and not expected.open)
    if expected.used:
        return not expected.open.isdisjoint(markers)
    last = next((note.marker for note in reversed(notes) if note.marker), "")
    return not last or comes_after(markers[0], last)


def _print_size(lines: list[TextLine]) -> float:
    """Median size of print; 0 without a line."""
    sizes = sorted(line.size for line in lines if line.text)
    return sizes[len(sizes) // 2] if sizes else 0.0


def _once(notes: list[Footnote]) -> list[Footnote]:
    """Notes reprinted under each page are kept once."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for note in notes:
        key = (note.marker, note.text[:80])
        if key not in seen:
            seen.add(key)
            kept.append(note)
    return kept
