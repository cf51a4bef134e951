"""People with a token of their own: what each writes has the name that the token stands for, not one that was typed."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from soesift.errors import UsageError
from soesift.files import write_atomically

NAME = "users.json"  # in the folder of an app
FORMAT = "soesift-users/1"
LONGEST = 200  # characters of a name
COOKIE = "soesift-review"
WHO = "soesift.who"  # in the scope of a request: whose it is
BYTES = 24  # of a token, made at random
Users = Mapping[str, str]  # name by the hash of the token


def hash_of(token: str) -> str:
    """What is kept of a token. It was made at random, so that no slower hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_users(folder: Path) -> dict[str, str]:
    """Name by hash; none where there is no file. Raises UsageError for a file that is something else."""
    path = folder / NAME
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["format"] != FORMAT:
            raise ValueError(found["format"])
        return {str(one["token_sha256"]): str(one["name"]) for one in found["users"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{path}: is no list of users; make it with soesift app --add-user") from None


def add_user(folder: Path, name: str) -> str:
    """A new token for a name, in place of an earlier one of that name. Raises UsageError, WriteError."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST:
        raise UsageError(f"a user's name has 1 to {LONGEST} characters")
    token = secrets.token_urlsafe(BYTES)
    _write(folder, {**_others(folder, name), hash_of(token): name})
    return token


def drop_user(folder: Path, name: str) -> None:
    """From the next start on the token of a name opens nothing. Raises UsageError where there is no such name."""
    left = _others(folder, name)
    if len(left) == len(read_users(folder)):
        raise UsageError(f"{name}: no such user; there are: {', '.join(read_users(folder).values()) or 'none'}")
    _write(folder, left)


def _others(folder: Path, name: str) -> dict[str, str]:
    wanted = " ".join(name.split()).casefold()
    return {key: other for key, other in read_users(folder).items() if other.casefold() != wanted}


def _write(folder: Path, users: Users) -> None:
    listed = [{"name": name, "token_sha256": key} for key, name in users.items()]
    folder.mkdir(parents=True, exist_ok=True)
    path = write_atomically(
        folder / NAME, json.dumps({"format": FORMAT, "users": listed}, ensure_ascii=False, indent=1)
    )
    path.chmod(0o600)


def session_of(secret: str) -> str:
    """The cookie of somebody who gave a token; it holds over restarts and does not tell the token."""
    return hmac.new(secret.encode(), b"soesift review session", hashlib.sha256).hexdigest()


def opened_by(token: str, one: str | None, users: Users) -> str | None:
    """The cookie for a token: that of a user, or the one of all; None for a wrong token."""
    key = hash_of(token)
    if key in users:
        return session_of(key)
    right = one is not None and not users and hmac.compare_digest(token.encode(), one.encode())
    return session_of(token) if right else None


def whose(headers: Headers, one: str | None, users: Users) -> str | None:
    """The name of the user whom a request is from, "" for who has the token of all; None for neither."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    given = opened_by(token.strip(), one, users) if scheme.lower() == "bearer" else _cookie(headers)
    if given is None:
        return None
    known = {session_of(key): name for key, name in users.items()}
    if one is not None and not users:
        known[session_of(one)] = ""
    return next((name for key, name in known.items() if hmac.compare_digest(key.encode(), given.encode())), None)


def _cookie(headers: Headers) -> str | None:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    return cookies[COOKIE].value if COOKIE in cookies else None


def must_be(scope: Scope | Mapping[str, Any], who: str) -> None:
    """Raises UsageError where a user writes under another name than theirs."""
    own = scope.get(WHO)
    if own and own != who:
        raise UsageError(f"your token is that of {own}; {who} cannot be written with it")
