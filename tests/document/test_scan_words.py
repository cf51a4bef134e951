"""Words of pictures: what the reader was unsure of is put right where only one known word is meant."""

from __future__ import annotations

import numpy as np
import pytest

from soesift.document.scan_text import MENDED, Reading, mend_words


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
