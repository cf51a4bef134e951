"""Concurrency that adapts: one more for each good round, half after the server complained (AIMD)."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress


class Limiter:
    """Slots for requests in flight. `limit` grows to `most`; a pause that the server wants holds all back."""

    def __init__(self, start: int, most: int) -> None:
        self.limit = float(start)
        self.most = most
        self.flying = 0
        self.resume_at = 0.0
        self._cut_at = 0.0
        self._waiting: list[asyncio.Future[None]] = []

    async def enter(self, stop: asyncio.Event) -> float:
        """Wait for a slot; returns the start time to hand to `leave`, or 0 if `stop` was set meanwhile."""
        while not stop.is_set():
            pause = self.resume_at - time.monotonic()
            if pause > 0:
                await wait(pause, stop)
                continue
            if self.flying < int(self.limit):
                self.flying += 1
                return time.monotonic()
            await self.change()
        return 0.0

    async def change(self) -> None:
        """Wait until some request comes back."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def leave(self, started: float, *, overloaded: bool = False, pause: float = 0.0, fair: bool = True) -> None:
        """Give back a slot and learn from how it went; `fair` is False where nothing was sent.

        A complaint about a request that was sent before the last cut says nothing about the new limit.
        """
        self.flying -= 1
        if pause:
            self.resume_at = max(self.resume_at, time.monotonic() + pause)
        if fair and not overloaded:
            self.limit = min(self.most, self.limit + 1 / self.limit)
        elif overloaded and started > self._cut_at:
            self._cut_at = time.monotonic()
            self.limit = max(1.0, self.limit / 2)
        self.wake()

    def wake(self) -> None:
        """Let all that wait look again."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)


async def wait(seconds: float, stop: asyncio.Event) -> None:
    """Sleep, but wake at once when `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
