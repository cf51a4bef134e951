"""What is found on the pages read by now is told while later ones are read, and changes nothing of the whole."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import made_protocols as made
from soesift.detect import so_far
from soesift.detect.detector import Detector, fragments_and_lines
from soesift.detect.job import Job, run_job
from soesift.detect.reading import USUAL, Reading
from soesift.detect.so_far import SoFarSettings
from soesift.result.models import Result
from soesift.result.store import read_result


def test_tables_are_told_page_by_page_and_the_whole_is_as_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(so_far, "SETTINGS", SoFarSettings(every=0.0, rest=0.0))
    path, detector = made.protocol(tmp_path / "made.pdf"), Detector.load("rule")
    told: list[tuple[int, Result]] = []
    read = [0]
    whole = detector.detect(
        path, progress=lambda page, *_: read.__setitem__(0, page), so_far=lambda now: told.append((read[0], now))
    )
    pages = [(page, [table.pages for table in now.tables]) for page, now in told]
    assert pages[:2] == [(2, [[3]]), (3, [[3, 4]])]  # told before the page itself counts as read
    assert [found for _, found in pages][-1] == [table.pages for table in whole.tables]
    assert len(told[0][1].tables[0].grid) == len(made.HEADER) + 9
    alone = detector.detect(path)
    assert whole.model_dump(exclude={"timing"}) == alone.model_dump(exclude={"timing"})


def test_where_pages_come_fast_not_each_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(so_far, "SETTINGS", SoFarSettings(every=3600.0))
    told: list[Result] = []
    Detector.load("rule").detect(made.protocol(tmp_path / "made.pdf"), so_far=told.append)
    assert told == []  # the one look was at the dose table on page 2


def test_a_job_keeps_what_is_found_so_far_in_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(so_far, "SETTINGS", SoFarSettings(every=0.0, rest=0.0))
    place = tmp_path / "so-far.json"
    job = Job(made.protocol(tmp_path / "made.pdf"), "made", tmp_path / "out", ("json",), so_far=str(place))
    assert Job.unpacked(job.packed()) == job
    outcome = run_job(job, Detector.load("rule"), None)
    kept = read_result(place)
    assert [table.pages for table in kept.tables] == [table.pages for table in outcome.result.tables]
    assert kept.document.sha256 == outcome.result.document.sha256


def test_a_full_disk_for_what_is_found_so_far_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(so_far, "SETTINGS", SoFarSettings(every=0.0, rest=0.0))
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "so-far.json"  # cannot be made
    job = Job(made.protocol(tmp_path / "made.pdf"), "made", tmp_path / "out", ("json",), so_far=str(place))
    assert run_job(job, Detector.load("rule"), None).result.tables


def test_looks_that_take_long_are_rare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of many tables, whose pages come a second apart and whose looks take two."""
    clock = [0.0]
    monkeypatch.setattr(so_far, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    looked: list[float] = []

    def decided(*_: object) -> Result:
        looked.append(clock[0])
        clock[0] += 2.0
        return nothing

    path = made.protocol(tmp_path / "made.pdf")
    nothing = Detector.load("rule").decide(path, "", [], {}, Reading())
    part = fragments_and_lines(path, "", Reading(), USUAL)[0][0]
    look = so_far.SoFar(lambda found, _: found, 0.5, decided, lambda _: None, SoFarSettings(every=0.5, rest=4.0))
    for page in range(1, 41):
        clock[0] += 1.0
        look([part] * page, {}, Reading())
    assert looked == [1.0, 11.0, 21.0, 31.0, 41.0]
