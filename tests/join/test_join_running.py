"""Running heads and feet of a few pages, told by their coming again."""

from __future__ import annotations

from soesift.join.running import running_lines
from soesift.table.context import TextLine


def page(foot: str, size: float = 10.0) -> list[TextLine]:
    texts = [(40, "Table 3 (continued)"), (300, "a. Fasting."), (312, "b. At Week 4 only."), (575, foot)]
    return [TextLine(text, top, top + size, size) for top, text in texts]


def test_a_foot_of_two_pages_is_running() -> None:
    pages = {n: page(f"Object No. 09{n} Global Version 7") for n in (4, 5)}
    found = running_lines(pages)
    assert [line.text[:6] for line in pages[4] if id(line) in found] == ["Table ", "Object"]


def test_other_last_lines_and_notes_on_each_page_are_not() -> None:
    others = {4: page("Only here it stands"), 5: page("And that is there")}
    assert id(others[4][-1]) not in running_lines(others)
    notes = {n: page("c. Not done at sites without a laboratory.") for n in (4, 5)}
    assert id(notes[4][-1]) not in running_lines(notes)
    assert running_lines({4: page("On one page only")}) == set()
