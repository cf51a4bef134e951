"""People with tokens of their own: who may reach the app, and under which name they write."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from click.testing import CliRunner
from review_made import correction, write_made
from starlette.testclient import TestClient

from soesift.cli.main import soesift
from soesift.result.store import sidecar_of
from soesift.review.app import create_app, open_review
from soesift.review.corrections import read_corrections
from soesift.review.users import NAME, add_user, drop_user, read_users

HOST = "http://127.0.0.1"


def client(path: Path, folder: Path) -> TestClient:
    return TestClient(create_app(open_review([path]), users=read_users(folder)), base_url=HOST)


def test_a_user_writes_under_their_own_name_alone(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    anna, ben = add_user(tmp_path, "Anna Reader"), add_user(tmp_path, "ben")
    with client(path, tmp_path) as page:
        csrf = {"x-soesift-csrf": page.get("/api/csrf").json()["csrf"]}
        assert page.get("/api/documents").status_code == 401
        assert page.post("/api/login", content="guess", headers=csrf).status_code == 401
        assert page.post("/api/login", content=anna, headers=csrf).status_code == 200
        assert page.get("/api/session").json()["who"] == "Anna Reader"
        key = page.get("/api/documents").json()["documents"][0]["key"]
        said = f"/api/documents/{key}/corrections"
        body = correction("Anna Reader", action="accept", table="t1")
        assert page.post(said, json=body, headers=csrf).status_code == 200
        other = page.post(said, json=correction("ben", action="accept", table="t2"), headers=csrf)
        assert other.status_code == 409
        assert "token is that of Anna Reader" in other.json()["detail"]
        by_token = {**csrf, "authorization": f"Bearer {ben}"}
        assert page.post(said, json=correction("ben", action="accept", table="t2"), headers=by_token).status_code == 200
    assert [one["who"] for one in read_corrections(sidecar_of(path))] == ["Anna Reader", "ben"]


def test_a_token_is_not_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    path = write_made(tmp_path)
    old, new = add_user(tmp_path, "Anna"), add_user(tmp_path, "anna")
    kept = (tmp_path / NAME).read_text("utf-8")
    assert old not in kept
    assert new not in kept
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    with client(path, tmp_path) as page:
        for token, status in ((old, 401), (new, 200)):
            assert page.get("/api/documents", headers={"authorization": f"Bearer {token}"}).status_code == status
    drop_user(tmp_path, "ANNA")
    assert read_users(tmp_path) == {}


def test_the_command_makes_and_drops_users(tmp_path: Path) -> None:
    told = CliRunner().invoke(soesift, ["app", str(tmp_path), "--add-user", "Anna"])
    assert told.exit_code == 0
    assert list(read_users(tmp_path).values()) == ["Anna"]
    both = CliRunner().invoke(soesift, ["app", str(tmp_path)], env={"SOESIFT_TOKEN": "sixteen-letters-or-more"})
    assert both.exit_code == 2
    assert "unset SOESIFT_TOKEN" in both.output
    assert CliRunner().invoke(soesift, ["app", str(tmp_path), "--drop-user", "ben"]).exit_code != 0
    assert CliRunner().invoke(soesift, ["app", str(tmp_path), "--drop-user", "Anna"]).exit_code == 0
    for other in ("[]", '{"format": "soesift-users/9", "users": []}'):
        (tmp_path / NAME).write_text(other, "utf-8")
        assert CliRunner().invoke(soesift, ["app", str(tmp_path), "--add-user", "Anna"]).exit_code != 0
