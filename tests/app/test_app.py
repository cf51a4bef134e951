"""The app through its real command on loopback: drop, read, mend, sign, take away, restart."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from made_protocols import protocol

pytest.importorskip("starlette", reason="starlette is not installed")
httpx = pytest.importorskip("httpx", reason="httpx is not installed")

from app_process import App, running  # noqa: E402

from soesift.cli.export import FORMATS  # noqa: E402


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("space")) as one:
        yield one


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return protocol(tmp_path_factory.mktemp("made") / "made.pdf").read_bytes()


@pytest.fixture(scope="module")
def study(app: App, content: bytes) -> dict[str, Any]:
    assert app.put("Müller protocol.pdf", content).status_code == 200
    return app.study("Müller protocol.pdf")


def test_a_dropped_protocol_is_read_and_listed(app: App, study: dict[str, Any]) -> None:
    assert study["tables"] >= 1
    assert study["state"] in ("to check", "checked")
    assert (app.folder / "protocols" / "Müller protocol.pdf").exists()
    assert app.get("/api/studies").json()["reading"] == []


def test_bytes_are_read_once_and_other_kinds_refused(app: App, study: dict[str, Any], content: bytes) -> None:
    assert app.put("again.pdf", content).json()["state"] == "done"
    assert len(app.get("/api/studies").json()["studies"]) == 1
    refused = app.put("table.xlsx", b"PK")
    assert refused.status_code == 409
    assert "not of a kind" in refused.json()["detail"]


def failed(app: App) -> dict[str, Any]:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        rows = [r for r in app.get("/api/studies").json()["reading"] if r["name"] == "broken.pdf"]
        if rows and rows[0]["state"] == "failed":
            return dict(rows[0])
        time.sleep(0.2)
    pytest.fail("never told")


def test_a_file_that_cannot_be_read_is_told_read_again_and_taken_off_the_list(app: App) -> None:
    app.put("broken.pdf", b"%PDF-1.4 nothing")
    row = failed(app)
    assert row["why"]
    assert app.post(f"/api/protocols/{row['sha256']}/again").status_code == 200
    assert failed(app)["why"]
    assert app.post(f"/api/protocols/{row['sha256']}/forget").status_code == 200
    assert app.get("/api/studies").json()["reading"] == []
    assert not (app.folder / "protocols" / "broken.pdf").exists()
    assert app.post(f"/api/protocols/{row['sha256']}/forget").status_code == 409


def test_signing_waits_for_what_is_open_and_ends_with_a_change(app: App, study: dict[str, Any]) -> None:
    key = study["key"]
    seen = app.get(f"/api/documents/{key}").json()
    first = next(item for item in seen["items"] if item["key"].startswith("t"))
    assert seen["open"] + seen["unseen"]
    assert app.correct(key, {"action": "sign"}).status_code == 409
    for item in seen["items"]:
        if item["open"] or item["unseen"]:
            what = {"near_miss": int(item["key"][1:])} if item["key"].startswith("r") else {"table": item["key"]}
            what = {"page": int(item["key"][1:])} if item["key"].startswith("p") else what
            said = "accept" if item["key"].startswith("t") else "reject"
            assert app.correct(key, {"action": said, **what}).status_code == 200
    version = app.get(f"/api/documents/{key}").json()["version"]
    late = app.correct(key, {"action": "sign", "seen": version - 1})
    assert late.status_code == 409
    assert "changed it since you looked" in late.json()["detail"]
    assert app.correct(key, {"action": "sign", "seen": version}).status_code == 200
    assert app.study(study["name"])["state"] == "signed"
    report = app.get(f"/api/documents/{key}/audit.html").text
    assert "anna" in report
    assert "21 CFR Part 11" in report
    edit = {"action": "edit_cell", "table": first["key"], "row": 0, "column": 0, "text": "Assessment"}
    assert app.correct(key, edit).status_code == 200
    assert app.study(study["name"])["state"] != "signed"


def test_the_script_of_the_docs_mends_a_cell(app: App, study: dict[str, Any]) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "app.md").read_text("utf-8")
    [script] = re.findall(r"```python\n(import httpx\n.*?)```", docs, re.DOTALL)
    exec(script.replace("http://127.0.0.1:8320", app.url).replace("KEY", study["key"]), {})
    seen = app.get(f"/api/documents/{study['key']}").json()
    [one] = [one for one in seen["log"] if one["id"] == "my-script-0001"]
    assert (one["who"], one["what"]["row"], seen["left_out"]) == ("Ann", 3, [])


def test_formats_are_taken_away_with_what_was_mended(app: App, study: dict[str, Any]) -> None:
    key = study["key"]
    edit = {"action": "edit_title", "table": "t1", "title": "A mended title"}
    assert app.correct(key, edit).status_code == 200
    html = app.get(f"/api/documents/{key}/export/html")
    assert html.status_code == 200
    assert "A mended title" in html.text
    many = app.get(f"/api/documents/{key}/export/visits")
    with zipfile.ZipFile(io.BytesIO(many.content)) as archive:
        assert len(archive.namelist()) == 3
    with zipfile.ZipFile(io.BytesIO(app.get(f"/api/documents/{key}/export/redcap").content)) as archive:
        [told] = [name for name in archive.namelist() if name.endswith("_review.txt")]
        assert archive.read(told).startswith(b"Review: ")
    assert app.get(f"/api/documents/{key}/export/nothing").status_code == 404


def test_every_format_is_taken_away_of_one_and_of_many(app: App, study: dict[str, Any], content: bytes) -> None:
    key = study["key"]
    formats = app.get("/api/studies").json()["formats"]
    extras = {"parquet": "pyarrow", "docling": "docling_core", "burden": "matplotlib"}
    here = {kind for kind in {"burden", "every", *FORMATS} if kind not in extras or find_spec(extras[kind])}
    assert here - {"overview"} == set(formats)
    edit = {"action": "edit_title", "table": "t1", "title": "Of many"}
    assert app.correct(key, edit).status_code == 200
    assert "burden" not in here or "Of many" in app.text(key, "burden")
    assert json.loads(app.text(key, "json"))["tables"][0]["title"] == "Of many"
    with zipfile.ZipFile(io.BytesIO(app.get(f"/api/documents/{key}/export/every").content)) as archive:
        names = archive.namelist()
        assert "not_written.txt" not in names
        assert len([name for name in names if name.endswith(".docx")]) == 2
    assert app.put("second.pdf", content + b"% other bytes\n").status_code == 200
    keys = f"{key},{app.study('second.pdf')['key']}"
    with zipfile.ZipFile(io.BytesIO(app.get(f"/api/export/xlsx?keys={keys}").content)) as archive:
        assert archive.namelist() == ["Müller protocol/Müller protocol.xlsx", "second/second.xlsx"]
    assert app.get("/api/export/xlsx?keys=nobody").status_code == 404


def test_the_page_of_the_interface_names_every_request(app: App, study: dict[str, Any]) -> None:
    from soesift.app.routes import API, routes
    from soesift.app.workspace import Workspace
    from soesift.review import routes_documents
    from soesift.review.state import Review

    page = app.get("/docs")
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    review = Review()
    known = [*routes(Workspace(app.folder, review)), *routes_documents.routes(review)]
    paths = {route.path.replace(":int", "") for route in known} - {"/docs"}
    assert paths <= {one.path for one in API}
    assert all(f"<code>{path}</code>" in page.text for path in paths)


def test_the_overview_of_all_documents_is_taken_away(app: App, study: dict[str, Any]) -> None:
    page = app.get("/api/overview.html")
    assert page.status_code == 200
    assert "Müller protocol.pdf" in page.text
    assert app.get("/api/overview.xlsx").content.startswith(b"PK")


def test_a_mended_visit_is_in_every_format_that_has_visits(app: App, study: dict[str, Any]) -> None:
    key = study["key"]
    rows = app.get(f"/api/documents/{key}").json()["shown"]["t1"]["visits"]["rows"]
    column = next(row["column"] for row in rows if row["values"]["day"] == 29)
    kinds = ("visits", "usdm", "fhir", "odm", "redcap", "usdm4-input")
    before = {kind: app.text(key, kind) for kind in kinds}
    said = {"day": 43, "before_days": 4, "after_days": 6, "contact": "phone"}
    assert app.correct(key, {"action": "edit_visit", "table": "t1", "column": column, "said": said}).status_code == 200
    words = {
        "visits": ['"day": 43', '"window_after_days": 6', '"contact": "phone"'],
        "usdm": ["P42D", "P4D", "Telephone"],
        "fhir": ["42"],
        "odm": ["43"],
        "redcap": ["43"],
        "usdm4-input": ["43"],
    }
    missing = {kind: [w for w in wanted if w not in app.text(key, kind)] for kind, wanted in words.items()}
    assert {kind: gone for kind, gone in missing.items() if gone} == {}
    assert not [kind for kind in kinds if app.text(key, kind) == before[kind]]


def test_all_is_there_after_a_restart(tmp_path: Path, content: bytes) -> None:
    with running(tmp_path) as first:
        first.put("made.pdf", content)
        study = first.study("made.pdf")
        first.correct(study["key"], {"action": "edit_title", "table": "t1", "title": "Kept"})
        first.kill()
    with running(tmp_path) as second:
        again = second.study("made.pdf")
        shown = second.get(f"/api/documents/{again['key']}").json()["shown"]
        assert shown["t1"]["title"] == "Kept"
        assert second.put("again.pdf", content).json()["state"] == "done"
        assert second.get("/api/studies").json()["reading"] == []


def test_a_protocol_is_dropped_and_checked_in_a_browser(tmp_path: Path, content: bytes) -> None:
    """As a person would: choose the file, wait, open it."""
    from review_process import chromium, open_page, saved, until

    path = tmp_path / "dropped.pdf"
    path.write_bytes(content)
    with chromium() as browser, running(tmp_path / "space") as app:
        page = open_page(browser, app.url, "anna", ".drop")
        page.set_input_files("#file", str(path))
        until(page, "document.body.innerText.includes('dropped.pdf')")
        done = ".studies [data-at^=check]:not([aria-label^=Look])"  # not one that is still being read
        until(page, f"document.querySelector('{done}')")
        page.locator(done).click()
        until(page, "document.querySelectorAll('.grid tbody tr').length >= 2")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("e")
        page.fill("#mend-text", "typed, not saved")
        page.reload()  # leads to the same table, and what was typed is there again
        until(page, "document.querySelectorAll('.grid tbody tr').length >= 2")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("e")
        until(page, "document.getElementById('mend-text')?.value === 'typed, not saved'")
        page.keyboard.press("Escape")
        page.go_back()
        until(page, "document.querySelector('.studies')")
        page.go_forward()
        until(page, "document.querySelectorAll('.grid tbody tr').length >= 2")
        while not page.query_selector('.standing [data-id="sign"]'):
            here = page.evaluate("location.hash")
            page.keyboard.press("y" if here.rpartition("/")[2].startswith("t") else "n")
            until(page, f"location.hash !== {here!r} || document.querySelector('.standing [data-id=sign]')")
            saved(page)
        page.click('.standing [data-id="sign"]')
        until(page, "document.querySelector('.standing').innerText.includes('signed by anna')")
        assert page.said == []
