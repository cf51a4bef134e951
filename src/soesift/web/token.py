"""The token that opens a server to other machines, from the environment."""

from __future__ import annotations

import os

from soesift.errors import UsageError
from soesift.web.listen import is_loopback

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
