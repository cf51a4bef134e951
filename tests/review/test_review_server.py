"""The page's server over loopback: who may do what, what a decision does, what a kill loses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from review_made import correction, write_made
from review_process import Reviewing, reviewing

from made_protocols import protocol
from soesift.cli.main import main
from soesift.errors import UsageError
from soesift.result.models import SoeTable
from soesift.result.store import sidecar_of
from soesift.review.corrections import read_corrections
from soesift.review.documents import open_documents
from soesift.review.routes_documents import Given, _correct
from soesift.review.state import Review, Viewer
from soesift.review.worklist import understood
from soesift.schedule import Schedule

TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewing]:
    folder = tmp_path_factory.mktemp("review")
    write_made(folder)
    with reviewing([folder], folder / "log") as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[tuple[Reviewing, str, Path]]:
    path = write_made(tmp_path)
    with reviewing([path], tmp_path / "log") as running:
        key = running.http.get("/api/documents").json()["documents"][0]["key"]
        yield running, f"/api/documents/{key}", path.with_suffix(".corrections.jsonl")


def test_the_worklist_holds_what_is_in_doubt_most_urgent_first(page: Reviewing) -> None:
    work = page.http.get("/api/documents").json()["worklist"]
    assert [(item["key"], item["kind"]) for item in work] == [("r1", "unsure"), ("p6", "unsure"), ("t2", "type")]


def test_a_document_comes_with_grid_footnotes_and_boxes(page: Reviewing) -> None:
    key = page.http.get("/api/documents").json()["documents"][0]["key"]
    seen = page.http.get(f"/api/documents/{key}").json()
    table = seen["shown"]["t1"]
    assert table["rows"][2][0] == {"t": "Weight", "c": 0, "m": ["a"]}
    assert table["footnotes"][0]["marker"] == "a"
    assert {(box["item"], box["page"], box["role"]) for box in seen["boxes"]} >= {("t1", 2, "grid"), ("r1", 4, "near")}


def test_every_answer_has_a_strict_policy_and_is_not_kept(page: Reviewing) -> None:
    for path in ("/", "/static/app.js", "/api/documents", "/nowhere"):
        headers = page.http.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_nothing_the_page_loads_is_from_elsewhere() -> None:
    folder = Path(__file__).parents[2] / "src" / "soesift" / "review" / "static"
    text = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert set(re.findall(r"https?://[^\"'\s]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_refused_are_other_hosts_other_sites_and_requests_without_the_csrf_token(page: Reviewing) -> None:
    get, post = page.http.get, page.http.post
    assert get("/api/documents", headers={"host": "evil.example"}).status_code == 400
    assert get("/api/documents", headers={"origin": "http://evil.example"}).status_code == 403
    assert get("/api/documents", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200
    key = get("/api/documents").json()["documents"][0]["key"]
    path, body = f"/api/documents/{key}/corrections", correction(action="accept", table="t1")
    assert post(path, json=body).status_code == 403
    assert post(path, json=body, headers={"x-soesift-csrf": "guess"}).status_code == 403
    assert page.post(path, body, origin="http://evil.example").status_code == 403
    assert post(path, content=iter([b"{}"]), headers=page.csrf()).status_code == 413
    assert get(f"/api/documents/{key}").json()["log"] == []


def test_other_paths_lead_nowhere(page: Reviewing) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/none", "/api/documents/x/pages/1.png"):
        assert page.http.get(path).status_code in (404, 409)


def test_only_loopback_without_a_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_made(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(["review", str(path), "--host", "0.0.0.0", "--port", "0"])
    assert "SOESIFT_TOKEN" in capsys.readouterr().err


def test_a_token_is_asked_for_and_a_cookie_stands_for_it(tmp_path: Path) -> None:
    with reviewing([write_made(tmp_path)], tmp_path / "log", token=TOKEN) as page:
        assert page.http.get("/api/documents").status_code == 401
        assert page.http.get("/api/documents", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert page.http.post("/api/login", content=b"wrong", headers=page.csrf()).status_code == 401
        answer = page.http.post("/api/login", content=TOKEN.encode(), headers=page.csrf())
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert TOKEN not in answer.headers["set-cookie"]
        assert page.http.get("/api/documents").status_code == 200


def test_behind_a_proxy_with_tls_the_cookie_is_for_https_alone(tmp_path: Path) -> None:
    """The browser's own Origin says which it speaks; over plain HTTP such a cookie would be dropped."""
    with reviewing([write_made(tmp_path)], tmp_path / "log", token=TOKEN) as page:
        host = page.http.base_url.netloc.decode()
        for scheme, marked in (("https", True), ("http", False)):
            given = page.csrf() | {"origin": f"{scheme}://{host}"}
            answer = page.http.post("/api/login", content=TOKEN.encode(), headers=given)
            assert answer.status_code == 200, answer.text
            assert ("secure" in answer.headers["set-cookie"].lower()) is marked


def test_a_decision_is_written_once_and_shows(fresh: tuple[Reviewing, str, Path]) -> None:
    page, path, sidecar = fresh
    body = correction("anna", "no visits", action="reject", table="t2")
    for _ in range(2):
        answer = page.post(f"{path}/corrections", body)
        assert answer.status_code == 200, answer.text
        seen = answer.json()
    assert [item["decision"] for item in seen["items"] if item["key"] == "t2"] == ["reject"]
    [line] = map(json.loads, sidecar.read_text().splitlines())
    assert (line["who"], line["why"], line["what"]["table"]) == ("anna", "no visits", "t2")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"action": "reject", "table": "t9"}, "no table t9"),
        ({"action": "split", "table": "t1", "row": 1}, "leaves no row"),
        ({"action": "add", "page": 1, "box": [0, 0, 100, 100]}, "--documents"),
        ({"action": "accept", "near_miss": 1}, "--documents"),
        ({"action": "accept", "table": "t1", "result": "0" * 12}, "another result"),
        ({"action": "sing"}, "action"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    fresh: tuple[Reviewing, str, Path], what: dict[str, Any], said: str
) -> None:
    page, path, sidecar = fresh
    answer = page.post(f"{path}/corrections", correction(**what))
    assert answer.status_code == 409, answer.text
    assert said in answer.json()["detail"]
    assert not sidecar.exists()


def test_a_short_answer_says_that_it_is_written_and_waits_for_no_visits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(table: SoeTable) -> Schedule:
        raise AssertionError("visits were read")

    [document] = open_documents([write_made(tmp_path)], []).values()
    document.look()
    monkeypatch.setattr(understood, "make", lost)
    edit = {"action": "edit_cell", "table": "t1", "row": 1, "column": 1, "text": "Day 2"}
    for _ in range(2):  # sent again, it is answered alike
        answer = _correct(Review(), document, Given(id="edit-0001", who="anna", what=edit), short=True)
        assert json.loads(answer) == {"id": "edit-0001", "version": 1}
    assert [one["what"]["text"] for one in read_corrections(sidecar_of(document.path))] == ["Day 2"]
    with pytest.raises(UsageError, match="no table t9"):
        _correct(Review(), document, Given(id="edit-0002", who="anna", what=edit | {"table": "t9"}), short=True)
    with pytest.raises(AssertionError, match="visits were read"):
        document.look()


def test_what_is_looked_at_keeps_nobody_from_writing(tmp_path: Path) -> None:
    [document] = open_documents([write_made(tmp_path)], []).values()
    title = Given(id="title-001", who="anna", what={"action": "edit_title", "table": "t1", "title": "Kept"})
    with document._looking, ThreadPoolExecutor(1) as pool:
        pool.submit(_correct, Review(), document, title, True).result(60)
    assert document.look().applied.result.tables[0].title == "Kept"


def test_two_who_decide_without_seeing_each_other_are_told(fresh: tuple[Reviewing, str, Path]) -> None:
    page, path, _ = fresh
    page.post(f"{path}/corrections", correction("anna", action="accept", table="t1", seen=0))
    page.post(f"{path}/corrections", correction("ben", action="reject", table="t1", seen=0))
    first = page.http.get("/api/documents").json()["worklist"][0]
    assert (first["key"], first["kind"], first["why"][:12]) == ("t1", "differ", "anna and ben")
    page.post(f"{path}/corrections", correction("ben", action="accept", table="t1", seen=2))
    assert "t1" not in [item["key"] for item in page.http.get("/api/documents").json()["worklist"]]


def test_many_at_once_lose_nothing(fresh: tuple[Reviewing, str, Path]) -> None:
    page, path, sidecar = fresh
    bodies = [correction(f"p{n % 5}", action="accept", table=f"t{1 + n % 2}") for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda b: page.post(f"{path}/corrections", b), bodies))
    assert [answer.text for answer in answers if answer.status_code != 200] == []
    assert sorted(json.loads(line)["id"] for line in sidecar.read_text().splitlines()) == [b["id"] for b in bodies]


def test_what_was_acknowledged_outlives_a_kill(fresh: tuple[Reviewing, str, Path]) -> None:
    page, path, sidecar = fresh
    kept = []
    with ThreadPoolExecutor(1) as pool:

        def decide() -> None:
            headers = page.csrf()
            while True:
                one = correction(action="accept", table="t1")
                try:
                    page.http.post(f"{path}/corrections", json=one, headers=headers).raise_for_status()
                except (httpx.HTTPError, RuntimeError):
                    return
                kept.append(one["id"])

        going = pool.submit(decide)
        while len(kept) < 15:
            assert not going.done(), going.result()
        page.process.kill()
    page.process.wait(300)
    there = {json.loads(line)["id"] for line in sidecar.read_text().splitlines() if line.endswith("}")}
    assert set(kept) <= there
    page.start()
    assert len(page.http.get(path).json()["log"]) == len(there)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reviewing, str]]:
    """A made-up protocol, detected with its track table lost to the near misses."""
    from soesift.detect.detector import Detector

    folder = tmp_path_factory.mktemp("real")
    source = protocol(folder / "made.pdf")
    Detector.load("linear").detect(source).to_json(folder / "out" / "made.json")
    with reviewing([folder / "out"], folder / "log") as running:
        key = running.http.get("/api/documents").json()["documents"][0]["key"]
        yield running, f"/api/documents/{key}"


def test_page_pictures_are_drawn(real: tuple[Reviewing, str]) -> None:
    page, path = real
    answer = page.http.get(f"{path}/pages/3.png")
    assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG")
    assert page.http.get(f"{path}/pages/99.png").status_code == 404


def test_a_drawn_box_becomes_the_table_that_stands_there(real: tuple[Reviewing, str]) -> None:
    page, path = real
    one = correction(action="add", page=2, box=[50, 60, 560, 500])
    seen = page.post(f"{path}/corrections", one)
    assert seen.status_code == 200, seen.text
    table = seen.json()["shown"][f"added-{one['id'][:12]}"]
    texts = [cell["t"] for row in table["rows"] for cell in row]
    assert {"Toxicity", "Neutropenia"} <= set(texts)


def test_a_box_around_nothing_keeps_its_place(real: tuple[Reviewing, str]) -> None:
    page, path = real
    one = correction(action="add", page=1, box=[50, 600, 300, 700])
    table = page.post(f"{path}/corrections", one).json()["shown"][f"added-{one['id'][:12]}"]
    assert table["rows"] == []
    assert "no rows could be read in the box" in table["evidence"]


def test_an_accepted_near_miss_is_read_from_its_page(real: tuple[Reviewing, str]) -> None:
    page, path = real
    near = [item["key"] for item in page.http.get(path).json()["items"] if item["key"].startswith("r")]
    number = int(near[0][1:])
    preview = page.http.get(f"{path}/near/{number}").json()
    one = correction(action="accept", near_miss=number, table_type="domain")
    table = page.post(f"{path}/corrections", one).json()["shown"][near[0]]
    assert table["type"] == "domain"
    assert table["rows"] == preview["rows"] != []


def test_export_and_labels_follow_the_decisions(real: tuple[Reviewing, str], tmp_path: Path) -> None:
    """Last of this page's tests: rejects t1 and reads everything back through the command line."""
    page, path = real
    page.post(f"{path}/corrections", correction(action="reject", table="t1"))
    folder = page.places[0].parent
    with pytest.raises(SystemExit, match="0"):
        main(["export", str(folder / "out" / "made.json"), "--to", "csv", "--out", str(tmp_path / "csv")])
    written = "".join(file.read_text("utf-8-sig") for file in sorted((tmp_path / "csv").iterdir()))
    assert "Informed consent" in written  # of the extension
    assert "Day -28" not in written
    with pytest.raises(SystemExit, match="0"):
        main(["tables", str(folder / "made.pdf"), "--out", str(tmp_path / "tables.jsonl")])
    out = str(tmp_path / "labels.jsonl")
    with pytest.raises(SystemExit, match="0"):
        main(["review", str(folder / "out"), "--labels-out", out, "--tables", str(tmp_path / "tables.jsonl")])
    labels = [json.loads(line) for line in Path(out).read_text().splitlines()]
    assert {(one["label"], one["pot"], one["source"]) for one in labels} >= {("no", "repair", "reviewer")}
    with pytest.raises(SystemExit, match="0"):
        main(["label", "import-humans", out, "--format", "jsonl", "--ledger", str(tmp_path / "labels.db")])


def test_pages_are_drawn_by_a_process_that_stands_ready_and_loads_little(tmp_path: Path) -> None:
    made, viewer = protocol(tmp_path / "made.pdf"), Viewer()
    try:
        viewer.ready()
        worker = viewer.draw.viewer.worker
        ready = worker.process
        assert ready is not None
        assert (viewer.page(made, 3, 72) or b"").startswith(b"\x89PNG")
        assert (worker.process, worker.started) == (ready, 1)
        loaded = f"import {worker.work.__module__}, sys; print(*sys.modules)"
        modules = subprocess.run(
            [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
        ).stdout.split()
        assert not {"soesift.detect", "soesift.join", "soesift.result.models"} & set(modules)
    finally:
        viewer.close()
