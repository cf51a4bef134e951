"""Words of pictures: what the reader was unsure of is put right where only one known word is meant."""

from __future__ import annotations

from string import ascii_lowercase

import numpy as np
import pytest

from soesift.document.scan_text import MENDED, Reading, _decode, mend_words
from soesift.witness.settings import WitnessSettings


def read(text: str, unsure: int | None = None, raised: int = 0) -> Reading:
    sure = np.full(len(text), 0.99, np.float32)
    if unsure is not None:
        sure[unsure] = 0.6
    return Reading(text, 0.98, np.linspace(0.1, 0.9, len(text)).astype(np.float32), raised, sure=sure)


@pytest.mark.parametrize(
    ("text", "unsure", "meant"),
    [
        ("Drug retum", None, "Drug return"),  # letters that run into one, however sure the reader was
        ("Confim use", None, "Confirm use"),
        ("hformed consent", None, "informed consent"),
        ("Registrafon", None, "Registration"),
        ("Implant proxedure", 11, "Implant procedure"),
        ("Participnt visits", 7, "Participant visits"),  # one left out
        ("anly", 0, "only"),
        ("Blood", 2, "Blood"),  # a word
        ("Dosing", None, "Dosing"),
        ("treatnent", None, "treatnent"),  # the reader was sure: perhaps a name
        ("levelf", 5, "levelf"),  # the last letter may be a marker
        ("liast", 2, "liast"),  # "list", "last", ...
        ("AMEN form", None, "AMEN form"),
        ("Xom", None, "Xom"),
    ],
)
def test_words_are_mended_where_one_is_meant(text: str, unsure: int | None, meant: str) -> None:
    reading = read(text, unsure)
    mend_words(reading)
    assert reading.text == meant
    assert len(reading.text) == len(reading.centres) == len(reading.sure)
    assert (np.diff(reading.centres) >= 0).all()
    assert (reading.sure == np.float32(MENDED)).any() == (text != meant)


def test_raised_signs_are_no_letters_of_a_word() -> None:
    reading = read("retum", raised=1)
    mend_words(reading)
    assert reading.text == "retum"


def test_what_is_told_by_its_shape_is_left_alone() -> None:
    reading = Reading("retum", 0.9, np.linspace(0, 1, 5).astype(np.float32))
    mend_words(reading)
    assert reading.text == "retum"


@pytest.mark.parametrize(
    ("text", "letter", "gap", "how", "meant"),
    [
        ("Gucose (fasting)", "l", 1, 0.3, "Glucose (fasting)"),
        ("Study vsit", "i", 7, 0.05, "Study visit"),
        ("nformed consent", "i", 0, 0.2, "informed consent"),
        ("Clinica", "l", 7, 0.2, "Clinical"),
        ("Cllect", "o", 1, 0.001, "Cllect"),  # not heard there
        ("Cllect", "o", 2, 0.9, "Cllect"),  # heard at another place: no word
        ("Xelora", "i", 2, 0.9, "Xelora"),  # a name
        ("Lead", "p", 0, 0.9, "Lead"),  # a word already
        ("Nformed consent", "i", 0, 0.9, "Nformed consent"),  # no small letter before a capital
        ("abcİ", "x", 4, 0.9, "abcİ"),  # small, it has a letter more
    ],
)
def test_a_letter_heard_faintly_is_put_in_where_it_makes_a_word(
    text: str, letter: str, gap: int, how: float, meant: str
) -> None:
    reading = read(text)
    sure = np.zeros(len(text) + 1, np.float32)
    sure[gap] = how
    reading.faint = "x" * gap + letter + "x" * (len(text) - gap), sure
    mend_words(reading)
    assert reading.text == meant
    assert len(reading.text) == len(reading.centres) == len(reading.sure)
    assert (np.diff(reading.centres) >= 0).all()


def test_each_word_of_a_line_is_mended_by_what_was_heard() -> None:
    reading = read("Gucose Cllect")
    sure = np.zeros(14, np.float32)
    sure[[1, 8]] = 0.3
    reading.faint = "xl" + "x" * 6 + "o" + "x" * 5, sure
    mend_words(reading)
    assert reading.text == "Glucose Collect"
    assert (reading.sure >= MENDED).all()


def test_faint_letters_are_kept_by_the_gap_in_which_they_were_heard() -> None:
    """Steps: blank, g, blank with some l, u, u, blank with some u (its own) and less i, blank."""
    characters = ["", *ascii_lowercase, " "]
    steps = [
        {"": 1.0},
        {"g": 0.9},
        {"": 0.6, "l": 0.4},
        {"u": 0.9},
        {"u": 0.8},
        {"": 0.6, "u": 0.3, "i": 0.1},
        {"": 1.0},
    ]
    scores = np.asarray([[step.get(c, 0.0) for c in characters] for step in steps], np.float32)
    reading = _decode(scores, characters, np.arange(1, 27), 1.0)
    letters, how = reading.faint
    assert reading.text == "gu"
    assert (letters[1], letters[2]) == ("l", "i")
    assert how.tolist() == pytest.approx([0.0, 0.4, 0.1])


def test_a_line_whose_letters_changed_since_is_not_mended_by_what_was_heard() -> None:
    reading = read("Cllect")
    reading.faint = "xo", np.full(2, 0.9, np.float32)
    mend_words(reading)
    assert reading.text == "Cllect"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Gucose (fasting)", "Glucose (fasting)"),
        ("Bochemistry", "Biochemistry"),
        ("Urinalyss", "Urinalysis"),  # a word of trials
        ("Urinlyss", "Urinlyss"),  # more than one letter
        ("Vsit", "Vsit"),  # short words are too like one another
        ("Xelorax", "Xelorax"),
    ],
)
def test_a_thin_letter_is_guessed_in_long_words_and_doubted(text: str, meant: str) -> None:
    reading = read(text)
    mend_words(reading)
    assert reading.text == meant
    assert (reading.sure < WitnessSettings().unsure_known).any() == (text != meant)
