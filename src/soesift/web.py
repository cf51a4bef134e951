"""What the servers share: where they listen, whom they answer, with which headers, and how a page is drawn for them."""

from __future__ import annotations

import hmac
import ipaddress
import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soesift.errors import SoesiftError, UsageError
from soesift.process.child import Task
from soesift.process.worker import Worker

if TYPE_CHECKING:
    from starlette.datastructures import Headers


# Sockets that servers listen on, and whether others can reach them.

BACKLOG = 2048  # connections that wait until the server takes them; uvicorn's own number


def listen(host: str, port: int) -> socket.socket:
    """A listening socket: whoever is told its address may connect at once, the server answers when it is up.

    Raises UsageError if the address is taken or not of this machine.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(found[0], socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(found[4])
        bound.listen(BACKLOG)
    except OSError as error:
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror}; choose another --port") from None
    return bound


def url_of(bound: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`; a name other than localhost counts as open."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


# Who sent a request: the name by which it reached us, the page it came from, the token it brings.


def host_name(host: str) -> str:
    """The name of a Host header, lower case, without port; IPv6 addresses without brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def same_origin(headers: Headers) -> bool:
    """Whether a browser, which says where a request comes from, sent it for one of our own pages or a person.

    A page of another site can send forms and read nothing (there is no CORS); here it cannot send either.
    """
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def has_token(headers: Headers, token: str) -> bool:
    """Compared in a time that does not tell how much of it was right."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return hmac.compare_digest(given.strip().encode(), token.encode()) and scheme.lower() == "bearer"


# The token that opens a server to other machines, from the environment.

TOKEN_VARIABLE = "SOESIFT_TOKEN"
SHORTEST_TOKEN = 16


def take_token(host: str) -> str | None:
    """The token from the environment, which is then removed there, so that no child process inherits it.

    Raises UsageError if it is too short, or missing while `host` is not loopback.
    """
    token = os.environ.pop(TOKEN_VARIABLE, "").strip() or None
    if token is None and not is_loopback(host):
        raise UsageError(f"--host {host} is reached from other machines; set {TOKEN_VARIABLE} to a secret first")
    if token is not None and (len(token) < SHORTEST_TOKEN or not token.isascii()):
        raise UsageError(f"{TOKEN_VARIABLE} needs at least {SHORTEST_TOKEN} ASCII characters; make a longer one")
    return token


# The skeleton of a server's guard: what every request must pass, and the headers of every answer.

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",  # protocols are confidential
}
Refusal = Callable[[Scope, Headers], JSONResponse | None]
Receiving = Callable[[Scope, Receive], Receive]


def behind(
    app: ASGIApp, refusal: Refusal, headers: Mapping[str, str], receiving: Receiving = lambda scope, receive: receive
) -> ASGIApp:
    """`app` behind a guard. refusal: the answer to a request that must not go on, None if it may. headers: of every
    answer that has none of its own of that name. receiving: what the app hears of a body."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
        elif scope["type"] == "http":
            sender = _with_headers(send, headers)
            refused = refusal(scope, Headers(scope=scope))
            if refused is not None:
                await refused(scope, receive, sender)
            else:
                await app(scope, receiving(scope, receive), sender)

    return guarded


def known_name(headers: Headers, names: frozenset[str], verb: str) -> JSONResponse | None:
    """The answer to a request by a Host name that is none of ours: a page that points its own name here (DNS
    rebinding) reads nothing."""
    if host_name(headers.get("host", "")) in names:
        return None
    return no(400, f"unknown Host; start the {verb} with --name HOST to be reached by that name")


def of_ours(headers: Headers) -> JSONResponse | None:
    """The answer to a request that another site's page sent."""
    return None if same_origin(headers) else no(403, "requests from other sites' pages are refused")


def no(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A refusal in one line."""
    return JSONResponse({"detail": detail}, status, headers)


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = MutableHeaders(scope=message)
            for name, value in headers.items():
                given.setdefault(name, value)
        await send(message)

    return sender


# The process in which a server draws pages and reads tables: one that kills its reader takes no server with it.


class Busy(SoesiftError):
    """Too much is waiting already; try again later."""


@dataclass(slots=True)
class Viewer:
    """One process for tasks one after another; use it from any thread. seconds: that one task may take. most: tasks
    that may wait at one time."""

    worker: Worker
    seconds: float
    most: int = 1_000
    turn: threading.Lock = field(default_factory=threading.Lock)
    room: threading.BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self.room = threading.BoundedSemaphore(self.most)

    def run(self, task: Task) -> dict[str, Any]:
        """The child's answer. Raises Busy, WorkerDied, TookTooLong or Stopped."""
        if not self.room.acquire(blocking=False):
            raise Busy("too many pages and tables are being waited for; try again in a moment")
        try:
            with self.turn:
                return self.worker.run(task, self.seconds)
        finally:
            self.room.release()

    def close(self) -> None:
        """End the process, whatever it does."""
        self.worker.close(force=True)
