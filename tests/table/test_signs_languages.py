"""Marks, times, activities and titles as they are written elsewhere."""

from __future__ import annotations

import pytest

from soesift.document.title_page import has_schedule_title
from soesift.table.lexicon import has_activity, has_time, is_mark

MARKS = ["●", "✓", "√", "■", "*", "x", "X1", "X a", "(X)", "O", "○", "◎", "Х", "＋", "✅", "⬤", "⊠", "X¹", "Xᵃ", "[X]"]
WORDS = ["0", "00", "Old", "oral", "Yes", "10 mg", "-", "N/A", "Ohio", "12"]
TIMES = ["Woche 4", "Semaine 2", "Dépistage", "Cribado", "第4週", "スクリーニング", "筛选期", "T0", "POD1", "Week1"]
TITLES = [
    "Studienablaufplan",
    "Calendrier des visites",
    "Calendario de procedimientos",
    "検査スケジュール",
    "研究流程图",
    "Schedule of enrolment, interventions and assessments",
    "Study timeline",
    "Flow chart",
]
ACTIVITIES = ["Einwilligung", "Consentement", "Signos vitales", "同意取得", "不良事件", "Eventi avversi"]


@pytest.mark.parametrize("text", MARKS)
def test_marks(text: str) -> None:
    assert is_mark(text)


@pytest.mark.parametrize("text", WORDS)
def test_no_marks(text: str) -> None:
    assert not is_mark(text)


@pytest.mark.parametrize("text", TIMES)
def test_times(text: str) -> None:
    assert has_time(text)


@pytest.mark.parametrize("text", TITLES)
def test_titles(text: str) -> None:
    assert has_schedule_title(text)


@pytest.mark.parametrize("text", ACTIVITIES)
def test_activities(text: str) -> None:
    assert has_activity(text)


@pytest.mark.parametrize("text", ["The study was carried out", "Statistical methods", "Abbildung 3", "研究"])
def test_prose_is_neither(text: str) -> None:
    assert not has_time(text)
    assert not has_schedule_title(text)
    assert not has_activity(text)
