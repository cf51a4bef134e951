"""Which fragments make one table: columns, reprinted headers, tiles, captions, pages between."""

from __future__ import annotations

import pytest
from toy_fragments import BODY, HEADER, fragment

from soesift.join.fragment import (
    alike,
    header_likeness,
    is_continued,
    names_likeness,
    plain_caption,
    same_columns,
    shared_boundaries,
)
from soesift.join.group import (
    PAIR_NAMES,
    continuation_score,
    continues,
    group_fragments,
    is_tile,
    pair_features,
    read_alike,
)

OTHER = [["Activity", "Week 4", "Week 8", "Week 12", "Month 6"]]


def sizes(*fragments) -> list[int]:
    return [len(group) for group in group_fragments(list(fragments))]


def test_a_reprinted_header_on_the_next_page_goes_on() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    assert sizes(first, fragment(HEADER + BODY[3:], 5)) == [2]


def test_the_same_columns_without_a_header_go_on() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    assert sizes(first, fragment(BODY[3:], 5, header_rows=1)) == [2]


def test_a_new_caption_with_another_header_starts_a_new_table() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    second = fragment(OTHER + BODY[3:], 5, caption="Table 2 Schedule of Assessments for the Extension")
    assert sizes(first, second) == [1, 1]


def test_a_new_schedule_title_starts_a_new_table_even_on_the_same_columns() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities for Part A")
    second = fragment(OTHER + BODY[3:], 5, caption="Table 2 Schedule of Activities for Part B")
    assert same_columns(first, second)
    assert sizes(first, second) == [1, 1]


@pytest.mark.parametrize(
    "caption",
    [
        "Table 1 Schedule of Activities (continued)",
        "Table 1 Schedule of Activities (cont'd)",
        "Table 1 Schedule of Activities, concluded",
        "Table 1 Schedule of Activities",
    ],
)
def test_a_continued_or_repeated_caption_goes_on(caption: str) -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    assert sizes(first, fragment(HEADER + BODY[3:], 5, caption=caption)) == [2]


@pytest.mark.parametrize(
    ("title", "goes_on"),
    [("FLOW CHART (Cont.)", True), ("FLOW CHART for patients who continue treatment after the final analysis", False)],
)
def test_a_title_that_says_much_more_is_another(title: str, goes_on: bool) -> None:
    """A short title is the beginning of many: the same activities at a few other visits are a table of their own."""
    first = fragment(HEADER + BODY, 4, caption="FLOW CHART")
    shorter = fragment([["Procedure", "EOT", "Day 15"], *([a, b, e] for a, b, _, _, e in BODY[2:])], 6, caption=title)
    assert sizes(first, fragment(HEADER + BODY[3:], 5, caption=title)) == ([2] if goes_on else [1, 1])
    assert goes_on or sizes(first, shorter) == [1, 1]


def test_tiles_of_other_visits_go_on() -> None:
    left = fragment(HEADER + BODY, 4, caption="Table 1 Schedule of Activities")
    right = fragment(
        [["Procedure", "Week 4", "Week 8"]] + [[row[0], "X", ""] for row in BODY],
        5,
        columns=[40, 140, 280, 420],
        caption="Table 1 Schedule of Activities (continued)",
    )
    assert is_tile([left], right)
    assert sizes(left, right) == [2]


def test_three_pages_without_rows_may_lie_between_but_not_four() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    near = fragment(HEADER + BODY[3:], 6, caption="Table 1 Schedule of Activities (continued)")
    far = fragment(HEADER + BODY[3:], 9, caption="Table 1 Schedule of Activities (continued)")
    assert continues([first], near)
    assert not continues([first], far)


def test_the_score_falls_with_the_gap() -> None:
    first = fragment(HEADER + BODY[:3], 4)
    scores = [continuation_score([first], fragment(HEADER + BODY[3:], page)) for page in (5, 6, 7)]
    assert scores[0] > scores[1] > scores[2]


def test_word_tables_are_whole_but_pasted_pictures_are_not() -> None:
    word = [fragment(HEADER + BODY[:3], None, order=k) for k in range(2)]
    assert sizes(*word) == [1, 1]
    pictures = [fragment(HEADER + BODY[k : k + 3], None, order=k, flags=["image_only"]) for k in (0, 1)]
    assert sizes(*pictures) == [2]


def test_fragments_are_grouped_in_document_order_whatever_order_they_come_in() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    second = fragment(HEADER + BODY[3:], 5)
    assert group_fragments([second, first]) == [[first, second]]
    assert group_fragments([]) == []


def test_features_have_a_name_each_and_say_what_they_say() -> None:
    first = fragment(HEADER + BODY[:3], 4, caption="Table 1 Schedule of Activities")
    second = fragment(HEADER + BODY[3:], 7, caption="Table 1 Schedule of Activities (continued)")
    values = dict(zip(PAIR_NAMES, pair_features([first], second), strict=True))
    assert values["same_columns"] == values["shared_boundaries"] == values["header"] == 1.0
    assert values["own_header"] == values["continued"] == values["caption_same"] == 1.0
    assert values["gap"] == 2.0
    assert values["other_header"] == values["caption_other"] == values["same_page"] == values["tile"] == 0.0


def test_columns_are_compared_by_place_from_the_left_edge() -> None:
    a = fragment(HEADER + BODY)
    moved = fragment(HEADER + BODY, columns=[65 + 60 * k for k in range(6)])
    bent = fragment(HEADER + BODY, columns=[40, 110, 160, 220, 280, 340])
    narrow = fragment([row[:4] for row in HEADER + BODY])
    assert same_columns(a, moved)
    assert not same_columns(a, bent)
    assert not same_columns(a, narrow)
    assert shared_boundaries(a, narrow) == 1.0
    assert shared_boundaries(a, bent) == pytest.approx(5 / 6)


def test_header_likeness_ignores_the_first_column_and_knows_other_widths() -> None:
    a = fragment(HEADER + BODY)
    assert header_likeness(a, fragment(OTHER + BODY)) == 0.0
    assert header_likeness(a, fragment([["Activity", *HEADER[0][1:]], *BODY])) == 1.0
    assert 0.5 < header_likeness(a, fragment([row[:4] for row in HEADER + BODY])) < 1
    assert header_likeness(a, fragment(BODY, header_rows=0)) == 0.0


def test_header_likeness_where_one_header_was_read_short() -> None:
    """Its last rows were taken for body rows: what both have counts."""
    whole = [HEADER[0], ["Window", "", "±1", "±2", "±2"]]
    short = fragment([*whole, *BODY], header_rows=1)
    long = fragment([*whole, *BODY], header_rows=2)
    assert header_likeness(short, long) == header_likeness(long, short) == 1.0
    assert header_likeness(short, fragment([OTHER[0], whole[1], *BODY], header_rows=2)) == 0.0


def test_texts_are_alike_on_letters_and_digits() -> None:
    assert alike("Day 1", "day-1") == 1.0
    assert alike("Schedule of Events", "Schedule of Event") > 0.95
    assert alike("Schedule of Events", "Dose levels") < 0.6


def test_names_in_order_count() -> None:
    assert names_likeness(["a", "b", "c"], ["a", "c"]) == 1.0
    assert names_likeness(["a", "b"], ["c", "d"]) == 0.0
    assert names_likeness(["a"], ["a"]) == 0.0  # one row proves nothing


@pytest.mark.parametrize("text", ["Table 1 (continued)", "Table 1 cont.", "Tabelle 1 (Fortsetzung)", "Table 1 cont’d"])
def test_continued_is_seen_and_taken_off(text: str) -> None:
    assert is_continued(text)
    assert plain_caption(text) in ("table1", "tabelle1")


def test_contents_is_not_continued() -> None:
    assert not is_continued("Contents of the table")


def test_pieces_of_one_word_table_are_joined() -> None:
    """Right behind each other, the header reprinted, nothing between; another caption or heading parts them."""
    head, body = [["Procedure", "Screening", "Day 1", "Day 8", "Day 15"]], [["ECG", "X", "", "X", ""]] * 3

    def parted(**changes: object) -> int:
        first = fragment(head + body, None, order=0)
        second = fragment(head + body, None, order=1, caption=str(changes.get("caption", "")))
        first.between, second.between = [], list(changes.get("between", []))  # type: ignore[call-overload]
        return len(group_fragments([first, second]))

    assert parted() == 1
    assert parted(between=["(continued)"]) == 1
    assert parted(between=["8.2 Safety"]) == 2
    assert parted(caption="Table 2 Schedule of the extension") == 2


def test_captions_that_differ_in_one_word_are_no_two_readings_of_one() -> None:
    pembrolizumab = "trialflowchartinitialtreatmentphaseforpembrolizumabarm"
    paclitaxel = "trialflowchartinitialtreatmentphaseforpaclitaxelarm"
    assert not read_alike(pembrolizumab, paclitaxel)
    assert read_alike(pembrolizumab, pembrolizumab.replace("treatment", "treatrnent"))


@pytest.mark.parametrize(
    ("first", "second", "goes_on"),
    [
        ("Table 9-2 Part 1: samples of blood", "Table 9-3 Part 2: samples of blood", False),
        ("Appendix B. Samples", "Appendix C. Samples of another kind", False),
        ("Table 4a: Sampling of cohort 1", "Table 4b: Sampling of cohort 2", False),
        ("Table 9-2 Part 1: samples of blood", "Table 9-2 Samples of part 1, blood", True),
        ("Samples of blood", "Table 9-3 Part 2: samples of blood", True),
    ],
)
def test_a_caption_of_another_number_is_another_table(first: str, second: str, goes_on: bool) -> None:
    """On the same columns, under the same header, as tables of samples stand one behind the other."""
    group = [fragment(HEADER + BODY, 1, caption=first)]
    assert continues(group, fragment(HEADER + BODY[:3], 2, caption=second)) is goes_on
    if not goes_on:  # a number that was read from a picture says nothing
        assert continues(group, fragment(HEADER + BODY[:3], 2, caption=second, flags=["image_only"]))
