"""Every table of a result seen by the second witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from soesift.result.models import Cell, Doubt, PlacedDoubt, SoeTable
from soesift.table.context import TextLine
from soesift.witness.conserved import lost_words
from soesift.witness.leftover import unread_notes, unread_rows
from soesift.witness.names import name_doubts
from soesift.witness.pictures import SeenPage, ink_doubts, looks_of, poor_picture, scan_doubts, scan_note_doubts
from soesift.witness.settings import WitnessSettings
from soesift.witness.structure import spelling_doubts, structure_doubts

DEFAULT = WitnessSettings()
NONE_SEEN: Mapping[int, SeenPage] = MappingProxyType({})
NO_LINES: Mapping[int, Sequence[TextLine]] = MappingProxyType({})


def examine(
    tables: list[SoeTable],
    pdf: Path | None = None,
    settings: WitnessSettings = DEFAULT,
    password: str | None = None,
    seen: Mapping[int, SeenPage] = NONE_SEEN,
    lines: Mapping[int, Sequence[TextLine]] = NO_LINES,
) -> None:
    """Put doubts where they belong, in place of those that are there: into cells (a header's into the lowest cell of
    its column, a row's into its name), notes, and, for what has no cell, the table.

    pdf: the document, if it has pages to draw; without it no ink is looked for. `password` opens an encrypted one.
    seen: pages that were read from their pictures, by number; they are not drawn again.
    lines: what stands outside tables, by page; without them lost notes are told by their markers alone.
    """
    inks, prints = looks_of(tables, pdf, seen, settings, password)
    for table, ink in zip(tables, inks, strict=True):
        found = [*spelling_doubts(table, settings), *ink_doubts(table, ink, settings)]
        found += scan_doubts(table, seen, settings)
        for part in table.parts:
            part.doubt = []
        for index, doubt in found:
            table.cells[index].doubt.append(doubt)
        for index, doubt in scan_note_doubts(table, seen, settings):
            table.footnotes[index].doubt.append(doubt)
        cells = table.by_place()
        placed = [*poor_picture(table, settings), *structure_doubts(table, settings)]
        placed += [*unread_notes(table, lines), *unread_rows(table, lines)]
        placed += [*lost_words(table, prints, lines, settings), *name_doubts(table, prints, settings)]
        table.doubt = [doubt for doubt in placed if not _put(doubt, table, cells)]


def _put(placed: PlacedDoubt, table: SoeTable, cells: dict[tuple[int, int], Cell]) -> bool:
    """Give a doubt to its cell or notes; False if there is none."""
    doubt = Doubt(kind=placed.kind, why=placed.why)
    if placed.place == "note":
        notes = [note for note in table.footnotes if note.marker == placed.marker]
        # several notes have no marker, or the same: then `row` is the place of the one that is meant
        notes = notes if placed.row is None else [table.footnotes[placed.row]]
        for note in notes:
            if doubt not in note.doubt:
                note.doubt.append(doubt)
        return bool(notes)
    rows = {"header": table.header_rows - 1, "row": placed.row, "cell": placed.row}.get(placed.place)
    cell = None if rows is None else cells.get((rows, placed.column or 0))
    if cell is not None and doubt not in cell.doubt:
        cell.doubt.append(doubt)
    return cell is not None
