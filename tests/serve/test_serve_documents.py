"""The real `soesift serve`: a document sent, followed, fetched, corrected; what is refused, and why."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_process import Running, by_command_line, running

import made_protocols as made
from soesift.result.models import Result

TOKEN = "a-token-of-the-tests-0123456789"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An allowed folder with a protocol, a Word one, links and things that are no documents; a secret beside it."""
    base = tmp_path_factory.mktemp("allowed")
    inside, outside = base / "in", base / "in-secret"
    (inside / "study").mkdir(parents=True)
    outside.mkdir()
    made.protocol(inside / "study" / "a.pdf")
    made.word_protocol(inside / "b.docx")
    made.short_protocol(outside / "secret.pdf")
    (inside / "link.pdf").symlink_to(outside / "secret.pdf")
    (inside / "near.pdf").symlink_to(inside / "study" / "a.pdf")
    (inside / "linked").symlink_to(outside)
    (inside / "notes.txt").write_text("not a document")
    os.mkfifo(inside / "pipe.pdf")
    return inside


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("service")
    options = ["--folder", str(folder), "--max-mb", "0.2", "--max-pages", "20", "--name", "soe.example"]
    with running(by_command_line(data / "data", *options), data / "log.txt", TOKEN) as one:
        yield one


@pytest.fixture(scope="module")
def done(service: Running, folder: Path) -> dict[str, Any]:
    job = service.wait(service.send((folder / "study" / "a.pdf").read_bytes(), "My protocol.pdf"))
    assert job["state"] == "done", job
    return job


def test_the_result_is_the_one_of_the_command_line(
    service: Running, done: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    command = ["detect", str(folder / "study"), "--out", str(tmp_path), "--model", "linear", "--ocr", "never"]
    subprocess.run([sys.executable, "-m", "soesift.cli.main", *command, "--format", "json,csv,html"])
    served = Result.model_validate_json(service.http.get(done["links"]["document"]).content)
    assert served.document.name == "My protocol.pdf"
    served.document.name = "a.pdf"
    assert made.without_timing(served.model_dump_json()) == made.without_timing((tmp_path / "a.json").read_text())
    table = service.http.get(f"{done['links']['document']}/tables/t1.csv")
    assert table.content == (tmp_path / "a_table1.csv").read_bytes()


def test_tables_come_in_four_formats(service: Running, done: dict[str, Any]) -> None:
    tables = f"{done['links']['document']}/tables/t1"
    as_json = service.http.get(f"{tables}.json").json()
    rows = list(csv.reader(io.StringIO(service.http.get(f"{tables}.csv").content.decode("utf-8-sig"))))
    assert [row[1:] for row in rows] == as_json["grid"]
    page = service.http.get(f"{tables}.html")
    assert made.TITLE in page.text
    assert made.TRACK_TITLE not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(service.http.get(f"{tables}.xlsx").content))
    assert len(book.sheetnames) == 2  # the index and the table


def test_what_there_is_not_is_404(service: Running, done: dict[str, Any]) -> None:
    document = done["links"]["document"]
    for path in (
        f"{document}/tables/t99.csv",
        f"{document}/pages/8.png",
        f"/v1/documents/{'0' * 64}",
        "/v1/jobs/" + "0" * 32,
    ):
        assert service.http.get(path).status_code == 404, path
    for path in (
        f"{document}/tables/t1.exe",
        f"{document}/pages/0.png",
        "/v1/documents/..%2f..%2fetc",
        f"{document}/pages/1.png?dpi=9999",
    ):
        assert service.http.get(path).status_code in (404, 422), path


def test_pages_are_pictures_of_their_size(service: Running, done: dict[str, Any]) -> None:
    from PIL import Image

    answer = service.http.get(f"{done['links']['document']}/pages/3.png", params={"dpi": 72})
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (792, 612)  # landscape
    assert len(picture.convert("L").getcolors()) > 2


def test_the_same_bytes_are_one_job(service: Running, done: dict[str, Any], folder: Path) -> None:
    again = service.http.post("/v1/documents", data={"path": "study/a.pdf"}, files={})
    assert again.status_code == 415  # httpx sends no multipart without a file
    again = service.http.post("/v1/documents", files={"path": (None, "study/a.pdf")})
    assert (again.status_code, again.json()["id"]) == (200, done["id"])
    assert done["sha256"] == hashlib.sha256((folder / "study" / "a.pdf").read_bytes()).hexdigest()


def test_word_documents_have_tables_and_no_pages(service: Running, folder: Path) -> None:
    sent = service.http.post("/v1/documents", files={"path": (None, str(folder / "b.docx"))})
    job = service.wait(sent.json())
    assert (sent.status_code, job["state"], job["name"]) == (202, "done", "b.docx")
    assert service.http.get(f"{job['links']['document']}/tables/t1.csv").status_code == 200
    assert service.http.get(f"{job['links']['document']}/pages/1.png").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "../in-secret/secret.pdf",
        "study/../../in-secret/secret.pdf",
        "link.pdf",
        "near.pdf",
        "linked/secret.pdf",
        "/etc/passwd",
        "study",
        "pipe.pdf",
        ".",
        "/",
        "..",
        "study/a.pdf\x00",
        "study\\a.pdf",
        "no-such.pdf",
        "OUTSIDE/secret.pdf",
        "INSIDE/../in-secret/secret.pdf",
    ],
)
def test_nothing_outside_the_folder_is_read(service: Running, folder: Path, path: str) -> None:
    path = path.replace("OUTSIDE", f"{folder}-secret").replace("INSIDE", str(folder))
    answer = service.http.post("/v1/documents", files={"path": (None, path)})
    assert answer.status_code == 404
    assert "no such document inside" in answer.json()["detail"]  # the same words for every reason


def test_what_is_no_document_is_415(service: Running) -> None:
    assert service.http.post("/v1/documents", files={"path": (None, "notes.txt")}).status_code == 415
    assert service.http.post("/v1/documents", files={"file": ("x.pdf", b"GIF89a")}).status_code == 415


def test_limits_on_bytes_and_pages(service: Running, tmp_path: Path) -> None:
    big = b"%PDF-1.4" + bytes(250_000)  # over the limit, under the limit of the request
    assert service.http.post("/v1/documents", files={"file": ("x.pdf", big)}).status_code == 413
    assert service.http.post("/v1/documents", files={"file": ("x.pdf", bytes(400_000))}).status_code == 413

    def endless() -> Iterator[bytes]:  # no Content-Length to go by
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n%PDF'
        yield head
        for _ in range(40):
            yield bytes(10_000)

    kind = {"content-type": "multipart/form-data; boundary=b"}
    assert service.http.post("/v1/documents", content=endless(), headers=kind).status_code == 413
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "long.pdf"))
    for _ in range(21):
        canvas.showPage()
    canvas.save()
    job = service.wait(service.send((tmp_path / "long.pdf").read_bytes()))
    assert job["state"] == "failed"
    assert job["error"] == "has 21 pages; this service takes at most 20"
    answer = service.http.get(job["links"]["document"])
    assert (answer.status_code, "at most 20" in answer.text) == (409, True)


def test_a_damaged_document_fails_alone_and_can_be_tried_again(service: Running) -> None:
    job = service.wait(service.send(b"%PDF-1.7 nothing else", "broken.pdf"))
    assert job["state"] == "failed"
    assert "not a readable PDF" in job["error"]
    assert job["sha256"] not in job["error"]
    assert service.send(b"%PDF-1.7 nothing else")["id"] == job["id"]
    assert service.send(b"%PDF-1.7 nothing else", again="true")["id"] != job["id"]


def test_names_are_shown_and_never_used(service: Running) -> None:
    job = service.send(b"%PDF-1.7 other", "../../etc/cron.d/\u202ex.pdf")
    assert job["name"] == "x.pdf"


def test_corrections_are_added_once_and_never_overwritten(service: Running, done: dict[str, Any]) -> None:
    path = f"{done['links']['document']}/corrections"
    assert service.http.get(path).json() == {"corrections": []}
    what = {"action": "retype", "table": "t2", "table_type": "subsidiary"}
    one = {"id": "0001-abcd", "who": "a reviewer", "what": what, "why": "a look at it"}
    other = {**one, "id": "0002-abcd", "what": {"action": "reject", "table": "t2"}, "why": "\U0001f600 my mistake"}
    for body in ([one], [one], [one, other], [{**one, "why": "changed afterwards"}]):
        answer = service.http.put(path, json={"corrections": body})
        assert answer.status_code == 200, answer.text
    told = service.http.get(path).json()["corrections"]
    assert [(c["id"], c["why"]) for c in told] == [
        ("0001-abcd", "a look at it"),
        ("0002-abcd", "\U0001f600 my mistake"),
    ]
    assert told[0]["what"] == what
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", c["when"]) for c in told)
    for wrong in (
        {**one, "id": "x"},
        {**one, "what": {"action": "delete everything"}},
        {**one, "what": {"action": "accept"}},
    ):
        answer = service.http.put(path, json={"corrections": [wrong]})
        assert answer.status_code == 422, answer.text
    answer = service.http.put(path, json={"corrections": [one], "by": "me"})
    assert answer.status_code == 422, answer.text


def test_tables_come_corrected_and_the_result_as_it_was(service: Running, folder: Path) -> None:
    job = service.wait(service.send((folder / "study" / "a.pdf").read_bytes() + b"\n% another", "b.pdf"))
    document = job["links"]["document"]
    found = service.http.get(document).json()["tables"]
    first = service.http.get(f"{document}/tables/t1.json").json()
    what = {"action": "retype", "table": "t1", "table_type": "track"}
    body = {"corrections": [{"id": "retyped-1", "who": "w", "what": what, "why": "y"}]}
    answer = service.http.put(f"{document}/corrections", json=body)
    assert answer.status_code == 200, answer.text
    assert first["table_type"] == "main_soa"
    assert service.http.get(f"{document}/tables/t1.json").json()["table_type"] == "track"
    assert service.http.get(f"{document}/corrected").json()["tables"][0]["table_type"] == "track"
    assert service.http.get(document).json()["tables"] == found
    missed = {"id": "missed-01", "who": "w", "what": {"action": "add", "content": first}, "why": "another like it"}
    answer = service.http.put(f"{document}/corrections", json={"corrections": [missed]})
    assert answer.status_code == 200, answer.text
    assert len(service.http.get(f"{document}/corrected").json()["tables"]) == len(found) + 1


def test_strange_corrections_are_refused_and_never_break(service: Running, done: dict[str, Any]) -> None:
    path = f"{done['links']['document']}/corrections"
    before = service.http.get(path).json()

    def put(what: str) -> int:
        body = f'{{"corrections": [{{"id": "strange-1", "who": "w", "why": "", "what": {what}}}]}}'
        return service.http.put(path, content=body, headers={"content-type": "application/json"}).status_code

    for depth in (10, 900, 100_000):
        assert put('{"action": "undo", "correction": ' + "[" * depth + "]" * depth + "}") in (400, 422), depth
    assert put('{"action": "undo", "correction": "\\ud800"}') == 422
    assert put('{"action": "retype", "table": "t1", "table_type": 1e999}') == 422
    assert put(json.dumps("x" * 1_000_000)) == 413
    assert service.http.get(path).json() == before
    assert " 500 " not in service.log.read_text()


def test_without_the_token_only_health_is_told(service: Running, done: dict[str, Any]) -> None:
    for given in ({}, {"authorization": "Bearer wrong-wrong-wrong-wrong"}, {"authorization": f"Basic {TOKEN}"}):
        with httpx.Client(base_url=service.url, headers=given, trust_env=False) as http:
            assert http.get("/healthz").json() == {"status": "ok"}
            for path in ("/metrics", "/openapi.json", done["links"]["document"], "/v1/nothing"):
                assert http.get(path).status_code == 401, path
            assert http.post("/v1/documents", files={"file": b"%PDF"}).status_code == 401


def test_other_names_and_other_sites_are_refused(service: Running) -> None:
    def status(**headers: str) -> int:
        return service.http.get("/healthz", headers={k.replace("_", "-"): v for k, v in headers.items()}).status_code

    assert status(host="evil.example") == 400
    assert status(host="") == 400
    assert status(host="soe.example:80") == 200
    assert status(host="LOCALHOST") == 200
    assert status(origin="http://evil.example") == 403
    assert status(origin="null") == 403
    assert status(sec_fetch_site="cross-site") == 403
    assert status(origin=service.url, sec_fetch_site="same-origin") == 200
    preflight = service.http.options("/v1/documents", headers={"origin": "http://evil.example"})
    assert not any(name.startswith("access-control") for name in preflight.headers)


def test_metrics_count_and_name_nobody(service: Running, done: dict[str, Any]) -> None:
    text = service.http.get("/metrics").text
    assert re.search(r'^soesift_jobs\{state="done"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^soesift_runs_total\{state="done"\} [1-9]', text, re.MULTILINE)
    assert 'route="/v1/documents/{sha256}"' in text
    assert done["sha256"] not in text


def test_nothing_secret_is_in_the_log(service: Running, done: dict[str, Any]) -> None:
    log = service.log.read_text()
    assert "POST /v1/documents" in log
    assert TOKEN not in log
    assert "wrong-wrong" not in log
    assert "My protocol" not in log
    environment = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    children = environment.read_text().split() if environment.exists() else []
    for child in children:  # a parser that was taken over finds no token
        assert TOKEN.encode() not in Path(f"/proc/{child}/environ").read_bytes()


def test_another_address_demands_a_token(tmp_path: Path) -> None:
    def refused(*options: str, token: str = "") -> str:
        environment = {**os.environ, "SOESIFT_TOKEN": token}
        command = by_command_line(tmp_path / "data", *options)
        run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
        assert run.returncode == 2
        return run.stderr

    assert "set SOESIFT_TOKEN" in refused("--host", "0.0.0.0")
    assert "at least 16" in refused("--host", "0.0.0.0", token="short")
    assert "at least 16" in refused(token="short")
    assert "is no folder" in refused("--folder", str(tmp_path / "none"))


def test_two_services_do_not_share_a_folder(service: Running, tmp_path: Path) -> None:
    with running(by_command_line(tmp_path / "data"), tmp_path / "log"):
        run = subprocess.run(by_command_line(tmp_path / "data"), capture_output=True, text=True, timeout=300)
    assert run.returncode == 2
    assert "another service works in it" in run.stderr
