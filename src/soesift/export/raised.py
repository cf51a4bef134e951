"""A cell as it is printed: pieces of text, each raised or not; and the same in plain text."""

from __future__ import annotations

from soesift.result.models import Cell, SoeTable

_UP = dict(zip("0123456789abcdefghijklmnoprstuvwxyz+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁺⁻⁽⁾", strict=True))


def pieces(cell: Cell) -> list[tuple[str, bool]]:
    """(text, raised) in printed order; markers that were guessed from the text are shown raised, too."""
    if cell.runs:
        return [(run.text, run.raised) for run in cell.runs]
    markers = [(",".join(cell.markers), True)] if cell.markers else []
    return ([(cell.text, False)] if cell.text else []) + markers


def raised_text(cell: Cell) -> str:
    """The text with its markers behind it in raised characters of Unicode, in [] where Unicode has none."""
    return cell.text + superscript(cell.markers)


def superscript(markers: list[str]) -> str:
    """ "a,b" as raised characters; signs as they are; in [] if a letter has no raised form."""
    if all(c in _UP or not c.isalnum() for marker in markers for c in marker):
        return ",".join("".join(_UP.get(c, c) for c in marker) for marker in markers)
    return f" [{','.join(markers)}]"


def raised_grid(table: SoeTable) -> list[list[str]]:
    """The grid with the markers of each cell behind its text."""
    grid = [list(row) for row in table.grid]
    for cell in table.cells:
        for row in grid[cell.row : cell.row + cell.row_span] if cell.markers else ():
            for column in range(cell.column, min(cell.column + cell.column_span, len(row))):
                row[column] += superscript(cell.markers)
    return grid
