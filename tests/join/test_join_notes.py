"""Notes told by what the table's cells carry: open markers, succession, print, what covers and what is foreign."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy_fragments import lines

from soesift.document.raised import DOWN, UP, runs_of
from soesift.join.footnotes import goes_on, looks_like_footnotes, read_footnotes, split_legends
from soesift.join.note_rows import split_notes
from soesift.join.note_series import Expected, successors
from soesift.result.models import Cell, Footnote, Run
from soesift.table.context import TextLine


def found(printed: list[TextLine], used: str = "", before: Footnote | None = None) -> list[tuple[str, str]]:
    return [(n.marker, n.text) for n in read_footnotes(printed, 7, Expected(frozenset(used.split())), before)]


def raised(text: str, size: float = 8.0) -> TextLine:
    marker, _, rest = text.partition(" ")
    return TextLine(f"{marker} {rest}", 300, 300 + size, size, f"{UP}{marker}{DOWN} {rest}")


@pytest.mark.parametrize(
    ("marker", "after"),
    [
        ("9", "10"),
        ("a", "b"),
        ("i", "j"),
        ("z", "aa"),
        ("aa", "bb"),
        ("aa", "ab"),
        ("*", "**"),
        ("*1", "*2"),
        ("①", "②"),
    ],
)
def test_successors(marker: str, after: str) -> None:
    assert after in successors(marker)


def test_two_circled_figures_at_once_and_the_last_one_have_no_successor_of_their_kind() -> None:
    assert successors("⑳") == ()
    assert [marker for marker, _ in found(lines("①② Within a week.", "③ In women only."), "①② ③")][:1] == ["①②"]


def test_numbered_stars_and_circled_figures() -> None:
    stars = lines("*1) Within a week.", "*2) In women only.", "*: As usual")
    assert found(stars, "*1 *2") == [("*1", "Within a week."), ("*2", "In women only."), ("*", "As usual")]
    assert found(lines("① Within a week.", "②: In women only."), "") == [
        ("①", "Within a week."),
        ("②", "In women only."),
    ]
    listed = lines("a. One of these:", "① Low pressure", "② High pulse", "b. Women only")
    assert [marker for marker, _ in found(listed, "a b")] == ["a", "b"]


def test_a_mark_in_brackets_and_what_it_means() -> None:
    assert found(lines("(●) only where it is indicated"), "") == [("", "(●) only where it is indicated")]
    assert not found(lines("(see Section 5) only where it is indicated"), "")


def test_a_list_within_a_note_is_part_of_it() -> None:
    printed = lines("c. If one holds:", "i. low pressure", "ii. high pulse", "d. Women only")
    assert found(printed, "c d i") == [("c", "If one holds: i. low pressure ii. high pulse"), ("d", "Women only")]
    assert [m for m, _ in found(lines("h. At rest", "i. Supine", "j. Fasting"), "h i j")] == ["h", "i", "j"]


def test_numbered_text_that_no_cell_refers_to_is_no_note() -> None:
    printed = lines("a. At screening", "1. Consent is given", "2. All visits are done", "b. Women only")
    assert [m for m, _ in found(printed, "a b")] == ["a", "b"]
    assert [m for m, _ in found(printed)] == ["a", "b"]


def test_a_note_may_begin_with_a_figure() -> None:
    printed = lines("2 Stopped below 60 mg/dL", "3 5 minutes after the end")
    assert found(printed, "2 3") == [("2", "Stopped below 60 mg/dL"), ("3", "5 minutes after the end")]
    assert found(lines("2 Stopped within", "4 days of the visit"), "2") == [("2", "Stopped within 4 days of the visit")]


def test_a_raised_marker_opens_a_note_whatever_follows_it() -> None:
    assert found([raised("b only if fasting")]) == [("b", "only if fasting")]


def test_a_mark_with_its_marker_explains_it() -> None:
    line = TextLine("Xa = if diabetic", 300, 308, 8, f"X{UP}a{DOWN} = if diabetic")
    assert found([line], "a") == [("a", "Xa = if diabetic")]


def test_a_numbered_heading_in_larger_print_ends_the_notes() -> None:
    printed = lines("1. At screening", "2 Introduction", "Text of the section.")
    printed[1] = replace(printed[1], size=12.0)
    assert found(printed) == [("1", "At screening")]


def test_notes_go_on_behind_a_box_that_covers_text() -> None:
    printed = [*lines("a. At screening"), *lines("b. Since birth", top=360)]
    black = TextLine("", 318, 358, 40, covered=True)
    assert [m for m, _ in found([printed[0], black, printed[1]])] == ["a", "b"]
    far = lines("unmarked and far", top=360)
    assert found([printed[0], *far]) == [("a", "At screening")]


def test_a_line_that_sends_the_reader_on_is_no_note() -> None:
    assert found(lines("Footnotes displayed on the next page")) == []
    assert [m for m, _ in found(lines("Footnotes are on the next page.", "a. At screening", "b. Women"))] == ["a", "b"]


def test_a_marker_centred_beside_three_lines_opens_the_first() -> None:
    texts = [("Only where the", 90.0), ("b investigator thinks", 72.0), ("it needed", 90.0)]
    block = [TextLine(t, 300 + 9 * k, 308 + 9 * k, 8, left=x, indent=90.0) for k, (t, x) in enumerate(texts)]
    first = TextLine("a At screening.", 270, 278, 8, left=72.0, indent=90.0)
    block[1] = replace(block[1], shown=f"{UP}b{DOWN} investigator thinks")
    printed = [first, *block]
    assert found(printed, "a b") == [
        ("a", "At screening."),
        ("b", "Only where the investigator thinks it needed"),
    ]


def test_the_rest_of_a_note_on_the_next_page() -> None:
    last = Footnote(marker="b", text="All events since birth that the", page=6)
    page = lines("investigator thinks relevant.", "c. Supine after rest.", "2 Introduction", "Text.", gaps={2: 12.0})
    assert goes_on(page, Expected(), last, 8.0)
    assert found(page, before=last) == [("c", "Supine after rest.")]
    assert last.text == "All events since birth that the investigator thinks relevant."
    assert not goes_on(page, Expected(), last, 10.0), "in larger print it is something else"


def test_one_open_marker_draws_in_a_page_of_one_note() -> None:
    last = Footnote(marker="a", text="At screening.", page=6)
    assert goes_on(lines("b. Women only."), Expected(frozenset("ab"), {"a"}), last, 8.0)
    assert not goes_on(lines("b) Women only."), Expected(frozenset("a"), {"a"}), replace_marker(last, "c"), 8.0)


def replace_marker(note: Footnote, marker: str) -> Footnote:
    return note.model_copy(update={"marker": marker})


def test_one_line_may_explain_several_markers() -> None:
    note = Footnote(marker="", text="A = first part; B = both parts C = blood", page=1)
    parted = split_legends([note], Expected(frozenset("ABC")))
    assert [(n.marker, n.text) for n in parted] == [("A", "first part"), ("B", "both parts"), ("C", "blood")]
    assert split_legends([note], Expected(frozenset("x"))) == [note]


def in_frame(*texts: str, used: str = "") -> list[tuple[str, str]]:
    cells = [
        Cell(row=k, column=0, column_span=4, text=t.replace(UP, "").replace(DOWN, ""), page=k)
        for k, t in enumerate(texts)
    ]
    for cell, text in zip(cells, texts, strict=True):
        cell.runs = [Run(text=piece, raised=up) for piece, up in runs_of(text)]
    return [(n.marker, n.text) for n in split_notes(cells, Expected(frozenset(used.split())))]


def test_notes_that_run_on_in_one_cell_are_parted() -> None:
    assert in_frame("Abbreviations: a lot. a. At screening only. b. By 2 persons: a and b. c. At rest.") == [
        ("", "Abbreviations: a lot."),
        ("a", "At screening only."),
        ("b", "By 2 persons: a and b."),
        ("c", "At rest."),
    ]
    assert in_frame(f"{UP}1{DOWN}At screening {UP}2{DOWN}10{UP}9{DOWN}/L or less", used="1 2") == [
        ("1", "At screening"),
        ("2", "109/L or less"),
    ]


def test_a_note_goes_on_in_the_row_on_the_next_page() -> None:
    assert in_frame("a. At screening, and", "again at the end. b. At rest.") == [
        ("a", "At screening, and again at the end."),
        ("b", "At rest."),
    ]
    assert in_frame("A long text without any marker, which may be a note.") == [
        ("", "A long text without any marker, which may be a note.")
    ]


def test_a_note_may_begin_in_the_middle_of_a_line() -> None:
    line = TextLine(
        "k At screening.l Before dosing", 300, 308, 8, f"{UP}k{DOWN} At screening.{UP}l{DOWN} Before dosing"
    )
    assert found([line], "k l") == [("k", "At screening."), ("l", "Before dosing")]


def test_lines_of_one_list_of_abbreviations_stay_together() -> None:
    printed = lines("a ECG = electrocardiogram; CT = computed tomography;", "TC = telephone contact.", "b Women only")
    assert found(printed, "a b") == [
        ("a", "ECG = electrocardiogram; CT = computed tomography; TC = telephone contact."),
        ("b", "Women only"),
    ]


def test_a_title_printed_again_is_no_part_of_the_note_that_goes_on() -> None:
    last = Footnote(marker="h", text="Tissue should be taken, but it is no", page=6)
    page = lines("Study Schedule, Protocol 7 (concluded)", "deviation otherwise.", "i. Women only")
    assert found(page, "h i", before=last) == [("i", "Women only")]
    assert last.text == "Tissue should be taken, but it is no deviation otherwise."


def test_raised_marks_of_cells_open_notes_in_the_frame() -> None:
    cells = [Cell(row=0, column=0, text="", page=1)]
    shown = f"{UP}X{DOWN} In the database {UP}S{DOWN} In the source {UP}4{DOWN} Both {UP}5{DOWN} By 3{UP}a{DOWN} men"
    cells[0].runs = [Run(text=piece, raised=up) for piece, up in runs_of(shown)]
    notes = split_notes(cells, Expected(frozenset("45"), legend=frozenset("XS")))
    assert [(n.marker, n.text) for n in notes] == [
        ("X", "In the database"),
        ("S", "In the source"),
        ("4", "Both"),
        ("5", "By 3a men"),
    ]


def test_a_note_behind_a_reference_without_a_stop() -> None:
    assert in_frame("a. See Section 7.1 b. In others it is b. in any case.", used="a b") == [
        ("a", "See Section 7.1"),
        ("b", "In others it is b. in any case."),
    ]


def test_the_first_note_counts_where_the_second_is_used() -> None:
    printed = lines("1. At screening", "2. Before the dose", "3. At rest")
    assert [m for m, _ in found(printed, "2 3")] == ["1", "2", "3"]
    foreign = lines("1. Consent is given", "2. Visits are done", "b. At rest")
    assert [m for m, _ in found(foreign, "b") if m] == ["b"]


def test_a_note_with_signs_of_a_larger_font_is_no_heading() -> None:
    printed = lines("1. At screening", "2. Markers: " + "TNF and others, " * 10, "3. At rest")
    printed[1] = replace(printed[1], size=12.0)
    assert [m for m, _ in found(printed, "1 2 3")] == ["1", "2", "3"]


@pytest.mark.parametrize("head", ["Footnotes:", "Notes", "NOTE", "Footnotes for Table 3"])
def test_what_stands_over_the_notes_is_none(head: str) -> None:
    assert found(lines(head, "a. Fasting.", "b. At Week 4 only.")) == [("a", "Fasting."), ("b", "At Week 4 only.")]
    assert found(lines("Note: samples are taken before the dose.")) == [
        ("", "Note: samples are taken before the dose.")
    ]


def test_a_dash_may_part_marker_and_note() -> None:
    printed = lines("a – Fasting.", "b – 5 mL are drawn.", "c – At Week 4 only.")
    assert [marker for marker, _ in found(printed, "a b c")] == ["a", "b", "c"]


def test_notes_below_a_long_list_of_abbreviations() -> None:
    words = [f"ward{n}, words that stand for it and go on over the line" for n in range(9)]
    notes = found(lines(*words, "a. Fasting.", "b. At Week 4 only."), "a b")
    assert [marker for marker, _ in notes][-2:] == ["a", "b"]


def test_a_note_that_juts_out_needs_no_stop_before_it() -> None:
    def hung(text: str, top: float, left: float, indent: float) -> TextLine:
        return TextLine(text, top, top + 8, 8.0, left=left, indent=indent)

    printed = [
        hung("a At Week 4, or as", 300, 40, 54),
        hung("decided by the investigator", 310, 54, 80),
        hung("b mBPI-sf on paper", 320, 40, 54),
    ]
    assert [marker for marker, _ in found(printed, "a b")] == ["a", "b"]


def test_a_caption_printed_again_over_notes_is_none() -> None:
    printed = lines("Table 3: Schedule of Assessments (Screening through", "Week 8) (Continued)", "a. Fasting.")
    assert found(printed, "a") == [("a", "Fasting.")]


def test_notes_of_one_form_in_the_frame_may_lack_a_stop() -> None:
    text = "[a] Height at the first visit only. [b] Repeated within 8 hours [c] 5 mL are drawn: (i) before, (d) after."
    assert [m for m, _ in in_frame(text, used="a b c d")] == ["a", "b", "c"]


def test_a_tab_behind_a_marker_opens_the_first_note() -> None:
    one = TextLine("a 5 mL are drawn", 300, 308, 8.0, left=40, indent=54)
    other = TextLine("b mBPI-sf on paper.", 310, 318, 8.0, left=40, indent=54)
    assert [marker for marker, _ in found([one, other], "a b")] == ["a", "b"]


def test_abbreviations_alone_on_the_next_page_are_notes() -> None:
    assert looks_like_footnotes(lines("AE = adverse event; ECG = electrocardiogram; ET = early termination"))
    assert looks_like_footnotes(lines("Abbreviations: D, day; FU, follow-up; W, week"))
    assert looks_like_footnotes(lines("NOTES", "a. Fasting.", "b. At Week 4 only."))
    assert not looks_like_footnotes(lines("The study is a trial in adults with asthma, who are seen at visits."))


def test_abbreviations_behind_the_last_note_in_the_frame() -> None:
    notes = in_frame("a. Fasting. b. At Week 4. AE = adverse event; ECG = electrocardiogram; ET = end.", used="a b")
    assert [m for m, _ in notes] == ["a", "b", ""]
    assert notes[-1][1].startswith("AE = adverse event")
    whole = in_frame("a. Fasting. b. Where BMI = 30 kg/m2 or more; others as above.", used="a b")
    assert [m for m, _ in whole] == ["a", "b"]


def test_a_row_of_its_own_opens_a_note_though_the_series_has_a_gap() -> None:
    assert [m for m, _ in in_frame("a – Fasting.", "b – At Week 4", "e – 5 mL of blood.", used="a b e")] == [
        "a",
        "b",
        "e",
    ]


def test_a_list_within_a_note_goes_on_over_the_page() -> None:
    note = Footnote(marker="b", text="Samples are taken:", page=6)
    assert goes_on(lines("• before the dose,", "• after it.", "c. Fasting."), Expected(frozenset("abc")), note, 8.0)
    ended = Footnote(marker="b", text="Samples are taken.", page=6)
    assert goes_on(lines("• before the dose,", "• after it."), Expected(frozenset("abc")), ended, 8.0)
    assert not goes_on(lines("The study begins."), Expected(frozenset("b"), {"b"}), ended, 8.0)


def at(text: str, top: float, left: float = 100.0, hung: float = 130.0) -> TextLine:
    """A line of 8 points; its second word stands at `hung`."""
    return TextLine(text, top, top + 8, 8.0, left=left, indent=hung)


def test_signs_open_notes_of_their_own_though_no_cell_was_seen_to_carry_them() -> None:
    printed = lines(
        "*Repeated if needed.", "† Day 0 is the first.", "‡ Within 7 days.", "§ Events only.", "1. Height once."
    )
    assert [m for m, _ in found(printed, "1 2")] == ["*", "†", "‡", "§", "1"]
    assert found(lines("a Women only", "*Recorded on video."), "a") == [
        ("a", "Women only"),
        ("*", "Recorded on video."),
    ]


def test_signs_of_a_list_are_part_of_their_note() -> None:
    printed = lines("a. One of these:", "* low pressure", "* high pulse", "b. Women only")
    assert [m for m, _ in found(printed, "a b")] == ["a", "b"]


def test_a_word_where_the_text_of_a_note_hangs_is_no_marker() -> None:
    hung = [("a Day 1 result, and after", 320), ("3 Months in the others.", 330)]
    printed = [at("a Sampled at home.", 300), at("c From the first participants with", 310)]
    printed += [at(text, top, left=130.0, hung=136.0) for text, top in hung]
    printed.append(at("d Women only", 340))
    assert [m for m, _ in found(printed, "a c d 3")] == ["a", "c", "d"]


def test_a_paragraph_set_apart_where_markers_stand_is_a_note_without_one() -> None:
    first, apart = at("a Women only.", 300), at("All windows are wide.", 324, hung=112.0)
    assert found([first, apart], "a") == [("a", "Women only."), ("", "All windows are wide.")]
    hung = at("All windows are wide.", 324, left=130.0, hung=142.0)
    assert found([first, hung], "a") == [("a", "Women only. All windows are wide.")]


def test_lines_drawn_with_characters_are_no_notes() -> None:
    assert found(lines("_" * 40, "a. Women only"), "a") == [("a", "Women only")]


def test_a_legend_may_begin_with_any_letter() -> None:
    printed = lines("a. Women only.", "β-hCG = gonadotropin; SAE = serious event")
    assert found(printed, "a") == [("a", "Women only."), ("", "β-hCG = gonadotropin; SAE = serious event")]


def test_a_heading_with_a_roman_number_is_no_note() -> None:
    printed = lines("I. Participant compensation", "All couples are paid for their time. Visit 1: $125", gaps={0: 20.0})
    printed[1].size = 12.0
    assert found(printed) == []
