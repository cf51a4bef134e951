"""Running headers and footers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from document_maker import Sheet, Spanned, draw_table, full_grid, opened
from soesift.document.pdf import read_page
from soesift.document.running_lines import edge_lines, is_running, learn_furniture, normalise
from soesift.document.words import find_words
from soesift.table.find import find_tables


def report(n_pages: int) -> list[Sheet]:
    sheets = []
    for number in range(n_pages):
        sheet = Sheet().text(72, 40, "Protocol AB-123 Version 2.0").text(400, 40, "Confidential")
        sheet.text(280, 765, f"Page {number + 1} of {n_pages}").text(72, 70, f"Chapter {'abcdefgh'[number]}")
        sheets.append(sheet.text(72, 300, "The same sentence in the middle of each page"))
    return sheets


def test_lines_that_come_again_are_learned(tmp_path: Path) -> None:
    with opened(tmp_path, report(5)) as document:
        assert learn_furniture(document, 5) == {
            "protocolab#version##confidential",
            "page#of#",
            "|protocolab#version##",
            "|confidential",
        }
        words = find_words(page := read_page(document, 2))
        running = is_running(words, page.height, learn_furniture(document, 5))
    kept = [text for text, hidden in zip(words.text, running, strict=True) if not hidden]
    assert " ".join(kept) == "Chapter c The same sentence in the middle of each page"


def test_two_pages_teach_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, report(2)) as document:
        assert learn_furniture(document, 2) == frozenset()
        words = find_words(page := read_page(document, 0))
    assert not is_running(words, page.height, frozenset()).any()


def test_a_table_does_not_take_in_the_running_header(tmp_path: Path) -> None:
    """A borderless table at the top of a page leaves the header alone."""
    sheets = report(4)
    xs, ys = [72.0, 250.0, 330.0, 410.0], [100.0, 130.0, 160.0, 190.0]
    texts = [["Procedure", "Screening", "Day 1"], ["Consent", "X", ""], ["Weight", "X", "X"]]
    draw_table(sheets[1], xs, ys, full_grid(texts))
    with opened(tmp_path, sheets) as document:
        found = find_tables(read_page(document, 1), learn_furniture(document, 4))
    assert [t.texts() for t in found.tables] == [texts]
    left = [line.text for line in found.lines]
    assert left == ["Chapter b", "The same sentence in the middle of each page"]


@pytest.mark.parametrize("title", ["Table 2-1: Screening Outline", "Table 4 Assessments by visit (Part B)"])
def test_what_a_table_prints_again_at_the_top_of_its_pages_stays(tmp_path: Path, title: str) -> None:
    """A header of two lines at the height of running heads, on most pages of a short document."""
    sheets = report(5)
    xs, ys = [72.0, 250.0, 330.0, 410.0], [84.0, 116.0, *[140.0 + 20 * k for k in range(8)]]
    merged = Spanned(1, 0, "Laboratory", column_span=3)
    for sheet in sheets[:4]:
        sheet.text(72, 80, title, 8)
        body = full_grid([["Procedure", "", "Day 1"], [], *[[f"Sampling {name}", "X", ""] for name in "bcdefgh"]])
        draw_table(sheet, xs, ys, [*body, merged]).text(255, 96, "Screening", 8).text(255, 108, "Visit", 8)
    with opened(tmp_path, sheets) as document:
        found = find_tables(read_page(document, 1), learn_furniture(document, 5))
    assert [t.texts()[0] for t in found.tables] == [["Procedure", "Screening Visit", "Day 1"]]
    assert title in [line.text for line in found.lines]


def test_only_the_edges_count(tmp_path: Path) -> None:
    with opened(tmp_path, report(1)) as document:
        words = find_words(page := read_page(document, 0))
    keys = [key for key, _ in edge_lines(words, page.height)]
    assert keys == ["protocolab#version##confidential", "chaptera", "page#of#"]
    none = words.take(np.flatnonzero(words.boxes[:, 1] > 10_000))
    assert edge_lines(none, page.height) == []


def test_normalise() -> None:
    assert normalise("  Page 12\tof  340 ") == normalise("Page 3 of 9") == "page#of#"


def test_the_header_of_a_table_of_some_pages_is_no_running_line(tmp_path: Path) -> None:
    """Reprinted at the top of four of ten pages; a running line of as many parts is on all of them."""
    sheets = []
    for number in range(10):
        sheet = Sheet()
        for place, text in enumerate(["Sponsor", "Protocol 7", "Version 2", "Final", "Confidential"]):
            sheet.text(60 + 110 * place, 30, text)
        for place, text in enumerate(["Procedure", "Screening", "Day 1", "Day 8", "Day 15"] if 3 <= number < 7 else []):
            sheet.text(60 + 110 * place, 60, text)
        sheets.append(sheet.text(60, 300, f"Weight {number}"))
    with opened(tmp_path, sheets) as document:
        furniture = learn_furniture(document, 10)
    assert furniture == {"sponsorprotocol#version#finalconfidential"}


def test_on_a_page_laid_across_the_head_is_set_otherwise_and_stands_deeper(tmp_path: Path) -> None:
    """The parts of the portrait pages' head one under the other, the dash spaced, below 14 % of the lower page."""
    sheets = report(5)
    across = Sheet(width=792, height=612).text(72, 60, "Protocol AB - 123 Version 2.0").text(72, 100, "Page 6 of 5")
    across.text(72, 75, "Confidential").text(72, 300, "Weight")
    with opened(tmp_path, [*sheets, across]) as document:
        furniture = learn_furniture(document, 6)
        words = find_words(page := read_page(document, 5))
        running = is_running(words, page.height, furniture)
    kept = [text for text, hidden in zip(words.text, running, strict=True) if not hidden]
    assert kept == ["Weight"]


def test_numbers_far_apart_and_the_name_of_the_first_column_are_no_running_lines(tmp_path: Path) -> None:
    """The second line of wrapped visits, and the corner of a tall header, come again on the pages of a table."""
    sheets = report(8)
    for sheet in sheets[2:6]:
        for x, number in zip((200, 300, 400), ("8", "14", "16"), strict=True):
            sheet.text(x, 80, number)
        sheet.text(60, 92, "Procedure")
    with opened(tmp_path, sheets) as document:
        furniture = learn_furniture(document, 8)
    assert furniture
    assert not furniture & {normalise("8 14 16"), "procedure"}
