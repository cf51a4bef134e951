"""What every request must pass before a route sees it: Host, origin, token, size and time of the body."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope

from soesift.web import guard as web
from soesift.web.guard import behind, known_name, no, of_ours
from soesift.web.listen import has_token

OPEN_PATHS = {"/healthz"}  # needs no token: it tells a container's probe one word
DOCUMENTS = "/v1/documents"
SMALL = 1_000_000  # bytes of any request but one with a document
_HEADERS = {
    **web.HEADERS,
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

    def of_path(scope: Scope) -> Rules:
        return rules if scope["path"] == DOCUMENTS else small

    return behind(
        app,
        lambda scope, headers: refusal(scope["path"], headers, of_path(scope)),
        _HEADERS,
        lambda scope, receive: _limited(receive, of_path(scope)),
    )


def refusal(path: str, headers: Headers, rules: Rules) -> JSONResponse | None:
    """The answer to a request that must not go on; None if it may."""
    if refused := known_name(headers, rules.names, "service") or of_ours(headers):
        return refused
    if rules.token is not None and path not in OPEN_PATHS and not has_token(headers, rules.token):
        return no(401, "needs the header Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"})
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        return no(400, "Content-Length is no number")
    return no(413, _too_large(rules)) if int(length) > rules.most_bytes else None


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


def _too_large(rules: Rules) -> str:
    return f"the request has more than {rules.most_bytes:,} bytes; this service takes no larger ones"
