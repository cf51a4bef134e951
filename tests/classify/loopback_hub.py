"""A hub of one's own on loopback. It speaks as much of the Hugging Face hub's API as publishing and fetching take.

Repositories, commits with small files inside and large ones by git LFS, revisions, and files by HEAD and GET.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_of_the_tests"


@dataclass(slots=True)
class Repository:
    """Commits, oldest first: id and files."""

    commits: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)

    def at(self, revision: str) -> tuple[str, dict[str, bytes]] | None:
        if revision == "main":
            return self.commits[-1] if self.commits else None
        return next((one for one in self.commits if one[0] == revision), None)

    def add(self, files: dict[str, bytes]) -> str:
        name = hashlib.sha1(repr(sorted(files.items())).encode() + b"%d" % len(self.commits)).hexdigest()
        self.commits.append((name, files))
        return name


@dataclass(slots=True)
class Hub:
    """repositories by owner/name; blobs: LFS objects by sha256; asked: method and path of each request."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None: ...

    def answer(self, code: int, body: bytes | dict[str, Any] = b"", **headers: str) -> None:
        kind = "application/json" if isinstance(body, dict) else "application/octet-stream"
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        self.send_response(code)
        headers = {"Content-Length": str(len(content)), "Content-Type": kind} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def refuse(self, code: int, why: str, kind: str) -> None:
        self.answer(code, {"error": why}, X_Error_Code=kind, X_Error_Message=why)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        self.hub.asked.append(f"{self.command} {self.path}")
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/?]+))?(?:\?.*)?", self.path):
            self._about(found[1], found[2] or "main")
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path):
            self._file(found[1], found[2], found[3])
        else:
            self.refuse(404, "no such page", "EntryNotFound")

    do_HEAD = do_GET

    def _about(self, name: str, revision: str) -> None:
        if name not in self.hub.repositories:
            return self.refuse(404, "Repository not found", "RepoNotFound")
        at = self.hub.repositories[name].at(revision)
        if at is None:
            return self.refuse(404, "Invalid rev id", "RevisionNotFound")
        self.answer(200, {"id": name, "modelId": name, "sha": at[0], "siblings": [{"rfilename": f} for f in at[1]]})

    def _file(self, name: str, revision: str, file: str) -> None:
        at = self.hub.repositories[name].at(revision) if name in self.hub.repositories else None
        if at is None or file not in at[1]:
            return self.refuse(404, "Entry not found", "EntryNotFound")
        content = at[1][file]
        self.answer(200, content, ETag=f'"{hashlib.sha256(content).hexdigest()}"', X_Repo_Commit=at[0])

    def do_POST(self) -> None:
        self.hub.asked.append(f"{self.command} {self.path}")
        body, path = self.body(), self.path.partition("?")[0]
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.refuse(401, "Invalid credentials", "Unauthorized")
        if path == "/api/repos/create":
            given = json.loads(body)
            name = f"{given.get('organization') or 'me'}/{given['name']}"
            self.hub.repositories.setdefault(name, Repository())
            self.answer(200, {"url": f"http://{self.headers['Host']}/{name}", "id": name})
        elif path == "/api/validate-yaml":
            self.answer(200, {"errors": [], "warnings": []})
        elif re.fullmatch(r"/api/models/[^/]+/[^/]+/preupload/[^/]+", path):
            large = [(one["path"], one["path"].endswith(".onnx")) for one in json.loads(body)["files"]]
            rows = [{"path": p, "uploadMode": "lfs" if big else "regular", "shouldIgnore": False} for p, big in large]
            self.answer(200, {"files": rows})
        elif path.endswith(".git/info/lfs/objects/batch"):
            self.answer(200, {"transfer": "basic", "objects": [self._upload(o) for o in json.loads(body)["objects"]]})
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/([^/]+)", path):
            self._commit(found[1], [json.loads(line) for line in body.splitlines() if line.strip()])
        else:
            self.refuse(404, "no such page", "EntryNotFound")

    def _upload(self, one: dict[str, Any]) -> dict[str, Any]:
        return one | {"actions": {"upload": {"href": f"http://{self.headers['Host']}/lfs/{one['oid']}"}}}

    def do_PUT(self) -> None:
        content, name = self.body(), self.path.rpartition("/")[2]
        if hashlib.sha256(content).hexdigest() != name:
            return self.refuse(400, "hash", "Bad")
        self.hub.blobs[name] = content
        self.answer(200)

    def _commit(self, name: str, lines: list[dict[str, Any]]) -> None:
        repository = self.hub.repositories[name]
        files = dict(repository.commits[-1][1]) if repository.commits else {}
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
        commit = repository.add(files)
        self.answer(200, {"commitUrl": f"http://{self.headers['Host']}/{name}/commit/{commit}", "commitOid": commit})
