"""The words: what the shipped ones say in four languages, and what a broken file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from soesift.burden.count import Vocabulary, load_vocabulary, longest_match, shipped_text
from soesift.errors import UsageError

SHIPPED = load_vocabulary()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hematology", "blood"),
        ("Haematology and biochemistry", "blood"),
        ("Blood pressure", "vitals"),
        ("PK sample", "blood"),
        ("Urine pregnancy test", "pregnancy"),
        ("Urinalysis", "urine"),
        ("12-lead ECG (triplicate)", "ecg"),
        ("Holter monitoring", "monitor"),
        ("Ambulatory ECG fitted", "monitor"),
        ("24-h ambulatory blood pressure", "monitor"),
        ("Clinical Labs", "blood"),
        ("Safety lab. panel", "blood"),
        ("Urine laboratory tests", "urine"),
        ("PSA", "blood"),
        ("Total testosterone", "blood"),
        ("Tumor assessment (CT/MRI)", "imaging"),
        ("SF-36v2", "questionnaire"),
        ("Subject diary review", "questionnaire"),
        ("Physical examination", "examination"),
        ("Height", "vitals"),
        ("Study drug administration", "treatment"),
        ("Dispense study drug", "staff"),
        ("Randomisation", "staff"),
        ("Informed consent", "talk"),
        ("Nasal swab", "sample"),
        ("Zorbing", "other"),
        ("", "other"),
        ("Blutentnahme", "blood"),
        ("Hämatologie", "blood"),
        ("Schwangerschaftstest", "pregnancy"),
        ("EKG", "ecg"),
        ("Vitalzeichen", "vitals"),
        ("Einwilligung", "talk"),
        ("Lebensqualität (SF-36)", "questionnaire"),
        ("Hématologie", "blood"),
        ("Signes vitaux", "vitals"),
        ("Test de grossesse", "pregnancy"),
        ("Questionnaire de qualité de vie", "questionnaire"),
        ("Délivrance du traitement", "staff"),
        ("Bioquímica", "blood"),
        ("Constantes vitales", "vitals"),
        ("Análisis de orina", "urine"),
        ("Aleatorización", "staff"),
        ("Acontecimientos adversos", "talk"),
    ],
)
def test_activities_in_four_languages(name: str, key: str) -> None:
    assert SHIPPED.class_of([name]) == key


def test_the_category_speaks_where_the_name_does_not() -> None:
    assert SHIPPED.class_of(["Panel A", "Hematology"]) == "blood"


def test_whole_words_and_stars() -> None:
    assert longest_match("vitals and pulse", ("pulse",)) == 5
    assert longest_match("impulsive", ("pulse", "imp")) == 0
    assert longest_match("impulsive", ("imp*",)) == 9
    assert longest_match("blutzucker", ("*zucker",)) == 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('key = "urine"', 'key = "blood"'), "used twice"),
        (('key = "urine"', 'key = "other"'), "reserved"),
        (('"urinalysis"', '"hematolog*"'), "in the classes"),
        (('"urinalysis"', '"a*b"'), "is no word"),
        (("participant = false", "particpant = false"), "did you mean participant"),
        (("[contact.phone]", "[contact.fone]"), "did you mean phone"),
    ],
)
def test_a_mistake_is_named(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    assert change[0] in shipped_text()
    path = tmp_path / "words.toml"
    path.write_text(shipped_text().replace(*change), "utf-8")
    with pytest.raises(UsageError, match=said) as error:
        load_vocabulary(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_an_edited_copy_is_used(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(shipped_text().replace('"mri"', '"mri", "zorbing"'), "utf-8")
    words = load_vocabulary(path)
    assert isinstance(words, Vocabulary)
    assert words.class_of(["Zorbing"]) == "imaging"
