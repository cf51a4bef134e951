"""Header texts word by word: what the reader takes from each, and the visit that it makes; a line a case.

The lines stand in `headers_word_by_word.txt`: READ has the row's kind and a text => what is read, in the order of
`told`; VISITS a text => kind and values ! the beginnings of doubts; CYCLED the same where a cycle has 21 days, the
first 28. `PYTHONPATH=src python tests/schedule/test_headers_word_by_word.py` writes what stands behind the arrows anew:
then read what changed, as a data manager would.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_tables import TIMES

from soesift.schedule import Encounter, Offset, Schedule, Span, Visit, read_timing
from soesift.schedule.visits import visit_of

GOLDEN = Path(__file__).with_name("headers_word_by_word.txt")
CYCLE = {"*": 21, "1": 28}


def cases(name: str) -> list[tuple[str, str]]:
    """(text, wanted) of a section of the golden file."""
    table = GOLDEN.read_text("utf-8").split(f"## {name}\n")[1].split("\n## ")[0]
    pairs = (line.split(" =>") for line in table.strip().split("\n"))
    return [(text, wanted.strip()) for text, wanted in pairs]


def shown(span: Span | None) -> str:
    if span is None:
        return ""
    first, last = ("?" if value is None else f"{value:g}" for value in (span.first, span.last))
    return f"{first} {span.unit}" if span.first == span.last else f"{first}..{last} {span.unit}"


def counted(offset: Offset) -> str:
    anchor = f"[{offset.anchor}]" if offset.anchor else ""
    return " ".join(filter(None, (shown(offset.length), offset.relation, anchor)))


def told(text: str, kind: str | None) -> str:
    timing, unread, words, loose = read_timing(text, kind)  # type: ignore[arg-type]
    window = timing.window and f"-{timing.window.before:g}+{timing.window.after:g} {timing.window.unit}"
    parts = {
        "cycles ": ", ".join(map(shown, timing.cycles)),
        "": ", ".join(map(shown, timing.times)),
        "visit ": timing.visit,
        " ": " ".join(timing.events),
        "off ": ", ".join(map(counted, timing.offsets)),
        "every ": shown(timing.every),
        "lasts ": shown(timing.duration),
        "  ": window,
        "unread ": "; ".join(unread),
        "words ": " ".join(words),
        "loose ": "; ".join(loose),
    }
    return " | ".join(f"{name.strip()} {value}".strip() for name, value in parts.items() if value)


def of_line(line: str) -> str:
    kind, text = line.split("|", 1)
    return told(text.strip(), kind.strip() or None)


def values(visit: Visit) -> str:
    found = {name: getattr(visit, name) for name in TIMES}
    said = [
        str(value) if name == "kind" else f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in found.items()
        if value is not None and value != [] and value is not False
    ]
    return " ".join(said) + "".join(f" ! {doubt[:20].rstrip()}" for doubt in visit.doubts)


def of_text(text: str, lengths: dict[str, int]) -> Visit:
    schedule = Schedule(
        table_id="t", title="", table_type="main_soa", track=None, epochs=[], encounters=[], activities=[], marks=[]
    )
    schedule.cycle_length = lengths
    timing = read_timing(text).timing
    return visit_of(Encounter(column=1, name=text, printed=[text], timing=timing), None, schedule)


@pytest.mark.parametrize(("line", "wanted"), cases("READ"))
def test_what_the_reader_takes_from_a_text(line: str, wanted: str) -> None:
    assert of_line(line) == wanted


@pytest.mark.parametrize(("text", "wanted"), cases("VISITS"))
def test_the_visit_that_a_text_makes(text: str, wanted: str) -> None:
    assert values(of_text(text, {})) == wanted


@pytest.mark.parametrize(("text", "wanted"), cases("CYCLED"))
def test_the_visit_where_the_length_of_a_cycle_is_known(text: str, wanted: str) -> None:
    assert values(of_text(text, CYCLE)) == wanted


def again(name: str, said: Callable[[str], str]) -> str:
    return f"## {name}\n" + "".join(f"{text} => {said(text)}\n" for text, _ in cases(name))


if __name__ == "__main__":
    told_again = again("READ", of_line), again("VISITS", lambda t: values(of_text(t, {})))
    GOLDEN.write_text("\n".join([*told_again, again("CYCLED", lambda t: values(of_text(t, CYCLE)))]), "utf-8")
