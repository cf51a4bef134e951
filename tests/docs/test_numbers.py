"""Numbers on the pages that the code can compute are those that it computes."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from soesift.detect.job import Limits
from soesift.result.models import FORMAT
from soesift.select import belief, combine
from soesift.select import belief as recentre

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BELIEF = (DOCS / "concepts" / "belief.md").read_text("utf-8")


def number(pattern: str, text: str) -> float:
    found = re.search(pattern.replace(" ", r"\s+"), text)
    assert found, pattern
    return float(found[1])


@pytest.mark.parametrize(("answer", "word"), [("yes", "YES"), ("no", "NO"), ("unsure", "UNSURE")])
def test_the_belief_of_one_answer(answer: belief.Answer, word: str) -> None:
    line = next(line for line in BELIEF.splitlines() if line.startswith("4. one answer alone"))
    assert belief.from_one(answer).p == number(rf"(\.\d+) for {word}\b", line)


def test_repeated_samples_and_spoken_confidences() -> None:
    assert "(yes + 1/2) / (S + 1)" in BELIEF
    assert belief.from_samples(["yes", "yes", "no", "unsure", None]).p == (2.5 + 0.5) / 5
    assert belief.from_confidence("no", 80).p == pytest.approx(0.2)
    assert belief.from_confidence("yes", 30).p == 0.5


def test_failures_have_the_names_on_the_page() -> None:
    assert [f"`{one}`" for one in belief.Failure if f"`{one}`" not in BELIEF] == []


def test_the_clip_and_the_parting() -> None:
    assert number(r"clipped at (\d+)", BELIEF) == combine.LIMIT
    assert round(1 / (1 + math.exp(-combine.LIMIT)), 4) == number(r"\(p = (\.\d+)\)", BELIEF)
    assert number(r"Ashman's D of at least (\d)", BELIEF) == recentre.APART
    assert number(r"(\d+) % of the tables in the smaller", BELIEF) == recentre.SMALLEST * 100


def test_the_guarantees_smallest_audits() -> None:
    page = (DOCS / "concepts" / "guarantee.md").read_text("utf-8")
    alphas = [float(a) for a in re.findall(r"\.\d+", page.partition("| `--delta` |")[2].partition("\n")[0])]
    rows = re.findall(r"^\| (\.\d+) \| ([\d |]+) \|$", page, re.MULTILINE)
    assert len(rows) >= 2
    for delta, counts in rows:
        need = [math.ceil(math.log(float(delta) / 2) / math.log(1 - alpha)) for alpha in alphas]
        assert [int(n) for n in counts.split("|")] == need


def test_limits_and_format_of_detect() -> None:
    page = (DOCS / "detect.md").read_text("utf-8")
    assert f"({Limits().seconds:g}, {Limits().memory_mb})" in page
    assert f"format `{FORMAT}`" in page


def test_the_readmes_figures_are_those_of_the_results() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.partition("<!-- figures: begin -->")[2].partition("<!-- figures: end -->")[0]
    results = (DOCS / "results.md").read_text("utf-8")
    first = results.partition("false alarms in 31 without")[2].partition("| first sight |")[2]
    f1, recall = (f"{float(x):.3f}".lstrip("0") for x in re.findall(r"\.\d{4}", first)[:2])
    assert f"F1 {f1}, recall {recall}; no false alarm in 31" in table
    found, documents, alarms = re.findall(r"(\d+)/(\d+) \| (\d+)", first)[0]
    assert f"| {found} of {documents} |" in table
    assert alarms == "0"
    perfect, of, mended = re.findall(r"(\d+) of (\d+), and (\d+)\. In nine of the 25", results)[0]
    assert f"{perfect} of {of}; {mended} once the marked places are mended" in table
    low, high = map(float, re.findall(r"(\.\d+) to (\.\d+) s a page; the largest process", results)[0])
    assert low <= number(r"\| (\.\d+) s;", table) <= high
    assert number(r"largest process had (\d\.\d+) GB", results) <= number(r"; (\d\.\d) GB at most", table)


def test_files_that_pages_name_are_there() -> None:
    pages = [ROOT / "CONTRIBUTING.md", *(DOCS / f"{name}.md" for name in ("questions", "architecture", "glossary"))]
    pages += sorted((DOCS / "design").glob("*.md"))
    named = {
        (page.name, name)
        for page in pages
        for name in re.findall(r"`((?:[a-z_]+/)+[\w.]+\.(?:py|json|toml|md))`", page.read_text("utf-8"))
    }
    named = {(page, name) for page, name in named if "NAME" not in name}
    assert len(named) > 20
    lost = [
        (page, name)
        for page, name in sorted(named)
        if not (ROOT / name).exists() and not (ROOT / "src" / "soesift" / name).exists()
    ]
    assert lost == []


def test_modules_that_pages_name_are_there() -> None:
    named = {
        (page.name, name)
        for page in sorted(DOCS.rglob("*.md"))
        for name in re.findall(r"`(soesift(?:\.[a-z_]\w*)+)`", page.read_text("utf-8"))
    }
    assert len(named) > 10
    assert [(page, name) for page, name in sorted(named) if not _is_there(name)] == []


def _is_there(name: str) -> bool:
    """A module of the package, or a name within one."""
    parts = name.split(".")[1:]
    places = [(ROOT / "src" / "soesift").joinpath(*parts[:n]) for n in range(len(parts), 0, -1)]
    return any(one.is_dir() or one.with_suffix(".py").is_file() for one in places[:2]) or len(parts) == 1
