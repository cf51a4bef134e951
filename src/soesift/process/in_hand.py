"""Which page a process has in hand: told to whoever owns the process, so that a page that ends it can be named."""

from __future__ import annotations

from collections.abc import Callable

NONE = 0  # pages count from 1
_told: list[Callable[[int], None]] = []  # at most one: who is told
_last = [NONE]


def page_in_hand(number: int) -> None:
    """Say that page `number` is now being read or drawn (NONE: no page is); heard only where a worker listens."""
    if _told and _last[0] != number:
        _last[0] = number
        _told[0](number)


def tell_pages_to(tell: Callable[[int], None]) -> None:
    """From now on `tell` hears of each page that is taken in hand."""
    _told[:], _last[0] = [tell], NONE
