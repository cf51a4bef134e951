"""The joined grid, exactly: headers once, cells, pages, spans, tiles, note rows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from toy_fragments import BODY, HEADER, Grid, fragment

from soesift.join.fragment import Fragment
from soesift.join.group import group_fragments
from soesift.join.note_rows import take_note_rows
from soesift.join.note_series import Expected
from soesift.join.stack import Joined, join_fragments

CAPTION = "Table 1 Schedule of Activities"


def assert_covered(joined: Joined) -> None:
    """Cells do not overlap, lie in the grid, and say what the grid says; what no cell covers is empty."""
    seen: set[tuple[int, int]] = set()
    for cell in joined.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                assert (row, column) not in seen
                seen.add((row, column))
                assert joined.grid[row][column] == cell.text
    for row, texts in enumerate(joined.grid):
        assert len(texts) == joined.width
        assert all((row, column) in seen for column, text in enumerate(texts) if text)
    assert len(joined.pages) == len(joined.grid)


def test_two_pages_with_a_reprinted_header_make_one_grid() -> None:
    joined = join_fragments([fragment(HEADER + BODY[:3], 4, caption=CAPTION), fragment(HEADER + BODY[3:], 5)])
    assert joined.grid == HEADER + BODY
    assert joined.header_rows == 1
    assert joined.pages == [4, 4, 4, 4, 5, 5, 5]
    assert_covered(joined)


def test_cells_keep_spans_page_and_box() -> None:
    top = [["Procedure", "Treatment", "Treatment", "Follow-up"], ["Procedure", "Day 1", "Day 8", "Day 30"]]
    spans = [(0, 0, 2, 1), (0, 1, 1, 2)]
    category = ["Safety", "Safety", "Safety", "Safety"]
    one = fragment([*top, ["ECG", "X", "", "X"]], 4, header_rows=2, spans=spans)
    two = fragment([*top, category, ["Weight", "", "X", ""]], 5, header_rows=2, spans=[*spans, (2, 0, 1, 4)])
    joined = join_fragments([one, two])
    assert joined.grid == [*top, ["ECG", "X", "", "X"], category, ["Weight", "", "X", ""]]
    assert_covered(joined)
    merged = next(c for c in joined.cells if c.text == "Safety")
    assert (merged.row, merged.column, merged.row_span, merged.column_span) == (3, 0, 1, 4)
    assert merged.page == 5
    assert merged.bbox == (40.0, 80.0, 280.0, 100.0)  # its place on its own page
    weight = next(c for c in joined.cells if c.text == "Weight")
    assert (weight.row, weight.bbox) == (4, (40.0, 100.0, 100.0, 120.0))


def test_a_fragment_without_header_loses_no_row() -> None:
    joined = join_fragments([fragment(HEADER + BODY[:3], 4), fragment(BODY[3:], 5)])
    assert joined.grid == HEADER + BODY
    assert_covered(joined)


def test_the_reprinted_caption_row_marked_continued_is_not_a_row() -> None:
    def titled(text: str, rows: Grid) -> Grid:
        return [[text] * 5, *HEADER, *rows]

    first = fragment(titled(CAPTION, BODY[:3]), 4, header_rows=2, spans=[(0, 0, 1, 5)], caption=CAPTION)
    more = f"{CAPTION} (continued)"
    second = fragment(titled(more, BODY[3:]), 5, header_rows=2, spans=[(0, 0, 1, 5)], caption=more)
    assert group_fragments([first, second]) == [[first, second]]
    joined = join_fragments([first, second])
    assert joined.grid == [*HEADER, *BODY]
    assert_covered(joined)


def test_names_of_label_columns_reprinted_under_the_header_are_not_rows() -> None:
    header = [["", "", "Baseline", "Cycle 1", "Cycle 2"]]
    names = ["Category", "Procedure", "", "", ""]
    marked = ["Safety", "ECG", "X", "", "X"]
    plain = ["Safety", "", "", "", ""]
    rest = [["Safety", "Weight", "X", "X", ""], ["Safety", "Height", "X", "", ""]]
    for first, kept in ((names, 0), (marked, 1), (plain, 1)):
        one = fragment([*header, first, rest[0]], 4, caption=CAPTION)
        joined = join_fragments([one, fragment([*header, first, rest[1]], 5)])
        assert joined.grid == [*header, first, rest[0], *[first] * kept, rest[1]]
        assert_covered(joined)


def test_a_row_that_repeats_some_header_words_is_a_row() -> None:
    more = [["Dispense drug", "Day 1", "daily", "daily", "Day 15"], *BODY[2:]]
    joined = join_fragments([fragment(HEADER + BODY[:2], 4), fragment(more, 5)])
    assert joined.grid == [*HEADER, *BODY[:2], *more]


def test_a_row_of_signs_only_is_never_taken_for_a_header() -> None:
    header = [["Procedure", "Screening*", "Day 1", "–", "Day 15"]]
    more = [["", "•", "•", "•", "•"], *BODY[2:]]
    joined = join_fragments([fragment(header + BODY[:2], 4), fragment(more, 5)])
    assert joined.grid == [*header, *BODY[:2], *more]


def test_tiles_are_set_side_by_side_and_row_names_kept_once() -> None:
    visits = [["Procedure", "Week 4", "Week 8"]]
    right = visits + [[row[0], "X", str(k)] for k, row in enumerate(BODY)]
    joined = join_fragments([fragment(HEADER + BODY, 4), fragment(right, 5, columns=[40, 140, 280, 420])])
    assert joined.grid[0] == [*HEADER[0], "Week 4", "Week 8"]
    assert joined.grid[1:] == [[*row, "X", str(k)] for k, row in enumerate(BODY)]
    assert joined.header_rows == 1
    assert_covered(joined)
    assert {c.page for c in joined.cells if c.column >= 5} == {5}


def test_rows_find_their_block_among_all_earlier_ones() -> None:
    """Two blocks of visits, each over two pages, printed in turn: A, B, and again A, B."""
    right = [["Procedure", "Week 4", "Week 8"]] + [[row[0], "X", str(k)] for k, row in enumerate(BODY)]
    more = [["Vital signs, seated", "", "X", "X", ""], ["Lipids", "X", "", "", "X"], ["Weight", "", "", "X", ""]]
    more_right = [["Vital signs, seated", "X", "6"], ["Lipids", "", "7"], ["Weight", "X", "8"]]
    wide, narrow = None, [40, 140, 280, 420]
    joined = join_fragments(
        [
            fragment(HEADER + BODY, 4, columns=wide),
            fragment(right, 5, columns=narrow),
            fragment(HEADER + more, 6, columns=wide),
            fragment([right[0], *more_right], 7, columns=narrow),
        ]
    )
    assert joined.grid[0] == [*HEADER[0], "Week 4", "Week 8"]
    assert joined.grid[1:] == [
        *([*row, "X", str(k)] for k, row in enumerate(BODY)),
        *([*left, *other[1:]] for left, other in zip(more, more_right, strict=True)),
    ]
    assert_covered(joined)


def test_a_tile_with_a_row_of_its_own_adds_it_with_its_name_as_a_cell() -> None:
    right = [["Procedure", "Week 4", "Week 8"]] + [[row[0], "X", ""] for row in BODY] + [["Survival", "", "X"]]
    joined = join_fragments([fragment(HEADER + BODY, 4), fragment(right, 5, columns=[40, 140, 280, 420])])
    assert joined.grid[-1] == ["Survival", "", "", "", "", "", "X"]
    assert joined.pages[-1] == 5
    assert_covered(joined)


def test_a_tile_with_more_header_rows_lifts_the_other() -> None:
    right = [["Procedure", "Extension", "Extension"], ["Procedure", "Week 4", "Week 8"]]
    right += [[row[0], "X", ""] for row in BODY]
    joined = join_fragments(
        [
            fragment(HEADER + BODY, 4),
            fragment(right, 5, header_rows=2, columns=[40, 140, 280, 420], spans=[(0, 0, 2, 1), (0, 1, 1, 2)]),
        ]
    )
    assert joined.header_rows == 2
    assert joined.grid[0][5:] == ["Extension", "Extension"]
    assert joined.grid[1] == [*HEADER[0], "Week 4", "Week 8"]
    assert_covered(joined)


def test_a_category_over_the_whole_width_of_a_tile_has_its_cells() -> None:
    left = [*HEADER, *BODY[:2], ["Safety"] * 5, *BODY[2:]]
    right = [
        ["Procedure", "Week 4", "Week 8"],
        *([row[0], *(["X", ""] if row[0] != "Safety" else ["Safety"] * 2)] for row in left[1:]),
    ]
    tile = fragment(right, 5, columns=[40, 140, 280, 420], spans=[(3, 0, 1, 3)])
    joined = join_fragments([fragment(left, 4, spans=[(3, 0, 1, 5)]), tile])
    assert joined.grid[3] == ["Safety"] * 7
    assert_covered(joined)


def test_a_cell_over_two_rows_of_a_tile_says_its_text_in_both() -> None:
    right = [["Procedure", "Week 4", "Week 8"]] + [[row[0], "weekly", ""] for row in BODY]
    tile = fragment(right, 5, columns=[40, 140, 280, 420], spans=[(1, 1, 6, 1)])
    joined = join_fragments([fragment(HEADER + BODY, 4), tile])
    assert [row[5] for row in joined.grid[1:]] == ["weekly"] * 6
    assert_covered(joined)


def test_tiles_with_equally_many_columns_are_tiles_too() -> None:
    right = [["Procedure", "Week 4", "Week 8", "Week 12", "Month 6"]] + [[r[0], "", "X", "", ""] for r in BODY]
    joined = join_fragments([fragment(HEADER + BODY, 4), fragment(right, 5)])
    assert joined.width == 9
    assert_covered(joined)


def test_a_narrower_fragment_lies_under_the_columns_it_shares() -> None:
    joined = join_fragments(
        [
            fragment(HEADER + BODY[:4], 4),
            fragment([["Weight", "X", "X"], ["Height", "", "X"]], 5, header_rows=0, columns=[40, 100, 160, 340]),
        ]
    )
    assert joined.width == 5
    assert [row[:2] for row in joined.grid[-2:]] == [["Weight", "X"], ["Height", ""]]


def test_a_long_text_over_the_whole_width_is_a_note_and_not_a_row() -> None:
    note = "a. " + "Samples are taken before dosing on each day of the visit. " * 4
    grid = [*HEADER, *BODY[:2], [note] * 5, *BODY[2:]]
    joined = join_fragments([fragment(grid, 4, spans=[(3, 0, 1, 5)])])
    notes = take_note_rows(joined)
    assert [(n.marker, n.text, n.page) for n in notes] == [("a", note[3:].strip(), 4)]
    assert joined.grid == HEADER + BODY
    assert_covered(joined)


def test_a_short_category_over_the_whole_width_stays() -> None:
    grid = [*HEADER, *BODY[:2], ["Safety assessments"] * 5, *BODY[2:]]
    joined = join_fragments([fragment(grid, 4, spans=[(3, 0, 1, 5)])])
    assert take_note_rows(joined) == []
    assert joined.grid == grid


def test_a_cell_that_spans_a_removed_note_shrinks() -> None:
    note = "Samples are taken before dosing on each day of the visit. " * 4
    grid = [["P", "Day 1", "Day 2"], ["ECG", "X", ""], [note] * 3, ["Weight", "", "X"]]
    joined = Joined(1, grid, [1, 1, 1, 1])
    joined.cells = join_fragments([fragment(grid, 1)]).cells
    assert len(take_note_rows(joined)) == 1
    assert [c.row for c in joined.cells if c.text == "Weight"] == [2]


words = st.sampled_from(["Consent", "Weight", "Height", "Pulse", "Serology", "Imaging", "Biopsy", "Diary"])
marks = st.sampled_from(["", "X", "X", "Xa", "•", "if needed"])


@st.composite
def cut_grids(draw: st.DrawFn) -> tuple[Grid, int, list[Fragment]]:
    """A grid, its number of header rows, and fragments of it with reprinted headers."""
    columns = draw(st.integers(3, 9))
    header: Grid = [["Procedure", *(f"Day {k}" for k in range(1, columns))]]
    if draw(st.booleans()):
        header.append(["Window", *(f"± {k}" for k in range(1, columns))])
    height = draw(st.integers(2, 25))
    body = [[f"{draw(words)} {k}", *(draw(marks) for _ in range(columns - 1))] for k in range(height)]
    cuts = sorted(draw(st.sets(st.integers(1, height - 1), max_size=4)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, height], strict=True)]
    reprint = draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    parts = [
        fragment(header + rows, page, header_rows=len(header))
        if again or page == 1
        else fragment(rows, page, header_rows=0)
        for page, (rows, again) in enumerate(zip(pieces, reprint, strict=True), 1)
    ]
    return header + body, len(header), parts


@settings(max_examples=150, deadline=None)
@given(cut_grids())
def test_a_cut_grid_joins_back_to_itself(made: tuple[Grid, int, list[Fragment]]) -> None:
    grid, header_rows, parts = made
    assert group_fragments(parts) == [parts]
    joined = join_fragments(parts)
    assert joined.grid == grid
    assert joined.header_rows == header_rows
    expected = [p.record.page for p in parts for _ in p.record.grid[p.record.header_rows :]]
    assert joined.pages == [1] * header_rows + expected
    assert_covered(joined)


@settings(max_examples=80, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(3, 15), st.data())
def test_a_grid_cut_between_columns_joins_back_to_itself(a: int, b: int, height: int, data: st.DataObject) -> None:
    header = ["Procedure", *(f"Visit {k}" for k in range(a + b))]
    body = [[f"{data.draw(words)} {k}", *(data.draw(marks) for _ in range(a + b))] for k in range(height)]
    grid = [header, *body]
    left = fragment([row[: a + 1] for row in grid], 1)
    right = fragment([[row[0], *row[a + 1 :]] for row in grid], 2, columns=[40, *(150 + 70 * k for k in range(b + 1))])
    joined = join_fragments([left, right])
    assert joined.grid == grid
    assert_covered(joined)


def test_what_two_pages_repeat_is_header_and_stands_once() -> None:
    head = [["Visit", "V1", "V2", "V3", "V4"], ["Office (O) or call (C)", "O", "C", "O", "O"]]
    parts = [fragment([*head, *BODY[k : k + 2]], 4 + k // 2, caption=CAPTION if not k else "") for k in (0, 2, 4)]
    joined = join_fragments(parts)
    assert joined.header_rows == 2
    assert joined.grid == [*head, *BODY]


def test_a_reprinted_header_read_a_little_differently_stands_once() -> None:
    head = [["Procedure", "Screening", "Baseline", "Treatment", "Follow-up"]]
    blurred = [["Procedurs", "Screenlng", "Baselino", "Treatrnent", "Follow-up"]]
    joined = join_fragments([fragment(head + BODY[:3], 4, caption=CAPTION), fragment(blurred + BODY[3:], 5)])
    assert joined.grid == head + BODY


def test_a_group_of_rows_that_goes_on_over_the_page_is_no_header() -> None:
    head, group = [["Procedure", "Screening", "Day 1", "Day 8", "Day 15"]], ["Safety", "", "", "", ""]
    parts = [
        fragment([*head, group, *BODY[k : k + 2]], 4 + k // 2, caption=CAPTION if not k else "") for k in (0, 2, 4)
    ]
    joined = join_fragments(parts)
    assert joined.header_rows == 1
    assert joined.grid[1] == group


def test_a_name_cut_by_the_page_break_is_one_row() -> None:
    upper = [*BODY[:2], ["Clinical chemistry including", "", "X", "", ""]]
    lower = [["liver panel", "", "", "", ""], *BODY[2:]]
    joined = join_fragments([fragment(HEADER + upper, 4, caption=CAPTION), fragment(HEADER + lower, 5)])
    assert joined.grid[3][0] == "Clinical chemistry including liver panel"
    assert len(joined.grid) == 1 + len(BODY) + 1
    assert_covered(joined)


def test_a_group_at_the_top_of_a_page_is_no_rest_of_a_name() -> None:
    lower = [["Laboratory", "", "", "", ""], *BODY[3:]]
    joined = join_fragments([fragment(HEADER + BODY[:3], 4, caption=CAPTION), fragment(HEADER + lower, 5)])
    assert len(joined.grid) == 1 + len(BODY) + 1


def test_one_misread_row_of_a_reprinted_header_keeps_none_of_it_in_the_body() -> None:
    head = [
        ["Table 1. Schedule of Activities"] * 5,
        ["Visit", "V1", "V2", "V3", "V4"],
        ["Window", "", "±3", "±3", "+7"],
    ]
    misread = [["TableI.ScheduIe"] * 5, head[1], ["Window", "", "H3", "", "+7"]]
    joined = join_fragments([fragment(head + BODY[:3], 4, caption=CAPTION), fragment(misread + BODY[3:], 5)])
    assert joined.grid == head[1:] + BODY
    assert joined.header_rows == 2


def test_a_caption_in_the_frame_is_no_row() -> None:
    title = ["Table 3 Schedule of Activities"] * 5
    spans = [(0, 0, 1, 5)]
    pages = [
        fragment([title, *HEADER, *BODY[:3]], 1, header_rows=2, spans=spans),
        fragment([title, *HEADER, *BODY[3:]], 2, header_rows=2, spans=spans),
    ]
    joined = join_fragments(pages)
    assert joined.grid == [*HEADER, *BODY]
    assert joined.header_rows == 1
    assert {(c.row, c.column) for c in joined.cells} == {(r, c) for r in range(7) for c in range(5)}


def test_a_heading_over_all_columns_is_a_row() -> None:
    grid = [["Double-blind treatment"] * 5, *HEADER, *BODY]
    assert join_fragments([fragment(grid, 1, header_rows=2, spans=[(0, 0, 1, 5)])]).grid == grid


def test_a_row_that_sends_the_reader_on_is_none() -> None:
    foot = ["Table continued on next page"] * 5
    joined = join_fragments([fragment([*HEADER, *BODY, foot], 4, spans=[(7, 0, 1, 5)])])
    assert take_note_rows(joined) == []
    assert joined.grid == HEADER + BODY
    kept = join_fragments([fragment([*HEADER, ["Continued treatment"] * 5, *BODY], 4, spans=[(1, 0, 1, 5)])])
    take_note_rows(kept)
    assert len(kept.grid) == 8


def test_a_header_whose_cell_is_cut_on_the_next_page_is_dropped_whole() -> None:
    head = [
        ["Visit", "V1", "V2", "V3", "V4"],
        ["Study week and day", "1", "2", "3", "4"],
        ["Fasting", "X", "", "X", ""],
    ]
    cut = [head[0], ["Study week", "1", "2", "3", "4"], ["and day", "", "", "", ""], head[2]]
    first, second = fragment(head + BODY[:3], 4, header_rows=3), fragment(cut + BODY[3:], 5, header_rows=2)
    assert join_fragments([first, second]).grid == head + BODY


def test_short_notes_in_the_last_rows_of_the_frame() -> None:
    notes = ["AE = adverse event", "a) Fasting.", "b) At Week 4."]
    grid = [*HEADER, *BODY, *([text] * 5 for text in notes)]
    joined = join_fragments([fragment(grid, 4, spans=[(7 + n, 0, 1, 5) for n in range(3)])])
    taken = take_note_rows(joined, Expected(frozenset("ab")))
    assert [(n.marker, n.text) for n in taken] == [("", notes[0]), ("a", "Fasting."), ("b", "At Week 4.")]
    assert joined.grid == HEADER + BODY


def test_a_last_heading_is_no_note() -> None:
    grid = [*HEADER, *BODY, ["Follow-up"] * 5]
    joined = join_fragments([fragment(grid, 4, spans=[(7, 0, 1, 5)])])
    assert take_note_rows(joined, Expected(frozenset("ab"))) == []
    assert joined.grid == grid


def test_abbreviations_alone_in_the_last_row_are_a_note() -> None:
    legend = "BP = blood pressure; ECG = electrocardiogram; PRO = outcome."
    joined = join_fragments([fragment([*HEADER, *BODY, [legend] * 5], 4, spans=[(7, 0, 1, 5)])])
    assert [(n.marker, n.text) for n in take_note_rows(joined)] == [("", legend)]


def test_marks_of_the_header_make_no_header_of_the_next_page_s_rows() -> None:
    head = [*HEADER, ["Fasting", "X", "", "X", "X"]]
    first, second = fragment(head + BODY[:3], 4, header_rows=2), fragment(BODY[3:], 5, header_rows=1)
    assert join_fragments([first, second]).grid == head + BODY


def test_a_page_whose_cells_are_all_merged_has_the_columns_of_the_others() -> None:
    one = fragment(HEADER + BODY[:3], 4, columns=[40, 140, 200, 260, 320, 380])
    # the second page is a little wider, and no row of it parts the middle columns
    narrow = [["Adverse events", "X", "X", "X"], ["Diary", "", "X", ""]]
    two = fragment(narrow, 5, header_rows=0, columns=[30, 136, 199.6, 326.8, 390.4])
    joined = join_fragments([one, two])
    assert joined.grid[-2:] == [["Adverse events", "X", "X", "X", "X"], ["Diary", "", "X", "X", ""]]
    wide = next(c for c in joined.cells if c.row == len(joined.grid) - 2 and c.column == 2)
    assert (wide.column_span, wide.text) == (2, "X")
    assert_covered(joined)


def test_a_row_cut_within_its_remarks_is_one_row() -> None:
    header = [["Procedure", "Day 1", "Day 8", "Instructions"]]
    first = [["Weight", "X", "", "See the manual."], ["ECG", "X", "X", "Repeated if the first one is"]]
    rest = [["", "", "", "not readable. Lying down."], ["Pulse", "X", "", ""]]
    joined = join_fragments([fragment(header + first, 4), fragment(header + rest, 5)])
    whole = ["ECG", "X", "X", "Repeated if the first one is not readable. Lying down."]
    assert joined.grid == [*header, first[0], whole, rest[1]]
    assert_covered(joined)


def test_a_row_without_a_name_but_with_marks_is_no_rest() -> None:
    header = [["Procedure", "Day 1", "Day 8", "Instructions"]]
    first = [["ECG", "X", "X", "Repeated if the first one is"]]
    rest = [["", "X", "", "only in some centres"], ["Pulse", "X", "", ""]]
    assert join_fragments([fragment(header + first, 4), fragment(header + rest, 5)]).grid == [*header, *first, *rest]


def test_an_activity_among_the_rows_of_a_reprinted_header_is_kept() -> None:
    header = [["", "Screening", "Treatment", "Treatment"], ["Visit", "V1", "V2", "V3"], ["Week", "-1", "0", "4"]]
    fasting = ["Fasting", "", "X", ""]  # tells of visits: part of the header
    stray = ["Breast neoplasm follow-up", "", "", "X"]
    first = fragment([*header, ["ECG", "X", "X", ""], ["Weight", "X", "", "X"]], 3, header_rows=3)
    for place in (1, 2):
        later = [*header[:place], stray, *header[place:], ["Diary", "", "X", "X"]]
        joined = join_fragments([first, fragment(later, 4, header_rows=4)])
        assert joined.grid[joined.header_rows :] == [["ECG", "X", "X", ""], ["Weight", "X", "", "X"], stray, later[-1]]
        assert_covered(joined)
        assert joined.cells[-8].bbox == (40.0, 40.0 + 20 * place, 100.0, 60.0 + 20 * place)
    again = fragment([header[0], fasting, *header[1:], ["Diary", "", "X", "X"]], 4, header_rows=4)
    assert [row[0] for row in join_fragments([first, again]).grid[3:]] == ["ECG", "Weight", "Diary"]
