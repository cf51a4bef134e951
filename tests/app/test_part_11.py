"""What is said of 21 CFR Part 11: page and report agree, and what a program can check of it holds."""

from __future__ import annotations

from pathlib import Path

from review_made import correction, write_made

from soesift.app.signing import POINTS, audit_report, summary
from soesift.result.store import sidecar_of
from soesift.review.corrections import add_corrections
from soesift.review.documents import open_documents

PAGE = Path(__file__).parents[2] / "docs" / "part-11.md"


def test_the_page_and_the_report_hold_the_same_points(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    [document] = open_documents([write_made(tmp_path)], []).values()
    report = audit_report(document)
    for point in POINTS:
        assert f"| {point.section} | {point.asks} | {point.met} | {point.why} |" in page
        assert point.section in report
    assert summary() in " ".join(page.split())  # the page breaks its lines
    assert summary() in report


def test_entries_are_only_added_have_name_and_time_and_a_change_ends_a_signature(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    sidecar = sidecar_of(path)
    add_corrections(sidecar, [correction("Anna Reader", action="sign", meaning="approved")])
    first = sidecar.read_bytes()
    [document] = open_documents([path], []).values()
    [signed] = document.look().standing.signed
    assert signed["when"].endswith("+00:00")
    report = audit_report(document)
    assert all(word in report for word in ("Anna Reader", "approved", signed["when"][:19].replace("T", " ")))
    add_corrections(sidecar, [correction("ben", action="edit_title", table="t1", title="Other")])
    assert sidecar.read_bytes().startswith(first)
    assert document.look().standing.signed == []
    assert "None that holds." in audit_report(document)
