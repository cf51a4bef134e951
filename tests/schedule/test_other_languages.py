"""Headers in German, French, Italian, Spanish and Portuguese: units, their letters, joining words, usual events."""

from __future__ import annotations

import pytest
from made_tables import facts, visits

DAYS = [1.0, 15.0]


@pytest.mark.parametrize(
    ("header", "name", "values"),
    [
        ([["Visite", "J1", "J15 ± 2"]], "day", DAYS),
        ([["Visite", "J-30 à J-1", "J1"]], "day", [-30, 1]),
        ([["Semaine", "S-4", "S0", "S12 (± 7 j)"]], "week", [-4, 0, 12]),
        ([["Suivi", "Consultation semaine 6", "Appel téléphonique semaine 12"]], "week", [6, 12]),
        ([["Visita", "V1", "V2"], ["Settimana", "0", "4 ± 3 giorni"]], "week", [0, 4]),
        ([["Tempo", "Giorno 1", "Giorno 15 (± 2)"]], "day", DAYS),
        ([["Visita", "1", "2"], ["Giorno", "G1", "G15"]], "day", DAYS),
        ([["Visita", "V1", "V2"], ["Día", "1", "15"]], "day", DAYS),
        ([["Semana", "-2", "0", "Seguimiento 24"]], "week", [-2, 0, 24]),
        ([["Visita", "Final", "Vacina 2"], ["Dia", "-14 a 0", "28 ± 3"]], "day", [-14, 28]),
        ([["Visite", "V0", "V1"], ["Tag", "-14 bis -1", "15 ± 2"]], "day", [-14, 15]),
        ([["Visite", "Mois 3", "M12 ± 30 jours"]], "month", [3, 12]),
        ([["Bezoek", "1", "2"], ["Dag", "-28 tot -1", "15 ± 2"]], "day", [-28, 15]),
        ([["Visite", "J1", "S4 (± 3 j)", "De S8 à S12"]], "week", [None, 4, 8]),
    ],
)
def test_units_and_their_letters(header: list[list[str]], name: str, values: list[float]) -> None:
    found = visits(header)
    assert [getattr(visit, name) for visit in found] == values


@pytest.mark.parametrize(
    ("text", "cycle", "day"),
    [("C1 J8", 1, 8), ("Ciclo 1 Día 15", 1, 15), ("Zyklus 2 Tag 8", 2, 8), ("Ciclo 2 Giorno 8", 2, 8)],
)
def test_days_of_cycles(text: str, cycle: int, day: int) -> None:
    (found, _) = visits([["", text, "Follow-up"]])
    assert (found.cycle, found.day) == (cycle, day)


@pytest.mark.parametrize(
    "text",
    [
        "30 jours après la dernière dose",
        "30 jours (± 7 j) après dernière perfusion",
        "30 Tage nach letzter Einnahme",
        "30 días después de la última dosis",
        "30 giorni dopo ultima somministrazione",
    ],
)
def test_days_after_the_last_dose(text: str) -> None:
    (found, _) = visits([["", text, "Day 1"]])
    assert (found.offset_days, found.relative_to, found.day) == (30, "last dose", None)


def test_a_code_of_another_letter_is_no_week_of_a_row_that_has_its_own() -> None:
    found = visits([["Week", "M-4", "W-4", "W2"]])
    assert [facts(v).get("week") for v in found] == [4, -4, 2]  # the letter of a part


@pytest.mark.parametrize(
    ("text", "days", "event"),
    [
        ("7 días tras la cirugía", 7, "surgery"),
        ("4 Wochen nach Geburt", 28, "birth"),
        ("6 weken na operatie (± 3 dagen)", 42, "surgery"),
        ("30 dagen na laatste dosis", 30, "last dose"),
        ("Dans les 7 jours précédant la chirurgie", -7, "surgery"),
        ("Innerhalb von 14 Tage nach Entlassung", 0, "discharge"),
    ],
)
def test_lengths_from_events(text: str, days: float, event: str) -> None:
    (found, _) = visits([["", text, "Day 400"]])
    assert (found.offset_days, found.relative_to, found.doubts) == (days, event, [])


@pytest.mark.parametrize(("text", "days"), [("Täglich bis Entlassung", 1), ("Elke 4 weken", 28), ("Semanal", 7)])
def test_repeats(text: str, days: float) -> None:
    (found, _) = visits([["", text, "Day 400"]])
    assert (found.kind, found.every_days) == ("repeat", days)


def test_the_name_of_a_trial_is_no_discharge() -> None:
    found = visits([["", "ALTA-2 study Week 4", "Alta"]])
    assert [visit.kind for visit in found] == ["planned", "event"]
    assert any("ALTA" in doubt for doubt in found[0].doubts)


def test_ways_of_contact() -> None:
    found = visits([["", "Contact téléphonique J30", "Telefonkontakt (Woche 4)"]])
    assert [visit.contact for visit in found] == ["phone", "phone"]
