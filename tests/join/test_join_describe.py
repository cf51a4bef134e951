"""Titles, types, tracks, flags, footnotes, and doubtful pages judged with their neighbours."""

from __future__ import annotations

import pytest
from toy_fragments import BODY, HEADER, fragment, lines

from soesift.join.flags import flags_of, is_transposed
from soesift.join.footnotes import looks_like_footnotes, read_footnotes
from soesift.join.group import TRUST, lift_continuations
from soesift.join.naming import is_sampling, population_of, title_of, track_of, types_of
from soesift.join.note_series import split_marker
from soesift.join.stack import join_fragments

SAMPLES = [
    ["Sample", "Pre-dose", "1 h", "2 h", "4 h"],
    ["PK plasma", "X", "X", "X", "X"],
    ["Serum biomarkers", "X", "", "X", ""],
]


def test_a_title_is_the_first_caption_that_is_no_continuation() -> None:
    group = [
        fragment(HEADER + BODY, 4, caption="Table 1 (continued)", heading="6.1 Assessments"),
        fragment(HEADER + BODY, 5, caption="Table 1 Schedule of Activities"),
    ]
    assert title_of(group) == ("Table 1 Schedule of Activities", "caption")


def test_a_title_may_be_the_first_row_the_heading_a_continued_caption_or_none() -> None:
    titled = [["Study Flow Chart"] * 5, *HEADER, *BODY]
    assert title_of([fragment(titled, 4, heading="6.1 Plan")]) == ("Study Flow Chart", "first_row")
    assert title_of([fragment(HEADER + BODY, 4, heading="6.1 Plan")]) == ("6.1 Plan", "heading")
    assert title_of([fragment(HEADER + BODY, 4, caption="Table 1 (continued)")]) == (
        "Table 1",
        "caption",
    )
    assert title_of([fragment(HEADER + BODY, 4, caption="(cont.)")]) == ("", "none")
    assert title_of([fragment(HEADER + BODY, 4)]) == ("", "none")


@pytest.mark.parametrize(
    ("title", "track"),
    [
        ("Table 1 Schedule of Activities", None),
        ("Table 2 Schedule of Activities, Open-label Extension", "Open-label Extension"),
        ("Table 3 Schedule of Events for Japan", "Japan"),
        ("Schedule of Assessments - Cohort 2", "Cohort"),
        ("", None),
    ],
)
def test_a_track_is_named_by_the_title(title: str, track: str | None) -> None:
    found = track_of(title)
    assert found == track or (track is not None and found is not None and found.startswith(track))


def test_one_main_schedule_the_others_are_tracks_domains_or_subsidiary() -> None:
    groups = [
        [fragment(HEADER + BODY[:3], 3)],
        [fragment(HEADER + BODY, 4), fragment(HEADER + BODY, 5)],
        [fragment(HEADER + BODY[:2], 7)],
        [fragment(SAMPLES, 9, soe=0.05, sampling=0.9)],
    ]
    titles = [
        "Table 2 Schedule of Activities, Open-label Extension",
        "Table 1 Schedule of Activities",
        "Table 5 Schedule of Laboratory Assessments",
        "Table 6 Pharmacokinetic Sampling",
    ]
    kinds = types_of(groups, titles)
    assert [kind for kind, _ in kinds] == ["track", "main_soa", "domain", "subsidiary"]
    assert all(0 <= sure <= 1 for _, sure in kinds)
    assert kinds[1][1] > kinds[0][1]


def test_where_every_title_has_a_track_the_largest_is_the_main_schedule() -> None:
    groups = [[fragment(HEADER + BODY[:2], 3)], [fragment(HEADER + BODY, 4)]]
    kinds = types_of(groups, ["Schedule of Activities, Part A", "Schedule of Activities, Part B"])
    assert [kind for kind, _ in kinds] == ["track", "main_soa"]


def test_no_tables_have_no_types() -> None:
    assert types_of([], []) == []


def test_a_sampling_grid_names_samples_and_nothing_general() -> None:
    assert is_sampling([fragment(SAMPLES, 9)])
    assert is_sampling([fragment(HEADER + BODY[2:4], 9, soe=0.2, sampling=0.7)]), "the model's word"
    assert not is_sampling([fragment(HEADER + BODY, 9, soe=0.2, sampling=0.7)]), "against consent, examination, signs"
    assert not is_sampling([fragment(HEADER + BODY, 9)])
    assert not is_sampling([fragment([*SAMPLES, ["Vital signs", "X", "", "", ""]], 9)])
    noted = [
        [f"{name}{note}", "X", "", "", ""]
        for name, note in (("Body weight", "f"), ("SAEs and AEs", ""), ("Diary", "b"))
    ]
    assert not is_sampling([fragment([*SAMPLES, *noted], 9, soe=0.2, sampling=0.7)]), "a footnote's letter hides none"


def test_words_that_overrule_the_model_are_no_surer_than_a_half() -> None:
    assert types_of([[fragment(SAMPLES, 9, soe=0.9, sampling=0.02)]], [""]) == [("subsidiary", 0.5)]


def test_flags_say_what_a_reader_should_know_in_a_fixed_order() -> None:
    group = [
        fragment(HEADER + BODY, 4, flags=["borderless", "image_only"], heading="Protocol Synopsis"),
        fragment(HEADER + BODY, 5, flags=["rotated"], redacted=True),
    ]
    found = flags_of(group, join_fragments(group), "Schedule")
    assert found == ["image_only", "rotated", "redacted", "in_synopsis", "borderless"]
    plain = [fragment(HEADER + BODY, 4)]
    assert flags_of(plain, join_fragments(plain), "Schedule of Activities") == []


@pytest.mark.parametrize("visits", [["Week 4", "Week 8"], ["Week 4", "Week 8", "Week 12", "Month 6"]])
def test_tiles_are_flagged_with_other_and_with_equal_numbers_of_columns(visits: list[str]) -> None:
    right = [["Procedure", *visits], *([row[0], *("X" for _ in visits)] for row in BODY)]
    group = [fragment(HEADER + BODY, 4), fragment(right, 5)]
    assert flags_of(group, join_fragments(group), "") == ["tiled"]


def test_times_down_the_side_are_transposed() -> None:
    grid = [list(row) for row in zip(*(HEADER + BODY), strict=True)]
    assert is_transposed(join_fragments([fragment(grid)]))
    assert not is_transposed(join_fragments([fragment(HEADER + BODY)]))
    assert not is_transposed(join_fragments([fragment(HEADER + BODY[:1])]))


@pytest.mark.parametrize(
    ("text", "marker", "rest"),
    [
        ("a. Only at screening", "a", "Only at screening"),
        ("a) Only at screening", "a", "Only at screening"),
        ("(b) Only at screening", "b", "Only at screening"),
        ("[12] Only at screening", "12", "Only at screening"),
        ("* = if clinically indicated", "*", "if clinically indicated"),
        ("** If indicated", "**", "If indicated"),
        ("† Women only", "†", "Women only"),
        ("c Women only", "c", "Women only"),
        ("aa Women only", "aa", "Women only"),
        ("3 Women only", "3", "Women only"),
        ("aWomen only", "a", "Women only"),
    ],
)
def test_markers_are_read_as_printed(text: str, marker: str, rest: str) -> None:
    assert split_marker(text) == (marker, rest)


@pytest.mark.parametrize(
    "text", ["Abbreviations: ECG = electrocardiogram", "if needed", "All visits", "", "a.", "in. The study"]
)
def test_plain_text_has_no_marker(text: str) -> None:
    assert split_marker(text) is None


def test_notes_go_on_over_lines_and_end_at_a_heading_or_a_gap() -> None:
    printed = lines(
        "Abbreviations: ECG = electrocardiogram",
        "a. Only at screening, and",
        "within 28 days",
        "b. Women only",
        "8.2 Safety",
        "Prose of the next section.",
        gaps={4: 12.0},
    )
    notes = read_footnotes(printed, 7)
    assert [(n.marker, n.text, n.page) for n in notes] == [
        ("", "Abbreviations: ECG = electrocardiogram", 7),
        ("a", "Only at screening, and within 28 days", 7),
        ("b", "Women only", 7),
    ]
    far = read_footnotes(lines("a. First", "Prose far below.", gaps={1: 60.0}), 7)
    assert [n.text for n in far] == ["First"]


def test_a_heading_right_below_a_table_opens_no_note() -> None:
    assert read_footnotes(lines("8.2 Safety assessments", "Prose of the next section."), 7) == []


def test_an_appendix_title_above_a_page_of_notes_is_neither_a_note_nor_their_end() -> None:
    printed = lines("Appendix 1: Schedule of Activities", "Notes: all visits.", "a. Only at screening")
    assert [(n.marker, n.text) for n in read_footnotes(printed, 8)] == [
        ("", "Notes: all visits."),
        ("a", "Only at screening"),
    ]


def test_no_lines_no_notes_and_never_more_than_the_limit() -> None:
    assert read_footnotes([], 1) == []
    assert len(read_footnotes(lines(*(f"{k % 90 + 1}. Note number" for k in range(300))), 1)) == 120


def test_a_page_of_notes_is_told_from_a_page_of_prose() -> None:
    assert looks_like_footnotes(lines("a. Only at screening", "b. Women only", "and men"))
    assert looks_like_footnotes(lines("Abbreviations: ECG = electrocardiogram", "a. First", "b. Second"))
    assert not looks_like_footnotes(lines("The study has two parts.", "Each part has visits."))
    assert not looks_like_footnotes(lines("a. Only at screening", "Then prose goes on", "and on"))
    assert not looks_like_footnotes([])


def test_a_doubtful_continuation_is_lifted_step_by_step() -> None:
    parts = [fragment(HEADER + BODY, page, soe=soe) for page, soe in ((4, 0.99), (5, 0.3), (6, 0.1))]
    lift_continuations(parts)
    assert [round(p.soe, 4) for p in parts] == [0.99, round(0.99 * TRUST, 4), round(0.99 * TRUST**2, 4)]
    assert all(p.probability <= 1 for p in parts)


def test_a_page_before_a_sure_one_is_lifted_too() -> None:
    parts = [fragment(HEADER + BODY, 4, soe=0.3), fragment(HEADER + BODY, 5, soe=0.95)]
    lift_continuations(parts)
    assert parts[0].soe == pytest.approx(0.95 * TRUST)


def test_samples_under_the_same_header_on_the_next_page_are_its_last_rows() -> None:
    samples = fragment(HEADER + BODY[-2:], 5, soe=0.02, sampling=0.97)
    lift_continuations([fragment(HEADER + BODY, 4, soe=0.99), samples])
    assert samples.soe == pytest.approx(0.99 * TRUST)
    assert samples.sampling <= 1 - samples.soe
    before = fragment(HEADER + BODY[-2:], 3, soe=0.02, sampling=0.97)
    lift_continuations([before, fragment(HEADER + BODY, 4, soe=0.99)])
    assert before.soe == 0.02


@pytest.mark.parametrize(
    "other",
    [
        fragment(HEADER + BODY, 7, soe=0.3),  # not the next page
        fragment(HEADER + BODY, 5, soe=0.01, caption="Table 9 Dose levels"),  # surely of another kind
        fragment([["Sample", "0 h", "1 h", "2 h", "4 h"], *BODY], 5, soe=0.3, sampling=0.6),  # a sampling grid
        fragment(HEADER + BODY, 5, soe=0.3, sampling=0.6, caption="Table 9 Pharmacokinetic samples"),
        fragment(HEADER + BODY, 5, soe=0.3, columns=[40, 90, 180, 200, 260, 340]),  # other columns
        fragment(HEADER + BODY, None, soe=0.3),  # no pages
    ],
    ids=["far", "unlike", "sampling", "captioned", "columns", "word"],
)
def test_what_does_not_continue_is_not_lifted(other) -> None:
    before = other.soe
    lift_continuations([fragment(HEADER + BODY, 4, soe=0.99), other])
    assert other.soe == before


def test_an_uncaptioned_rest_at_the_top_of_the_next_page_is_lifted_from_nothing() -> None:
    rest = fragment([BODY[4][:4], BODY[5][:4]], 5, header_rows=0, above="", soe=0.001)
    lift_continuations([fragment(HEADER + BODY, 4, soe=0.99), rest])
    assert rest.soe == pytest.approx(0.99 * TRUST)
    early = fragment([BODY[4][:4], BODY[5][:4]], 3, header_rows=0, above="", soe=0.001)
    lift_continuations([early, fragment(HEADER + BODY, 4, soe=0.99)])
    assert early.soe == 0.001  # a rest comes after its table, never before
    grouped = fragment(
        [["Administrative procedures"] * 4, BODY[5][:4]],
        5,
        header_rows=0,
        above="",
        soe=0.001,
        caption="Administrative procedures",
    )
    lift_continuations([fragment(HEADER + BODY, 4, soe=0.99), grouped])
    assert grouped.soe == pytest.approx(0.99 * TRUST), "the heading of its rows is no caption"
    doses = fragment(
        [["Table 9 Dose levels"] * 4, BODY[5][:4]], 5, header_rows=0, above="", soe=0.001, caption="Table 9 Dose levels"
    )
    lift_continuations([fragment(HEADER + BODY, 4, soe=0.99), doses])
    assert doses.soe == 0.001
    titled = fragment([BODY[4][:4], BODY[5][:4]], 5, header_rows=0, above="", soe=0.001, caption="Table 9")
    lift_continuations([fragment(HEADER + BODY, 4, soe=0.99), titled])
    assert titled.soe == 0.001


def test_a_last_page_of_few_rows_under_the_same_columns_is_lifted_from_nothing() -> None:
    first = fragment(HEADER + BODY, 4, soe=0.99, caption="Table 1 Schedule of Activities")
    reprint = fragment(HEADER + BODY[-1:], 5, soe=0.001, caption="Table 1 Schedule of Activities (continued)")
    unmarked = fragment([*HEADER, ["Sponsor", "name", "", "", ""]], 5, soe=0.001)
    lift_continuations([first, reprint, unmarked])
    assert (reprint.soe, unmarked.soe) == (pytest.approx(0.99 * TRUST), 0.001)


def test_without_a_sure_table_nothing_is_lifted() -> None:
    parts = [fragment(HEADER + BODY, page, soe=0.6) for page in (4, 5)]
    lift_continuations(parts)
    assert [p.soe for p in parts] == [0.6, 0.6]


def test_prose_under_a_table_is_no_note() -> None:
    assert read_footnotes(lines("Primary outcome", "The patients tell of their day."), 7) == []
    small = lines("All visits may be held at home", "Prose of the next section goes on.")
    small[0].size = 7.0
    assert next(n.text for n in read_footnotes(small, 7)).startswith("All visits")
    vouched = lines("All visits may be held at home", "a. Only at screening")
    assert [n.marker for n in read_footnotes(vouched, 7)] == ["", "a"]


def test_notes_end_at_the_caption_of_the_next_table() -> None:
    printed = lines("* Before infusion", "Table 9. Samples of cycle 2", "Prose", gaps={1: 8.0})
    assert [(n.marker, n.text) for n in read_footnotes(printed, 7)] == [("*", "Before infusion")]


def test_headings_are_no_markers() -> None:
    assert split_marker("1 INTRODUCTION") is None
    assert split_marker("2. STUDY OBJECTIVES") is None
    assert split_marker("[a1] Paclitaxel on Day 1") == ("a1", "Paclitaxel on Day 1")
    assert split_marker("1. ECG at screening") == ("1", "ECG at screening")


def test_pages_of_contents_and_references_are_no_notes() -> None:
    contents = [f"{k}. CHAPTER {'.' * 30} {k}" for k in range(1, 8)]
    assert not looks_like_footnotes(lines("TABLE OF CONTENTS", *contents))
    assert not looks_like_footnotes(lines("12 REFERENCES", "1. Smith A. A trial.", "2. Doe B. Another."))
    assert looks_like_footnotes(
        lines("Appendix 3", "Schedule of Assessments (cont.)", "AE = adverse event", "[a1] First", "[b] Second")
    )


def test_running_lines_are_no_notes() -> None:
    assert read_footnotes(lines("18 July 2021 Sponsor Page 11 of 36"), 7) == []


def test_a_line_right_above_may_be_the_title() -> None:
    one = fragment(HEADER + BODY, 4, heading="1 Only for some participants")
    one.over = lines("Timeline: Treatment Phase, Study Treatment")
    assert title_of([one]) == ("Timeline: Treatment Phase, Study Treatment", "caption")
    one.over = lines("The procedures of the visits are in the order of the schedule,")
    assert title_of([one]) == ("1 Only for some participants", "heading")


def test_the_population_of_a_title() -> None:
    title = "Schedule of Activities for Participants With Type 1 Diabetes (Part A)"
    assert population_of("Schedule of Activities, participants with prior surgery") == "participants with prior surgery"
    assert population_of(title) == "Part A"
    assert population_of("Schedule of Activities") is None


def test_which_of_two_peers_is_main_stays_open() -> None:
    groups = [[fragment(HEADER + BODY, 4)], [fragment(HEADER + BODY, 6)]]
    titles = [f"Schedule of Activities for participants with {kind}" for kind in ("asthma", "eczema")]
    assert types_of(groups, titles) == [("main_soa", pytest.approx(0.5)), ("track", pytest.approx(0.8))]
    assert types_of(groups, ["Schedule of Activities"] * 2)[0] == ("main_soa", pytest.approx(1.0))
