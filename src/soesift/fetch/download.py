"""One file, downloaded in as many pieces as it takes, and kept only if it is what it should be."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from soesift.errors import SoesiftError

if TYPE_CHECKING:
    import httpx


# Requests that a public service can bear: spaced out, named, waiting as long as they are told to.

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


Tick = Callable[[int, int | None], None]  # bytes so far, bytes in all
MOST = 1 << 30  # bytes: no protocol is larger
HEAD = 1024  # bytes in which %PDF- must stand (ISO 32000-1, annex H, note 13)


def fetch_file(
    visitor: Visitor, url: str, target: Path, sha256: str = "", size: int | None = None, tick: Tick | None = None
) -> str:
    """Download `url` to `target`, which appears only when verified; returns its sha256.

    What came is kept in `target`.part between attempts and runs, and asked for no second time while the server's
    validator (or `sha256`) can tell that the file is still the same. Raises FetchError.
    """
    part = target.with_name(target.name + ".part")
    # an old piece may turn out to be of another version: then once more from the start
    for last in (False, True) if _resumable(part, url, sha256) else (True,):
        try:
            persist(visitor, urlsplit(url).netloc, lambda: _some_more(visitor, url, part, sha256, size, tick))
            found = verify(part, sha256, size)
            break
        except WrongFile:
            forget(part)
            if last:
                raise
    os.replace(part, target)
    forget(part)
    return found


class WrongFile(FetchError):
    """What came is not what was asked for."""


def verify(path: Path, sha256: str = "", size: int | None = None) -> str:
    """sha256 of a file that is what it should be: by `sha256` if given, else by `size`, and by its first bytes.

    Without either, the end must be a PDF's as well. Raises WrongFile.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        found = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(max(0, path.stat().st_size - 2048))
        tail = file.read()
    if b"%PDF-" not in head:
        raise WrongFile(f"{path.name.removesuffix('.part')}: is no PDF{_says(head)}")
    if sha256 and found != sha256.lower():
        raise WrongFile(
            f"{path.name.removesuffix('.part')}: sha256 is {found[:12]}..., not {sha256[:12].lower()}...; "
            "the posted file is another version"
        )
    if not sha256 and size is not None and path.stat().st_size != size:
        raise WrongFile(f"{path.name.removesuffix('.part')}: has {path.stat().st_size} bytes, not the {size} announced")
    if not sha256 and size is None and b"%%EOF" not in tail:
        raise WrongFile(f"{path.name.removesuffix('.part')}: ends early; it has no end of a PDF")
    return found


def _says(head: bytes) -> str:
    page = head.lstrip().lower()
    return "; the server sent a web page" if page.startswith((b"<!doctype", b"<html", b"<?xml")) else ""


def forget(part: Path) -> None:
    """Remove a partial file and what is known of it."""
    for path in (part, _note(part)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _resumable(part: Path, url: str, sha256: str) -> dict[str, str]:
    """Headers that ask for the rest of `part`; {} where it cannot be told that the rest belongs to it."""
    try:
        have = part.stat().st_size
        known = json.loads(_note(part).read_text("utf-8"))
        validator = str(known["validator"]) if known["url"] == url else ""
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not have or not (validator or sha256) or known["url"] != url:
        return {}
    return {"Range": f"bytes={have}-", **({"If-Range": validator} if validator else {})}


def _some_more(visitor: Visitor, url: str, part: Path, sha256: str, size: int | None, tick: Tick | None) -> None:
    """One request: what is missing, or all of it. Raises TryAgain if the answer ends early."""
    asked = _resumable(part, url, sha256)
    with visitor.client.stream("GET", url, headers=asked) as response:
        if response.status_code == 416 and asked:  # nothing is missing, or the file has shrunk
            if _total(response) == part.stat().st_size:
                return
            forget(part)
            raise TryAgain("no longer has the rest of the file", 0.0)
        check_status(response, urlsplit(url).path.rsplit("/", 1)[-1])
        start = part.stat().st_size if asked and _starts_at(response) == part.stat().st_size else 0
        if response.status_code == 206 and not start:
            forget(part)
            raise TryAgain("sent another piece than asked for", 0.0)
        total = _total(response)
        _write_note(part, url, response)
        have = _write(visitor, response, part, start, total or size, tick)
    if have < max(total or 0, size or 0):
        raise TryAgain(f"ended the file after {have} bytes")


def _write(
    visitor: Visitor, response: httpx.Response, part: Path, start: int, total: int | None, tick: Tick | None
) -> int:
    """Append (or begin) the file; returns its size. A web page is refused at its first bytes."""
    have, began = start, time.monotonic()
    with part.open("r+b" if start else "wb") as file:  # as it comes: a chunk size would lose what precedes a break
        file.seek(start)
        for chunk in response.iter_raw():
            if not have and _says(chunk[:HEAD]):
                raise WrongFile(f"{part.name.removesuffix('.part')}: is no PDF{_says(chunk[:HEAD])}")
            file.write(chunk)
            have += len(chunk)
            if have > MOST:
                raise WrongFile(f"{part.name.removesuffix('.part')}: is larger than {MOST >> 20} MB")
            if time.monotonic() - began > visitor.manners.longest:
                raise TryAgain(f"is too slow ({have - start} bytes in {visitor.manners.longest:.0f} s)")
            if tick is not None:
                tick(have, total)
        file.flush()
        os.fsync(file.fileno())
    return have


def _write_note(part: Path, url: str, response: httpx.Response) -> None:
    """Remember which version the piece is of; a weak validator cannot tell (RFC 9110 13.1.5)."""
    etag = response.headers.get("etag", "")
    validator = etag if etag and not etag.startswith("W/") else response.headers.get("last-modified", "")
    part.parent.mkdir(parents=True, exist_ok=True)
    _note(part).write_text(json.dumps({"url": url, "validator": validator}), "utf-8")


def _starts_at(response: httpx.Response) -> int | None:
    """First byte of a 206 answer."""
    unit, _, span = response.headers.get("content-range", "").partition(" ")
    first = span.partition("-")[0]
    return int(first) if response.status_code == 206 and unit == "bytes" and first.isdecimal() else None


def _total(response: httpx.Response) -> int | None:
    """Size of the whole file, if the answer says so."""
    whole = response.headers.get("content-range", "").rpartition("/")[2]
    if whole.isdecimal():
        return int(whole)
    length = response.headers.get("content-length", "")
    return int(length) if response.status_code == 200 and length.isdecimal() else None
