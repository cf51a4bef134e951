"""Asking a teacher about tables: paced, within a budget, resumable at any moment."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from soesift.errors import SoesiftError, UsageError
from soesift.label.config import LabelConfig
from soesift.label.ledger import Answer, Ledger
from soesift.label.plan import Reserve, price_of
from soesift.label.providers.base import Ask, Provider, ProviderError, Reply
from soesift.label.request import Parsed, Request, build_requests, parse
from soesift.table.record import TableRecord

# Concurrency that adapts: one more for each good round, half after the server complained (AIMD).


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


LOOK_AGAIN_S = 0.2  # at a request that another process is asking


@dataclass
class Outcome:
    """What a run did. `stopped`: why it ended before everything was asked ("" if it did not)."""

    wanted: int = 0  # distinct requests
    before: int = 0  # of them answered, or used up, before this run
    asked: int = 0  # requests sent, retries included
    labelled: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # rows by kind
    reasons: dict[str, str] = field(default_factory=dict)  # the last reason of each kind of failure
    given_up: int = 0  # requests without a reply after all retries
    left: int = 0  # requests that end without a label
    lost_in_flight: int = 0  # requests in flight when an earlier process died
    seconds: float = 0.0
    stopped: str = ""


Watch = Callable[[Outcome, Limiter], None]


def _unwatched(outcome: Outcome, limiter: Limiter) -> None:
    pass


async def label_tables(
    records: Sequence[TableRecord],
    config: LabelConfig,
    ledger: Ledger,
    provider: Provider,
    watch: Watch = _unwatched,
) -> Outcome:
    """Ask for every missing answer about `records`. Raises UsageError (money budget without a price).

    `watch` is called after each answer. Interrupt (Ctrl-C) and SIGTERM end the run after what is in flight.
    """
    run = Run(config, ledger, provider, watch)
    run.outcome.lost_in_flight = ledger.bury_dead()
    with _on_signals(lambda: run.end("interrupted")):
        logprobs = await _settle_mode(run, records)
        await run.all(list(build_requests(records, config, logprobs)))
    return run.outcome


async def _settle_mode(run: Run, records: Sequence[TableRecord]) -> bool:
    """Whether log-probabilities are asked for; if unknown, the first answer tells and the ledger notes it."""
    mode, model = run.config.sampling.mode, run.config.provider.model
    if mode != "auto":
        return mode == "logprobs"
    known = run.ledger.gives_logprobs(model)
    if known is None:
        probe = next(build_requests(records, run.config, True))
        await run.all([probe])
        known = run.ledger.logprobs_came(probe.key)
        if known is not None:
            run.ledger.note_logprobs(model, known)
    return known is not False


class Run:
    """State of one run: queue, pace, reserve and counts."""

    def __init__(self, config: LabelConfig, ledger: Ledger, provider: Provider, watch: Watch = _unwatched) -> None:
        self.config, self.ledger, self.provider, self.watch = config, ledger, provider, watch
        self.outcome = Outcome()
        self.price = price_of(config)
        if config.budget.money is not None and self.price is None:
            model = config.provider.model
            raise UsageError(f"a money budget needs a price; none is known for {model}: add [price]")
        self.limiter = Limiter(config.run.concurrency, config.run.concurrency_max)
        self.reserve = Reserve(config)
        self.stop = asyncio.Event()
        self.queue: deque[Request] = deque()
        self.silent_in_a_row = 0  # requests without a reply
        self.fruitless_in_a_row = 0  # replies without a label
        self.refused_in_a_row = 0  # requests refused as bad

    async def all(self, requests: list[Request]) -> None:
        """Ask what is missing among `requests`; returns when all is settled or the run was ended."""
        by_key = {request.key: request for request in requests}
        self.ledger.add(requests)
        missing = self.ledger.open_keys(by_key, self.config.run.attempts)
        self.outcome.wanted = len(by_key)
        self.outcome.before = max(len(by_key) - len(missing) - self.outcome.labelled, 0)
        self.queue.extend(by_key[key] for key in missing)
        started = time.monotonic()
        beat = asyncio.create_task(self._keep_claims())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.config.run.concurrency_max, len(missing))):
                    group.create_task(self._work())
        except* SoesiftError as errors:
            raise errors.exceptions[0] from None
        finally:
            beat.cancel()
            self.outcome.left = self.ledger.unlabelled(by_key)
            self.outcome.seconds += time.monotonic() - started

    def end(self, why: str) -> None:
        """Stop cleanly: nothing new is sent, what is in flight is waited for."""
        self.outcome.stopped = self.outcome.stopped or why
        self.stop.set()
        self.limiter.wake()

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(self.config.run.lease_s / 3)
            self.ledger.renew(self.config.run.lease_s)

    async def _work(self) -> None:
        while self.queue and not self.stop.is_set():
            request = self.queue.popleft()
            if not await self._settle(request):
                self.queue.append(request)
                await wait(LOOK_AGAIN_S, self.stop)

    async def _settle(self, request: Request) -> bool:
        """Ask until there is a label or no attempt is left; False if another process holds the request."""
        silent = 0
        while started := await self.limiter.enter(self.stop):
            claimed = self._claim(request)
            if claimed == "yes":
                error = await self._ask(request, started)
                if error is not None:  # no reply; otherwise the next claim says whether it was enough
                    silent += 1
                    if not await self._may_retry(error, silent):
                        return True
                continue
            self.limiter.leave(started, fair=False)
            if claimed != "budget":
                return claimed != "elsewhere"
            await self._out_of_budget()
        return True

    def _claim(self, request: Request) -> str:
        run, budget, longest = self.config.run, self.config.budget, request.how.max_tokens
        tokens = self.reserve.tokens(request) if budget.limited else 0
        cost = self.price.cost(tokens - longest, longest) if self.price and budget.limited else 0.0
        return self.ledger.claim(request.key, tokens, cost, budget, run.attempts, run.lease_s)

    async def _ask(self, request: Request, started: float) -> ProviderError | None:
        """Send one request and commit its row; the error if there was no reply at all."""
        self.outcome.asked += 1
        error: ProviderError | None = None
        try:
            async with asyncio.timeout(self.config.provider.timeout_s):
                how = again(request.how, self.ledger.failures_of(request.key))
                reply = await self.provider.ask(request.messages(), how)
            parsed = parse(reply, request.prompt.labels)
        except TimeoutError:
            error = ProviderError(f"no answer in {self.config.provider.timeout_s:g} s", "timeout")
        except ProviderError as caught:
            error = caught
        if error is not None:
            reply, parsed = Reply(error.raw), Parsed(failure=error.kind, reason=str(error))
        self._commit(request, reply, parsed, time.monotonic() - started, error)
        pause = min(error.retry_after or 0.0, self.config.run.max_wait_s) if error else 0.0
        self.limiter.leave(started, overloaded=bool(error and error.overloaded), pause=pause)
        return error

    def _commit(
        self, request: Request, reply: Reply, parsed: Parsed, seconds: float, error: ProviderError | None
    ) -> None:
        cost = self.price.cost(reply.tokens_in, reply.tokens_out, reply.tokens_cached) if self.price else None
        status = error.status if error else 200
        answer = Answer(request.key, parsed, reply, cost, seconds, status, confidence=parsed.confidence)
        self.ledger.commit(answer)
        if parsed.label:
            self.outcome.labelled += 1
        else:
            self.outcome.failures[str(parsed.failure)] += 1
            self.outcome.reasons[str(parsed.failure)] = parsed.reason
        self._give_up_early(request, parsed, error)
        if status != 429:  # a busy server is not a dead one
            silent = error is not None
            self.silent_in_a_row = self.silent_in_a_row + 1 if silent else 0
        if self.config.budget.limited:
            self.reserve.learn(request, reply)
        self.watch(self.outcome, self.limiter)

    def _give_up_early(self, request: Request, parsed: Parsed, error: ProviderError | None) -> None:
        """End the run where one answer after another shows that all will fail in the same way."""
        run = self.config.run
        self.refused_in_a_row = self.refused_in_a_row + 1 if error and error.status in (400, 422) else 0
        if error is None:
            self.fruitless_in_a_row = 0 if parsed.label else self.fruitless_in_a_row + 1
        if self.refused_in_a_row >= run.refused_after:
            self.end(f"{self.refused_in_a_row} requests in a row were refused, the last: {error}")
        elif self.fruitless_in_a_row >= run.fruitless_after:
            hint = ""
            if parsed.failure == "truncated":
                hint = (
                    f"; max_tokens = {request.how.max_tokens} is too few: a reasoning model thinks first "
                    "(raise sampling.max_tokens, or set sampling.reasoning_effort)"
                )
            told = f"{self.fruitless_in_a_row} answers in a row without a label"
            self.end(f"{told}, the last {parsed.failure}: {parsed.reason}{hint}")

    async def _may_retry(self, error: ProviderError, silent: int) -> bool:
        """After a request without a reply: wait for the next try, or say that there is none."""
        run, asked_for = self.config.run, error.retry_after or 0.0
        if error.fatal:
            self.end(str(error))
        elif asked_for > run.max_wait_s:
            self.end(f"the server asks to wait {asked_for:.0f} s, more than max_wait_s = {run.max_wait_s:.0f}")
        elif self.silent_in_a_row >= run.down_after:
            self.end(f"{self.silent_in_a_row} requests in a row without a reply, the last: {error}")
        elif not error.retry or silent > run.retries:
            self.outcome.given_up += 1
            return False
        backoff = min(run.backoff_s * 2 ** (silent - 1), 60) * random.uniform(0.5, 1)
        await wait(max(asked_for, backoff), self.stop)
        return True

    async def _out_of_budget(self) -> None:
        """Requests in flight reserve more than they will use: wait for one; with none, the run is over."""
        if self.limiter.flying:
            await self.limiter.change()
        else:
            tokens, cost = self.ledger.spent()
            self.end(f"budget: {tokens} tokens, {cost:.4f} money spent; the next request could exceed it")


LONGEST = 4096  # tokens that an answer cut short may have on further attempts
WARMER = 0.7  # temperature of further attempts: at 0 the same request would get the same answer


def again(how: Ask, failures: Sequence[str]) -> Ask:
    """How to ask after `failures`: as planned at first; then with more room where an answer was cut, and warmer."""
    if not failures:
        return how
    room = min(LONGEST, how.max_tokens * 4 ** failures.count("truncated"))
    seed = len(failures) + (how.seed or 0)
    return replace(how, max_tokens=max(room, how.max_tokens), temperature=max(how.temperature, WARMER), seed=seed)


@contextmanager
def _on_signals(end: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM ends cleanly, the second as usual."""
    loop, numbers = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)

    def undo() -> None:
        for number in numbers:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(number)

    def caught() -> None:
        end()
        undo()

    for number in numbers:
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or Windows
            loop.add_signal_handler(number, caught)
    try:
        yield
    finally:
        undo()
