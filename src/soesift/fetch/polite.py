"""Requests that a public service can bear: spaced out, named, waiting as long as they are told to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from soesift.errors import SoesiftError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})  # worth asking again


class FetchError(SoesiftError):
    """A document could not be fetched; the others go on."""


class TryAgain(Exception):
    """An answer that may be better next time; `wait` in seconds if the server said how long."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Manners:
    """Seconds: `interval` between requests, `first_wait` before asking again (doubled each time),
    `longest_wait` that is waited at all, `timeout` without a byte, `longest` for one request.
    """

    interval: float = 1.5
    retries: int = 5
    first_wait: float = 2.0
    longest_wait: float = 120.0
    timeout: float = 60.0
    longest: float = 1800.0


@dataclass(slots=True)
class Visitor:
    """A client with its manners; `ready`: when the next request may go, `resting`: hosts to leave alone until."""

    client: httpx.Client
    manners: Manners
    ready: float = 0.0
    resting: dict[str, float] = field(default_factory=dict)


def open_visitor(manners: Manners, version: str) -> Visitor:
    """A visitor that names itself."""
    import httpx

    client = httpx.Client(
        headers={"User-Agent": f"soesift/{version} (protocol documents for research)", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(manners.timeout, connect=min(20.0, manners.timeout)),
        follow_redirects=True,
        limits=httpx.Limits(max_connections=2),
    )
    return Visitor(client, manners)


def persist(visitor: Visitor, host: str, once: Callable[[], T]) -> T:
    """`once()` until it answers: after a broken connection or TryAgain it is called again, later and later.

    Raises FetchError with the last reason, or at once when `host` asked for more than the longest wait.
    """
    import httpx

    manners = visitor.manners
    for tried in range(manners.retries + 1):
        _take_turn(visitor, host)
        wait: float | None = None
        try:
            return once()
        except TryAgain as again:
            reason, wait = str(again), again.wait
        except httpx.TransportError as error:
            reason = f"connection failed ({type(error).__name__})"
        except httpx.HTTPError as error:  # too many redirects, undecodable
            raise FetchError(f"{host}: {type(error).__name__}; check the address") from error
        if wait is not None and wait > manners.longest_wait:
            visitor.resting[host] = time.monotonic() + wait
            raise FetchError(f"{host}: {reason}, asks to wait {wait:.0f} s; run the command again then")
        if tried < manners.retries:
            time.sleep(backoff(tried, manners) if wait is None else wait)
    raise FetchError(f"{host}: {reason}, {manners.retries + 1} times; run the command again later")


def _take_turn(visitor: Visitor, host: str) -> None:
    """Wait for the interval; raises FetchError for a host that asked to be left alone."""
    now = time.monotonic()
    rest = visitor.resting.get(host, 0.0) - now
    if rest > 0:
        raise FetchError(f"{host}: asked to be left alone for {rest:.0f} s more; run the command again then")
    if visitor.ready > now:
        time.sleep(visitor.ready - now)
    visitor.ready = time.monotonic() + visitor.manners.interval


def backoff(tried: int, manners: Manners) -> float:
    """Seconds before asking again: doubled each time, spread by a fifth so that clients do not march in step."""
    wait: float = min(manners.longest_wait, manners.first_wait * 2.0**tried)
    return wait * random.uniform(0.8, 1.2)


def check_status(response: httpx.Response, what: str) -> None:
    """Raises TryAgain for what may pass, FetchError for what will not (`what` names the thing asked for)."""
    code = response.status_code
    if code in BUSY:
        raise TryAgain(f"answers {code} for {what}", retry_after(response.headers.get("retry-after")))
    if code in (404, 410):
        raise FetchError(f"{what}: not there (answer {code}); check the id")
    if code >= 300:
        raise FetchError(f"{what}: refused (answer {code})")


def retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds named by a Retry-After header, a number or a date (RFC 9110 10.2.3); None if it names none."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
