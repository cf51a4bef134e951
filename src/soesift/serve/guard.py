"""What every request must pass before a route sees it: Host, origin, token, size and time of the body."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soesift.web.asker import has_token, host_name, same_origin

OPEN_PATHS = {"/healthz"}  # needs no token: it tells a container's probe one word
DOCUMENTS = "/v1/documents"
SMALL = 1_000_000  # bytes of any request but one with a document
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",  # protocols are confidential
    "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """`names`: accepted Host names, lower case, without port. `token`: None where only loopback reaches us."""

    names: frozenset[str]
    token: str | None
    most_bytes: int
    upload_seconds: float


def guard(app: ASGIApp, rules: Rules) -> ASGIApp:
    """`app` behind the rules; answers 400, 401, 403, 408, 413 in their place."""

    small = replace(rules, most_bytes=min(SMALL, rules.most_bytes))

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
        elif scope["type"] == "http":
            sender = _with_headers(send)
            most = rules if scope["path"] == DOCUMENTS else small
            refused = refusal(scope["path"], Headers(scope=scope), most)
            if refused is not None:
                await refused(scope, receive, sender)
            else:
                await app(scope, _limited(receive, most), sender)

    return guarded


def refusal(path: str, headers: Headers, rules: Rules) -> JSONResponse | None:
    """The answer to a request that must not go on; None if it may."""
    if host_name(headers.get("host", "")) not in rules.names:
        return _no(400, "unknown Host; start the service with --name HOST to be reached by that name")
    if not same_origin(headers):
        return _no(403, "requests from other sites' pages are refused")
    if rules.token is not None and path not in OPEN_PATHS and not has_token(headers, rules.token):
        return _no(401, "needs the header Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"})
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        return _no(400, "Content-Length is no number")
    return _no(413, _too_large(rules)) if int(length) > rules.most_bytes else None


def _limited(receive: Receive, rules: Rules) -> Receive:
    """`receive` that ends bodies which grow too large or arrive too slowly."""
    size, whole = 0, False
    deadline: float | None = None

    async def limited() -> Message:
        nonlocal size, deadline, whole
        if whole:  # what is left to come is the client's leaving, however late
            return await receive()
        clock = asyncio.get_running_loop().time
        deadline = deadline or clock() + rules.upload_seconds
        try:
            message = await asyncio.wait_for(receive(), max(0.0, deadline - clock()))
        except TimeoutError:
            raise HTTPException(408, f"the body did not arrive within {rules.upload_seconds:g} seconds") from None
        size += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if size > rules.most_bytes:
            raise HTTPException(413, _too_large(rules))
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sender


def _too_large(rules: Rules) -> str:
    return f"the request has more than {rules.most_bytes:,} bytes; this service takes no larger ones"


def _no(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)
