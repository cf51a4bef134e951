"""One socket, uvicorn, and an orderly end."""

from __future__ import annotations

from collections.abc import Callable

from soesift.serve.service import Service
from soesift.web.listen import listen, url_of

BUSIEST = 200  # connections answered at one time; more get 503
IDLE_SECONDS = 10  # after which an idle connection is closed


def serve(service: Service, say: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C); says one line when it listens."""
    import uvicorn

    from soesift.serve.app import create_app

    settings = service.settings
    bound = listen(settings.host, settings.port)
    config = uvicorn.Config(
        create_app(service),
        log_level="info",
        proxy_headers=False,
        server_header=False,
        ws="none",
        limit_concurrency=BUSIEST,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.grace)),
    )
    server = uvicorn.Server(config)
    service.stopping = lambda: server.should_exit
    say(f"serving on {url_of(bound)}, results in {service.store.folder}; Ctrl-C stops")
    server.run(sockets=[bound])
