"""The HTML report: one file, everything escaped, boxes where the tables are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from soesift.export.html import PageImage, grid_html, pages_to_show, render_pages, report_html
from soesift.result.models import DocumentInfo, Fragment, Location, Result, SoeTable

VOID = {"meta", "input"}
GOLDEN = Path(__file__).with_name("golden_grid.html")


class Reader(HTMLParser):
    """Notes tags with attributes, and fails on tags that are not closed in order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "toy.pdf"
    page = canvas.Canvas(str(path), pagesize=(600, 800))
    for number in (1, 2, 3):
        page.drawString(60, 700, f"Toy page {number}")
        page.showPage()
    page.save()
    return path


def test_golden_grid(schedule: SoeTable) -> None:
    """To renew the file, write `lines` to it and read it."""
    lines = re.sub(r"(</tr>|</dd>)", "\\1\n", grid_html(schedule, 1, frozenset({1, 2}))) + "\n"
    assert lines == GOLDEN.read_text(encoding="utf-8")


def test_report_with_pages(toy: Result, pdf: Path, tmp_path: Path) -> None:
    markup = toy.to_html(tmp_path / "r.html", pdf).read_text(encoding="utf-8")
    page = Reader(markup)
    assert [i["id"] for i in page.all("image")] == ["page1", "page2", "page3"]
    assert all(str(i["href"]).startswith("data:image/jpeg;base64,") for i in page.all("image"))
    drawings = [a for a in page.all("svg") if a.get("role") == "img"]
    assert {a["viewbox"] for a in drawings} == {"0 0 600 800"}
    assert drawings[0]["aria-label"] == "Page 1 (printed “xii”): Table, probability 99 %"
    boxes = page.all("rect")
    assert {"x": "50", "y": "60", "width": "500", "height": "640", "rx": "3", "class": "grid"} in boxes
    assert [b["class"] for b in boxes] == ["grid", "grid", "footnotes", "grid", "rejected"]


def test_links_inside_lead_somewhere(toy: Result, pdf: Path, tmp_path: Path) -> None:
    page = Reader(toy.to_html(tmp_path / "r.html", pdf).read_text(encoding="utf-8"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for tag in ("a", "use") for a in page.all(tag)}
    assert {"t1", "t1-note0", "t1-mark1", "t1-page2"} <= targets
    assert targets <= set(ids)
    assert {a["for"] for a in page.all("label")} <= set(ids)


def test_links_without_pictures_lead_somewhere(toy: Result) -> None:
    page = Reader(report_html(toy))
    ids = {a["id"] for _, a in page.tags if "id" in a}
    assert {str(a["href"])[1:] for a in page.all("a")} <= ids
    assert page.all("image") == []


def test_nothing_is_fetched(toy: Result, hostile: Result, pdf: Path, tmp_path: Path) -> None:
    for number, result in enumerate((toy, hostile)):
        markup = result.to_html(tmp_path / f"{number}.html", pdf).read_text(encoding="utf-8")
        page = Reader(markup)
        names = {tag for tag, _ in page.tags}
        assert not names & {"script", "link", "iframe", "object", "embed", "base", "form", "img"}
        loads = [str(a[key]) for _, a in page.tags for key in ("src", "href", "srcset", "xlink:href") if key in a]
        assert all(value.startswith(("#", "data:image/jpeg")) for value in loads)
        assert not any(key.startswith("on") for _, a in page.tags for key in a)
        style = re.findall(r"<style>(.*?)</style>", markup, re.DOTALL)
        assert len(style) == 1
        assert "url(" not in style[0]
        assert "@import" not in style[0]
        assert page.all("meta")[1]["content"].startswith("default-src 'none'")


def test_hostile_text_stays_text(hostile: Result) -> None:
    markup = report_html(hostile)
    page = Reader(markup)
    words = "".join(page.words)
    assert "<script>alert(1)</script>" in words
    assert '"><img src=x onerror=alert(1)>' in words
    assert "計画表 جدول" in words
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", markup)
    assert "L" * 1_000_000 in words
    assert page.all("th")


def test_accessible(toy: Result) -> None:
    page = Reader(report_html(toy))
    assert page.all("html")[0]["lang"] == "en"
    assert all("scope" in a for a in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 3
    regions = [a for a in page.all("div") if a.get("role") == "region"]
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in regions)
    assert len(page.all("h1")) == 1


def test_spans_and_header(schedule: SoeTable) -> None:
    page = Reader(grid_html(schedule, 1))
    heads = [(a.get("scope"), a.get("rowspan"), a.get("colspan")) for a in page.all("th")]
    assert heads[:3] == [("col", "2", None), ("col", None, None), ("colgroup", None, "2")]
    assert ("rowgroup", None, "4") in heads
    assert [a.get("class") for a in page.all("tr")] == [None, None, None, None, "new-page", None]


def test_nothing_found_and_error(toy: Result) -> None:
    none = toy.model_copy(update={"tables": [], "document": toy.document.model_copy(update={"has_soe": "no"})})
    markup = report_html(none)
    assert 'class="verdict no">No Schedule of Events found.' in markup
    assert "Near misses" in markup
    document = DocumentInfo(name="x.pdf", sha256="", has_soe="unsure", error="x.pdf is <encrypted>")
    broken = report_html(Result(document=document, model=toy.model))
    assert 'class="verdict error">The document could not be read.' in broken
    assert 'class="reason" dir="auto">x.pdf is &lt;encrypted&gt;' in broken


def test_document_without_pages(toy: Result, schedule: SoeTable) -> None:
    place = Fragment(location=Location(heading_path=["3 Visits"], table_number=2), probability=0.9)
    changes = {"pages": [], "footnote_pages": [], "row_pages": [None] * 6, "fragments": [place]}
    markup = report_html(toy.model_copy(update={"tables": [schedule.model_copy(update=changes)]}))
    assert "3 Visits, table 2" in markup
    assert "page-of-row" not in markup.split("</style>")[1]


def test_pages_are_limited_and_bad_ones_left_out(toy: Result, pdf: Path, tmp_path: Path) -> None:
    assert pages_to_show(toy) == [1, 2, 3]
    assert list(render_pages(pdf, [3, 0, 99, 1, 3, 2], most=4)) == [3, 1]
    image = render_pages(pdf, [2])[2]
    assert isinstance(image, PageImage)
    assert (image.width, image.height) == (600, 800)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    for path in (None, tmp_path / "none.pdf", broken, Path(__file__)):
        assert render_pages(path, [1]) == {}


def test_same_bytes(toy: Result, pdf: Path, tmp_path: Path) -> None:
    first, second = (toy.to_html(tmp_path / name, pdf).read_bytes() for name in ("a.html", "b.html"))
    assert first == second
