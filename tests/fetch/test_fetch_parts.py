"""What fetching is made of: waiting times, kinds of documents, and that nothing else uses the network."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import soesift
from soesift.fetch.download import FetchError, Manners, backoff, retry_after
from soesift.fetch.run import LargeDoc, choose, document_url, nct_id

NOW = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("120", 120),
        ("Wed, 01 May 2024 12:01:30 GMT", 90),
        ("Wed, 01 May 2024 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@given(st.integers(0, 40))
def test_backoff_doubles_up_to_the_longest_wait(tried: int) -> None:
    manners = Manners(first_wait=2, longest_wait=120)
    expected = min(120, 2 * 2**tried)
    assert 0.8 * expected <= backoff(tried, manners) <= 1.2 * expected


@given(st.text(max_size=14))
def test_only_trial_numbers_pass(text: str) -> None:
    try:
        name = nct_id(text)
    except FetchError:
        return
    assert len(name) == 11
    assert name[3:].isdecimal()


def test_the_store_is_ordered_by_the_last_two_digits() -> None:
    assert document_url("NCT03235752", "Prot 000.pdf").endswith("/large-docs/52/NCT03235752/Prot%20000.pdf")


def test_documents_without_flags_are_known_by_their_abbreviation() -> None:
    listed = [LargeDoc(filename=f"{kind}.pdf", typeAbbrev=kind) for kind in ("Prot", "SAP", "Prot_SAP_ICF", "ICF")]
    assert [d.typeAbbrev for d in choose(listed, "protocol")] == ["Prot", "Prot_SAP_ICF"]
    assert [d.typeAbbrev for d in choose(listed, "icf")] == ["Prot_SAP_ICF", "ICF"]


def test_no_other_folder_imports_fetch() -> None:
    source = Path(soesift.__file__).parent
    named = [p.relative_to(source).as_posix() for p in source.rglob("*.py") if "soesift.fetch" in p.read_text("utf-8")]
    assert {name for name in named if not name.startswith("fetch/")} == {"cli/documents.py"}
