"""Counts checked by hand."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_schedules import GRID, toy_result, toy_table

from soesift.burden.count import Burden, TableBurden, count_result, load_vocabulary, read_repeats
from soesift.burden.report import burden_csv
from soesift.errors import UsageError

WORDS = load_vocabulary()


def counted(repeats: dict[str, int] | None = None) -> TableBurden:
    return count_result(toy_result(toy_table()), WORDS, repeats).tables[0]


def test_visits_by_contact_and_the_total_leaves_out_unscheduled_ones() -> None:
    table = counted()
    assert [v.contact for v in table.visits] == ["site", "site", "site", "site", "phone", "unscheduled"]
    total = table.total
    assert (total.visits, total.site, total.phone, total.unscheduled) == (5, 4, 1, 0)
    assert table.unscheduled.visits == 1
    assert table.unscheduled.by_class == {"vitals": 1, "blood": 1, "ecg": 1, "talk": 1}


def test_procedures_by_class_and_blood_draws_as_visits() -> None:
    total = counted().total
    assert total.by_class == {
        "talk": 6,
        "vitals": 4,
        "blood": 7,
        "ecg": 2,
        "imaging": 3,
        "questionnaire": 4,
        "staff": 1,
        "other": 1,
    }
    assert total.visits_by_class["blood"] == 4
    assert total.procedures == 27
    assert total.staff == 1


def test_each_epoch_and_their_sum() -> None:
    table = counted()
    assert {e: c.visits for e, c in table.by_epoch.items()} == {"Screening": 1, "Treatment": 3, "Follow-up": 1}
    assert sum(c.procedures for c in table.by_epoch.values()) == table.total.procedures


def test_unknown_activities_are_listed() -> None:
    assert counted().other == ["Zorbing"]


def test_conditional_marks_are_counted_and_shown_apart() -> None:
    table = counted()
    assert table.total.conditional == 1  # footnote b
    assert table.unscheduled.conditional == 1  # (X)


def test_assumptions_name_repeats_merged_cells_and_unscheduled_visits() -> None:
    said = " ".join(counted().assumptions)
    assert "Cycles 3+ Day 1” goes on without a printed end: counted once" in said
    assert "1 merged cell counts at every visit that it covers" in said
    assert "Not in the total, as not everyone has them: Unscheduled" in said
    assert "2 marks are conditional" in said


def test_repeats_multiply_the_column_and_are_stated() -> None:
    once, often = counted(), counted({"Cycles 3+": 6})
    assert often.total.visits == once.total.visits + 5
    assert often.total.by_class["blood"] == once.total.by_class["blood"] + 5 * 2
    assert often.by_epoch["Treatment"].procedures == once.by_epoch["Treatment"].procedures + 5 * 6
    assert any("is counted 6 times" in line for line in often.assumptions)
    assert not any("counted once, as printed" in line for line in often.assumptions)
    assert counted({"column 5": 0}).total.visits == 4


def test_repeats_that_fit_no_visit_or_several_are_refused() -> None:
    with pytest.raises(UsageError, match="--repeats Cycle 9 Day 1: no visit has this name; did you mean Cycle"):
        counted({"Cycle 9 Day 1": 2})
    with pytest.raises(UsageError, match="fits several visits: column"):
        counted({"Day 1": 2})


@pytest.mark.parametrize("bad", ["C3", "C3=", "=3", "C3=x", "C3=-1", "C3=1.5"])
def test_repeats_must_be_a_name_and_a_number(bad: str) -> None:
    with pytest.raises(UsageError, match="such as C3=6"):
        read_repeats([bad])


def test_repeats_given_twice_are_refused_and_names_may_hold_an_equals_sign() -> None:
    with pytest.raises(UsageError, match="given twice"):
        read_repeats(["C3=6", "C3=7"])
    assert read_repeats(["a=b=2"]) == {"a=b": 2}


def test_a_visit_that_may_be_by_telephone_is_counted_apart() -> None:
    grid = [row.copy() for row in GRID]
    grid[1][5] = "Day 90c"
    table = count_result(toy_result(toy_table(grid, [("c", "May be conducted by telephone.")])), WORDS).tables[0]
    assert table.visits[4].contact == "site_or_phone"
    assert any("On site or by telephone" in line for line in table.assumptions)


def test_only_the_tables_asked_for() -> None:
    result = toy_result(toy_table(), toy_table(id="t2"))
    assert [t.table_id for t in count_result(result, WORDS, None, ["t2"]).tables] == ["t2"]
    with pytest.raises(UsageError, match="there are: t1, t2"):
        count_result(result, WORDS, None, ["t7"])


def test_csv_has_a_row_a_visit_and_no_formula() -> None:
    text = burden_csv(count_result(toy_result(toy_table(title="=HYPERLINK(1)")), WORDS))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 6
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert [int(row["blood"]) for row in rows] == [2, 1, 2, 2, 0, 1]


CELLS = st.sampled_from(["", "X", "(X)", "Xa", "predose", "-", "X b", "→"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=9))
def test_sums_agree_for_any_marks(marks: list[list[str]]) -> None:
    grid = [*GRID[:2], *([GRID[2 + r][0], *row] for r, row in enumerate(marks))]
    burden = count_result(toy_result(toy_table(grid)), WORDS)
    table = burden.tables[0]
    planned = [v.counts for v in table.visits if v.contact != "unscheduled"]
    assert table.total.procedures + table.total.staff == sum(sum(c.by_class.values()) for c in planned)
    assert table.total.conditional <= table.total.procedures + table.total.staff
    assert all(0 <= n <= table.total.visits for n in table.total.visits_by_class.values())
    assert Burden.model_validate_json(burden.model_dump_json()) == burden


def columns_of(header: list[str], row: list[str]) -> TableBurden:
    grid = [["Procedure", *header], ["12-lead ECG", *row]]
    table = toy_table(grid, []).model_copy(update={"header_rows": 1})
    return count_result(toy_result(table), WORDS).tables[0]


def test_repeats_with_a_printed_end_are_counted_and_said() -> None:
    header = ["Day 1", "Cycles 2-6", "Wk 68 to Wk 140 (every 12 weeks)", "Every 12 weeks"]
    found = columns_of(header, ["X"] * 4)
    assert [v.repeats for v in found.visits] == [1, 5, 7, 1]
    assert [bool(v.repeated) for v in found.visits] == [False, False, False, True]
    assert found.total.by_class["ecg"] == 14
    assert any("is counted 7 times, as the print has both ends" in line for line in found.assumptions)


def test_cells_that_say_no_and_columns_of_notes_count_nothing() -> None:
    header = ["Day 1", "Day 8", "Day 15", "Day 22", "Notes"]
    found = columns_of(header, ["X", "No", "-", "Refer to Section 8.2", "In triplicate, after five minutes of rest"])
    assert [v.visit for v in found.visits] == ["Day 1", "Day 8", "Day 15", "Day 22"]
    assert found.total.by_class == {"ecg": 1}


@pytest.mark.parametrize(
    ("head", "contact"),
    [
        ("Week 24 / ET", "site"),
        ("Day 379, 2 weeks after EOT or ET", "site"),
        ("Early Termination", "unscheduled"),
        ("ET", "unscheduled"),
        ("Unscheduled Visit", "unscheduled"),
        ("Day 28", "site"),
    ],
)
def test_a_planned_day_counts_whatever_it_follows_or_serves_for_besides(head: str, contact: str) -> None:
    grid = [["Procedure", "Day 1", head], ["Vital signs", "X", "X"]]
    table = count_result(toy_result(toy_table(grid, [])), WORDS).tables[0]
    assert table.visits[-1].contact == contact


@pytest.mark.parametrize(
    ("head", "starred"),
    [
        ("Days 2-8", "holds the days 2 to 8"),
        ("Post-Surgery Visits", "is named as a phase"),
        ("Maintenance", "is named as a phase"),
        ("Extension Phase", "is named as a phase"),
        ("Day -14 to -1", ""),
        ("Screening Period", ""),
        ("Visit 3", ""),
        ("Week 6 of the Treatment Period", ""),
        ("Follow-up", ""),
    ],
)
def test_a_column_of_several_days_or_named_as_a_phase_is_starred(head: str, starred: str) -> None:
    visit = columns_of(["Day 1", head], ["X", "X"]).visits[-1]
    assert bool(visit.repeated) == bool(starred)
    assert visit.repeated.startswith(starred)


def test_a_phase_above_a_visit_of_its_own_is_no_star() -> None:
    grid = [
        ["", "Screening", "Maintenance Period", "Maintenance Period"],
        ["Procedure", "Visit 1", "Visit 2", "Visit 3"],
    ]
    table = count_result(toy_result(toy_table([*grid, ["Vital signs", "X", "X", "X"]], [])), WORDS).tables[0]
    assert not any(visit.repeated for visit in table.visits)


@pytest.mark.parametrize(("row", "visits"), [("IWRS contact", 2), ("Randomization", 3), ("Dispense drug", 3)])
def test_a_column_that_a_system_alone_is_told_of_is_no_visit(row: str, visits: int) -> None:
    grid = [["Procedure", "Day 1", "Randomization", "Day 8"], ["Vital signs", "X", "", "X"], [row, "", "X", ""]]
    table = toy_table(grid, []).model_copy(update={"header_rows": 1})
    found = count_result(toy_result(table), WORDS).tables[0]
    assert found.total.visits == visits
    assert found.total.staff == 1
    assert any("a system alone" in line for line in found.assumptions) == (visits == 2)


def test_a_retrieval_visit_is_of_those_who_left_early() -> None:
    found = columns_of(["Day 1", "Retrieval visit", "Week 12 / Retrieval"], ["X", "X", "X"])
    assert [v.contact for v in found.visits] == ["site", "unscheduled", "site"]
