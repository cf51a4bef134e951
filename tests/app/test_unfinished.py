"""A protocol that is still being read: what is found so far can be looked at, and nothing can be said of it yet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from made_protocols import protocol

pytest.importorskip("starlette", reason="starlette is not installed")
httpx = pytest.importorskip("httpx", reason="httpx is not installed")

from soesift.app import workspace  # noqa: E402
from soesift.app.routes import routes  # noqa: E402
from soesift.app.workspace import Reading, Workspace  # noqa: E402
from soesift.detect import so_far  # noqa: E402
from soesift.detect.batch import work_on_job  # noqa: E402
from soesift.detect.detector import Detector  # noqa: E402
from soesift.detect.job import Job, Outcome  # noqa: E402
from soesift.detect.so_far import SoFarSettings  # noqa: E402
from soesift.process.worker import Worker  # noqa: E402
from soesift.result.models import Result  # noqa: E402
from soesift.review.app import create_app  # noqa: E402
from soesift.review.documents import Document, key_of, open_documents  # noqa: E402
from soesift.review.routes_documents import overview  # noqa: E402
from soesift.review.state import Review  # noqa: E402
from soesift.web import listen, url_of  # noqa: E402

BOTTOM = "document.querySelector('{}').getBoundingClientRect().bottom"


class Half:
    """An app whose one protocol is being read, page by page as the test wants."""

    def __init__(self, folder: Path, told: list[Result], whole: Result, source: Path) -> None:
        self.told, self.whole, self.source = told, whole, source
        self.space = Workspace(folder, Review())
        self.place, self.result = folder / "so-far.json", folder / "results" / "made.json"
        self.result.parent.mkdir(parents=True)
        self.key = key_of(self.result)
        self.reading = Reading(source.name, source, "reading", 0, 7)
        self.space.readings["a" * 64] = self.reading

    def find(self, number: int) -> None:
        """The result after the `number`th page that has a table, from 0."""
        self.told[number].to_json(self.place)
        self.reading.page = self.told[number].tables[-1].pages[-1]
        self.reading.key = self.key
        unfinished = self.space.review.unfinished
        unfinished.setdefault(self.key, Document(self.key, self.place, self.source, unfinished=True))

    def finish(self) -> None:
        self.whole.to_json(self.result)
        self.space.review.documents |= open_documents([self.result], [self.source.parent])
        del self.space.review.unfinished[self.key]
        self.reading.state = "done"


@contextmanager
def served(half: Half) -> Iterator[str]:
    import uvicorn

    bound = listen("127.0.0.1", 0)
    app = create_app(half.space.review, more=routes(half.space))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield url_of(bound)
    finally:
        server.should_exit = True
        thread.join(60)


@pytest.fixture
def half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Half:
    monkeypatch.setattr(so_far, "SETTINGS", SoFarSettings(every=0.0, rest=0.0))
    source = protocol(tmp_path / "made.pdf")
    told: list[Result] = []
    whole = Detector.load("rule").detect(source, so_far=told.append)
    return Half(tmp_path / "space", told, whole, source)


def correct(http: Any, key: str, **what: object) -> Any:
    headers = {"x-soesift-csrf": http.get("/api/csrf").json()["csrf"]}
    body = {"id": "made00000001", "who": "anna", "why": "", "what": what}
    return http.post(f"/api/documents/{key}/corrections", json=body, headers=headers)


def test_what_is_found_so_far_is_listed_shown_and_not_to_be_mended(half: Half) -> None:
    with served(half) as url, httpx.Client(base_url=url, timeout=300, trust_env=False) as http:
        assert http.get("/api/studies").json()["reading"][0]["found"] == []
        half.find(0)
        row = http.get("/api/studies").json()["reading"][0]
        assert (row["found"], row["key"], row["page"]) == ([[3]], half.key, 3)
        first = http.get(f"/api/documents/{half.key}").json()
        assert (first["unfinished"], len(first["shown"]["t1"]["rows"])) == (True, 11)
        assert http.get("/api/documents").json()["worklist"] == []
        said = correct(http, half.key, action="accept", table="t1")
        assert (said.status_code, "still being read" in said.json()["detail"]) == (409, True)
        half.find(1)
        assert http.get("/api/studies").json()["reading"][0]["found"] == [[3, 4]]
        second = http.get(f"/api/documents/{half.key}").json()
        assert second["version"] != first["version"]  # so that an open page shows it
        half.finish()
        seen = http.get("/api/studies").json()
        assert (seen["reading"], [one["key"] for one in seen["studies"]]) == ([], [half.key])
        last = http.get(f"/api/documents/{half.key}").json()
        assert (last["unfinished"], last["version"]) == (False, 0)
        assert correct(http, half.key, action="accept", table="t1").status_code == 200


def test_a_document_whose_last_page_was_read_just_now_is_no_error(half: Half) -> None:
    half.find(0)
    half.place.unlink()  # before the list of what is unfinished is one shorter
    assert overview(half.space.review) == {"documents": [], "worklist": []}


def test_what_is_found_so_far_lies_in_a_folder_of_its_own_and_only_while_it_is_read(
    half: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, seen = half.space, []
    killed = space.so_far / f".soesift-{'0' * 12}.part"
    kept = space.so_far / "my.json"
    space.so_far.mkdir()
    kept.write_text("{}")
    killed.with_name(f"{'1' * 12}.json").write_text("{}")

    def answered(worker: object, job: Job, *rest: Any) -> Outcome:
        rest[-1](0, 7, "")
        seen.append(sorted(space.review.unfinished))
        half.told[0].to_json(Path(job.so_far))
        killed.write_text("{")
        rest[-1](3, 7, "")
        seen.append(sorted(space.review.unfinished))
        half.whole.to_json(half.result)
        return Outcome(job.path, half.whole)

    monkeypatch.setattr(workspace, "answered", answered)
    space._read(half.reading, Worker(work_on_job, space.limits.memory_mb))
    assert seen == [[], [half.key]]
    assert (half.reading.state, half.reading.key, space.review.unfinished) == ("done", half.key, {})
    assert list(space.so_far.iterdir()) == [kept]


def test_the_first_tables_are_on_the_screen_while_later_pages_are_read(half: Half) -> None:
    from review_process import chromium, open_page, saved, until

    with chromium() as browser, served(half) as url:
        page = open_page(browser, url, "anna", ".drop")
        half.find(0)
        until(page, "document.body.innerText.includes('found so far: 1 schedule (p. 3)')")
        assert page.get_attribute("#takeall", "href").endswith("keys=")  # nothing of it is taken away yet
        page.locator("[data-at^=check]").click()
        until(page, "document.querySelectorAll('.grid tbody tr').length === 9")
        until(page, "document.querySelector('.sheet img').alt.startsWith('Page 3:')")
        for key in ("y", "t", "l", "1"):
            page.keyboard.press(key)
            until(page, "document.getElementById('told').textContent.includes('still being read')")
            page.evaluate("document.getElementById('told').textContent = ''")
        half.find(1)
        until(page, "document.querySelectorAll('.grid tbody tr').length === 16")
        page.keyboard.press("t")
        until(page, "!document.getElementById('told').hidden")
        for _ in range(16):  # what is chosen never lies under what is told
            page.keyboard.press("ArrowDown")
            until(
                page,
                f"{BOTTOM.format('.grid tr.chosen')} <= document.getElementById('told').getBoundingClientRect().top",
                20,
            )
        half.finish()
        until(page, "document.querySelector('.standing').innerText.includes('not looked at')")
        page.keyboard.press("y")
        saved(page)
        assert "accept" in half.result.with_suffix(".corrections.jsonl").read_text()
        assert page.said == []
