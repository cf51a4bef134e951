"""Listening: one socket, uvicorn, and an orderly end."""

from __future__ import annotations

import socket
from collections.abc import Callable

from soesift.errors import UsageError
from soesift.serve.service import Service

BUSIEST = 200  # connections answered at one time; more get 503
IDLE_SECONDS = 10  # after which an idle connection is closed


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises UsageError if the address is taken or not of this machine."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(found[0], socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(found[4])
    except OSError as error:
        raise UsageError(f"cannot listen on {host} port {port}: {error.strerror}; choose another --port") from None
    return bound


def address(bound: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(service: Service, say: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C); says one line when it listens."""
    import uvicorn

    from soesift.serve.app import create_app

    settings = service.settings
    bound = listen(settings.host, settings.port)
    config = uvicorn.Config(
        create_app(service), log_level="info", proxy_headers=False, server_header=False, ws="none",
        limit_concurrency=BUSIEST, timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.grace)),
    )  # fmt: skip
    server = uvicorn.Server(config)
    service.stopping = lambda: server.should_exit
    say(f"serving on {address(bound)}, results in {service.store.folder}; Ctrl-C stops")
    server.run(sockets=[bound])
