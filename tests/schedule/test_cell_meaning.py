"""Cells of the body: done, not done, elsewhere, under a condition, at several times."""

from __future__ import annotations

import pytest
from made_tables import made

from soesift.schedule.cell_meaning import cell_meaning, moments_of

NOT_DONE = ["-", "–", "—", "No", "no", "N/A", "NA", "n/a", "☐", "Not done", "None", "Not applicable", "---"]
NOT_DONE += ["No sample collection", "No blood sample", "No collection (sub-study closed)", "Sampling was discontinued"]
DONE = ["X", "x", "✓", "Yes", "•", "(X)", "☒", "√"]
ELSEWHERE = [
    "Refer to Section 8.2",
    "See Table 3",
    "See PK schedule in Appendix 2",
    "Section 8.1.2",
    "per protocol Section 6",
]
LOCAL = ["As per local practice", "If clinically indicated"]
LIMITED = {
    "X (if necessary)": "if necessary",
    "X (within 7 days prior to first dose)": "within 7 days prior to first dose",
    "X (odd cycles only)": "odd cycles only",
    "X, fasting": "fasting",
}


@pytest.mark.parametrize("text", NOT_DONE)
def test_not_done(text: str) -> None:
    assert cell_meaning(text).kind == "no"


@pytest.mark.parametrize("text", DONE)
def test_done(text: str) -> None:
    assert cell_meaning(text).kind == "done"


@pytest.mark.parametrize("text", ELSEWHERE)
def test_elsewhere(text: str) -> None:
    assert cell_meaning(text).kind == "reference"


@pytest.mark.parametrize("text", [*LOCAL, "Weekly", "Day 1 only", "No later than Day 3"])
def test_words_are_done_in_words(text: str) -> None:
    assert cell_meaning(text).kind == "text"


@pytest.mark.parametrize("text", sorted(LIMITED))
def test_the_words_behind_a_mark_are_its_condition(text: str) -> None:
    meaning = cell_meaning(text)
    assert (meaning.kind, meaning.condition) == ("text", LIMITED[text])


def test_words_behind_a_mark_are_no_footnote_markers() -> None:
    schedule = made([["Procedure", "Day 1", "Day 8"]], [["ECG", "X (if necessary)", "Xa"]], {"a": "In triplicate."})
    assert [(m.text, m.condition, m.footnotes) for m in schedule.marks] == [
        ("X (if necessary)", "if necessary", []),
        ("X", "", ["a"]),
    ]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("P, 1, 2h", [None, 1, 2]),
        ("predose, 1 h, 24 h", [None, 1, 24]),
        ("0.5, 1, 2 h", [0.5, 1, 2]),
        ("-5, 15, 30 min", [-5 / 60, 0.25, 0.5]),
        ("24 h", [24]),
        ("Pre-dose; 30 min; 2 hours", [None, 0.5, 2]),
        ("Predose/0 hr", [None]),
        ("pre-infusion (0 h), 2 h", [None, 2]),
        ("before dosing, 4 h", [None, 4]),
    ],
)
def test_times_of_a_cell_are_a_sub_timeline(text: str, hours: list[float | None]) -> None:
    assert [m.hours for m in moments_of(text)] == pytest.approx(hours)


@pytest.mark.parametrize("text", ["X", "1, 2", "Week 2", "if 2 h", "P", "10 mL"])
def test_other_cells_are_no_sub_timeline(text: str) -> None:
    assert moments_of(text) == ()


def test_boxes_not_ticked_are_not_done_and_schedule_nothing() -> None:
    body = [["ECG", "☐", "☒"], ["Weight", "No", "Yes"], ["Height", "-", "X"]]
    schedule = made([["Procedure", "Day 1", "Day 8"]], body)
    assert {m.encounter for m in schedule.marks} == {1}
    assert [r.kind for r in schedule.remarks] == ["no"] * 3


TITLES = [
    "Notes",
    "Comments",
    "Protocol Section",
    "Protocol Ref.",
    "Details",
    "Clarifications",
    "Additional Notes",
    "Footnotes",
    "Refer to Section",
    "eCRF",
    "Location",
    "Bemerkungen",
    "Applicable to",
    "Corresponding section",
    "Window / Comments",
    "Notes (see Section 8)",
]
CELLS = {
    "prose": ["In triplicate, supine, after five minutes of rest.", "Fasting. See Section 8.2."],
    "sections": ["8.2.1", "8.2.1, 8.3"],
    "short": ["Fasting", "Triplicate"],
}


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_columns_that_speak_to_the_reader_schedule_nothing(title: str, kind: str, side: str) -> None:
    first, second = CELLS[kind]
    rows = [["Procedure", "Day 1", "Day 8", title], ["ECG", "X", "X", first], ["Labs", "X", "", second]]
    if side == "left":
        rows = [[row[0], row[3], *row[1:3]] for row in rows]
    schedule = made(rows[:1], rows[1:])
    assert len(schedule.marks) == 3
    assert sum(visit.is_visit for visit in schedule.visits) == 2


def test_a_column_of_section_numbers_needs_no_title_to_be_known() -> None:
    schedule = made([["Procedure", "Day 1", "Where"]], [["ECG", "X", "8.2.1"], ["Labs", "X", "8.2.1, 8.3"]])
    assert len(schedule.marks) == 2


@pytest.mark.parametrize("text", ["N/D", "Ø", "(-)", "- -", "NR", "No sample", "No visit", "…", "n.d.", "ND", "N"])
def test_more_ways_to_say_no(text: str) -> None:
    assert cell_meaning(text).kind == "no"


@pytest.mark.parametrize(
    "text",
    [
        *("See text", "Reference Section 8", "See PK schedule", "Refer to the pharmacy manual"),
        *(
            "Times of assessments described in notes",
            "Samples as listed in Table 4",
            "To be done as outlined in Section 8.2",
        ),
    ],
)
def test_more_ways_to_send_the_reader_elsewhere(text: str) -> None:
    assert cell_meaning(text).kind == "reference"


@pytest.mark.parametrize(
    "text", ["X", "5 mL", "As needed", "Per local practice", "Yes", "Every 8 weeks", "☒", "1", "O", "D"]
)
def test_what_is_done_stays_done(text: str) -> None:
    assert cell_meaning(text).kind in ("done", "text")


@pytest.mark.parametrize(
    "title", ["Assessor", "Volume (mL)", "Notes (all windows ± 3 days)", "Screening notes", "Fasting"]
)
@pytest.mark.parametrize("cells", [("5", "10", "2"), ("Central", "Local", "Local"), ("", "Only if indicated.", "")])
def test_words_beside_columns_of_marks_are_no_visit(title: str, cells: tuple[str, ...]) -> None:
    rows = [["ECG", "X", "X", "", "X"], ["Weight", "X", "", "X", "X"], ["Blood count", "X", "X", "X", "X"]]
    body = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
    schedule = made([["Procedure", "Screening", "Day 1", "Week 4", "Week 8", title]], body)
    assert not schedule.visits[-1].is_visit
    assert all(schedule.encounters[m.encounter].column < 5 for m in schedule.marks)
    assert [r.text for r in schedule.remarks] == [cell for cell in cells if cell]
