"""What every request must pass: Host, origin, token, CSRF token, size; and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from soesift.web import guard as web
from soesift.web.guard import behind, known_name, no, of_ours
from soesift.web.listen import has_token

MOST_BYTES = 4_000_000
COOKIE = "soesift-review"
CSRF = "x-soesift-csrf"
OPEN = ("/", "/static/", "/api/login")  # the page itself holds nothing of any document
HEADERS = {
    **web.HEADERS,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """`names`: accepted Host names, lower case. `token`: None where only loopback reaches us. `csrf`: the token that
    the page's own script is given, and that requests which change something must bring."""

    names: frozenset[str]
    token: str | None
    csrf: str
    uploads: tuple[str, int] = ("", 0)  # a path that takes documents, and how many bytes one may have


def session_of(token: str) -> str:
    """The cookie of somebody who gave the token; it holds over restarts and does not tell the token."""
    return hmac.new(token.encode(), b"soesift review session", hashlib.sha256).hexdigest()


def guard(app: ASGIApp, rules: Rules) -> ASGIApp:
    """`app` behind the rules; answers 400, 401, 403, 413 in its place."""
    return behind(app, lambda scope, headers: refusal(scope["method"], scope["path"], headers, rules), HEADERS)


def refusal(method: str, path: str, headers: Headers, rules: Rules) -> JSONResponse | None:
    """The answer to a request that must not go on; None if it may."""
    if refused := known_name(headers, rules.names, "page"):
        return refused
    changes = method not in ("GET", "HEAD")
    # a link to the page may be followed from anywhere; everything else must come from the page
    navigation = not changes and path == "/"
    if not navigation and (refused := of_ours(headers)):
        return refused
    if rules.token is not None and not _open(path) and not _known(headers, rules.token):
        return no(401, "needs the token")
    if changes and not hmac.compare_digest(headers.get(CSRF, "").encode(), rules.csrf.encode()):
        return no(403, "csrf: reload the page")
    length = headers.get("content-length", "0")
    most = rules.uploads[1] if path == rules.uploads[0] else MOST_BYTES
    if changes and (not length.isdecimal() or "transfer-encoding" in headers or int(length) > most):
        return no(413, f"the request has more than {most:,} bytes, or does not say how many")
    return None


def _open(path: str) -> bool:
    return path == "/" or path.startswith(OPEN[1]) or path in (OPEN[2], "/api/csrf")


def _known(headers: Headers, token: str) -> bool:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        cookies = SimpleCookie()
    given = cookies[COOKIE].value if COOKIE in cookies else ""
    return hmac.compare_digest(given.encode(), session_of(token).encode()) or has_token(headers, token)
