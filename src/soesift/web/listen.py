"""Sockets that servers listen on, and whether others can reach them."""

from __future__ import annotations

import hmac
import ipaddress
import os
import socket
from typing import TYPE_CHECKING

from soesift.errors import UsageError

if TYPE_CHECKING:
    from starlette.datastructures import Headers

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
