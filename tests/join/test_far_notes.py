"""Notes that stand above their table, or pages behind it under a heading."""

from __future__ import annotations

import pytest
from toy_fragments import BODY, HEADER, fragment

from soesift.detect.assemble import assemble_tables
from soesift.document.raised import UP
from soesift.join.far_notes import far_notes, notes_of_signs
from soesift.join.note_series import Expected
from soesift.table.context import TextLine

CELLS = frozenset("abcd")
LIST = ("a. Only once.", "b. Before dosing.", "c. If needed.", "d. After dosing.")

MARKED = [[f"{row[0]}{UP}{marker}\ufdd1", *row[1:]] for marker, row in zip("abcd", BODY, strict=False)]


def lines(*texts: str, top: float = 60.0) -> list[TextLine]:
    return [TextLine(text, top + 12 * k, top + 12 * k + 9, 9.0) for k, text in enumerate(texts)]


def read(pages: dict[int, list[TextLine]], over: tuple[str, ...] = (), used: frozenset[str] = CELLS) -> list[str]:
    table = fragment([*HEADER, *BODY], page=5)
    table.over = lines(*over)
    notes, _ = far_notes([table], pages, Expected(used))
    return [f"{note.marker} {note.text}" for note in notes]


def test_notes_between_title_and_table_are_its_notes() -> None:
    assert read({}, over=("Table 3: Schedule", *LIST)) == [line.replace(".", "", 1) for line in LIST]


def test_a_list_pages_behind_the_table_wants_a_heading() -> None:
    prose = lines("Figure 2: Scheme", "Participants are screened.")
    assert len(read({6: prose, 7: lines("Footnotes for Table 3", *LIST)})) == 4
    assert read({6: prose, 7: lines("Exclusion criteria", *LIST)}) == []


def test_a_list_on_the_page_before_is_read() -> None:
    assert len(read({4: lines("Notes:", *LIST)})) == 4


def test_a_list_goes_on_over_the_page() -> None:
    notes = read({8: lines("Footnotes", *LIST[:3]), 9: lines(LIST[3], "7 Statistics")})
    assert [note[0] for note in notes] == ["a", "b", "c", "d"]


def test_a_list_of_other_markers_is_none_of_the_table() -> None:
    assert read({8: lines("Footnotes", "1. Only once.", "2. Before dosing.", "3. If needed.")}) == []


def test_nothing_is_looked_for_where_few_markers_are_open() -> None:
    table = fragment([*HEADER, *BODY], page=5)
    expected = Expected(CELLS, known={"a", "b"})
    assert far_notes([table], {8: lines("Footnotes", *LIST)}, expected) == ([], [])


def pages_read(*texts: str) -> list[str]:
    """The markers read behind notes a and b below a table on page 5, with a page of other lines after it."""
    table = fragment([*HEADER, *BODY], page=5, below=lines("a) Only once.", "b) Before dosing."))
    [found] = assemble_tables([table], {6: lines(*texts)})
    return [note.marker for note in found.footnotes]


def test_notes_go_on_in_their_series_where_the_cells_tell_nothing() -> None:
    assert pages_read("c) If needed.", "d) After dosing.") == ["a", "b", "c", "d"]
    assert pages_read("1) Conduct the study.", "2) Keep the records.") == ["a", "b"]
    assert pages_read("a) Age of 18 years.", "b) Signed consent.") == ["a", "b"]


HEADS = (
    ("Appendix 1", "Schedule of Activities (cont.)", "Table 1: Screening through Week 24"),
    ("Table 7.1-2 Assessments of Part B",),
    ("Overview of visits in Part B",),
    (),
)
GENERAL = (
    (),
    ("Notes: All assessments are done on the same day, except during screening.",),
    (
        "Note: Visits are scheduled by the day of randomisation. There must be at least",
        *["three weeks between doses,"] * 5,
    ),
)


@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("general", GENERAL)
def test_notes_on_a_page_of_their_own_below_the_title_printed_again(
    heads: tuple[str, ...], general: tuple[str, ...]
) -> None:
    table = fragment([*HEADER, *MARKED], page=5)
    table.over = lines("Overview of visits in Part B")
    page = [*lines(*heads, top=60), *lines(*general, *(note.replace(".", "", 1) for note in LIST), top=140)]
    [found] = assemble_tables([table], {6: page, 7: lines("6 STATISTICS", "The sample is large.")})
    assert [note.marker for note in found.footnotes if note.marker] == ["a", "b", "c", "d"]
    assert not any("Part B" in note.text or "Appendix" in note.text for note in found.footnotes)


@pytest.mark.parametrize("sign", ["*", "†", "**"])
@pytest.mark.parametrize("between", [("Visit 1: a day before surgery",), ("Key to visits:", "Visit 2: at discharge")])
def test_a_sign_is_explained_below_what_explains_the_visits(sign: str, between: tuple[str, ...]) -> None:
    marked = [[f"{BODY[0][0]}{sign}", *BODY[0][1:]], *BODY[1:]]
    far = lines("Primary variable: cells in the blood", f"{sign} Taken after the end", "Other data: sex, age", top=330)
    table = fragment([*HEADER, *marked], page=5, below=[*lines(*between, top=250), *far])
    [found] = assemble_tables([table], {})
    assert [note.text for note in found.footnotes if note.marker == sign] == ["Taken after the end"]


def test_two_lines_with_one_sign_are_a_list() -> None:
    def read_below(*texts: str) -> list[str]:
        table = fragment([*HEADER, *BODY], page=5, below=lines(*texts, top=400))
        return [note.text for note in notes_of_signs([table], Expected(frozenset("*a")))]

    assert read_below("The study has two aims.", "* Safety", "a Efficacy") == ["Safety"]
    assert read_below("The study has two aims.", "* Safety", "* Efficacy") == []
    assert read_below("The study has two aims.", "** Safety") == []
