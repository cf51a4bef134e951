"""Who sent a request: the name by which it reached us, the page it came from, the token it brings."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import Headers


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
