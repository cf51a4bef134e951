"""ClinicalTrials.gov on the loopback address: its API v2 and document store in their real shapes, with faults."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\n%%EOF\n"
PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"


def entry(filename: str = "Prot_SAP_000.pdf", size: int | None = len(PDF), **more: Any) -> dict[str, Any]:
    """An element of largeDocs as the API writes it."""
    kind = filename.rsplit("_", 1)[0]
    told = {"hasProtocol": "Prot" in kind, "hasSap": "SAP" in kind, "hasIcf": "ICF" in kind}
    written = {
        "typeAbbrev": kind,
        **told,
        "label": "Study Protocol and Statistical Analysis Plan",
        "date": "2019-07-18",
        "uploadDate": "2024-12-12T10:49",
        "filename": filename,
    }
    return written | ({} if size is None else {"size": size}) | more


def study(nct: str, *documents: dict[str, Any]) -> dict[str, Any]:
    """A study with the fields asked for; a trial without documents has an empty documentSection."""
    section = {"largeDocumentModule": {"largeDocs": list(documents)}} if documents else {}
    return {"protocolSection": {"identificationModule": {"nctId": nct}}, "documentSection": section}


@dataclass
class Registry:
    """What the server holds, and the faults that it plays, first to last, before it answers well.

    faults: by NCT id (the API) or file name (the store): an int (status), "wait N" (429 with Retry-After), "drop"
    (half of what is left, then the connection breaks), "short" (the same, and the end looks regular), "html",
    "stall" (half, then silence).
    """

    studies: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)  # by NCT id/filename
    faults: dict[str, list[Any]] = field(default_factory=dict)
    etags: bool = True
    ranges: bool = True
    asked: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)  # time, path, headers

    def __enter__(self) -> Registry:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"registry": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def options(self, *more: str) -> list[str]:
        """Options of `soesift fetch` that lead here, in a hurry."""
        hurry = ["--rate", "6000", "--wait", "0.01", "--retries", "3", "--timeout", "6"]
        return ["--api", f"{self.url}/api/v2", "--store", f"{self.url}/large-docs", *hurry, *more]

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    registry: Registry

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.registry.asked.append((time.monotonic(), self.path, {k.lower(): v for k, v in self.headers.items()}))
        parts = urlsplit(self.path)
        steps = [unquote(step) for step in parts.path.strip("/").split("/")]
        queue = self.registry.faults.get(steps[-1], [])
        fault = queue.pop(0) if queue else None
        if isinstance(fault, int):
            self._send(fault, b"upstream trouble", "text/plain")
        elif isinstance(fault, str) and fault.startswith("wait "):
            self._send(429, b"Too Many Requests", "text/plain", {"Retry-After": fault[5:]})
        elif fault == "html":
            self._send(200, PAGE, "text/html")
        elif steps[:3] == ["api", "v2", "studies"]:
            self._study(steps[3], parse_qs(parts.query))
        else:
            self._file(steps, fault)

    def _study(self, nct: str, query: dict[str, list[str]]) -> None:
        if len(nct) != 11 or not nct.startswith("NCT"):
            self._send(400, b"Parameter `nctId` has incorrect format", "text/plain")
        elif nct not in self.registry.studies:
            self._send(404, f"NCT number {nct} not found".encode(), "text/plain")
        elif isinstance(found := self.registry.studies[nct], str):  # an old number of another trial
            self._send(301, b"", "text/plain", {"Location": f"/api/v2/studies/{found}?{urlsplit(self.path).query}"})
        elif query.get("fields") != ["NCTId,DocumentSection"]:
            self._send(400, b"`fields` are not those that the client was written for", "text/plain")
        else:
            self._send(200, json.dumps(found).encode(), "application/json")

    def _file(self, steps: list[str], fault: Any) -> None:
        shelf, nct, name = steps[-3:]
        content = self.registry.files.get(f"{nct}/{name}")
        if content is None or shelf != nct[-2:]:
            self._send(404, PAGE, "text/html")
            return
        headers = {"ETag": f'"{hashlib.md5(content).hexdigest()}"'} if self.registry.etags else {}
        start = self._start(headers.get("ETag", ""), content)
        if start >= len(content):
            self._send(416, b"", "text/plain", {"Content-Range": f"bytes */{len(content)}"})
            return
        rest = content[start:]
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        length = len(rest) // 2 if fault == "short" else len(rest)
        self.send_response(206 if start else 200)
        for key, value in {**headers, "Content-Type": "application/pdf", "Content-Length": str(length)}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(rest if fault is None else rest[: len(rest) // 2])
        self.wfile.flush()
        if fault == "stall":
            time.sleep(12)
        self.close_connection = fault is not None

    def _start(self, etag: str, content: bytes) -> int:
        asked = self.headers.get("Range", "")
        if not asked or not self.registry.ranges or self.headers.get("If-Range", etag) != etag:
            return 0
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def _send(self, code: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for key, value in {**(headers or {}), "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)
