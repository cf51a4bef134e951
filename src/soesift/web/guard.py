"""The skeleton of a server's guard: what every request must pass, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soesift.web.listen import host_name, same_origin

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
