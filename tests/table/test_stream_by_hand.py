"""Tables without rules: headings over columns, texts over sides, rows of lines, each beside a slow count of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from test_counted_by_hand import arr, printed, table

from soesift.table import unruled_cells as stream_cells
from soesift.table import unruled_cells as stream_rows
from soesift.table.unruled_cells import SETTINGS, Piece, centred_spans, heads_columns, misfit, row_cells, ruled_spans

EXTENTS = np.array([[0, 40], [50, 60], [80, 90], [110, 120], [140, 150], [170, 180]], np.float64)


def piece(left: float, right: float, first: int, last: int | None = None, text: str = "Phase") -> Piece:
    return Piece(np.zeros(0, np.intp), left, right, first, first if last is None else last, text)


def slow_spans(pieces: Sequence[Piece], width: int) -> list[tuple[int, int]]:
    """All ways to lay headings over columns in order, tried one by one; the cheapest."""
    best: tuple[float, list[tuple[int, int]]] = (np.inf, [])
    spans = [(a, b) for a in range(1, width) for b in range(a, width)]
    for chosen in itertools.product(spans, repeat=len(pieces)):
        inside = all(a <= p.first and b >= p.last for (a, b), p in zip(chosen, pieces, strict=True))
        if inside and all(a[1] < b[0] for a, b in itertools.pairwise(chosen)):
            free = width - 1 - sum(b - a + 1 for a, b in chosen)
            cost = SETTINGS.uncovered * free + sum(
                misfit(p, a, b, EXTENTS, SETTINGS) for (a, b), p in zip(chosen, pieces, strict=True)
            )
            best = min(best, (cost, list(chosen)), key=lambda one: one[0])
    return best[1]


@pytest.mark.parametrize("at", [(70, 145), (85, 160), (55, 130), (100, 175), (55, 115), (85, 145)])
def test_headings_lie_over_the_columns_in_whose_middle_they_stand(at: tuple[float, float]) -> None:
    pieces = []
    for middle in at:
        column = int(np.abs(EXTENTS[1:].mean(axis=1) - middle).argmin()) + 1
        pieces.append(piece(middle - 8, middle + 8, column))
    found = slow_spans(pieces, 6)
    covered = sum(b - a + 1 for a, b in found)
    gaps = any(b[0] > a[1] + 1 for a, b in itertools.pairwise(found))
    whole = covered == 5 or (not gaps and covered >= SETTINGS.cover * 5)
    assert centred_spans(pieces, range(1, 6), EXTENTS, SETTINGS) == (
        found if whole else [(p.first, p.last) for p in pieces]
    )


def test_how_badly_a_heading_stands() -> None:
    assert misfit(piece(50, 90, 1), 1, 2, EXTENTS, SETTINGS) == 0
    assert misfit(piece(53, 93, 1), 1, 2, EXTENTS, SETTINGS) == pytest.approx((3 / (0.15 * 20)) ** 2 / 2)
    narrow = np.array([[0.0, 4.0], [4.0, 8.0]])
    assert misfit(piece(4, 6, 0), 0, 1, narrow, SETTINGS) == 0.5  # never finer than a point


def test_a_rule_below_a_heading_shows_its_columns() -> None:
    one = table([0, 20, 40, 60], [0, 45, 75, 105, 135, 165])
    left, right = piece(60, 90, 1), piece(120, 150, 3)
    rules = arr([(20, 46, 104), (20, 106, 164)], 3)
    assert ruled_spans([left, right], one, 0, rules, SETTINGS) == [(1, 2), (3, 4)]
    assert ruled_spans([left, right], one, 0, arr([], 3), SETTINGS) == [(1, 1), (3, 3)]
    assert ruled_spans([left, right], one, 0, arr([(20, 2, 164)], 3), SETTINGS) == [(1, 1), (3, 3)]
    assert ruled_spans([left, right], one, 0, arr([(45, 46, 104), (5, 46, 104)], 3), SETTINGS) == [(1, 1), (3, 3)]
    assert ruled_spans([left, right], one, 0, arr([(20, 46, 164)], 3), SETTINGS) == [(1, 1), (3, 3)]  # over both
    assert ruled_spans([left], one, 0, arr([(20, 46, 164)], 3), SETTINGS) == [(1, 4)]
    assert ruled_spans([left], one, 0, arr([(20, 2, 104)], 3), SETTINGS) == [(1, 1)]  # the names are no visits


def test_cells_of_a_row_reach_over_the_columns_of_their_text() -> None:
    def spans(*pieces: Piece) -> list[tuple[int, int]]:
        return [(cell.column, cell.column_span) for cell in row_cells(2, pieces, 5)]

    assert spans() == [(c, 1) for c in range(5)]
    assert spans(piece(0, 9, 1, 3)) == [(0, 1), (1, 3), (4, 1)]
    assert spans(piece(0, 9, 1, 2), piece(0, 9, 3, 4)) == [(0, 1), (1, 2), (3, 2)]
    assert spans(piece(0, 9, 1, 3), piece(0, 9, 3)) == [(c, 1) for c in range(5)]
    assert spans(piece(0, 9, 1, 3), piece(0, 9, 4)) == [(0, 1), (1, 3), (4, 1)]
    assert {cell.row for cell in row_cells(2, [], 5)} == {2}


def test_a_text_over_a_side_goes_where_it_lies() -> None:
    def settled(*pieces: Piece) -> list[tuple[int, int]]:
        every = list(pieces)
        stream_cells.settle_crossing(every, EXTENTS, SETTINGS)
        return [(p.first, p.last) for p in every]

    assert settled(piece(0, 58, 0, 1)) == [(0, 0)]  # a long name
    assert settled(piece(0, 20, 0), piece(30, 58, 0, 1)) == [(0, 0), (1, 1)]
    assert settled(piece(52, 88, 1, 2)) == [(1, 2)]
    assert settled(piece(52, 81, 1, 2)) == [(1, 1)]  # enters the second by a point
    assert settled(piece(52, 118, 1, 3), piece(80, 90, 2)) == [(1, 1), (2, 2)]
    assert settled(piece(62, 78, 1, 2)) == [(1, 1)]
    assert settled(piece(66, 79, 1, 2)) == [(2, 2)]


def test_headings_are_words_and_no_marks() -> None:
    def heads(*texts: str) -> bool:
        return heads_columns([piece(0, 9, number, text=text) for number, text in enumerate(texts)])

    assert heads("Procedure", "Screening", "Treatment")
    assert heads("", "Week", "12")
    assert not heads("Weight", "1", "2", "Day")
    assert heads("Week", "1", "2", "4")
    assert not heads("Procedure", "Screening", "X")
    assert not heads("Procedure")


COLUMNS = np.array([0.0, 50, 80, 110, 140, 170])


def line(
    top: float, *at: int, name: tuple[float, float] | None = (0.0, 30.0), lead: str = "", wide: float = 8
) -> stream_rows.Printed:
    chunks = ([name] if name else []) + [(30.0 * c + 30, 30.0 * c + 30 + wide) for c in at]
    made = printed(top, *chunks)
    made.lead = lead or ("Name" if name else "")
    return made


def test_what_goes_on_in_the_next_line() -> None:
    goes = stream_rows.continues
    head = line(0, 1, 2, 3, 4, lead="Blood", wide=22)
    assert goes(head, line(12, name=(0, 30), lead="sample"), COLUMNS, None)
    assert goes(line(0, 1, lead="Blood"), line(12, 1, name=None, wide=22), COLUMNS, None)
    assert not goes(line(0, 1, lead="Blood"), line(40, name=(0, 30), lead="sample"), COLUMNS, None)
    assert not goes(line(0, 1, lead="Blood"), line(12, 1, lead="Urine"), COLUMNS, None)  # marks below each other
    assert not goes(line(0, 1, lead="Visit"), line(12, lead="Visit"), COLUMNS, None)
    assert goes(line(0, lead="Blood"), line(12, 1, 3, lead="(serum)"), COLUMNS, None)
    assert not goes(line(0, lead="Blood"), line(12, 1, 3, lead="Serum"), COLUMNS, None)
    assert not goes(head, line(12, 2, lead="Serum"), COLUMNS, None)  # a mark under a text of the header
    assert goes(line(0, 1, lead="Blood"), line(12, lead="Serum"), COLUMNS, 0.5)
    assert not goes(line(0, 1, lead="Blood"), line(16, lead="Serum"), COLUMNS, 0.5)
    assert not goes(line(0, 1, lead="Blood"), line(12, 2, lead="Serum"), COLUMNS, None)


def test_gaps_of_two_sizes_tell_where_rows_begin() -> None:
    def limit(gaps: Sequence[float], marked: bool = False) -> float | None:
        top, lines = 0.0, [line(0, *([1] if marked else []))]
        for gap in gaps:
            top += 10 + gap
            lines.append(line(top, *([1] if marked else [])))
        return stream_rows.gap_limit(list(itertools.pairwise(lines)), COLUMNS)

    assert limit([1, 6, 1, 6, 1, 6, 6]) == pytest.approx(0.35)
    assert limit([1, 6, 1, 6, 1, 6]) is None  # too few to tell
    assert limit([1, 2, 1, 2, 1, 2, 2]) is None  # too like
    assert limit([1, 6, 1, 6, 6, 6, 6]) is None
    assert limit([1, 6, 1, 6, 1, 6, 6, 40, 50]) == pytest.approx(0.35)
    assert limit([1, 6, 1, 6, 1, 6, 6], marked=True) is None  # the close lines have marks below each other


def test_rows_end_at_rules_or_at_gaps() -> None:
    lines = [line(0, 1, lead="Blood"), line(12, lead="sample"), line(30, 2, lead="Urine"), line(50, 3, lead="Scan")]
    none = arr([], 3)
    assert stream_rows.row_bounds(lines, COLUMNS, none).tolist() == [-1, 26, 45, 61]
    some = stream_rows.row_bounds(lines, COLUMNS, arr([(27, 0, 170)], 3))
    assert some.tolist() == [-1, 27, 45, 61]
    part = stream_rows.row_bounds(lines, COLUMNS, arr([(11, 50, 110)], 3))
    assert part.tolist() == [-1, 11, 26, 45, 61]
    outside = stream_rows.row_bounds(lines, COLUMNS, arr([(11, 200, 300)], 3))
    assert outside.tolist() == [-1, 26, 45, 61]
    ruled = [line(20.0 * k, 1, lead=f"Name{k}") for k in range(6)]
    every = arr([(20.0 * k + 15, 0, 170) for k in (1, 2, 3)], 3)
    assert stream_rows.row_bounds(ruled, COLUMNS, every).tolist() == [-1, 35, 55, 75, 111]
