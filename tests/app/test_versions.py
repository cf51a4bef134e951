"""Versions of one protocol, and how many readers sign."""

from __future__ import annotations

from pathlib import Path

from review_made import correction, made_result, write_made

from soesift.app.overview import Link, versions_of
from soesift.app.signing import state_of
from soesift.result.models import DocumentInfo, TitleFact
from soesift.review.documents import open_documents


def info(name: str, **printed: str) -> DocumentInfo:
    page = {field: TitleFact(text=text, page=1) for field, text in printed.items()}
    return DocumentInfo(name=name, sha256="ab" * 32, has_soe="yes", title_page=page)  # type: ignore[arg-type]


def test_documents_that_print_one_number_are_versions_of_each_other() -> None:
    found = versions_of(
        {
            "a": info("a.pdf", identifier="ABC-123-04", version="1.0"),
            "b": info("b.pdf", identifier="abc 123 04", amendment="2"),
            "c": info("c.pdf", identifier="XYZ-9", nct="NCT01234567"),
            "d": info("d.pdf"),
        }
    )
    assert found == {"a": [Link("b", "2")], "b": [Link("a", "1.0")], "c": [], "d": []}


def test_two_readers_are_two_people(tmp_path: Path) -> None:
    assert made_result().tables
    [document] = open_documents([write_made(tmp_path)], []).values()
    document.add(correction("Anna", action="sign") | {"when": ""})
    assert [state_of(document.look(), readers) for readers in (1, 2)] == ["signed", "signed once"]
    document.add(correction("anna ", action="sign") | {"when": ""})
    assert state_of(document.look(), 2) == "signed once"
    document.add(correction("ben", action="sign") | {"when": ""})
    assert state_of(document.look(), 2) == "signed"
    document.add(correction("ben", action="edit_title", table="t1", title="Other") | {"when": ""})
    assert state_of(document.look(), 2) == "to check"
